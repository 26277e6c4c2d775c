"""The command tessera-plot: pictures and movies are written, from a checkout and where it is installed."""
import contextlib
import io
import os
import pathlib
import shutil
import subprocess
import unittest
import unittest.mock

import h5py
import numpy
from PIL import Image

import support
from plot_runs import Plotted, pyplot

import tessera_plot
from tessera_plot import command_line, movie

COMMAND = support.ROOT / "python/tessera-plot"


class PlotCommand(Plotted):
    def command(self, *arguments):
        """Runs it in this process; what it printed."""
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            code = command_line.main([str(argument) for argument in arguments])
        self.assertEqual((code, err.getvalue()), (0, ""), arguments)
        return out.getvalue()

    def test_pictures(self):
        """Every command writes a picture, named after its input, that is not blank."""
        for arguments, name in ((["fields", "plane.h5"], "plane_fields.png"), (["fields", "single.h5", "--cmap", "cividis"], "single_fields.png"),
                                (["fields", "volume.h5", "--max", "z"], "volume_fields.png"), (["fields", "line.h5"], "line_fields.png"),
                                (["fields", "plane.h5", "--field", "phi,psi", "--time", "1", "--range", "-1e-1", "2", "-o", "two.PNG"], "two.PNG"),
                                (["slice", "plane.h5", "--at", "y=-0.5"], "plane_slice.png"),
                                (["slice", "volume.h5", "--at", "y=0.1", "--at", "z=0.2", "--record", "-1"], "volume_slice.png"),
                                (["history", "plane.csv", "--columns", "psi_mass,psi_max"], "plane_history.png"),
                                (["layout", "volume.h5"], "volume_layout.png"), (["layout", "part.h5", "-o", "part.webp"], "part.webp")):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.command(*arguments), name + "\n")
                with Image.open(name) as picture:
                    self.assertGreater(min(picture.size), 150)
                    colours = picture.convert("RGB").getcolors(1 << 24)
                    self.assertGreater(len(colours), 30)
                    self.assertLess(max(count for count, _ in colours), 0.97 * picture.size[0] * picture.size[1])
                pyplot.close("all")
        self.command("layout", "plane.h5", "-o", "layout.svg")
        self.assertIn("<svg", pathlib.Path("layout.svg").read_text())

    def test_from_elsewhere(self):
        """Through the link beside the programs; installed, and the folder moved."""
        subprocess.run(["cmake", "--install", support.BIN.parent, "--prefix", "prefix", "--component", "plot"], check=True, capture_output=True)
        os.rename("prefix", "moved away")
        for command in (support.BIN / "tessera-plot", pathlib.Path("moved away/bin/tessera-plot").absolute()):
            with self.subTest(command=command):
                result = subprocess.run([command, "layout", self.where / "line.h5", "-o", self.where / "elsewhere.png"], cwd="/",
                                        timeout=support.TIMEOUT, capture_output=True, text=True, check=False)
                self.assertEqual((result.returncode, result.stdout, result.stderr), (0, f"{self.where}/elsewhere.png\n", ""))
        result = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, timeout=support.TIMEOUT, check=True)
        self.assertLess(len(result.stdout.splitlines()), 24)
        for command in ("fields", "slice", "history", "layout", "movie"):
            self.assertIn(f"tessera-plot {command} ", result.stdout)
            options = subprocess.run([COMMAND, command, "--help"], capture_output=True, text=True, timeout=support.TIMEOUT, check=True)
            self.assertIn("--output FILE", options.stdout)

    def test_movie(self):
        """As many frames as records, on one scale, each with its own values."""
        self.assertEqual(self.command("movie", "volume.h5", "--fps", 4), "volume.gif\n")
        with Image.open("volume.gif") as picture:
            self.assertEqual((picture.n_frames, picture.info["duration"]), (3, 250))
        shutil.copy("plane.h5", "killed.h5")
        with h5py.File("killed.h5", "a") as file:
            file["time"][4:] = numpy.nan  # not completed
            file["phi"][0] = 100          # a frame of one value widens no scale
        self.command("movie", "killed.h5", "--field", "psi")
        with Image.open("killed.gif") as picture:
            self.assertEqual(picture.n_frames, 4)
        data = self.values("killed.h5", "phi")[:4]
        seen = []

        def look(figure, frames, *_):
            for frame in frames:
                (axes, drawn), = self.images(frame)
                seen.append((frame._suptitle.get_text(), drawn.copy(), axes.images[0].get_clim()))

        with unittest.mock.patch.object(movie, "_write_gif", look), tessera_plot.open_run("killed.h5") as run:
            tessera_plot.write_movie(run, "phi.gif", ["phi"])
        self.assertEqual([title for title, *_ in seen], [f"t = {time} s" for time in range(4)])
        numpy.testing.assert_array_equal([drawn for _, drawn, _ in seen], data)
        self.assertEqual({limits for *_, limits in seen}, {(data.min(), data.max())})
        self.command("movie", "plane.h5", "-o", "line.gif", "--at", "y=0", "--times", 4)
        with Image.open("line.gif") as picture:
            self.assertEqual(picture.n_frames, 4)

    def test_mp4(self):
        if not shutil.which("ffmpeg"):
            self.skipTest("no ffmpeg")
        self.command("movie", "plane.h5", "--field", "psi", "-o", "psi.mp4")
        self.assertEqual(pathlib.Path("psi.mp4").read_bytes()[4:8], b"ftyp")


if __name__ == "__main__":
    unittest.main()
