"""Phase separation at a few times, drawn from the HDF5 file alone."""
import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")  # no screen needed
import matplotlib.pyplot as plt  # noqa: E402

TIMES = [0, 150, 200, 400]


def draw(path, picture):
    """Draws the records nearest to TIMES side by side, and returns the picture's path."""
    with h5py.File(path, "r") as file:
        times = file["time"][...]
        records = [int(np.abs(times - t).argmin()) for t in TIMES]
        fields = [file["c"][record] for record in records]
        x, y = file["x"][...], file["y"][...]
    half = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    extent = (x[0] - half[0], x[-1] + half[0], y[0] - half[1], y[-1] + half[1])
    figure, panels = plt.subplots(1, len(records), figsize=(11, 3), sharey=True, layout="constrained")
    for axes, record, field in zip(panels, records, fields):
        image = axes.imshow(field.T, origin="lower", extent=extent, vmin=-1, vmax=1, cmap="YlGnBu_r", interpolation="nearest")
        axes.set_title(f"t = {times[record]:g}", fontsize=11)
        axes.set_xlabel("x")
        axes.set_xticks(np.linspace(extent[0], extent[1], 5))
        axes.set_yticks(np.linspace(extent[2], extent[3], 5))
        axes.tick_params(length=3, labelsize=9)
    panels[0].set_ylabel("y")
    bar = figure.colorbar(image, ax=panels, pad=0.01, aspect=20, shrink=0.86, ticks=[-1, -0.5, 0, 0.5, 1])
    bar.set_label("concentration c")
    bar.ax.tick_params(length=3, labelsize=9)
    figure.savefig(picture, dpi=120)
    plt.close(figure)
    return picture
