#!/usr/bin/env python3
"""Equations from expressions beside the same equations written by hand, and py-pde: speed, and what a start costs. See README.md.

Run it with the Python that has requirements.txt installed.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from run import CORE, DONE, HERE, TARGET, UNBOUND, Child, Failure, report, spread, steps_for

LIMIT = 600
NOISE = {"uniform": [0.49, 0.51], "seed": 1}
CASES = {  # what the equation by hand has, and the expressions
    "Cahn-Hilliard 512^2 with source (Listing 7), Euler": {
        "named": {"equation": "cahn-hilliard", "cahn_hilliard": {"rate": 0.01, "target": 0.5}},
        "written": {"equations": {"c": "laplace(c**3 - c - laplace(c)) - 0.01*(c - 0.5)"}},
        "rest": {"grid": {"shape": [512, 512]}, "initial": {"c": NOISE}, "time": {"step": 0.01}},
        "rival": "cahn-hilliard-512",
    },
    "Cahn-Hilliard 128^3 with source, Euler": {
        "named": {"equation": "cahn-hilliard", "cahn_hilliard": {"rate": 0.01, "target": 0.5}},
        "written": {"equations": {"c": "laplace(c**3 - c - laplace(c)) - 0.01*(c - 0.5)"}},
        "rest": {"grid": {"shape": [128, 128, 128]}, "initial": {"c": NOISE}, "time": {"step": 0.005}},
        "rival": "cahn-hilliard-3d",
    },
    "Cahn-Hilliard 512^2, RKL2 of 20 stages": {
        "named": {"equation": "cahn-hilliard", "cahn_hilliard": {"rate": 0.01, "target": 0.5}},
        "written": {"equations": {"c": "laplace(c**3 - c - laplace(c)) - 0.01*(c - 0.5)"}},
        "rest": {"grid": {"shape": [512, 512]}, "initial": {"c": NOISE}, "time": {"step": 2, "stepper": "rkl2"}},
    },
    "Kuramoto-Sivashinsky 512^2, RK4": {
        "named": {"equation": "kuramoto-sivashinsky"},
        "written": {"equations": {"c": "-∇²(c + ∇²c) - 0.5 * |∇c|²"}},
        "rest": {"grid": {"shape": [512, 512], "boundary": "periodic"}, "initial": {"c": NOISE}, "time": {"step": 0.01, "stepper": "rk4"}},
    },
    "Swift-Hohenberg 512^2, RK4": {
        "named": {"equation": "swift-hohenberg"},
        "written": {"equations": {"c": "(0.1 - 1)*c - 2*laplace(c) - laplace(laplace(c)) + c**2 - c**3"}},
        "rest": {"grid": {"shape": [512, 512]}, "initial": {"c": NOISE}, "time": {"step": 0.005, "stepper": "rk4"}},
    },
}
RIVAL_START = """
import json, time
begin = time.perf_counter()
import pde
imported = time.perf_counter()
from pde.solvers import EulerSolver
state = pde.ScalarField.random_uniform(pde.UnitGrid([512, 512]), 0.49, 0.51)
stepper = EulerSolver(pde.PDE({"c": "laplace(c**3 - c - laplace(c)) - 0.01*(c - 0.5)"}), backend="numba").make_stepper(state, 0.01)
stepper(state, 0, 0.01)
print(json.dumps({"import": imported - begin, "compile": time.perf_counter() - imported}))
"""


class Bench:
    def __init__(self, arguments, folder):
        self.mpiexec = arguments.mpiexec
        self.app = arguments.build.resolve() / "bin/pde"
        self.folder = Path(folder)
        self.cache = self.folder / "cache"

    def run(self, config, steps):
        """Seconds in the time loop, and of the whole process."""
        file = self.folder / "run.yaml"
        file.write_text(json.dumps({**config, "time": {**config["time"], "steps": steps}}))
        command = [self.mpiexec, "-n", "1", "taskset", "-c", CORE, str(self.app), str(file)]
        environment = {**os.environ, **UNBOUND, "TESSERA_CACHE": str(self.cache)}
        begin = time.perf_counter()
        result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, cwd=self.folder, env=environment)
        whole = time.perf_counter() - begin
        done = DONE.search(result.stdout)
        if result.returncode != 0 or not done:
            raise Failure(f"{' '.join(command)}: status {result.returncode}\n{result.stderr or result.stdout}")
        return float(done[2]), whole


def speeds(bench, arguments):
    """Lines of the table."""
    yield "| case | by hand, ms a step | compiled / by hand, speed | interpreted / by hand | compiled / py-pde | core got |"
    yield "|---|---|---|---|---|---|"
    for title, case in CASES.items():
        print(f"{title} ...", file=sys.stderr)
        forms = {
            "by hand": {**case["named"], **case["rest"]},
            "compiled": {**case["written"], **case["rest"], "kernels": "compiled"},
            "interpreted": {**case["written"], **case["rest"], "kernels": "interpreted"},
        }
        steps = {name: steps_for(lambda n, c=config: bench.run(c, n)[0]) for name, config in forms.items()}
        times = {name: [] for name in forms}
        rival_times, share = [], None
        rival = Child(sys.executable, HERE / "rivals.py", case["rival"], "-") if "rival" in case else None
        rival_steps = steps_for(rival.seconds) if rival else None
        for repeat in range(arguments.repeats):
            order = list(forms) if repeat % 2 == 0 else list(forms)[::-1]
            for name in order:
                times[name].append(bench.run(forms[name], steps[name])[0] / steps[name])
            if rival_steps:
                rival_times.append(rival.seconds(rival_steps) / rival_steps)
        if rival:
            if rival_steps:
                share = min(rival.shares[-arguments.repeats :])
            rival.__exit__()

        def ratio(name, digits=2):
            return spread([a / b for a, b in zip(times["by hand"], times[name])], digits)

        of_rival = spread([a / b for a, b in zip(rival_times, times["compiled"])], 1) if rival_times else "-"
        row = [title, f"{1e3 * statistics.median(times['by hand']):.3f}", ratio("compiled"), ratio("interpreted"), of_rival,
               "-" if share is None else f"{share:.0%}"]
        yield "| " + " | ".join(row) + " |"


def starts(bench, arguments):
    """What the beginning of a run costs: whole processes that do one step."""
    case = CASES["Cahn-Hilliard 512^2 with source (Listing 7), Euler"]
    named = {**case["named"], **case["rest"]}
    written = {**case["written"], **case["rest"]}
    times = {"by hand": [], "first run": [], "cached": [], "interpreted": []}
    for _ in range(arguments.repeats):
        times["by hand"].append(bench.run(named, 1)[1])
        shutil.rmtree(bench.cache, ignore_errors=True)
        times["first run"].append(bench.run(written, 1)[1])
        times["cached"].append(bench.run(written, 1)[1])
        times["interpreted"].append(bench.run({**written, "kernels": "interpreted"}, 1)[1])
    for name, list_ in times.items():
        more = "" if name == "by hand" else f", {spread([a - b for a, b in zip(list_, times['by hand'])], 3)} s more than by hand"
        yield f"- a run of one step, {name}: {spread(list_, 3)} s{more}"
    answers = []
    for _ in range(min(3, arguments.repeats)):
        result = subprocess.run([sys.executable, "-W", "ignore", "-c", RIVAL_START], capture_output=True, text=True, timeout=LIMIT)
        if result.returncode != 0:
            yield "- py-pde is not there"
            return
        answers.append(json.loads(result.stdout.splitlines()[-1]))
    yield (f"- py-pde: {spread([a['import'] for a in answers], 1)} s to import it, {spread([a['compile'] for a in answers], 1)} s "
           "to compile and do one step, each time")


def measure(arguments, folder):
    bench = Bench(arguments, folder)
    return [f"- {arguments.repeats} repeats of {TARGET} s, one core", *starts(bench, arguments), "", *speeds(bench, arguments)]


if __name__ == "__main__":
    sys.exit(report(__doc__, "Expressions", 15, measure))
