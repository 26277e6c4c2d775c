#!/usr/bin/env python3
"""Series and checkpoints beside plain writes of the same bytes and h5py, and what output costs a run: see ../README.md.

Run it by ./dev bench io."""

import argparse
import datetime
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
from run import UNBOUND, Child, Failure, cpu, our_version  # noqa: E402  (of ../run.py)

LIMIT = 600
DONE = re.compile(r"done: (\d+) steps, t = \S+, (\S+) s in the time loop")
LAYOUTS = [(1, 1), (2, 1), (1, 2), (4, 1), (1, 4)]
SHAPES = {"1 MB": (256, 512), "64 MB": (2048, 4096), "512 MB": (8192, 8192)}  # of doubles
DD_SOURCE = Path("/dev/shm")


class Process(Child):
    """Answers commands; without a core of its own."""

    def __init__(self, *command):
        self.command = [str(word) for word in command]
        self.child = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env={**os.environ, **UNBOUND}
        )

    def ask(self, *words):
        try:
            print(*words, file=self.child.stdin)
        except BrokenPipeError:
            pass
        return self.answer_line()

    def answer_line(self):
        line = self.child.stdout.readline()
        if not line:
            raise Failure(f"{' '.join(self.command)} ended with status {self.child.wait()}")
        return json.loads(line)

    def seconds(self, *words):
        return sum(self.ask(*words).values())


class Bench:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = Path(folder)
        self.random = random.Random(1)
        self.h5py_version = ""

    def ours(self, shape, layout):
        program = self.arguments.build.resolve() / "benchmarks/io_bench"
        ranks = layout[0] * layout[1]
        words = [",".join(map(str, pair)) for pair in (shape, layout)]
        return Process(self.arguments.mpiexec, "-n", ranks, program, self.folder, *words)

    def h5py(self, shape):
        process = Process(sys.executable, HERE / "h5py_child.py", self.folder, *shape)
        self.h5py_version = process.answer_line()["version"]
        return process

    def in_turn(self, contenders):
        """Seconds of each in every round, in an order drawn anew. The first round warms up."""
        times = {name: [] for name in contenders}
        for number in range(self.arguments.rounds + 1):
            for name in self.random.sample(list(contenders), len(contenders)):
                seconds = contenders[name]()
                if number > 0:
                    times[name].append(seconds)
        return times


def dd(source, folder):
    """The wall time of dd, its start included."""
    target = folder / "dd"
    target.unlink(missing_ok=True)
    os.sync()
    command = ["dd", f"if={source}", f"of={target}", "bs=4M", "conv=fsync"]
    begin = datetime.datetime.now()
    subprocess.run(command, stderr=subprocess.DEVNULL, check=True, timeout=LIMIT)
    return (datetime.datetime.now() - begin).total_seconds()


def ratio(times, name, other):
    """The speed of the one as a multiple of the other's, or - where there is none."""
    if name not in times or other not in times:
        return "-"
    ratios = [b / a for a, b in zip(times[name], times[other])]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})"


def slower(times, name, other):
    """How much more time the one takes than the other."""
    ratios = [a / b for a, b in zip(times[name], times[other])]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})"


def rate(times, name, megabytes):
    return f"{megabytes / statistics.median(times[name]):.0f}" if name in times else "-"


def row(*cells):
    line = "| " + " | ".join(map(str, cells)) + " |"
    print(line, file=sys.stderr)
    return line


def head(*cells):
    return ["", "| " + " | ".join(cells) + " |", "|---" * len(cells) + "|"]


def named(layout):
    return f"{layout[0] * layout[1]}, [{layout[0]}, {layout[1]}]"


