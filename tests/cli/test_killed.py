"""Runs whose ranks are killed, most of them inside a write: nothing hangs, completed records are there, and right, and the run goes on to
the same bits.

TESSERA_KILLS: how many runs are killed, TESSERA_SEED: how. Half of them and more are stopped by tests/support/stopped.cpp in the middle of
one of their calls that change a file (a record, a journal, a checkpoint, at the end), and killed there; the others at any moment.
"""
import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import unittest

import h5py
import numpy

from support import BIN, CAHN_HILLIARD, ENVIRONMENT, MPDATA, contents, end, family, folder, run, start

KILLS = int(os.environ.get("TESSERA_KILLS", "5"))
SEED = int(os.environ.get("TESSERA_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
STOPPED = next(iter((BIN.parent / "tests").glob("libstopped.so")), None)  # not with sanitizers, which want to be loaded first
PATIENCE = 30  # seconds in which a job ends whose ranks were killed
LEFT = {"run.yaml", "out.h5", "out.xdmf", "second.h5", "second.xdmf", "run.ckpt", "run.ckpt.old"}


class Case:
    """A run that writes all the time; each of its parts may have another layout."""

    def __init__(self, chance):
        self.chance = chance
        self.app = chance.choice(("mpdata", "cahn-hilliard"))
        steps = chance.randrange(100, 300)
        if self.app == "mpdata":
            text = MPDATA.replace('"1 + x*(12 - x) + y"', '"2 + sin(x)*cos(y)"').replace("steps: 4", f"steps: {steps}")
        else:  # some do not know how many records there will be, and make room again and again
            known = chance.random() < 0.3
            text = CAHN_HILLIARD.replace("step: 0.01, steps: 4", f"step: 0.01, steps: {steps}" if known else "tolerance: 1.0e-5, end: 40")
        self.outputs = ["out.h5", "second.h5"][:chance.choice((1, 2))]
        lines = ""
        for number, file in enumerate(self.outputs):
            options = [option for option in ("deflate: 2", "precision: single", "region: {x: [2, 6]}", "writes: collective") if chance.random() < 0.3]
            lines += f"  - {{{', '.join([f'file: {file}', f'every: {chance.randrange(1, 4) + 3 * number}', *options])}}}\n"
        text = text.replace("[12, 10]", chance.choice(("[12, 10]", "[40, 30]"))).replace("output: {file: out.h5, every: 2}\n", "output:\n" + lines)
        self.text = text + f"checkpoint: {{file: run.ckpt, every: {chance.randrange(2, 20)}}}\n"

    def start(self, where, arguments=(), **environment):
        ranks = self.chance.randrange(1, 5)
        layout = f"layout={{threads: [{self.chance.choice((1, 2))}, 1], background: {self.chance.choice(('true', 'false'))}}}"
        process = start(self.app, ["run.yaml", "--quiet", "--set", layout, *arguments], ranks, where, environment=environment)
        return process, ranks


class Killed(unittest.TestCase):
    def test_killed(self):
        print(f"seed {SEED}", flush=True)
        self.kills, self.inside, seed = 0, 0, SEED
        while self.kills < KILLS:
            with self.subTest(seed=seed), folder() as where, folder() as whole:
                case = Case(random.Random(seed))
                for place in (where, whole):
                    (place / "run.yaml").write_text(case.text)
                unbroken = run(case.app, ["run.yaml", "--quiet"], 1, whole)
                self.assertEqual(unbroken.code, 0, unbroken.err)
                self.kill_and_resume(case, where, whole)
            seed += 1
        print(f"{self.inside} of {self.kills} kills inside a write")
        if STOPPED:
            self.assertGreaterEqual(2 * self.inside, self.kills)

    def kill_and_resume(self, case, where, whole):
        killed = False
        for _ in range(20):  # some end before they can be killed, as if nothing had been asked
            resume = ["--resume"] if (where / "run.ckpt").exists() else []
            stop = STOPPED and (2 * self.inside <= self.kills or case.chance.random() < 0.6)
            if case.chance.random() < 0.3 and killed:
                break
            code = self.kill_inside(case, where, resume) if stop else self.kill_anywhere(case, where, resume)
            if code is None:
                continue
            killed = True
            self.kills += 1
            self.inside += bool(stop)
            self.check_left(case, where, whole)
        resume = ["--resume"] if (where / "run.ckpt").exists() else []
        process, _ = case.start(where, resume)
        self.assertEqual(self.wait(process), 0, self.error)
        for name in case.outputs:
            self.assertEqual(contents(where / name), contents(whole / name), case.text)
            xdmf = name.replace("h5", "xdmf")
            self.assertEqual((where / xdmf).read_text(), (whole / xdmf).read_text())
        names = {path.name for path in where.iterdir() if ".locktest." not in path.name}  # Open MPI makes such, and takes them away again
        self.assertLessEqual(names, LEFT)

    def wait(self, process):
        """The job's exit code; it ends, and nothing of it stays."""
        try:
            _, self.error = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.fail(f"still running after {PATIENCE} s: {process.args}")
        finally:
            end(process)
        return process.returncode

    def ranks(self, process, app):
        def program(pid):
            with contextlib.suppress(OSError):
                return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
        return [pid for pid in family(process.pid) if program(pid) == app]

    def kill_inside(self, case, where, resume):
        """None if the run came to its end before."""
        rank = case.chance.choice((0, 0, case.chance.randrange(4)))
        at = int(10 ** case.chance.uniform(0, 3.2))
        process, ranks = case.start(where, resume, LD_PRELOAD=str(STOPPED), TESSERA_STOP_RANK=str(rank), TESSERA_STOP_AT=str(at))
        return self.kill_when(process, case, lambda pids: any(self.is_stopped(pid) for pid in pids))

    def kill_anywhere(self, case, where, resume):
        process, _ = case.start(where, resume)
        until = time.monotonic() + case.chance.uniform(0.2, 1.5)
        return self.kill_when(process, case, lambda pids: time.monotonic() > until)

    @staticmethod
    def is_stopped(pid):
        with contextlib.suppress(OSError):
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        return False

    def kill_when(self, process, case, condition):
        until = time.monotonic() + 60
        pids = self.ranks(process, case.app)
        while process.poll() is None and not (pids and condition(pids)):
            if time.monotonic() > until:
                end(process)
                self.fail(f"neither ended nor came to where it is killed: {process.args}")
            time.sleep(0.005)
            pids = self.ranks(process, case.app)
        pids.sort(key=self.is_stopped)  # the one that was stopped is always among them
        for pid in pids if case.chance.random() < 0.5 else pids[-1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        code = self.wait(process)
        self.assertNotIn("error: ", self.error)
        return code if code != 0 else None

    def check_left(self, case, where, whole):
        """Every completed record is there, at least those that the checkpoint knows, and has the bits of the unbroken run."""
        known = {}
        if (where / "run.ckpt").exists():
            with h5py.File(where / "run.ckpt", "r") as file:
                known = {name: int(file["numbers"].attrs[f"output {name}: records"]) for name in case.outputs}
        for name in case.outputs:
            if not (where / name).exists():
                self.assertEqual(known, {})
                continue
            with folder() as copies:
                for file in (name, f"{name}.journal"):
                    if (where / file).exists():
                        shutil.copy(where / file, copies)
                if (copies / f"{name}.journal").exists():
                    repaired = subprocess.run([BIN / "tessera-doctor", "--repair", name], cwd=copies, env={**os.environ, **ENVIRONMENT},
                                              capture_output=True, text=True, timeout=PATIENCE)
                    self.assertEqual(repaired.returncode, 0, repaired.stderr)
                    self.assertIn(" complete records, room for ", repaired.stdout)
                with h5py.File(copies / name, "r") as found, h5py.File(whole / name, "r") as expected:
                    complete = ~numpy.isnan(found["time"][()])
                    count = int(complete.sum())
                    self.assertTrue(complete[:count].all(), "a gap")
                    self.assertGreaterEqual(count, known.get(name, 0))
                    for data in expected:
                        part = slice(count) if data in ("time", "step", "psi", "c") else ()
                        self.assertEqual(found[data][part].tobytes(), expected[data][part].tobytes(), (name, data, case.text))


if __name__ == "__main__":
    unittest.main()
