"""What a run says before, while and after it runs: the plan, the progress line, the summary."""
import os
import pty
import re
import select
import subprocess
import time
import unittest

from support import BIN, ENVIRONMENT, MPIEXEC, NO_END, OPEN_MPI, TIMEOUT, folder, run

SQUARE = """\
grid: {shape: [16, 12]}
initial: {psi: "1 + x"}
mpdata: {courant: [0.2, 0.1]}
time: {step: 1, steps: 40}
"""
LARGE = SQUARE.replace("[16, 12]", "[256, 256]")


def printed(out, begin):
    """The lines from the one that begins so on."""
    lines = out.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(begin))
    return lines[first:]


class Plan(unittest.TestCase):
    def check(self, text, ranks, *arguments):
        with folder() as where:
            (where / "run.yaml").write_text(text)
            result = run("mpdata", ["run.yaml", "--check", *arguments], ranks, where)
            self.assertEqual(result.code, 0, result.err)
            self.assertEqual([path.name for path in where.iterdir()], ["run.yaml"], "--check leaves a file")
        return result

    def test_table_and_map(self):
        result = self.check(SQUARE + "layout: {ranks: [2, 1], threads: [1, 3]}\n", 2)
        self.assertEqual(printed(result.out, "layout in detail:")[1:11], [
            "  dimension      cells    ranks  threads  cells a block",
            "  x                 16        2        1              8",
            "  y                 12        1        3              4",
            "  y",
            "  +-----+-----+",
            "  | 0.2 | 1.2 |",
            "  +.....+.....+",
            "  | 0.1 | 1.1 |",
            "  +.....+.....+",
            "  | 0.0 | 1.0 |"])
        self.assertIn("this layout 120; others: ", result.out)  # 2 x 12, and twice 3 x 16
        self.assertIn("`layout: auto` would take ", result.out)

    def test_maps_of_other_dimensions(self):
        line = self.check(SQUARE.replace("[16, 12]", "[17]").replace("[0.2, 0.1]", "0.2") + "layout: {threads: [2]}\n", 1)
        self.assertEqual(printed(line.out, "  +")[:3], ["  +-----+-----+", "  | 0.0 : 0.1 |", "  +-----+-----+ x   rank.thread"])
        self.assertIn("  x                 17        1        2           8..9", line.out)
        cube = self.check(SQUARE.replace("[16, 12]", "[8, 8, 8]").replace("[0.2, 0.1]", "[0.2, 0.1, 0]") + "layout: {ranks: [1, 1, 2], threads: [2, 1, 1]}\n", 2)
        self.assertEqual(printed(cube.out, "  z  ")[2:7], ["  +-----+-----+", "  | 1.0 : 1.1 |", "  +-----+-----+", "  | 0.0 : 0.1 |", "  +-----+-----+ x   rank.thread"])

    def test_time_is_measured(self):
        result = self.check(SQUARE, 1)
        self.assertRegex(result.out, r"expected time: about .* for 40 steps; without output. Measured: \d+ steps of .*, [\d.e+]+ million cells a second")
        self.assertNotIn("Measured", self.check(SQUARE, 1, "--quiet").out)
        endless = self.check(SQUARE.replace("steps: 40", f"steps: {NO_END}"), 2)
        self.assertRegex(endless.out, r"expected time: about .* (s|min|h|days) for 1000000000 steps")

    def test_first_steps_that_fail(self):
        text = "grid: {shape: [16]}\ninitial: {psi: 1}\nmpdata: {courant: 0.5, sources: {psi: psi^8}}\ntime: {step: 5, steps: 40}\n"
        result = self.check(text, 2)
        self.assertIn("warning: the first steps were tried, and fail: ", result.err)

    def test_warnings(self):
        thin = self.check(SQUARE + "layout: {ranks: [2, 1], threads: [8, 1]}\n", 2)
        self.assertRegex(thin.err, r"warning: blocks of 1 x 12 cells with \d layer\(s\) of ghosts have [\d.]+ ghosts a cell")
        self.assertIn("16 threads on a node where the job may use", thin.err)
        if OPEN_MPI and len(os.sched_getaffinity(0)) > 1:
            with folder() as where:
                (where / "run.yaml").write_text(SQUARE + "layout: {threads: [1, 2]}\n")
                result = subprocess.run([MPIEXEC, "--bind-to", "core", "-n", "1", BIN / "mpdata", "run.yaml", "--check"], cwd=where,
                                        env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, timeout=60)
            self.assertIn("2 threads on a node where the job may use 1 core(s)", result.stderr)
            self.assertIn("--bind-to none", result.stderr)

    def test_automatic_layout(self):
        cores = len(os.sched_getaffinity(0))
        small = self.check(SQUARE, 2, "--set", "layout=auto")
        self.assertIn("layout: 2 x 1 rank(s) of 1 x 1 thread(s)", small.out)
        large = self.check(LARGE, 1, "--set", "layout=auto")
        threads = re.search(r"layout: 1 x 1 rank\(s\) of (\d+) x (\d+) thread", large.out)
        self.assertEqual(int(threads[1]) * int(threads[2]), min(cores, 16))
        with folder() as where:
            (where / "run.yaml").write_text(SQUARE + "layout: autom\n")
            result = run("mpdata", ["run.yaml", "--check"], 2, where)
        self.assertEqual(result.code, 2)
        self.assertIn("error: run.yaml:5:9: layout: 'autom' is not allowed; did you mean 'auto'?", result.err)


