"""Mistakes in the configuration: one message that says where, what and what to do, and exit code 2."""
import unittest

from support import CAHN_HILLIARD, MPDATA, check_refused, place


class BadInput(unittest.TestCase):
    def refused(self, app, base, old, new, *fragments):
        """`new` in place of `old`; its mark ¦ is where the message must point."""
        self.assertIn(old, base)
        text, where = place(base.replace(old, new))
        expected = [f"run.yaml:{where}: " if where else "run.yaml", *fragments]
        check_refused(self, app, ["run.yaml"], expected, {"run.yaml": text})

    def mpdata(self, old, new, *fragments):
        self.refused("mpdata", MPDATA, old, new, *fragments)

    def cahn_hilliard(self, old, new, *fragments):
        self.refused("cahn-hilliard", CAHN_HILLIARD, old, new, *fragments)

    # The file.
    def test_missing_file(self):
        check_refused(self, "mpdata", ["nowhere.yaml"], ["nowhere.yaml: cannot read the configuration", "No such file"])

    def test_a_folder(self):
        check_refused(self, "mpdata", ["/"], ["/: cannot read the configuration", "Is a directory"])

    def test_empty_file(self):
        check_refused(self, "mpdata", ["run.yaml"], ["run.yaml: cannot read the configuration: empty"], {"run.yaml": ""})

    def test_not_a_section(self):
        check_refused(self, "mpdata", ["run.yaml"], ["run.yaml: a configuration is a section of keys", "a list"],
                      {"run.yaml": "- grid\n- time\n"})

    def test_broken_yaml(self):
        self.mpdata("time: {step: 1, steps: 4}", "time: {step: 1, steps: 4¦]", "not valid YAML")

    def test_a_large_file(self):
        check_refused(self, "mpdata", ["run.yaml"], ["run.yaml: cannot read the configuration: it is larger than 1 MiB"],
                      {"run.yaml": "#" * (1 << 20) + "\n" + MPDATA})
        check_refused(self, "mpdata", ["/dev/zero"], ["/dev/zero: cannot read the configuration: it is larger than 1 MiB"])

    def test_lists_inside_each_other(self):
        self.mpdata("time:", "deep: " + "[" * 100000 + "\ntime:", "not valid YAML: lists or sections inside each other, too deep")
        self.mpdata("time:", "deep: " + "[" * 100 + "]" * 100 + "\ntime:", "inside each other more than 50 deep")
        check_refused(self, "mpdata", ["run.yaml", "--set", ".".join("a" * 60) + "=1"], ["--set a.a.", "more than 50 keys"],
                      {"run.yaml": MPDATA})

    def test_aliases_of_aliases(self):
        lists = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        for name, before in zip("bcdefghi", "abcdefgh"):
            lists += f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
        self.mpdata("time:", lists + "time:", "a configuration has no more than 10000 values")

    def test_character_zero(self):
        self.mpdata("file: out.h5", 'file: ¦"out\\0.h5"', "output.file: the value has a character of code 0")

    def test_message_of_one_line(self):
        self.mpdata("steps: 4", 'steps: ¦"4\\n\\e[31m"', "time.steps: expected a finite number, found '4??[31m'")

    # Keys.
    def test_misspelt_key(self):
        self.mpdata("every: 2", "evry: ¦2", "output.evry: unknown key", "did you mean 'every'?", "Known here: deflate, every, every_seconds, f")

    def test_misspelt_section(self):
        self.mpdata("output: ", "ouput: ¦", "ouput: unknown key", "did you mean 'output'?")

    def test_misspelt_required_key(self):
        self.mpdata("shape: ", "¦shap: ", "grid: the key 'shape' is missing; is 'shap' meant to be it?")

    def test_missing_required_key(self):
        self.mpdata("  courant:", "  ¦iterations: 2 # ", "mpdata: one of courant, velocity, stream_function and vector_potential must")
        self.mpdata("  courant:", "  ¦velocty:", "must say what flows; is 'velocty' meant to be velocity?")

    def test_key_of_the_other_app(self):
        self.cahn_hilliard("output:", "mpdata: ¦{iterations: 2}\noutput:", "mpdata: has no effect in this app")

    def test_duplicate_key(self):
        self.mpdata("time: {step: 1,", "time: {step: 1}\ntime: ¦{step: 1,", "time: the key appears twice; keep one")

    # Types.
    def test_text_for_a_number(self):
        self.mpdata("steps: 4", "steps: ¦four", "time.steps: expected a finite number, found 'four'")

    def test_truth_for_a_number(self):
        self.mpdata("step: 1", "step: ¦true", "time.step: expected a finite number, found 'true'")

    def test_number_for_a_truth(self):
        self.mpdata("mpdata:", "mpdata:\n  nonoscillatory: ¦1", "mpdata.nonoscillatory: expected true or false, found '1'")

    def test_no_yes_for_true(self):
        self.mpdata("mpdata:", "mpdata:\n  nonoscillatory: ¦yes", "expected true or false, found 'yes'")

    def test_list_of_the_wrong_length(self):
        self.mpdata('["0.2", "0.1"]', '¦["0.2"]', "mpdata.courant: expected 2 Courant numbers", "found 1")

    def test_value_for_a_list(self):
        self.mpdata("[12, 10]", "¦12", "grid.shape: expected a list, found a single value")

    def test_list_for_a_value(self):
        self.mpdata("steps: 4", "steps: ¦[4]", "time.steps: expected an integer, found a list")

    def test_value_for_a_section(self):
        self.mpdata("grid:\n  shape: [12, 10]", "grid: ¦12", "grid: expected a section")

    def test_fraction_for_an_integer(self):
        self.mpdata("steps: 4", "steps: ¦4.5", "time.steps: expected an integer, found '4.5'")

    def test_hexadecimal(self):
        self.mpdata("[12, 10]", "[12, ¦0x10]", "grid.shape[1]: expected a finite number, found '0x10'")

    def test_not_a_number(self):
        for word in (".nan", "nan", ".inf", "-inf", "1e999"):
            self.mpdata("step: 1", "step: ¦" + word, f"time.step: expected a finite number, found '{word}'")

    # Ranges.
    def test_negative_number(self):
        self.mpdata("step: 1", "step: ¦-1", "time.step: must be above 0, found -1")

    def test_too_many_iterations(self):
        self.mpdata("mpdata:", "mpdata:\n  iterations: ¦1000", "mpdata.iterations: must be at least 1 and at most 100, found 1000", "2 to 4 are usual")

    def test_unknown_precision(self):
        self.mpdata("grid:", "precision: ¦half\ngrid:", "precision: 'half' is not allowed", "allowed: double, single")

    def test_unknown_choice(self):
        self.cahn_hilliard("step: 0.01", "step: 0.01, stepper: ¦eular",
                           "time.stepper: 'eular' is not allowed; did you mean 'euler'?", "Allowed: euler")


if __name__ == "__main__":
    unittest.main()
