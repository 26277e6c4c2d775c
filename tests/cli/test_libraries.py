"""The libraries of an installed tessera, for programs of one's own: with CMake and with pkg-config, and the module file that finds them.

Programs are those of examples/own_solver, and what docs/installing.md has.
"""
import glob
import os
import re
import shutil
import sys
import unittest

import h5py
import numpy

import support
from installed import BUILD, Installed, cached, command, done

EQUATION = """\
#include "tessera/apps/explicit_problem.hpp"

using namespace tessera;

const std::vector<ConfigKey> coefficients{keys::number("rate", keys::positive, "1", "r")};

class Decay final : public Equation {
 public:
  explicit Decay(const EquationInput& input) : rate_(input.section.number(coefficients[0])) {}
  std::vector<std::string> fields() const override { return {"u"}; }
  std::string describe() const override { return "du/dt = -" + std::to_string(rate_) + " u"; }
  Spectrum spectrum(const std::vector<double>&) const override { return {rate_, 0}; }
  void add_stages(const Evaluation& e) const override {
    e.stages.add("decay", {{e.fields[0], {}}}, {e.rates[0]}, [rate = rate_](const Panel& panel) {
      for (Index j = 0; j < panel.rows; ++j) {
        const double* u = panel.operand<const double>(0)(j);
        double* to = panel.operand<double>(1)(j);
        for (Index k = 0; k < panel.length; ++k) to[k] = -rate * u[k];
      }
    });
  }

 private:
  double rate_;
};

int main(int argc, char** argv) {
  const auto read = [](const Config&) { return apps::explicit_problem({"decay", {1, make_equation<Decay>, 0, "du/dt = -r u", coefficients}}); };
  return apps::run(argc, argv, {"decay", "decay", false, read});
}
"""
DECAY = """\
grid: {shape: [6, 5]}
initial: {u: "1 + x"}
decay: {rate: 2}
time: {stepper: rkf45, tolerance: 1e-9, end: 1}
output: {file: decay.h5}
"""
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wdouble-promotion -Werror"
DOCUMENT = support.ROOT / "docs/installing.md"


