"""Several outputs in a run: what each holds, and when; the same bits in the background and on every layout; readable by others."""
import pathlib
import unittest

import h5py
import numpy
import xarray

from support import CAHN_HILLIARD, MPDATA, check_refused, contents, folder, place, run

HEAD = CAHN_HILLIARD[:CAHN_HILLIARD.index("output:")].replace("[12, 10]", "[12, 10, 8]\n  bounds: [[0, 6], [0, 5], [0, 4]]")
HEAD = HEAD.replace("step: 0.01, steps: 4", "step: 0.001, steps: 20").replace("interface_width: 1,", "interface_width: 0.1,")
OUTPUTS = """\
output:
- {file: all.h5, every: 5, units: {time: s, x: m, c: kg m-3}, deflate: 4}
- {file: slice.h5, every: 3, region: {z: 2.1}, precision: single, deflate: 9}
- {file: box.nc, interval: 0.004, region: {x: [1, 3], y: 0.2}, writes: collective}
- {file: probe.h5, every: 1, region: {x: 1, y: 2, z: 3}}
- {file: line.h5, every: 10, region: {x: 1, y: 2}, writes: collective}
- {file: clock.h5, every_seconds: 0.001, region: {x: [5.5, 6]}}
"""
FILES = ("all.h5", "slice.h5", "box.nc", "probe.h5", "line.h5")  # those whose times do not depend on the clock


