"""What is measured: a point is a case at one size."""

import ctypes
from dataclasses import dataclass

import numpy as np

CONTIGUOUS = {"pi": "pi", "pingpong": "ping-pong", "allreduce": "allreduce"}
COLUMNS = {"padded": 520, "power-of-two": 512}  # doubles from row to row: with a cache line's padding, and without
CASES = [*CONTIGUOUS, *COLUMNS]
N_TIMES = 10000  # the paper's
SIZES = [8, 64, 512, 4096, 32768, 262144, 1048576]  # bytes; of a column: from 64


@dataclass(frozen=True)
class Point:
    case: str
    size: int  # bytes of payload; for pi, the paper's x: n_intervals = N_TIMES // x
    pitch: int = 0  # of a matrix whose first columns are the payload
    width: int = 1  # columns side by side


def points(cases):
    for case in cases:
        if case == "pi":
            yield from (Point(case, x) for x in range(1, 11))
        else:
            pitch = COLUMNS.get(case, 0)
            yield from (Point(case, size, pitch) for size in SIZES if not pitch or size >= 64)


def strided_points():
    """Sizes in small steps, to find where MPI's data type overtakes packing."""
    for pitch in (24, 136, 520, 512):
        for width in (1, 4):
            yield from (Point("columns", 256 << 2 * k, pitch, width) for k in range(7))


class Job(ctypes.Structure):
    """As in loop.hpp."""

    _fields_ = [
        ("repeats", ctypes.c_long),
        ("count", ctypes.c_long),
        ("width", ctypes.c_long),
        ("pitch", ctypes.c_long),
        ("data", ctypes.c_void_p),
        ("other", ctypes.c_void_p),
    ]


class Buffers:
    """One set of memory that all contenders use in turn: where it happens to lie then favours none of them."""

    def __init__(self, chosen):
        self.data = np.zeros(max(SIZES) // 8)
        self.other = np.zeros_like(self.data)
        self.matrix = np.zeros(max(point.size // 8 // point.width * point.pitch for point in chosen))

    def whole(self, point):
        """The matrix of a point."""
        rows = point.size // 8 // point.width
        return self.matrix[: rows * point.pitch].reshape(rows, point.pitch)

    def columns(self, point, first=0):
        whole = self.whole(point)
        return whole[:, first] if point.width == 1 else whole[:, first : first + point.width]

    def sent(self, point):
        """What is sent, as an array that shares its memory."""
        return self.columns(point) if point.pitch else self.data[: point.size // 8]

    def job(self, point):
        count = N_TIMES // point.size if point.case == "pi" else point.size // 8
        data = self.matrix if point.pitch else self.data
        return Job(0, count, point.width, point.pitch, data.ctypes.data, self.other.ctypes.data)