class Libraries(Installed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.examples = cls.prefix / "share/tessera/examples/own_solver"
        cls.built = cls.folder / "own_solver"
        cls.build(cls.examples, cls.built, f"-DCMAKE_CXX_FLAGS={WARNINGS}")
        cls.document = cls.folder / "document"
        done(command(sys.executable, support.ROOT / "tests/docs/extract.py", DOCUMENT, cls.document))
        # What pkg-config prints is taken apart at spaces.
        cls.link = cls.folder / "link"
        cls.link.symlink_to(cls.prefix)
        cls.pkgconfig = {"PKG_CONFIG_PATH": str(next(cls.link.glob("lib*/pkgconfig")))}

    def front(self, *options, code=0):
        where = self.enterContext(support.folder())
        result = support.run(self.built / "front", [self.examples / "front.yaml", *options], ranks=2, where=where)
        self.assertEqual(result.code, code, result)
        return where / "front.h5", result

    # --- examples/own_solver ---

    def test_core(self):
        for ranks in (1, 2, 3):
            out = self.run_program(self.built / "heat", ranks=ranks).out
            self.assertRegex(out, r"^\d x \d rank\(s\) of 1 x 2 thread\(s\): largest error \d\.\de-1[3-9]\n$")
        self.assertIn("error: ranks: ", self.run_program(self.built / "heat", ranks=97, code=2).err)

    def test_app(self):
        file, _ = self.front()
        with h5py.File(file) as run:
            numpy.testing.assert_allclose(run["time"], numpy.arange(5) / 2)
            x, y = run["x"][:], run["y"][:]
            distance = numpy.minimum(numpy.hypot(x[:, None] - 2.5, y - 3) - 0.5, numpy.hypot(x[:, None] - 5.5, y - 3) - 1)
            for time, u in zip(run["time"], run["u"]):
                exact = distance - 0.5 * time
                self.assertLess(numpy.abs(u - exact)[exact > 0].max(), 0.15)  # a cell and a half
                self.assertTrue(((u < 0) == (exact < 0))[numpy.abs(exact) > 0.15].all())
        same, _ = self.front("--set", "layout.ranks=[1,2]", "--set", "layout.threads=[3,1]")
        self.assertEqual(support.contents(same)["u"], support.contents(file)["u"])

    def test_app_goes_on(self):
        file, _ = self.front()
        where = self.enterContext(support.folder())
        options = ["--set", "checkpoint.file=front.ckpt.h5", "--set", "checkpoint.every=10"]
        for more in (["--set", "time.end=1.5"], ["--resume"]):
            result = support.run(self.built / "front", [self.examples / "front.yaml", *options, *more], ranks=1, where=where)
            self.assertEqual(result.code, 0, result)
        for name in ("time", "u"):
            self.assertEqual(support.contents(where / "front.h5")[name], support.contents(file)[name])

    def test_app_refuses(self):
        for key, fragment in (("time.step=0.2", "time.step: a step of 0.2 is not stable; at most 0.141"),
                              ("front.spede=1", "front.spede: "), ("grid.boundary={value: 0}", "grid.boundary")):
            self.assertIn(fragment, self.front("--set", key, code=2)[1].err)

    def test_equation(self):
        folder = self.project("REQUIRED COMPONENTS apps", "add_executable(decay decay.cpp)\ntarget_link_libraries(decay PRIVATE tessera::apps)\n")
        (folder / "decay.cpp").write_text(EQUATION)
        (folder / "decay.yaml").write_text(DECAY)
        self.build(folder, folder / "build", f"-DCMAKE_CXX_FLAGS={WARNINGS}")
        self.run_program(folder / "build/decay", folder / "decay.yaml")
        with h5py.File(self.folder / "decay.h5") as run:
            numpy.testing.assert_allclose(run["u"][-1], numpy.exp(-2) * run["u"][0], rtol=1e-7)

    # --- docs/installing.md ---

    def test_document_with_cmake(self):
        self.build(self.document, self.folder / "with cmake")
        out = self.run_program(self.folder / "with cmake/mine").out
        self.assertEqual(out, "64 x 32 cells, x in [0, 2] periodic, y in [0, 1]\n")

    def test_document_with_pkgconfig(self):
        done(command("sh", "mine.sh", where=self.document, **self.pkgconfig))
        self.assertIn("64 x 32 cells", self.run_program(self.document / "mine").out)

    def test_document_names_the_components(self):
        table = DOCUMENT.read_text().partition("| component and target |")[2].partition("\n\n")[0]
        files = " ".join(file.name for file in self.prefix.glob("lib*/cmake/tessera/*"))
        self.assertEqual(set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)), set(re.findall(r"tessera-(\w+)\.cmake", files)) - {"config"})

    # --- others ---

    def flags(self, package):
        return done(command("pkg-config", "--cflags", "--libs", package, **self.pkgconfig)).out.split()

    def test_pkgconfig(self):
        """An app by the package of everything, and comm by its own, which names nothing else."""
        compiler = cached(BUILD, "CMAKE_CXX_COMPILER")
        for source, package in ((self.examples / "front.cpp", "tessera"),
                                (self.prefix / "share/tessera/examples/comm/exchange.cpp", "tessera-comm")):
            program = self.folder / source.stem
            done(command(compiler, "-std=c++20", "-O1", source, "-o", program, *self.flags(package)))
            self.run_program(program, *(["--help"] if package == "tessera" else []))
        for other in ("hdf5", "tbb", "hwy", "yaml", "core"):
            self.assertNotIn(other, " ".join(self.flags("tessera-comm")))
        version = done(command("pkg-config", "--modversion", "tessera", "tessera-comm", **self.pkgconfig)).out.split()
        self.assertEqual(version, [cached(BUILD, "CMAKE_PROJECT_VERSION")] * 2)

    def test_what_a_component_needs_is_looked_for(self):
        for component, missing in (("core", "TBB"), ("io", "HDF5"), ("apps", "muparser")):
            self.refused(f"REQUIRED COMPONENTS {component}", f"find_package for module {missing} called with REQUIRED",
                         options=[f"-DCMAKE_DISABLE_FIND_PACKAGE_{missing}=ON"])

    def test_serial_hdf5(self):
        wrapper = shutil.which("h5cc") or self.skipTest("there is no serial HDF5")
        self.refused("REQUIRED COMPONENTS io", f"in {self.prefix} was built with HDF5", "but the HDF5 of this project is", ", serial (",
                     wrapper, options=[f"-DHDF5_C_COMPILER_EXECUTABLE={wrapper}"])

    def test_module_file(self):
        lmod = glob.glob("/usr/share/lmod/*/libexec/lmod") or self.skipTest("lmod is not installed")
        out = done(command(lmod[0], "bash", "load", "tessera", MODULEPATH=str(self.link / "share/tessera/modulefiles"))).out
        for variable, value in (("PATH", f"{self.link}/bin:{os.environ['PATH'].split(':')[0]}"),
                                ("CMAKE_PREFIX_PATH", f"{self.link};"), ("PKG_CONFIG_PATH", self.pkgconfig["PKG_CONFIG_PATH"])):
            self.assertRegex(out, rf"(?m)^{variable}={re.escape(value)}")


if __name__ == "__main__":
    unittest.main()
