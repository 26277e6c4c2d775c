"""Files that cannot be written, and checkpoints that cannot be used. Works for root too, who may write nearly everywhere."""
import os
import signal
import unittest

from support import CAHN_HILLIARD, MPDATA, check_refused, finish, folder, place, rank_processes, run, start


def checkpoint(app, text):
    """The bytes of a checkpoint, from a run that is asked to stop as soon as it listens."""
    with folder() as where:
        (where / "run.yaml").write_text(text)
        process = start(app, ["run.yaml", "--set", "time.steps=1000000000", "--set", "output=null",
                              "--set", "checkpoint.file=run.ckpt"], 1, where)
        for pid in rank_processes(process, app, 1):
            os.kill(pid, signal.SIGUSR1)
        finish(process)
        return (where / "run.ckpt").read_bytes()


class BadFiles(unittest.TestCase):
    def refused(self, new, *fragments, files=None):
        text, where = place(MPDATA.replace("output: {file: out.h5, every: 2}", new))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text, **(files or {})})

    def test_output_in_no_folder(self):
        self.refused("output: {file: ¦nowhere/out.h5}", "output.file: cannot write 'nowhere/out.h5': No such file", "make the folder")

    def test_output_below_a_file(self):
        self.refused("output: {file: ¦run.yaml/out.h5}", "output.file: cannot write 'run.yaml/out.h5': Not a directory")

    def test_output_in_proc(self):
        self.refused("output: {file: ¦/proc/out.h5}", "output.file: cannot write '/proc/out.h5'", "name another file")

    def test_output_is_a_folder(self):
        self.refused("output: {file: ¦/}", "output.file: cannot write '/': Is a directory")

    def test_output_without_a_file(self):
        self.refused("output: ¦{every: 2}", "output: the key 'file' is missing")

    def test_checkpoint_in_no_folder(self):
        self.refused("checkpoint: {file: ¦nowhere/run.ckpt}", "checkpoint.file: cannot write 'nowhere/run.ckpt'", "make the folder")

    def test_checkpoint_without_a_file(self):
        self.refused("checkpoint: ¦{every_seconds: 2}", "checkpoint: the key 'file' is missing")

    def test_checkpoint_every_no_seconds(self):
        self.refused("checkpoint: {file: run.ckpt, every_seconds: ¦0}", "checkpoint.every_seconds: must be above 0, found 0")

    def test_unknown_field(self):
        self.refused("output: {file: out.h5, fields: [¦phi]}", "output.fields[0]: 'phi' is not allowed; did you mean 'psi'?",
                     "Allowed: psi")

    def test_one_file_for_two(self):
        """Nothing that is read is written over, whatever path leads there."""
        for section, other in (("checkpoint: {file: ¦run.yaml}", "the configuration itself"),
                               ("history: {file: ¦./run.yaml}", "the configuration itself"),
                               ("output: {file: a.h5}\ncheckpoint: {file: ¦./a.h5}", "output.file"),
                               ("output: {file: a.h5.tmp}\nhistory: {file: ¦a.h5}", "output.file"),
                               ("checkpoint: {file: a}\nhistory: {file: ¦a.old}", "checkpoint.file"),
                               ("checkpoint: {file: a}\nhistory: {file: ¦/proc/self/cwd/a}", "checkpoint.file")):
            self.refused(section, "file: '", f"is the same as {other}, and would be written over it; name another file")


class BadCheckpoint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.good = checkpoint("mpdata", MPDATA)
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA)
            run("mpdata", ["run.yaml"], 1, where)
            cls.series = (where / "out.h5").read_bytes()

    def refused(self, arguments, *fragments, content=None, text=MPDATA, app="mpdata"):
        files = {"run.yaml": text}
        if content is not None:
            files["run.ckpt"] = content
        check_refused(self, app, ["run.yaml", *arguments], ["--resume: ", *fragments], files)

    def test_no_file_named(self):
        self.refused(["--resume"], "no file given and no checkpoint.file", "name the checkpoint")

    def test_missing(self):
        self.refused(["--resume", "run.ckpt"], "there is no checkpoint run.ckpt", "start without --resume")
        self.refused(["--resume"], "there is no checkpoint run.ckpt", text=MPDATA + "checkpoint: {file: run.ckpt}\n")

    def test_not_hdf5(self):
        self.refused(["--resume", "run.ckpt"], "run.ckpt cannot be used", "signature", content="a text")

    def test_empty(self):
        self.refused(["--resume", "run.ckpt"], "run.ckpt cannot be used", content="")

    def test_no_checkpoint_but_an_output_file(self):
        self.refused(["--resume", "run.ckpt"], "run.ckpt cannot be used: HDF5: reading format failed", content=self.series)

    def test_other_grid(self):
        for shape, text in (("[10, 12]", "[10, 12]"), ("[24, 10]", "[24, 10]")):
            self.refused(["--resume", "run.ckpt"], "its grid is [12, 10]", f"grid.shape is {text}", content=self.good,
                         text=MPDATA.replace("[12, 10]", shape))

    def test_other_app(self):
        self.refused(["--resume", "run.ckpt"], "it was written by 'mpdata', this is 'cahn-hilliard'", content=self.good,
                     text=CAHN_HILLIARD, app="cahn-hilliard")

    def test_truncated(self):
        for length in (len(self.good) // 10, len(self.good) // 2, len(self.good) - 1):
            self.refused(["--resume", "run.ckpt"], "run.ckpt cannot be used", content=self.good[:length])


if __name__ == "__main__":
    unittest.main()
