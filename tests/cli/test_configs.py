"""Every configuration in configs/ is valid, and those that take seconds run to their end with the result that they promise."""
import re
import unittest

import numpy
import support
import xarray


class Configs(unittest.TestCase):
    def test_all_are_valid(self):
        files = sorted(support.CONFIGS.glob("*.yaml"))
        self.assertGreaterEqual(len(files), 3)
        for file in files:
            with self.subTest(file=file.name), support.folder() as where:
                app = re.search(r"^# for the app (\S+)$", file.read_text(), re.MULTILINE)
                self.assertIsNotNone(app, "says no '# for the app ...'")
                result = support.run(app[1], [file, "--check"], ranks=2, where=where)
                self.assertEqual(result.code, 0, result.err)

    def test_rotating_cone(self):
        """One turn brings the cone back: no new extrema, the same sum, most of its height, its place."""
        with support.folder() as where:
            result = support.run("mpdata", [support.CONFIGS / "rotating_cone.yaml", "--quiet"], ranks=2, where=where)
            self.assertEqual(result.code, 0, result.err)
            psi = xarray.open_dataset(where / "rotating_cone.h5").psi.load()
        self.assertEqual(psi.sizes["time"], 5)
        self.assertGreaterEqual(float(psi.min()), 1)
        self.assertLessEqual(float(psi.max()), float(psi[0].max()))
        self.assertGreater(float(psi[-1].max()) - 1, 0.8 * (float(psi[0].max()) - 1))
        numpy.testing.assert_allclose(psi.sum(["x", "y"]), float(psi[0].sum()), rtol=1e-13)
        top = psi[-1].argmax(["x", "y"])
        self.assertLessEqual(abs(float(psi.x[top["x"]]) - 75), 1)
        self.assertLessEqual(abs(float(psi.y[top["y"]]) - 50), 1)


if __name__ == "__main__":
    unittest.main()
