"""The app mpdata: options that make no sense are refused with the reason, and the flow can be given in several ways."""
import csv
import unittest

import h5py
import numpy

from support import MPDATA, check_refused, folder, place, run

COURANT = 'courant: ["0.2", "0.1"]'


def history(where):
    with open(where / "history.csv") as file:
        return list(csv.DictReader(file))


class Refused(unittest.TestCase):
    def refused(self, old, new, *fragments):
        assert old in MPDATA, old
        text, where = place(MPDATA.replace(old, new))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", *fragments], {"run.yaml": text}, rank_counts=(1,))

    def option(self, options, *fragments):
        self.refused(COURANT, f"{COURANT}\n  {options}", *fragments)

    def test_options_without_effect(self):
        for key in ("nonoscillatory", "infinite_gauge", "third_order", "divergent_flow", "divergence_form", "absolute"):
            self.option(f"iterations: 1\n  {key}: ¦true", f"mpdata.{key}: has no effect with iterations: 1")

    def test_cross_terms_in_one_dimension(self):
        text, where = place(MPDATA.replace("[12, 10]", "[12]").replace(" + y", "").replace(COURANT, "courant: 0.2\n  dimensionally_split: ¦true"))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", "has no effect in one dimension"], {"run.yaml": text}, rank_counts=(1,))

    def test_options_that_contradict_each_other(self):
        self.option("third_order: ¦true\n  dimensionally_split: true", "mpdata.third_order: needs the cross terms")
        self.option("absolute: ¦true\n  infinite_gauge: true", "mpdata.absolute: has no effect with infinite_gauge")
        self.option("divergence_form: ¦true\n  dimensionally_split: true", "mpdata.divergence_form: is not defined without")
        self.option("divergent_flow: ¦true\n  divergence_form: true", "mpdata.divergent_flow: is part of divergence_form")
        self.option("dpdc: ¦true", "mpdata.dpdc: is defined in one dimension only", "use more iterations")

    def test_epsilon(self):
        self.option("epsilon: ¦1e-91", "mpdata.epsilon: must be at least 1e-90, found 1e-91")
        self.option("epsilon: ¦1e-19\nprecision: single", "mpdata.epsilon: must be at least 1e-18 in single precision, found 1e-19")

    def test_flow(self):
        self.option('velocity: ¦["1", "0"]', "mpdata.velocity: and courant both say what flows")
        self.refused(COURANT, 'vector_potential: ¦["1", "0"]', "a vector potential is for three dimensions, the grid has 2")
        self.refused(COURANT, 'velocity: ["1", "0"]\n  diffusion: ¦0.1', "goes with Courant numbers", "write diffusivity")
        self.option("diffusivity: ¦0.1", "goes with a velocity", "write diffusion")
        self.option("diffusion: ¦-0.1", "a diffusivity is a finite number, not below 0")
        self.refused(COURANT, 'courant: ¦["0.2", "0.1"]\n  diffusion: [0.3, 0.2]',
                     "the outgoing Courant numbers and diffusion add up to 2.3")
        self.refused(COURANT, 'velocity: ["1", "0"]\n  diffusivity: ¦2*x', 'Unexpected token "x"')

    def test_fields(self):
        self.refused("  psi:", "  step: ¦1\n  psi:", "initial.step: this name is taken")
        self.refused("  psi:", "  divergence: ¦1\n  psi:", "initial.divergence: this name is taken, in the history")
        self.refused("  psi:", "  2psi: ¦1\n  psi:", "a field's name has letters")
        self.refused("  psi:", "  sin: ¦1\n  psi:", "initial.sin: this name is taken, in expressions")
        self.refused("  psi:", "  psi_x: ¦1\n  psi:", "initial.psi_x: this name is taken, by the gradient of psi")
        self.refused("initial:\n  psi: ", "parameters: {psi: 1}\ninitial:\n  psi: ¦", "initial.psi: a parameter has this name, too")
        self.refused("  psi:", "  ¦{}\n#", "initial: name at least one field")
        self.option("sources: {phi: ¦1}", "mpdata.sources.phi: there is no such field in `initial`; did you mean 'psi'?")
        self.option("boundaries: {psi: ¦wall}", "dimension x is periodic in grid.boundary")

    def test_step(self):
        velocity = MPDATA.replace(COURANT, 'velocity: ["1", "0"]')
        for time, fragment in (("¦{steps: 4}", "give one of `step` and `courant`"),
                               ("{courant: ¦1.5, steps: 4}", "at most 1 is stable"),
                               ("¦{courant: 0.5, step: 0.1, steps: 4}", "give one of `step` and `courant`")):
            text, where = place(velocity.replace("{step: 1, steps: 4}", time))
            check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", fragment], {"run.yaml": text}, rank_counts=(1,))
        self.refused("{step: 1, steps: 4}", "{courant: ¦0.5, steps: 4}", "the flow is given as Courant numbers already")
        fast = MPDATA.replace(COURANT, 'velocity: ["1e300", "0"]').replace("{step: 1, steps: 4}", "{courant: ¦0.5, end: 1e10}")
        text, where = place(fast)
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", "the step would be 0"], {"run.yaml": text}, rank_counts=(1,))
        text, where = place(velocity.replace("{step: 1, steps: 4}", "{courant: 0.5, end: ¦1}").replace("every: 2", "interval: 0.3"))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", "1 is no whole number of steps of 0.3, which output.interval was divided into"],
                      {"run.yaml": text}, rank_counts=(1,))

    def test_walls(self):
        text, where = place(MPDATA.replace("[12, 10]", "[12, 10]\n  boundary: wall").replace('["0.2"', '¦["0.2"'))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", "up to 0.2 on a boundary `wall`"], {"run.yaml": text})

    def test_walls_of_a_dimension_with_one_cell(self):
        thin = MPDATA.replace("[12, 10]", "[12, 1]\n  boundary: [periodic, ¦wall]").replace('"0.1"', "0")
        text, where = place(thin.replace(COURANT.replace('"0.1"', "0"), 'courant: ["0.2", 0]\n  third_order: true'))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", "needs 2 cells, dimension y has 1"], {"run.yaml": text},
                      rank_counts=(1,))

    def test_poles(self):
        self.refused("[12, 10]", "[12, 10]\n  boundary: ¦[polar, periodic]", "a polar dimension, the latitude, comes after a periodic one")
        self.refused("[12, 10]", "¦[11, 10]\n  boundary: [periodic, polar]", "the longitude has 11 cells", "an even number")
        self.refused("[12, 10]", "[12, 10]\n  boundary: ¦polar", "a polar dimension, the latitude")
        polar = MPDATA.replace("[12, 10]", "[12, 10]\n  boundary: [periodic, polar]")
        text, where = place(polar.replace(COURANT, 'courant: ["0.2", "0"]\n  diffusion: ¦0.1'))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", "not the diffusion of a sphere"], {"run.yaml": text}, rank_counts=(1,))
        text, where = place(polar.replace('"0.1"', '¦"0.1"'))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", "half a turn away are the same"], {"run.yaml": text})

    def test_flow_too_fast_later(self):
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA.replace(COURANT, 'courant: ["0.2 + 0.5*t", "0.1"]'))
            for ranks in (1, 3):
                result = run("mpdata", ["run.yaml"], ranks, where)
                self.assertEqual(result.code, 1, result.err)
                self.assertEqual(result.err.count("error: mpdata: at t = 1: the outgoing Courant numbers add up to 1.05"), 1, result.err)