def series_table(bench):
    quick = bench.arguments.quick
    yield from head(
        "series, not compressed", "ranks", "to", "ours, MB/s", "plain, MB/s",
        "ours / plain", "collective / plain", "ours / plain by all ranks", "ours / dd", "ours / h5py contiguous", "ours / h5py chunked",
    )  # fmt: skip
    for size, records in {"1 MB": 200, "64 MB": 2 if quick else 4, **({} if quick else {"512 MB": 1})}.items():
        shape = SHAPES[size]
        megabytes = shape[0] * shape[1] * 8 * records / 1e6
        for layout in LAYOUTS[:2] if quick else LAYOUTS:
            with bench.ours(shape, layout) as ours, bench.h5py(shape) as rival:
                for to_disk in (1, 0):
                    contenders = {name: lambda n=name: ours.seconds(n, records, to_disk) for name in ("series", "plain")}
                    if layout != (1, 1):
                        contenders["collective"] = lambda: ours.seconds("series", records, to_disk, 0, 0, 1)
                        contenders["shared"] = lambda: ours.seconds("shared", records, to_disk)
                    else:
                        for name in ("contiguous", "chunked"):
                            contenders[name] = lambda n=name: rival.seconds(n, records, to_disk)
                    with tempfile.NamedTemporaryFile(dir=DD_SOURCE) as source:
                        if to_disk and layout == (1, 1):
                            source.truncate(int(megabytes * 1e6))
                            source.write(os.urandom(1 << 20) * int(megabytes * 1e6 / (1 << 20)))
                            source.flush()
                            contenders["dd"] = lambda: dd(source.name, bench.folder)
                        times = bench.in_turn(contenders)
                    others = ("shared", "dd", "contiguous", "chunked")
                    yield row(
                        f"{records} x {size}", named(layout), "disk" if to_disk else "page cache",
                        rate(times, "series", megabytes), rate(times, "plain", megabytes),
                        ratio(times, "series", "plain"), ratio(times, "collective", "plain"),
                        *(ratio(times, "series", other) for other in others),
                    )  # fmt: skip


def deflate_table(bench):
    records, size = (1 if bench.arguments.quick else 2), "64 MB"
    shape = SHAPES[size]
    yield from head(
        "series, deflate 4", "ranks", "writing, s", "compressing, s", "size, MB", "h5py's size", "ours / h5py, gzip 4, shuffle"
    )
    for layout in [(1, 1), (2, 1)] if bench.arguments.quick else [(1, 1), (2, 1), (4, 1)]:
        parts = {"create": [], "write": [], "finish": []}
        with bench.ours(shape, layout) as ours, bench.h5py(shape) as rival:

            def mine():
                answer = ours.ask("series", records, 1, 4)
                for part, seconds in answer.items():
                    parts[part].append(seconds)
                return sum(answer.values())

            times = bench.in_turn({"series": mine, "deflated": lambda: rival.seconds("deflated", records, 1)})
        sizes = [(bench.folder / f"{name}.h5").stat().st_size / 1e6 for name in ("series", "deflated")]
        yield row(
            f"{records} x {size}", named(layout), *(f"{statistics.median(parts[part]):.2f}" for part in ("write", "finish")),
            *(f"{s:.1f}" for s in sizes), ratio(times, "series", "deflated"),
        )  # fmt: skip


def read_table(bench):
    quick = bench.arguments.quick
    records, size = 2, "64 MB"
    shape = SHAPES[size]
    megabytes = shape[0] * shape[1] * 8 * records / 1e6
    yield from head("reading, from the page cache", "MB/s", "its own, chunked, MB/s", "ours / its own")
    for deflate in (0, 4):
        with bench.ours(shape, (2, 1)) as ours, bench.h5py(shape) as rival:
            own = "deflated" if deflate else "chunked"
            ours.ask("series", records, 1, deflate)
            rival.ask(own, records, 1)
            times = bench.in_turn(
                {name: lambda n=name: rival.seconds("read", bench.folder / f"{n}.h5", records) for name in ("series", own)}
            )
        what = "h5py, our file of 2 ranks" + (", deflated" if deflate else "")
        yield row(what, rate(times, "series", megabytes), rate(times, own, megabytes), ratio(times, "series", own))
    for layout in LAYOUTS[:2] if quick else LAYOUTS:
        with bench.ours(shape, layout) as ours, bench.h5py(shape) as rival:
            ours.ask("series", records, 1)
            rival.ask("chunked", 1, 1)
            times = bench.in_turn(
                {
                    "initial": lambda: ours.seconds("initial", records),
                    "chunked": lambda: rival.seconds("read", bench.folder / "chunked.h5", 1),
                }
            )
        yield row(
            f"initial: {{file}}, a record, on {named(layout)}", rate(times, "initial", megabytes / records),
            rate(times, "chunked", megabytes / records), ratio(times, "initial", "chunked"),
        )  # fmt: skip


def checkpoint_table(bench):
    quick = bench.arguments.quick
    yield from head(
        "checkpoint", "ranks", "write, s", "plain write and fsync, s", "ours / plain",
        "ours / plain, renamed over the one before", "read, s", "ours / plain read",
    )  # fmt: skip
    for size in ["64 MB"] if quick else ["64 MB", "512 MB"]:
        shape = SHAPES[size]
        for layout in LAYOUTS[:2] if quick else LAYOUTS:
            with bench.ours(shape, layout) as ours:
                ours.ask("checkpoint")
                ours.ask("checkpoint")
                names = {"checkpoint": (), "plain": (1, 1), "replace": (1, 1), "restore": (), "read": ()}
                times = bench.in_turn({name: lambda n=name: ours.seconds(n, *names[n]) for name in names})
            middle = {name: f"{statistics.median(values):.3f}" for name, values in times.items()}
            yield row(
                size, named(layout), middle["checkpoint"], middle["plain"], slower(times, "checkpoint", "plain"),
                slower(times, "checkpoint", "replace"), middle["restore"], slower(times, "restore", "read"),
            )  # fmt: skip


