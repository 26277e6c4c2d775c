"""What tessera-plot refuses: one line that says what is wrong and what is allowed, exit code 2, no picture."""
import contextlib
import io
import os
import shutil
import subprocess
import unittest
import unittest.mock

import h5py
import numpy

import support
from plot_runs import make_runs

import tessera_plot
from tessera_plot import command_line

COMMAND = support.ROOT / "python/tessera-plot"

# (arguments, what the message says)
WRONG = [
    # the command line
    ("", "the following arguments are required: COMMAND; see tessera-plot --help"),
    ("field plane.h5", "invalid choice: 'field' (choose from 'fields', 'slice', 'history', 'layout', 'movie')"),
    ("fields", "required: RUN.h5; see tessera-plot fields --help"),
    ("fields plane.h5 --tims 3", "unrecognized arguments: --tims 3"),
    ("fields plane.h5 --fiel psi", "unrecognized arguments: --fiel psi"),
    ("fields plane.h5 --at y=0", "unrecognized arguments: --at y=0"),
    ("fields plane.h5 --times 0", "--times: '0' is not a whole number from 1"),
    ("fields plane.h5 --time 0 --times 2", "--times: not allowed with argument --time"),
    ("fields plane.h5 --record 1.5", "--record: '1.5' is not a whole number"),
    ("fields plane.h5 --range 1", "--range: expected 2 arguments"),
    ("fields plane.h5 --range 1 nan", "--range: 'nan' is not a number"),
    ("fields plane.h5 --range 1 -1e-3", "--range wants LOW below HIGH, not 1 -0.001"),
    ("fields plane.h5 --field ,", "--field: expected names with commas"),
    ("fields plane.h5 --cmap virids", "no colour map 'virids'; did you mean 'viridis'?"),
    ("fields plane.h5 -o plane.h5", "plane.h5: pictures end in .eps, "),
    ("fields plane.h5 -o nowhere/a.png", "nowhere/a.png cannot be written: there is no folder "),
    ("slice plane.h5", "--at is required, as --at y=50"),
    ("slice plane.h5 --at y", "--at: 'y' is not like y=50"),
    ("slice plane.h5 --at q=1", "--at: 'q=1' is not like y=50"),
    ("slice plane.h5 --at y=one", "--at: 'one' is not a number"),
    ("slice plane.h5 --at y=0 --at y=1", "--at y is given twice"),
    ("slice plane.h5 --at y=0 --max y", "y is cut already"),
    ("history plane.csv --log z", "--log: invalid choice: 'z' (choose from 'x', 'y', 'xy')"),
    ("history plane.csv --cmap viridis", "unrecognized arguments: --cmap viridis"),
    ("layout plane.h5 --shape 3,x", "--shape: 'x' is not a whole number from 1"),
    ("movie plane.h5 --fps 0", "--fps: '0' is not a whole number from 1"),
    ("movie plane.h5 -o plane.avi", "plane.avi: a movie is a .gif or an .mp4"),
    ("movie plane.h5 -o plane.mp4", "plane.mp4 needs ffmpeg, which is not here: apt-get install ffmpeg"),
    ("movie plane.h5 -o nowhere/a.gif", "there is no folder "),
    # files
    ("fields nothing.h5", "there is no file nothing.h5"),
    ("fields .", ". is a folder"),
    ("fields text.h5", "text.h5 is not an HDF5 file"),
    ("fields plane.xdmf", "plane.xdmf is not an HDF5 file; it describes one to ParaView"),
    ("movie plane.csv", "plane.csv is not an HDF5 file; tessera-plot history draws the CSV of history.file"),
    ("layout truncated.h5", "truncated.h5 cannot be read: "),
    ("fields plane.ckpt.h5", "plane.ckpt.h5 is a checkpoint"),
    ("fields bare.h5", "bare.h5 is not the output.file of a run"),
    ("fields timeless.h5", "timeless.h5 has no records over time"),
    ("fields fieldless.h5", "fieldless.h5 has no fields over time"),
    ("fields begun.h5", "begun.h5 has no complete record yet"),
    ("layout bare.h5", "bare.h5 does not say its layout"),
    ("history nothing.csv", "there is no file nothing.csv"),
    ("history plane.h5", "plane.h5 is not text; draw the output.file of a run with tessera-plot fields"),
    ("history empty.csv", "empty.csv has no columns step, time and more in its first line"),
    ("history alien.csv", "alien.csv has no columns step, time and more in its first line"),
    ("history head.csv", "head.csv has no lines yet"),
    ("history torn.csv", "torn.csv:3: expected 3 numbers"),
    # names and values
    ("fields plane.h5 --field psy", "plane.h5 has no field 'psy'; did you mean 'psi'?; there are phi, psi"),
    ("fields plane.h5 --field PSI", "did you mean 'psi'?"),
    ("movie plane.h5 --field step", "plane.h5 has no field 'step'"),
    ("fields plane.h5 --record 6", "record 6 of plane.h5: complete ones are 0 to 5, or -6 to -1 from the end"),
    ("fields plane.h5 --record -7", "record -7 of plane.h5"),
    ("fields plane.h5 --time 5.1", "time 5.1 is outside of plane.h5, which goes from 0 s to 5 s"),
    ("fields plane.h5 --time -1e-3", "time -1e-3 is outside"),
    ("fields plane.h5 --time noon", "time noon: times of plane.h5 are numbers"),
    ("fields dates.h5 --time 1", "time 1: times of dates.h5 are dates, as 2000-01-31T12:00"),
    ("fields dates.h5 --time 2001-02-09", "which goes from 2001-02-03 to 2001-02-08"),
    ("fields place.h5 --times 21 --max x", "place.h5 has no dimension x: it is a slice at x = 3.25"),
    ("slice plane.h5 --at y=2.1", "y=2.1 is outside of plane.h5, where y goes from -2 to 2"),
    ("slice part.h5 --at x=1", "x=1 is outside of part.h5, where x goes from 2 to 9"),
    ("slice plane.h5 --at z=1", "plane.h5 has no dimension z; there are x, y"),
    ("slice across.h5 --at x=3.25", "across.h5 has no dimension x: it is a slice at x = 3.25; there are y"),
    ("fields many.h5 --times 40", "2 field(s) at 40 times are more than a picture holds, which is 36 panels"),
    ("movie place.h5", "place.h5 has one value a record here, which makes no movie"),
    ("history plane.csv --columns psi_mas", "plane.csv has no column 'psi_mas'; did you mean 'psi_mass'?"),
    ("history plane.csv --columns divergence_max --log y", "'divergence_max' has no value above 0 for a logarithmic axis"),
    ("layout plane.h5 --shape 30,17", "the configuration in plane.h5 has the shape [30, 16], not [30, 17]"),
    ("layout hidden.h5", "hidden.h5: its configuration does not show the grid's shape in a way that is understood here; give --shape"),
    ("layout hidden.h5 --shape 30", "the grid of hidden.h5 has 2 dimensions, and [30] has 1"),
    ("layout hidden.h5 --shape 30,15", "15 cells along y are too few: hidden.h5 has 16 in 3 parts"),
]


