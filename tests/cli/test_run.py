"""What every app does when all is well, and how a run ends when its numbers do not stay finite."""
import os
import re
import unittest

import h5py

from support import CAHN_HILLIARD, CONFIGS, MPDATA, contents, folder, run


class Options(unittest.TestCase):
    def start(self, app, arguments, ranks=1, text=MPDATA, **options):
        with folder() as where:
            (where / "run.yaml").write_text(text)
            result = run(app, arguments, ranks, where, **options)
            return result, sorted(path.name for path in where.iterdir())

    def test_help(self):
        for app in ("mpdata", "cahn-hilliard"):
            result, _ = self.start(app, ["--help"], 2)
            self.assertEqual((result.code, result.err), (0, ""))
            self.assertEqual(result.out.count("Usage:"), 1)
            for word in (app, "CONFIG", "--set", "--check", "--resume", "--quiet", "--verbose", "--version", "Exit codes:"):
                self.assertIn(word, result.out)

    def test_version(self):
        for app in ("mpdata", "cahn-hilliard"):
            result, _ = self.start(app, ["--version"], 2)
            self.assertEqual((result.code, result.err), (0, ""))
            self.assertRegex(result.out, rf"^{app} of tessera \d+\.\d+\.\d+ \(.+\)\nMPI: .+\nHDF5: \d.+\ncompiler: .+\n$")

    def test_doctor_repairs(self):
        """What is left of a change in a journal is tried by test_killed.py."""
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA)
            self.assertEqual(run("mpdata", ["run.yaml", "--quiet"], 1, where).code, 0)
            (where / "out.h5.journal").write_text("cut short")
            for what in ("dropped a change that had not begun", "nothing to repair"):
                result = run("tessera-doctor", ["--repair", "out.h5"], 2, where)
                self.assertEqual((result.code, result.err), (0, ""))
                self.assertEqual(result.out, f"out.h5: {what}; 3 complete records, room for 0 more\n")
            for arguments, code, message in ((["--repair", "run.yaml", "none.h5"], 1, "error: none.h5 cannot be repaired: "),
                                             (["--repair"], 2, "Usage: tessera-doctor"), (["--mend", "out.h5"], 2, "Usage: tessera-doctor")):
                result = run("tessera-doctor", arguments, 1, where)
                self.assertEqual(result.code, code, result.err)
                self.assertIn(message, result.err)

    def test_check_prints_the_plan_and_writes_nothing(self):
        result, files = self.start("mpdata", ["run.yaml", "--check"], 3, MPDATA + "checkpoint: {file: run.ckpt}\n")
        self.assertEqual(result.code, 0, result.err)
        for line in ("grid: 12 x 10 cells, x in [0, 12] periodic", "layout: 3 x 1 rank(s) of 1 x 1 thread(s), blocks of 4 x 10 cells",
                     "MPDATA: 2 iteration(s)", "time: 4 steps of 1, to t = 4", "memory: ", "output: out.h5, 3 records of 0.00096 MB",
                     "checkpoint: run.ckpt"):
            self.assertIn(line, result.out)
        self.assertEqual(files, ["run.yaml"])

    def test_numbers_are_decimal(self):
        """010 is ten, not YAML 1.1's octal eight; an integer may have an exponent."""
        for ten in ("010", "1e1", "10.0", "+10"):
            result, _ = self.start("mpdata", ["run.yaml", "--check"], 1, MPDATA.replace("[12, 10]", f"[12, {ten}]"))
            self.assertEqual(result.code, 0, result.err)
            self.assertIn("grid: 12 x 10 cells", result.out)

    def test_check_leaves_files_as_they_are(self):
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA)
            (where / "out.h5").write_text("precious")
            self.assertEqual(run("mpdata", ["run.yaml", "--check"], 1, where).code, 0)
            self.assertEqual((where / "out.h5").read_text(), "precious")

    def test_quiet(self):
        for app, text in (("mpdata", MPDATA), ("cahn-hilliard", CAHN_HILLIARD)):
            result, files = self.start(app, ["run.yaml", "--quiet"], 1, text)
            self.assertEqual((result.code, result.out, result.err), (0, "", ""))
            self.assertIn("out.h5", files)

    def test_done(self):
        result, _ = self.start("mpdata", ["run.yaml"])
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertIn("done: 4 steps, t = 4,", result.out)

    def test_oversubscription(self):
        """The warning names what was asked for, what there is, and where."""
        core = min(os.sched_getaffinity(0))
        result, _ = self.start("mpdata", ["run.yaml", "--quiet", "--set", "layout.threads=[2,1]"], 2,
                               preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        self.assertEqual((result.code, result.out), (0, ""))
        self.assertIn(f"warning: 2 rank(s) x 2 thread(s) = 4 threads on a node where the job may use 1 core(s) "
                      f"(rank 0: cores {core})", result.err)
        self.assertEqual(result.err.count("warning"), 1)


class Listing7(unittest.TestCase):
    """configs/spinodal.yaml, small: the same bits for every number of ranks."""

    def test_same_for_every_number_of_ranks(self):
        found = {}
        for ranks, layout in ((1, "[1,-1]"), (2, "[2,-1]"), (4, "[2,-1]")):
            with folder() as where:
                result = run("cahn-hilliard", [CONFIGS / "spinodal.yaml", "--set", "grid.shape=[32,32]", "--set", "time.end=2",
                                               "--set", "output.interval=0.5", "--set", f"layout.ranks={layout}"], ranks, where)
                self.assertEqual(result.code, 0, result.err)
                found[ranks] = contents(where / "spinodal.h5")
        self.assertEqual(found[1]["c"][0], (5, 32, 32))
        self.assertEqual(found[2], found[1])
        self.assertEqual(found[4], found[1])


class NotFinite(unittest.TestCase):
    """A field that does not stay finite ends the run with exit code 1, one message and no bad record."""

    def fails(self, app, text, pattern):
        for ranks in (1, 3):
            with self.subTest(ranks=ranks), folder() as where:
                (where / "run.yaml").write_text(text)
                result = run(app, ["run.yaml"], ranks, where)
                self.assertEqual(result.code, 1, result.err)
                errors = [line for line in result.err.splitlines() if line.startswith("error")]
                self.assertEqual(len(errors), 1, result.err)
                self.assertRegex(errors[0], pattern)
                with h5py.File(where / "out.h5", "r") as file:
                    field = file["psi" if app == "mpdata" else "c"][()]
                    self.assertGreater(len(field), 0)
                    self.assertTrue((abs(field) < float("inf")).all())

    def test_fixed_step(self):
        text = CAHN_HILLIARD.replace("[12, 10]", '[12, 10]\n  boundary: {lower: {value: 0}, upper: {value: "1/(t - 0.02)"}}')
        self.fails("cahn-hilliard", text, r"^error: step 3: c is not finite in cell \[0, 8\] \(x = 0\.5, y = 8\.5\); use a smaller")

    def test_adaptive(self):
        text = CAHN_HILLIARD.replace("[12, 10]", '[12, 10]\n  boundary: {value: "t < 0.5 ? 0.5 : 1/(t - t)"}')
        text = text.replace("step: 0.01, steps: 4", "tolerance: 0.001, end: 3")
        self.fails("cahn-hilliard", text, r"^error: step \d+ at t = [0-9.e-]+: the step fell below .*not finite")

    def test_mpdata(self):
        text = MPDATA.replace("courant:", "infinite_gauge: true\n  courant:").replace('"1 + x*(12 - x) + y"', '"1e308*(x > 5)"')
        self.fails("mpdata", text, r"^error: step \d+: psi is not finite in cell \[\d+, \d+\]")


class Lists(unittest.TestCase):
    def lines(self, app, *what):
        with folder() as where:
            result = run(app, ["--list", *what], 2, where)
        self.assertEqual((result.code, result.err), (0, ""))
        return result.out.splitlines()

    def test_names_are_those_that_are_accepted(self):
        """Each equation, stepper and boundary of the lists is one that a refusal of another word says is allowed."""
        for app, what, text, word in (
                ("pde", "equations", "equation: none\n", None), ("pde", "steppers", "equation: wave\ntime: {stepper: none}\n", None),
                ("mpdata", "boundaries", "grid: {shape: [8, 8], boundary: none}\nmpdata: {courant: [0, 0]}\n", "mpdata"),
                ("pde", "boundaries", "grid: {shape: [8, 8], boundary: none}\nequation: wave\n", "equations")):
            with self.subTest(app=app, what=what), folder() as where:
                text += "" if "grid" in text else "grid: {shape: [8, 8]}\n"
                text += "initial: {psi: 1, u: 1, v: 1}\n" + ("" if "time" in text else "time: {steps: 1, step: 1}\n")
                (where / "run.yaml").write_text(text)
                result = run(app, ["run.yaml", "--check"], 1, where)
                allowed = re.search(r"allowed: (.*)", result.err, re.IGNORECASE)
                self.assertTrue(allowed, result.err)
                listed = [line.split("  ", 1) for line in self.lines(app, what)]
                other = {"mpdata": "equations:", "equations": "mpdata:"}.get(word)
                names = [name for name, meaning in listed if other is None or not meaning.startswith(other)]
                accepted = re.sub(r"\[g, v\]|, upper: \.\.", "", allowed[1]).split(", ")
                words = [sorted(re.search(r"[\w-]+", name)[0] for name in some) for some in (names, accepted)]
                self.assertEqual(*words)

    def test_all_that_there_is(self):
        text = "\n".join(self.lines("pde"))
        for part in ("equations, for", "steppers, for", "boundaries, for", "gray-scott  ∂u/∂t", "rkc2  ", "{mixed: [g, v]}"):
            self.assertIn(part, text)

    def test_keys_of_a_section(self):
        self.assertIn("checkpoint.every  integer ≥ 1; write it every so many steps, exactly then", self.lines("mpdata", "checkpoint"))
        self.assertGreater(len(self.lines("mpdata", "keys")), 90)


if __name__ == "__main__":
    unittest.main()
