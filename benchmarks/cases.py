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

    def config(self, steps):
        """Our configuration. No `output`, so that nothing but the time loop is left to measure."""
        return {
            "grid": {"shape": list(self.shape)},
            "initial": self.initial,
            self.app.replace("-", "_"): self.section,
            "time": {**self.time, "steps": steps},
        }


def _mpdata(name, title, shape, iterations, nonoscillatory=False):
    # On a background of 1: on one of 0 the tails of the bell become denormal numbers, which cost tens of times more.
    distance = " + ".join(f"({x} - {n / 2:g})**2" for x, n in zip("xyz", shape))
    section = {"courant": [0.5, 0.25, 0.125][: len(shape)], "iterations": iterations, "nonoscillatory": nonoscillatory}
    initial = {"psi": f"1 + exp(-({distance})/{(shape[0] / 8) ** 2:g})"}
    return Case(name, title, "PyMPDATA", "mpdata", shape, initial, section, {"step": 1})


_ALL = [
    _mpdata("mpdata-upwind", "MPDATA 512^2, upwind", (512, 512), 1),
    _mpdata("mpdata-2", "MPDATA 512^2, 2 iterations", (512, 512), 2),
    _mpdata("mpdata-2-nonosc", "MPDATA 512^2, 2 iterations, nonoscillatory", (512, 512), 2, True),
    _mpdata("mpdata-3d-2", "MPDATA 128^3, 2 iterations", (128, 128, 128), 2),
    Case(
        "cahn-hilliard",
        "Cahn-Hilliard 512^2, Euler, fixed step",
        "py-pde",
        "cahn-hilliard",
        (512, 512),
        {"c": {"uniform": [0.49, 0.51], "seed": 1}},
        {"interface_width": 1, "rate": 0.01, "target": 0.5},
        {"step": 0.01, "stepper": "euler"},  # the stability limit is 0.024
    ),
]
CASES = {case.name: case for case in _ALL}
