"""A run whose ranks are killed leaves a readable output file with all completed records."""
import os
import signal
import unittest

import xarray

from support import MPDATA, end, folder, rank_processes, run, start, wait_for



class Killed(unittest.TestCase):
    def kill(self, size, where):
        """Starts a run without an end, and kills all its ranks when its output file has so many bytes."""
        (where / "run.yaml").write_text(MPDATA)
        process = start("mpdata", ["run.yaml", "--quiet", "--set", "time.steps=1000000000"], 2, where)
        try:
            output = where / "out.h5"
            wait_for(lambda: output.exists() and output.stat().st_size > size, process)
            for pid in rank_processes(process, "mpdata", 2, signals=False):
                os.kill(pid, signal.SIGKILL)
            process.communicate(timeout=30)
            self.assertNotEqual(process.returncode, 0)
        finally:
            end(process)

    def test_completed_records_are_there(self):
        for size in (100000, 150000, 200000):
            with self.subTest(size=size), folder() as broken, folder() as whole:
                self.kill(size, broken)
                with xarray.open_dataset(broken / "out.h5", engine="h5netcdf") as found:
                    steps = [int(step) for step in found["step"]]
                    self.assertGreater(len(steps), 10)
                    self.assertEqual(steps, list(range(0, 2 * len(steps), 2)))
                    self.assertEqual([float(t) for t in found["time"]], steps)
                    (whole / "run.yaml").write_text(MPDATA)
                    run("mpdata", ["run.yaml", "--set", f"time.steps={max(steps)}"], 1, whole)
                    with xarray.open_dataset(whole / "out.h5", engine="h5netcdf") as expected:
                        self.assertEqual(found["psi"].values.tobytes(), expected["psi"].values.tobytes())


if __name__ == "__main__":
    unittest.main()
