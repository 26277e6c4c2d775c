"""Stopped and resumed, on another layout, is bit for bit the same as never stopped.

The first part of each run has no end in sight. Where it was stopped decides how long the resumed run and
the unbroken one are, so that the test takes no longer on a slow machine, and cannot come too late on a fast one.
"""
import math
import os
import signal
import unittest

import h5py
import numpy

from support import CAHN_HILLIARD, MPDATA, NO_END, OPEN_MPI, contents, end, finish, folder, position, rank_processes, run, start, wait_for

CHECKPOINT = "checkpoint: {file: run.ckpt}\n"
TWO_RANKS = ["--set", "layout.ranks=[2,1]"]
OTHER_LAYOUT = ["--set", "layout.ranks=[1,3]", "--set", "layout.threads=[2,1]"]


class Resume(unittest.TestCase):
    def stop(self, app, where, arguments, signalled):
        process = start(app, ["run.yaml", *TWO_RANKS, *arguments], 2, where)
        try:
            pids = rank_processes(process, app, 2)
            signalled(process, pids, where)
            return finish(process)
        finally:
            end(process)

    def compare(self, app, where, text, last):
        """Resumes what lies in `where`, runs the same unbroken, and compares."""
        resumed = run(app, ["run.yaml", "--resume", *OTHER_LAYOUT, *last], 3, where)
        self.assertEqual(resumed.code, 0, resumed.err)
        self.assertIn("resumed from run.ckpt at step", resumed.out)
        with folder() as whole:
            (whole / "run.yaml").write_text(text)
            unbroken = run(app, ["run.yaml", *last], 1, whole)
            self.assertEqual(unbroken.code, 0, unbroken.err)
            found, expected = contents(where / "out.h5"), contents(whole / "out.h5")
            self.assertEqual(found.keys(), expected.keys())
            for name in expected:
                self.assertEqual(found[name], expected[name], name)
            if (whole / "history.csv").exists():
                self.assertEqual((where / "history.csv").read_text(), (whole / "history.csv").read_text())

    def interrupt(self, app, text, arguments, last, signalled, codes=(3,)):
        text += CHECKPOINT
        with folder() as where:
            (where / "run.yaml").write_text(text)
            result = self.stop(app, where, arguments, signalled)
            self.assertIn(result.code, codes, result.err)
            self.assertNotIn("error:", result.err)
            time, step = position(where / "run.ckpt")
            self.assertIn(f"stopped by request (a signal) at step {step}", result.out)
            self.assertIn("--resume run.ckpt", result.out)
            self.compare(app, where, text, last(time, step))

    @staticmethod
    def ask_all(process, pids, where):
        for pid in pids:
            os.kill(pid, signal.SIGUSR1)

    @staticmethod
    def ask_one(process, pids, where):
        os.kill(pids[-1], signal.SIGUSR1)

    def test_mpdata(self):
        text = MPDATA.replace("courant:", "iterations: 3\n  nonoscillatory: true\n  courant:").replace("every: 2", "every: 500")
        text += "history: {file: history.csv, every: 300}\n"
        self.interrupt("mpdata", text, ["--set", f"time.steps={NO_END}"],
                       lambda time, step: ["--set", f"time.steps={step + 1200}"], self.ask_all)

    def test_flow_that_depends_on_the_fields(self):
        """It is made of this step's and the last one's, which a checkpoint must keep."""
        text = MPDATA.replace('courant: ["0.2", "0.1"]', 'velocity: ["0.01*psi", "0.1"]\n  sources: {psi: "-0.001*psi_x"}')
        text = text.replace("step: 1,", "step: 0.1,").replace("every: 2", "every: 500")
        text = text.replace("  psi:", '  numbers: "1 + x"\n  psi_before: "y"\n  psi:', 1)  # names like those in a checkpoint
        self.interrupt("mpdata", text, ["--set", f"time.steps={NO_END}"],
                       lambda time, step: ["--set", f"time.steps={step + 600}"], self.ask_all)

    def test_cahn_hilliard_fixed_step(self):
        text = CAHN_HILLIARD.replace("every: 2", "every: 500")
        self.interrupt("cahn-hilliard", text, ["--set", f"time.steps={NO_END}"],
                       lambda time, step: ["--set", f"time.steps={step + 1200}"], self.ask_one)

    def test_cahn_hilliard_adaptive(self):
        """Every accepted step is recorded, so that the steps must be the same too."""
        text = CAHN_HILLIARD.replace("step: 0.01", "tolerance: 1.0e-4").replace("every: 2", "every: 1")
        self.interrupt("cahn-hilliard", text, ["--set", f"time.steps={NO_END}"],
                       lambda time, step: ["--set", f"time.steps={step + 50}"], self.ask_all)

    def test_cahn_hilliard_adaptive_to_a_time(self):
        """Steps clipped at the times of output, and a stop between two of them."""
        text = CAHN_HILLIARD.replace("step: 0.01", "tolerance: 1.0e-4").replace("every: 2", "interval: 2.5")
        self.interrupt("cahn-hilliard", text, ["--set", "time.steps=null", "--set", f"time.end={NO_END}"],
                       lambda time, step: ["--set", "time.steps=null", "--set", f"time.end={2.5 * math.ceil(time / 2.5) + 5.5}"],
                       self.ask_one)

    def test_steppers(self):
        """The rate before, of Adams-Bashforth, and the errors before, of those that predict: records and history must be the same."""
        text = "equation: cahn-hilliard\n" + CAHN_HILLIARD.replace("every: 2", "every: 50") + "history: {file: history.csv, every: 20}\n"
        for keys, more in (("stepper: adams-bashforth, step: 0.005", 400), ("stepper: rkf45, tolerance: 1e-6", 100),
                           ("stepper: rkc2, tolerance: 1e-5", 60), ("stepper: rkl2, step: 0.5", 60)):
            with self.subTest(keys=keys):
                self.interrupt("pde", text.replace("step: 0.01", keys), ["--set", f"time.steps={NO_END}"],
                               lambda time, step: ["--set", f"time.steps={step + more}"], self.ask_one)

    def test_asked_through_mpiexec(self):
        """mpiexec passes SIGUSR1 on to the ranks, and Open MPI's their exit code back; MPICH's answers 0 now and then."""
        self.interrupt("mpdata", MPDATA.replace("every: 2", "every: 500"), ["--set", f"time.steps={NO_END}"],
                       lambda time, step: ["--set", f"time.steps={step + 700}"],
                       lambda process, pids, where: process.send_signal(signal.SIGUSR1), codes=(3,) if OPEN_MPI else (0, 3))

    def test_single_precision(self):
        """Kept in single precision, and refused for a run in double: its bits could not be those of an unbroken one."""
        text = MPDATA.replace("every: 2", "every: 500") + "precision: single\n"
        self.interrupt("mpdata", text, ["--set", f"time.steps={NO_END}"],
                       lambda time, step: ["--set", f"time.steps={step + 700}"], self.ask_one)
        with folder() as where:
            (where / "run.yaml").write_text(text + CHECKPOINT)
            self.stop("mpdata", where, ["--set", f"time.steps={NO_END}"], self.ask_all)
            refused = run("mpdata", ["run.yaml", "--resume", "--set", "precision=double"], 2, where)
            self.assertEqual(refused.code, 2)
            self.assertIn("run.ckpt cannot be used: its values are in single precision, the configuration asks for precision: double",
                          refused.err)

    def test_killed_after_a_checkpoint(self):
        """Records after the last checkpoint are written once more, and appear once."""
        text = MPDATA.replace("every: 2", "every: 20") + CHECKPOINT.replace("}", ", every_seconds: 0.3}")
        with folder() as where:
            (where / "run.yaml").write_text(text)

            def kill(process, pids, where):
                wait_for((where / "run.ckpt").exists, process)
                size = (where / "out.h5").stat().st_size
                wait_for(lambda: (where / "out.h5").stat().st_size > size + 20000, process)
                for pid in pids:
                    os.kill(pid, signal.SIGKILL)

            result = self.stop("mpdata", where, ["--set", f"time.steps={NO_END}"], kill)
            self.assertNotEqual(result.code, 0)
            with h5py.File(where / "out.h5", "r") as file:
                last = int(file["step"][~numpy.isnan(file["time"])][-1])  # room for more records follows
            self.compare("mpdata", where, text, ["--set", f"time.steps={last + 100}"])

    def test_resumed_twice(self):
        """A second resume from the same checkpoint takes back the records of the first, and writes the same."""
        text = MPDATA.replace("every: 2", "every: 20") + CHECKPOINT
        with folder() as where:
            (where / "run.yaml").write_text(text)
            self.stop("mpdata", where, ["--set", f"time.steps={NO_END}"], self.ask_all)
            _, step = position(where / "run.ckpt")
            last = ["--set", f"time.steps={step + 200}"]
            self.assertEqual(run("mpdata", ["run.yaml", "--resume", *last], 3, where).code, 0)
            self.compare("mpdata", where, text, last)

    def test_resumed_at_the_end(self):
        """Stopped at what turns out to be the last step: its record is still due."""
        for extra in (0, 1):
            with self.subTest(steps_left=extra), folder() as where:
                text = MPDATA.replace("every: 2", f"every: {NO_END}") + CHECKPOINT
                (where / "run.yaml").write_text(text)
                self.stop("mpdata", where, ["--set", f"time.steps={NO_END}"], self.ask_all)
                _, step = position(where / "run.ckpt")
                self.compare("mpdata", where, text, ["--set", f"time.steps={step + extra}"])

    def test_resumed_with_another_step(self):
        """Time goes on from the checkpoint's, or the change is refused; it never goes back."""
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA.replace("every: 2", f"every: {NO_END}") + CHECKPOINT)
            self.stop("mpdata", where, ["--set", f"time.steps={NO_END}"], self.ask_all)
            time, step = position(where / "run.ckpt")
            result = run("mpdata", ["run.yaml", "--resume", "--set", "time.step=0.5", "--set", f"time.steps={step + 10}"], 1, where)
            if result.code == 2:
                self.assertIn("time.step", result.err)
                return
            self.assertEqual(result.code, 0, result.err)
            with h5py.File(where / "out.h5", "r") as file:
                self.assertEqual(float(file["time"][-1]), time + 5)

    def test_resumed_with_a_step_from_a_courant_number(self):
        """Another end would change it: the message has the step to go on with, to the last digit."""
        text = MPDATA.replace('courant: ["0.2", "0.1"]', 'velocity: ["0.7", "0.1"]').replace("every: 2", f"every: {NO_END}")
        text = text.replace("{step: 1, steps: 4}", f"{{courant: 0.5, end: {NO_END}}}") + CHECKPOINT
        with folder() as where:
            (where / "run.yaml").write_text(text)
            self.stop("mpdata", where, [], self.ask_all)
            _, step = position(where / "run.ckpt")
            refused = run("mpdata", ["run.yaml", "--resume", "--set", f"time.end={NO_END + 0.3}"], 1, where)
            self.assertEqual(refused.code, 2, refused.err)
            self.assertIn("run.ckpt was written with a fixed step of 0.62", refused.err)
            same = refused.err.split("; write ")[1].split("\n")[0].replace(": ", "=")
            result = run("mpdata", ["run.yaml", "--resume", "--set", "time.courant=", "--set", "time.end=", "--set", same,
                                    "--set", f"time.steps={step + 10}"], 1, where)
            self.assertEqual(result.code, 0, result.err)
            result = run("mpdata", ["run.yaml", "--resume", "--set", "time.courant=", "--set", "time.end=", "--set", same,
                                    "--set", "time.steps=1"], 1, where)
            self.assertEqual(result.code, 0, result.err)
            self.assertIn("warning: the run had come to its end already", result.err)

    def test_another_checkpoint_file(self):
        """--resume FILE, and an output file that is not there any more: it begins anew."""
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA + CHECKPOINT)
            self.stop("mpdata", where, ["--set", f"time.steps={NO_END}"], self.ask_all)
            (where / "run.ckpt").rename(where / "kept.ckpt")
            (where / "out.h5").unlink()
            _, step = position(where / "kept.ckpt")
            result = run("mpdata", ["run.yaml", "--resume", "kept.ckpt", "--set", f"time.steps={step + 10}"], 1, where)
            self.assertEqual(result.code, 0, result.err)
            self.assertIn("warning: out.h5 is not there any more", result.err)
            with h5py.File(where / "out.h5", "r") as file:
                self.assertEqual(int(file["step"][-1]), step + 10)


if __name__ == "__main__":
    unittest.main()