class Flow(unittest.TestCase):
    def psi(self, text, where, ranks=1, *arguments):
        (where / "run.yaml").write_text(text)
        result = run("mpdata", ["run.yaml", "--quiet", *arguments], ranks, where)
        self.assertEqual(result.code, 0, result.err)
        with h5py.File(where / "out.h5") as file:
            return file["psi"][()], file["time"][()]

    def test_velocity_is_a_courant_number_over_step_and_spacing(self):
        grid = MPDATA.replace("[12, 10]", "[12, 10]\n  bounds: [[0, 6], [0, 2]]").replace("x*(12 - x)", "x*(6 - x)")
        with folder() as where:
            one, _ = self.psi(grid.replace(COURANT, 'courant: ["0.2", "0.1"]'), where)
            text = grid.replace(COURANT, 'velocity: ["1", "0.2"]').replace("step: 1,", "step: 0.1,")
            other, times = self.psi(text, where)
            numpy.testing.assert_allclose(other, one, rtol=1e-14)
            self.assertAlmostEqual(times[-1], 0.4)

    def test_stream_function_has_no_divergence(self):
        swirl = 'stream_function: "cos(2*pi*x/12)*sin(2*pi*y/10)"\n  nonoscillatory: true'
        text = MPDATA.replace(COURANT, swirl).replace('"1 + x*(12 - x) + y"', "3").replace("step: 1,", "step: 0.5,")
        with folder() as where:
            psi, _ = self.psi(text, where)
            numpy.testing.assert_allclose(psi, 3, rtol=1e-14)

    def test_step_from_a_courant_number(self):
        text = MPDATA.replace(COURANT, 'velocity: ["1", "0.5"]').replace("{step: 1, steps: 4}", "{courant: 0.5, end: 1}")
        text = text.replace("every: 2", "interval: 0.5") + "history: {file: history.csv}\n"
        with folder() as where:
            _, times = self.psi(text, where)
            self.assertEqual(list(times), [0, 0.5, 1])
            lines = history(where)
            self.assertEqual([float(line["time"]) for line in lines], [0, 0.25, 0.5, 0.75, 1])  # 1/3 would be allowed
            self.assertAlmostEqual(float(lines[-1]["courant_max"]), 0.375)


