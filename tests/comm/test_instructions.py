"""Wrappers cost nothing: instructions.cpp's pairs of a wrapper and MPI's own call have the same instructions."""
import bisect
import difflib
import pathlib
import re
import tempfile
import unittest

from compile_support import compiler, run

SOURCE = pathlib.Path(__file__).with_name("instructions.cpp")
SECTION = re.compile(r"Disassembly of section (\S+):")
SYMBOL = re.compile(r"([0-9a-f]+) <(\S+)>:")
INSTRUCTION = re.compile(r"\s*[0-9a-f]+:\t(.*?)\s*(?:#.*)?")
RELOCATION = re.compile(r"\s*[0-9a-f]+: (R_\S+)\t(\S+?)(?:([+-]0x[0-9a-f]+))?")
ADDRESS = re.compile(r"[0-9a-f]+ (?=<)")  # before the same as a symbol and a distance
PADDING = re.compile(r"(data16 |cs )*nop.*|xchg +%ax,%ax")


def disassemble(text):
    """The instructions of each symbol in objdump's output, with the linker's part in them."""
    symbols = {}  # lines by name
    places = {}  # address and name of all symbols of a section, in order
    for line in text.splitlines():
        if match := SECTION.fullmatch(line):
            section = places.setdefault(match[1], [])
        elif match := SYMBOL.fullmatch(line):
            section.append((int(match[1], 16), match[2]))
            lines = symbols.setdefault(match[2], [])
        elif match := INSTRUCTION.fullmatch(line):
            lines.append(ADDRESS.sub("", match[1]))
        elif match := RELOCATION.fullmatch(line):
            lines[-1] = lines[-1].partition("<")[0]
            lines.append((match[1], match[2], int(match[3] or "0", 16)))

    def relocation(kind, target, distance):
        """A function's cold half is in another section; what is there goes by its symbol, not by its place."""
        if target in places:
            address = distance + 4  # the processor counts from the end of the four bytes
            begin, name = places[target][bisect.bisect(places[target], (address, "~")) - 1]
            return f"    {kind} {name}+{address - begin:#x}"
        return f"    {kind} {target}{distance:+#x}"

    for lines in symbols.values():
        lines[:] = [line if isinstance(line, str) else relocation(*line) for line in lines]
        while lines and PADDING.fullmatch(lines[-1]):
            lines.pop()
    return symbols


def halves(symbols, name):
    return [*symbols[name], "cold:", *symbols.get(f"{name}.cold", [])]


def number(text):
    """Of instructions, without what fills gaps."""
    return sum(not line.startswith(" ") and not PADDING.fullmatch(line) for line in text.splitlines())


class Instructions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        command = [*compiler(), "-c", str(SOURCE), "-o", "instructions.o"]
        if "clang" not in command[0]:
            command.append("-fno-ipa-icf")  # g++ makes one of two equal functions jump to the other
        with tempfile.TemporaryDirectory(prefix="tessera-instructions-") as where:
            for step in (command, ["objdump", "-dr", "--no-show-raw-insn", "instructions.o"]):
                result = run(step, where)
                if result.returncode != 0:
                    raise AssertionError(result.stderr)
        symbols = disassemble(result.stdout)
        cls.pairs = {name.removeprefix("raw_"): tuple(
                         re.sub(r"\b(raw|wrapped)_", "", "\n".join(halves(symbols, prefix + name.removeprefix("raw_"))))
                         for prefix in ("raw_", "wrapped_"))
                     for name in symbols if name.startswith("raw_") and not name.endswith(".cold")}

    def test_pairs(self):
        self.assertGreater(len(self.pairs), 30)
        for name, (raw, wrapped) in self.pairs.items():
            with self.subTest(name):
                self.assertIn("MPI_", raw)  # or something was not understood
                if name.startswith("unlike_"):
                    self.assertNotEqual(raw, wrapped)
                    continue
                self.assertIn("throw_error", raw)
                difference = "\n" + "\n".join(
                    difflib.unified_diff(raw.splitlines(), wrapped.splitlines(), "raw", "wrapped", lineterm=""))
                if name.startswith("as_many_"):
                    self.assertLessEqual(number(wrapped), number(raw), difference)
                else:
                    self.assertEqual(raw, wrapped, difference)


if __name__ == "__main__":
    unittest.main()
