"""Stopped before the end: by a file, and before the end of a Slurm job, of which only the environment is here.

What a real Slurm does is in tests/slurm.
"""
import os
import subprocess
import time
import unittest

import h5py

from support import BIN, ENVIRONMENT, MPDATA, check_refused, end, finish, folder, place, rank_processes, run, start

LONG = MPDATA.replace("steps: 4", "steps: 1000000000").replace("every: 2", "every: 100000")
CHECKPOINT = "checkpoint: {file: run.ckpt}\n"


def job(**variables):
    """The environment that Slurm would give to the ranks."""
    return {"SLURM_JOB_ID": "1", **{name: str(value) for name, value in variables.items()}}


class Stop(unittest.TestCase):
    def check_stopped(self, where, result, why):
        self.assertEqual(result.code, 3, result.err)
        with h5py.File(where / "run.ckpt", "r") as file:
            self.assertIn(f"{why} at step {int(file['numbers'].attrs['step'])},", result.out)

    def refused(self, old, new, fragment, files=None):
        text, at = place((MPDATA + CHECKPOINT).replace(old, new))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{at}: {fragment}"], {"run.yaml": text, **(files or {})})

    def plan(self, text, environment, *arguments):
        with folder() as where:
            (where / "run.yaml").write_text(text)
            result = run("mpdata", ["run.yaml", "--check", *arguments], 2, where, environment=environment)
            self.assertEqual(result.code, 0, result.err)
            return result.out, result.err

    def test_file(self):
        """Found, and gone when the checkpoint is written: so the resumed run does not stop."""
        with folder() as where:
            (where / "run.yaml").write_text(LONG.replace("time: {", "time: {stop_file: STOP, ") + CHECKPOINT)
            process = start("mpdata", ["run.yaml"], 2, where)
            try:
                rank_processes(process, "mpdata", 2)
                (where / "STOP").touch()
                result = finish(process)
            finally:
                end(process)
            self.assertIn("stops: when there is a file STOP", result.out)
            self.check_stopped(where, result, "stopped by the file STOP")
            self.assertFalse((where / "STOP").exists())
            with h5py.File(where / "run.ckpt", "r") as file:
                step = int(file["numbers"].attrs["step"])
            resumed = run("mpdata", ["run.yaml", "--resume", "--set", f"time.steps={step + 3}"], 3, where)
            self.assertEqual(resumed.code, 0, resumed.err)

    def test_file_refused(self):
        self.refused("step: 1,", "step: 1, stop_file: ¦run.yaml,", "time.stop_file: 'run.yaml' is the same as the configuration itself")
        self.refused("step: 1,", "step: 1, stop_file: ¦./out.h5,", "time.stop_file: './out.h5' is the same as output.file, which would be removed")
        self.refused("step: 1,", "step: 1, stop_file: ¦run.ckpt.tmp,", "time.stop_file: 'run.ckpt.tmp' is the same as checkpoint.file")
        self.refused("step: 1,", "step: 1, stop_file: ¦no/STOP,", "time.stop_file: the folder of 'no/STOP' does not exist")
        for key in ("stop_file: ¦STOP", "job_end_margin: ¦5"):
            text, at = place(MPDATA.replace("step: 1,", f"step: 1, {key},"))
            check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{at}: time.{key.split(':')[0]}: needs checkpoint.file"], {"run.yaml": text})

    def test_end_of_the_job(self):
        with folder() as where:
            (where / "run.yaml").write_text(LONG.replace("time: {", "time: {job_end_margin: 1000, ") + CHECKPOINT)
            ends = int(time.time()) + 1003
            result = run("mpdata", ["run.yaml"], 2, where, environment=job(SLURM_JOB_END_TIME=ends))
            self.assertIn("stops: 1000 s before the Slurm job ends at " + time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(ends)), result.out)
            self.check_stopped(where, result, "stopped before the end of the Slurm job")
            self.assertLess(time.time(), ends - 900)

    def test_end_of_the_job_in_the_plan(self):
        text = MPDATA + CHECKPOINT
        now = int(time.time())
        self.assertIn("stops: 60 s before", self.plan(text, job(SLURM_JOB_END_TIME=now + 3600))[0])
        out, err = self.plan(text, job(SLURM_JOB_END_TIME=now + 100))  # a short job has a smaller margin, to get somewhere
        self.assertRegex(out, "stops: (2[0-5]|1[0-9]) s before")
        self.assertNotIn("warning: the Slurm job", err)
        err = self.plan(text, job(SLURM_JOB_END_TIME=now + 100), "--set", "time.job_end_margin=200")[1]
        self.assertIn("and the run stops 200 s before that: at once", err)
        for variables, warning in ((job(SLURM_JOB_END_TIME=now - 5), "SLURM_JOB_END_TIME is in the past"),
                                   (job(SLURM_JOB_END_TIME="soon"), "SLURM_JOB_END_TIME=soon is no number above 0: ignored"),
                                   (job(SLURM_JOB_END_TIME=f"{now + 100}s"), "is no number above 0: ignored")):
            with self.subTest(variables=variables):
                out, err = self.plan(text, variables)
                self.assertNotIn("stops:", out)
                self.assertEqual(err.count(warning), 1, err)
        self.assertNotIn("stops:", self.plan(MPDATA, job(SLURM_JOB_END_TIME=now + 100))[0])  # nothing to go on from
        self.assertNotIn("stops:", self.plan(text, {"SLURM_JOB_END_TIME": str(now + 100)})[0])  # no job

    def test_layout_of_the_job(self):
        """Threads as a task has CPUs, if layout.threads does not say, and blocks stay thick enough."""
        for variables, arguments, expected in ((job(SLURM_CPUS_PER_TASK=4), [], "2 x 1 rank(s) of 2 x 2 thread(s)"),
                                               (job(SLURM_CPUS_PER_TASK=4), ["--set", "layout.threads=[1,3]"], "2 x 1 rank(s) of 1 x 3 thread(s)"),
                                               (job(SLURM_CPUS_PER_TASK=4), ["--set", "layout.ranks=[1,2]"], "1 x 2 rank(s) of "),
                                               (job(SLURM_CPUS_PER_TASK="4(x2)"), [], "2 x 1 rank(s) of 1 x 1 thread(s)"),
                                               (job(SLURM_CPUS_PER_TASK=1), [], "2 x 1 rank(s) of 1 x 1 thread(s)"),
                                               ({"SLURM_CPUS_PER_TASK": "4"}, [], "2 x 1 rank(s) of 1 x 1 thread(s)")):
            with self.subTest(variables=variables, arguments=arguments):
                out, err = self.plan(MPDATA, variables, *arguments)
                self.assertIn(expected, out)
                self.assertNotIn("too thin", err)
        # A dimension of 12 cells has no room for 13 threads, and 13 is a prime.
        out, err = self.plan(MPDATA, job(SLURM_CPUS_PER_TASK=13))
        self.assertIn("12 thread(s) are used", err)
        self.assertIn("warning: Slurm gives each rank 13 CPUs (SLURM_CPUS_PER_TASK), but so many threads would cut the grid into blocks too thin", err)
        self.assertRegex(out, r"of (12 x 1|6 x 2|4 x 3|3 x 4) thread\(s\)")

    def test_ranks_of_the_job(self):
        warning = "the Slurm job has 3 task(s) (SLURM_NTASKS), but MPI 2 rank(s)"
        self.assertIn(warning, self.plan(MPDATA, job(SLURM_NTASKS=3))[1])
        self.assertNotIn("SLURM_NTASKS", self.plan(MPDATA, job(SLURM_NTASKS=2, SLURM_STEP_NUM_TASKS=2))[1])
        with folder() as where:  # one of several processes that do not know of each other
            (where / "run.yaml").write_text(MPDATA)
            alone = subprocess.run([BIN / "mpdata", "run.yaml"], cwd=where, env={**os.environ, **ENVIRONMENT, **job(SLURM_STEP_NUM_TASKS=4)},
                                   capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(alone.returncode, 2, alone.stderr)
            self.assertIn("error: srun started 4 processes, but MPI knows of this one only", alone.stderr)
            self.assertFalse((where / "out.h5").exists())
            # An mpiexec in such a step is another matter.
            inside = run("mpdata", ["run.yaml"], 1, where, environment=job(SLURM_STEP_NUM_TASKS=4))
            self.assertEqual(inside.code, 0, inside.err)


if __name__ == "__main__":
    unittest.main()
