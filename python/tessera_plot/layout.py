"""Who owns what: the blocks of ranks and threads on the grid."""
import itertools
import re

import h5py
import numpy

from .errors import Refused
from .runs import require_output


def cut(cells, parts, part):
    """Part `part` of `cells` cells in `parts` parts: the first ones get one more. As `cut` of core/src/layout.cpp."""
    size, larger = divmod(cells, parts)
    lower = part * size + min(part, larger)
    return lower, lower + size + (part < larger)


def blocks(shape, ranks, threads):
    """Every block as (rank, thread, ranges): along each dimension the rank's part, and the thread's part of it."""
    for rank, place in enumerate(itertools.product(*map(range, ranks))):
        for thread, inner in enumerate(itertools.product(*map(range, threads))):
            ranges = []
            for d, cells in enumerate(shape):
                begin, end = cut(cells, ranks[d], place[d])
                lower, upper = cut(end - begin, threads[d], inner[d])
                ranges.append((begin + lower, begin + upper))
            yield rank, thread, ranges


def read_layout(path, shape=None):
    """(shape, ranks, threads) of a run, a list each. The shape is that of the configuration in the file; `shape` is for one that hides it."""
    require_output(path)
    with h5py.File(path, "r") as file:
        if "layout_ranks" not in file.attrs or "layout_threads" not in file.attrs:
            raise Refused(f"{path} does not say its layout (attributes layout_ranks, layout_threads): it is not the output.file of a run")
        ranks, threads = ([int(parts) for parts in file.attrs[f"layout_{of}"]] for of in ("ranks", "threads"))
        configured = _configured_shape(file.attrs.get("config", ""), len(ranks))
        cells = {name: file[name].size for name in "xyz" if name in file}
    if configured and shape and shape != configured:
        raise Refused(f"the configuration in {path} has the shape {configured}, not {shape}: leave --shape out")
    shape = shape or configured
    if not shape:
        raise Refused(f"{path}: its configuration does not show the grid's shape in a way that is understood here; give --shape CELLS,..")
    if len(shape) != len(ranks):
        raise Refused(f"the grid of {path} has {len(ranks)} dimension{'s' * (len(ranks) > 1)}, and {shape} has {len(shape)}")
    for name, parts, count in zip("xyz", numpy.multiply(ranks, threads), shape):
        if count < max(parts, cells.get(name, 1)):
            raise Refused(f"{count} cells along {name} are too few: {path} has {cells.get(name, 1)} in {parts} parts")
    return shape, ranks, threads


def _configured_shape(config, dimensions):
    """grid.shape in the text of a configuration, where a later --set counts; None if it is not to be found.
    The file may hold only a region of the grid."""
    config = config.decode() if isinstance(config, bytes) else str(config)
    lines = (line[6:] if line.startswith("# --set ") else line.partition("#")[0] for line in config.splitlines())
    found = re.findall(r"\bshape[\"']?\s*[:=]\s*([\[\]\d\s,-]+)", "\n".join(lines))
    shape = [int(cells) for cells in re.findall(r"\d+", found[-1])] if found else []
    return shape if len(shape) == dimensions else None
