"""Outputs as programs of others read them: VTK, which ParaView is made of, and the checker of the CF conventions.

TESSERA_READERS is a Python with tests/requirements.txt in it; without one, the test is skipped (exit code 77).
"""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import h5py
import numpy

from support import CAHN_HILLIARD, MPDATA, folder, run

READERS = os.environ.get("TESSERA_READERS", "")
SHAPES = {"x": (4, 0.5, 1), "y": (6, 0.25, -2), "z": (3, 2, 5)}  # cells, spacing, lower edge


def configuration(axes, output):
    shape = ", ".join(str(SHAPES[axis][0]) for axis in axes)
    bounds = ", ".join(f"[{low}, {low + cells * step}]" for cells, step, low in (SHAPES[axis] for axis in axes))
    text = CAHN_HILLIARD[:CAHN_HILLIARD.index("output:")].replace("[12, 10]", f"[{shape}]\n  bounds: [{bounds}]")
    return text.replace("interface_width: 1,", "interface_width: 0.001,").replace("step: 0.01", "step: 0.001") + output


class Readers(unittest.TestCase):
    def write(self, where, text):
        (where / "run.yaml").write_text(text)
        result = run("cahn-hilliard", ["run.yaml", "--quiet"], 2, where)
        self.assertEqual(result.code, 0, result.err)

    def tool(self, *command):
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=100, check=False)

    def test_vtk(self):
        """In VTK the last dimension is X: what lies there in memory is the same. Lines are strips."""
        for axes, region, kept in (("xyz", "", "xyz"), ("xyz", ", region: {y: [-1.5, -0.5]}", "xyz"), ("xyz", ", region: {y: -1}", "xz"),
                                   ("xy", "", "xy"), ("x", "", "x"), ("xyz", ", precision: single, deflate: 5", "xyz")):
            with self.subTest(axes=axes, region=region), folder() as where:
                self.write(where, configuration(axes, f"output: {{file: out.h5, every: 2{region}}}\n"))
                result = self.tool(READERS, pathlib.Path(__file__).with_name("with_vtk.py"), where / "out.xdmf")
                self.assertEqual(result.returncode, 0, result.stderr)
                records = json.loads(result.stdout)
                with h5py.File(where / "out.h5", "r") as file:
                    self.assertEqual([record["time"] for record in records], list(file["time"]))
                    for number, record in enumerate(records):
                        self.assertEqual(record["class"], "vtkImageData")
                        self.assertEqual(list(record["values"]), ["c"])
                        numpy.testing.assert_array_equal(record["values"]["c"], file["c"][number].ravel())
                        for place, axis in enumerate(reversed(kept)):
                            step = SHAPES[axis][1]
                            place += len(kept) < 3  # X is flat of a plane
                            self.assertEqual(record["points"][place], len(file[axis]) + 1)
                            self.assertAlmostEqual(record["spacing"][place], step)
                            self.assertAlmostEqual(record["origin"][place], file[axis][0] - step / 2)

    def test_conventions(self):
        """No remark if times have a date; otherwise the one that the convention makes of those that have none."""
        units = "units: {time: seconds since 2000-01-01, x: m, y: m, z: m, c: mol m-3}"
        for output, remarks in ((f"output: {{file: out.nc, every: 2, {units}}}\n", 0),
                                (f"output: {{file: out.nc, every: 2, region: {{z: 6, x: [1, 2]}}, deflate: 3, {units}}}\n", 0),
                                (f"output: {{file: out.nc, every: 2, region: {{x: 1, y: -1, z: 6}}, {units}}}\n", 0),
                                ("output: {file: out.nc, every: 2}\n", 1)):
            with self.subTest(output=output), folder() as where:
                self.write(where, configuration("xyz", output))
                result = self.tool(pathlib.Path(READERS).with_name("compliance-checker"), "--test=cf:1.10", "--format=json",
                                   "--output=-", where / "out.nc")
                report = json.loads(result.stdout[result.stdout.index("{"):])["cf:1.10"]
                messages = [message for level in ("high", "medium", "low") for check in report[f"{level}_priorities"]
                            for message in check["msgs"]]
                self.assertEqual(len(set(messages)), remarks, messages)
                for message in messages:
                    self.assertIn("'time' should have standard_name='time'", message)


if __name__ == "__main__":
    if not READERS or not pathlib.Path(READERS).exists():
        print("skipped: no Python with tests/requirements.txt (TESSERA_READERS); ./dev test makes one where PyPI can be reached")
        sys.exit(77)
    unittest.main()
