#!/usr/bin/env python3
"""Ours and the rivals' speed, side by side: see README.md. Run it with the Python that has requirements.txt installed."""

import argparse
import datetime
import json
import os
import platform
import re
import select
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import CASES, LIBMPDATA

HERE = Path(__file__).resolve().parent
TARGET = 0.25  # seconds a measurement
EACH = 3  # two cores are measured in every third repeat
LIMIT = 600  # seconds after which a process hangs; the rivals' compile takes up to a minute
CORES = sorted(os.sched_getaffinity(0))
CORE = str(CORES[-1])  # the last one: interrupts tend to be served by the first
DONE = re.compile(r"done: (\d+) steps, t = \S+, (\S+) s in the time loop, \S+ million cells x steps a second")
LIMITS = {
    "triad-cache": ("triad in the second-level cache", "GB/s"),
    "triad-memory": ("triad in memory", "GB/s"),
    "multiply-add": ("fused multiply-adds", "GFLOP/s"),
    "divide": ("divisions", "G/s"),
}
# Open MPI would bind the threads of a rank to one core. (Its names in versions 4 and 5.)
UNBOUND = {"OMPI_MCA_hwloc_base_binding_policy": "none", "PRTE_MCA_hwloc_default_binding_policy": "none"}


class Failure(Exception):
    pass


