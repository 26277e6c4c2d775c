"""Equations from expressions: how kernels are compiled, cached and done without; what is refused; restarts."""
import os
import shutil
import subprocess
import unittest

import h5py
import numpy

from support import check_refused, folder, place, run

CONFIG = """\
grid: {shape: [24, 20], boundary: [periodic, {derivative: 0}]}
fields:
  c: {initial: {uniform: [0.4, 0.6], seed: 1}}
parameters: {k: 0.01, D: "1 + 0.1*sin(x)"}
equations: {c: "D*laplace(c**3 - c - laplace(c)) - k*exp(c)"}
time: {step: 0.01, steps: 40}
output: {file: out.h5, every: 20}
history: {file: out.csv, every: 10}
"""
COMPILED = "compiled before"


def values(where, name="out.h5"):
    with h5py.File(where / name) as file:
        return file["c"][:]


class Kernels(unittest.TestCase):
    def run_here(self, where, *arguments, ranks=2, config=CONFIG, **environment):
        (where / "run.yaml").write_text(config)
        cache = {"TESSERA_CACHE": str(where / "cache"), **environment}
        return run("pde", ["run.yaml", "--verbose", *arguments], ranks, where, environment=cache)

    def done(self, *arguments, **options):
        result = self.run_here(*arguments, **options)
        self.assertEqual(result.code, 0, result.err)
        return result

    def test_the_same_bits_compiled_or_not(self):
        with folder() as where:
            first = self.done(where)
            self.assertIn("kernels: ", first.out)
            self.assertNotIn(COMPILED, first.out)
            expected = values(where)
            entries = list((where / "cache").iterdir())
            self.assertEqual(len(entries), 2)  # the second has what the history needs
            self.assertIn(COMPILED, self.done(where).out)
            numpy.testing.assert_array_equal(values(where), expected)
            # Another value of a parameter is no other kernel.
            self.assertIn(COMPILED, self.done(where, "--set", "parameters.k=0.02").out)
            self.assertEqual(len(list((where / "cache").iterdir())), 2)
            for arguments in (["--set", "kernels=interpreted"], ["--set", "layout.threads=[2,1]"]):
                self.done(where, *arguments, ranks=1)
                numpy.testing.assert_array_equal(values(where), expected)

    def test_named_equations_are_expressions(self):
        """Noise, kernels either way and any layout; the same as when it is written out, but for rounding."""
        named = """\
equation: kpz
kpz: {nu: 0.7, lambda: 0.3}
grid: {shape: [24, 20], bounds: [[0, 12], [0, 20]], boundary: periodic}
initial: {h: {uniform: [0.4, 0.6], seed: 1}}
noise: {variance: "0.01 + 0.1*h^2", seed: 5}
time: {step: 0.01, steps: 40}
output: {file: out.h5}
"""
        written = named.replace("equation: kpz\nkpz: {nu: 0.7, lambda: 0.3}", 'equations: {h: "0.7*laplace(h) + 0.15*gradient_squared(h)"}')
        with folder() as where:
            for arguments, ranks in (([], 2), (["--set", "kernels=interpreted"], 1), (["--set", "layout.threads=[1,2]"], 3)):
                self.done(where, *arguments, ranks=ranks, config=named)
                with h5py.File(where / "out.h5") as file:
                    now = file["h"][-1]
                expected = now if ranks == 2 else expected
                numpy.testing.assert_array_equal(now, expected)
            self.assertGreater(numpy.std(expected), 0.06)  # of the initial values; noise adds to it
            self.done(where, config=written)
            with h5py.File(where / "out.h5") as file:
                numpy.testing.assert_allclose(file["h"][-1], expected, rtol=1e-12)

    def test_a_broken_cache_is_made_anew(self):
        with folder() as where:
            self.done(where)
            expected = values(where)
            for entry in (where / "cache").iterdir():
                data = bytearray(entry.read_bytes())
                data[len(data) // 2] ^= 255
                entry.write_bytes(data)
            self.assertNotIn(COMPILED, self.done(where).out)
            numpy.testing.assert_array_equal(values(where), expected)
            for entry in (where / "cache").iterdir():
                entry.write_bytes(entry.read_bytes()[:1000])
            self.assertNotIn(COMPILED, self.done(where).out)
            numpy.testing.assert_array_equal(values(where), expected)
            self.assertIn(COMPILED, self.done(where).out)

    def test_another_compiler_does_not_take_what_the_first_has_made(self):
        with folder() as where:
            self.done(where)
            wrapper = where / "another"
            wrapper.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo another 2.0 && exit 0\nexec {shutil.which("c++")} "$@"\n')
            wrapper.chmod(0o755)
            out = self.done(where, TESSERA_CXX=str(wrapper)).out
            self.assertIn("kernels: another 2.0, in", out)
            self.assertIn("kernels: another 2.0, compiled before", self.done(where, TESSERA_CXX=str(wrapper)).out)

    def test_two_jobs_at_once(self):
        with folder() as where:
            (where / "run.yaml").write_text(CONFIG)
            environment = {**os.environ, "TESSERA_CACHE": str(where / "cache")}
            from support import BIN, ENVIRONMENT, MPIEXEC
            jobs = []
            for n in range(4):
                command = [MPIEXEC, "-n", "1", str(BIN / "pde"), "run.yaml", "--set", f"output.file={n}.h5", "--set", f"history.file={n}.csv"]
                jobs.append(subprocess.Popen(command, cwd=where, env={**environment, **ENVIRONMENT}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
            for job in jobs:
                out, err = job.communicate(timeout=60)
                self.assertEqual(job.returncode, 0, err)
                self.assertNotIn("warning: kernels", err)
            for n in range(1, 4):
                numpy.testing.assert_array_equal(values(where, f"{n}.h5"), values(where, "0.h5"))
            self.assertEqual(len(list((where / "cache").iterdir())), 2)

    def test_without_a_compiler(self):
        with folder() as where:
            self.done(where)
            expected = values(where)
            shutil.rmtree(where / "cache")
            failing = where / "failing"
            failing.write_text('#!/bin/sh\n[ "$1" = --version ] && echo failing 1.0 && exit 0\necho out of order >&2\nexit 1\n')
            failing.chmod(0o755)
            empty = where / "empty"
            empty.write_text('#!/bin/sh\necho empty 1.0\n[ "$1" = --version ] || echo nothing > "$(echo "$@" | sed "s/.*-o //; s/ .*//")"\n')
            empty.chmod(0o755)
            for compiler, why in (("/nowhere/c++", "'/nowhere/c++', which is no program"), (str(failing), "failing 1.0 failed: out of order"), (str(empty), "file too short")):
                with self.subTest(compiler=compiler):
                    result = self.done(where, TESSERA_CXX=compiler)
                    self.assertEqual(result.err.count("kernels are interpreted, which is a few times slower"), 1, result.err)
                    self.assertIn(why, result.err)
                    numpy.testing.assert_array_equal(values(where), expected)
                    refused = self.run_here(where, "--set", "kernels=compiled", TESSERA_CXX=compiler)
                    self.assertEqual(refused.code, 1)
                    self.assertIn("kernels: compiled, but they cannot be", refused.err)
                    self.assertIn("use kernels: auto or interpreted", refused.err)

    def test_nothing_is_left_in_temporary_folders(self):
        with folder() as where:
            (where / "tmp").mkdir()
            self.done(where, TMPDIR=str(where / "tmp"))
            left = [entry for entry in (where / "tmp").iterdir() if entry.name.startswith("tessera")]
            self.assertEqual(left, [])

    def test_a_check_compiles_nothing_and_tells_the_stages(self):
        with folder() as where:
            result = self.done(where, "--check", TESSERA_CXX="/nowhere/c++")
            self.assertFalse((where / "cache").exists())
            for line in ("stage 1 = -c + c^3 - laplace(c); reads c 1 cell around; 9 operations a cell",
                         "2 layer(s) of ghosts exchanged of 1 field(s)"):
                self.assertIn(line, result.out)

    def test_resumed_with_other_parameters_but_no_other_equation(self):
        with folder() as where:
            checkpoint = ["--set", "checkpoint={file: ckpt.h5, every: 10}"]
            self.done(where, *checkpoint)
            expected = values(where)
            self.done(where, *checkpoint, "--set", "time.steps=20")
            self.done(where, *checkpoint, "--resume", ranks=1)
            numpy.testing.assert_array_equal(values(where), expected)
            other = CONFIG.replace("- k*exp(c)", "- 2*k*exp(c)")
            result = self.run_here(where, *checkpoint, "--resume", config=other)
            self.assertEqual(result.code, 2)
            self.assertIn("its equation is 'dc/dt = ", result.err)
            respelled = CONFIG.replace("laplace(c**3 - c - laplace(c))", "∇²(-∇²c - c + c*c*c)")
            self.done(where, *checkpoint, "--resume", config=respelled)
            result = self.done(where, *checkpoint, "--resume", "--set", "parameters.k=0.03", "--set", "time.steps=60")
            self.assertIn("parameters.k", result.out + result.err)


class Refused(unittest.TestCase):
    def refused(self, old, new, *fragments):
        assert old in CONFIG, old
        text, where = place(CONFIG.replace(old, new))
        check_refused(self, "pde", ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text}, rank_counts=(2,))

    def test_equations(self):
        self.refused("D*laplace", "D*¦lapace", "equations.c: there is no function 'lapace'; did you mean 'laplace'? (at 'lapace(")
        self.refused("k*exp(c)", "k*exp(c¦", "equations.c: a parenthesis is not closed: ) or , is missing (at the end)")
        self.refused("k*exp(c)", "¦K*exp(c)", "there is no field, parameter or coordinate 'K'; did you mean 'k'?")
        self.refused('"D*laplace(c**3 - c - laplace(c)) - k*exp(c)"', "¦[1, 2]", "equations.c")
        self.refused("equations: {c:", "equation: ¦diffusion\nequations: {c:", "equation: there are `equations`, too; keep one of them")
        self.refused("equations: {c:", "equations: {D: ¦1, c:", "equations.D: a parameter has this name, too")
        self.refused("fields:\n  c:", "fields:\n  ¦u:", "fields: the key 'c' is missing")
        self.refused("fields:\n  c:", "fields:\n  d: ¦{initial: 1}\n  c:", "fields.d", "unknown key")
        self.refused('"1 + 0.1*sin(x)"', '¦"1 + c"', "parameters.D: ")
        self.refused('"1 + 0.1*sin(x)"', '¦"x + d_dx(x)"', "parameters.D: ")

    def test_boundaries(self):
        self.refused("time:", 'bc_ops: {"u:laplace": ¦{value: 0}}\ntime:', "there is no equation for 'u'; write FIELD:OPERATOR")
        self.refused("time:", 'bc_ops: {"c:gradient": ¦{value: 0}}\ntime:', "the equations have no operator that this is for")
        self.refused("time:", 'bc_ops: {"c:laplace": [periodic, ¦{valu: 0}]}\ntime:', "'valu' is no boundary condition here")

    def test_noise(self):
        self.refused("time: {step: 0.01", "noise: ¦{variance: 1}\ntime: {stepper: rk4, step: 0.01", "needs time.stepper: euler with a fixed time.step")
        self.refused("time:", "noise: {variance: ¦-1}\ntime:", "a variance must not be negative")
        self.refused("time:", 'noise: {variance: "¦laplace(c)"}\ntime:', "operators and integrals cannot stand here")

    def test_other_keys(self):
        self.refused("time:", "kernels: ¦fast\ntime:", "kernels: 'fast'", "auto, compiled, interpreted")
        self.refused("time:", "spectrum: {real: ¦-1}\ntime:", "spectrum.real")


if __name__ == "__main__":
    unittest.main()
