"""Equations with coefficients, sources or fields that cannot be, and runs whose solution ends early: one message, and what was good is kept."""
import unittest

import h5py
import numpy

from support import check_refused, folder, place, run

GRID = "grid: {shape: [12, 10]}\n"
RUN = "time: {step: 1e-3, steps: 4, stepper: rk4}\noutput: {file: out.h5}\n"

DIFFUSION = GRID + RUN + """\
equation: diffusion
initial: {c: "x*(12 - x)"}
diffusion: {source: "x - t"}
"""

REACTION = GRID + RUN + """\
equation: reaction-diffusion
initial: {u: "1 + x/12", v: 0}
reaction_diffusion: {diffusivity: {u: 0.1}, reaction: {u: "u^2", v: "-u*v"}}
"""


class Refused(unittest.TestCase):
    def refused(self, text, *fragments, rank_counts=(1, 2)):
        """Its mark ¦ is where the message must point."""
        text, where = place(text)
        check_refused(self, "pde", ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text}, rank_counts=rank_counts)

    def replaced(self, base, old, new, *fragments, **options):
        self.assertIn(old, base)
        self.refused(base.replace(old, new), *fragments, **options)

    def test_coefficients_out_of_range(self):
        for equation, fields, coefficient, value in (
                ("diffusion", "c", "diffusivity", 0),
                ("cahn_hilliard", "c", "interface_width", 0),
                ("allen_cahn", "c", "mobility", -1),
                ("allen_cahn", "c", "interface_width", 0),
                ("kpz", "h", "nu", 0),
                ("kuramoto_sivashinsky", "c", "nu", -1),
                ("wave", "uv", "speed", 0),
                ("klein_gordon", "uv", "speed", -2),
                ("brusselator", "uv", "diffusivity_u", -1),
                ("brusselator", "uv", "diffusivity_v", -1),
                ("gray_scott", "uv", "feed", -0.1),
                ("gray_scott", "uv", "kill", -0.1),
                ("gray_scott", "uv", "diffusivity_u", -1),
                ("gray_scott", "uv", "diffusivity_v", -1)):
            range_ = "must be at least 0" if equation in ("brusselator", "gray_scott") else "must be above 0"
            self.refused(f"{GRID}{RUN}equation: {equation.replace('_', '-')}\ninitial: {{{', '.join(f'{f}: 0' for f in fields)}}}\n"
                         f"{equation}: {{{coefficient}: ¦{value}}}\n", f"{equation}.{coefficient}: {range_}, found {value}")

    def test_coefficients_that_are_no_numbers(self):
        for equation, fields, coefficient, value in (
                ("cahn_hilliard", "c", "rate", "fast"),
                ("kpz", "h", "lambda", ".nan"),
                ("swift_hohenberg", "c", "kc2", "[1]"),
                ("klein_gordon", "uv", "mass", ".inf")):
            self.refused(f"{GRID}{RUN}equation: {equation.replace('_', '-')}\ninitial: {{{', '.join(f'{f}: 0' for f in fields)}}}\n"
                         f"{equation}: {{{coefficient}: ¦{value}}}\n", f"{equation}.{coefficient}: expected a")

    def test_coefficient_of_another_equation(self):
        self.refused(f"{GRID}{RUN}equation: wave\ninitial: {{u: x, v: 0}}\nwave: {{mass: ¦1}}\n",
                     "wave.mass: unknown key", "known here: boundaries, speed")
        self.refused(f"{GRID}{RUN}equation: wave\ninitial: {{u: x, v: 0}}\ndiffusion: ¦{{diffusivity: 1}}\n", "diffusion: unknown key")

    def test_sources(self):
        self.replaced(DIFFUSION, '"x - t"', '"x - ¦w*t"', "diffusion.source: there is no field, parameter or coordinate 'w'; known are x, y, t, ")
        self.replaced(DIFFUSION, '"x - t"', '"¦z"', "diffusion.source: there is no field, parameter or coordinate 'z'; known are x, y, t, ")
        self.replaced(DIFFUSION, '"x - t"', '"x + ¦laplace(x)"', "diffusion.source: operators and integrals cannot stand here")
        self.replaced(DIFFUSION, '"x - t"', '¦"1/(x - 1.5)"', "diffusion.source: is not finite at cell [1, 0] (x = 1.5, y = 0.5)")

    def test_reactions(self):
        self.replaced(REACTION, '"-u*v"', '"-u*¦w"', "reaction_diffusion.reaction.v: there is no field, parameter or coordinate 'w'; known are u, v, x, y, t, ")
        self.replaced(REACTION, 'reaction: {u: "u^2", v: "-u*v"}', 'reaction: ¦{u: "u^2"}', "reaction_diffusion.reaction: the key 'v' is missing")
        self.replaced(REACTION, "{u: 0.1}", "{u: ¦-1}", "reaction_diffusion.diffusivity.u: must be at least 0")
        self.replaced(REACTION, "{u: 0.1}", "{u: 0.1, w: ¦1}", "reaction_diffusion.diffusivity.w: unknown key")

    def test_fields(self):
        self.replaced(DIFFUSION, '{c: "x*(12 - x)"}', "¦{u: 1}", "initial: the key 'c' is missing; is 'u' meant to be it?")
        self.replaced(DIFFUSION, '{c: "x*(12 - x)"}', "{c: 1, u: ¦1}", "initial.u: unknown key; did you mean 'c'?")
        self.replaced(REACTION, "{u: \"1 + x/12\", v: 0}", "{2v: ¦0, u: 1, v: 0}", "initial.2v: a field's name has letters, digits and underscores")
        self.replaced(REACTION, "v: 0}", "v: 0, sin: ¦0}", "initial.sin: ", "taken")

    def test_a_later_field_with_a_bad_name(self):
        self.replaced(REACTION, "v: 0}", "v: 0, 2v: ¦0}", "initial.2v: a field's name has letters, digits and underscores", rank_counts=(1,))

    def test_boundary_of_no_field(self):
        self.replaced(DIFFUSION, "{source:", "{boundaries: {q: ¦{value: 0}}, source:", "diffusion.boundaries.q: unknown key; did you mean 'c'?")

    def test_most_stages(self):
        self.replaced(DIFFUSION, "stepper: rk4", "stepper: rkc2, most_stages: ¦2", "time.most_stages: must be at least 3 and at most 10000, found 2")

    def test_error_norm(self):
        self.replaced(DIFFUSION, "stepper: rk4", "stepper: rkc2, tolerance: 1e-3, error_norm: ¦mean", "time.error_norm: ", "max, rms")
        self.replaced(DIFFUSION, "stepper: rk4", "stepper: rk4, error_norm: ¦rms", "time.error_norm: steps are fixed", rank_counts=(1,))

    def test_tolerance(self):
        self.replaced(DIFFUSION, "{step: 1e-3, steps: 4, stepper: rk4}", "{tolerance: ¦0, end: 1}", "time.tolerance: must be above 0, found 0")


