"""Kernels are made of vector instructions: in the loops of every kernel, for every instruction set that it is compiled for,
arithmetic is on whole vectors alone, as the disassembled programs show."""
import os
import pathlib
import platform
import re
import subprocess
import unittest

BIN = pathlib.Path(os.environ["TESSERA_BIN"])
FUNCTION = re.compile(r"^[0-9a-f]+ <(?P<name>.*N_(?P<target>AVX2|AVX3)::.*)>:\n(?P<body>(?:.+\n)+)", re.MULTILINE)
LINE = re.compile(r"\s*([0-9a-f]+):\t(\S+)\s*(.*)")
ARITHMETIC = re.compile(r"v(add|sub|mul|div|min|max|fn?m(add|sub)\d+)(?P<form>[ps])[sd]")
WHOLE = {"AVX2": "%ymm", "AVX3": "%zmm"}


def innermost_loops(body):
    """Lists of (instruction, operands)."""
    lines = [(int(m[1], 16), m[2], m[3]) for m in map(LINE.fullmatch, body.splitlines()) if m]
    back = []
    for place, (address, instruction, operands) in enumerate(lines):
        if instruction.startswith("j") and (target := re.match(r"([0-9a-f]+) <", operands)):
            begin = int(target[1], 16)
            if lines[0][0] <= begin <= address:
                back.append((next(i for i, line in enumerate(lines) if line[0] >= begin), place))
    # Between the ends of a loop nothing returns: what does is the code behind a loop, put where there was room.
    back = [(begin, end) for begin, end in back if not any(line[1].startswith("ret") for line in lines[begin:end])]
    for begin, end in back:
        if not any(begin <= b and e < end for b, e in back if (b, e) != (begin, end)):
            yield [line[1:] for line in lines[begin : end + 1]]


@unittest.skipUnless(platform.machine() == "x86_64", "the instructions of x86-64")
class Vectorised(unittest.TestCase):
    def check(self, app, least):
        """`least`: so many kernels the app has for each instruction set, at least."""
        command = ["objdump", "--disassemble", "--demangle", "--no-show-raw-insn", BIN / app]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        kernels = {target: 0 for target in WHOLE}
        for function in FUNCTION.finditer(text):
            target = function["target"]
            vectors = 0
            for loop in innermost_loops(function["body"]):
                forms = [(m["form"], operands) for instruction, operands in loop if (m := ARITHMETIC.fullmatch(instruction))]
                whole = sum(form == "p" and WHOLE[target] in operands for form, operands in forms)
                if whole == 0:
                    continue  # of rows, or of constants: not of cells
                vectors += whole
                others = [operands for form, operands in forms if form == "s" or WHOLE[target] not in operands]
                self.assertEqual(others, [], function["name"])
            kernels[target] += vectors > 0
        for target, found in kernels.items():
            self.assertGreaterEqual(found, least, f"{app}: kernels for {target} with a loop of whole vectors")

    def test_mpdata(self):
        self.check("mpdata", 100)

    def test_cahn_hilliard(self):
        self.check("cahn-hilliard", 12)


if __name__ == "__main__":
    unittest.main()
