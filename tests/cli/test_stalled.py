"""A run in which a rank is stopped, or hangs in I/O, says so; and the logs of single ranks."""
import contextlib
import fcntl
import os
import re
import signal
import time
import unittest

import h5py

from support import MPDATA, check_refused, end, finish, folder, place, rank_processes, run, start, wait_for

LOGS = MPDATA + "checkpoint: {file: run.ckpt}\nlog: {folder: logs, stall_seconds: 2}\n"
RARE = LOGS.replace("every: 2", "every: 10000")
STEPS = 30000  # takes longer than finding and stopping a rank
PIPE_SIZE = 1031  # fcntl.F_SETPIPE_SZ, which Python 3.9 does not know


def log(where, rank):
    path = where / "logs" / f"rank-{rank:04}.log"
    return path.read_text() if path.exists() else ""


def begin(text, ranks, where, *arguments):
    (where / "run.yaml").write_text(text)
    return start("mpdata", ["run.yaml", "--quiet", *arguments], ranks, where)


def process_of(where, rank, process):
    """The process id of a rank, as its log says."""
    wait_for(lambda: " process " in log(where, rank), process)
    return int(re.search(r"rank (\d+) of .*, process (\d+), cores [\d,-]+\n", log(where, rank))[2])


def psi(path):
    with h5py.File(path, "r") as file:
        return file["psi"][()].tobytes()


class Stalled(unittest.TestCase):
    def stop(self, process, victim, ranks, where):
        """Stops a rank, and waits until another one tells; its process id."""
        pid = process_of(where, victim, process)
        wait_for(lambda: "record 1 " in log(where, victim), process)
        os.kill(pid, signal.SIGSTOP)
        teller = 0 if victim > 0 else ranks - 1
        wait_for(lambda: "nothing has moved" in log(where, teller) and "go on with" in log(where, teller), process)
        return pid

    def check_blamed(self, victim, pid, err):
        self.assertEqual(len(re.findall(r"^warning: nothing has moved for \d+ s, since step \d+:$", err, re.MULTILINE)),
                         1, err)
        self.assertRegex(err, rf"\n  no answer from rank {victim} \(host .+, process {pid}\): it is stopped")
        self.assertEqual(err.count("no answer from"), 1, err)

    def test_stopped_and_continued(self):
        with folder() as whole:
            (whole / "run.yaml").write_text(RARE)
            self.assertEqual(run("mpdata", ["run.yaml", "--set", f"time.steps={STEPS}"], 1, whole).code, 0)
            expected = psi(whole / "out.h5")
        for ranks, victim in ((2, 0), (3, 1), (4, 3)):
            with self.subTest(ranks=ranks, victim=victim), folder() as where:
                process = begin(RARE, ranks, where, "--set", f"time.steps={STEPS}")
                try:
                    pid = self.stop(process, victim, ranks, where)
                    os.kill(pid, signal.SIGCONT)
                    result = finish(process)
                finally:
                    end(process)
                self.assertEqual(result.code, 0, result.err)
                self.check_blamed(victim, pid, result.err)
                self.assertIn("warning: the run goes on after ", result.err)
                self.assertEqual(psi(where / "out.h5"), expected)

    def test_stopped_and_killed(self):
        for ranks, victim in ((2, 1), (3, 0)):
            with self.subTest(ranks=ranks, victim=victim), folder() as where:
                process = begin(RARE, ranks, where, "--set", "time.steps=1000000000")
                try:
                    pid = self.stop(process, victim, ranks, where)
                    os.kill(pid, signal.SIGKILL)
                    result = finish(process)
                finally:
                    end(process)
                self.assertNotEqual(result.code, 0)
                self.check_blamed(victim, pid, result.err)

    def test_a_rank_that_hangs_in_writing_is_not_taken_for_stopped(self):
        """Its log is a pipe that nobody empties: its main thread waits for the system, its watchdog answers."""
        with folder() as where:
            (where / "logs").mkdir()
            os.mkfifo(where / "logs/rank-0001.log")
            pipe = os.open(where / "logs/rank-0001.log", os.O_RDWR | os.O_NONBLOCK)
            fcntl.fcntl(pipe, PIPE_SIZE, 4096)
            process = begin(LOGS, 3, where, "--set", "time.steps=1000000000")
            try:
                wait_for(lambda: "go on with" in log(where, 0), process)
                head = os.read(pipe, 4096).decode()
                while "the run goes on" not in log(where, 0):  # as soon as somebody reads
                    with contextlib.suppress(BlockingIOError):
                        os.read(pipe, 4096)
                    self.assertIsNone(process.poll())
                for pid in rank_processes(process, "mpdata", 3):
                    os.kill(pid, signal.SIGUSR1)
                while process.poll() is None:
                    with contextlib.suppress(BlockingIOError):
                        os.read(pipe, 4096)
                    time.sleep(0.001)
                result = finish(process)
            finally:
                end(process)
                os.close(pipe)
            self.assertEqual(result.code, 3, result.err)
            self.assertNotIn("no answer", result.err)
            pid = re.search(r"process (\d+)", head)[1]
            self.assertRegex(result.err, rf"\n  rank 1 \(host .*, process {pid}\): writing out.h5, for \d+ s\n")
            self.assertRegex(result.err, r"\n  ranks 0, 2: waiting for messages in step \d+, for \d+ s\n")

    def test_nobody_watches(self):
        with folder() as where:
            process = begin(RARE, 2, where, "--set", f"time.steps={STEPS}", "--set", "log.stall_seconds=0")
            try:
                pid = process_of(where, 1, process)
                os.kill(pid, signal.SIGSTOP)
                time.sleep(8)  # by then the tests above have their message
                os.kill(pid, signal.SIGCONT)
                result = finish(process)
            finally:
                end(process)
            self.assertEqual((result.code, result.err.count("nothing has moved")), (0, 0), result.err)


