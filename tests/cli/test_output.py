"""The output file, read as users read it: xarray, with each of its HDF5 engines."""
import re
import unittest

import numpy
import xarray

from support import CAHN_HILLIARD, MPDATA, folder, run

LINE = MPDATA.replace("[12, 10]", "[12]\n  bounds: [[-3, 3]]").replace("+ y", "").replace('["0.2", "0.1"]', '["0.2"]')
PLANE = MPDATA.replace("[12, 10]", "[12, 10]\n  bounds: [[0, 6], [1, 2]]")
SPACE = CAHN_HILLIARD.replace("[12, 10]", "[12, 4, 6]\n  bounds: [[0, 6], [0, 4], [-3, 3]]").replace("step: 0.01", "step: 0.001")
# name: the app, its configuration, the field, the cell centres of each dimension
CASES = {
    "1-D": ("mpdata", LINE, "psi", {"x": numpy.arange(-2.75, 3, 0.5)}),
    "2-D": ("mpdata", PLANE, "psi", {"x": numpy.arange(0.25, 6, 0.5), "y": numpy.arange(1.05, 2, 0.1)}),
    "3-D": ("cahn-hilliard", SPACE, "c",
            {"x": numpy.arange(0.25, 6, 0.5), "y": numpy.arange(0.5, 4), "z": numpy.arange(-2.5, 3)}),
}


def write(app, text, where, ranks=1, *arguments):
    (where / "run.yaml").write_text(text)
    result = run(app, ["run.yaml", "--quiet", *arguments], ranks, where)
    assert result.code == 0, result.err
    return where / "out.h5"


class Output(unittest.TestCase):
    def test_labelled_axes(self):
        for name, (app, text, field, centres) in CASES.items():
            with folder() as where:
                path = write(app, text, where)
                step = 0.001 if app == "cahn-hilliard" else 1
                for engine in ("h5netcdf", "netcdf4"):
                    with self.subTest(case=name, engine=engine), xarray.open_dataset(path, engine=engine) as data:
                        self.assertEqual(data[field].dims, ("time", *centres))
                        self.assertEqual(data[field].dtype, numpy.float64)
                        self.assertEqual(data[field].attrs["long_name"], field)
                        self.assertEqual(data[field].attrs["units"], "1")
                        numpy.testing.assert_array_equal(data["step"], [0, 2, 4])
                        numpy.testing.assert_array_equal(data["time"], numpy.array([0, 2, 4]) * step)
                        for axis, expected in centres.items():
                            numpy.testing.assert_allclose(data[axis], expected, rtol=1e-14)
                            self.assertEqual(data[axis].dims, (axis,))
                        self.assertTrue(numpy.isfinite(data[field]).all())

    def test_values_by_label(self):
        """What lies at a label is the cell there: the initial field is known in closed form."""
        with folder() as where, xarray.open_dataset(write("mpdata", PLANE, where), engine="h5netcdf") as data:
            x, y = data["x"], data["y"]
            numpy.testing.assert_allclose(data["psi"].sel(time=0), 1 + x * (12 - x) + y, rtol=1e-15)

    def test_attributes(self):
        text = PLANE + "layout: {ranks: [-1, 1], threads: [1, 2]}  # three ranks\n"
        with folder() as where:
            path = write("mpdata", text, where, 3)
            for engine in ("h5netcdf", "netcdf4"):
                with self.subTest(engine=engine), xarray.open_dataset(path, engine=engine) as data:
                    self.assertTrue(data.attrs["Conventions"].startswith("CF-"))
                    self.assertEqual(data.attrs["config"], text)
                    self.assertEqual(list(data.attrs["layout_ranks"]), [3, 1])
                    self.assertEqual(list(data.attrs["layout_threads"]), [1, 2])
                    self.assertIn("tessera", data.attrs["source"])
                    for word in ("mpdata of tessera ", "MPI: ", "HDF5: ", "compiler: "):
                        self.assertIn(word, data.attrs["version"])

    def test_seconds(self):
        """Where the time went: for each part least, mean and most over the blocks; together the whole run."""
        with folder() as where:
            (where / "run.yaml").write_text(PLANE + "layout: {ranks: [2, 1], threads: [1, 2]}\n")
            result = run("mpdata", ["run.yaml"], 2, where)
            self.assertEqual(result.code, 0, result.err)
            total = 0
            with xarray.open_dataset(where / "out.h5", engine="h5netcdf") as data:
                for part in ("compute", "exchange", "wait", "boundary", "output", "rest"):
                    least, mean, most = data.attrs[f"seconds_{part}"]
                    self.assertLessEqual(0, least)
                    self.assertLessEqual(least, mean)
                    self.assertLessEqual(mean, most)
                    self.assertEqual(mean > 0, part != "boundary", part)  # a periodic grid has none
                    self.assertIn(f"\n  {part} ", result.out)
                    total += mean
                least, mean, most = data.attrs["memory_megabytes"]
                self.assertLess(1, least)
                self.assertLessEqual(least, mean)
                self.assertLessEqual(mean, most)
                self.assertIn("\nmemory of a rank at most: least ", result.out)
            shares = [int(share) for share in re.findall(r"(\d+) %$", result.out, re.MULTILINE)]
            self.assertEqual(len(shares), 6, result.out)
            self.assertAlmostEqual(sum(shares), 100, delta=3)
            self.assertGreater(total, 0)

    def test_overrides_are_kept(self):
        with folder() as where:
            path = write("mpdata", MPDATA, where, 1, "--set", "time.steps=2")
            with xarray.open_dataset(path, engine="h5netcdf") as data:
                self.assertTrue(data.attrs["config"].startswith(MPDATA))
                self.assertIn("--set time.steps=2", data.attrs["config"])

    def test_same_bits_for_other_layouts(self):
        for name, (app, text, field, centres) in CASES.items():
            threads = f"layout.threads=[{', '.join(['2'] + ['1'] * (len(centres) - 1))}]"
            with self.subTest(case=name), folder() as one, folder() as many:
                alone = write(app, text, one)
                cut = write(app, text, many, 3, "--set", threads)
                with xarray.open_dataset(alone, engine="h5netcdf") as a, xarray.open_dataset(cut, engine="h5netcdf") as b:
                    for variable in a.variables:
                        self.assertEqual(a[variable].values.tobytes(), b[variable].values.tobytes(), variable)

    def test_single_precision(self):
        for app, text, field in (("mpdata", LINE, "psi"), ("cahn-hilliard", SPACE, "c")):
            with self.subTest(app=app), folder() as one, folder() as many:
                alone = write(app, text + "precision: single\n", one)
                cut = write(app, text + "precision: single\n", many, 3)
                with xarray.open_dataset(alone, engine="h5netcdf") as a, xarray.open_dataset(cut, engine="h5netcdf") as b:
                    self.assertEqual(a[field].dtype, numpy.float32)
                    self.assertEqual(a[field].values.tobytes(), b[field].values.tobytes())

    def test_last_step_is_written(self):
        with folder() as where:
            path = write("mpdata", MPDATA, where, 1, "--set", "time.steps=5")
            with xarray.open_dataset(path, engine="h5netcdf") as data:
                self.assertEqual(list(data["step"]), [0, 2, 4, 5])

    def test_an_old_file_is_replaced(self):
        with folder() as where:
            write("mpdata", PLANE, where)
            with xarray.open_dataset(write("mpdata", LINE, where), engine="h5netcdf") as data:
                self.assertEqual(data["psi"].shape, (3, 12))


if __name__ == "__main__":
    unittest.main()
