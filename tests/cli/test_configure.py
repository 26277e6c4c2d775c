"""What would build and fail only at run time is refused when the build is configured, with what was found and how to mend it."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Configure(unittest.TestCase):
    def refused(self, options, *fragments):
        with tempfile.TemporaryDirectory(prefix="tessera-configure-") as folder:
            command = ["cmake", "-S", str(ROOT), "-B", folder, "-G", "Ninja", *options]
            result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertNotEqual(result.returncode, 0)
        message = " ".join(result.stderr.split())
        for fragment in fragments:
            self.assertIn(fragment, message)

    def tool(self, name):
        """The full path, or the test is skipped: ./dev test installs what is needed."""
        return shutil.which(name) or self.skipTest(f"{name} is not installed")

    def test_hdf5_of_another_mpi(self):
        for mpi, other, library in (("openmpi", "mpich", "libmpich"), ("mpich", "openmpi", "libmpi")):
            self.tool(f"mpicc.{mpi}")
            self.refused([f"-DTESSERA_MPI={mpi}", f"-DHDF5_C_COMPILER_EXECUTABLE={self.tool(f'h5pcc.{other}')}"],
                         "was built with another MPI", f"it needs {library}", f"./dev setup --mpi {mpi}")

    def test_serial_hdf5(self):
        self.tool("mpicc.openmpi")
        self.refused(["-DTESSERA_MPI=openmpi", f"-DHDF5_C_COMPILER_EXECUTABLE={self.tool('h5cc')}"], "but it is serial",
                     "set HDF5_C_COMPILER_EXECUTABLE to its h5pcc")

    def test_compiler_of_another_mpi(self):
        for mpi, other in (("openmpi", "mpich"), ("mpich", "openmpi")):
            self.refused([f"-DTESSERA_MPI={mpi}", f"-DMPI_C_COMPILER={self.tool(f'mpicc.{other}')}"],
                         f"TESSERA_MPI is {mpi}", "belongs to another MPI")

    def test_unknown_mpi(self):
        self.refused(["-DTESSERA_MPI=lam"], "it may be openmpi or mpich")

    def test_equation_without_a_test(self):
        """By the function alone: no equation without one is in the repository."""
        def check(tests):
            with tempfile.NamedTemporaryFile("w", suffix=".cmake") as script:
                script.write(f'cmake_minimum_required(VERSION 3.25)\ninclude({ROOT}/cmake/Equations.cmake)\ntessera_require_tests("a/heat.cpp;a/burgers.cpp" "{tests}")\n')
                script.flush()
                return subprocess.run(["cmake", "-P", script.name], capture_output=True, text=True, timeout=120)
        self.assertEqual(check("b/burgers.cpp;b/heat.cpp;b/boundaries.cpp").returncode, 0)
        result = check("b/heat.cpp;b/burgers.hpp")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("The equation a/burgers.cpp has no test: write tests/equations/burgers.cpp", " ".join(result.stderr.split()))


if __name__ == "__main__":
    unittest.main()