class Logs(unittest.TestCase):
    def test_lines(self):
        with folder() as where:
            process = begin(RARE, 2, where, "--set", "time.steps=1000000000", "--set", "layout.threads=[1,2]")
            try:
                wait_for(lambda: "record 2 in out.h5: step 10000" in log(where, 1), process)
                wait_for(lambda: " MB of memory" in log(where, 1), process)  # every five seconds
                for pid in rank_processes(process, "mpdata", 2):
                    os.kill(pid, signal.SIGUSR1)
                self.assertEqual(finish(process).code, 3)
            finally:
                end(process)
            first = [log(where, rank) for rank in (0, 1)]
            for rank, text in enumerate(first):
                for line in (f"mpdata .*, rank {rank} of 2, host .*, process \\d+, cores .*", "record 1 in out.h5: step 0, .*",
                             "step \\d+, t = .* MB of memory .*: compute .*", "checkpoint run.ckpt: step .*",
                             "stopped by request \\(a signal\\) at step .*", "this part: .*"):
                    self.assertRegex(text, rf"(?m)^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{{3}} {line}$")
                self.assertIn("\n  block 1: cells ", text)
                self.assertRegex(text, r"\n  fields: [\d.]+ MB\n")
            with h5py.File(where / "run.ckpt", "r") as file:
                step = int(file["numbers"].attrs["step"])
            result = run("mpdata", ["run.yaml", "--resume", "--set", f"time.steps={step + 10}"], 3, where)
            self.assertEqual(result.code, 0, result.err)
            for rank, text in enumerate(first):  # goes on behind what was there
                self.assertTrue(log(where, rank).startswith(text))
                self.assertIn(f"resumed from run.ckpt at step {step}", log(where, rank)[len(text):])
                self.assertIn(f" done: 10 steps, t = {step + 10}", log(where, rank)[len(text):])
            self.assertIn("rank 2 of 3", log(where, 2))
            self.assertEqual(run("mpdata", ["run.yaml", "--set", "time.steps=1"], 1, where).code, 0)
            self.assertNotIn("resumed", log(where, 0))  # a new run begins anew

    def test_errors_are_noted(self):
        with folder() as where:
            # Grows beyond all numbers, at once: psi of both signs.
            text = LOGS.replace("1 + x*(12 - x) + y", "1e200*(x - 5)")
            (where / "run.yaml").write_text(text)
            result = run("mpdata", ["run.yaml", "--set", "time.steps=100000", "--set", "mpdata.third_order=true"], 2, where)
            self.assertEqual(result.code, 1, result.err)
            for rank in (0, 1):
                self.assertIn("is not finite", log(where, rank))
                self.assertIn(" error: step ", log(where, rank))

    def test_full_disk_does_not_end_the_run(self):
        with folder() as where:
            (where / "logs").mkdir()
            (where / "logs/rank-0001.log").symlink_to("/dev/full")
            (where / "run.yaml").write_text(LOGS)
            result = run("mpdata", ["run.yaml", "--quiet"], 2, where)
            self.assertEqual(result.code, 0, result.err)
            self.assertEqual(result.err.count("warning: log.folder: rank 1 cannot write logs/rank-0001.log any more: No space"),
                             1, result.err)

    def test_refused(self):
        for value, *fragments in (("folder: ¦no/such/folder", "log.folder: cannot write logs into 'no/such/folder': ", "make that"),
                                  ("folder: ¦run.yaml", "log.folder: cannot write logs into 'run.yaml': "),
                                  ("stall_seconds: ¦-1", "log.stall_seconds: ")):
            text, where = place(MPDATA + f"log: {{{value}}}\n")
            check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text})

    def test_one_rank_cannot_write(self):
        with folder() as where:
            (where / "logs/rank-0001.log").mkdir(parents=True)
            (where / "run.yaml").write_text(LOGS)
            result = run("mpdata", ["run.yaml"], 3, where)
            self.assertEqual(result.code, 2, result.err)
            self.assertEqual(result.err.count("error: "), 1, result.err)
            self.assertRegex(result.err, r"error: run.yaml:\d+:\d+: log.folder: rank 1 \(host .*, process \d+\) cannot write")

    def test_check_makes_nothing(self):
        with folder() as where:
            (where / "run.yaml").write_text(LOGS)
            self.assertEqual(run("mpdata", ["run.yaml", "--check"], 2, where).code, 0)
            self.assertFalse((where / "logs").exists())


if __name__ == "__main__":
    unittest.main()
