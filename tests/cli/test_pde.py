"""The app pde: how a run may begin and end, and what is refused with the reason."""
import csv
import unittest

import h5py
import numpy

from support import check_refused, folder, place, run

DIFFUSION = """\
equation: diffusion
grid:
  shape: [12, 10]
  boundary: {value: 0}
initial:
  c: "x*(12 - x)"
diffusion: {diffusivity: 0.5}
time: {step: 0.1, steps: 4}
output: {file: out.h5, every: 2}
"""


def last(where):
    with open(where / "history.csv") as file:
        return list(csv.DictReader(file))[-1]


class Refused(unittest.TestCase):
    def refused(self, old, new, *fragments, code=2, files=None):
        assert old in DIFFUSION, old
        text, where = place(DIFFUSION.replace(old, new))
        first = [f"run.yaml:{where}: "] if where else []
        check_refused(self, "pde", ["run.yaml"], [*first, *fragments], {"run.yaml": text, **(files or {})}, code=code, rank_counts=(2,))

    def test_equation(self):
        self.refused("equation: diffusion", "equation: ¦difusion", "equation: 'difusion'", "did you mean 'diffusion'?", "kuramoto-sivashinsky")
        self.refused("equation: diffusion\n", "", "the key 'equation' is missing")
        self.refused("diffusivity: 0.5", "diffusivty: ¦0.5", "diffusion.diffusivty", "did you mean 'diffusivity'?")

    def test_names_of_fields(self):
        base = DIFFUSION.replace("equation: diffusion", "equation: reaction-diffusion").replace("diffusion: {diffusivity: 0.5}", "reaction_diffusion: {diffusivity: {c: 0.5}, reaction: {c: 1 - c}}")
        for old, new, fragment in (("  c: ", "  pi: ¦", "initial.pi: this name is taken, in expressions"),
                                   ("  c: ", "  step: ¦", "initial.step: this name is taken, in the output file"),
                                   ("  c: ", "  c-2: ¦", "a field's name has letters"),
                                   ("initial:\n  c: ", "parameters: {c: 1}\ninitial:\n  c: ¦", "initial.c: a parameter has this name, too"),
                                   ("  c: ", "  ¦{}\n# ", "initial: name at least one field")):
            text, where = place(base.replace(old, new))
            check_refused(self, "pde", ["run.yaml"], [f"run.yaml:{where}: ", fragment], {"run.yaml": text}, rank_counts=(2,))

    def test_steps(self):
        self.refused("step: 0.1", "step: ¦0.6", "time.step: a step of 0.6 is not stable: euler allows at most 0.5")
        self.refused("step: 0.1", "stepper: adams-bashforth, step: ¦0.3", "adams-bashforth allows at most 0.25")
        self.refused("step: 0.1", "tolerance: 1e-4, stepper: ¦rk4", "rk4 has no error estimate", "use rkf45")
        self.refused("step: 0.1", "step: ¦5000, stepper: rkc2, most_stages: 10", "rkc2 allows at most")

    def test_waves_and_euler(self):
        text, where = place("equation: wave\ngrid: {shape: [12]}\ninitial: {u: x, v: 0}\ntime: {step: 0.1, steps: 4, stepper: ¦euler}\n")
        check_refused(self, "pde", ["run.yaml"], [f"run.yaml:{where}: time.stepper: ", "has waves", "rk4 or rkf45"], {"run.yaml": text})

    def test_tolerance_that_cannot_be_met(self):
        """The last good state is kept."""
        with folder() as where:
            (where / "run.yaml").write_text(DIFFUSION.replace("step: 0.1, steps: 4", "tolerance: 1e-25, end: 1").replace("every: 2", "every: 1"))
            result = run("pde", ["run.yaml"], 2, where)
            self.assertEqual(result.code, 1, result.err)
            self.assertIn("the step fell below 1e-10 without reaching time.tolerance = 1e-25; loosen it", result.err)
            with h5py.File(where / "out.h5") as file:
                self.assertTrue(numpy.isfinite(file["c"][()]).all())

    def test_boundaries(self):
        self.refused("{value: 0}", '{value: ¦"q + 1"}', "grid.boundary.value: in the expression 'q + 1'", "known here: x, y, t")
        self.refused("{value: 0}", "{mixed: ¦[1]}", "grid.boundary.mixed: expected 2 values [g, v]")
        self.refused("{value: 0}", "¦{mixed: [-2, 0]}", "g must not be -2 over the spacing")
        self.refused("{diffusivity: 0.5}", "{boundaries: {c: ¦periodic}}", "diffusion.boundaries.c: dimension x is not periodic")

    def test_nine_points(self):
        self.refused("equation:", "laplacian: ¦nine_points\nequation:", "did you mean 'nine_point'?")
        self.refused("  boundary:", "  bounds: [[0, 1], [0, 1]]\nlaplacian: ¦nine_point\n#", "nine_point is for equal spacings")

    def test_wall_seconds(self):
        self.refused("steps: 4", "steps: 4, wall_seconds: ¦5", "time.wall_seconds: needs checkpoint.file")

    def test_initial_file(self):
        with folder() as where:
            with h5py.File(where / "start.h5", "w") as file:
                file["c"] = numpy.ones((3, 12, 9))
            files = {"start.h5": (where / "start.h5").read_bytes()}
        section = "{file: start.h5, dataset: ¦c}"
        self.refused('"x*(12 - x)"', section, "its shape is [3, 12, 9], wanted is [3, 12, 10]", files=files)
        self.refused('"x*(12 - x)"', section.replace("¦c}", "c, record: ¦3}"), "there are 3 records", files=files)
        self.refused('"x*(12 - x)"', section.replace("¦c", "¦d"), "no data set of this name", files=files)
        self.refused('"x*(12 - x)"', "¦{uniform: [0, 1], normal: [0, 1]}", "found uniform and normal")


