"""Movies of a run's records: a GIF by Pillow, or an MP4 by ffmpeg."""
import os
import shutil
import subprocess

import numpy
from matplotlib import animation, colors, pyplot
from PIL import Image

from . import drawing
from .errors import Refused
from .fields import draw_record, title_of
from .runs import chosen_fields, source_of, time_labels
from .views import view_of

DOTS = 110  # per inch


def write_movie(run, path, fields=None, records=None, at=None, maximum=None, limits=None, cmap=drawing.CMAP, rate=10):
    """Writes a frame for each record (all unless numbered) to a .gif or .mp4, `rate` a second; returns the path.

    A panel for each field (all unless named), cut as by `draw_fields`. The colour scale, or the axis of values, is the same in all
    frames: `limits`, or what all of them hold.
    """
    path = os.fspath(path)
    require_writer(path)
    fields, records = chosen_fields(run, fields), list(range(run.sizes["time"])) if records is None else list(records)
    view = view_of(run, at, maximum)
    if not view.dimensions:
        raise Refused(f"{source_of(run)} has one value a record here, which makes no movie; tessera-plot fields draws it over time")
    limits = [limits or _limits(run[field], records, view) for field in fields]
    titles = [title_of(label, view) for label in time_labels(run.time[records])]
    figure, artists = draw_record(run, fields, records[0], view, limits, titles[0], cmap)
    figure.set_dpi(DOTS)
    figure.canvas.draw()
    figure.set_layout_engine("none")  # nothing moves from here on

    def frames():
        for record, title in zip(records, titles):
            for field, artist in zip(fields, artists):
                drawing.renew(artist, view.of(run[field], record))
            figure.suptitle(title, fontsize=11)
            yield figure

    (_write_gif if path.endswith(".gif") else _write_mp4)(figure, frames(), path, rate, cmap)
    pyplot.close(figure)
    return path


def require_writer(path):
    """Raises Refused unless a movie of this name can be written here."""
    if not path.endswith((".gif", ".mp4")):
        raise Refused(f"{path}: a movie is a .gif or an .mp4")
    if path.endswith(".mp4") and not shutil.which("ffmpeg"):
        raise Refused(f"{path} needs ffmpeg, which is not here: apt-get install ffmpeg; a .gif needs nothing more")


def _limits(data, records, view):
    """Of all frames, read one after the other: they need not fit into memory together."""
    low, high = drawing.limits_of(view.of(data, record) for record in records)
    room = 0.05 * (high - low) * (len(view.dimensions) == 1)  # above and below lines
    return low - room, high + room


def _write_gif(figure, frames, path, rate, cmap):
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette(cmap).tobytes())

    def images():
        for frame in frames:
            frame.canvas.draw()
            picture = Image.fromarray(numpy.asarray(frame.canvas.buffer_rgba())).convert("RGB")
            yield picture.quantize(palette=palette, dither=Image.Dither.NONE)

    pictures = images()
    first = next(pictures)
    first.save(path, save_all=True, append_images=pictures, duration=1000 / rate, loop=0)


def _palette(cmap):
    """The 256 colours of all frames: the map's, greys of texts, and a line's on white."""
    def mixed(colour, others, count):
        shares = numpy.linspace(0, 1, count)[:, None]
        return shares * colors.to_rgb(colour) + (1 - shares) * colors.to_rgb(others)

    shades = [pyplot.get_cmap(cmap)(numpy.linspace(0, 1, 192))[:, :3], mixed("black", "white", 40), mixed("C0", "white", 24)]
    return (255 * numpy.concatenate(shades)).round().astype(numpy.uint8)


def _write_mp4(figure, frames, path, rate, _):
    writer = animation.FFMpegWriter(fps=rate)
    try:
        with writer.saving(figure, path, DOTS):
            for _ in frames:
                writer.grab_frame()
    except subprocess.CalledProcessError as error:
        raise OSError(f"{path}: ffmpeg failed with exit code {error.returncode}") from error
