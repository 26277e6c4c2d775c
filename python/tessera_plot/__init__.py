"""Pictures of what runs of tessera write: the library behind the command tessera-plot.

    import tessera_plot
    with tessera_plot.open_run("rotating_cone.h5") as run:          # a data set of xarray
        figure = tessera_plot.draw_fields(run, ["psi"], records=[0, -1])
        figure.savefig("cone.png")

open_run        an output file: its complete records
records_of      the numbers of records at a time, or spread over all of them
draw_fields     maps or lines of fields, whole or cut
read_history    the columns of a history.file
draw_history    ... over time
read_layout     the grid and the layout of a run's ranks and threads
draw_layout     ... as a map of their blocks
write_movie     a GIF or MP4 of fields

All figures are matplotlib's. What cannot be drawn raises Refused, with a message for the user.
"""
import importlib

# Loaded when first used: the command's --help need not wait for matplotlib.
_PLACES = {
    "Refused": "errors",
    "open_run": "runs", "records_of": "runs", "fields_of": "runs",
    "view_of": "views",
    "draw_fields": "fields",
    "read_history": "history", "draw_history": "history",
    "read_layout": "layout", "draw_layout": "block_map", "blocks": "layout",
    "write_movie": "movie",
}
__all__ = list(_PLACES)


def __getattr__(name):
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_PLACES[name]}", __name__), name)


def __dir__():
    return sorted([*globals(), *__all__])