class Child:
    """A process that waits, warm, on one core, and measures what it is told, a line of JSON each time."""

    def __init__(self, *command):
        self.command = [str(word) for word in command]
        pinned = ["taskset", "-c", CORE, *self.command]
        self.child = subprocess.Popen(pinned, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.answer = {}
        self.shares = []  # of the core, that each measurement got

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.communicate()

    def seconds(self, steps):
        """None where what it needs is missing."""
        try:
            print(steps, file=self.child.stdin)
        except BrokenPipeError:
            pass  # it has ended: what it said last is still to be read
        if not select.select([self.child.stdout], [], [], LIMIT)[0]:
            raise Failure(f"{' '.join(self.command)}: no answer within {LIMIT} s")
        line = self.child.stdout.readline()
        if not line:
            raise Failure(f"{' '.join(self.command)} ended with status {self.child.wait()}")
        self.answer = json.loads(line)
        if "missing" in self.answer:
            return None
        self.shares.append(self.answer["cpu"] / self.answer["seconds"])
        return self.answer["seconds"]


class Ours:
    def __init__(self, arguments, case, folder):
        self.case = case
        self.mpiexec = arguments.mpiexec
        self.app = arguments.build.resolve() / "bin" / case.app
        self.file = Path(folder) / f"{case.name}.yaml"

    def seconds(self, steps, ranks=1, layout=None):
        self.file.write_text(json.dumps(self.case.config(steps, layout), indent=2) + "\n")  # JSON is YAML
        # taskset stands inside mpiexec, which would set a binding of its own otherwise.
        pinned = [] if layout else ["taskset", "-c", CORE]
        command = [self.mpiexec, "-n", str(ranks), *pinned, str(self.app), str(self.file)]
        try:
            result = subprocess.run(
                command, capture_output=True, text=True, timeout=LIMIT, cwd=self.file.parent, env={**os.environ, **UNBOUND}
            )
        except subprocess.TimeoutExpired:
            raise Failure(f"{' '.join(command)}: not done within {LIMIT} s") from None
        done = DONE.search(result.stdout)
        if result.returncode != 0 or not done:
            said = (result.stderr or result.stdout).strip()
            raise Failure(f"{' '.join(command)}: status {result.returncode}, no result\n{said}")
        if int(done[1]) != steps:
            raise Failure(f"{' '.join(command)}: {done[1]} steps where {steps} were asked for")
        return float(done[2])


def steps_for(measure):
    """The number of steps that takes TARGET seconds, found by trying; also the warm-up. None where measure gives None."""
    steps = 8
    while (seconds := measure(steps)) is not None:
        if seconds > 0.2:
            return max(8, round(steps * TARGET / seconds / 8) * 8)
        steps *= 8 if seconds < 0.02 else 4
    return None


def spread(values, digits):
    """The median, and what the middle 80% lie in."""
    ordered = sorted(values)
    tenth = len(ordered) // 10
    return f"{statistics.median(ordered):.{digits}f} ({ordered[tenth]:.{digits}f}..{ordered[-1 - tenth]:.{digits}f})"


def compare(case, arguments, folder):
    """What was measured; None where the rival is missing."""
    ours = Ours(arguments, case, folder)
    with Child(sys.executable, HERE / "rivals.py", case.name, "-") as rival:
        # Each at its own number of steps: the faster of the two would be too short to time at the other's.
        rival_steps = steps_for(rival.seconds)
        if rival_steps is None:
            print(f"{case.name}: skipped, {case.rival} is not there ({rival.answer['missing']})", file=sys.stderr)
            return None
        steps = steps_for(ours.seconds)
        mine, theirs = [], []
        cuts = {name: [] for name, _, _ in case.two_way_cuts()} if len(CORES) > 1 else {}
        mega = case.cells / 1e6
        for repeat in range(arguments.repeats):
            both = [
                lambda: mine.append(mega * steps / ours.seconds(steps)),
                lambda: theirs.append(mega * rival_steps / rival.seconds(rival_steps)),
            ]
            # The order turns round each time, so that a machine that slows down or speeds up favours neither.
            for measure in both if repeat % 2 == 0 else reversed(both):
                measure()
            for name, ranks, layout in case.two_way_cuts():
                if name in cuts and repeat % EACH == 0:
                    cuts[name].append(mega * steps / ours.seconds(steps, ranks, layout) / mine[-1])
        # The rival tells for both, being on the same core: other work there need not slow both alike.
        share = min(rival.shares[-arguments.repeats :])
        return {"case": case, "ours": mine, "theirs": theirs, "cuts": cuts, "share": share, "version": rival.answer["version"]}


def comparison_table(measured):
    yield "| case | ours MLUPS, median, best | rival's | ratio, median (middle 80%) | of the best | by way of PyMPDATA: x libmpdata++ | core got |"
    yield "|---|---|---|---|---|---|---|"
    for m in measured:
        ratios = [a / b for a, b in zip(m["ours"], m["theirs"])]
        pympdata, libmpdata = LIBMPDATA.get(m["case"].name, (None, None))
        quoted = f"{statistics.median(ratios) * pympdata / libmpdata:.0f}" if libmpdata else "-"
        speeds = [f"{statistics.median(m[who]):.0f}, {max(m[who]):.0f}" for who in ("ours", "theirs")]
        best = f"{max(m['ours']) / max(m['theirs']):.2f}"
        row = [m["case"].title, speeds[0], f"{m['case'].rival} {speeds[1]}", spread(ratios, 2), best, quoted, f"{m['share']:.0%}"]
        yield "| " + " | ".join(row) + " |"


def scaling_table(measured):
    names = list(dict.fromkeys(name for m in measured for name in m["cuts"]))
    if not names:
        return
    yield "| x one core on two | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for m in measured:
        cells = [spread(m["cuts"][name], 2) if name in m["cuts"] else "" for name in names]
        yield f"| {m['case'].title} | " + " | ".join(cells) + " |"


def limits(arguments):
    """Lines on what one core of this machine can do."""
    for name, (title, unit) in LIMITS.items():
        with Child(arguments.build / "benchmarks/limits", name) as child:
            passes = steps_for(child.seconds)
            rates = []
            for _ in range(arguments.repeats):
                child.seconds(passes)
                rates.append(child.answer["amount"] / child.answer["seconds"] / 1e9)
            yield f"- {title}, one core: {spread(rates, 1)} {unit}; core got {min(child.shares[-arguments.repeats :]):.0%}"


def halo_table(arguments):
    yield "| halo exchange, blocks of 512^2, 2 ranks | C by hand, us | ours / C, median (middle 80%) | C again / C |"
    yield "|---|---|---|---|"
    for depth in (1, 3):
        for axis in (0, 1):
            rounds = str(8 * arguments.repeats)
            command = [arguments.mpiexec, "-n", "2", arguments.build / "benchmarks/halo", str(depth), str(axis), rounds]
            result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
            if result.returncode != 0:
                raise Failure(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stderr}")
            times = json.loads(result.stdout)
            cells = [spread([a / b for a, b in zip(times[who], times["by_hand"])], 2) for who in ("ours", "by_hand_again")]
            yield f"| {depth} layer(s), cut along {'xy'[axis]} | {statistics.median(times['by_hand']):.1f} | {' | '.join(cells)} |"


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def our_version(arguments):
    app = arguments.build / "bin/mpdata"
    if not app.exists():
        raise SystemExit(f"run.py: no app in {arguments.build}: build first")
    said = subprocess.run([app.resolve(), "--version"], capture_output=True, text=True, timeout=LIMIT).stdout
    compiler = next((line for line in said.splitlines() if line.startswith("compiler")), "")
    return f"{said.partition(chr(10))[0]}; {compiler}"


def options(description, repeats):
    """A parser with what all benchmarks of solvers can be told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--build", type=Path, required=True, metavar="DIR", help="the build tree")
    parser.add_argument("--mpiexec", default="mpiexec", metavar="PATH")
    parser.add_argument("--repeats", type=int, default=repeats)
    parser.add_argument("--output", type=Path, metavar="FILE", help="append the results to this file, too")
    return parser


def parsed(parser):
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error("--repeats: at least 1")
    return arguments


def heading(arguments, title=""):
    """The first lines of a report."""
    date = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    return [f"## {title}{date}, {cpu()}, {len(CORES)} cores", "", f"- ours: {our_version(arguments)}"]


def report(description, title, repeats, measure):
    """A benchmark's main: its exit status. measure(arguments, folder): lines of the report."""
    arguments = parsed(options(description, repeats))
    lines = heading(arguments, f"{title}, ")
    try:
        with tempfile.TemporaryDirectory() as folder:
            lines += measure(arguments, folder)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    text = "\n".join(lines) + "\n"
    print(text)
    if arguments.output:
        with arguments.output.open("a") as file:
            file.write("\n" + text)
    return 0


def main():
    parser = options(__doc__, 15)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios")
    arguments = parsed(parser)
    lines = heading(arguments)
    load = os.getloadavg()[0]
    measured, failed = [], False
    try:
        lines += limits(arguments)
        with tempfile.TemporaryDirectory() as folder:
            for name in arguments.cases:
                print(f"{name} ...", file=sys.stderr)
                try:
                    if result := compare(CASES[name], arguments, folder):
                        measured.append(result)
                        print(list(comparison_table([result]))[-1], file=sys.stderr)
                except Failure as failure:
                    print(f"{name}: {failure}", file=sys.stderr)
                    failed = True
        lines += [f"- {version}" for version in dict.fromkeys(m["version"] for m in measured)]
        lines += [f"- load {load:.1f} before, {os.getloadavg()[0]:.1f} after (the measurements themselves: 1 to 2)"]
        lines += ["", *comparison_table(measured), "", *scaling_table(measured), ""]
        if len(CORES) > 1:
            lines += halo_table(arguments)
    except Failure as failure:
        print(failure, file=sys.stderr)
        failed = True
    report = "\n".join(lines) + "\n"
    print(report)
    if arguments.output:
        with arguments.output.open("a") as file:
            file.write(report + "\n")
    if arguments.plot and measured:
        from plot import draw

        draw(measured, arguments.plot)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
