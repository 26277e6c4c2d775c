"""What is looked at of a field of 1 to 3 dimensions: all of it, a cut, or the most along a dimension."""
import math
from dataclasses import dataclass, field

import numpy

from .errors import Refused
from .runs import fields_of, source_of, unit_of

MOST_CELLS = 1024  # along a side of a picture


def spacing_of(run, dimension):
    """The distance of cell centres. One cell has none: then another dimension's, or 1."""
    for name in (dimension, *(name for name in "xyz" if name in run.sizes)):
        if run.sizes[name] > 1:
            return float(run[name][-1] - run[name][0]) / (run.sizes[name] - 1)
    return 1.0


def edges_of(run, dimension):
    """The lower edge of the first cell and the upper one of the last."""
    half = spacing_of(run, dimension) / 2
    return float(run[dimension][0]) - half, float(run[dimension][-1]) + half


def cell_at(run, dimension, coordinate):
    """The cell that holds a coordinate, by number; an edge belongs to the cell above."""
    lower, upper = edges_of(run, dimension)
    spacing = spacing_of(run, dimension)
    rounding = 1e-9  # of a cell
    if not lower - rounding * spacing <= coordinate <= upper + rounding * spacing:
        raise Refused(f"{dimension}={coordinate:g} is outside of {source_of(run)}, where {dimension} goes from {lower:g} to {upper:g}")
    cell = math.floor((coordinate - lower) / spacing + rounding)
    return min(max(cell, 0), run.sizes[dimension] - 1)


def thinned(array):
    """Of a plane with more cells than can be seen, the means of blocks of them; the last block may be smaller than the others."""
    blocks = {name: -(-size // MOST_CELLS) for name, size in array.sizes.items()}
    if array.ndim != 2 or max(blocks.values()) == 1:
        return array
    means = array.coarsen(blocks, boundary="pad").mean()
    return means.assign_coords({name: _centres(array, name, cells, means.sizes[name]) for name, cells in blocks.items()})


def _centres(array, dimension, cells, count):
    width = cells * spacing_of(array, dimension)
    return dimension, edges_of(array, dimension)[0] + width * (numpy.arange(count) + 0.5), array[dimension].attrs


@dataclass
class View:
    """The cells of a cut, by dimension, and the dimension of which the most is taken; `title` says so."""
    cells: dict = field(default_factory=dict)
    maximum: str = ""
    dimensions: tuple = ()  # that are left, at most two
    title: str = ""

    def of(self, data, record):
        """A field's values at a record, read from the file; several records if it is a list."""
        cut = data.isel(time=record, **self.cells)
        return thinned((cut.max(self.maximum, keep_attrs=True) if self.maximum else cut).load())


def view_of(run, at=None, maximum=None):
    """How to look at a run's fields: cut at coordinates, as {"y": 50}, and the most along a dimension, as "z".
    Without either, volumes are cut through their middle cell along z."""
    at = dict(at or {})
    dimensions = list(run[fields_of(run)[0]].dims[1:])
    for name in (*at, *([maximum] if maximum else ())):
        if name not in dimensions:
            sliced = f": it is a slice at {name} = {float(run[name]):g}" if name in run.coords and name != "time" else ""
            there = f"; there are {', '.join(dimensions)}" if dimensions else ""
            raise Refused(f"{source_of(run)} has no dimension {name}{sliced}{there}")
    if maximum in at:
        raise Refused(f"{maximum} is cut already, and has no maximum along it")
    cells = {name: cell_at(run, name, coordinate) for name, coordinate in at.items()}
    left = [name for name in dimensions if name not in at and name != maximum]
    middle = ""
    if len(left) == 3:
        middle = left.pop()
        cells[middle] = run.sizes[middle] // 2
    places = {name: f"{name} = {float(run[name][cell]):.6g} {unit_of(run[name])}".rstrip() for name, cell in cells.items()}
    titles = [text + (" (the middle)" if name == middle else "") for name, text in places.items()]
    if maximum:
        titles.append(f"the most along {maximum}")
    return View(cells, maximum or "", tuple(left), ", ".join(titles))
