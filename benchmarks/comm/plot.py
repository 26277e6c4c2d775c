"""The pi benchmark as in Fig. 1 of the numba-mpi paper, and columns beside it."""

import statistics

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

from points import COLUMNS  # noqa: E402
from report import base_of, best, ratios  # noqa: E402

MPIS = {"openmpi": ("Open MPI", "-"), "mpich": ("MPICH", "--")}
COLOURS = {"C": "black", "numba-mpi": "tab:blue", "mpi4py": "tab:red"}
MARKERS = {"pi": "o", "padded": "s", "power-of-two": "^"}


def contender(result, name):
    """A line's name, in a result's own words: the better of two ways."""
    if name == "C":
        return base_of(result)
    return best(result, name, f"{name}, copied", f"{name}, data type")


def line(axes, results, name, case, mpi):
    """The ratio to ours against the size, with the middle half of the rounds."""
    chosen = [result for result in results if result["point"]["case"] == case and contender(result, name)]
    if not chosen:
        return
    label, style = MPIS[mpi]
    sizes = [result["point"]["size"] for result in chosen]
    values = [sorted(ratios(result, contender(result, name), "tessera::comm")) for result in chosen]
    middle = [statistics.median(value) for value in values]
    low, high = [v[len(v) // 4] for v in values], [v[-1 - len(v) // 4] for v in values]
    text = f"{name}, {label}" if case == "pi" else f"{name}, {label}, {case}"
    axes.plot(sizes, middle, style, color=COLOURS[name], marker=MARKERS[case], markersize=4, label=text)
    axes.fill_between(sizes, low, high, color=COLOURS[name], alpha=0.1, linewidth=0)


def draw(measured, file):
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.5))
    for mpi, results in measured.items():
        for name in COLOURS:
            line(left, results, name, "pi", mpi)
            for case in COLUMNS:
                line(right, results, name, case, mpi)
    left.set(xlabel="calls of MPI per interval (x)", title="pi, 10000 / x intervals a call")
    left.set_xticks(range(1, 11))
    right.set(xlabel="bytes of a column", title="a column, there and back", xscale="log")
    right.set_xscale("log", base=2)
    for axes in (left, right):
        axes.axhline(1, color="grey", linewidth=0.8)
        axes.set_ylabel("wall time over that of tessera::comm")
        if axes.lines[1:]:
            axes.legend(fontsize=7, ncols=2, handlelength=3, loc="upper center", bbox_to_anchor=(0.5, -0.13))
    figure.tight_layout()
    figure.savefig(file, dpi=130)
