"""The command tessera-plot."""
import os
import pathlib
import sys

from . import modules, options
from .errors import Refused, look_up


def main(arguments=None):
    """Returns the exit code: 0, 2 for what the user can mend, 1 for what failed."""
    try:
        chosen = options.parse(arguments)
        if modules.missing():
            raise Refused(modules.remedy(modules.missing()))
        for line in COMMANDS[chosen.command](chosen):
            print(line)
        return 0
    except Refused as refused:
        return _fail(refused, 2)
    except KeyboardInterrupt:
        return _fail("interrupted", 1)
    except MemoryError:
        return _fail("out of memory; cut with tessera-plot slice, or draw fewer times", 1)
    except OSError as error:
        return _fail(error, 1)


def _fail(problem, code):
    print("error: " + " ".join(str(problem).split()), file=sys.stderr)
    return code


def _fields(chosen):
    from . import fields, runs
    with runs.open_run(chosen.run) as run:
        records = None
        if not (chosen.time is None and chosen.record is None and chosen.times is None):
            records = runs.records_of(run, chosen.time, chosen.record, chosen.times)
        return _finish(chosen, lambda: fields.draw_fields(run, chosen.field, records, _at(chosen), chosen.max, chosen.range, chosen.cmap))


def _history(chosen):
    from . import history
    table = history.read_history(chosen.run)
    return _finish(chosen, lambda: history.draw_history(table, chosen.columns, chosen.log, chosen.run))


def _layout(chosen):
    from . import block_map, layout
    grid = layout.read_layout(chosen.run, chosen.shape)
    return _finish(chosen, lambda: block_map.draw_layout(*grid))


def _movie(chosen):
    import matplotlib
    matplotlib.use("Agg")
    from . import movie, runs
    _check_colours(chosen)
    path = chosen.output or pathlib.Path(chosen.run).stem + ".gif"
    _require_folder(path)
    movie.require_writer(path)
    with runs.open_run(chosen.run) as run:
        records = runs.records_of(run, times=chosen.times) if chosen.times else None
        return [movie.write_movie(run, path, chosen.field, records, _at(chosen), chosen.max, chosen.range, chosen.cmap, chosen.fps)]


COMMANDS = {"fields": _fields, "slice": _fields, "history": _history, "layout": _layout, "movie": _movie}


def _at(chosen):
    """The cuts, by dimension."""
    at = {}
    for name, coordinate in getattr(chosen, "at", None) or []:
        if name in at:
            raise Refused(f"command line: --at {name} is given twice")
        at[name] = coordinate
    return at


def _check_colours(chosen):
    import matplotlib
    look_up(chosen.cmap, list(matplotlib.colormaps), "colour map", "matplotlib")
    if chosen.range and not chosen.range[0] < chosen.range[1]:
        raise Refused("command line: --range wants LOW below HIGH, not {:g} {:g}".format(*chosen.range))


def _require_folder(path):
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise Refused(f"{path} cannot be written: there is no folder {folder}")


def _finish(chosen, draw):
    """Checks where the picture goes, draws it, writes or shows it; returns the names of what was written."""
    import matplotlib
    if not chosen.show:
        matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.backend_bases import FigureCanvasBase
    if hasattr(chosen, "cmap"):
        _check_colours(chosen)
    path = chosen.output or (None if chosen.show else f"{pathlib.Path(chosen.run).stem}_{chosen.command}.png")
    if path:
        _require_folder(path)
        kinds = sorted(FigureCanvasBase.get_supported_filetypes())
        if pathlib.Path(path).suffix[1:].lower() not in kinds:
            raise Refused(f"{path}: pictures end in .{', .'.join(kinds)}")
    if chosen.show and matplotlib.get_backend().lower() == "agg":
        raise Refused("--show finds no display, or no window toolkit: apt-get install python3-tk; -o writes a file")
    figure = draw()
    if path:
        figure.savefig(path, dpi=120)
    if chosen.show:
        pyplot.show()
    return [path] if path else []
