"""Runs the apps from outside: on how many ranks, in a folder of its own, never longer than a minute.

TESSERA_BIN, TESSERA_MPIEXEC and TESSERA_CONFIGS say where things are; by hand, e.g.
    TESSERA_BIN=build/bin /usr/bin/python3 tests/cli/test_run.py
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from typing import NamedTuple

import h5py

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TESSERA_BIN", ROOT / "build/bin")).resolve()
MPIEXEC = os.environ.get("TESSERA_MPIEXEC") or shutil.which("mpiexec") or "mpiexec"
CONFIGS = pathlib.Path(os.environ.get("TESSERA_CONFIGS", ROOT / "configs")).resolve()
TIMEOUT = 60  # seconds, for a run that takes a few
NO_END = 1000000000  # of steps, or of time

if not (BIN / "mpdata").exists():
    raise SystemExit(f"no apps in {BIN}: set TESSERA_BIN to the folder where mpdata lies")

VERSION = subprocess.run([MPIEXEC, "--version"], capture_output=True, text=True, check=True).stdout
OPEN_MPI = "Open MPI" in VERSION or "open-mpi.org" in VERSION  # mpiexec of Debian says OpenRTE, mpirun Open MPI

# Read by Open MPI alone: as root, more ranks than cores, not bound to any, no naps.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",  # the two as Open MPI 5 calls them
    "PRTE_MCA_hwloc_default_binding_policy": "none",
    "OMPI_MCA_odls_base_sigkill_timeout": "0",  # after an exit code that is not 0, it would sleep a second or two
}

MPDATA = """\
grid:
  shape: [12, 10]
initial:
  psi: "1 + x*(12 - x) + y"
mpdata:
  courant: ["0.2", "0.1"]
time: {step: 1, steps: 4}
output: {file: out.h5, every: 2}
"""

CAHN_HILLIARD = """\
grid:
  shape: [12, 10]
initial:
  c: {uniform: [0.4, 0.6], seed: 1}
cahn_hilliard: {interface_width: 1, rate: 0.01, target: 0.5}
time: {step: 0.01, steps: 4}
output: {file: out.h5, every: 2}
"""


class Result(NamedTuple):
    code: int
    out: str
    err: str


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as name:
        yield pathlib.Path(name)


def start(app, arguments, ranks, where, environment=None, **options):
    command = [MPIEXEC, "-n", str(ranks), str(BIN / app), *map(str, arguments)]
    return subprocess.Popen(command, cwd=where, env={**os.environ, **ENVIRONMENT, **(environment or {})}, stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options)


def family(root):
    """A process and all below it. Ranks leave mpiexec's process group, and with MPICH its session."""
    children, dead = {}, set()
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            pid = int(entry.name)
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(pid)
            if fields[0] == "Z":
                dead.add(pid)
    members = [root]
    for pid in members:
        members += children.get(pid, [])
    return [pid for pid in members if pid not in dead]


def end(process):
    if process.poll() is None:
        for pid in family(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def finish(process):
    """Waits for a started run; one that hangs is killed with all its ranks."""
    try:
        out, err = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        end(process)
        out, err = process.communicate()
        raise AssertionError(f"still running after {TIMEOUT} s: {process.args}\n{out}\n{err}") from None
    return Result(process.returncode, out, err)


def run(app, arguments, ranks, where, **options):
    return finish(start(app, arguments, ranks, where, **options))


def rank_processes(process, app, count, signals=True):
    """The ranks of a started run, once each of them has begun to take requests to stop (which needs a checkpoint.file)."""
    caught = 1 << (signal.SIGINT - 1) if signals else 0  # the last that the app installs; no MPI catches it in a rank
    found = []

    def ready():
        found.clear()
        for pid in family(process.pid):
            with contextlib.suppress(OSError):
                if os.path.basename(os.readlink(f"/proc/{pid}/exe")) != app:
                    continue
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
                if int(status.split("SigCgt:")[1].split()[0], 16) & caught == caught:
                    found.append(pid)
        return len(found) == count

    wait_for(ready, process)
    return sorted(found)


def wait_for(condition, process):
    """Waits until a started run has come somewhere."""
    until = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > until or process.poll() is not None:
            end(process)
            out, err = process.communicate()
            raise AssertionError(f"the run did not come that far: {process.args}\n{out}\n{err}")
        time.sleep(0.01)


def contents(path):
    """All data sets of a file, as bytes."""
    with h5py.File(path, "r") as file:
        return {name: (data.shape, data.dtype, data[()].tobytes()) for name, data in file.items()}


def position(checkpoint):
    """Where it lies: time and number of steps."""
    with h5py.File(checkpoint, "r") as file:
        return float(file["numbers"].attrs["time"]), int(file["numbers"].attrs["step"])


def step_of(checkpoint):
    return position(checkpoint)[1]


def place(text):
    """Takes the mark ¦ out of a configuration: the text without it, and its line:column."""
    before, mark, after = text.partition("¦")
    if not mark:
        return text, None
    return before + after, f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def check_refused(test, app, arguments, fragments, files=None, code=2, rank_counts=(1, 3)):
    """Refused alike on every number of ranks: one message, the right exit code, nothing written."""
    files = files or {}
    with contextlib.ExitStack() as stack:
        runs = []
        for ranks in rank_counts:  # at the same time: most of it is mpiexec's waiting
            where = stack.enter_context(folder())
            for name, content in files.items():
                (where / name).write_bytes(content if isinstance(content, bytes) else content.encode())
            runs.append((ranks, where, start(app, arguments, ranks, where)))
            stack.callback(end, runs[-1][2])
        for ranks, where, process in runs:
            with test.subTest(ranks=ranks, arguments=" ".join(arguments), about=fragments[-1]):
                result = finish(process)
                errors = [line for line in result.err.splitlines() if line.startswith("error")]
                test.assertEqual(len(errors), 1, result.err)
                test.assertTrue(errors[0].startswith("error: "), result.err)
                test.assertEqual(result.code, code, result.err)
                for fragment in fragments:
                    test.assertIn(fragment, errors[0])
                if "out.h5" not in files:
                    test.assertFalse((where / "out.h5").exists(), "wrote its output file")
