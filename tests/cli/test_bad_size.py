"""What would take too much memory or time is refused at once; and names of files, whatever they are."""
import os
import resource
import unittest

from support import CAHN_HILLIARD, MPDATA, check_refused, folder, place, run


class BadSize(unittest.TestCase):
    def refused(self, app, base, old, new, *fragments, **options):
        """`new` in place of `old`; its mark ¦ is where the message must point."""
        self.assertIn(old, base)
        text, where = place(base.replace(old, new))
        check_refused(self, app, ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text}, **options)

    def test_memory(self):
        self.refused("mpdata", MPDATA, "[12, 10]", "¦[10000000, 10000000]", "grid.shape: two fields of this grid alone need more than",
                     "of memory that a rank may have here", "use a smaller grid, or more nodes")

    def test_memory_of_all_fields(self):
        """A limit, of which nobody but the app knows, between what two fields need and what there are."""
        before = resource.getrlimit(resource.RLIMIT_RSS)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_RSS, before)
        resource.setrlimit(resource.RLIMIT_RSS, (20 << 20, before[1]))
        varied = MPDATA.replace('["0.2", "0.1"]', '["0.0001*y", "0"]')
        self.refused("mpdata", varied, "[12, 10]", "¦[1000, 1000]", "grid.shape: the fields of this run need more than the 0.021 GB",
                     rank_counts=(1,))

    def test_threads(self):
        self.refused("mpdata", MPDATA, "[12, 10]", "[300, 300]\nlayout: {threads: ¦[100, 100]}",
                     "layout.threads: more than 1024 threads a rank; ask for as many as a rank has cores")

    def test_parameters(self):
        many = "".join(f"  p{n}: 1\n" for n in range(1001))
        self.refused("mpdata", MPDATA, "grid:", f"parameters:\n  ¦{many[2:]}grid:", "parameters: more than 1000 parameters")

    def test_expression(self):
        self.refused("mpdata", MPDATA, '"1 + x*(12 - x) + y"', '¦"' + "(" * 10000 + "x" + ")" * 10000 + '"',
                     "initial.psi: in the expression '((((", " ...': ")

    def test_stages(self):
        self.refused("cahn-hilliard", CAHN_HILLIARD, "step: 0.01", "step: 0.01, stepper: rkc2, most_stages: ¦1e15",
                     "time.most_stages: must be at least 3 and at most 10000, found", "200 are usual")

    def test_substances(self):
        """How fast many substances react is sampled: 3^40 combinations would never end."""
        names = [f"c{n}" for n in range(40)]
        text = ("equation: reaction-diffusion\ngrid: {shape: [16]}\n"
                f"initial: {{{', '.join(name + ': 1' for name in names)}}}\n"
                f"reaction_diffusion: {{diffusivity: {{c0: 1}}, reaction: {{{', '.join(name + ': -' + name for name in names)}}}}}\n"
                "time: {step: 0.1, steps: 2}\n")
        with folder() as where:
            (where / "run.yaml").write_text(text)
            self.assertEqual(run("pde", ["run.yaml"], 1, where).code, 0)
        with folder() as where:
            (where / "run.yaml").write_text(text.replace("step: 0.1", "step: 100"))
            result = run("pde", ["run.yaml"], 1, where)
            self.assertEqual(result.code, 2)
            self.assertIn("is not stable", result.err)

    def test_times(self):
        self.refused("mpdata", MPDATA, "time: {step: 1, steps: 4}", "time: ¦{step: 1e300, steps: 1e15}", "would end at a time that is not finite")
        self.refused("cahn-hilliard", CAHN_HILLIARD.replace("step: 0.01, steps: 4", "tolerance: 1e-3, end: 1e300"), "every: 2",
                     "interval: ¦1e-300", "output.interval: makes more records than can be counted")

    def test_flow(self):
        fast = MPDATA.replace('courant: ["0.2", "0.1"]', "velocity: [1e308, 1e308]")
        self.refused("mpdata", fast, "step: 1,", "courant: ¦0.5,", "time.courant: the flow is too fast for it: the step would be 0")

    def test_random_numbers(self):
        self.refused("mpdata", "precision: single\n" + MPDATA, '"1 + x*(12 - x) + y"', "{uniform: ¦[1e300, 1e301]}",
                     "initial.psi.uniform: makes values that are not finite in single precision")
        self.refused("mpdata", MPDATA, '"1 + x*(12 - x) + y"', "{normal: ¦[1e308, 1e308]}", "initial.psi.normal: makes values")

    # Files.
    def test_no_plain_file(self):
        with folder() as where:
            os.mkfifo(where / "pipe")
            self.refused("mpdata", MPDATA, '"1 + x*(12 - x) + y"', f"{{file: ¦{where}/pipe, dataset: psi}}",
                         "cannot be read: there is no plain file of this name")
            self.refused("mpdata", MPDATA, "out.h5", f"¦{where}/pipe", "cannot write", "it is no plain file")

    def test_empty_name(self):
        self.refused("mpdata", MPDATA, "file: out.h5, every: 2", "file: ¦''", "output.file: cannot write '': the name is empty; make the folder, or name another file")

    def test_names_that_mpi_would_not_take(self):
        """A single character (Open MPI), and what looks like a kind of file system (MPICH)."""
        for name in ("a", "a:b.h5", "nfs:c.h5", "./12:30.h5"):
            with folder() as where, self.subTest(name=name):
                (where / "run.yaml").write_text(MPDATA.replace("out.h5", name))
                result = run("mpdata", ["run.yaml"], 1, where)
                self.assertEqual(result.code, 0, result.err)
                self.assertTrue((where / name).exists())
                again = MPDATA.replace('"1 + x*(12 - x) + y"', f"{{file: '{name}', dataset: psi}}")
                (where / "run.yaml").write_text(again)
                self.assertEqual(run("mpdata", ["run.yaml"], 1, where).code, 0)


if __name__ == "__main__":
    unittest.main()
