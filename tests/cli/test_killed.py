"""A run whose ranks are killed leaves a readable output file with all completed records."""
import contextlib
import os
import random
import signal
import time
import unittest

import xarray

from support import MPDATA, end, folder, rank_processes, run, start, wait_for



class Killed(unittest.TestCase):
    def kill(self, seconds, where):
        """Starts a run without an end, and kills all its ranks so many seconds after its first records."""
        (where / "run.yaml").write_text(MPDATA)
        process = start("mpdata", ["run.yaml", "--quiet", "--set", "time.steps=1000000000"], 2, where)
        try:
            records = where / "out.xdmf"
            wait_for(lambda: records.exists() and "record 0" in records.read_text(), process)
            time.sleep(seconds)
            for pid in rank_processes(process, "mpdata", 2, signals=False):
                with contextlib.suppress(ProcessLookupError):  # where mpiexec was faster
                    os.kill(pid, signal.SIGKILL)
            process.communicate(timeout=30)
            self.assertNotEqual(process.returncode, 0)
        finally:
            end(process)

    def test_completed_records_are_there(self):
        seed = int.from_bytes(os.urandom(4), "big")
        print(f"seed {seed}")
        times = random.Random(seed)
        for seconds in [times.uniform(0.02, 0.2) for _ in range(5)]:
            with self.subTest(seed=seed, seconds=seconds), folder() as broken, folder() as whole:
                self.kill(seconds, broken)
                with xarray.open_dataset(broken / "out.h5", engine="h5netcdf") as everything:
                    complete = everything["time"].notnull().values
                    self.assertFalse((~complete[:-1] & complete[1:]).any())  # no gaps
                    found = everything.isel(time=complete)
                    steps = [int(step) for step in found["step"]]
                    self.assertGreater(len(steps), 0)
                    self.assertEqual(steps, list(range(0, 2 * len(steps), 2)))
                    self.assertEqual([float(t) for t in found["time"]], steps)
                    (whole / "run.yaml").write_text(MPDATA)
                    run("mpdata", ["run.yaml", "--set", f"time.steps={max(steps)}"], 1, whole)
                    with xarray.open_dataset(whole / "out.h5", engine="h5netcdf") as expected:
                        self.assertEqual(found["psi"].values.tobytes(), expected["psi"].values.tobytes())


if __name__ == "__main__":
    unittest.main()
