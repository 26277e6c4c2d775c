"""An installed tessera, in a folder that was moved, and projects that use it."""
import os
import re
import subprocess
import unittest

import support

BUILD = support.BIN.parent
PROJECT = """\
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES CXX)
find_package(tessera {wanted})
"""


def cached(folder, variable):
    """What a build's cache holds for a variable."""
    found = re.search(rf"^{variable}:[A-Z]*=(.*)$", (folder / "CMakeCache.txt").read_text(), re.MULTILINE)
    return found and found[1]


def command(*arguments, where=None, timeout=60, **environment):
    process = subprocess.Popen([*map(str, arguments)], cwd=where, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        support.end(process)
        raise
    return support.Result(process.returncode, out, err)


def done(result):
    if result.code != 0:
        raise AssertionError(result.out + result.err)
    return result


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(support.folder())
        done(command("cmake", "--install", BUILD, "--prefix", cls.folder / "prefix"))
        cls.prefix = (cls.folder / "prefix").rename(cls.folder / "moved away")

    @classmethod
    def configure(cls, source, build, *options):
        """With the compiler of the build, and without a word of its MPI, unless the options choose one."""
        return command("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={cls.prefix}",
                       f"-DCMAKE_CXX_COMPILER={cached(BUILD, 'CMAKE_CXX_COMPILER')}", *options)

    @classmethod
    def build(cls, source, build, *options):
        done(cls.configure(source, build, *options))
        done(command("cmake", "--build", build, timeout=150))

    def project(self, wanted, rest=""):
        """The folder of a new project that wants something of tessera."""
        folder = self.enterContext(support.folder())
        (folder / "CMakeLists.txt").write_text(PROJECT.format(wanted=wanted) + rest)
        return folder

    def refused(self, wanted, *fragments, options=()):
        folder = self.project(wanted)
        result = self.configure(folder, folder / "build", *options)
        self.assertNotEqual(result.code, 0, result.out)
        message = " ".join(result.err.split())
        for fragment in fragments:
            self.assertIn(fragment, message)

    def run_program(self, program, *arguments, ranks=2, code=0, **environment):
        result = support.run(program, arguments, ranks=ranks, where=self.folder, environment=environment)
        self.assertEqual(result.code, code, result)
        return result
