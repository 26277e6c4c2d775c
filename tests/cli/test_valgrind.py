"""Two whole runs under valgrind, each stopped in the middle and resumed: no invalid access, no value that was never set decides anything,
nothing is lost.

With MPICH only: Open MPI's own libraries alone have hundreds of reports. Skipped (exit code 77) where valgrind is not installed.
"""
import os
import shutil
import subprocess
import sys
import unittest

from support import BIN, CAHN_HILLIARD, ENVIRONMENT, MPDATA, MPIEXEC, OPEN_MPI, folder

SKIPPED = 77
VALGRIND = ["valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite", "--num-callers=25"]
MORE = "layout: {threads: [2, 1], background: true}\ncheckpoint: {file: run.ckpt, every: 10}\nhistory: {file: h.csv, every: 3}\nlog: {folder: logs}\n"


class Valgrind(unittest.TestCase):
    def run_under(self, where, app, *arguments, code):
        result = subprocess.run([MPIEXEC, "-n", "2", *VALGRIND, BIN / app, "run.yaml", *arguments], cwd=where, capture_output=True, text=True,
                                env={**os.environ, **ENVIRONMENT, "HWLOC_COMPONENTS": "-pci"}, timeout=240, check=False)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)

    def test_runs(self):
        for app, text in (("mpdata", MPDATA.replace("courant:", "iterations: 3\n  nonoscillatory: true\n  courant:")),
                          ("cahn-hilliard", CAHN_HILLIARD.replace("step: 0.01", "tolerance: 1.0e-4"))):
            with self.subTest(app=app), folder() as where:
                text = text.replace("every: 2}", "every: 2, deflate: 1, precision: single}") + MORE
                (where / "run.yaml").write_text(text)
                self.run_under(where, app, "--set", "time.steps=25", code=0)
                self.run_under(where, app, "--resume", "--set", "time.steps=40", "--set", "layout.ranks=[1,2]", code=0)
                (where / "run.yaml").write_text(text.replace("shape", "shap"))
                self.run_under(where, app, code=2)


if __name__ == "__main__":
    if why := "Open MPI" if OPEN_MPI else "" if shutil.which("valgrind") else "valgrind is not installed":
        print("skipped:", why)
        sys.exit(SKIPPED)
    unittest.main()
