"""tessera-doctor: what it finds, and that it finds what is wrong."""
import os
import shutil
import subprocess
import unittest
import unittest.mock

from support import BIN, CAHN_HILLIARD, ENVIRONMENT, MPIEXEC, OPEN_MPI, folder, run

OTHER = shutil.which("mpiexec.mpich" if OPEN_MPI else "mpiexec.openmpi")


def launched(launcher, arguments, where):
    return subprocess.run([launcher, *arguments], cwd=where, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, timeout=120)


class Doctor(unittest.TestCase):
    def examined(self, ranks=2, arguments=()):
        with folder() as where:
            result = run("tessera-doctor", list(arguments), ranks, where)
            self.assertEqual(list(where.iterdir()), [], "left a file")
        parts = {line.split()[1].rstrip(":"): line for line in result.out.splitlines() if line.split()[0] in ("ok", "doubt", "WRONG")}
        return result, parts

    def test_all_is_well(self):
        for ranks in (1, 2, 3):
            with self.subTest(ranks=ranks):
                result, parts = self.examined(ranks)
                self.assertEqual(result.code, 0, result.out + result.err)
                self.assertEqual(list(parts), ["launcher", "MPI", "cores", "exchange", "folder", "HDF5", "compiler"])
                for part in ("launcher", "MPI", "exchange", "folder", "HDF5", "compiler"):
                    self.assertTrue(parts[part].startswith("ok "), parts[part])
                self.assertIn(f"{ranks} rank(s)", parts["launcher"])
                self.assertIn("microseconds a message" if ranks > 1 else "with itself", parts["exchange"])
                self.assertEqual(result.out.count("rank 0 on "), 1)

    def test_folder_that_cannot_be_written(self):
        result, parts = self.examined(2, ["/proc"])
        self.assertEqual(result.code, 1)
        self.assertTrue(parts["folder"].startswith("WRONG"), result.out)
        self.assertIn("mend it: ", result.out)
        self.assertNotIn("HDF5", parts)

    def test_no_compiler(self):
        with unittest.mock.patch.dict(os.environ, {"TESSERA_CXX": "/nowhere/c++", "TESSERA_CACHE": "/nowhere"}):
            result, parts = self.examined(1)
        self.assertEqual(result.code, 0)
        self.assertTrue(parts["compiler"].startswith("doubt"), result.out)
        self.assertIn("/nowhere/c++", parts["compiler"])

    def test_bound_to_one_core(self):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2 or not OPEN_MPI:
            self.skipTest("needs two cores, and a launcher that binds")
        with folder() as where:
            result = launched(MPIEXEC, ["--bind-to", "core", "-n", "1", BIN / "tessera-doctor"], where)
        self.assertIn("doubt  cores:", result.stdout)
        self.assertIn("--bind-to none", result.stdout)

    @unittest.skipUnless(OTHER, "needs the launcher of another MPI")
    def test_launcher_of_another_mpi(self):
        """One says so, and nothing is run: all would write the same files."""
        with folder() as where:
            result = launched(OTHER, ["-n", "2", BIN / "tessera-doctor"], where)
            self.assertNotEqual(result.returncode, 0)
            self.assertEqual(result.stdout.count("WRONG  launcher: "), 1, result.stdout)
            (where / "run.yaml").write_text(CAHN_HILLIARD)
            result = launched(OTHER, ["-n", "2", BIN / "cahn-hilliard", "run.yaml"], where)
            self.assertNotEqual(result.returncode, 0)
            self.assertEqual(result.stderr.count("error: "), 1, result.stderr)
            self.assertIn("MPICH's mpiexec (Hydra) started 2 processes" if OPEN_MPI else "Open MPI's mpiexec started 2 processes", result.stderr)
            self.assertIn("or build tessera with the other MPI", result.stderr)
            self.assertEqual([path.name for path in where.iterdir()], ["run.yaml"])

    def test_command_line(self):
        with folder() as where:
            self.assertEqual(run("tessera-doctor", ["--hlp"], 2, where).code, 2)
            result = run("tessera-doctor", ["--help"], 2, where)
        self.assertEqual(result.code, 0)
        self.assertEqual(result.out.count("Usage: tessera-doctor [FOLDER]"), 1)


if __name__ == "__main__":
    unittest.main()
