"""The Debian package: what it says of itself, and its programs, which run where it is unpacked."""
import os
import re
import shutil
import unittest

import support
from installed import BUILD, cached, command, done

LISTING = """\
grid: {shape: [16, 16]}
fields: {c: {initial: {uniform: [0.49, 0.51], seed: 1}}}
equations: {c: "laplace(c**3 - c - laplace(c)) - 0.01*(c - 0.5)"}
kernels: compiled
time: {step: 0.01, steps: 4}
"""
MPI = cached(BUILD, "TESSERA_MPI")


@unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "no Debian system")
class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(support.folder())
        private = 'umask 077 && exec cpack --config "$0" -B "$1"'  # which is to have no effect
        done(command("sh", "-c", private, BUILD / "CPackConfig.cmake", cls.folder, timeout=200))
        cls.file, = cls.folder.glob("*.deb")
        cls.root = cls.folder / "root"
        done(command("dpkg-deb", "-x", cls.file, cls.root))
        # Scripts are none.
        cls.programs = sorted(file.name for file in (cls.root / "usr/bin").iterdir() if file.read_bytes().startswith(b"\x7fELF"))

    def field(self, name):
        return done(command("dpkg-deb", "-f", self.file, name)).out.strip()

    def names(self, field):
        return re.findall(r"(?:^|, )([^ ,]+)", self.field(field))

    def run_program(self, program, *arguments, **environment):
        result = support.run(self.root / "usr/bin" / program, arguments, ranks=2, where=self.folder, environment=environment)
        self.assertEqual(result.code, 0, result)
        return result.out

    def test_fields(self):
        version = cached(BUILD, "CMAKE_PROJECT_VERSION")
        architecture = done(command("dpkg", "--print-architecture")).out.strip()
        self.assertEqual(self.file.name, f"tessera-{MPI}_{version}-1_{architecture}.deb")
        for name, value in (("Package", f"tessera-{MPI}"), ("Version", f"{version}-1"), ("Architecture", architecture),
                            ("Section", "science"), ("Maintainer", "The tessera developers"),
                            ("Provides", "tessera"), ("Conflicts", "tessera"), ("Replaces", "tessera")):
            self.assertEqual(self.field(name), value, name)
        self.assertIn("g++", self.names("Recommends"))
        synopsis, *lines = self.field("Description").splitlines()
        self.assertLess(len(synopsis), 80)
        self.assertIn(" .", lines)
        for line in lines:
            self.assertRegex(line, r"^ \S")

    def test_depends(self):
        """On what its programs are linked with, and each is a package that there is."""
        depends = self.names("Depends")
        starter = {"openmpi": "openmpi-bin", "mpich": "mpich"}[MPI]
        for name in (starter, f"lib{MPI}", f"libhdf5-{MPI}-", "libtbb", "libhwy", "libyaml-cpp", "libmuparser", "libstdc++", "libc6"):
            self.assertEqual(sum(package.startswith(name) for package in depends), 1 + (name == f"libhdf5-{MPI}-"), name)
        for name in (*depends, *self.names("Recommends"), *self.names("Suggests")):
            self.assertEqual(command("dpkg-query", "-W", name).code, 0, name)
        for name in depends:
            self.assertFalse(name.endswith("-dev"), name)

    def test_files(self):
        listing = done(command("dpkg-deb", "-c", self.file)).out.splitlines()
        self.assertGreater(len(listing), 100)
        for line in listing:
            mode, owner, _, _, _, path = line.split(maxsplit=5)
            self.assertRegex(path, r"^\./(usr/.*)?$")
            self.assertEqual(owner, "root/root", line)
            self.assertIn(mode, ("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x"), line)
        self.assertEqual(self.programs, ["cahn-hilliard", "mpdata", "pde", "tessera-doctor"])
        self.assertIn("GPL-3", (self.root / f"usr/share/doc/tessera-{MPI}/copyright").read_text())

    def test_install_and_remove(self):
        if os.geteuid() != 0:
            self.skipTest("only root can")
        system = self.folder / "system"
        for folder in ("info", "updates"):
            (system / "var/lib/dpkg" / folder).mkdir(parents=True)
        (system / "var/lib/dpkg/status").touch()
        dpkg = ("dpkg", f"--root={system}", "--force-depends")
        done(command(*dpkg, "-i", self.file))
        self.assertTrue((system / "usr/bin/pde").exists())
        other = self.folder / "other"
        (other / "DEBIAN").mkdir(parents=True)
        (other / "DEBIAN/control").write_text(done(command("dpkg-deb", "-f", self.file)).out.replace(f"Package: tessera-{MPI}", "Package: tessera-other"))
        done(command("dpkg-deb", "-b", other, self.folder / "other.pkg"))
        self.assertIn("conflicting packages - not installing tessera-other", command(*dpkg, "-i", self.folder / "other.pkg").err)
        done(command(*dpkg, "-r", f"tessera-{MPI}"))
        self.assertEqual([*system.glob("usr/**/*")], [])

    def test_programs_know_no_build(self):
        for name in self.programs:
            program = self.root / "usr/bin" / name
            self.assertNotRegex(done(command("objdump", "-p", program)).out, "RPATH|RUNPATH")
            self.assertIn("no symbols", done(command("objdump", "-t", program)).out)  # stripped
            for alien in (support.ROOT, BUILD, self.folder):
                self.assertNotIn(str(alien).encode(), program.read_bytes(), name)

    def test_run(self):
        config = self.root / "usr/share/tessera/configs/rotating_cone.yaml"
        self.run_program("mpdata", config, "--set", "time.steps=20", "--set", "output.every=10")
        self.assertEqual(len(support.contents(self.folder / "rotating_cone.h5")["time"][2]), 3 * 8)
        self.assertIn("tessera-doctor of tessera", self.run_program("tessera-doctor"))

    def test_equations_are_compiled(self):
        """Without any header; by the compiler that built it, and by the one that is recommended."""
        (self.folder / "listing.yaml").write_text(LISTING)
        bare = self.folder / "bare"
        bare.write_text(f"#!/bin/sh\nexec {cached(BUILD, 'CMAKE_CXX_COMPILER')} -nostdinc \"$@\"\n")
        bare.chmod(0o755)
        for number, compiler in enumerate(({"TESSERA_CXX": str(bare)}, {}, {"TESSERA_CXX": "g++"})):
            out = self.run_program("pde", "listing.yaml", "--verbose", TESSERA_CACHE=str(self.folder / f"cache-{number}"), **compiler)
            self.assertRegex(out, r"kernels: \S.*, in [0-9.e+-]+ s")


if __name__ == "__main__":
    unittest.main()
