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

from cases import CASES

HERE = Path(__file__).resolve().parent
TARGET = 1.5  # seconds a measurement
LIMIT = 600  # seconds after which a process hangs; the rivals' compile takes up to a minute
CORES = sorted(os.sched_getaffinity(0))
CORE = str(CORES[-1])  # the last one: interrupts tend to be served by the first
DONE = re.compile(r"done: (\d+) steps, t = \S+, (\S+) s in the time loop, \S+ million cells x steps a second")
TRIAD_BYTES = {"triad-cache": 24 << 14, "triad-memory": 24 << 25}  # a pass: two reads and a write of 8 bytes an element


class Failure(Exception):
    pass


class Rival:
    """A child process of rivals.py that waits, compiled and warm, between the measurements."""

    def __init__(self, name):
        command = ["taskset", "-c", CORE, sys.executable, HERE / "rivals.py", name, "-"]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.name = name
        self.missing = None
        self.version = ""
        self.shares = []  # of the core, that each measurement got

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.communicate()

    def seconds(self, steps):
        """None where the rival's package is missing."""
        try:
            print(steps, file=self.child.stdin)
        except BrokenPipeError:
            pass  # it has ended: what it said last is still to be read
        if not select.select([self.child.stdout], [], [], LIMIT)[0]:
            raise Failure(f"rivals.py {self.name}: no answer within {LIMIT} s")
        line = self.child.stdout.readline()
        if not line:
            raise Failure(f"rivals.py {self.name} ended with status {self.child.wait()}")
        answer = json.loads(line)
        self.missing = answer.get("missing")
        self.version = answer.get("version", "")
        if not self.missing:
            self.shares.append(answer["cpu"] / answer["seconds"])
        return answer.get("seconds")


class Ours:
    def __init__(self, arguments, case, folder):
        self.case = case
        self.mpiexec = arguments.mpiexec
        self.app = arguments.bin.resolve() / case.app
        self.file = Path(folder) / f"{case.name}.yaml"

    def seconds(self, steps, ranks=1):
        self.file.write_text(json.dumps(self.case.config(steps), indent=2) + "\n")  # JSON is YAML
        # taskset stands inside mpiexec, which would set a binding of its own otherwise.
        pinned = ["taskset", "-c", CORE] if ranks == 1 else []
        command = [self.mpiexec, "-n", str(ranks), *pinned, str(self.app), str(self.file)]
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, cwd=self.file.parent)
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
    steps = 10
    while (seconds := measure(steps)) is not None:
        if seconds > 0.2:
            return max(1, round(steps * TARGET / seconds))
        steps *= 10 if seconds < 0.02 else 4
    return None


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def compare(case, arguments, folder):
    """A row of the table and the rival's version; None where the rival is missing."""
    ours = Ours(arguments, case, folder)
    with Rival(case.name) as rival:
        # Each at its own number of steps: the faster of the two would be too short to time at the other's.
        rival_steps = steps_for(rival.seconds)
        if rival_steps is None:
            print(f"{case.name}: skipped, {case.rival} is not there ({rival.missing})", file=sys.stderr)
            return None
        our_steps = steps_for(ours.seconds)
        mine, theirs, two = [], [], []
        mega = case.cells / 1e6
        for repeat in range(arguments.repeats):
            both = [
                lambda: mine.append(mega * our_steps / ours.seconds(our_steps)),
                lambda: theirs.append(mega * rival_steps / rival.seconds(rival_steps)),
            ]
            # The order turns round each time, so that a machine that slows down or speeds up favours neither.
            for measure in both if repeat % 2 == 0 else reversed(both):
                measure()
            if len(CORES) > 1:
                two.append(mega * our_steps / ours.seconds(our_steps, ranks=2))
        ratio = spread([a / b for a, b in zip(mine, theirs)], 2)
        cells = [case.title, f"{statistics.median(mine):.0f}", f"{case.rival} {statistics.median(theirs):.0f}", ratio]
        cells.append(spread(two, 0) if two else "-")
        # The rival tells for both, being on the same core: other work there need not slow both alike.
        cells.append(f"{min(rival.shares[-arguments.repeats :]):.0%}")
        return "| " + " | ".join(cells) + " |", rival.version


def machine(repeats):
    """Lines on the limits of the machine, from the triad on one core."""
    lines = []
    for name, size in TRIAD_BYTES.items():
        with Rival(name) as triad:
            steps = steps_for(triad.seconds)
            if steps is None:
                return [f"- {name}: not measured ({triad.missing})"]
            rates = [size * steps / triad.seconds(steps) / 1e9 for _ in range(repeats)]
            lines.append(f"- {name}, {size / 2**20:.3g} MiB, one core: {spread(rates, 1)} GB/s; core got {min(triad.shares[-repeats:]):.0%}")
    return lines


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def our_version(arguments):
    apps = [arguments.bin / case.app for case in CASES.values()]
    for app in filter(Path.exists, apps):
        said = subprocess.run([app.resolve(), "--version"], capture_output=True, text=True, timeout=LIMIT).stdout
        return said.partition("\n")[0]
    raise SystemExit(f"run.py: no app in {arguments.bin}: build first")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, metavar="DIR", help="where the built apps are")
    parser.add_argument("--mpiexec", default="mpiexec", metavar="PATH")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path, metavar="FILE", help="append the results to this file, too")
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error("--repeats: at least 1")

    date = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    head = [f"## {date}, {cpu()}, {len(CORES)} cores", "", f"- ours: {our_version(arguments)}"]
    limits = machine(arguments.repeats)
    rows, versions, failed = [], {}, False
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.cases:
            print(f"{name} ...", file=sys.stderr)
            try:
                if row := compare(CASES[name], arguments, folder):
                    rows.append(row[0])
                    versions[row[1]] = True
            except Failure as failure:
                print(f"{name}: {failure}", file=sys.stderr)
                failed = True

    table = ["| case | ours MLUPS | rival MLUPS | ratio median (min..max) | ours on 2 ranks | core got |", "|---|---|---|---|---|---|", *rows]
    report = "\n".join([*head, *(f"- {version}" for version in versions), *limits, "", *table]) + "\n"
    print(report)
    if arguments.output:
        with arguments.output.open("a") as file:
            file.write(report + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
