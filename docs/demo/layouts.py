"""Who owns what: one field, computed in four layouts, drawn from the HDF5 files alone."""
import h5py
import matplotlib.pyplot as plt
import numpy as np

from tessera_plot.block_map import INK, RANK_INKS, draw_blocks
from tessera_plot.layout import blocks

# Ranks and threads along the same dimension, x or y, and along different ones, both ways round.
LAYOUTS = [("[2,1]", "[3,1]"), ("[1,2]", "[1,3]"), ("[2,1]", "[1,3]"), ("[1,2]", "[3,1]")]

LABEL_WIDTH = 18                       # cells that "rank 0, thread 0" takes
LEVELS = [0.1, 0.3, 0.5, 0.7, 0.9]     # of the contours, as a share of the initial maximum


class Difference(Exception):
    """Files that ought to hold the same field do not."""


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


def draw_field(axes, run):
    """Contours of the first and the last record, and the way of the maximum. Returns the cells that are covered."""
    covered = np.zeros(run["psi"].shape[1:], bool)
    tops = []
    for record, style in ((0, "dashed"), (-1, "solid")):
        field, when = run["psi"][record], run["time"][record]
        levels = np.array(LEVELS) * run["psi"][0].max()
        axes.contour(run["x"], run["y"], field.T, levels=levels, colors=INK, linewidths=1, linestyles=style)
        covered |= field > 0.8 * levels[0]
        i, j = np.unravel_index(field.argmax(), field.shape)
        tops.append((run["x"][i], run["y"][j]))
        below = int(np.flatnonzero(field[i] > levels[0])[0]) - 1
        axes.text(run["x"][i], below, f"t = {when:g}", ha="center", va="top", fontsize=9, color=INK)
        covered[i - 5:i + 6, below - 3:below] = True
    axes.annotate("", xy=tops[1], xytext=tops[0], arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2})
    for x, y in np.linspace(*tops, 200):
        covered[np.abs(run["x"] - x).argmin(), np.abs(run["y"] - y).argmin()] = True
    return covered


def label_owners(axes, run, covered):
    """Labels every block, in the first of its corners where the label hides nothing."""
    for rank, thread, ((x0, x1), (y0, y1)) in blocks(covered.shape, run["ranks"], run["threads"]):
        narrow = x1 - x0 < LABEL_WIDTH + 2
        width, height = (LABEL_WIDTH * 0.6, 6) if narrow else (LABEL_WIDTH, 3)

        def hidden(corner):
            right, bottom = corner
            x = int(x1 - 1 - width if right else x0 + 1)
            y = int(y0 + 1 if bottom else y1 - 1 - height)
            return covered[x:x + int(width), y:y + height].sum()

        right, bottom = min([(False, False), (True, False), (False, True), (True, True)], key=hidden)
        axes.text(x1 - 1.2 if right else x0 + 1.2, y0 + 1.2 if bottom else y1 - 1.2,
                  f"rank {rank}" + ("\n" if narrow else ", ") + f"thread {thread}", fontsize=8.5, linespacing=1.3,
                  ha="right" if right else "left", va="bottom" if bottom else "top", color=RANK_INKS[rank])


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
        shape = run["psi"].shape[1:]
        draw_blocks(axes, shape, run["ranks"], run["threads"])
        axes.set(xlim=(0, shape[0]), ylim=(0, shape[1]), aspect="equal")
        label_owners(axes, run, draw_field(axes, run))
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
