"""tessera-plot: what is drawn is what the files hold, at its place."""
import pathlib
import shutil
import subprocess
import unittest

import h5py
import numpy

import support
from plot_runs import Plotted, pyplot

import tessera_plot
from tessera_plot import block_map


class Plot(Plotted):
    def draw(self, name, *arguments, **options):
        with tessera_plot.open_run(name) as run:
            figure = tessera_plot.draw_fields(run, *arguments, **options)
        figure.canvas.draw()
        return figure

    def test_map(self):
        """Values, edges and the picture itself: x to the right, y upward."""
        figure = self.draw("plane.h5", ["psi"], [2])
        (axes, drawn), = self.images(figure)
        data = self.values("plane.h5", "psi")[2]
        numpy.testing.assert_array_equal(drawn, data)
        self.assertEqual(axes.images[0].get_extent(), [0, 15, -2, 2])
        self.assertEqual((axes.get_xlabel(), axes.get_ylabel()), ("x (m)", "y (m)"))
        self.assertEqual([other.get_ylabel() for other in figure.axes[1:]], ["psi (K)"])
        self.assertEqual(figure._suptitle.get_text(), "t = 2 s")
        dots = numpy.asarray(figure.canvas.buffer_rgba())
        for i, j in ((0, 0), (29, 0), (0, 15), numpy.unravel_index(data.argmax(), data.shape)):
            right, up = axes.transData.transform(((i + 0.5) * 0.5, -2 + (j + 0.5) * 0.25))
            expected = numpy.array(axes.images[0].to_rgba(data[i, j]))
            numpy.testing.assert_allclose(dots[int(len(dots) - up), int(right)] / 255, expected, atol=0.03)

    def test_times_share_a_scale(self):
        figure = self.draw("plane.h5", ["psi"])
        data = self.values("plane.h5", "psi")[[0, 2, 3, 5]]
        self.assertEqual(len(self.images(figure)), 4)
        for (axes, drawn), expected, time in zip(self.images(figure), data, (0, 2, 3, 5)):
            numpy.testing.assert_array_equal(drawn, expected)
            self.assertEqual(axes.images[0].get_clim(), (data.min(), data.max()))
            self.assertEqual(axes.get_title(), f"t = {time} s")
        figure = self.draw("plane.h5", None, [0, -1], limits=(-3, 1.5))
        self.assertEqual({axes.images[0].get_clim() for axes, _ in self.images(figure)}, {(-3, 1.5)})
        fields = [self.values("plane.h5", field)[record] for field in ("phi", "psi") for record in (0, -1)]
        for (_, drawn), expected in zip(self.images(figure), fields, strict=True):
            numpy.testing.assert_array_equal(drawn, expected)

    def test_precision_and_regions(self):
        """Single precision, compressed; a part of the grid; a slice that the run wrote; one place."""
        (_, drawn), = self.images(self.draw("single.h5", ["phi"], [1]))
        self.assertEqual(drawn.dtype, numpy.float32)
        numpy.testing.assert_array_equal(drawn, self.values("single.h5", "phi")[1])
        (axes, drawn), = self.images(self.draw("part.h5", ["psi"], [0]))
        self.assertEqual(axes.images[0].get_extent(), [2, 9, -2, 2])
        numpy.testing.assert_array_equal(drawn, self.values("plane.h5", "psi")[0, 4:18])
        figure = self.draw("across.h5", None, [0, 5])
        for line, record in zip(figure.axes[0].lines, (0, 5), strict=True):
            numpy.testing.assert_array_equal(line.get_xdata(), numpy.arange(-1.875, 2, 0.25))
            numpy.testing.assert_array_equal(line.get_ydata(), self.values("plane.h5", "psi")[record, 6])
        self.assertEqual(figure.axes[0].get_xlabel(), "y")
        figure = self.draw("place.h5")
        line, = figure.axes[0].lines
        numpy.testing.assert_array_equal(line.get_xdata(), 0.25 * numpy.arange(21))
        numpy.testing.assert_array_equal(line.get_ydata(), self.values("place.h5", "psi"))
        self.assertEqual(figure._suptitle.get_text(), "x = 3.25, y = -0.875")

    def test_lines(self):
        axes, = self.draw("line.h5").axes
        self.assertEqual([line.get_label() for line in axes.lines], ["t = 0", "t = 0.01", "t = 0.02", "t = 0.03"])
        for line, data in zip(axes.lines, self.values("line.h5", "c"), strict=True):
            numpy.testing.assert_array_equal(line.get_ydata(), data)
        self.assertEqual(len({tuple(line.get_color()) for line in axes.lines}), 4)

    def test_volume(self):
        """Its middle, or the most along a dimension; the title says which."""
        data = self.values("volume.h5", "c")[0]
        for maximum, expected, labels, title in ((None, data[:, :, 2], "xy", "z = 0.5 (the middle)"),
                                                 ("x", data.max(0), "yz", "the most along x"),
                                                 ("y", data.max(1), "xz", "the most along y")):
            with self.subTest(maximum=maximum):
                figure = self.draw("volume.h5", None, [0], maximum=maximum)
                (axes, drawn), = self.images(figure)
                numpy.testing.assert_array_equal(drawn, expected)
                self.assertEqual(axes.get_xlabel() + axes.get_ylabel(), labels)
                self.assertEqual(figure._suptitle.get_text(), f"t = 0, {title}")

    def test_slices(self):
        """Through the cell that holds a coordinate, an edge's being the one above; at the upper end of the grid the last."""
        plane, volume = self.values("plane.h5", "psi")[3], self.values("volume.h5", "c")[1]
        for y, cell in ((-2, 0), (-0.9, 4), (-0.875, 4), (0, 8), (0.249, 8), (0.25, 9), (2, 15)):
            line, = self.draw("plane.h5", ["psi"], [3], at={"y": y}).axes[0].lines
            numpy.testing.assert_array_equal(line.get_ydata(), plane[:, cell], f"at {y}")
        (_, drawn), = self.images(self.draw("volume.h5", None, [1], at={"y": 3.1}))
        numpy.testing.assert_array_equal(drawn, volume[:, 6])
        figure = self.draw("volume.h5", None, [1], at={"y": 3.1, "x": 0.2})
        numpy.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), volume[0, 6])
        self.assertEqual(figure._suptitle.get_text(), "t = 0.0001, y = 3.25, x = 0.5")
        line, = self.draw("volume.h5", None, at={"x": 3.5, "y": 1, "z": 0.9}).axes[0].lines
        numpy.testing.assert_array_equal(line.get_ydata(), self.values("volume.h5", "c")[:, 3, 2, 4])
        line, = self.draw("volume.h5", None, [1], at={"z": 0}, maximum="y").axes[0].lines
        numpy.testing.assert_array_equal(line.get_ydata(), volume[:, :, 0].max(1))

    def test_records(self):
        with tessera_plot.open_run("plane.h5") as run, tessera_plot.open_run("dates.h5") as dates:
            for options, expected in (({"time": "0"}, [0]), ({"time": 2.4}, [2]), ({"time": 5}, [5]), ({"record": -1}, [5]), ({"record": 3}, [3]),
                                      ({"times": 1}, [0]), ({"times": 3}, [0, 2, 5]), ({"times": 9}, [0, 1, 2, 3, 4, 5])):
                self.assertEqual(tessera_plot.records_of(run, **options), expected, options)
            self.assertEqual(tessera_plot.records_of(dates, time="2001-02-05T06:00"), [1])
            figure = tessera_plot.draw_fields(dates, records=[0, 1])
        self.assertEqual([axes.get_title() for axes in figure.axes[:2]], ["2001-02-03 00:00:00", "2001-02-05 12:00:00"])

    def test_units_of_time(self):
        """Dates where numpy has them, else numbers with their unit."""
        shutil.copy("plane.h5", "units.h5")
        for unit, label in (("minutes since 1990-01-01", "1990-01-01 00:05:00"), ("seconds since 0001-01-01", "t = 5 seconds since 0001-01-01"),
                            ("years since the beginning", "t = 5 years since the beginning"), ("seconds", "t = 5 seconds"), ("1", "t = 5")):
            with self.subTest(unit=unit):
                with h5py.File("units.h5", "a") as file:
                    file["time"].attrs["units"] = unit
                self.assertEqual(self.draw("units.h5", ["psi"], [5])._suptitle.get_text(), label)

    def test_records_that_were_not_completed(self):
        shutil.copy("plane.h5", "killed.h5")
        with h5py.File("killed.h5", "a") as file:
            file["time"][3:] = numpy.nan
        with tessera_plot.open_run("killed.h5") as run:
            self.assertEqual(list(run.time), [0, 1, 2])
            self.assertEqual(tessera_plot.records_of(run, record=-1), [2])

    def test_reads_what_is_drawn(self):
        """Of a record of 32 GB a plane, drawn as means of blocks, in 8 GiB. Nothing of it is on the disk: HDF5 gives what it is told to."""
        with h5py.File("large.h5", "w") as file:
            for name in ("time", *"xyz"):
                file[name] = numpy.arange(2 if name == "time" else 2000) + 0.5
                file[name].make_scale(name)
            data = file.create_dataset("c", (2, 2000, 2000, 2000), "f4", chunks=(1, 200, 200, 200), fillvalue=3)
            data[0, :2, :7, 1000] = [[8] * 4 + [1] * 3] * 2
            data.attrs["units"] = "kg"
            for place, name in enumerate(("time", *"xyz")):
                data.dims[place].attach_scale(file[name])
        command = f"ulimit -v {8 << 20}; exec '{support.ROOT}/python/tessera-plot' slice large.h5 --at z=1000.5 --time 0.5"
        result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=support.TIMEOUT, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        (axes, drawn), = self.images(self.draw("large.h5", None, [0], at={"z": 1000.5}))
        self.assertEqual(drawn.shape, (1000, 1000))
        numpy.testing.assert_array_equal(drawn[:2, :5], [[8, 8, 1, 2, 3], [3, 3, 3, 3, 3]])
        self.assertEqual((axes.images[0].get_extent(), axes.get_xlabel()), ([0, 2000, 0, 2000], "x"))
        self.assertEqual(axes.figure.axes[1].get_ylabel(), "c (kg)")

    def test_history(self):
        table = numpy.genfromtxt("plane.csv", delimiter=",", names=True)
        figure = tessera_plot.draw_history(tessera_plot.read_history("plane.csv"))
        self.assertEqual([axes.get_title() for axes in figure.axes], list(table.dtype.names[2:]))
        for axes in figure.axes:
            numpy.testing.assert_array_equal(axes.lines[0].get_xdata(), table["time"])
            numpy.testing.assert_array_equal(axes.lines[0].get_ydata(), table[axes.get_title()])
        figure = tessera_plot.draw_history(tessera_plot.read_history("plane.csv"), ["psi_max", "courant_max"], "xy")
        self.assertEqual([(axes.get_title(), axes.get_xscale(), axes.get_yscale()) for axes in figure.axes],
                         [("psi_max", "log", "log"), ("courant_max", "log", "log")])
        figure = tessera_plot.draw_history(tessera_plot.read_history("plane.csv"), log="y")
        scales = {axes.get_title(): axes.get_yscale() for axes in figure.axes}
        self.assertEqual((scales["psi_max"], scales["divergence_max (linear)"]), ("log", "linear"))
        pathlib.Path("growing.csv").write_text("step,time,c\n0,0,1.5\n10,0.1,1.25\n20,0.2,1")  # the last line is being written
        numpy.testing.assert_array_equal(tessera_plot.read_history("growing.csv")["c"], [1.5, 1.25])

    def test_layout(self):
        """Rectangles cover the grid exactly once, and are those of the run."""
        for name, shape, ranks, threads in (("plane.h5", [30, 16], [2, 1], [1, 3]), ("place.h5", [30, 16], [2, 1], [1, 3]),
                                            ("line.h5", [25], [2], [2])):
            with self.subTest(file=name):
                self.assertEqual(tessera_plot.read_layout(name), (shape, ranks, threads))
                axes, = tessera_plot.draw_layout(*tessera_plot.read_layout(name)).axes
                cover = numpy.zeros((shape + [1])[:2], int)
                for path in axes.collections[0].get_paths():
                    (x0, y0), (x1, y1) = path.get_extents().get_points().astype(int)
                    self.assertEqual(len(path.vertices), 5)
                    cover[x0:x1, y0:y1] += 1
                self.assertEqual((cover.min(), cover.max()), (1, 1))
        self.assertEqual([ranges for *_, ranges in tessera_plot.blocks([30, 16], [2, 1], [1, 3])],
                         [[x, y] for x in ((0, 15), (15, 30)) for y in ((0, 6), (6, 11), (11, 16))])
        self.assertEqual([ranges for *_, ranges in tessera_plot.blocks([25], [2], [2])], [[(0, 7)], [(7, 13)], [(13, 19)], [(19, 25)]])

    def test_layout_of_a_volume(self):
        """The front has all blocks along x and z, the top along x and y, the side along y and z; their areas add up to the faces'."""
        shape, ranks, threads = tessera_plot.read_layout("volume.h5")
        self.assertEqual((shape, ranks, threads), ([12, 8, 5], [2, 1, 1], [1, 2, 2]))
        axes = pyplot.figure().subplots()
        depth = block_map.DEPTH
        owners = [[(rank, thread) for rank, thread, _ in face] for face in block_map.draw_blocks(axes, shape, ranks, threads)]
        self.assertEqual(owners, [[(0, 0), (0, 1), (1, 0), (1, 1)], [(0, 1), (0, 3), (1, 1), (1, 3)], [(1, 0), (1, 1), (1, 2), (1, 3)]])
        axes, = tessera_plot.draw_layout(shape, ranks, threads).axes
        for face, count, area in zip(axes.collections, (4, 4, 4), (12 * 5, 12 * 8 * depth[1], 8 * 5 * depth[0]), strict=True):
            self.assertEqual(len(face.get_paths()), count)
            corners = [path.vertices[:4] for path in face.get_paths()]
            areas = [abs(numpy.cross(c[2] - c[0], c[3] - c[1])) / 2 for c in corners]
            self.assertAlmostEqual(sum(areas), area)


if __name__ == "__main__":
    unittest.main()
