"""Times one rival on one case.

    rivals.py CASE STEPS     one measurement
    rivals.py CASE -         reads a number of steps a line from stdin, measures each: the compile is paid once

Each measurement is one line of JSON on stdout: {"seconds", "cpu", "steps", "version"}, where cpu less than
seconds means that the core was shared. A package that cannot be imported gives {"missing": why} instead.
CASE is a name of cases.py.
"""

import ctypes
import json
import os
import sys
import time
import warnings
from importlib.metadata import version

# One thread: the comparison is core against core. Numba reads this when it is imported, so it stands above that.
os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

from cases import CASES  # noqa: E402


def pympdata(case):
    import numpy as np
    from PyMPDATA import Options, ScalarField, Solver, Stepper, VectorField
    from PyMPDATA.boundary_conditions import Periodic

    names = {"nonoscillatory": "nonoscillatory", "infinite_gauge": "infinite_gauge", "third_order": "third_order_terms"}
    flags = {names[key]: value for key, value in case.section.items() if key in names}
    options = Options(n_iters=case.section["iterations"], **flags)
    boundary = tuple(Periodic() for _ in case.shape)

    def values(expression, faces_of=None):
        places = [np.arange(n) + 0.5 if d != faces_of else np.arange(n + 1.0) for d, n in enumerate(case.shape)]
        coordinates = dict(zip("xyz", np.meshgrid(*places, indexing="ij")))
        result = eval(str(expression), {"exp": np.exp, "sin": np.sin, "cos": np.cos, "pi": np.pi, **coordinates})
        return np.broadcast_to(result, [len(p) for p in places]).astype(float)  # its own memory

    psi = values(case.initial["psi"])
    courant = tuple(values(component, faces_of=d) for d, component in enumerate(case.section["courant"]))
    g_factor = None
    if "g_factor" in case.section:
        g_factor = ScalarField(values(case.section["g_factor"]), halo=options.n_halo, boundary_conditions=boundary)
    solver = Solver(
        # The grid known to the compiler is PyMPDATA's faster form.
        stepper=Stepper(options=options, grid=case.shape, n_threads=1),
        advectee=ScalarField(psi, halo=options.n_halo, boundary_conditions=boundary),
        advector=VectorField(courant, halo=options.n_halo, boundary_conditions=boundary),
        g_factor=g_factor,
    )
    return solver.advance, f"PyMPDATA {version('PyMPDATA')}, numba {version('numba')}"


def keep_freed_memory():
    """Tells glibc to keep freed arrays. py-pde allocates its temporaries in every step; handed back to the system each
    time, they cost 2000 page faults a step, and it runs at less than half the speed it can reach."""
    m_trim_threshold, m_mmap_threshold = -1, -3
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(m_mmap_threshold, 1 << 25)
        libc.mallopt(m_trim_threshold, 1 << 30)


def pypde(case):
    import pde
    from pde.solvers import EulerSolver

    pde.config["backend.numba.multithreading"] = "never"  # serial loops, not parallel ones on one thread
    low, high = case.initial["c"]["uniform"]
    # Listing 7 of the numba-mpi paper; zero derivatives at the edges are py-pde's default.
    p = case.section
    right = f"laplace(c**3 - c - {p['interface_width']}*laplace(c)) - {p['rate']}*(c - {p['target']})"
    state = pde.ScalarField.random_uniform(pde.UnitGrid(case.shape), low, high)
    dt = case.time["step"]
    stepper = EulerSolver(pde.PDE({"c": right}), backend="numba").make_stepper(state, dt)
    return lambda steps: stepper(state, 0, steps * dt), f"py-pde {version('py-pde')}, numba {version('numba')}"


def main():
    warnings.simplefilter("ignore")
    keep_freed_memory()
    name, steps = sys.argv[1:]
    try:
        case = CASES[name]
        advance, versions = {"PyMPDATA": pympdata, "py-pde": pypde}[case.rival](case)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    advance(1)  # compiles, and touches all memory
    for count in map(int, sys.stdin if steps == "-" else [steps]):
        start, cpu = time.perf_counter(), time.process_time()
        advance(count)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        print(json.dumps({"seconds": seconds, "cpu": cpu, "steps": count, "version": versions}), flush=True)


if __name__ == "__main__":
    main()
