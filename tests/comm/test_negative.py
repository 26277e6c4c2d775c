"""Code that must not compile, each piece with one readable message that says where.

negative/*.cpp are right but for statements that end with //! and a part of the message: without these, they compile.
"""
import concurrent.futures
import itertools
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from compile_support import compiler, run

FOLDER = pathlib.Path(__file__).parent / "negative"
ERROR = re.compile(r"^.*\berror: .*$", re.MULTILINE)


class Negative(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tessera-negative-")
        cls.addClassCleanup(folder.cleanup)
        cls.where = pathlib.Path(folder.name)
        # The includes take seconds, and there are many statements. Compilers find a precompiled header by its name.
        shutil.copy(FOLDER / "values.hpp", cls.where)
        made = run([*compiler(), "-x", "c++-header", "values.hpp", "-o", "values.hpp.gch"], cls.where)
        if made.returncode != 0:
            raise AssertionError(made.stderr)

    def compile(self, source, keep, *options):
        """With the lines only that keep(number, line) wants."""
        lines = (FOLDER / source).read_text().splitlines()
        text = "\n".join(line if keep(number, line) else "" for number, line in enumerate(lines, 1))
        with tempfile.TemporaryDirectory(dir=self.where) as folder:
            (pathlib.Path(folder) / source).write_text(text + "\n")
            return run([*compiler(), *options, "-I", self.where, "-include", self.where / "values.hpp", "-fsyntax-only",
                        source], folder)

    def right(self, source):
        """Compiles the right part of a file, and gives the messages of the wrong lines."""
        result = self.compile(source, lambda number, line: "//!" not in line)
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = (FOLDER / source).read_text().splitlines()
        return {number: line.partition("//!")[2].strip() for number, line in enumerate(lines, 1) if "//!" in line}

    def check(self, source):
        """Compiles the wrong lines, a few with different messages at a time: of two with the same message on the same
        type, one would be silent. The right lines that no other needs are left out, to save time."""
        def compile_wrong(wrong):
            return self.compile(
                source, lambda number, line: number in wrong or "//!" not in line and "// right" not in line)

        expected = self.right(source)
        with_message = {}
        for number, message in expected.items():
            with_message.setdefault(message, []).append(number)
        groups = [set(group) - {None} for group in itertools.zip_longest(*with_message.values())]
        with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count())) as pool:
            for wrong, result in zip(groups, pool.map(compile_wrong, groups)):
                errors = ERROR.findall(result.stderr)
                for number in wrong:
                    with self.subTest(line=f"{source}:{number}"):
                        self.assertEqual(sum(expected[number] in error for error in errors), 1, result.stderr)
                        self.assertIn(f"{source}:{number}:", result.stderr, "the message does not say where")
                with self.subTest(lines=wrong):
                    self.assertEqual(len(errors), len(wrong), result.stderr)

    def test_sent(self):
        self.check("sent.cpp")

    def test_received(self):
        self.check("received.cpp")

    def test_reductions(self):
        self.check("reductions.cpp")

    def test_owners(self):
        """All at once: these errors are found in the lines themselves, where nothing hides them from each other."""
        expected = self.right("owners.cpp")
        unlimited = ["-ferror-limit=0"] if "clang" in compiler()[0] else []
        result = self.compile("owners.cpp", lambda number, line: True, *unlimited)
        errors = [error.split(":", 3) for error in ERROR.findall(result.stderr)]
        self.assertEqual([(file, int(number)) for file, number, *_ in errors],
                         [("owners.cpp", number) for number in expected], result.stderr)
        for (*_, error), message in zip(errors, expected.values()):
            self.assertIn(message, error)


if __name__ == "__main__":
    unittest.main()
