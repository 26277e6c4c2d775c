"""Who owns what: one field, computed in four layouts, drawn from the HDF5 files alone."""
import itertools

import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")  # no screen needed
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.patheffects import withStroke  # noqa: E402

# Ranks and threads along the same dimension, x or y, and along different ones, both ways round.
LAYOUTS = [("[2,1]", "[3,1]"), ("[1,2]", "[1,3]"), ("[2,1]", "[1,3]"), ("[1,2]", "[3,1]")]

RANK_COLOURS = ["#0072B2", "#E69F00"]  # of Okabe and Ito: told apart by colour-blind people
RANK_INKS = ["#004c78", "#7d5200"]
TINTS = [0.16, 0.30, 0.44]             # a thread's share of its rank's colour
INK = "#222222"
LEVELS = [0.1, 0.3, 0.5, 0.7, 0.9]     # of the contours, as a share of the initial maximum


class Difference(Exception):
    """Files that ought to hold the same field do not."""


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


def read(path):
    """Fields, coordinates and layout of one run."""
    with h5py.File(path, "r") as file:
        data = {name: file[name][...] for name in ("psi", "x", "y", "time")}
        data["ranks"] = [int(n) for n in file.attrs["layout_ranks"]]
        data["threads"] = [int(n) for n in file.attrs["layout_threads"]]
    return data


def require_same(runs, paths):
    """Raises Difference unless all runs hold the same bits."""
    for run, path in zip(runs[1:], paths[1:]):
        if run["psi"].tobytes() != runs[0]["psi"].tobytes():
            largest = np.abs(run["psi"] - runs[0]["psi"]).max()
            raise Difference(f"{path} differs from {paths[0]} by up to {largest:g}; layouts must not change the result")


def mixed(colour, share):
    """A colour mixed with white."""
    return 1 - share * (1 - np.array(matplotlib.colors.to_rgb(colour)))


def draw_owners(axes, run):
    """A tint for every rank, a shade of it for every thread, with labels and cut lines."""
    shape = run["psi"].shape[1:]
    image = np.ones((*shape, 3))
    for rank, thread, ((x0, x1), (y0, y1)) in blocks(shape, run["ranks"], run["threads"]):
        image[x0:x1, y0:y1] = mixed(RANK_COLOURS[rank], TINTS[thread])
        tall = y1 - y0 > x1 - x0
        axes.text(x0 + (x1 - x0) / 2 if tall else x0 + 1.4, y1 - 1.4, f"rank {rank}{chr(10) if tall else ', '}thread {thread}",
                  ha="center" if tall else "left", va="top", fontsize=8, linespacing=1.3, color=RANK_INKS[rank])
        axes.plot([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], color="white", linewidth=0.9)
    axes.imshow(image.swapaxes(0, 1), origin="lower", extent=(0, shape[0], 0, shape[1]), interpolation="nearest")
    for d, line in enumerate((axes.axvline, axes.axhline)):  # between ranks
        for part in range(1, run["ranks"][d]):
            line(cut(shape[d], run["ranks"][d], part)[0], color=INK, linewidth=1.6, dashes=(5, 2))


def draw_field(axes, run):
    """Contours of the first and the last record, and how far the maximum went."""
    first, last = run["psi"][0], run["psi"][-1]
    levels = np.array(LEVELS) * first.max()
    axes.contour(run["x"], run["y"], first.T, levels=levels, colors=INK, linewidths=0.8, linestyles="dashed")
    axes.contour(run["x"], run["y"], last.T, levels=levels, colors=INK, linewidths=1.2)
    tops = []
    for field, when in ((first, run["time"][0]), (last, run["time"][-1])):
        i, j = np.unravel_index(field.argmax(), field.shape)
        tops.append((run["x"][i], run["y"][j]))
        below = run["y"][field[i] > 0.1 * field.max()].min()
        label = axes.text(tops[-1][0], below - 1, f"t = {when:g}", ha="center", va="top", fontsize=9, color=INK)
        label.set_path_effects([withStroke(linewidth=2.5, foreground="white", alpha=0.8)])
    axes.annotate("", xy=tops[1], xytext=tops[0], arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2})


def name(run):
    """"ranks along x, threads along y", and the numbers."""
    along = ["xy"[int(np.argmax(run[key]))] for key in ("ranks", "threads")]
    words = f"ranks and threads along {along[0]}" if along[0] == along[1] else f"ranks along {along[0]}, threads along {along[1]}"
    return f"{words}\nranks: {run['ranks']}   threads: {run['threads']}"


def draw(paths, picture):
    """Checks that all files agree, draws a panel for each, and returns the picture's path."""
    runs = [read(path) for path in paths]
    require_same(runs, paths)
    figure, panels = plt.subplots(2, 2, figsize=(9.6, 8.5), sharex=True, sharey=True, layout="constrained")
    for axes, run, letter in zip(panels.flat, runs, "abcd"):
        draw_owners(axes, run)
        draw_field(axes, run)
        axes.set_title(f"({letter})  {name(run)}", fontsize=10, loc="left", linespacing=1.4)
        axes.tick_params(length=3, labelsize=9)
        axes.label_outer()
    for axes in panels[1]:
        axes.set_xlabel("x")
    for axes in panels[:, 0]:
        axes.set_ylabel("y")
    figure.suptitle("Advection of a Gaussian by MPDATA, in four layouts: the same field, bit for bit", fontsize=13)
    figure.savefig(picture, dpi=140)
    plt.close(figure)
    return picture
