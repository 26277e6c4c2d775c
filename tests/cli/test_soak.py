"""Many outputs and checkpoints, as in a run of days: memory and open files do not grow, and all records are there.

TESSERA_SOAK: how many outputs, 300 unless given; a tenth as many checkpoints. The least that a rank takes in the last fifth of the run is
compared with the most in the second fifth. No file may stay open, and memory may grow by what is known of a record (its time, step and
place, less than 200 bytes with room for twice as many), and by 2 MB of chance; in the long form, a rank's values of each record are 25 MB.
"""
import contextlib
import os
import pathlib
import re
import time
import unittest

import h5py

from support import MPDATA, end, folder, rank_processes, start, wait_for

OUTPUTS = int(os.environ.get("TESSERA_SOAK", "300"))
PATIENCE = 1500  # seconds, for the long form on a slow disk
RUN = MPDATA.replace("[12, 10]", "[32, 32]").replace('"1 + x*(12 - x) + y"', '"2 + sin(x)*cos(y)"').replace("every: 2", "every: 1").replace(
    "steps: 4", f"steps: {OUTPUTS - 1}") + "checkpoint: {file: run.ckpt, every: 10}\nhistory: {file: history.csv}\n"


def memory(pid):
    """What a process takes now, in MB."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Soak(unittest.TestCase):
    def watch(self, background):
        """What ranks took after a fifth of the outputs, and at the end."""
        with folder() as where:
            (where / "run.yaml").write_text(RUN)
            begin = time.monotonic()
            process = start("mpdata", ["run.yaml", "--quiet", "--set", f"layout.background={background}"], 2, where)
            try:
                pids = rank_processes(process, "mpdata", 2)
                history = where / "history.csv"
                wait_for(history.exists, process)
                early, late = [], []  # of each look: of each rank
                while process.poll() is None:
                    self.assertLess(time.monotonic() - begin, PATIENCE)
                    with open(history, "rb") as lines:
                        lines.seek(max(0, history.stat().st_size - 200))
                        step = int(re.findall(rb"\n(\d+),", lines.read() + b"\n0,")[-2:][0])
                    part = early if OUTPUTS / 5 <= step < 2 * OUTPUTS / 5 else late if 4 * OUTPUTS / 5 <= step < OUTPUTS - 2 else None
                    with contextlib.suppress(OSError, TypeError):  # where it has just ended
                        look = [(memory(pid), files(pid)) for pid in pids]
                        if part is not None:
                            part.append(look)
                    time.sleep(0.002 if OUTPUTS < 1000 else 0.1)
                out, err = process.communicate()
            finally:
                end(process)
            self.assertEqual(process.returncode, 0, err)
            seconds = time.monotonic() - begin
            with h5py.File(where / "out.h5", "r") as file:
                self.assertEqual(file["step"][()].tolist(), list(range(OUTPUTS)))
                self.assertEqual(file["time"][()].tolist(), list(range(OUTPUTS)))
            with h5py.File(where / "run.ckpt", "r") as file:
                self.assertEqual(int(file["numbers"].attrs["step"]), (OUTPUTS - 2) // 10 * 10)
            self.assertEqual(len((where / "history.csv").read_text().splitlines()), OUTPUTS + 1)
            most = [[max(values) for values in zip(*rank)] for rank in zip(*early)]
            least = [[min(values) for values in zip(*rank)] for rank in zip(*late)]
            print(f"{OUTPUTS} outputs, background {background}: {seconds:.0f} s, MB and files of ranks at most {most}, then at least {least}",
                  flush=True)
            return most, least

    def test_nothing_grows(self):
        for background in ("false", "true"):
            with self.subTest(background=background):
                most, least = self.watch(background)
                self.assertEqual((len(most), len(least)), (2, 2), "no look at the run came in time")
                for (memory_before, files_before), (memory_after, files_after) in zip(most, least):
                    self.assertLessEqual(memory_after - memory_before, 2 + OUTPUTS * 200 / 1e6)
                    self.assertLessEqual(files_after, files_before)


if __name__ == "__main__":
    unittest.main()