class Runs(unittest.TestCase):
    def run_to_end(self, where, text, code=0, *arguments):
        (where / "run.yaml").write_text(text)
        result = run("pde", ["run.yaml", *arguments], 2, where)
        self.assertEqual(result.code, code, result.err)
        return result

    def test_begins_where_another_run_ended(self):
        with folder() as where:
            self.run_to_end(where, DIFFUSION.replace("out.h5", "first.h5"))
            for record, index in (("", -1), (", record: 1", 1), (", record: -3", 0)):
                text = DIFFUSION.replace('"x*(12 - x)"', f"{{file: first.h5, dataset: c{record}}}")
                self.run_to_end(where, text.replace("steps: 4", "steps: 0"))
                with h5py.File(where / "first.h5") as first, h5py.File(where / "out.h5") as second:
                    numpy.testing.assert_array_equal(second["c"][0], first["c"][index])

    def test_ends_when_steady(self):
        """With the exact solution, a straight line between two walls."""
        with folder() as where:
            text = DIFFUSION.replace("{value: 0}", "[{lower: {value: 0}, upper: {value: 12}}, periodic]")
            text = text.replace("step: 0.1, steps: 4", "stepper: rkl2, tolerance: 1e-6, steady: {rate: 1e-9, every: 7}")
            result = self.run_to_end(where, text + "history: {file: history.csv, every: 100}\n")
            self.assertIn("until no rate of change is above 1e-09", result.out)
            self.assertIn("\nsteady: ", "\n" + result.out)
            self.assertEqual(int(last(where)["step"]) % 7, 0)
            with h5py.File(where / "out.h5") as file:
                numpy.testing.assert_allclose(file["c"][-1], numpy.repeat(numpy.arange(12)[:, None] + 0.5, 10, 1), atol=1e-6)

    def test_ends_after_seconds(self):
        with folder() as where:
            text = DIFFUSION.replace("steps: 4", "steps: 1000000000, wall_seconds: 0.5").replace("every: 2", "every: 100000")
            result = self.run_to_end(where, text + "checkpoint: {file: run.ckpt}\n", 3)
            self.assertIn("stopped after time.wall_seconds at step", result.out)
            self.assertTrue((where / "run.ckpt").exists())

    def test_history(self):
        """Mass is kept between closed walls, and the energy of a wave; numbers of the stepper are there."""
        with folder() as where:
            text = DIFFUSION.replace("{value: 0}", "{derivative: 0}").replace("step: 0.1, steps: 4", "stepper: rkc2, tolerance: 1e-3, end: 5")
            self.run_to_end(where, text + "history: {file: history.csv}\n")
            with open(where / "history.csv") as file:
                lines = list(csv.DictReader(file))
            self.assertEqual(list(lines[0]), ["step", "time", "c_mass", "c_min", "c_max", "c_rate", "step_size", "stages", "rejected_steps", "evaluations"])
            for line in lines:
                self.assertAlmostEqual(float(line["c_mass"]) / float(lines[0]["c_mass"]), 1, places=13)
            self.assertGreaterEqual(int(lines[-1]["stages"]), 2)
            wave = ("equation: wave\ngrid: {shape: [64], boundary: periodic}\ninitial: {u: \"sin(pi*x/32)\", v: 0}\n"
                    "time: {stepper: rk4, step: 0.1, steps: 400}\nhistory: {file: history.csv, every: 400}\n")
            self.run_to_end(where, wave)
            with open(where / "history.csv") as file:
                energies = [float(line["energy"]) for line in csv.DictReader(file)]
            self.assertAlmostEqual(energies[-1] / energies[0], 1, places=8)


if __name__ == "__main__":
    unittest.main()
