"""Courant fields for which MPDATA is not stable or not defined are refused, and the message says where they are given."""
import unittest

from support import MPDATA, check_refused, folder, place, run


class BadCourant(unittest.TestCase):
    def refused(self, new, *fragments, old='["0.2", "0.1"]'):
        text, where = place(MPDATA.replace(old, new))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text})

    def test_above_one(self):
        self.refused('¦["0.5", "-0.6"]', "mpdata.courant: the outgoing Courant numbers add up to 1.1", "cell [0, 0]",
                     "at most 1 is stable", "use a smaller step")

    def test_above_one_in_one_cell_only(self):
        # Only between faces 7 and 8 does more flow out than is there: the last rank knows, all must say it.
        self.refused('¦["x < 7.5 ? -0.6 : 0.6 - 1.2*(x > 11.5)", 0]', "add up to 1.2 in cell [7, 0]")

    def test_not_finite(self):
        self.refused('¦["1/(y - 4.5)", 0]', "mpdata.courant", "not finite", "[0, 4]")

    def test_not_periodic(self):
        self.refused('[¦"0.01*x", 0]', "mpdata.courant[0]: dimension x is periodic", "0 on the first and 0.12 on the last",
                     "use an expression that is periodic along x")

    def test_not_periodic_later_or_beside_large_values(self):
        self.refused('[¦"0.01*x*t", 0]', "dimension x is periodic", "0 on the first and 0.06 on the last")
        self.refused('[¦"1e-11*x", 0]', "dimension x is periodic", "0 on the first and 1.2e-10 on the last")
        text = MPDATA.replace('courant: ["0.2", "0.1"]', 'velocity: ["1e8*sin(2*pi*x/12)", 0]').replace("step: 1,", "step: 1e-9,")
        with folder() as where:
            (where / "run.yaml").write_text(text)
            self.assertEqual(run("mpdata", ["run.yaml"], 1, where).code, 0)

    def test_density_not_above_zero(self):
        self.refused('["0.2", "0.1"]\n  g_factor: ¦"x - 8"', "mpdata.g_factor", "not above 0 in cell [0, 0]")
        for flow in ('velocity: ["0.01*psi", 0]', 'velocity: ["0.2", 0]\ntime: {courant: 0.5, end: 1}'):
            mpdata, _, time = flow.partition("\n")
            text, where = place(MPDATA.replace('courant: ["0.2", "0.1"]', mpdata + '\n  g_factor: ¦-1')
                                .replace("time: {step: 1, steps: 4}", time or "time: {step: 1, steps: 4}"))
            check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", "not above 0 in cell [0, 0]"], {"run.yaml": text})


if __name__ == "__main__":
    unittest.main()
