"""On a real Slurm, which this test starts by itself: the job scripts, stops and requeues, the default layout.

Only where root runs it and Slurm is installed; else ctest reports it as skipped (exit code 77).
"""
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest


import cluster

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from support import BIN, CAHN_HILLIARD, MPDATA, NO_END, OPEN_MPI, ROOT, contents, folder, run, step_of  # noqa: E402

SKIPPED = 77
SCRIPTS = ROOT / "scripts/slurm"
LAUNCH = "srun --mpi=" + ("pmix" if OPEN_MPI else "pmi2")
SECONDS = 180  # for a job: one that uses up its two minutes takes about 150


class Slurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        where = cls.enterClassContext(folder())
        conf = cls.enterClassContext(cluster.cluster(where))
        cls.environment = {**os.environ, "SLURM_CONF": conf, "TESSERA_BIN": str(BIN), "TESSERA_LAUNCH": LAUNCH}

    def call(self, *command, where=None, code=0):
        result = subprocess.run([str(part) for part in command], cwd=where, env=self.environment, capture_output=True,
                                text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, code, f"{command}\n{result.stdout}\n{result.stderr}")
        return result

    def submit(self, where, *arguments):
        return self.call("sbatch", "--parsable", *arguments, where=where).stdout.strip()

    def job(self, number):
        """What scontrol says of a job: JobState, Restarts, ExitCode .."""
        text = self.call("scontrol", "--oneliner", "show", "job", number).stdout
        return dict(part.split("=", 1) for part in text.split() if "=" in part)

    @staticmethod
    def log(where, number):
        log = where / f"tessera-{number}.log"
        return log.read_text() if log.exists() else ""

    def wait_for(self, condition, where, what):
        until = time.monotonic() + SECONDS
        while not condition():
            logs = "".join(f"\n{log.name}:\n{log.read_text()}" for log in where.glob("*.log"))
            self.assertLess(time.monotonic(), until, f"{what}: not within {SECONDS} s{logs}")
            time.sleep(0.1)

    def wait_for_state(self, number, where, *states):
        self.wait_for(lambda: self.job(number)["JobState"] in states, where, f"job {number}: {states}")

    def compare(self, app, where, text, *arguments):
        """With an unbroken run without Slurm, on another layout."""
        with folder() as whole:
            (whole / "run.yaml").write_text(text)
            unbroken = run(app, ["run.yaml", *arguments], 1, whole)
            self.assertEqual(unbroken.code, 0, unbroken.err)
            found, expected = contents(where / "out.h5"), contents(whole / "out.h5")
            self.assertEqual(found.keys(), expected.keys())
            for name in expected:
                self.assertEqual(found[name], expected[name], name)

    def test_stopped_requeued_resumed(self):
        """By Slurm's signal, and by the program before the job's end: single.sh goes on, to the same bits."""
        # Slurm sends its signal up to 60 s earlier than asked for: 10 s after the beginning, or later.
        cases = (("mpdata", MPDATA.replace("every: 2", "every: 1000"), 1300, "stopped by request (a signal)",
                  ["--time=2", "--signal=USR1@50"], ["--set", "time.job_end_margin=1"]),
                 ("cahn-hilliard", CAHN_HILLIARD.replace("step: 0.01", "tolerance: 1.0e-4").replace("every: 2", "every: 100"), 150,
                  "stopped before the end of the Slurm job", ["--time=1", "--signal=B:URG@1"], ["--set", "time.job_end_margin=50"]))
        jobs = []
        for app, text, more, why, options, keys in cases:  # both at the same time: most of it is Slurm's waiting
            where = self.enterContext(folder())
            (where / "run.yaml").write_text(text.replace("steps: 4", f"steps: {NO_END}"))
            number = self.submit(where, *options, SCRIPTS / "single.sh", app, "run.yaml", *keys)
            jobs.append((number, where, app, text, more, why))
        finals = []

        def given_an_end():
            """A job that is requeued begins again in 5 seconds: time enough."""
            for one in list(jobs):
                number, where, app, text, more, why = one
                job = self.job(number)
                if job["Restarts"] == "0":
                    self.assertIn(job["JobState"], ("PENDING", "CONFIGURING", "RUNNING", "SIGNALING", "COMPLETING", "REQUEUED"), self.log(where, number))
                    continue
                jobs.remove(one)
                step = step_of(where / "run.ckpt.h5")
                final = text.replace("steps: 4", f"steps: {step + more}")
                (where / "run.yaml.new").write_text(final)
                (where / "run.yaml.new").rename(where / "run.yaml")
                finals.append((number, where, app, final, step, why))
            return not jobs

        self.wait_for(given_an_end, jobs[0][1], "all jobs are requeued")
        for number, where, app, final, step, why in finals:
            with self.subTest(app=app):
                self.wait_for_state(number, where, "COMPLETED", "FAILED", "TIMEOUT", "CANCELLED")
                log = self.log(where, number)
                self.assertEqual(self.job(number)["JobState"], "COMPLETED", log)
                self.assertIn(f"{why} at step {step},", log)
                self.assertIn(f"resumed from run.ckpt.h5 at step {step},", log)
                self.assertIn("before the Slurm job ends at", log)
                self.assertRegex(log, r"of (2 x 1|1 x 2) thread\(s\)")  # --cpus-per-task
                self.compare(app, where, final)

    def test_stop_that_somebody_asked_for(self):
        """Is final, with a checkpoint: long before the time limit nothing is requeued."""
        for ask, state in ((["scancel", "--signal=USR1"], "FAILED"), (["scancel"], "CANCELLED")):
            with self.subTest(ask=ask), folder() as where:
                (where / "run.yaml").write_text(MPDATA.replace("steps: 4", f"steps: {NO_END}").replace("every: 2", "every: 100000"))
                number = self.submit(where, "--time=10", SCRIPTS / "single.sh", "mpdata", "run.yaml")
                self.wait_for(lambda: "Mcells/s" in self.log(where, number), where, "the run has begun")
                self.call(*ask, number)
                self.wait_for((where / "run.ckpt.h5").exists, where, "the checkpoint")
                self.wait_for_state(number, where, "FAILED", "CANCELLED", "COMPLETED")
                job = self.job(number)
                self.assertEqual((job["JobState"], job["Restarts"]), (state, "0"))
                if state == "FAILED":
                    self.assertEqual(job["ExitCode"], "3:0")

    def test_array(self):
        rates = ["0.01", "0.02", "0.04"]
        with folder() as where:
            (where / "run.yaml").write_text(CAHN_HILLIARD)
            number = self.submit(where, "--array=0-3", SCRIPTS / "array.sh", "cahn-hilliard", "run.yaml", "cahn_hilliard.rate", *rates)
            self.wait_for(lambda: not self.call("squeue", "--noheader", "--job", number).stdout, where, "the array ends")
            for task, rate in enumerate(rates):
                log = (where / f"tessera-{number}_{task}.log").read_text()
                self.assertTrue((where / f"cahn_hilliard.rate={rate}" / "out.h5").exists(), log)
                self.compare("cahn-hilliard", where / f"cahn_hilliard.rate={rate}", CAHN_HILLIARD, "--set", f"cahn_hilliard.rate={rate}")
            self.assertIn("no value for task 3", (where / f"tessera-{number}_3.log").read_text())

    def test_default_layout(self):
        """From SLURM_CPUS_PER_TASK, unless layout.threads is given, or blocks would be too thin."""
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA)
            check = [*LAUNCH.split(), "--ntasks=2", "--cpus-per-task=4", BIN / "mpdata", "run.yaml", "--check"]
            self.assertIn("2 x 1 rank(s) of 2 x 2 thread(s)", self.call(*check, where=where).stdout)
            given = self.call(*check, "--set", "layout.threads=[3,1]", where=where)
            self.assertIn("of 3 x 1 thread(s)", given.stdout)

    def test_single_ranks(self):
        """n processes that do not know of each other would all write the same file."""
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA)
            result = self.call("srun", "--mpi=none", "--ntasks=2", BIN / "mpdata", "run.yaml", where=where, code=1 if OPEN_MPI else 2)
            # Open MPI 4 refuses by itself.
            self.assertIn("direct launched" if OPEN_MPI else "srun started 2 processes, but MPI knows of this one only", result.stderr)
            self.assertFalse((where / "out.h5").exists())

    def test_nothing_outlives_the_test(self):
        """A cluster whose test is killed ends, with its jobs."""
        with folder() as where:
            starter = subprocess.Popen(
                [sys.executable, "-c", "import pathlib, sys, time, cluster\n"
                 "with cluster.cluster(pathlib.Path(sys.argv[1])) as conf:\n  print(conf, flush=True)\n  time.sleep(100)", str(where)],
                cwd=pathlib.Path(__file__).parent, stdout=subprocess.PIPE, text=True)
            conf = starter.stdout.readline().strip()
            subprocess.run(["sbatch", "--output=/dev/null", "--wrap", f"touch {where}/begun; sleep 100 {where}; true"],
                           env={**os.environ, "SLURM_CONF": conf}, check=True, capture_output=True, timeout=60)
            self.wait_for((where / "begun").exists, where, "a job begins")
            starter.send_signal(signal.SIGKILL)
            starter.communicate()

            def named(pid):
                try:
                    return str(where) in pathlib.Path(f"/proc/{pid}/cmdline").read_text()
                except OSError:
                    return False

            self.wait_for(lambda: not any(named(pid) for pid in os.listdir("/proc") if pid.isdigit()), where, "all end")


if __name__ == "__main__":
    if why := cluster.missing():
        print("skipped:", why)
        sys.exit(SKIPPED)
    unittest.main()
