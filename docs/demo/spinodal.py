"""Phase separation at a few times, drawn from the HDF5 file alone."""
from matplotlib import pyplot

import tessera_plot

TIMES = [0, 150, 200, 400]


def draw(path, picture):
    """Draws the records nearest to TIMES side by side, and returns the picture's path."""
    with tessera_plot.open_run(path) as run:
        records = [record for time in TIMES for record in tessera_plot.records_of(run, time=time)]
        figure = tessera_plot.draw_fields(run, ["c"], records, limits=(-1, 1), cmap="YlGnBu_r")
    figure.axes[-1].set_ylabel("concentration c")
    figure.savefig(picture, dpi=110)
    pyplot.close(figure)
    return picture