class Warnings(unittest.TestCase):
    def said(self, options, *more):
        with folder() as where:
            (where / "run.yaml").write_text(MPDATA.replace(COURANT, options))
            result = run("mpdata", ["run.yaml", *more], 2, where)
            self.assertEqual(result.code, 0, result.err)
            return result.err

    def test_once_and_only_where_they_are_due(self):
        oblique = "short waves grow slowly where Courant numbers add up to more than 0.59, here 0.7"
        self.assertEqual(self.said('courant: ["0.4", "-0.3"]').count(oblique), 1)
        diverging = "the flow has a divergence (up to 0.05 a step)"
        flow = 'courant: ["x < 6 ? 0.05*x : 0.05*(12 - x)", "0"]'
        self.assertEqual(self.said(flow).count(diverging), 1)
        self.assertEqual(self.said('courant: ["0.4", "-0.1"]\n  infinite_gauge: true\n  iterations: 3').count("2 iterations are recommended"), 1)
        signs = "psi has values of both signs, between which denominators vanish and it may grow beyond all bounds; "
        start = ["--set", "initial.psi=sin(2*pi*x/12)"]
        slow = 'courant: ["0.2", "0"]'
        self.assertEqual(self.said(slow, *start).count(signs + "use infinite_gauge or absolute, or carry psi plus a constant"), 1)
        self.assertIn(signs + "leave out diffusion and dpdc, or carry", self.said(slow + "\n  diffusion: 0.01\n  infinite_gauge: true", *start, "--check"))
        for more in ("infinite_gauge: true", "absolute: true", "iterations: 1"):
            self.assertNotIn("warning", self.said(f"{slow}\n  {more}", *start), more)
        for options in ('courant: ["0.4", "-0.1"]', 'courant: ["0.7", "0"]', 'courant: ["0.4", "-0.3"]\n  iterations: 1',
                        flow + "\n  divergent_flow: true", flow + "\n  divergence_form: true", flow + "\n  iterations: 1",
                        'stream_function: "cos(2*pi*x/12)*sin(2*pi*y/10)*0.5"'):
            self.assertNotIn("warning", self.said(options), options)