class EndsEarly(unittest.TestCase):
    def ends(self, text, times, *fragments):
        """With exit code 1, the same message on any number of ranks, and in the file the records of these times, all finite."""
        messages = []
        for ranks in (1, 2):
            with self.subTest(ranks=ranks), folder() as where:
                (where / "run.yaml").write_text(text)
                result = run("pde", ["run.yaml"], ranks, where)
                errors = [line for line in result.err.splitlines() if line.startswith("error")]
                self.assertEqual(len(errors), 1, result.err)
                self.assertEqual(result.code, 1, result.err)
                for fragment in fragments:
                    self.assertIn(fragment, errors[0])
                messages += errors
                with h5py.File(where / "out.h5") as file:
                    numpy.testing.assert_allclose(file["time"], times)
                    self.assertTrue(all(numpy.isfinite(file[name][()]).all() for name in file if file[name].ndim == 3))
        self.assertEqual(len(set(messages)), 1)

    def test_source_that_ends(self):
        """From t = 0.25 on there is none: no step leads further, with any stepper."""
        for stepper in ("euler", "rkf45", "rkc2", "rkl2"):
            with self.subTest(stepper=stepper):
                text = DIFFUSION.replace('"x - t"', '"t < 0.25 ? x - t : log(-1 - x)"').replace("{file: out.h5}", "{file: out.h5, interval: 0.1}")
                text = text.replace("{step: 1e-3, steps: 4, stepper: rk4}", f"{{tolerance: 1e-3, end: 1, stepper: {stepper}}}")
                self.ends(text, [0, 0.1, 0.2], "the step fell below 1e-10 without reaching time.tolerance = 0.001 (the solution is not finite)")

    def test_explosion_with_fixed_steps(self):
        """u' = u^2 does not live long; the step is stable for the values in the beginning."""
        for stepper in ("euler", "rk4", "adams-bashforth", "rkc2"):
            with self.subTest(stepper=stepper):
                text = REACTION.replace("step: 1e-3, steps: 4, stepper: rk4", f"step: 0.01, end: 2, stepper: {stepper}")
                text = text.replace("{file: out.h5}", "{file: out.h5, interval: 0.25}")
                self.ends(text, [0, 0.25, 0.5], "stages, more than time.most_stages" if stepper == "rkc2" else "u is not finite", "use a smaller time.step")


if __name__ == "__main__":
    unittest.main()