class Progress(unittest.TestCase):
    def watch(self, command, lines, columns=None, seconds=TIMEOUT):
        """What a run prints on a terminal of so many columns, or into a pipe, until it has told so often how far it is."""
        with folder() as where:
            (where / "run.yaml").write_text(LARGE.replace("steps: 40", f"steps: {NO_END}"))
            environment = {**os.environ, **ENVIRONMENT}
            if columns is None:
                process = subprocess.Popen(command, cwd=where, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                reading = process.stdout.fileno()
            else:
                reading, writing = pty.openpty()
                subprocess.run(["stty", "cols", str(columns)], stdin=writing, check=True)
                process = subprocess.Popen(command, cwd=where, env=environment, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.STDOUT)
                os.close(writing)
            text = b""
            end = time.monotonic() + seconds
            while time.monotonic() < end and len(re.findall(rb"step \d+/\d+,.*? left", text)) < lines:
                if select.select([reading], [], [], 0.1)[0]:
                    text += os.read(reading, 65536)
            process.terminate()
            process.wait(30)
            if columns is not None:
                os.close(reading)
            else:
                process.stdout.close()
        return text.decode()

    def test_terminal(self):
        """A line that is written over, never wider than the terminal; with a launcher in between, too."""
        for command in ([BIN / "mpdata", "run.yaml"], [MPIEXEC, "-n", "2", BIN / "mpdata", "run.yaml"]):
            for columns in (120, 50):
                with self.subTest(command=command[0], columns=columns):
                    text = self.watch(command, 2, columns)
                    lines = [line for line in re.split(r"\r(?:\x1b\[K)?", text) if line.startswith("step ")]
                    self.assertGreater(len(lines), 1, text)
                    for line in lines:
                        self.assertLess(len(line.rstrip()), columns)
                        self.assertRegex(line, r"^step \d+/1000000000, ")
                        self.assertIn(" left", line)
                    self.assertEqual("output " in lines[-1], columns == 120)

    def test_no_terminal(self):
        """Plain lines, even where the launcher gives ranks a terminal of their own."""
        text = self.watch([MPIEXEC, "-n", "2", BIN / "mpdata", "run.yaml"], 1)
        self.assertNotIn("\r", text)
        self.assertNotIn("\x1b", text)
        self.assertRegex(text, r"(?m)^step \d+/1000000000, t = [\d.e+]+, dt = 1, [\d.]+ Mcells/s, exchange \d+ %, output \d+ %, [\d.]+ .* left$")

    def test_quiet(self):
        self.assertEqual(self.watch([BIN / "mpdata", "run.yaml", "--quiet"], 1, 80, seconds=3), "")


class Summary(unittest.TestCase):
    def test_what_takes_the_time(self):
        with folder() as where:
            (where / "run.yaml").write_text(SQUARE + "output: {file: out.h5, every: 1}\n")
            result = run("mpdata", ["run.yaml"], 2, where)
        self.assertEqual(result.code, 0, result.err)
        table = printed(result.out, "seconds a block")
        shares = {line.split()[0]: int(line.split()[4]) for line in table[1:7]}
        self.assertEqual(list(shares), ["compute", "exchange", "wait", "boundary", "output", "rest"])
        self.assertAlmostEqual(sum(shares.values()), 100, delta=4)
        limits = {line.split(",")[0].strip(): line for line in table[8:] if line.startswith("  ")}
        for part, share in shares.items():  # as printed, which is rounded
            if part != "compute" and abs(share - 10) > 1:
                self.assertEqual(part in limits, share > 10, result.out)
        self.assertIn("output", limits, result.out)  # a record each step


if __name__ == "__main__":
    unittest.main()
