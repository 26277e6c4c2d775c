"""Fields of a run: maps of planes, lines, and what one place sees over time."""
import math

from matplotlib import pyplot

from . import drawing
from .errors import Refused
from .runs import chosen_fields, records_of, time_labels, with_unit
from .views import view_of

MOST_PANELS = 36
PANEL_AREA = 5.0  # square inches, of many panels; a single one has twice as much


def draw_fields(run, fields=None, records=None, at=None, maximum=None, limits=None, cmap=drawing.CMAP):
    """A figure of fields (all of them unless named) at records (four of them unless numbered).

    `at` cuts at coordinates, as {"y": 50}; `maximum` takes the most along a dimension; volumes are cut in their middle
    without either. Planes become maps, with one colour scale for all records of a field; lines of all records share a panel; what is
    cut in all dimensions is drawn over time. `limits` are the ends of the colour scale, or of the axis of values.
    """
    fields = chosen_fields(run, fields)
    view = view_of(run, at, maximum)
    if not view.dimensions:
        return _draw_places(run, fields, range(run.sizes["time"]) if records is None else records, view, limits)
    records = records_of(run, times=4) if records is None else records
    panels = len(fields) * (len(records) if len(view.dimensions) == 2 else 1)
    if max(panels, len(records)) > MOST_PANELS:
        raise Refused(f"{len(fields)} field(s) at {len(records)} times are more than a picture holds, which is {MOST_PANELS} panels, or lines "
                      "a panel; choose with --field and --times, or make a movie")
    if len(view.dimensions) == 1:
        return _draw_lines(run, fields, records, view, limits, cmap)
    if len(records) == 1:
        label, = time_labels(run.time[records])
        return draw_record(run, fields, records[0], view, [limits] * len(fields), title_of(label, view), cmap)[0]
    return _draw_maps(run, fields, records, view, limits, cmap)


def panels_of(count, ratio, rows=None, colour_bars="", title=""):
    """A figure with `count` panels of a height/width each, in rows of one to four unless `rows` are given, and these panels.
    `colour_bars`: one for each "panel", or for each "row". Texts keep their size: the more panels, the smaller they are."""
    most = 4 if ratio > 0.7 else 3 if ratio > 0.4 else 1 if count < 4 else 2
    rows = rows or math.ceil(count / most)
    columns = math.ceil(count / rows)
    width = math.sqrt(PANEL_AREA * (1 + 1 / count) / ratio)
    width *= min(1, 12 / (columns * width), 10 / (rows * width * ratio))
    bars = {"": 0, "row": 1, "panel": columns}[colour_bars]
    size = columns * (width + 0.15) + 0.9 * bars + 0.5, rows * (width * ratio + 0.3) + 0.4 + 0.2 * bool(title)
    figure, axes = pyplot.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08)
    for unused in axes.flat[count:]:
        unused.remove()
    if title:
        figure.suptitle(title, fontsize=11)
    return figure, axes.flat[:count]


def leave_inner_labels_out(panels, same_heights):
    """Panels with the same axes need numbers below the lowest only, and where heights are the same, left of the first."""
    columns = panels[0].get_gridspec().ncols
    for number, axes in enumerate(panels):
        if number % columns and same_heights:
            axes.set_ylabel("")
            axes.tick_params(labelleft=False)
        if number + columns < len(panels):
            axes.set_xlabel("")
            axes.tick_params(labelbottom=False)


def draw_record(run, fields, record, view, limits, title, cmap=drawing.CMAP):
    """One record, a panel a field, each with limits of its own (None: those of the values).
    Returns the figure and what `drawing.renew` changes in each panel."""
    arrays = [view.of(run[field], record) for field in fields]
    is_map = len(view.dimensions) == 2
    ratio = drawing.proportions(arrays[0])[1] if is_map else 0.6
    figure, panels = panels_of(len(fields), ratio, colour_bars="panel" * is_map, title=title)
    artists = []
    for axes, array, ends in zip(panels, arrays, limits):
        if is_map:
            ends = ends or drawing.limits_of([array])
            artists.append(drawing.draw_map(axes, array, ends, cmap))
            figure.colorbar(artists[-1], ax=axes, label=with_unit(array.name, array), extend=drawing.beyond([array], ends))
        else:
            artists.append(drawing.draw_line(axes, array, limits=ends))
    return figure, artists


def title_of(label, view):
    """The time of a record, and what is cut."""
    return f"{label}, {view.title}" if view.title else label


def _draw_maps(run, fields, records, view, limits, cmap):
    """A row of panels a field; those of a single one may take several rows."""
    ratio = drawing.proportions(view.of(run[fields[0]], records[0]))[1]
    rows = len(fields) if len(fields) > 1 else None
    figure, panels = panels_of(len(fields) * len(records), ratio, rows, "row", title=view.title)
    labels = time_labels(run.time[records])
    for number, field in enumerate(fields):
        row = panels[number * len(records):(number + 1) * len(records)]
        arrays = [view.of(run[field], record) for record in records]
        ends = limits or drawing.limits_of(arrays)
        for axes, array, label in zip(row, arrays, labels):
            image = drawing.draw_map(axes, array, ends, cmap)
            axes.set_title(label, fontsize=10)
        figure.colorbar(image, ax=list(row), label=with_unit(field, run[field]), extend=drawing.beyond(arrays, ends),
                        shrink=0.9, aspect=20, pad=0.02)
    leave_inner_labels_out(panels, same_heights=True)
    return figure


def _draw_lines(run, fields, records, view, limits, cmap):
    labels = time_labels(run.time[records])
    title = title_of(labels[0], view) if len(records) == 1 else view.title
    figure, panels = panels_of(len(fields), 0.6, title=title)
    for axes, field in zip(panels, fields):
        for record, label, shade in zip(records, labels, drawing.shades(len(records), cmap)):
            drawing.draw_line(axes, view.of(run[field], record), limits, label=label, color=shade)
        if len(records) > 1:
            axes.legend(fontsize=8, ncol=1 + len(records) // 9)
    return figure


def _draw_places(run, fields, records, view, limits):
    places = view.title or ", ".join(f"{name} = {float(run[name]):.6g}" for name in "xyz" if name in run.coords)
    figure, panels = panels_of(len(fields), 0.6, title=places)
    for axes, field in zip(panels, fields):
        drawing.draw_line(axes, view.of(run[field], list(records)), limits)
    return figure
