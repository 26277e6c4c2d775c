"""The two checkpoints that are kept: when they are written, which one a run goes on from, and what is left when one cannot be written."""
import os
import pathlib
import subprocess
import unittest

import h5py

from support import CAHN_HILLIARD, MPDATA, NO_END, contents, end, finish, folder, run, start, step_of, wait_for

EVERY_TEN = MPDATA.replace("every: 2", "every: 5") + "checkpoint: {file: run.ckpt, every: 10}\n"


def damage(path, field="psi"):
    """Changes a bit of a value."""
    with h5py.File(path, "r") as file:
        values = file["fields"][field][()].tobytes()[:32]
    data = bytearray(path.read_bytes())
    data[data.find(values)] ^= 1
    path.write_bytes(data)


class Kept(unittest.TestCase):
    def written(self, where, steps=25, text=EVERY_TEN):
        (where / "run.yaml").write_text(text)
        result = run("mpdata", ["run.yaml", "--set", f"time.steps={steps}"], 2, where)
        self.assertEqual(result.code, 0, result.err)

    def go_on(self, where, *arguments, steps=40):
        """Resumes, on another layout, and compares with an unbroken run."""
        resumed = run("mpdata", ["run.yaml", "--resume", "--set", "layout.ranks=[1,3]", "--set", f"time.steps={steps}", *arguments], 3,
                      where)
        self.assertEqual(resumed.code, 0, resumed.err)
        with folder() as whole:
            (whole / "run.yaml").write_text((where / "run.yaml").read_text())
            self.assertEqual(run("mpdata", ["run.yaml", "--set", f"time.steps={steps}"], 1, whole).code, 0)
            self.assertEqual(contents(where / "out.h5"), contents(whole / "out.h5"))
        return resumed

    def test_every_so_many_steps(self):
        """Exactly then, however many steps are done at once, and none at the end."""
        with folder() as where:
            self.written(where, 40)
            self.assertEqual((step_of(where / "run.ckpt"), step_of(where / "run.ckpt.old")), (30, 20))
            with h5py.File(where / "run.ckpt", "r") as file:
                self.assertIn("time.steps: 40\n", file.attrs["settings"].decode())
                self.assertIn("courant", file.attrs["config"].decode())
                self.assertIn("MPI: ", file.attrs["versions"].decode())
            self.assertEqual(sorted(path.name for path in where.iterdir()), ["out.h5", "out.xdmf", "run.ckpt", "run.ckpt.old", "run.yaml"])

    def test_the_last_one(self):
        with folder() as where:
            self.written(where)
            resumed = self.go_on(where)
            self.assertIn("resumed from run.ckpt at step 20", resumed.out)
            self.assertEqual((step_of(where / "run.ckpt"), step_of(where / "run.ckpt.old")), (30, 20))

    def test_the_one_before(self):
        """Where the last one is damaged, cut short or gone. The good one is kept until there are two again."""
        def cut(path):
            path.write_bytes(path.read_bytes()[:-1000])

        for harm, why in ((damage, "the values of psi do not match their checksum"), (cut, "truncated"),
                          (pathlib.Path.unlink, "it is not there")):
            with self.subTest(why=why), folder() as where:
                self.written(where)
                harm(where / "run.ckpt")
                resumed = self.go_on(where, steps=25)
                self.assertIn("resumed from run.ckpt.old at step 10", resumed.out)
                warning = [line for line in resumed.err.splitlines() if line.startswith("warning: run.ckpt")]
                self.assertEqual(len(warning), 1, resumed.err)
                self.assertIn("cannot be used: ", warning[0])
                self.assertIn(why, warning[0])
                self.assertIn("going on from run.ckpt.old, the one before, of step 10", warning[0])
                self.assertEqual((step_of(where / "run.ckpt"), step_of(where / "run.ckpt.old")), (20, 10))

    def test_neither(self):
        with folder() as where:
            self.written(where)
            damage(where / "run.ckpt")
            (where / "run.ckpt.old").write_text("a text")
            refused = run("mpdata", ["run.yaml", "--resume"], 2, where)
            self.assertEqual(refused.code, 2, refused.err)
            self.assertEqual(refused.err.count("error"), 1, refused.err)
            self.assertIn("--resume: run.ckpt cannot be used: the values of psi do not match their checksum; nor can run.ckpt.old", refused.err)
            self.assertIn("signature", refused.err)

    def test_of_an_earlier_run(self):
        """It is never taken for one of a run that began anew, and kept until that has written its own."""
        with folder() as where:
            self.written(where, 30)
            self.written(where, 5)
            self.assertEqual([path.name for path in where.glob("run.ckpt*")], ["run.ckpt.earlier"])
            self.assertEqual(step_of(where / "run.ckpt.earlier"), 20)
            refused = run("mpdata", ["run.yaml", "--resume"], 2, where)
            self.assertEqual(refused.code, 2, refused.err)
            self.assertIn("there is no checkpoint run.ckpt, only that of an earlier run, run.ckpt.earlier", refused.err)
            refused = run("mpdata", ["run.yaml", "--resume", "run.ckpt.earlier", "--set", "time.steps=35"], 2, where)
            self.assertEqual(refused.code, 2, refused.err)
            self.assertIn("out.h5 cannot be continued: it has 2 records", refused.err)
            resumed = run("mpdata", ["run.yaml", "--resume", "run.ckpt.earlier", "--set", "time.steps=35", "--set", "output.file=new.h5"],
                          2, where)
            self.assertEqual(resumed.code, 0, resumed.err)
            self.assertEqual([path.name for path in where.glob("run.ckpt*")], ["run.ckpt"])
            self.assertEqual(step_of(where / "run.ckpt"), 30)

    def test_refused_rather_than_the_one_before(self):
        """One that is whole but does not fit."""
        with folder() as where:
            self.written(where)
            for key, message in (("grid.bounds=[[0,12],[0,11]]", "its grid has the bounds [[0, 12], [0, 10]], grid.bounds is [[0, 12], [0, 11]]"),
                                 ("grid.shape=[12,11]", "its grid is [12, 10], grid.shape is [12, 11]"),
                                 ("time.step=0.5", "was written with a fixed step of 1, the configuration asks for a fixed step of 0.5"),
                                 ("precision=single", "its values are in double precision"),
                                 ("initial={phi: 1}", "it has no field 'phi', but psi")):
                with self.subTest(key=key):
                    refused = run("mpdata", ["run.yaml", "--resume", "--set", key], 1, where)
                    self.assertEqual(refused.code, 2, refused.err)
                    self.assertIn("error: --resume: run.ckpt ", refused.err)
                    self.assertIn(message, refused.err)
                    self.assertNotIn("run.ckpt.old", refused.err)

    def test_another_equation(self):
        text = "equation: diffusion\ngrid: {shape: [12, 10]}\ninitial: {c: x}\ndiffusion: {diffusivity: 1}\n" \
               "time: {step: 0.001, steps: 15}\ncheckpoint: {file: run.ckpt, every: 10}\n"
        with folder() as where:
            (where / "run.yaml").write_text(text)
            self.assertEqual(run("pde", ["run.yaml"], 1, where).code, 0)
            (where / "run.yaml").write_text(text.replace("equation: diffusion", "equation: allen-cahn").replace(
                "diffusion: {diffusivity: 1}", "allen_cahn: {interface_width: 1}"))
            refused = run("pde", ["run.yaml", "--resume"], 1, where)
            self.assertEqual(refused.code, 2, refused.err)
            self.assertIn("its equation is 'diffusion', the configuration's is 'allen-cahn'", refused.err)

    def test_keys_that_differ(self):
        with folder() as where:
            self.written(where)
            result = run("mpdata", ["run.yaml", "--resume", "--set", "time.steps=30", "--set", "mpdata.courant=[0.2,0.2]", "--set",
                                    "mpdata.iterations=3", "--set", "initial.psi=1", "--set", "layout.threads=[2,1]",
                                    "--set", "time.step=1.0"], 2, where)
            self.assertEqual(result.code, 0, result.err)
            self.assertIn("warning: the solution changes from here on, these keys are not as in run.ckpt: "
                          "mpdata.courant: [0.2, 0.1] -> [0.2, 0.2]; mpdata.iterations: not given -> 3\n", result.err)
            self.assertIn("warning: no effect any more, the fields are those of run.ckpt: initial.psi: 1 + x*(12 - x) + y -> 1\n", result.err)
            self.assertIn("keys that are not as in run.ckpt: layout.threads: not given -> [2, 1]; time.steps: 25 -> 30\n", result.out)


