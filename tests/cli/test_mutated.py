"""50 configurations with mistakes in them through the apps: exit code 0, or 2 with one message; no crash, no hang.

test_mutated_configs, which puts 10,000 through the same function in one process, writes them.
"""
import os
import subprocess
import time
import unittest

from support import BIN, CONFIGS, ENVIRONMENT, folder

MAKER = BIN.parent / "tests/test_mutated_configs"


class Mutated(unittest.TestCase):
    def test_accepted_or_refused(self):
        seed = os.environ.get("TESSERA_MUTATED_SEED", str(int(time.time())))
        print(f"seed {seed}: TESSERA_MUTATED_SEED={seed} makes the same ones", flush=True)
        codes = {0: 0, 2: 0}
        with folder() as where:
            environment = {**os.environ, **ENVIRONMENT, "TESSERA_CONFIGS": str(CONFIGS), "TESSERA_MUTATED_SEED": seed}
            subprocess.run([MAKER], check=True, timeout=60, stdout=subprocess.DEVNULL,
                           env={**environment, "TESSERA_MUTATED_FOLDER": str(where)})
            files = sorted(where.glob("*.yaml"))
            self.assertEqual(len(files), 50)
            for file in files:
                # Grids of many cells are few, and take long.
                process = subprocess.run([BIN / file.name.split(".")[1], file, "--check"], cwd=where, env=environment,
                                         timeout=60, stdin=subprocess.DEVNULL, capture_output=True)
                with self.subTest(config=file.read_bytes()):
                    errors = [line for line in process.stderr.decode(errors="replace").splitlines() if "error" in line]
                    self.assertIn(process.returncode, codes, process.stderr)
                    codes[process.returncode] += 1
                    self.assertEqual(len(errors), process.returncode // 2, errors)
                    if errors:
                        self.assertRegex(errors[0], f"^error: .*{file.name}")
            self.assertEqual(sorted(where.iterdir()), files)
        print(codes)


if __name__ == "__main__":
    unittest.main()
