"""One field, drawn into one panel: a map or a line."""
import numpy
from matplotlib import dates, pyplot

from .runs import with_unit
from .views import edges_of

CMAP = "viridis"  # its shades are told apart by colour-blind people and in grey
FEW_CELLS = 256   # along a side: each has a dot or more, and is drawn with sharp edges


def limits_of(arrays):
    """Ends of a scale: the least and the largest value, or some room around the only one. Arrays may come one by one."""
    low, high = _extremes(arrays)
    return (low, high) if low < high else (low - (abs(low) or 1) / 10, high + (abs(high) or 1) / 10)


def _extremes(arrays):
    ends = [(float(array.min()), float(array.max())) for array in arrays]
    return min(low for low, _ in ends), max(high for _, high in ends)


def beyond(arrays, limits):
    """At which ends of a colour bar values lie beyond it."""
    low, high = _extremes(arrays)
    return {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[
        (low < limits[0], high > limits[1])]


def proportions(array):
    """The shape of a map: "equal" and height/width if lengths along both sides can be compared, else "auto" and a good one."""
    (left, right), (bottom, top) = (edges_of(array, name) for name in array.dims)
    ratio = (top - bottom) / (right - left)
    units = {array[name].attrs.get("units", "1") for name in array.dims}
    return ("equal", ratio) if 0.2 <= ratio <= 5 and len(units) == 1 else ("auto", 0.7)


def draw_map(axes, array, limits, cmap=CMAP):
    """The first dimension to the right, the second upward. Returns the image, for `renew`."""
    extent = [edge for name in array.dims for edge in edges_of(array, name)]
    way = "nearest" if max(array.shape) <= FEW_CELLS else "antialiased"
    image = axes.imshow(array.values.T, origin="lower", extent=extent, vmin=limits[0], vmax=limits[1], cmap=cmap,
                        aspect=proportions(array)[0], interpolation=way)
    name_axes(axes, array)
    return image


def draw_line(axes, array, limits=None, **style):
    """A field over its only dimension. Returns the line, for `renew`."""
    name, = array.dims
    line, = axes.plot(array[name].values, array.values, marker="" if array.size > 1 else "o", linewidth=1.3, **style)
    if limits:
        axes.set_ylim(limits)
    name_axes(axes, array)
    return line


def name_axes(axes, array):
    """Dimensions and units on the axes of a map, or of a line with its field."""
    labels = [with_unit(name, array[name]) for name in array.dims]
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1] if array.ndim == 2 else with_unit(array.name, array))
    if array[array.dims[0]].dtype.kind == "M":
        axes.xaxis.set_major_locator(dates.AutoDateLocator(maxticks=6))
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    else:
        axes.locator_params(axis="x", nbins=6)
        axes.ticklabel_format(axis="both", scilimits=(-3, 5))


def renew(artist, array):
    """Shows other values of the same cells in a map or a line."""
    if array.ndim == 2:
        artist.set_data(array.values.T)
    else:
        artist.set_ydata(array.values)


def shades(count, cmap):
    """Colours of lines, from the first record to the last; the palest end is left out."""
    return pyplot.get_cmap(cmap)(numpy.linspace(0, 0.85, count)) if count > 1 else ["C0"]
