#!/usr/bin/env python3
"""tessera::comm beside raw C MPI, numba-mpi and mpi4py: see ../README.md. Run it by ./dev bench comm."""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import report
from points import CASES, points, strided_points

HERE = Path(__file__).resolve().parent
LIMIT = 3600  # seconds after which an MPI's run hangs
SONAMES = {"openmpi": "libmpi.so.40", "mpich": "libmpi.so.12"}  # that PyPI's mpi4py looks for


class Failure(Exception):
    pass


def environment(build, folder):
    """Makes mpi4py, and with it numba-mpi, take the MPI that the compiled contenders were linked with, by whatever name
    that goes: Debian's MPICH is libmpich.so.12."""
    said = subprocess.run(["ldd", build["library"]], capture_output=True, text=True, check=True).stdout
    linked = re.search(r"\slib(?:mpi|mpich)\.so\S* => (\S+)", said)
    if not linked:
        raise Failure(f"{build['library']} is not linked with an MPI library:\n{said}")
    (folder / SONAMES[build["mpi"]]).symlink_to(linked[1])
    path = [str(folder), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
    one_thread = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return {**os.environ, **one_thread, "LD_LIBRARY_PATH": ":".join(path), "MPI4PY_MPIABI": build["mpi"]}


def measure(build, arguments):
    """The head and the results of one MPI."""
    chosen = strided_points() if arguments.strided else points(arguments.cases)
    plan = {
        "library": build["library"],
        "points": [vars(point) for point in chosen],
        "forced": arguments.strided,
        "rounds": arguments.rounds,
        "patience": arguments.patience,
        "target": arguments.target / 1000,
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plan.json").write_text(json.dumps(plan))
        result = folder / "result.jsonl"
        command = [build["mpiexec"], "-n", str(arguments.ranks), sys.executable, HERE / "measure.py"]
        command += [folder / "plan.json", result]
        variables = environment(build, folder)
        try:
            code = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, timeout=LIMIT).returncode
        except subprocess.TimeoutExpired:
            raise Failure(f"not done within {LIMIT} s") from None
        if code != 0:
            raise Failure(f"{build['mpiexec']} ended with status {code}")
        head, *results = map(json.loads, result.read_text().splitlines())
        return head, results


def cpu():
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else "unknown processor"


def arguments_of():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", nargs="+", type=Path, required=True, metavar="DIR", help="one for each MPI")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES, metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--strided", action="store_true", help="instead: columns packed and by data type")
    parser.add_argument("--ranks", type=int, default=2, help="2; more than cores measures little")
    parser.add_argument("--rounds", type=int, default=31, help="31")
    parser.add_argument("--target", type=float, default=2, metavar="MS", help="length of a measurement (2)")
    parser.add_argument("--patience", type=float, default=10, metavar="S", help="for a point on a busy machine (10)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="append the results to this file, too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw them")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.ranks < 2 or arguments.target <= 0:
        parser.error("at least 1 round, 2 ranks, and a target above 0")
    return arguments


def main():
    arguments = arguments_of()
    date = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    reports, measured, failed, version = [], {}, False, "unknown"
    for folder in arguments.build:
        build = json.loads((folder / "benchmarks/comm/comm_bench.json").read_text())
        print(build["mpi"], file=sys.stderr)
        before = os.getloadavg()[0]
        try:
            head, results = measure(build, arguments)
        except Failure as failure:
            print(f"{build['mpi']}: {failure}", file=sys.stderr)
            failed = True
            continue
        load = f"{before:.1f} before, {os.getloadavg()[0]:.1f} after (the ranks themselves: {arguments.ranks})"
        reports.append(report.report(build, head, results, load))
        measured[build["mpi"]] = results
        version = build["version"]
    title = f"## comm of tessera {version}, {date}, {cpu()}, {os.cpu_count()} cores, {arguments.ranks} ranks"
    text = "\n".join([title, "", *reports])
    print(text)
    if arguments.output and measured:
        with arguments.output.open("a") as file:
            file.write(text + "\n")
    if arguments.plot and measured:
        import plot

        plot.draw(measured, arguments.plot)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
