"""What measure.py has found, as Markdown."""

import statistics

from points import CONTIGUOUS

PACKED, DATATYPE = "tessera::comm, packed", "tessera::comm, data type"


def size_text(point):
    size = point["size"]
    if point["case"] == "pi":
        return f"x = {size}"
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} B"


def median(result, name):
    return statistics.median(result["seconds"][name])


def best(result, *names):
    present = [name for name in names if name in result["seconds"]]
    return min(present, key=lambda name: median(result, name), default=None)


def ratios(result, name, base):
    return [a / b for a, b in zip(result["seconds"][name], result["seconds"][base])]


def ratio_text(result, name, base):
    """Median and, in brackets, what the middle 80% of the rounds lie in."""
    if name is None or name not in result["seconds"]:
        return "-"
    values = sorted(ratios(result, name, base))
    cut = len(values) // 10
    return f"{statistics.median(values):.3f} [{values[cut]:.2f}..{values[-1 - cut]:.2f}]"


def time_text(result, name):
    """Of one call; a ping-pong is two messages."""
    messages = 1 if result["point"]["case"] in ("pi", "allreduce") else 2
    return f"{median(result, name) / result['repeats'] / messages * 1e6:.3g} us"


def rate_text(result):
    """GB/s, where that says something."""
    point = result["point"]
    if point["case"] != "pingpong" or point["size"] < 4096:
        return ""
    return f"{2 * point['size'] * result['repeats'] / median(result, 'C') / 1e9:.3g}"


def table(head, rows):
    return ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]] if rows else []


def contiguous(results):
    rows = []
    for result in results:
        point = result["point"]
        rows.append([CONTIGUOUS[point["case"]], size_text(point), time_text(result, "C"), rate_text(result)])
        rows[-1] += [ratio_text(result, name, "C") for name in ("C, again", "tessera::comm", "numba-mpi", "mpi4py")]
    return table(["case", "size", "C", "GB/s", "C, again", "tessera::comm", "numba-mpi", "mpi4py"], rows)


def base_of(result):
    """What the others are compared with: C, by the better way where there are two."""
    return best(result, "C", "C, packed", "C, data type")


def columns(results):
    rows = []
    for result in results:
        base, python = base_of(result), best(result, "mpi4py, copied", "mpi4py, data type")
        other = "C, data type" if base == "C, packed" else "C, packed"
        way = "packed" if base == "C, packed" else "type"
        row = [result["point"]["case"], size_text(result["point"]), f"{time_text(result, base)} {way}"]
        names = (f"{base}, again", other, "tessera::comm", "numba-mpi", python)
        rows.append(row + [ratio_text(result, name, base) for name in names])
        if python:
            rows[-1][-1] += " copied" if python.endswith("copied") else " type"
    head = ["pitch", "size", "best C", "again", "the other C", "tessera::comm", "numba-mpi", "better mpi4py"]
    return table(head, rows)


def forced(results):
    """Ours by either way, to choose datatype_from_bytes by."""
    rows = []
    for result in results:
        point = result["point"]
        row = [str(point["pitch"]), str(point["width"]), size_text(point), time_text(result, PACKED)]
        row += [ratio_text(result, name, PACKED) for name in (DATATYPE, "C, packed", "C, data type", "tessera::comm")]
        rows.append(row)
    head = ["pitch", "columns", "size", "ours packed", "ours by data type", "C, packed", "C, data type", "ours as is"]
    return table(head, rows)


def crossovers(results):
    """For each series of sizes, from where on the data type is the faster way."""
    series = {}
    for result in results:
        point = result["point"]
        series.setdefault((point["pitch"], point["width"]), []).append(result)
    for (pitch, width), members in series.items():
        start = None
        for result in sorted(members, key=lambda result: -result["point"]["size"]):
            if statistics.median(ratios(result, DATATYPE, PACKED)) >= 1:
                break
            start = size_text(result["point"])
        where = f"from {start} on" if start else "at no size"
        yield f"- pitch {pitch}, {width} columns: the data type is faster {where}"


def range_text(values):
    """Least, median and greatest over the points, with the point of the greatest."""
    numbers = [value for value, _ in values]
    worst, result = max(values, key=lambda pair: pair[0])
    point = result["point"]
    return f"{min(numbers):.3f}..{statistics.median(numbers):.3f}..{worst:.3f} ({point['case']}, {size_text(point)})"


def verdict(title, results):
    """What to look at: where ours stands over all points, and how far C is from itself."""
    kinds = {
        "medians of the ratios": lambda result, name, base: statistics.median(ratios(result, name, base)),
        "ratios of the best times": lambda result, name, base: (
            min(result["seconds"][name]) / min(result["seconds"][base])
        ),
    }
    for kind, value in kinds.items():
        ours = [(value(result, "tessera::comm", base_of(result)), result) for result in results]
        control = [(value(result, f"{base_of(result)}, again", base_of(result)), result) for result in results]
        yield f"- {title}, {kind}: tessera::comm over C {range_text(ours)}; C over C {range_text(control)}"


def report(build, head, results, load):
    again = sum(result["again"] for result in results)
    disturbed = sum(result["disturbed"] for result in results)
    number = sum(len(times) for result in results for times in result["seconds"].values())
    lines = [f"### {build['mpi']}", ""]
    lines += [f"- {text}" for text in head["versions"]]
    lines += [f"- **missing**: {name} ({why})" for name, why in head["missing"].items()]
    lines.append(f"- {head['library']} in all of them, thread level {head['threads']}; {build['compiler']}")
    lines.append(
        f"- load {load}: of {number} measurements, {again} were repeated because another process had a core, "
        f"and {disturbed} could not be had without"
    )
    plain = [result for result in results if result["point"]["case"] in CONTIGUOUS]
    strided = [result for result in results if result["point"]["case"] not in CONTIGUOUS]
    lines += verdict("contiguous", plain) if plain else []
    if strided and PACKED in strided[0]["seconds"]:
        return "\n".join([*lines, *crossovers(strided), "", *forced(strided)]) + "\n"
    lines += verdict("columns", strided) if strided else []
    for rows in (contiguous(plain), columns(strided)):
        lines += ["", *rows] if rows else []
    return "\n".join(lines) + "\n"