def make_files(where):
    make_runs(where)
    for name, text in (("text.h5", "psi"), ("empty.csv", ""), ("alien.csv", "a,b,c\n1,2,3\n"), ("head.csv", "step,time,c\n"),
                       ("torn.csv", "step,time,c\n0,0,1\n1,0.5\n2,1,1\n")):
        (where / name).write_text(text)
    (where / "truncated.h5").write_bytes((where / "plane.h5").read_bytes()[:20000])
    for name in ("begun", "fieldless", "hidden", "many"):
        shutil.copy(where / "plane.h5", where / f"{name}.h5")
    with h5py.File(where / "begun.h5", "a") as file:
        file["time"][...] = numpy.nan
    with h5py.File(where / "fieldless.h5", "a") as file:
        del file["psi"], file["phi"]
    with h5py.File(where / "hidden.h5", "a") as file:
        file.attrs["config"] = "grid: {shape: &cells [30, 16, 1]}\n# shape: [30, 16]\n"
    with h5py.File(where / "many.h5", "a") as file:
        for name in ("time", "step", "phi", "psi"):
            file[name].resize(50, axis=0)
        file["time"][...] = numpy.arange(50)
    with h5py.File(where / "timeless.h5", "w") as file:
        file["psi"] = numpy.zeros((3, 3))
    with h5py.File(where / "bare.h5", "w") as file:
        file["time"], file["psi"] = numpy.zeros(3), numpy.zeros((3, 3))


class BadPlot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.where = cls.enterClassContext(support.folder())
        make_files(cls.where)
        (cls.where / "bin").mkdir()

    def command(self, *words, **environment):
        return subprocess.run(words, cwd=self.where, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
                              timeout=support.TIMEOUT)

    def test_refused(self):
        files = sorted(self.where.iterdir())
        with contextlib.chdir(self.where), unittest.mock.patch.dict(os.environ, PATH=str(self.where / "bin")):  # no ffmpeg
            for arguments, message in WRONG:
                with self.subTest(arguments=arguments):
                    with contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()) as out:
                        code = command_line.main(arguments.split())
                    self.assertEqual((code, out.getvalue()), (2, ""), err.getvalue())
                    line, = err.getvalue().splitlines()
                    self.assertTrue(line.startswith("error: "), line)
                    self.assertIn(message, line)
        self.assertEqual(sorted(self.where.iterdir()), files, "wrote a file")

    def test_no_room(self):
        """A failure while writing has exit code 1."""
        result = self.command("bash", "-c", f"ulimit -f 1; exec '{COMMAND}' fields plane.h5")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertRegex(result.stderr, r"^error: .*File too large.*\n$")

    def test_failing_ffmpeg(self):
        (self.where / "failing").mkdir()
        ffmpeg = self.where / "failing/ffmpeg"
        ffmpeg.write_text("#!/bin/sh\n/bin/cat > /dev/null\nexit 3\n")
        ffmpeg.chmod(0o755)
        result = self.command(COMMAND, "movie", "plane.h5", "-o", "plane.mp4", PATH=f"{ffmpeg.parent}:{os.environ['PATH']}")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (1, "", "error: plane.mp4: ffmpeg failed with exit code 3\n"))

    def test_no_display(self):
        result = self.command("env", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", "-u", "MPLBACKEND", COMMAND, "history", "plane.csv", "--show")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"^error: --show finds no display, .*; -o writes a file\n$")

    def test_missing_modules(self):
        """-S keeps Python from what is installed."""
        result = self.command("/usr/bin/python3", "-S", COMMAND, "fields", "plane.h5")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"^error: /usr/bin/python3 has no numpy, h5py, xarray, .*: apt-get install python3-numpy python3-h5py .*, "
                                        r"or pip install numpy h5py .* pillow\n$")

    def test_library(self):
        with self.assertRaisesRegex(tessera_plot.Refused, "there is no file .*nothing.h5"):
            tessera_plot.open_run(self.where / "nothing.h5")
        with self.assertRaisesRegex(AttributeError, "no attribute 'draw_feilds'"):
            tessera_plot.draw_feilds


if __name__ == "__main__":
    unittest.main()
