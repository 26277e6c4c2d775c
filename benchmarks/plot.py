"""Each case's ratio to its rival, with what the middle 80% of the repeats lie in."""

import statistics

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

COLOURS = {"PyMPDATA": "tab:blue", "py-pde": "tab:orange"}


def draw(measured, file):
    figure, axes = plt.subplots(figsize=(8, 0.6 + 0.35 * len(measured)), layout="constrained")
    seen = set()
    for row, m in enumerate(measured):
        ratios = [a / b for a, b in zip(m["ours"], m["theirs"])]
        middle, rival, tenth = statistics.median(ratios), m["case"].rival, len(ratios) // 10
        ratios.sort()
        error = [[middle - ratios[tenth]], [ratios[-1 - tenth] - middle]]  # the middle 80%
        label = None if rival in seen else rival
        axes.barh(row, middle, xerr=error, color=COLOURS[rival], label=label, error_kw={"linewidth": 1})
        axes.text(0.1, row, f"{middle:.1f}", va="center", color="white", fontsize=8)
        seen.add(rival)
    axes.set_yticks(range(len(measured)), [m["case"].title for m in measured], fontsize=8)
    axes.invert_yaxis()
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("cells x steps a second on one core, times the rival's")
    axes.legend(loc="lower right", fontsize=8)
    figure.savefig(file, dpi=120)
