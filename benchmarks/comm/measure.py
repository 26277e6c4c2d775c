"""Measures on every rank of one MPI, in one run; started by run.py under mpiexec.

    measure.py PLAN.json RESULT.jsonl

Rank 0 writes a line of JSON for what took part, and one for each point. Every contender lives in the same process and
works on the same memory. In each round each of them is measured once, in an order drawn anew.
"""

import gc
import json
import os
import random
import re
import sys
import time
import warnings
from pathlib import Path

PLAN = json.loads(Path(sys.argv[1]).read_text())
FULL = 0.98  # of its core: what a rank gets where no other process wants it

import numpy as np  # noqa: E402
from mpi4py import MPI  # noqa: E402

from contenders import Compiled, Mpi4py, NumbaMpi  # noqa: E402
from points import Buffers, Point  # noqa: E402

WORLD = MPI.COMM_WORLD
LEVELS = {getattr(MPI, f"THREAD_{name.upper()}"): name for name in ("single", "funneled", "serialized", "multiple")}


def pin():
    """A core for each rank, where there are enough."""
    cores = sorted(os.sched_getaffinity(0))
    place = WORLD.Split_type(MPI.COMM_TYPE_SHARED)
    if place.size <= len(cores):
        os.sched_setaffinity(0, {cores[-1 - place.rank]})  # interrupts tend to be served by the first


def mpi_library():
    """The one MPI of this process: with two of them, contenders would not be measured on the same."""
    mapped = re.findall(r"\s(/\S*/lib(?:mpi|mpich)\.so[.\d]*)$", Path("/proc/self/maps").read_text(), re.MULTILINE)
    libraries = {os.path.realpath(path) for path in mapped}
    if len(libraries) != 1:
        raise SystemExit(f"measure.py: one MPI library is wanted in this process, there are: {sorted(libraries)}")
    return libraries.pop()


def check(name, point, measure, buffers):
    """One exchange, whose result is looked at: fast and wrong does not count."""
    sent = buffers.sent(point)
    expected = np.random.default_rng(1).random(sent.shape)
    sent[...] = expected if point.case == "allreduce" or WORLD.rank == 0 else -1
    buffers.other[: sent.size] = -1
    right = measure(1) >= 0
    if point.case == "allreduce":
        right &= np.allclose(buffers.other[: sent.size], WORLD.size * expected)
    elif point.case != "pi" and WORLD.rank < 2:
        right &= np.array_equal(sent, expected)
    if point.pitch:
        right &= not buffers.columns(point, first=point.width).any()
    if not WORLD.allreduce(bool(right), op=MPI.LAND):
        raise SystemExit(f"measure.py: {name} gives wrong results for {point}")


def timed(measure, repeats):
    """Seconds as rank 0 sees them, and the least share of its core that any rank got."""
    time.sleep(0.002)  # who has slept is next in turn on a busy core, and not interrupted soon
    measure(max(1, repeats // 10))  # into the caches
    wall, cpu = time.perf_counter(), time.thread_time()
    seconds = measure(repeats)
    share = (time.thread_time() - cpu) / (time.perf_counter() - wall)
    return WORLD.bcast(seconds), WORLD.allreduce(share, op=MPI.MIN)


def repeats_for(measure, target):
    """How many repeats take `target` seconds."""
    repeats = 1
    while (seconds := min(timed(measure, repeats)[0] for _ in range(3))) < target / 2:
        repeats *= 2
    return max(1, round(repeats * target / seconds))


class Patience:
    """Measures again where another process had one of the cores meanwhile, until PLAN["patience"] seconds are over."""

    def __init__(self):
        self.end = time.monotonic() + PLAN["patience"]
        self.again = self.disturbed = 0

    def seconds(self, measure, repeats):
        while True:
            seconds, share = timed(measure, repeats)
            if share >= FULL:
                return seconds
            if WORLD.bcast(time.monotonic() > self.end):
                self.disturbed += 1
                return seconds
            self.again += 1


def run(point, contenders, buffers):
    """Rounds: lists of seconds by contender."""
    if point.pitch:
        buffers.whole(point)[...] = 0  # for check() to see what lies beside the columns
    for name, measure in contenders.items():
        check(name, point, measure, buffers)
    repeats = repeats_for(next(iter(contenders.values())), PLAN["target"])
    patience, times = Patience(), {name: [] for name in contenders}
    order = random.Random(0)  # the same on all ranks
    for _ in range(PLAN["rounds"]):
        for name in order.sample(list(contenders), len(contenders)):
            times[name].append(patience.seconds(contenders[name], repeats))
    return {"repeats": repeats, "again": patience.again, "disturbed": patience.disturbed, "seconds": times}


def main():
    warnings.simplefilter("ignore")  # numba-mpi's of strided arrays
    pin()
    points = [Point(**point) for point in PLAN["points"]]
    buffers = Buffers(points)
    teams, missing = [Compiled(PLAN["library"], buffers)], {}
    for name, team in {"numba-mpi": NumbaMpi, "mpi4py": Mpi4py}.items():
        try:
            teams.append(team(buffers))
        except Exception as error:  # whatever it is, the others are measured all the same
            missing[name] = f"{type(error).__name__}: {error}"
    library = mpi_library()
    gc.disable()
    with open(sys.argv[2] if WORLD.rank == 0 else os.devnull, "w", buffering=1) as result:
        head = {
            "versions": [team.version() for team in teams],
            "missing": missing,
            "library": os.path.basename(library),
            "threads": LEVELS[MPI.Query_thread()],
        }
        print(json.dumps(head), file=result)
        for point in points:
            if WORLD.rank == 0:
                print(f"  {point.case} {point.size}", file=sys.stderr, flush=True)
            contenders = {}
            for team in teams:
                contenders |= team.contenders(point, PLAN["forced"])
            print(json.dumps({"point": vars(point), **run(point, contenders, buffers)}), file=result)


if __name__ == "__main__":
    main()
