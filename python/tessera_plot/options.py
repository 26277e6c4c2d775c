"""What may be written behind tessera-plot."""
import argparse
import math
import re

from .errors import Refused

DESCRIPTION = """\
Pictures of what runs write. Each prints the name of the file that it wrote.

  tessera-plot fields run.h5                     maps or lines, at four times
  tessera-plot slice run.h5 --at y=50            what lies along a line or plane
  tessera-plot history run.csv --log y           columns of history.file over time
  tessera-plot layout run.h5                     blocks of ranks and threads
  tessera-plot movie run.h5 -o run.gif           all records
"""


class Parser(argparse.ArgumentParser):
    """One line for a mistake."""

    def __init__(self, **options):
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)
        self._negative_number_matcher = re.compile(r"^-[\d.]")  # argparse takes -1e-3 for an option before Python 3.14

    def error(self, message):
        raise Refused(f"command line: {message}; see {self.prog} --help")


def names(text):
    """A list with commas."""
    return [name for name in text.split(",") if name] or _refuse("expected names with commas between them")


def _refuse(message):
    raise argparse.ArgumentTypeError(message)


def number(text):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    return value if math.isfinite(value) else _refuse(f"'{text}' is not a number")


def count(text):
    return int(text) if re.fullmatch(r"0*[1-9]\d{0,8}", text) else _refuse(f"'{text}' is not a whole number from 1")


def whole(text):
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else _refuse(f"'{text}' is not a whole number")


def place(text):
    """'y=50'"""
    name, _, value = text.partition("=")
    if name not in ("x", "y", "z") or not value:
        _refuse(f"'{text}' is not like y=50")
    return name, number(value)


def cells(text):
    return [count(part) for part in text.split(",")]


def parse(arguments):
    """The options as attributes; `command` is the command's name. Raises Refused for a mistake."""
    parser = Parser(prog="tessera-plot", usage="tessera-plot COMMAND FILE [options]", description=DESCRIPTION,
                    epilog="tessera-plot COMMAND --help has the options.")
    commands = parser.add_subparsers(prog="tessera-plot", dest="command", metavar="COMMAND", required=True, help=argparse.SUPPRESS,
                                     parser_class=Parser)
    of_run = Parser(add_help=False)
    of_run.add_argument("run", metavar="RUN.h5", help="the output.file of a run")
    common = Parser(add_help=False)
    common.add_argument("-o", "--output", metavar="FILE", help="the picture: .png, .pdf, .svg ..; its name is made from the input's otherwise")
    common.add_argument("--show", action="store_true", help="open a window; nothing is written unless -o is given")
    values = Parser(add_help=False)
    values.add_argument("--field", action="extend", type=names, metavar="NAME,..", help="which fields; all otherwise")
    values.add_argument("--range", nargs=2, type=number, metavar=("LOW", "HIGH"), help="ends of the colour scale, or of the axis of values")
    values.add_argument("--cmap", default="viridis", metavar="NAME", help="matplotlib's colour map (viridis)")
    times = Parser(add_help=False)
    when = times.add_mutually_exclusive_group()
    when.add_argument("--time", metavar="T", help="the record nearest to a time")
    when.add_argument("--record", type=whole, metavar="N", help="the record of this number, from 0, or from -1 backwards")
    when.add_argument("--times", type=count, metavar="N", help="N records from the first to the last (4)")
    most = Parser(add_help=False)
    most.add_argument("--max", choices="xyz", metavar="AXIS", help="the most along x, y or z; a volume is cut in the middle of z otherwise")
    at = Parser(add_help=False)
    at.add_argument("--at", action="append", type=place, metavar="AXIS=C", help="cut through the cell that holds a coordinate; repeatable")

    def add(name, description, *parents):
        command = commands.add_parser(name, description=description, parents=[*parents])
        command.set_defaults(parser=command)
        return command

    add("fields", "Maps of planes, lines, or a volume's slice or maximum, at some times.", of_run, values, times, most, common)
    add("slice", "Cuts through a plane or a volume: planes, lines, or a place over time.", of_run, at, values, times, most, common)
    history = add("history", "Columns of the CSV of history.file, over time.", common)
    history.add_argument("run", metavar="HISTORY.csv", help="the history.file of a run")
    history.add_argument("--columns", action="extend", type=names, metavar="NAME,..", help="which columns; all otherwise")
    history.add_argument("--log", choices=("x", "y", "xy"), default="", help="logarithmic axes")
    layout = add("layout", "A map of the blocks of ranks and threads.", of_run, common)
    layout.add_argument("--shape", type=cells, metavar="CELLS,..", help="the grid's, where the file's configuration does not show it")
    movie = add("movie", "A GIF, or an MP4 where there is ffmpeg, with one colour scale.", of_run, values, most, at)
    movie.add_argument("-o", "--output", metavar="FILE", help="the movie: .gif or .mp4 (RUN.gif)")
    movie.add_argument("--times", type=count, metavar="N", help="N records from the first to the last; all otherwise")
    movie.add_argument("--fps", type=count, default=10, metavar="N", help="frames a second (10)")
    chosen = parser.parse_args(arguments)
    if chosen.command == "slice" and not chosen.at:
        chosen.parser.error("--at is required, as --at y=50")
    return chosen