class FlowFromFile(unittest.TestCase):
    """On a 12 x 10 grid; dimension x periodic, y between walls."""

    TEXT = MPDATA.replace("[12, 10]", "[12, 10]\n  boundary: [periodic, open]")
    SECTION = "{file: flow.h5, datasets: [u, v]}"

    def write(self, where, **replaced):
        """u = (y - 5)/20 and v = (x - 6)^2/200 as Courant numbers; times 1 + t at three times."""
        y = numpy.arange(10) + 0.5
        x = numpy.arange(12) + 0.5
        u = numpy.broadcast_to((y - 5) / 20, (13, 10))
        v = numpy.broadcast_to((x[:, None] - 6) ** 2 / 200, (12, 11))
        times = numpy.array([0.0, 1.5, 5.0])
        along = (1 + times)[:, None, None] / 4
        data = {"u": u, "v": v, "times": times, "u_t": along * u, "v_t": along * v} | replaced
        with h5py.File(where / "flow.h5", "w") as file:
            for name, values in data.items():
                file[name] = values

    def psi(self, where, section, ranks=1, layout="{}", key="courant"):
        text = self.TEXT.replace(COURANT, f"{key}: {section}") + f"layout: {layout}\n"
        (where / "run.yaml").write_text(text)
        result = run("mpdata", ["run.yaml", "--quiet"], ranks, where)
        self.assertEqual(result.code, 0, result.err)
        with h5py.File(where / "out.h5") as file:
            return file["psi"][()]

    def test_as_from_expressions_on_every_layout(self):
        steady = '["(y - 5)/20", "(x - 6)^2/200"]'
        in_time = '["(1 + t)/4*(y - 5)/20", "(1 + t)/4*(x - 6)^2/200"]'
        with folder() as where:
            self.write(where)
            numpy.testing.assert_allclose(self.psi(where, self.SECTION), self.psi(where, steady), rtol=1e-14)
            numpy.testing.assert_allclose(self.psi(where, self.SECTION, key="velocity"), self.psi(where, steady), rtol=1e-14)
            changing = "{file: flow.h5, datasets: [u_t, v_t], times: times}"
            one = self.psi(where, changing)
            numpy.testing.assert_allclose(one, self.psi(where, in_time), rtol=1e-14)
            for ranks, layout in ((2, "{ranks: [2, 1], threads: [1, 2]}"), (3, "{ranks: [1, 3]}")):
                numpy.testing.assert_array_equal(self.psi(where, changing, ranks, layout), one)

    def test_not_written_over(self):
        for section in ("output: {file: ¦flow.h5}", "checkpoint: {file: ¦./flow.h5}", "history: {file: ¦flow.h5}"):
            text, place_of = place(self.TEXT.replace(COURANT, f"courant: {self.SECTION}").replace("output: {file: out.h5, every: 2}", section))
            with folder() as where:
                self.write(where)
                before = (where / "flow.h5").read_bytes()
                (where / "run.yaml").write_text(text)
                result = run("mpdata", ["run.yaml"], 1, where)
                self.assertEqual(result.code, 2, result.err)
                self.assertIn(f"run.yaml:{place_of}: ", result.err)
                self.assertIn("is the same as mpdata.courant.file", result.err)
                self.assertEqual((where / "flow.h5").read_bytes(), before)

    def test_ends_that_differ_by_rounding(self):
        """They count as one, so that layouts agree."""
        u = (10 + 3 * numpy.sin(numpy.deg2rad(numpy.linspace(0, 360, 13, dtype="f4")))).astype("f4")[:, None] / 40
        with folder() as where:
            self.write(where, u=(u + numpy.zeros(10)).astype("f4"))
            one = self.psi(where, self.SECTION)
            for ranks, layout in ((1, "{exchange: pass}"), (2, "{ranks: [2, 1], exchange: pass}"), (3, "{ranks: [3, 1]}")):
                numpy.testing.assert_array_equal(self.psi(where, self.SECTION, ranks, layout), one)

    def test_resumed(self):
        with folder() as where:
            self.write(where)
            text = self.TEXT.replace(COURANT, "courant: {file: flow.h5, datasets: [u_t, v_t], times: times}")
            (where / "run.yaml").write_text(text + "checkpoint: {file: run.ckpt, every_seconds: 0.000001}\n")
            whole = run("mpdata", ["run.yaml"], 2, where)
            self.assertEqual(whole.code, 0, whole.err)
            with h5py.File(where / "out.h5") as file:
                unbroken = file["psi"][()]
            for arguments in (["--set", "time.steps=2"], ["--resume"]):
                result = run("mpdata", ["run.yaml", *arguments], 2, where)
                self.assertEqual(result.code, 0, result.err)
            with h5py.File(where / "out.h5") as file:
                numpy.testing.assert_array_equal(file["psi"][()], unbroken)

    def refused(self, section, *fragments, ranks=1, **replaced):
        """The place of the complaint is marked in the section."""
        text, place_of = place(self.TEXT.replace(COURANT, f"courant: {section}"))
        with folder() as where:
            self.write(where, **replaced)
            (where / "run.yaml").write_text(text)
            result = run("mpdata", ["run.yaml"], ranks, where)
            self.assertEqual(result.code, 2, result.err)
            for fragment in (f"run.yaml:{place_of}: ", *fragments):
                self.assertEqual(result.err.count(fragment), 1, result.err)

    def test_bad_files(self):
        self.refused("{file: ¦no.h5, datasets: [u, v]}", "'no.h5' cannot be read", "give the path of an HDF5 file", ranks=3)
        self.refused("{file: ¦run.yaml, datasets: [u, v]}", "'run.yaml' cannot be read")
        self.refused("{file: flow.h5, datasets: ¦[u]}", "names of data sets, one a dimension")
        self.refused("{file: flow.h5, datasets: [u, ¦w]}", "'w': the file has no data set of this name", ranks=2)
        self.refused("{file: flow.h5, datasets: [¦u, v]}", "its shape is [12, 10], wanted is [13, 10]", u=numpy.zeros((12, 10)))
        self.refused("{file: flow.h5, datasets: [¦u, v]}", "it does not hold numbers", u=numpy.full((13, 10), b"a"))
        self.refused("{file: flow.h5, datasets: [¦u, v]}", "dimension x is periodic", "differ by up to 0.5",
                     u=numpy.linspace(0, 0.5, 13)[:, None] + numpy.zeros(10), ranks=2)
        single = (10 + 3 * numpy.sin(numpy.deg2rad(numpy.linspace(0, 360, 13, dtype="f4")))).astype("f4")[:, None] / 40
        self.assertNotEqual(single[0], single[-1])  # in single precision 360 degrees are not quite none
        self.refused("{file: flow.h5, datasets: [¦u, v]}", "differ by up to", "is allowed", u=single.astype("f8") + numpy.zeros(10))
        self.refused("{file: flow.h5, datasets: [¦u, v]}", "differ by up to 4e-11", u=numpy.linspace(0, 4e-11, 13)[:, None] + numpy.zeros(10))
        self.refused("¦{file: flow.h5, datasets: [u, v]}", "not finite at a face of", "correct the data in the file", v=numpy.full((12, 11), numpy.nan))
        self.refused("¦{file: flow.h5, datasets: [u, v]}", "the outgoing Courant numbers add up to", v=numpy.full((12, 11), 1.2))

    def test_bad_times(self):
        section = "{file: flow.h5, datasets: [u_t, v_t], times: ¦times}"
        self.refused("{file: flow.h5, datasets: [¦u_t, v_t]}", "its shape is [3, 13, 10], wanted is [13, 10]")
        self.refused("{file: flow.h5, datasets: [¦u, v_t], times: times}", "its shape is [13, 10], wanted is [3, 13, 10]: the times")
        self.refused(section, "the times do not increase", times=[0, 2, 1.5])
        self.refused(section, "there is one time only", times=[0.0])
        self.refused(section, "its shape is [1, 2], one dimension is wanted", times=[[0.0, 1]])
        self.refused(section, "its shape is [], one dimension is wanted", times=0.5)
        self.refused("¦" + section.replace("¦", ""), "from t = 0 to 3, but the run needs it from the middle of its first step to that of its last",
                     "of steps of 1 from 0 to 4", times=[0.0, 1, 3])

    def test_first_time_after_the_beginning(self):
        """It is in time for the middle of the first step, which it is the first to choose."""
        with folder() as where:
            self.write(where, times=[0.1, 1.5, 5.0], u_t=numpy.full((3, 13, 10), 0.2), v_t=numpy.full((3, 12, 11), 0.1))
            text = self.TEXT.replace(COURANT, "velocity: {file: flow.h5, datasets: [u_t, v_t], times: times}")
            for time, code in (("{courant: 0.5, end: 4}", 0), ("{courant: 0.05, end: 4}", 2)):
                (where / "run.yaml").write_text(text.replace("{step: 1, steps: 4}", time))
                result = run("mpdata", ["run.yaml"], 1, where)
                self.assertEqual(result.code, code, result.err)

    def test_bad_later_record(self):
        """It is found when the run comes there: exit code 1."""
        u = numpy.zeros((3, 13, 10))
        u[2, 0] = 0.5
        with folder() as where:
            self.write(where, u_t=u)
            (where / "run.yaml").write_text(self.TEXT.replace(COURANT, "courant: {file: flow.h5, datasets: [u_t, v_t], times: times}"))
            for ranks in (1, 3):
                result = run("mpdata", ["run.yaml"], ranks, where)
                self.assertEqual(result.code, 1, result.err)
                self.assertEqual(result.err.count("error: at t = 1: run.yaml:"), 1, result.err)
                self.assertIn("dimension x is periodic", result.err)

    def test_times_in_the_middle_of_steps(self):
        """The last is at 6.5 * 0.1, and the run comes to 6 * 0.1 + 0.5 * 0.1."""
        with folder() as where:
            times = (numpy.arange(7) + 0.5) * 0.1
            self.write(where, times=times, u_t=numpy.full((7, 13, 10), 0.2), v_t=numpy.full((7, 12, 11), 0.1))
            text = self.TEXT.replace(COURANT, "courant: {file: flow.h5, datasets: [u_t, v_t], times: times}")
            (where / "run.yaml").write_text(text.replace("{step: 1, steps: 4}", "{step: 0.1, steps: 7}"))
            result = run("mpdata", ["run.yaml"], 1, where)
            self.assertEqual(result.code, 0, result.err)

    def test_only_flow_on_faces(self):
        text, place_of = place(self.TEXT.replace(COURANT, f"stream_function: ¦{self.SECTION}"))
        check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{place_of}: ", "from a file come `courant` or `velocity`"],
                      {"run.yaml": text}, rank_counts=(1,))


