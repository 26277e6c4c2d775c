"""What the shell offers behind a program's name."""
import shlex
import subprocess
import unittest

from support import BIN, ENVIRONMENT, ROOT, folder

import os


class Completion(unittest.TestCase):
    def offered(self, line, files=()):
        """The words that bash would offer for the last one of a line, which may be empty."""
        words = shlex.split(line) + ([""] if line.endswith(" ") else [])
        with folder() as where:
            for name in files:
                (where / name).touch()
            script = (f"source {ROOT}/apps/completion.bash\n"
                      f"COMP_WORDS=({' '.join(map(shlex.quote, words))})\nCOMP_CWORD={len(words) - 1}\n"
                      f"function=$(complete -p {words[0]} | sed 's/.*-F \\([a-z_]*\\) .*/\\1/')\n"
                      f"$function {words[0]} {shlex.quote(words[-1])} {shlex.quote(words[-2])}\n"
                      'printf "%s\\n" "${COMPREPLY[@]}"\n')
            result = subprocess.run(["bash", "-c", script], cwd=where, capture_output=True, text=True, timeout=60,
                                    env={**os.environ, **ENVIRONMENT, "PATH": f"{BIN}:{os.environ['PATH']}"})
        self.assertEqual(result.stderr, "")
        return sorted(result.stdout.split())

    def test_options(self):
        self.assertEqual(self.offered("pde --li"), ["--list"])
        self.assertIn("--resume", self.offered("mpdata run.yaml --"))
        self.assertEqual(self.offered("tessera-doctor --"), ["--help", "--repair"])

    def test_options_are_those_of_the_program(self):
        text = subprocess.run([BIN / "pde", "--help"], capture_output=True, text=True, check=True, env={**os.environ, **ENVIRONMENT}).stdout
        for option in self.offered("pde --"):
            self.assertIn(option, text)

    def test_keys(self):
        self.assertEqual(self.offered("pde run.yaml --set time.ste"), ["time.steady.every=", "time.steady.rate=", "time.step=", "time.stepper=", "time.steps="])
        self.assertEqual(self.offered("pde --list che"), ["checkpoint", "checkpoint.every", "checkpoint.every_seconds", "checkpoint.file"])
        self.assertEqual(self.offered("pde --list eq"), ["equation", "equations"])

    def test_files(self):
        files = ("run.yaml", "run.h5", "notes.txt")
        self.assertEqual(self.offered("cahn-hilliard ", files), ["run.yaml"])
        self.assertEqual(self.offered("cahn-hilliard run.yaml --resume ", files), ["run.h5"])

    def test_behind_a_launcher(self):
        self.assertEqual(self.offered("mpiexec -n 2 pde run.yaml --set layout.wa"), ["layout.wait="])
        self.assertIn("mpdata", self.offered("mpiexec -n 2 mpdat"))


if __name__ == "__main__":
    unittest.main()
