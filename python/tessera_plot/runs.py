"""Output files of runs: their records, their fields, their times."""
import os
import re

import h5py
import numpy
import xarray

from .errors import Refused, look_up


def open_run(path):
    """An output file as a data set of xarray, which reads what is drawn and nothing else.

    Records that were never completed are left out. Times are dates if their unit says so and numpy has such, else numbers.
    """
    path = os.fspath(path)
    require_output(path)
    try:
        run = xarray.open_dataset(path, engine="h5netcdf", decode_times=False)
    except ValueError as error:
        raise Refused(f"{path} is not the output.file of a run: {str(error).splitlines()[0]}") from error
    complete = numpy.flatnonzero(numpy.isfinite(run.time.values))
    if not fields_of(run):
        raise Refused(f"{path} has no fields over time: it is not the output.file of a run")
    if len(complete) == 0:
        raise Refused(f"{path} has no complete record yet")
    if len(complete) < run.sizes["time"]:
        run = run.isel(time=complete if complete[-1] >= len(complete) else slice(len(complete)))
    try:
        return run.assign_coords(time=xarray.decode_cf(run[["time"]], decode_timedelta=False, use_cftime=False).time)
    except (ValueError, OverflowError):  # an unknown unit, or a date beyond those of numpy
        return run


def require_output(path):
    """Raises Refused unless it is an HDF5 file with records."""
    if not os.path.isfile(path):
        raise Refused(f"{path} is a folder" if os.path.isdir(path) else f"there is no file {path}")
    if not os.access(path, os.R_OK):
        raise Refused(f"{path} may not be read")
    if not h5py.is_hdf5(path):
        hints = {".xdmf": "; it describes one to ParaView", ".csv": "; tessera-plot history draws the CSV of history.file"}
        raise Refused(f"{path} is not an HDF5 file" + hints.get(os.path.splitext(path)[1], ""))
    try:
        with h5py.File(path, "r") as file:
            is_checkpoint = isinstance(file.get("numbers"), h5py.Group)
            has_times = isinstance(file.get("time"), h5py.Dataset) and file["time"].ndim == 1
    except OSError as error:
        journal = "; a killed run left a journal: tessera-doctor --repair" if os.path.exists(path + ".journal") else ""
        raise Refused(f"{path} cannot be read: {error}{journal}") from error
    if is_checkpoint:
        raise Refused(f"{path} is a checkpoint, to go on from with --resume; the output.file of the run can be drawn")
    if not has_times:
        raise Refused(f"{path} has no records over time: it is not the output.file of a run")


def source_of(run):
    """The file's name, for messages."""
    return os.path.basename(run.encoding.get("source", "the data set"))


def fields_of(run):
    """The names of a run's fields."""
    return [name for name, data in run.data_vars.items() if data.dims[:1] == ("time",) and name != "step"]


def chosen_fields(run, names):
    """The names, or those of all fields; raises Refused for one that is unknown."""
    known = fields_of(run)
    return [look_up(name, known, "field", source_of(run)) for name in names] if names else known


def records_of(run, time=None, record=None, times=None):
    """The numbers of complete records, from 0 on, as a list: the one nearest to `time` (a number, or a date as text),
    or `record` (negative: from the end), or `times` of them, spread evenly from the first to the last."""
    count = run.sizes["time"]
    if time is not None:
        return [_nearest(run, time)]
    if record is not None:
        if not -count <= record < count:
            raise Refused(f"record {record} of {source_of(run)}: complete ones are 0 to {count - 1}, or -{count} to -1 from the end")
        return [record % count]
    return sorted({int(place) for place in numpy.linspace(0, count - 1, min(times, count)).round()})


def _nearest(run, time):
    times, where = run.time.values, source_of(run)
    if times.dtype.kind == "M":
        try:
            wanted = numpy.datetime64(str(time) if re.match(r"\d{4}-", str(time)) else "no date")
        except ValueError:
            raise Refused(f"time {time}: times of {where} are dates, as 2000-01-31T12:00") from None
    else:
        try:
            wanted = float(time)
        except ValueError:
            raise Refused(f"time {time}: times of {where} are numbers") from None
    beyond = 1e-9 * (times[-1] - times[0])  # a time that was printed is a little off
    if not times[0] - beyond <= wanted <= times[-1] + beyond:
        first, last = (label.removeprefix("t = ") for label in time_labels(run.time[[0, -1]]))
        raise Refused(f"time {time} is outside of {where}, which goes from {first} to {last}")
    return int(abs(times - wanted).argmin())


def time_labels(times):
    """'t = 5 s' or a date for each of some times, with as many digits as tell them apart."""
    if times.dtype.kind == "M":
        unit = next(unit for unit in ("D", "s", "ms", "us", "ns") if (times.values.astype(f"M8[{unit}]") == times.values).all())
        return [text.replace("T", " ") for text in numpy.datetime_as_string(times.values, unit=unit)]
    for digits in range(6, 18):
        texts = [f"{float(time):.{digits}g}" for time in times.values]
        if len(set(texts)) == len(texts):
            break
    unit = unit_of(times)
    return [f"t = {text}" + (f" {unit}" if unit else "") for text in texts]


def unit_of(data):
    """The unit, as text; none where it is 1."""
    unit = str(data.attrs.get("units", "1"))
    return "" if unit == "1" else unit


def with_unit(name, data):
    """What an axis or a colour bar is labelled with."""
    return f"{name} ({unit_of(data)})" if unit_of(data) else name
