"""Rarer mistakes that once crashed the program, ran with something else than asked for, or failed late and on every rank."""
import unittest

from support import CAHN_HILLIARD, MPDATA, check_refused, place


class BadCorner(unittest.TestCase):
    def refused(self, app, text, *fragments, arguments=(), rank_counts=(1, 3)):
        text, where = place(text)
        check_refused(self, app, ["run.yaml", *arguments], [f"run.yaml:{where}: " if where else "", *fragments],
                      {"run.yaml": text}, rank_counts=rank_counts)

    def mpdata(self, old, new, *fragments, **options):
        self.assertIn(old, MPDATA)
        self.refused("mpdata", MPDATA.replace(old, new), *fragments, **options)

    def cahn_hilliard(self, old, new, *fragments, **options):
        self.assertIn(old, CAHN_HILLIARD)
        self.refused("cahn-hilliard", CAHN_HILLIARD.replace(old, new), *fragments, **options)

    # Numbers that do not fit.
    def test_product_of_ranks_overflows(self):
        self.mpdata("initial:", "layout: {ranks: ¦[65536, 65536]}\ninitial:", "layout.ranks")
        self.refused("cahn-hilliard", CAHN_HILLIARD.replace("[12, 10]", "[12, 10, 4]").replace("step: 0.01", "step: 0.001")
                     + "layout: {ranks: ¦[65536, 65536, -1]}\n", "layout.ranks")

    def test_product_of_threads_overflows(self):
        self.mpdata("initial:", "layout: {threads: ¦[65536, 65536]}\ninitial:", "layout.threads")

    def test_number_of_steps_overflows(self):
        self.mpdata("steps: 4", "end: ¦1e30", "time.end")

    def test_grid_larger_than_any_memory(self):
        """One message, not one from each rank."""
        self.cahn_hilliard("[12, 10]", "[60000000, 60000000]", "memory")

    # YAML that means something else than it looks.
    def test_a_list_that_holds_itself(self):
        self.mpdata("[12, 10]", "&a [12, *a]", "")

    def test_second_document(self):
        self.refused("mpdata", MPDATA + "---\ntime: {step: 2, steps: 8}\n", "run.yaml")

    def test_list_for_a_boundary(self):
        self.mpdata("[12, 10]", "[12, 10]\n  boundary: [¦[periodc], periodic]", "grid.boundary[0]")

    # Expressions.
    def test_assignment_in_an_expression(self):
        self.mpdata('"1 + x*(12 - x) + y"', '¦"x = 3"', "initial.psi")

    def test_constant_boundary_value_not_finite(self):
        self.cahn_hilliard("[12, 10]", '[12, 10]\n  boundary: {value: ¦"0/0"}', "grid.boundary", "not finite")

    def test_parameter_not_finite(self):
        self.refused("mpdata", MPDATA + 'parameters: {a: ¦"1/0"}\n', "parameters.a", "not finite")

    def test_uniform_of_infinite_width(self):
        self.cahn_hilliard("{step: 0.01,", "{tolerance: 0.001,", "initial.c", arguments=["--set", "initial.c.uniform=[-1e308, 1e308]"])

    # Files.
    def test_field_twice(self):
        self.mpdata("every: 2}", "every: 2, fields: [psi, ¦psi]}", "output.fields[1]")

    def test_no_fields(self):
        self.mpdata("every: 2}", "every: 2, fields: ¦[]}", "output.fields")

    def test_output_is_no_plain_file(self):
        self.mpdata("file: out.h5", "file: ¦/dev/null", "output.file")

    def test_checkpoint_is_the_output(self):
        self.refused("mpdata", MPDATA + "checkpoint: {file: ¦out.h5}\n", "checkpoint.file", "output.file")

    def test_checkpoint_is_a_folder(self):
        """Found out before the run, not when the first checkpoint is to take its place."""
        self.refused("mpdata", MPDATA + "checkpoint: {file: ¦/tmp}\n", "checkpoint.file")

    # The command line.
    def test_check_looks_at_the_checkpoint_too(self):
        self.refused("mpdata", MPDATA, "--resume: there is no checkpoint", arguments=["--check", "--resume", "nowhere.ckpt"])

    def test_set_with_an_empty_part(self):
        for key in ("grid.shape.", "grid..shape", ".grid.shape"):
            self.refused("mpdata", MPDATA, f"--set {key}=[4, 4]", arguments=["--set", f"{key}=[4, 4]"])

    def test_set_in_an_unknown_section(self):
        self.refused("mpdata", MPDATA, "--set: ouput: unknown key; did you mean 'output'?", arguments=["--set", "ouput.every=2"])

    # What the message advises.
    def test_largest_layout_that_works(self):
        self.mpdata("  shape: [12, 10]", "  shape: [2, 1]\nlayout: {threads: ¦[3, 1]}",
                    "The largest that works with at most these: 1 x 1 rank(s) of 2 x 1 thread(s)", rank_counts=(1,))

    def test_allowed_boundaries(self):
        self.mpdata("[12, 10]", "[12, 10]\n  boundary: ¦valu", "grid.boundary: 'valu'",
                    "allowed: periodic, polar, {derivative: v}, {constant: v}, open, wall, extrapolated")


if __name__ == "__main__":
    unittest.main()
