"""Mistakes on the command line: one message, exit code 2."""
import unittest

from support import CAHN_HILLIARD, MPDATA, check_refused


class BadCommandLine(unittest.TestCase):
    def refused(self, arguments, *fragments, app="mpdata"):
        check_refused(self, app, arguments, fragments, {"run.yaml": CAHN_HILLIARD if app == "cahn-hilliard" else MPDATA})

    def test_no_config(self):
        self.refused([], "command line: no CONFIG given", "mpdata --help")

    def test_two_configs(self):
        self.refused(["run.yaml", "other.yaml"], "command line: ", "other.yaml", "mpdata --help")

    def test_unknown_option(self):
        self.refused(["run.yaml", "--chek"], "command line: ", "--chek", "cahn-hilliard --help", app="cahn-hilliard")

    def test_quiet_and_verbose(self):
        self.refused(["run.yaml", "--quiet", "--verbose"], "command line: ", "--quiet", "--verbose", "mpdata --help")

    def test_set_without_a_value(self):
        self.refused(["run.yaml", "--set"], "command line: --set", "KEY=VALUE", "mpdata --help")

    def test_set_without_an_equals_sign(self):
        self.refused(["run.yaml", "--set", "time.steps"], "--set time.steps: write it as key.key=value")

    def test_set_without_a_key(self):
        self.refused(["run.yaml", "--set", "=3"], "--set =3: write it as key.key=value")

    def test_set_broken_yaml(self):
        self.refused(["run.yaml", "--set", "grid.shape=[4, 4"], "--set grid.shape=[4, 4:1:", "not valid YAML")

    def test_set_below_a_value(self):
        self.refused(["run.yaml", "--set", "time.steps.more=3"], "--set time.steps.more=3: time.steps is not a section")

    def test_set_an_unknown_key(self):
        self.refused(["run.yaml", "--set", "time.stps=3"], "--set: time.stps: unknown key; did you mean 'steps'?")

    def test_set_a_wrong_value(self):
        self.refused(["run.yaml", "--set", "time.steps=-1"], "--set: time.steps: must be at least 0, found -1")

    def test_list_of_nothing(self):
        self.refused(["--list", "tim"], "--list tim: there is no such list; did you mean 'time'?", "allowed: equations, steppers, boundaries")

    def test_set_twice_the_last_counts(self):
        self.refused(["run.yaml", "--set", "time.step=2", "--set", "time.step=0"], "--set: time.step: must be above 0, found 0")


if __name__ == "__main__":
    unittest.main()
