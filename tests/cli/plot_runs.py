"""Runs whose files are drawn: a plane, a line and a volume, none of which is the same when its axes are exchanged."""
import contextlib
import sys
import unittest

import h5py
import matplotlib

from support import ROOT, folder, run

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

sys.path.insert(0, str(ROOT / "python"))

# Left below a bump, which is carried to the right.
PLANE = """\
grid: {boundary: open, shape: [30, 16], bounds: [[0, 15], [-2, 2]]}
layout: {ranks: [2, 1], threads: [1, 3]}
initial:
  psi: "1 + exp(-((x - 3.25)^2 + 4*(y + 0.875)^2))"
  phi: "100 + x - 10*y"
mpdata: {courant: ["0.5", "0"], boundaries: {psi: open, phi: open}}
time: {step: 0.25, steps: 20}
output:
- {file: plane.h5, every: 4, units: {x: m, y: m, psi: K, time: s}}
- {file: single.h5, every: 10, precision: single, deflate: 3}
- {file: dates.h5, every: 10, fields: [phi], units: {time: "days since 2001-02-03"}}
- {file: across.h5, every: 4, region: {x: 3.25}, fields: [psi]}
- {file: part.h5, every: 10, region: {x: [2, 9]}, fields: [psi]}
- {file: place.h5, every: 1, region: {x: 3.25, y: -0.875}, fields: [psi]}
history: {file: plane.csv, every: 2}
checkpoint: {file: plane.ckpt.h5, every: 10}
"""

LINE = """\
equation: diffusion
grid: {shape: [50], bounds: [[0, 5]]}   # --set grid.shape counts
layout: {ranks: [2], threads: [2]}
initial: {c: "1 + sin(x)"}
time: {step: 0.001, steps: 30}
output: {file: line.h5, every: 10}
"""

VOLUME = """\
grid: {shape: [12, 8, 5], bounds: [[0, 12], [0, 4], [0, 1]]}
layout: {ranks: [2, 1, 1], threads: [1, 2, 2]}
initial: {c: "0.1*x + 0.02*y^2 - z*x/10"}
cahn_hilliard: {interface_width: 0.0001}
time: {step: 0.0001, steps: 2}
output: {file: volume.h5, every: 1}
"""


def make_runs(where):
    """Writes all files into a folder."""
    for app, name, text, options in (("mpdata", "plane", PLANE, []), ("pde", "line", LINE, ["--set", "grid.shape=[25]"]),
                                     ("cahn-hilliard", "volume", VOLUME, [])):
        (where / f"{name}.yaml").write_text(text)
        result = run(app, [f"{name}.yaml", "--quiet", *options], 2, where)
        if result.code != 0:
            raise AssertionError(result.err)


class Plotted(unittest.TestCase):
    """With the files of all runs in the working folder."""

    @classmethod
    def setUpClass(cls):
        cls.where = cls.enterClassContext(folder())
        make_runs(cls.where)
        cls.enterClassContext(contextlib.chdir(cls.where))

    def tearDown(self):
        pyplot.close("all")

    def images(self, figure):
        """Panels with a map, and their values as [x, y]."""
        return [(axes, axes.images[0].get_array().data.T) for axes in figure.axes if axes.images]

    def values(self, path, field):
        with h5py.File(path, "r") as file:
            return file[field][...]
