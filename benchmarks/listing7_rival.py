"""py-pde's adaptive Euler, serial, on Listing 7, from the first record of an HDF5 file of ours: see listing7.py.

    listing7_rival.py FILE TOLERANCE     reads end times a line from stdin, begins anew for each: the compile is paid once

Each run is one line of JSON on stdout: {"seconds", "cpu", "steps", "errors", "version"}, the errors at the file's times that are in
listing7.py's list, against the file's fields. If py-pde cannot be imported: {"missing": why}.
"""

import json
import os
import sys
import time
import warnings
from importlib.metadata import version

os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when numba is imported

import h5py  # noqa: E402

from listing7 import SECTION, TIMES, errors  # noqa: E402
from rivals import keep_freed_memory  # noqa: E402


def main():
    warnings.simplefilter("ignore")
    keep_freed_memory()
    try:
        import pde
        from pde.solvers import EulerSolver
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    pde.config["backend.numba.multithreading"] = "never"
    path, tolerance = sys.argv[1:]
    with h5py.File(path) as file:
        times = list(file["time"][...])
        noise = file["c"][0]
        reference = {t: file["c"][times.index(t)] for t in TIMES}
    p = SECTION
    right = f"laplace(c**3 - c - {p['interface_width']}*laplace(c)) - {p['rate']}*(c - {p['target']})"
    solver = EulerSolver(pde.PDE({"c": right}), backend="numba", adaptive=True, tolerance=float(tolerance))
    stepper = solver.make_stepper(pde.ScalarField(pde.UnitGrid(noise.shape), noise), 1e-3)
    for end in map(float, sys.stdin):
        state = pde.ScalarField(pde.UnitGrid(noise.shape), noise)
        solver.info.update(dt=1e-3, steps=0)
        fields, now, seconds, cpu = {}, 0.0, 0.0, 0.0
        for stop in [t for t in TIMES if t < end] + [end]:
            start, used = time.perf_counter(), time.process_time()
            now = stepper(state, now, stop)
            seconds, cpu = seconds + time.perf_counter() - start, cpu + time.process_time() - used
            if stop in TIMES:
                fields[stop] = state.data.copy()
        answer = {"seconds": seconds, "cpu": cpu, "steps": int(solver.info["steps"]), "errors": errors(fields, reference)}
        print(json.dumps({**answer, "version": f"py-pde {version('py-pde')}, numba {version('numba')}"}), flush=True)


if __name__ == "__main__":
    main()
