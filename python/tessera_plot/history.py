"""The CSV of history.file: what a run's solver says of itself, over time."""
import csv
import os

import numpy

from .errors import Refused, look_up
from .fields import leave_inner_labels_out, panels_of


def read_history(path):
    """The columns of a history.file: a dictionary from names to arrays. A last line that is still being written is left out."""
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise Refused(f"{path} is a folder" if os.path.isdir(path) else f"there is no file {path}")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
    except UnicodeDecodeError:
        raise Refused(f"{path} is not text; draw the output.file of a run with tessera-plot fields") from None
    rows = list(csv.reader(line for line in lines if line.endswith("\n")))
    if not rows or rows[0][:2] != ["step", "time"] or len(rows[0]) < 3:
        raise Refused(f"{path} has no columns step, time and more in its first line: it is not the history.file of a run")
    if len(rows) == 1:
        raise Refused(f"{path} has no lines yet")
    names = rows[0]
    values = numpy.empty((len(rows) - 1, len(names)))
    for number, row in enumerate(rows[1:]):
        try:
            values[number] = row
        except ValueError:
            raise Refused(f"{path}:{number + 2}: expected {len(names)} numbers, as the first line has names") from None
    return dict(zip(names, values.T))


def draw_history(table, columns=None, log="", source="the table"):
    """A figure with a panel for each column (all unless named) over time; `log`: which axes are logarithmic, of "x", "y", "xy".
    Of columns that are not named, those without a value above 0 keep a linear axis, and say so."""
    known = [name for name in table if name not in ("step", "time")]
    named = [look_up(name, known, "column", source) for name in columns or []]
    for name in ("time" if "x" in log else "", *(named if "y" in log else ())):
        if name and not (table[name] > 0).any():
            raise Refused(f"{source}: '{name}' has no value above 0 for a logarithmic axis")
    columns = named or known
    figure, panels = panels_of(len(columns), 0.6)
    for axes, name in zip(panels, columns):
        axes.plot(table["time"], table[name], marker="" if len(table[name]) > 1 else "o", linewidth=1.3)
        is_log = "y" in log and (table[name] > 0).any()
        axes.set(xscale="log" if "x" in log else "linear", yscale="log" if is_log else "linear", xlabel="time")
        axes.set_title(name + (" (linear)" if "y" in log and not is_log else ""), fontsize=10)
    leave_inner_labels_out(panels, same_heights=False)
    return figure