class NotWritten(unittest.TestCase):
    """The run ends with a message, and the checkpoints before are as they were."""

    def fail(self, where, file, harm, repair, message):
        text = CAHN_HILLIARD.replace("shape: [12, 10]", "shape: [120, 100]").replace("output: {file: out.h5, every: 2}\n", "")
        text += f"checkpoint: {{file: {file}, every_seconds: 0.2}}\n"
        (where / "run.yaml").write_text(text)
        process = start("cahn-hilliard", ["run.yaml", "--set", f"time.steps={NO_END}"], 2, where)
        try:
            wait_for((where / f"{file}.old").exists, process)
            harm()
            result = finish(process)
        finally:
            end(process)
        self.assertEqual(result.code, 1, result.err)
        errors = [line for line in result.err.splitlines() if line.startswith("error")]
        self.assertEqual(len(errors), 1, result.err)
        self.assertIn(f"error: the checkpoint {file} could not be written: ", errors[0])
        self.assertIn(message, errors[0])
        self.assertIn("the checkpoint before, if any, is as it was", errors[0])
        repair()
        self.assertFalse((where / f"{file}.tmp").exists())
        last = step_of(where / file)
        self.assertLess(step_of(where / f"{file}.old"), last)
        for name in (file, f"{file}.old"):
            resumed = run("cahn-hilliard", ["run.yaml", "--resume", name, "--set", f"time.steps={last + 10}",
                                            "--set", "checkpoint.every_seconds=1000"], 1, where)
            self.assertEqual(resumed.code, 0, resumed.err)

    def test_folder_gone(self):
        with folder() as where:
            (where / "kept").mkdir()
            self.fail(where, "kept/run.ckpt", lambda: (where / "kept").rename(where / "away"), lambda: (where / "away").rename(where / "kept"),
                      "No such file or directory")

    def test_disk_full(self):
        with folder() as where:
            mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tessera-test", str(where)],
                                                           capture_output=True).returncode == 0
            if not mounted:
                self.skipTest("to mount a small file system, one must be root, and allowed to")
            try:
                self.fail(where, "run.ckpt", lambda: self.fill(where / "filler"), (where / "filler").unlink, "No space left on device")
            finally:
                subprocess.run(["umount", str(where)], check=True)

    @staticmethod
    def fill(path):
        with open(path, "wb", buffering=0) as file:
            for size in (4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass


if __name__ == "__main__":
    unittest.main()