class Outputs(unittest.TestCase):
    def write(self, where, text, ranks, *arguments, code=0):
        (where / "run.yaml").write_text(text)
        result = run("cahn-hilliard", ["run.yaml", *arguments], ranks, where)
        self.assertEqual(result.code, code, result.err)
        return result

    def test_what_is_in_them(self):
        """Each beside the same cells of a run that writes everything at every step."""
        with folder() as where, folder() as whole:
            self.write(where, HEAD + OUTPUTS, 3)
            self.write(whole, HEAD + "output: {file: out.h5, every: 1}\n", 1)
            everything = xarray.open_dataset(whole / "out.h5", engine="h5netcdf")
            parts = {
                "all.h5": ([0, 5, 10, 15, 20], {}),
                "slice.h5": ([0, 3, 6, 9, 12, 15, 18, 20], {"z": 4}),
                "box.nc": ([0, 4, 8, 12, 16, 20], {"x": slice(2, 6), "y": 0}),
                "probe.h5": (list(range(21)), {"x": 2, "y": 4, "z": 6}),
                "line.h5": ([0, 10, 20], {"x": 2, "y": 4}),
            }
            for name, (steps, cells) in parts.items():
                with self.subTest(file=name), xarray.open_dataset(where / name, engine="h5netcdf") as data:
                    expected = everything.isel(time=steps, **cells)
                    self.assertEqual([int(step) for step in data["step"]], steps)
                    self.assertEqual(data["c"].dims, expected["c"].dims)
                    for axis in "xyz":
                        numpy.testing.assert_array_equal(data[axis], expected[axis])
                    values = expected["c"].values
                    if name == "slice.h5":
                        self.assertEqual(data["c"].dtype, numpy.float32)
                        values = values.astype(numpy.float32)
                    self.assertEqual(data["c"].values.tobytes(), values.tobytes())
            with h5py.File(where / "clock.h5", "r") as file:
                steps = list(file["step"])
                self.assertEqual((steps[0], steps[-1]), (0, 20))
                self.assertEqual(sorted(set(steps)), steps)
                self.assertFalse(numpy.isnan(file["time"]).any())

    def test_same_bits_on_layouts_and_in_the_background(self):
        with folder() as one:
            self.write(one, HEAD + OUTPUTS, 1, "--set", "layout.background=false")
            for ranks, threads, background in ((1, 2, "true"), (3, 1, "true"), (4, 2, "true"), (4, 1, "false")):
                with self.subTest(ranks=ranks, background=background), folder() as many:
                    result = self.write(many, HEAD + OUTPUTS, ranks, "--set", f"layout.background={background}",
                                        "--set", f"layout.threads=[1, {threads}, 1]")
                    self.assertEqual(", in the background" in result.out, background == "true")
                    for name in FILES:
                        self.assertEqual(contents(many / name), contents(one / name), name)

    def test_deflate(self):
        with folder() as where:
            self.write(where, HEAD + OUTPUTS, 2)
            for name, level in (("all.h5", 4), ("slice.h5", 9), ("box.nc", None)):
                with h5py.File(where / name, "r") as file:
                    self.assertEqual(file["c"].compression_opts, level)
                    self.assertEqual(file["c"].shuffle, level is not None)

    def test_resume(self):
        """What was compressed is written to again; an output that is new begins with the resumed part."""
        text = HEAD + OUTPUTS + "checkpoint: {file: run.ckpt, every: 13}\n"
        with folder() as where, folder() as whole:
            self.write(where, text, 2)
            text = text.replace("steps: 20", "steps: 34")
            late = text.replace("checkpoint:", "- {file: late.h5, interval: 0.007}\ncheckpoint:")
            result = self.write(where, late, 3, "--resume")
            self.assertIn("warning: late.h5 is not known to the checkpoint: a new one begins at this step", result.err)
            self.write(whole, text, 1)
            for name in FILES:
                self.assertEqual(contents(where / name), contents(whole / name), name)
                if name != "probe.h5":
                    xdmf = pathlib.Path(name).with_suffix(".xdmf")
                    self.assertEqual((where / xdmf).read_text(), (whole / xdmf).read_text())
            with h5py.File(where / "late.h5", "r") as file:
                self.assertEqual(list(file["step"]), [13, 14, 21, 28, 34])

    def test_too_large_for_single_precision(self):
        for background in ("true", "false"):
            with folder() as where:
                (where / "run.yaml").write_text(MPDATA.replace("1 + x*(12 - x) + y", "4e38 + x").replace("out.h5,", "out.h5, precision: single,"))
                result = run("mpdata", ["run.yaml", "--set", f"layout.background={background}"], 2, where)
                self.assertEqual(result.code, 1, result.err)
                self.assertIn("error: output.file out.h5 cannot be written: values of 'psi' are beyond those of single precision",
                              result.err)
                self.assertEqual(result.err.count("error:"), 1)

    def refused(self, new, *fragments, head=HEAD):
        text, where = place(head + new)
        check_refused(self, "cahn-hilliard", ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text})

    def test_refused(self):
        for new, *fragments in (
                ("output: {file: out.h5, region: {x: ¦7}}", "x = 7 is outside of the domain, which goes from 0 to 6"),
                ("output: {file: out.h5, region: {x: ¦[1.1, 1.2]}}", "no cell has its centre between 1.1 and 1.2", "give a number"),
                ("output: {file: out.h5, region: {x: ¦[1]}}", "expected 2 numbers [from, to]"),
                ("output: {file: out.h5, region: {u: ¦1}}", "region.u: unknown key"),
                ("output: {file: out.h5, region: ¦{}}", "expected an entry for one axis"),
                ("output: {file: out.h5, deflate: ¦10}", "levels go from 1 (fast) to 9 (small)"),
                ("output: {file: out.h5, every_seconds: ¦0}", "must be above 0"),
                ("output: {file: out.h5, precision: ¦half}", "'half' is not allowed"),
                ("output: {file: out.h5, units: {q: ¦m}}", "units.q: unknown key"),
                ("output: [{file: out.h5}, {file: ¦out.h5}]", "is the same as output.file"),
                ("output: [{file: out.h5}, {file: ¦out.xdmf}]", "is the same as output.file"),
                ("output: [¦3]", "expected a section of keys"),
                ("precision: single\noutput: {file: out.h5, precision: ¦double}", "fields are in single precision"),
                ("layout: {background: ¦maybe}\noutput: {file: out.h5}", "'maybe' is not allowed")):
            self.refused(new, *fragments)

if __name__ == "__main__":
    unittest.main()
