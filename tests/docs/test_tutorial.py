"""docs/tutorial.md as a reader follows it: its files are written, its commands run one after another, in one folder.

The blocks that are marked `sh` are run; those that are not (installing, Slurm) have tests of their own.
"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))

import h5py

from support import BIN, MPIEXEC, folder

TEXT = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")


class Tutorial(unittest.TestCase):
    def test_all_of_it(self):
        blocks = re.findall(r"(?:^`([\w./-]+)`:\n\n)?^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
        with folder() as where:
            tools = where / "tools"  # the reader's PATH
            tools.mkdir()
            for name, program in ("mpiexec", MPIEXEC), ("python3", "/usr/bin/python3"):
                (tools / name).write_text(f'#!/bin/sh\nexec {program} "$@"\n')  # by a link, MPICH's would not find its parts
                (tools / name).chmod(0o755)
            environment = {**os.environ, "PATH": f"{tools}:{BIN.resolve()}:{os.environ['PATH']}"}
            said = {}
            for name, language, code in blocks:
                if name:
                    (where / name).write_text(code, encoding="utf-8")
                if language != "sh":
                    continue
                result = subprocess.run(["bash", "-ec", code], cwd=where, env=environment, capture_output=True, text=True, timeout=120)
                self.assertEqual(result.returncode, 0, f"{code}\n{result.stdout}\n{result.stderr}")
                said[code] = result.stdout
            for name, records in ("plate.h5", None), ("fine.h5", 3), ("two.h5", 5):
                with h5py.File(where / name) as file:
                    self.assertIn("T", file)
                    self.assertEqual(len(file["time"]), records or len(file["time"]), name)
            self.assertTrue(list(where.glob("plate*.png")), "no picture")
            self.assertIn("exit code 3", "".join(said.values()))  # the run that was to stop did
        self.assertGreater(len(said), 8)


if __name__ == "__main__":
    unittest.main()
