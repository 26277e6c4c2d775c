"""Every configuration in configs/ is valid, and those that take seconds run to their end with the result that they promise."""
import math
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

    def end(self, app, name, *arguments):
        """The first and the last record, and the history."""
        with support.folder() as where:
            result = support.run(app, [support.CONFIGS / f"{name}.yaml", "--quiet", *arguments], ranks=2, where=where)
            self.assertEqual(result.code, 0, result.err)
            return xarray.open_dataset(where / f"{name}.h5").load().isel(time=[0, -1])

    def wave_number(self, field):
        """The mean of the power's."""
        power = numpy.abs(numpy.fft.fftn(field - field.mean())) ** 2
        numbers = [2 * math.pi * numpy.fft.fftfreq(n, float(field[axis][1] - field[axis][0])) for axis, n in field.sizes.items()]
        return float((numpy.hypot(*numpy.meshgrid(*numbers, indexing="ij")) * power).sum() / power.sum())

    def test_swift_hohenberg(self):
        """Stripes of the wave number 1, with the amplitude of one mode, 2 sqrt(e/3)."""
        c = self.end("pde", "swift_hohenberg", "--set", "time.end=100", "--set", "grid.shape=[128,128]").c[-1]
        self.assertAlmostEqual(self.wave_number(c), 1, delta=0.05)
        self.assertAlmostEqual(float(numpy.sqrt(2 * (c**2).mean())), 2 * math.sqrt(0.3 / 3), delta=0.04)

    def test_kuramoto_sivashinsky(self):
        """Wrinkles: mostly waves that grow, of wave numbers below 1; the front moves by half the mean square of its slope."""
        run = self.end("pde", "kuramoto_sivashinsky", "--set", "time.end=40", "--set", "grid.shape=[128,128]")
        slopes = numpy.gradient(run.c[-1].values, 1.0)
        self.assertGreater(float((slopes[0] ** 2 + slopes[1] ** 2).mean()), 0.5)
        self.assertLess(self.wave_number(run.c[-1]), 1)
        self.assertLess(float(run.c[-1].mean()), float(run.c[0].mean()) - 5)

    def test_gray_scott(self):
        """What was a square of 0.3 x 0.3 is a pattern over half of the domain."""
        v = self.end("pde", "gray_scott", "--set", "time.end=4000").v
        self.assertLess(float((v[0] > 0.1).mean()), 0.02)
        self.assertGreater(float((v[-1] > 0.1).mean()), 0.25)
        self.assertTrue(0.3 < float(v[-1].max()) < 0.6)

    def test_epidemic(self):
        """Nobody is born and nobody dies; the infection has spread."""
        run = self.end("pde", "epidemic")
        everybody = run.S + run.I + run.R
        numpy.testing.assert_allclose(everybody, 1, atol=1e-12)
        self.assertLess(float(run.S[-1].mean()), 0.1)

    def test_heterogeneous_diffusion(self):
        """Both forms have the same solution."""
        run = self.end("pde", "heterogeneous_diffusion").isel(time=-1)
        numpy.testing.assert_allclose(run.c, run.d, atol=2e-3)
        self.assertGreater(float(run.d.max()), 0.9)
        self.assertLess(float(run.d[-64:].mean()), 0.2)

    def test_schroedinger(self):
        """The probability stays 1, as at the beginning; the hill (18) turns the packet (energy 16, and some more) back, mostly."""
        run = self.end("pde", "schroedinger")
        density = run.re**2 + run.im**2
        self.assertAlmostEqual(float(density[-1].sum() / density[0].sum()), 1, delta=1e-6)
        left = float(density[-1].where(run.x < 40).sum() / density[-1].sum())
        self.assertGreater(left, 0.5)
        momentum = (run.re[-1] * numpy.gradient(run.im[-1], run.x) - run.im[-1] * numpy.gradient(run.re[-1], run.x)).where(run.x < 40)
        self.assertLess(float(momentum.sum()), 0)

    def test_rough_surface(self):
        """Rougher and rougher, but not as rough as by noise alone, whose variance would be the time; and it rises by half the slopes' square."""
        run = self.end("pde", "rough_surface", "--set", "grid.shape=[64,64]", "--set", "time.end=5", "--set", "output.interval=1")
        variance = float(run.h[-1].var())
        self.assertTrue(0.4 < variance < 2.5, variance)
        self.assertGreater(float(run.h[-1].mean()), 0.5)

    def test_listing_7(self):
        """The same drops as from the hand-written equation."""
        settings = ["--set", "grid.shape=[64,64]", "--set", "time.end=200", "--set", "fields.c.initial={uniform: [-0.5, 0.5], seed: 1}"]
        written = self.end("pde", "listing_7", *settings).c[-1]
        self.assertGreater(float(written.std()), 0.3)
        with support.folder() as where:
            result = support.run("cahn-hilliard", [support.CONFIGS / "spinodal.yaml", "--quiet", "--set", "grid.shape=[64,64]", "--set", "time={stepper: rkc2, tolerance: 1e-3, end: 200}",
                                 "--set", "initial.c={uniform: [-0.5, 0.5], seed: 1}", "--set", "output={file: spinodal.h5, interval: 200}"], ranks=2, where=where)
            self.assertEqual(result.code, 0, result.err)
            named = xarray.open_dataset(where / "spinodal.h5").c.load()[-1]
        numpy.testing.assert_allclose(written, named, atol=0.02)

    def test_advection_diffusion(self):
        """Within two thousandths of the exact wave."""
        psi = self.end("mpdata", "advection_diffusion").psi[-1]
        t = float(psi.time)
        exact = 2 + numpy.exp(-4 * numpy.pi**2 * 0.02 * t) * numpy.sin(2 * numpy.pi * (psi.x - t))
        self.assertAlmostEqual(t, 2)
        numpy.testing.assert_allclose(psi, exact, atol=2e-3)

    def test_signals_1d(self):
        """Once around, the bump is where it was, within two hundredths of its height, and nothing is beyond its bounds."""
        run = self.end("mpdata", "signals_1d")
        numpy.testing.assert_allclose(run.bump[-1], run.bump[0], atol=0.04)
        for field in (run.bump, run.box):
            self.assertGreaterEqual(float(field[-1].min()), 2)
            self.assertLessEqual(float(field[-1].max()), 4)
            self.assertAlmostEqual(float(field[-1].sum()) / float(field[0].sum()), 1, places=13)

    def test_deformation(self):
        """The stream function has no divergence: neither the sum nor the bounds change. Symmetric it stays, too."""
        psi = self.end("mpdata", "deformation").psi
        self.assertAlmostEqual(float(psi[-1].sum()) / float(psi[0].sum()), 1, places=13)
        self.assertGreaterEqual(float(psi[-1].min()), 0)
        self.assertLessEqual(float(psi[-1].max()), float(psi[0].max()))
        numpy.testing.assert_allclose(psi[-1], psi[-1, ::-1], atol=1e-12)

    def test_burgers(self):
        """Shortly before the shock: x = from + psi(from) t."""
        psi = self.end("mpdata", "burgers").psi[-1]
        t = float(psi.time)
        start = psi.x.values.copy()
        for _ in range(200):
            start -= 0.5 * (start - t * numpy.sin(numpy.pi * start) - psi.x.values) / (1.05 - t * numpy.pi * numpy.cos(numpy.pi * start))
        self.assertEqual(t, 0.3)
        self.assertLess(float(abs(psi + numpy.sin(numpy.pi * start)).mean()), 2e-3)

    def test_shallow_water_2d(self):
        """Water is neither lost nor made, nor below the ground; the ellipse, short across, spreads fastest across."""
        h = self.end("mpdata", "shallow_water_2d").h
        self.assertAlmostEqual(float(h[-1].sum()) / float(h[0].sum()), 1, places=12)
        self.assertGreaterEqual(float(h[-1].min()), 0)
        spread = [float((h[-1] * h[axis] ** 2).sum() / h[-1].sum()) for axis in "xy"]
        self.assertGreater(spread[1], 1.2 * spread[0])

    def test_translation(self):
        """160 steps move the Gaussian by 40 cells and 30."""
        psi = self.end("mpdata", "translation").psi
        self.assertAlmostEqual(float(psi[-1].sum()) / float(psi[0].sum()), 1, places=13)
        self.assertGreaterEqual(float(psi[-1].min()), 0)
        self.assertTrue(0.94 < float(psi[-1].max()) <= float(psi[0].max()))
        numpy.testing.assert_allclose(psi[-1], psi[0].roll(x=40, y=30), atol=0.07)
        for axis, middle in zip("xy", (60, 47)):
            self.assertAlmostEqual(float((psi[-1] * psi[axis]).sum() / psi[-1].sum()), middle, delta=0.1)

    def test_molenkamp(self):
        """Six turns: least, largest and root-mean-square error over time that libmpdata++ publishes, to their digits on its grid."""
        points = "grid={shape: [101, 101], bounds: [[-0.5, 100.5], [-0.5, 100.5]], boundary: open}"
        fct = ["mpdata.infinite_gauge=false"]
        third = [*fct, "mpdata.iterations=3", "mpdata.third_order=true"]
        rows = [([points], 4.25518091, 0.00026658), ([], 4.25518091, 0.00026658), (fct, 3.52544410, 0.00036731),
                (third, 4.26672894, 0.00012049)]
        for settings, largest, error in rows:
            same = points in settings  # else half a cell aside, where the tip is between cells
            with self.subTest(settings=settings):
                psi = self.end("mpdata", "molenkamp", *(f"--set={setting}" for setting in settings)).psi
                self.assertAlmostEqual(float(psi[-1].min()), 1, places=12)
                self.assertAlmostEqual(float(psi[-1].max()), largest, delta=5e-8 if same else 0.01)
                self.assertAlmostEqual(float(((psi[-1] - psi[0]) ** 2).mean()) ** 0.5 / 376.8, error, delta=1e-8 if same else 4e-6)
                if not same:  # of the open one a little leaves
                    self.assertAlmostEqual(float(psi[-1].sum()) / float(psi[0].sum()), 1, places=12)

    def test_dpdc(self):
        """Two passes, of which the second stands for all that could follow, are close to 20; without it they are not."""
        psi = self.end("mpdata", "dpdc").psi
        plain = self.end("mpdata", "dpdc", "--set=mpdata.dpdc=false").psi[-1]
        many = self.end("mpdata", "dpdc", "--set=mpdata.dpdc=false", "--set=mpdata.iterations=20").psi[-1]
        self.assertLess(float(abs(psi[-1] - many).max()), 0.03)
        self.assertGreater(float(abs(plain - many).max()), 1)
        for field, error in ((psi[-1], 0.3237), (plain, 0.6402), (many, 0.3177)):  # five times around: back at the start
            self.assertAlmostEqual(float(((field - psi[0]) ** 2).mean()) ** 0.5, error, delta=2e-4)
            self.assertAlmostEqual(float(field.sum()) / float(psi[0].sum()), 1, places=13)
        self.assertGreater(float(psi[-1].min()), 0.1)

    def test_harmonic_oscillator(self):
        """The exact solution, and what libmpdata++ publishes: its stats at step 1400."""
        run = self.end("mpdata", "harmonic_oscillator").isel(time=-1)
        t, psi, phi = float(run.time), run.psi, run.phi
        self.assertEqual(t, 1400)
        bump = xarray.where(abs(psi.x - 100 - t / 2) < 50, 0.5 + 0.5 * numpy.cos(2 * numpy.pi * (psi.x - t / 2) / 100), 0)
        numpy.testing.assert_allclose(psi, -bump, atol=2e-3)  # three and a half turns
        numpy.testing.assert_allclose(phi, 0, atol=2.5e-4)    # half of there: sources are integrated in another way
        norm = numpy.hypot(psi, phi)
        self.assertEqual(float(psi.x[norm.argmax("x")]), 800)
        self.assertAlmostEqual(float(norm.max()), math.hypot(0.99825403, 0.00045137), delta=2e-6)
        self.assertAlmostEqual(float(((norm**2 - bump**2) ** 2).mean()) ** 0.5 / t, 1.16533574e-07, delta=3e-10)

    def test_black_scholes(self):
        """The formula of Black and Scholes; the errors are bounded as in PyMPDATA's example, and of second order."""

        def put(price, strike, sigma=0.6, rate=0.008, years=0.5):
            d = (math.log(price / strike) + (rate + sigma**2 / 2) * years) / (sigma * math.sqrt(years))
            below = [0.5 * math.erfc(place / math.sqrt(2)) for place in (d - sigma * math.sqrt(years), d)]
            return strike * math.exp(-rate * years) * below[0] - price * below[1]

        errors = []
        for cells, steps in ((40, 18), (80, 72)):
            psi = self.end("mpdata", "black_scholes", f"--set=grid.shape=[{cells}]", f"--set=time.steps={steps}",
                           f"--set=time.step={0.5 / steps!r}").psi[-1]
            exact = [put(price, 175) - put(price, 75) for price in numpy.exp(psi.x.values)]
            error = abs(psi.values - exact)
            self.assertAlmostEqual(float(psi.min()), 0, delta=1e-12)
            self.assertAlmostEqual(float(psi.max()), 100, delta=0.5)
            errors.append(math.sqrt((error**2).mean()))
            if cells == 40:
                self.assertLess(error.max(), 0.65)  # of a price of 100; 0.68 there, and bounded by 0.75
                self.assertLess(max(error[0], error[-1]), 1e-5 * error.max())
        self.assertLess(errors[0], 0.235)
        self.assertLess(errors[1], errors[0] / 4)

    def test_droplet_growth(self):
        """Droplets are neither lost nor made but for those that grow beyond the largest; the spectrum is a little too wide, and
        much less so with four times as many cells."""

        def spectrum(*settings):
            """At the end, over the exact: number, mean radius, water, standard deviation/mean radius; and the sum of the errors."""
            run = self.end("mpdata", "droplet_growth", *(f"--set={setting}" for setting in settings))
            self.assertAlmostEqual(float(run.time[-1]), 1750, places=9)
            x, width = run.x.values, float(run.x[1] - run.x[0])
            radius = 2 ** (x / 3)
            number = run.psi[-1].values * 2 / 3 * math.log(2) * radius**2 * width
            self.assertGreaterEqual(number.min(), 0)
            edges = 2 ** (numpy.append(x - width / 2, x[-1] + width / 2) / 3)
            began = numpy.sqrt(numpy.maximum(edges**2 - 2 * 0.075 * 1750, 1e-6))
            total = 465 * math.log(10) * math.sqrt(math.pi / 22)
            exact = numpy.diff([total / 2 * (1 + math.erf(math.sqrt(22) * math.log10(edge / 7))) for edge in began])

            def measures(number):
                mean = numpy.average(radius, weights=number)
                deviation = math.sqrt(numpy.average((radius - mean) ** 2, weights=number))
                return numpy.array([number.sum(), mean, (number * radius**3).sum(), deviation / mean])

            return *(measures(number) / measures(exact) - 1), abs(number - exact).sum() / exact.sum()

        count, mean, water, width, error = spectrum()
        self.assertLess(abs(count), 5e-4)
        self.assertLess(abs(mean), 4e-3)
        self.assertLess(abs(water), 1e-2)
        self.assertTrue(0.07 < width < 0.085)
        self.assertLess(error, 0.2)

        count, mean, water, width, error = spectrum("grid.shape=[300]")
        self.assertLess(max(abs(count), abs(mean), abs(water)), 1e-3)
        self.assertTrue(0 < width < 0.006)
        self.assertLess(error, 0.02)

        upwind = ("iterations=1", "infinite_gauge=", "third_order=", "nonoscillatory=")
        self.assertTrue(0.7 < spectrum(*(f"mpdata.{option}" for option in upwind))[3] < 0.73)

    def test_rotating_sphere(self):
        """One turn brings the sphere back: its centre, its mass, and more than half of its height."""
        psi = self.end("mpdata", "rotating_sphere").psi
        self.assertAlmostEqual(float(psi[-1].sum()) / float(psi[0].sum()), 1, places=4)  # a little leaves
        self.assertGreaterEqual(float(psi[-1].min()), 0)
        self.assertTrue(2.5 < float(psi[-1].max()) <= 4)
        for axis, middle in zip("xyz", (70, 40, 40)):
            self.assertAlmostEqual(float((psi[-1] * psi[axis]).sum() / psi[-1].sum()), middle, delta=1)


if __name__ == "__main__":
    unittest.main()
