"""Pictures of the cases in configs/: python3 docs/demo/gallery.py FOLDER_OF_OUTPUTS PICTURES"""
import math
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy  # noqa: E402
from PIL import Image  # noqa: E402

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import tessera_plot  # noqa: E402
from tessera_plot.drawing import draw_map  # noqa: E402


def lines(run, fields, exact=None, times=(0, -1), xlabel="x"):
    figure = tessera_plot.draw_fields(run, fields, list(times))
    for axis, field in zip(figure.axes, fields):
        axis.set_xlabel(xlabel)
        for place in times[1:] if exact is not None else ():
            axis.plot(run.x, exact(run, field, float(run.time[place])), "k:", label="exact" if place == times[-1] else None, lw=1)
        axis.legend(fontsize=8)
    return figure


def planes(run, fields, times):
    return tessera_plot.draw_fields(run, fields, times, maximum="z" if "z" in run.dims else None)


def fading(run, field, t):
    return 2 + numpy.exp(-4 * numpy.pi**2 * 0.02 * t) * numpy.sin(2 * numpy.pi * (run.x - t))


def oscillating(run, field, t):
    bump = numpy.where(abs(run.x - 100 - t / 2) < 50, 0.5 + 0.5 * numpy.cos(2 * numpy.pi * (run.x - t / 2) / 100), 0)
    return bump * (numpy.cos(numpy.pi * t / 200) if field == "psi" else -numpy.sin(numpy.pi * t / 200))


def price(run, field, t, sigma=0.6, rate=0.008):
    def put(strike):
        d = (run.x.values - math.log(strike) + (rate + sigma**2 / 2) * t) / (sigma * math.sqrt(t))
        first, second = ([0.5 * math.erfc(z / math.sqrt(2)) for z in place] for place in (d - sigma * math.sqrt(t), d))
        return strike * math.exp(-rate * t) * numpy.array(first) - numpy.exp(run.x.values) * second

    return put(175) - put(75)


def droplets(run):
    def grown(run, field, t):
        began = numpy.sqrt(numpy.maximum(run.x.values**2 - 2 * 0.075 * t, 1e-6))
        return 465 * run.x.values / began**2 * numpy.exp(-22 * numpy.log10(began / 7) ** 2)

    radius = 2 ** (run.x.values / 3)
    run = run.assign({"droplets per cm³ and micrometre": run.psi * 2 * radius}).assign_coords(x=radius)
    return lines(run, ["droplets per cm³ and micrometre"], grown, [0, 3, 7], "radius in micrometres")


def spinodal(run):
    history = numpy.genfromtxt(pathlib.Path(run.encoding["source"]).with_name("spinodal.csv"), delimiter=",", names=True)
    figure, axes = plt.subplots(1, 4, figsize=(14, 3.2), layout="constrained")
    for axis, time in zip(axes, (100, 1000, 10000)):
        c = run.c.sel(time=time, method="nearest")
        least = 10 ** numpy.floor(numpy.log10(float(abs(c - 0.5).max())))
        image = draw_map(axis, c, (-1, 1) if least >= 0.1 else (0.5 - 5 * least, 0.5 + 5 * least), "YlGnBu_r")
        axis.set_title(f"c, t = {float(c.time):g}")
        figure.colorbar(image, ax=axis, shrink=0.85)
    axes[3].semilogx(history["time"][1:], history["energy"][1:] / run.sizes["x"] / run.sizes["y"])
    axes[3].set(title="energy a cell", xlabel="t")
    return figure


CASES = {
    "signals_1d": lambda run: lines(run, ["bump", "box"]),
    "advection_diffusion": lambda run: lines(run, ["psi"], fading),
    "dpdc": lambda run: lines(run, ["psi"]),
    "harmonic_oscillator": lambda run: lines(run, ["psi", "phi"], oscillating, [0, 3, 9, 15, 21, 27]),
    "droplet_growth": droplets,
    "black_scholes": lambda run: lines(run, ["psi"], price, xlabel="logarithm of the asset's price"),
    "burgers": lambda run: lines(run, ["psi"]),
    "shallow_water_drop": lambda run: lines(run, ["h", "q"]),
    "shallow_water_2d": lambda run: planes(run, ["h"], [0, 1, 2, 3]),
    "rotating_cone": lambda run: planes(run, ["psi"], [0, 1, 2, 4]),
    "molenkamp": lambda run: planes(run, ["psi"], [0, 1, 3, 6]),
    "deformation": lambda run: planes(run, ["psi"], [0, 1, 2, 4]),
    "over_the_pole": lambda run: planes(run, ["psi"], [0, 2, 3, 8]),
    "rotating_sphere": lambda run: planes(run, ["psi"], [0, 1, 3, 5]),
    "spinodal": spinodal,
    "gray_scott": lambda run: planes(run, ["v"], [0, 1, 3, 8]),
    "swift_hohenberg": lambda run: planes(run, ["c"], [0, 1, 4, 20]),
    "kuramoto_sivashinsky": lambda run: planes(run.assign(c=run.c - run.c.mean(["x", "y"])), ["c"], [1, 2, 3, 6]),
    "listing_7": lambda run: planes(run, ["c"], [1, 3, 5, 10]),
    "brusselator": lambda run: planes(run, ["u"], [0, 2, 4, 8]),
    "flame_front": lambda run: planes(run.assign(c=run.c - run.c.mean(["x", "y"])), ["c"], [0, 1, 2, 3]),
    "hexagons": lambda run: planes(run, ["c"], [0, 1, 3, 8]),
    "heterogeneous_diffusion": lambda run: lines(run, ["c", "d"], times=[0, 1, 4, 8]),
    "epidemic": lambda run: planes(run, ["S", "I", "R"], [0, 1, 2, 3]),
    "schroedinger": lambda run: lines(run.assign({"probability density": run.re**2 + run.im**2}), ["re", "probability density"], times=[0, 2, 3, 5]),
    "drum": lambda run: planes(run, ["u"], [0, 1, 3, 5]),
    "lotka_volterra": lambda run: planes(run, ["prey", "predators"], [0, 1, 2, 4]),
    "rough_surface": lambda run: planes(run.assign(h=run.h - run.h.mean(["x", "y"])), ["h"], [1, 3, 10]),
    "reaction": lambda run: planes(run, ["prey", "predators"], [0, 1, 2, 4]),
}


def main():
    source, target = map(pathlib.Path, sys.argv[1:3])
    target.mkdir(parents=True, exist_ok=True)
    for name, draw in CASES.items():
        if not (source / f"{name}.h5").exists():
            print(f"{name}: no output")
            continue
        with tessera_plot.open_run(source / f"{name}.h5") as run:
            draw(run).savefig(target / f"{name}.png", dpi=70)
        with Image.open(target / f"{name}.png") as picture:  # 256 colours are enough, and take half the bytes
            picture.convert("RGB").quantize(dither=Image.Dither.NONE).save(target / f"{name}.png", optimize=True)
        plt.close("all")


if __name__ == "__main__":
    main()
