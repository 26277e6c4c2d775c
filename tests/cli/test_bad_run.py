"""A grid, layout, expression or schedule that cannot work is refused before anything is written."""
import unittest

from support import CAHN_HILLIARD, MPDATA, check_refused, place


class BadRun(unittest.TestCase):
    def refused(self, app, base, old, new, *fragments, rank_counts=(1, 3)):
        """`new` in place of `old`; its mark ¦ is where the message must point."""
        self.assertIn(old, base)
        text, where = place(base.replace(old, new))
        check_refused(self, app, ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text}, rank_counts=rank_counts)

    def mpdata(self, old, new, *fragments, **options):
        self.refused("mpdata", MPDATA, old, new, *fragments, **options)

    def cahn_hilliard(self, old, new, *fragments, **options):
        self.refused("cahn-hilliard", CAHN_HILLIARD, old, new, *fragments, **options)

    # The grid.
    def test_shape_not_above_zero(self):
        for size in ("-12", "0"):
            self.mpdata("[12, 10]", f"[12, ¦{size}]", f"grid.shape[1]: must be at least 1, found {size}")

    def test_dimensions(self):
        self.mpdata("[12, 10]", "¦[4, 4, 4, 4]", "grid.shape: a grid has 1 to 3 dimensions, found 4")
        self.mpdata("[12, 10]", "¦[]", "grid.shape: a grid has 1 to 3 dimensions, found 0")

    def test_too_many_cells(self):
        self.mpdata("[12, 10]", "¦[94906267, 94906267]", "grid.shape: more cells than can be numbered")

    def test_reversed_bounds(self):
        self.mpdata("[12, 10]", "[12, 10]\n  bounds: [[0, 1], ¦[2, 1]]", "grid.bounds[1]: the lower bound must be below the upper")

    def test_bounds_of_the_wrong_length(self):
        self.mpdata("[12, 10]", "[12, 10]\n  bounds: ¦[[0, 1]]", "grid.bounds: expected 2 pairs [lower, upper]", "found 1")

    def test_bounds_that_are_too_close(self):
        for upper in ("1.0000000000000002", "1e308"):
            lower = "-1e308" if upper == "1e308" else "1"
            self.mpdata("[12, 10]", f"[12, 10]\n  bounds: [[0, 1], ¦[{lower}, {upper}]]", "grid.bounds[1]: cells would be",
                        "wide, which double precision does not resolve; use other units")

    # Boundaries.
    def test_unknown_boundary(self):
        self.mpdata("[12, 10]", "[12, 10]\n  boundary: ¦periodical", "grid.boundary: 'periodical'", "did you mean 'periodic'?")
        self.cahn_hilliard("[12, 10]", "[12, 10]\n  boundary: ¦{valu: 1}",
                           "grid.boundary: 'valu' is no boundary condition here; did you mean 'value'?", "allowed: periodic, antiperiodic, {value: v}, {derivative: v}, {mixed: [g, v]}, {curvature: v}")

    def test_boundary_of_half_a_dimension(self):
        self.cahn_hilliard("[12, 10]", "[12, 10]\n  boundary: ¦{lower: {value: 1}}", "grid.boundary: the key 'upper' is missing")

    def test_value_on_a_periodic_dimension(self):
        periodic = CAHN_HILLIARD.replace("[12, 10]", "[12, 10]\n  boundary: periodic")
        self.refused("cahn-hilliard", periodic, "cahn_hilliard: {", "cahn_hilliard: {boundaries: {mu: ¦{value: 0}}, ",
                     "cahn_hilliard.boundaries.mu: dimension x is periodic in grid.boundary", "for all fields or for none")
        self.cahn_hilliard("cahn_hilliard: {", "cahn_hilliard: {boundaries: {mu: [¦periodic, {value: 0}]}, ",
                           "cahn_hilliard.boundaries.mu[0]: dimension x is not periodic in grid.boundary")

    # Expressions.
    def test_syntax_of_an_expression(self):
        self.mpdata('"1 + x*(12 - x) + y"', '¦"1 + *x"', "initial.psi: in the expression '1 + *x': Unexpected operator",
                    "known here: x, y, pi")

    def test_unknown_variable(self):
        for name in ("z", "t", "q"):  # a plane has no z, an initial field no t
            self.mpdata('"1 + x*(12 - x) + y"', f'¦"1 + {name}"', f'initial.psi: in the expression \'1 + {name}\'',
                        f'Unexpected token "{name}"', "known here: x, y, pi")

    def test_two_expressions(self):
        self.mpdata('"1 + x*(12 - x) + y"', '¦"1, 2"', "initial.psi: an expression has one value, this has 2")

    def test_initial_field_not_finite(self):
        self.mpdata('"1 + x*(12 - x) + y"', '¦"1/(x - 10.5)"', "initial.psi: '1/(x - 10.5)' is not finite at cell [10, 0]",
                    "keep the expression finite")

    def test_uniform(self):
        self.cahn_hilliard("[0.4, 0.6]", "¦[0.6, 0.4]", "initial.c.uniform: low must not be above high")

    # The layout.
    def test_number_of_ranks(self):
        for ranks, other in ((1, "ask for 1 x 1"), (3, "ask for 3 x 1")):
            self.mpdata("initial:", "layout: {ranks: ¦[2, 1]}\ninitial:", "layout.ranks: 2 rank(s) is needed",
                        f"mpiexec started {ranks}", "mpiexec -n 2", other, "-1", rank_counts=(ranks,))
            self.mpdata("initial:", "layout: {ranks: ¦[2, -1]}\ninitial:", "layout.ranks: a multiple of 2 rank(s) is needed",
                        f"mpiexec started {ranks}", rank_counts=(ranks,))

    def test_number_of_dimensions(self):
        self.mpdata("initial:", "layout: {ranks: ¦[-1]}\ninitial:", "layout.ranks: expected 2 numbers", "found 1")

    def test_no_ranks(self):
        for count in ("0", "-2", "1.5"):
            self.mpdata("initial:", f"layout: {{ranks: [¦{count}, 1]}}\ninitial:", f"layout.ranks[0]: expected a",
                        f"found {count}" if count != "1.5" else "found '1.5'")

    def test_more_blocks_than_cells(self):
        self.mpdata("  shape: [12, 10]", "  shape: [2, 1]\nlayout: {ranks: ¦[-1, -1]}", "layout.ranks: 3 rank(s)", "2 x 1 cells",
                    "The largest that works with at most these: 2 x 1 rank(s)", rank_counts=(3,))
        self.mpdata("  shape: [12, 10]", "  shape: [2, 1]\nlayout: {threads: ¦[3, 1]}", "layout.threads: 1 rank(s) x 3 thread(s)",
                    "2 x 1 cells", "The largest that works", rank_counts=(1,))

    def test_block_thinner_than_the_reach(self):
        self.cahn_hilliard("  shape: [12, 10]", "  shape: [3, 3]\nlayout: {threads: ¦[2, 1]}", "thinner than the 2 cell(s)",
                           "The largest that works with at most these: 1 x 1 rank(s) of 1 x 1", rank_counts=(1,))
        self.cahn_hilliard("  shape: [12, 10]", "  shape: [5, 3]\nlayout: {ranks: ¦[3, 1]}", "thinner than the 2 cell(s)",
                           "The largest that works with at most these: 2 x 1 rank(s)", rank_counts=(3,))

    # Steps.
    def test_fixed_step_not_stable(self):
        self.cahn_hilliard("step: 0.01", "step: ¦0.1", "time.step: a step of 0.1 is not stable: euler allows at most 0.02",
                           "use that or less", "tolerance")

    def test_no_step(self):
        self.cahn_hilliard("{step: 0.01, ", "¦{", "time: give `step`", "or `tolerance`")

    def test_end_and_steps(self):
        self.mpdata("{step: 1, steps: 4}", "¦{step: 1, steps: 4, end: 4}", "time: give one of `end`", "and `steps`")
        self.mpdata("{step: 1, steps: 4}", "¦{step: 1}", "time: give one of `end`", "and `steps`")

    def test_no_whole_number_of_steps(self):
        self.cahn_hilliard("steps: 4", "end: ¦0.025", "time.end: 0.025 is no whole number of steps of 0.01", "e.g. 0.0")
        self.cahn_hilliard("every: 2", "interval: ¦0.015", "output.interval: 0.015 is no whole number of steps of 0.01")

    def test_every_and_interval(self):
        self.mpdata("{file: out.h5, every: 2}", "¦{file: out.h5, every: 2, interval: 2}", "output: give one of `every`")


if __name__ == "__main__":
    unittest.main()
