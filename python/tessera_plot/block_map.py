"""A map of the blocks that ranks and threads own."""
import math

import numpy
from matplotlib import collections, colors, pyplot

from .layout import blocks, cut

# Of Okabe and Ito: told apart by colour-blind people. With each, a darker one to write on its tints.
RANK_COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"]
RANK_INKS = ["#004c78", "#7d5200", "#00543d", "#7c2358", "#14527a", "#7d3600", "#5c5600"]
TINTS = (0.16, 0.44)  # the shares of a rank's colour, of its first and its last thread
INK = "#222222"
DEPTH = (0.45, 0.32)  # where y points to in a picture of a volume
LONGEST = 5.5         # inches of a side


def draw_layout(shape, ranks, threads):
    """A figure: the grid in cells, a colour for each rank and a shade of it for each of its threads, named where there is room."""
    x, y, z = (*shape, 1, 1)[:3]
    width, height = (x + DEPTH[0] * y, z + DEPTH[1] * y) if len(shape) == 3 else (x, y)
    is_true = len(shape) > 1 and 0.2 <= height / width <= 5
    ratio = height / width if is_true else 0.15 if len(shape) == 1 else 0.6
    size = LONGEST / max(1, ratio), LONGEST / max(1, 1 / ratio)
    figure, axes = pyplot.subplots(figsize=(max(size[0] + 0.8, 5), size[1] + 1.1), layout="constrained")
    for face in draw_blocks(axes, shape, ranks, threads):
        _name_blocks(axes, face, ranks, threads, (size[0] / width, size[1] / height))
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal" if is_true else "auto", xlabel="x (cells)")
    if len(shape) == 1:
        axes.set_yticks([])
    elif len(shape) == 2:
        axes.set_ylabel("y (cells)")
    else:
        axes.axis("off")
        axes.text(x / 2, -0.01 * height, f"x: {x} cells", ha="center", va="top")
        axes.text(-0.01 * width, z / 2, f"z: {z} cells", ha="right", va="center", rotation=90)
        axes.text(x + DEPTH[0] * y / 2 + 0.03 * width, DEPTH[1] * y / 2, f"y: {y} cells", ha="left", va="top")
    axes.set_title(_summary(shape, ranks, threads), fontsize=10, linespacing=1.4)
    return figure


def draw_blocks(axes, shape, ranks, threads):
    """Blocks in their tints, and dashed lines between ranks; of a volume the three faces that are seen from in front.
    Returns, for each face, its blocks as (rank, thread, corners)."""
    shape, ranks, threads = ([*numbers, 1][:max(2, len(numbers))] for numbers in (shape, ranks, threads))
    faces = []
    for along, is_seen, place in _faces(shape):
        face = []
        for rank, thread, ranges in blocks(shape, ranks, threads):
            if is_seen(ranges):
                face.append((rank, thread, _corners(place, *(ranges[d] for d in along))))
        tints = [tint(rank, thread, ranks, threads) for rank, thread, _ in face]
        axes.add_collection(collections.PolyCollection([corners for *_, corners in face], facecolor=tints, edgecolor="white", linewidth=0.9))
        (a, b), ends = along, [shape[d] for d in along]
        lines = [(place(at, 0), place(at, ends[1])) for at in _between(shape[a], ranks[a])]
        lines += [(place(0, at), place(ends[0], at)) for at in _between(shape[b], ranks[b])]
        for line in lines:
            axes.plot(*zip(*line), color=INK, linewidth=1.6, dashes=(5, 2), clip_on=False)
        faces.append(face)
    return faces


def tint(rank, thread, ranks, threads):
    """The colour of a block: its rank's, mixed with white according to the thread."""
    count = math.prod(threads)
    share = numpy.linspace(*TINTS, count)[thread] if count > 1 else sum(TINTS) / 2
    return 1 - share * (1 - numpy.array(colors.to_rgb(RANK_COLOURS[colour_of(rank, ranks)])))


def colour_of(rank, ranks):
    """The number of a rank's colour; neighbours differ."""
    places = [place for place, parts in zip(numpy.unravel_index(rank, ranks), ranks) if parts > 1]
    return int(sum(weight * place for weight, place in enumerate(places, 1))) % len(RANK_COLOURS)


def _between(cells, parts):
    """Where one part ends and the next begins."""
    return [cut(cells, parts, part)[0] for part in range(1, parts)]


def _corners(place, first, second):
    return [place(a, b) for a, b in zip((first[0], first[1], first[1], first[0]), (second[0], second[0], second[1], second[1]))]


def _faces(shape):
    """What is seen of a grid: the dimensions along a face, which blocks reach it, and where a point of it is in the picture."""
    if len(shape) == 2:
        return [((0, 1), lambda ranges: True, lambda x, y: (x, y))]

    def seen(x, y, z):
        return x + DEPTH[0] * y, z + DEPTH[1] * y

    return [((0, 2), lambda ranges: ranges[1][0] == 0, lambda x, z: seen(x, 0, z)),
            ((0, 1), lambda ranges: ranges[2][1] == shape[2], lambda x, y: seen(x, y, shape[2])),
            ((1, 2), lambda ranges: ranges[0][1] == shape[0], lambda y, z: seen(shape[0], y, z))]


def _name_blocks(axes, face, ranks, threads, inches):
    """Writes on every block whose it is, or, where there is no room for all of that, on every rank's part."""
    parts = {}  # of ranks: the corners of all their blocks
    for rank, _, corners in face:
        parts.setdefault(rank, []).extend(corners)
    ways = [[(rank, corners, form.format(rank)) for rank, corners in parts.items()] for form in ("rank {}", "{}")]
    if math.prod(threads) > 1:
        ways[:0] = [[(rank, corners, form.format(rank, thread)) for rank, thread, corners in face]
                    for form in ("rank {}, thread {}", "rank {}\nthread {}")]
    for way in ways:
        if all(_has_room(corners, text, inches) for _, corners, text in way):
            for rank, corners, text in way:
                axes.text(*numpy.mean([numpy.min(corners, 0), numpy.max(corners, 0)], 0), text, ha="center", va="center", fontsize=8.5,
                          color=RANK_INKS[colour_of(rank, ranks)])
            return


def _has_room(corners, text, inches):
    """Whether a text fits into a part; `inches` of a cell."""
    width, height = numpy.ptp(corners, 0) * inches
    lines = text.split("\n")
    return width > 0.08 * max(map(len, lines)) + 0.1 and height > 0.16 * len(lines) + 0.06


def _summary(shape, ranks, threads):
    """How many ranks and threads, how they lie, and the sizes of blocks."""
    def times(numbers):
        return " × ".join(map(str, numbers))

    sizes = []
    for cells, r, t in zip(shape, ranks, threads):
        least, most = cells // r // t, -(-math.ceil(cells / r) // t)
        sizes.append(str(least) if least == most else f"{least}..{most}")
    of_threads = f" of {math.prod(threads)} threads ({times(threads)})" if math.prod(threads) > 1 else ""
    return (f"{math.prod(ranks)} rank{'s' * (math.prod(ranks) > 1)} ({times(ranks)}){of_threads} on {times(shape)} cells\n"
            f"blocks of {times(sizes)} cells")