class History(unittest.TestCase):
    def test_same_on_every_layout_and_true(self):
        text = MPDATA.replace(COURANT, COURANT + '\n  g_factor: "1 + 0.1*sin(2*pi*x/12)"') + "history: {file: history.csv, every: 2}\n"
        with folder() as where:
            (where / "run.yaml").write_text(text)
            found = []
            for ranks, threads in ((1, [1, 1]), (3, [1, 2])):
                result = run("mpdata", ["run.yaml", "--set", f"layout.threads={threads}"], ranks, where)
                self.assertEqual(result.code, 0, result.err)
                found.append((where / "history.csv").read_text())
            self.assertEqual(found[0], found[1])
            lines = history(where)
            self.assertEqual([line["step"] for line in lines], ["0", "2", "4"])
            with h5py.File(where / "out.h5") as file:
                psi = file["psi"][-1]
                g = 1 + 0.1 * numpy.sin(2 * numpy.pi * file["x"][()] / 12)[:, None]
            last = {name: float(value) for name, value in lines[-1].items()}
            self.assertAlmostEqual(last["psi_mass"], (g * psi).sum(), places=10)
            self.assertEqual((last["psi_min"], last["psi_max"]), (psi.min(), psi.max()))
            self.assertAlmostEqual(last["psi_l2"], numpy.sqrt((psi**2).mean()), places=12)
            self.assertAlmostEqual(last["courant_max"], 0.3 / g.min(), places=12)
            self.assertEqual(last["divergence_max"], 0)
            self.assertAlmostEqual(float(lines[0]["psi_mass"]), last["psi_mass"], places=10)

    def test_bad_files(self):
        for section, fragment in (("{file: ¦out.h5}", "is the same as output.file"), ("{file: ¦no/where.csv}", "make the folder"),
                                  ("{file: h.csv, every: ¦0}", "history.every")):
            text, where = place(MPDATA + f"history: {section}\n")
            check_refused(self, "mpdata", ["run.yaml"], [f"run.yaml:{where}: ", fragment], {"run.yaml": text}, rank_counts=(1,))


if __name__ == "__main__":
    unittest.main()
