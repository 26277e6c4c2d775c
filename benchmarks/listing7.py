#!/usr/bin/env python3
"""Listing 7 of the numba-mpi paper to t = 10,000: steps, evaluations, errors and time of each stepper, beside py-pde. See README.md.

Run it with the Python that has requirements.txt installed.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

from run import CORE, CORES, DONE, HERE, UNBOUND, Child, Failure, report, spread

GRID = {"shape": [512, 512]}
SECTION = {"interface_width": 1, "rate": 0.01, "target": 0.5}
INITIAL = {"c": {"uniform": [0.49, 0.51], "seed": 1}}
TIMES = (50, 200, 1000)  # of the errors
END = 10000
RIVAL_END = 200  # py-pde is run so far
LIMIT = 1800
# Their errors are no larger than py-pde's.
RKC2 = {"stepper": "rkc2", "relative_tolerance": 5e-5, "error_norm": "rms"}
RKC2_MAX = {"stepper": "rkc2", "relative_tolerance": 1e-3}
EULER = {"stepper": "euler", "tolerance": 1e-4}  # py-pde's own default, and its steps
REFERENCE = {"stepper": "rk4", "step": 0.02}
COARSER = {"stepper": "rk4", "step": 0.025}  # tells the reference's own error
STEPPERS = {
    "Euler, step 0.02 (the limit is 0.025)": {"stepper": "euler", "step": 0.02},
    "Euler, adaptive, tolerance 1e-4 (py-pde's steps)": EULER,
    "RKF45, tolerance 1e-4": {"stepper": "rkf45", "tolerance": 1e-4},
    "RKC2, relative tolerance 5e-5, rms": RKC2,
    "RKC2, relative tolerance 1e-3": RKC2_MAX,
    "RKC2, relative tolerance 1e-2": {"stepper": "rkc2", "relative_tolerance": 1e-2},
    "RKL2, relative tolerance 5e-5, rms": {"stepper": "rkl2", "relative_tolerance": 5e-5, "error_norm": "rms"},
}


class Bench:
    def __init__(self, arguments, folder):
        self.mpiexec = arguments.mpiexec
        self.app = arguments.build.resolve() / "bin/cahn-hilliard"
        self.folder = Path(folder)

    def run(self, time, end, ranks=1, layout=None, one_core=True, name="run", interval=None):
        """Steps, evaluations, and seconds in the time loop."""
        config = {
            "grid": GRID,
            "initial": INITIAL,
            "cahn_hilliard": SECTION,
            "time": {**time, "end": end},
            "history": {"file": f"{name}.csv", "every": 10**9},
            **({"layout": layout} if layout else {}),
            **({"output": {"file": f"{name}.h5", "interval": interval}} if interval else {}),
        }
        (self.folder / f"{name}.yaml").write_text(json.dumps(config))
        pinned = ["taskset", "-c", CORE] if one_core else []
        command = [self.mpiexec, "-n", str(ranks), *pinned, str(self.app), f"{name}.yaml"]
        environment = {**os.environ, **UNBOUND}
        result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, cwd=self.folder, env=environment)
        done = DONE.search(result.stdout)
        if result.returncode != 0 or not done:
            raise Failure(f"{' '.join(command)}: status {result.returncode}\n{result.stderr or result.stdout}")
        with (self.folder / f"{name}.csv").open() as file:
            last = list(csv.DictReader(file))[-1]
        return int(done[1]), int(float(last["evaluations"])), float(done[2])

    def fields(self, name):
        """At TIMES."""
        with h5py.File(self.folder / f"{name}.h5") as file:
            times = list(file["time"][...])
            return {t: file["c"][times.index(t)] for t in TIMES if t in times}


def errors(fields, reference):
    """The root of the mean square of the error, over that of the deviation from the target."""
    return {
        t: np.linalg.norm(field - reference[t]) / np.linalg.norm(reference[t] - SECTION["target"]) for t, field in fields.items()
    }


def listed(error):
    return " | ".join(f"{error[t]:.1e}" if t in error else "-" for t in TIMES)


def accuracy(bench):
    """The table of errors; the reference stays in the folder."""
    fast = {"ranks": 2, "layout": {"ranks": [2, 1]}} if len(CORES) > 1 else {}
    for name, time in (("reference", REFERENCE), ("coarser", COARSER)):
        print(f"{name} ...", file=sys.stderr)
        bench.run(time, max(TIMES), name=name, interval=50, one_core=not fast, **fast)
    reference = bench.fields("reference")
    own = errors(bench.fields("coarser"), reference)
    heads = [f"to t = {max(TIMES)}", "steps", "evaluations", "s, one core", "M evaluations x cells a second", *(f"error at {t}" for t in TIMES)]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for title, time in STEPPERS.items():
        print(f"{title} ...", file=sys.stderr)
        steps, evaluations, seconds = bench.run(time, max(TIMES), interval=50)
        error = listed(errors(bench.fields("run"), reference))
        lines.append(f"| {title} | {steps} | {evaluations} | {seconds:.2f} | {evaluations * 0.512**2 / seconds:.0f} | {error} |")
        print(lines[-1], file=sys.stderr)
    theirs = 1 / ((COARSER["step"] / REFERENCE["step"]) ** 4 - 1)
    lines.append(f"| RK4, step {COARSER['step']} (the reference's own errors: {theirs:.1f} of these) | | | | | {listed(own)} |")
    return lines


def whole(bench, repeats):
    """To the end: ours on one core and on two, beside py-pde."""
    print("Euler, adaptive, to the end ...", file=sys.stderr)
    euler_steps, euler_evaluations, euler_seconds = bench.run(EULER, END)
    start = bench.folder / "reference.h5"
    cuts = {"one core": {}}
    if len(CORES) > 1:
        cuts["2 ranks, x cut"] = {"ranks": 2, "layout": {"ranks": [2, 1]}, "one_core": False}
        cuts["2 threads, x cut"] = {"layout": {"threads": [2, 1]}, "one_core": False}
    seconds = {name: [] for name in [*cuts, "max"]}
    rival_steps, rival_seconds = 0, []
    with Child(sys.executable, HERE / "listing7_rival.py", start, EULER["tolerance"]) as rival:
        first = rival.seconds(1)  # compiles
        for repeat in range(repeats):
            print(f"repeat {repeat + 1} of {repeats} ...", file=sys.stderr)
            for name, cut in cuts.items():
                steps, evaluations, of_cut = bench.run(RKC2, END, **cut)
                seconds[name].append(of_cut)
            max_steps, max_evaluations, of_max = bench.run(RKC2_MAX, END)
            seconds["max"].append(of_max)
            if first is not None:
                rival_seconds.append(rival.seconds(RIVAL_END))
                rival_steps = rival.answer["steps"]
    lines = [
        f"- Euler, adaptive, to t = {END}: {euler_steps} steps, {euler_evaluations} evaluations, {euler_seconds:.1f} s on one core",
        f"- RKC2, relative tolerance 5e-5, rms, to t = {END}: {steps} steps, {evaluations} evaluations, {spread(seconds['one core'], 1)} s on one core",
        f"- with 1e-3 in the worst cell: {max_steps} steps, {max_evaluations} evaluations, {spread(seconds['max'], 1)} s on one core",
    ]
    for name in list(cuts)[1:]:
        ratios = [a / b for a, b in zip(seconds["one core"], seconds[name])]
        lines.append(f"- on {name}: {spread(seconds[name], 1)} s, {spread(ratios, 2)} x one core")
    if rival_seconds:
        mine, _, _ = bench.run(EULER, RIVAL_END, interval=50)
        found = ", ".join(f"{error:.1e} at {t}" for t, error in rival.answer["errors"].items())
        to_end = [s * euler_steps / rival_steps for s in rival_seconds]
        ratios = [a / b for a, b in zip(to_end, seconds["one core"])]
        lines.append(
            f"- {rival.answer['version']}, adaptive Euler, serial, the same noise: {spread(rival_seconds, 1)} s "
            f"for {rival_steps} steps to t = {RIVAL_END} (ours takes {mine}), errors {found}; "
            f"to t = {END}, extrapolated by the number of steps: {spread(to_end, 0)} s"
        )
        of_max = [a / b for a, b in zip(to_end, seconds["max"])]
        lines.append(
            f"- RKC2 on one core takes **1/{spread(ratios, 1)}** of py-pde's time, with 1e-3 in the worst cell 1/{spread(of_max, 1)}; "
            f"core got {min(rival.shares[1:]):.0%}"
        )
    else:
        lines.append(f"- py-pde is not there ({rival.answer['missing']})")
    return lines


def measure(arguments, folder):
    bench = Bench(arguments, folder)
    table = accuracy(bench)
    return [*whole(bench, arguments.repeats), "", *table]


if __name__ == "__main__":
    sys.exit(report(__doc__, "Listing 7", 5, measure))