def step_seconds(bench, cells, steps, output):
    """Seconds a step of a run of one thread, until its last record is in the file."""
    config = {
        "grid": {"shape": [cells, cells]},
        "initial": {"c": {"uniform": [0.49, 0.51], "seed": 1}},
        "cahn_hilliard": {"interface_width": 1, "rate": 0.01, "target": 0.5},
        "time": {"stepper": "euler", "step": 0.01, "steps": steps},
    }
    file = bench.folder / "overlap.h5"
    if output:
        config |= {"output": {"file": str(file), "every": output["every"]}, "layout": {"background": output["background"]}}
    name = bench.folder / "overlap.yaml"
    name.write_text(json.dumps(config))
    file.unlink(missing_ok=True)
    os.sync()
    app = bench.arguments.build.resolve() / "bin/cahn-hilliard"
    command = [bench.arguments.mpiexec, "-n", "1", str(app), str(name)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env={**os.environ, **UNBOUND})
    done = DONE.search(result.stdout)
    if result.returncode != 0 or not done:
        raise Failure(f"{' '.join(command)}: status {result.returncode}\n{result.stderr or result.stdout}")
    if not output:
        return float(done[2]) / steps
    with h5py.File(file) as written:  # means over blocks; what completes the file at the end is not in it
        return sum(values[1] for key, values in written.attrs.items() if key.startswith("seconds_")) / steps


def overlap_table(bench):
    yield from head(
        "output, 1 rank, 1 thread", "record every", "a step without output, ms", "slower by, in the background", "slower by, else"
    )
    for cells, every, steps in [(512, 20, 1000)] if bench.arguments.quick else [(512, 20, 4000), (1024, 20, 1000), (1024, 100, 2000)]:
        kinds = {"none": None} | {name: {"every": every, "background": name == "background"} for name in ("background", "waiting")}
        times = bench.in_turn({name: lambda o=output: step_seconds(bench, cells, steps, o) for name, output in kinds.items()})
        percent = {}
        for name in ("background", "waiting"):
            more = [100 * (a / b - 1) for a, b in zip(times[name], times["none"])]
            percent[name] = f"{statistics.median(more):.1f}% ({min(more):.1f}..{max(more):.1f})"
        yield row(
            f"Cahn-Hilliard {cells}^2, Euler", f"{every} steps", f"{1e3 * statistics.median(times['none']):.3f}",
            percent["background"], percent["waiting"],
        )  # fmt: skip


PARTS = {
    "series": series_table,
    "deflate": deflate_table,
    "read": read_table,
    "checkpoint": checkpoint_table,
    "overlap": overlap_table,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True, metavar="DIR", help="the build tree")
    parser.add_argument("--mpiexec", default="mpiexec", metavar="PATH")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), metavar="NAME", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, metavar="N", help="7; 3 with --quick")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, layouts and rounds: a minute or two")
    parser.add_argument("--folder", type=Path, help="on the disk that is measured (the build tree)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="append the results to this file, too")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (3 if arguments.quick else 7)
    if arguments.rounds < 1:
        parser.error("--rounds: at least 1")
    cores = len(os.sched_getaffinity(0))
    date = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    load = os.getloadavg()[0]
    failed, tables = False, []
    with tempfile.TemporaryDirectory(dir=arguments.folder or arguments.build) as folder:
        bench = Bench(arguments, folder)
        kind = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True).stdout.strip()
        for part in arguments.parts:
            try:
                tables += PARTS[part](bench)
            except Failure as failure:
                print(f"{part}: {failure}", file=sys.stderr)
                failed = True
    lines = [
        f"## Input and output, {date}, {cpu()}, {cores} cores, Linux {os.uname().release}, {kind}",
        "",
        f"- ours: {our_version(arguments)}",
        *([f"- {bench.h5py_version}"] if bench.h5py_version else []),
        f"- {arguments.rounds} rounds; medians, and in brackets the least and the most of all rounds",
        f"- load {load:.1f} before, {os.getloadavg()[0]:.1f} after (the measurements themselves: 1 to 4)",
    ]
    report = "\n".join(lines + tables) + "\n"
    print(report)
    if arguments.output and tables:
        with arguments.output.open("a") as file:
            file.write("\n" + report)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
