"""What becomes of a run that cannot write its files any more: one message with the file and the system's reason, exit code 1, no hang; what
was completed is readable and right, and when there is room again, --resume goes on to the bits of an unbroken run.

The disk is a small file system in memory, which only root can mount; there is a limit on the sizes of files for others. TESSERA_SEED: of
the numbers of ranks, and whether records are written in the background.
"""
import contextlib
import os
import random
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

import h5py
import numpy

from support import BIN, CAHN_HILLIARD, MPDATA, NO_END, end, finish, folder, run, start, step_of, wait_for

SEED = int(os.environ.get("TESSERA_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
CHANCE = random.Random(SEED)
print(f"seed {SEED}", flush=True)

FULL = "No space left on device"
# How many records there will be is not known, so that room is made again and again.
GROWING = CAHN_HILLIARD.replace("step: 0.01, steps: 4", f"tolerance: 1.0e-5, end: {NO_END}").replace("file: out.h5, every: 2", "file: disk/out.h5, every: 2")
CHECKPOINT = "checkpoint: {file: run.ckpt, every: 40}\n"


def layout():
    ranks = CHANCE.randrange(1, 4)
    return ["--set", f"layout={{threads: [1, 1], background: {CHANCE.choice(('true', 'false'))}}}"], ranks


def has_two(where):
    """Whether there are two checkpoints. Whether they can be written is tried with empty files."""
    with contextlib.suppress(OSError):
        return (where / "run.ckpt.old").stat().st_size > 0
    return False


def fill(path):
    with open(path, "wb", buffering=0) as file:
        for size in (4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)


@contextlib.contextmanager
def small_disk(test, size="16m"):
    """A folder in which `disk` is a file system of its own."""
    with folder() as where:
        disk = where / "disk"
        disk.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tessera-test", str(disk)],
                                               capture_output=True).returncode != 0:
            test.skipTest("to mount a small file system, one must be root, and allowed to")
        try:
            yield where
        finally:
            subprocess.run(["umount", str(disk)], check=True)


class BadDisk(unittest.TestCase):
    def check_message(self, result, *fragments):
        self.assertEqual(result.code, 1, result.err)
        errors = [line for line in result.err.splitlines() if line.startswith("error")]
        self.assertEqual(len(errors), 1, result.err)
        for fragment in fragments:
            self.assertIn(fragment, errors[0])
        self.assertNotIn("signal", result.err)  # no crash on the way out

    def broken(self, where, text, harm, ready, limit=None):
        """A run without an end that is harmed on the way; what it says."""
        (where / "run.yaml").write_text(text)
        arguments, ranks = layout()
        arguments = ["run.yaml", "--quiet", *arguments]
        if limit:  # of a rank's files, not of mpiexec's
            process = start("/bin/sh", ["-c", f'ulimit -f {limit}; exec "$@"', "sh", BIN / "cahn-hilliard", *arguments], ranks, where)
        else:
            process = start("cahn-hilliard", arguments, ranks, where)
        try:
            wait_for(ready, process)
            harm()
            return finish(process)
        finally:
            end(process)

    def check_goes_on(self, where, text, file):
        """Records are right before the run is resumed, and all of them afterwards."""
        arguments, ranks = layout()
        last = step_of(where / "run.ckpt") + 30
        steps = ["--set", "time.end=", "--set", f"time.steps={last}"]
        with folder() as whole:
            (whole / "disk").mkdir()
            (whole / "run.yaml").write_text(text)
            unbroken = run("cahn-hilliard", ["run.yaml", "--quiet", *steps, "--set", "checkpoint="], 1, whole)
            self.assertEqual(unbroken.code, 0, unbroken.err)
            with h5py.File(whole / file, "r") as expected:
                if (where / file).exists() and "another" not in (where / file).read_bytes()[:10].decode("latin"):
                    with h5py.File(where / file, "r") as found:
                        count = int((~numpy.isnan(found["time"][()])).sum())
                        self.assertGreater(count, 0)
                        count = min(count, len(expected["time"]) - 1)  # the last one may be between two records
                        for data in ("time", "step", "c"):
                            self.assertEqual(found[data][:count].tobytes(), expected[data][:count].tobytes())
                resumed = run("cahn-hilliard", ["run.yaml", "--quiet", "--resume", *arguments, *steps], ranks, where)
                self.assertEqual(resumed.code, 0, resumed.err)
                with h5py.File(where / file, "r") as found:
                    for data in expected:
                        self.assertEqual(found[data][()].tobytes(), expected[data][()].tobytes(), data)
            xdmf = file.replace(".h5", ".xdmf")
            self.assertEqual((where / xdmf).read_text(), (whole / xdmf).read_text())
        self.assertEqual([path.name for path in (where / file).parent.iterdir() if path.suffix in (".tmp", ".journal")], [])

    def test_full_in_the_middle(self):
        for fields in ("", ", region: {x: 3, y: 4}"):  # most that a single cell writes is room, not values
            text = GROWING.replace("every: 2}", f"every: 2{fields}}}") + CHECKPOINT
            with self.subTest(fields=fields), small_disk(self) as where:
                result = self.broken(where, text, lambda: fill(where / "disk/filler"), lambda: has_two(where))
                self.check_message(result, "disk/out.h5", FULL)
                before = (where / "run.ckpt").read_bytes()
                if not fields:
                    xml.etree.ElementTree.parse(where / "disk/out.xdmf")
                self.assertEqual(before, (where / "run.ckpt").read_bytes())
                (where / "disk/filler").unlink()
                if not fields:
                    self.check_goes_on(where, text, "disk/out.h5")

    def test_full_at_the_beginning(self):
        with small_disk(self, "1m") as where:
            (where / "run.yaml").write_text(GROWING + CHECKPOINT)
            fill(where / "disk/filler")
            arguments, ranks = layout()
            self.check_message(run("cahn-hilliard", ["run.yaml", *arguments], ranks, where), "output.file disk/out.h5 cannot be created: ", FULL)
            self.assertEqual([path.name for path in (where / "disk").iterdir()], ["filler"])

    def test_full_while_compressing(self):
        text = MPDATA.replace("[12, 10]", "[100, 100]").replace('"1 + x*(12 - x) + y"', '"2 + sin(x)*cos(y)"').replace("out.h5, every: 2", "disk/out.h5, every: 1, deflate: 1").replace("steps: 4", "steps: 40")
        text += "checkpoint: {file: run.ckpt, every: 30}\n"
        with small_disk(self, "5m") as where:  # the values are 3.2 MB
            (where / "run.yaml").write_text(text)
            arguments, ranks = layout()
            self.check_message(run("mpdata", ["run.yaml", *arguments], ranks, where), "output.file disk/out.h5 cannot be compressed, and stays as it is",
                               FULL)
            self.assertEqual(sorted(path.name for path in (where / "disk").iterdir()), ["out.h5", "out.xdmf"])
            subprocess.run(["mount", "-o", "remount,size=50m", str(where / "disk")], check=True)
            with h5py.File(where / "disk/out.h5", "r") as file:
                self.assertEqual(len(file["time"]), 41)
                values = file["psi"][()].tobytes()
            self.assertEqual(run("mpdata", ["run.yaml", "--quiet", "--resume", *arguments], ranks, where).code, 0)
            with h5py.File(where / "disk/out.h5", "r") as file:
                self.assertIsNotNone(file["psi"].compression)
                self.assertEqual(file["psi"][()].tobytes(), values)
            # Going on makes it a file that is not compressed again: there is no room for that.
            subprocess.run(["mount", "-o", "remount,size=3m", str(where / "disk")], check=True)
            compressed = (where / "disk/out.h5").read_bytes()
            more = run("mpdata", ["run.yaml", "--quiet", "--resume", "--set", "time.steps=50", *arguments], ranks, where)
            self.check_message(more, "disk/out.h5", FULL)
            self.assertEqual((where / "disk/out.h5").read_bytes(), compressed)
            self.assertEqual(sorted(path.name for path in (where / "disk").iterdir()), ["out.h5", "out.xdmf"])

    def test_beyond_the_limit_on_files(self):
        text = GROWING.replace("[12, 10]", "[100, 80]") + CHECKPOINT
        with folder() as where:
            (where / "disk").mkdir()
            result = self.broken(where, text, lambda: None, lambda: True, limit=40000)  # blocks of 512 bytes: MPI has files of some MB
            self.check_message(result, "disk/out.h5", "File too large")
            self.check_goes_on(where, text, "disk/out.h5")

    def test_folder_or_file_taken_away(self):
        def moved(where):
            (where / "disk").rename(where / "away")
            yield
            (where / "away").rename(where / "disk")

        def removed(where):
            (where / "disk").rename(where / "away")  # at once: it may be written to meanwhile
            shutil.rmtree(where / "away")
            yield
            (where / "disk").mkdir()

        def file_removed(where):
            (where / "disk/out.h5").unlink()
            yield

        def file_replaced(where):
            (where / "disk/another").write_text("another file")
            (where / "disk/kept.h5").hardlink_to(where / "disk/out.h5")
            (where / "disk/another").rename(where / "disk/out.h5")  # at no moment is there none
            yield
            (where / "disk/kept.h5").rename(where / "disk/out.h5")

        for harm, reason in ((moved, "No such file or directory"), (removed, "No such file or directory"), (file_removed, "No such file or directory"),
                             (file_replaced, "another file has taken the place of disk/out.h5")):
            with self.subTest(harm=harm.__name__), folder() as where:
                (where / "disk").mkdir()
                steps = harm(where)
                result = self.broken(where, GROWING + CHECKPOINT, lambda: next(steps), lambda: has_two(where))
                self.check_message(result, "output.file disk/out.h5 ", reason)
                next(steps, None)
                if harm in (moved, file_replaced):
                    self.check_goes_on(where, GROWING + CHECKPOINT, "disk/out.h5")
                else:
                    last = step_of(where / "run.ckpt") + 30
                    resumed = run("cahn-hilliard", ["run.yaml", "--resume", "--set", "time.end=", "--set", f"time.steps={last}"], 2, where)
                    self.assertEqual(resumed.code, 0, resumed.err)
                    self.assertIn("disk/out.h5 is not there any more: a new one begins at this step", resumed.err)

    def test_permission_lost(self):
        with folder() as where:
            disk = where / "disk"
            disk.mkdir()
            if subprocess.run(["chattr", "+i", str(disk)], capture_output=True).returncode != 0:
                self.skipTest("root ignores permissions, and nobody else may set the attribute `immutable`, which root does not")
            try:
                subprocess.run(["chattr", "-i", str(disk)], check=True)
                result = self.broken(where, GROWING + CHECKPOINT, lambda: subprocess.run(["chattr", "-R", "+i", str(disk)], check=True),
                                     lambda: has_two(where))
            finally:
                subprocess.run(["chattr", "-R", "-i", str(disk)], check=True)
            self.check_message(result, "disk/out.h5", "Operation not permitted")
            self.check_goes_on(where, GROWING + CHECKPOINT, "disk/out.h5")

    def test_history(self):
        text = GROWING.replace("disk/out.h5, every: 2", "out.h5, every: 100") + CHECKPOINT + "history: {file: disk/history.csv}\n"
        with small_disk(self, "1m") as where:
            result = self.broken(where, text, lambda: fill(where / "disk/filler"), lambda: has_two(where))
            self.check_message(result, "history.file disk/history.csv cannot be written: ", FULL)
            (where / "disk/filler").unlink()
            self.check_goes_on(where, text, "out.h5")
            lines = (where / "disk/history.csv").read_text().splitlines()
            self.assertEqual([line.split(",")[0] for line in lines], ["step", *map(str, range(len(lines) - 1))])

    def test_logs(self):
        """They are not worth the run."""
        text = MPDATA.replace("steps: 4", "steps: 5000").replace("every: 2", "every: 10") + "log: {folder: disk}\n"
        with small_disk(self, "1m") as where:
            (where / "run.yaml").write_text(text)
            process = start("mpdata", ["run.yaml", "--quiet"], 2, where)
            try:
                wait_for((where / "disk/rank-0001.log").exists, process)
                fill(where / "disk/filler")
                result = finish(process)
            finally:
                end(process)
            self.assertEqual(result.code, 0, result.err)
            self.assertIn(f"cannot write disk/rank-0000.log any more: {FULL}; the run goes on without it", result.err)


if __name__ == "__main__":
    unittest.main()
