"""What is measured: one description a case, from which run.py writes our configuration and rivals.py sets the rival up."""

from dataclasses import dataclass, field
from math import prod


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    rival: str  # its package
    app: str
    shape: tuple
    initial: dict  # what our configuration has under `initial`
    section: dict = field(default_factory=dict)  # our configuration's section of the equation
    time: dict = field(default_factory=dict)  # without the number of steps

    @property
    def cells(self):
        return prod(self.shape)

    def config(self, steps, layout=None):
        """Our configuration. No `output`, so that nothing but the time loop is left to measure."""
        return {
            "grid": {"shape": list(self.shape)},
            "initial": self.initial,
            self.app.replace("-", "_"): self.section,
            "time": {**self.time, "steps": steps},
            **({"layout": layout} if layout else {}),
        }

    def two_way_cuts(self):
        """Every way to cut the grid between two cores: what the table calls it, the number of ranks, the layout."""
        for key in ("ranks", "threads"):
            for d, axis in enumerate("xyz"[: len(self.shape)]):
                cut = [2 if d == other else 1 for other in range(len(self.shape))]
                yield f"2 {key}, {axis} cut", 2 if key == "ranks" else 1, {key: cut}


def _mpdata(name, shape, scheme, **options):
    # On a background of 1: on one of 0 the tails of the bell become denormal numbers, which cost tens of times more.
    distance = " + ".join(f"({x} - {n / 2:g})**2" for x, n in zip("xyz", shape))
    section = {"courant": [0.5, 0.25, 0.125][: len(shape)], **options}
    initial = {"psi": f"1 + exp(-({distance})/{(shape[0] / 8) ** 2:g})"}
    title = f"MPDATA {shape[0]}^{len(shape)}, {scheme}"
    return Case(name, title, "PyMPDATA", "mpdata", shape, initial, section, {"step": 1})


def _cahn_hilliard(name, shape, step):  # fixed steps near half of the stability limit
    initial = {"c": {"uniform": [0.49, 0.51], "seed": 1}}
    section = {"interface_width": 1, "rate": 0.01, "target": 0.5}
    title = f"Cahn-Hilliard {shape[0]}^{len(shape)}, Euler"
    return Case(name, title, "py-pde", "cahn-hilliard", shape, initial, section, {"step": step, "stepper": "euler"})


_SCHEMES = {
    "upwind": ("upwind", {"iterations": 1}),
    "2": ("2 iterations", {"iterations": 2}),
    "2-nonosc": ("2 iterations, nonoscillatory", {"iterations": 2, "nonoscillatory": True}),
    "3-nonosc-gauge": (
        "3 iterations, nonoscillatory, infinite gauge",
        {"iterations": 3, "nonoscillatory": True, "infinite_gauge": True},
    ),
}
_SWIRL = ["0.4*sin(2*pi*y/512)", "0.4*cos(2*pi*x/512)"]
_FURTHER = {
    "2-third-gauge": ("2 iterations, third order, infinite gauge", {"iterations": 2, "third_order": True, "infinite_gauge": True}),
    "3-third-nonosc": (
        "3 iterations, third order, nonoscillatory",
        {"iterations": 3, "third_order": True, "nonoscillatory": True},
    ),
    "2-nonosc-swirl": ("2 iterations, nonoscillatory, flow that varies", {"iterations": 2, "nonoscillatory": True, "courant": _SWIRL}),
    "2-nonosc-swirl-g": (
        "2 iterations, nonoscillatory, flow that varies, G",
        {"iterations": 2, "nonoscillatory": True, "courant": _SWIRL, "g_factor": "1.2 + 0.1*sin(2*pi*x/512)"},
    ),
}
_ALL = [
    _mpdata(f"mpdata-{size}-{scheme}", (size, size), title, **options)
    for size in (512, 2048)
    for scheme, (title, options) in _SCHEMES.items()
]
_ALL += [_mpdata(f"mpdata-512-{scheme}", (512, 512), title, **options) for scheme, (title, options) in _FURTHER.items()]
_ALL += [_mpdata(f"mpdata-3d-{scheme}", (128, 128, 128), _SCHEMES[scheme][0], **_SCHEMES[scheme][1]) for scheme in ("2", "2-nonosc")]
_ALL += [
    _cahn_hilliard("cahn-hilliard-512", (512, 512), 0.01),
    _cahn_hilliard("cahn-hilliard-4096", (4096, 4096), 0.01),
    _cahn_hilliard("cahn-hilliard-3d", (128, 128, 128), 0.004),
]
CASES = {case.name: case for case in _ALL}

# libmpdata++ is in no package registry. What it reached beside PyMPDATA on another machine (Zen 4, one core, million cells
# x steps a second, PyMPDATA and libmpdata++ there): its place here follows by way of PyMPDATA.
LIBMPDATA = {
    "mpdata-512-upwind": (528, 454),
    "mpdata-512-2": (109, 75),
    "mpdata-512-2-nonosc": (50, 38),
    "mpdata-512-3-nonosc-gauge": (34, 22),
    "mpdata-2048-upwind": (406, 200),
    "mpdata-2048-2": (98, 29),
    "mpdata-2048-2-nonosc": (47, 15),
    "mpdata-2048-3-nonosc-gauge": (31, 7),
    "mpdata-3d-2": (53, 16),
    "mpdata-3d-2-nonosc": (26, 10),
}
