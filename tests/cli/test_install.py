"""What `cmake --install` brings: the programs, and the communication layer, which other projects find wherever the folder is moved to.

The example programs are such a project: they are built against the installed folder, and run.
"""
import re
import shutil
import unittest

import support
from installed import BUILD, Installed, cached, command, done

LIBRARY = """\
#include <tessera/comm/functions.hpp>
int sum_of_ranks() { return tessera::comm::allreduce(tessera::comm::rank()); }
"""
OTHERS = ("TBB", "hwy", "muparser", "yaml-cpp", "ZLIB", "HDF5", "Eigen3")


class Install(Installed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.examples = cls.folder / "examples"
        cls.build(cls.prefix / "share/tessera/examples/comm", cls.examples)

    def run_example(self, name, *arguments, **options):
        return self.run_program(self.examples / name, *arguments, **options)

    # --- what is installed ---

    def test_programs(self):
        for name in ("mpdata", "cahn-hilliard"):
            result = support.run(self.prefix / "bin" / name, ["--version"], ranks=1, where=self.folder)
            self.assertEqual(result.code, 0, result)
            self.assertIn(f"{name} of tessera", result.out)
        for name in ("tessera-doctor", "pi"):
            self.assertTrue((self.prefix / "bin" / name).exists(), name)

    def test_free_of_the_build(self):
        files = [*self.prefix.rglob("*.cmake"), *self.prefix.rglob("*.pc")]
        self.assertGreaterEqual(len(files), 14)
        for file in files:
            for alien in ("-Werror", "tessera_options"):
                self.assertNotIn(alien, file.read_text(), file)
        if cached(BUILD, "CMAKE_BUILD_TYPE") == "Release":  # else places of sources are in the debugger's information
            files += [*self.prefix.glob("lib*/*.a"), *self.prefix.glob("bin/*")]
        for file in files:
            for alien in (support.ROOT, BUILD, self.folder):
                self.assertNotIn(str(alien).encode(), file.read_bytes(), file)

    def test_comm_alone(self):
        prefix = self.folder / "comm"
        done(command("cmake", "--install", BUILD, "--prefix", prefix, "--component", "comm"))
        self.assertEqual([file.name for file in prefix.rglob("*.a")], ["libtessera_comm.a"])
        self.assertEqual([file.name for file in prefix.rglob("*.pc")], ["tessera-comm.pc"])
        self.refused("REQUIRED COMPONENTS core", "has no component 'core' for other projects; it has: comm.",
                     options=[f"-DCMAKE_PREFIX_PATH={prefix}"])

    # --- who uses it ---

    def test_the_same_mpi(self):
        for variable in ("MPI_C_COMPILER", "MPIEXEC_EXECUTABLE"):
            self.assertEqual(cached(self.examples, variable), cached(BUILD, variable))

    def test_shared_library_that_needs_nothing_but_mpi(self):
        folder = self.project("REQUIRED COMPONENTS comm", "add_library(user SHARED user.cpp)\n"
                              "target_compile_options(user PRIVATE -Wall -Wextra -Wconversion -Werror)\n"
                              "target_link_libraries(user PRIVATE tessera::comm)\n")
        (folder / "user.cpp").write_text(LIBRARY)
        self.build(folder, folder / "build", *(f"-DCMAKE_DISABLE_FIND_PACKAGE_{other}=ON" for other in OTHERS))

    def test_unknown_component(self):
        self.refused("REQUIRED COMPONENTS comm oven",
                     "has no component 'oven' for other projects; it has: comm, core, io, solvers, apps.")

    def test_too_new_a_version(self):
        self.refused("99 REQUIRED", 'compatible with requested version "99"')

    def test_other_mpi(self):
        mpi = cached(BUILD, "TESSERA_MPI")
        other = {"openmpi": "mpich", "mpich": "openmpi"}[mpi]
        wrapper = shutil.which(f"mpicc.{other}") or self.skipTest(f"{other} is not installed")
        self.refused("REQUIRED", f"was built with {mpi}", f"the MPI of this project is {other}", wrapper,
                     "name tessera's MPI by MPI_C_COMPILER", options=[f"-DMPI_C_COMPILER={wrapper}"])

    # --- the examples ---

    def test_hello(self):
        out = self.run_example("hello").out
        for line in ("rank 0 of 2, ", "rank 1 of 2, ", "rank 1 got 1 2 3 4 5\n"):
            self.assertEqual(out.count(line), 1, out)

    def test_exchange(self):
        for ranks in (2, 3):
            self.assertIn("1 pair exchanged 10000 numbers each way\n", self.run_example("exchange", ranks=ranks).out)

    def test_send_recv(self):
        out = self.run_example("send_recv").out
        self.assertEqual(len(re.findall(r"^.+?( +right){4}$", out, re.MULTILINE)), 10, out)
        self.assertNotIn("WRONG", out)

    def test_too_few_ranks(self):
        for name in ("exchange", "send_recv"):
            result = self.run_example(name, ranks=1, code=2)
            self.assertIn(f"error: {name} needs two ranks or more: mpiexec -n 2 {name}\n", result.err)

    def test_pi(self):
        out = self.run_example("pi", "--n-times", 200, "--x", 1, "3:4", "--repeats", 2).out
        self.assertRegex(out, r"one rank, [0-9.]+ ms by 2, a speedup of [0-9.]+\n")
        self.assertEqual(re.findall(r"^ +(\d+) +(\d+) +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ \([0-9.]+ to [0-9.]+\)$", out,
                                    re.MULTILINE), [("1", "200"), ("3", "66"), ("4", "50")], out)

    def test_wrong_pi(self):
        result = self.run_example("pi", "--n-times", 10, "--x", 10, "--repeats", 1, code=1)
        self.assertEqual(result.err.count("error"), 1, result.err)
        self.assertIn("error: pi came out as 3.2 from 1 intervals (x = 10); --rtol allows 0.001\n", result.err)

    def test_wrong_command_lines(self):
        for arguments, about in ((["--x", "0"], "'0' is neither a number from 1 to n-times, which is 10000"),
                                 (["--x", "1:11", "--n-times", "10"], "'1:11' is neither"), (["--x", "3:1"], "'3:1'"),
                                 (["--repeats", "no"], "--repeats"), (["--rtol", "nan"], "must be more than 0"),
                                 (["--tims", "3"], "--tims")):
            support.check_refused(self, self.examples / "pi", arguments, ["command line: ", "; see pi --help", about],
                                  rank_counts=(2,))


if __name__ == "__main__":
    unittest.main()
