"""Who takes part: for a point, contenders by name, each a function of a number of repeats that gives seconds.

The loops of numba-mpi and mpi4py are written as in their paper (listings 3 and 4): jitted, and in Python.
"""

import ctypes
from importlib.metadata import version

import numba
import numpy as np
from mpi4py import MPI

from points import N_TIMES, Job

RTOL = 1e-3
WRONG = -1.0  # as in loop.hpp
STRIDED = {  # what the compiled functions are called in tables
    "raw_packed": "C, packed",
    "again_packed": "C, packed, again",
    "raw_vector": "C, data type",
    "again_vector": "C, data type, again",
    "ours_column": "tessera::comm",
}
FORCED = {"ours_column_packed": "tessera::comm, packed", "ours_column_datatype": "tessera::comm, data type"}


@numba.njit
def get_pi_part(n_intervals, rank, size):  # listing 1
    h = 1 / n_intervals
    partial_sum = 0.0
    for i in range(rank + 1, n_intervals, size):
        x = h * (i - 0.5)
        partial_sum += 4 / (1 + x**2)
    return h * partial_sum


class Compiled:
    """Raw C, its copy, and ours."""

    def __init__(self, library, buffers):
        self.library = ctypes.CDLL(library)
        self.library.ours_mpi.restype = ctypes.c_char_p
        self.library.ours_begin()
        self.buffers = buffers

    def version(self):
        return self.library.ours_mpi().decode()

    def contenders(self, point, forced):
        if point.pitch:
            names = {**STRIDED, **FORCED} if forced else STRIDED
        else:
            names = {f"raw_{point.case}": "C", f"again_{point.case}": "C, again", f"ours_{point.case}": "tessera::comm"}
        return {name: self.measure(function, point) for function, name in names.items()}

    def measure(self, name, point):
        function = getattr(self.library, name)
        function.argtypes, function.restype = [ctypes.POINTER(Job)], ctypes.c_double
        job = self.buffers.job(point)

        def seconds(repeats):
            job.repeats = repeats
            return function(ctypes.byref(job))

        return seconds


class NumbaMpi:
    def __init__(self, buffers):
        import numba_mpi as mpi

        self.mpi, self.buffers = mpi, buffers

        @numba.njit
        def pi(repeats, n_intervals):
            pi = np.array([0.0])
            part = np.empty_like(pi)
            mpi.barrier()
            start = mpi.wtime()
            for _ in range(repeats):
                part[0] = get_pi_part(n_intervals, mpi.rank(), mpi.size())
                mpi.allreduce(part, pi, mpi.Operator.SUM)
                assert abs(pi[0] - np.pi) / np.pi < RTOL
            return mpi.wtime() - start

        @numba.njit
        def pingpong(repeats, data):
            rank = mpi.rank()
            mpi.barrier()
            start = mpi.wtime()
            for _ in range(repeats):
                if rank == 0:
                    mpi.send(data, 1, 0)
                    mpi.recv(data, 1, 0)
                elif rank == 1:
                    mpi.recv(data, 0, 0)
                    mpi.send(data, 0, 0)
            return mpi.wtime() - start

        @numba.njit
        def allreduce(repeats, data, other):
            mpi.barrier()
            start = mpi.wtime()
            for _ in range(repeats):
                mpi.allreduce(data, other, mpi.Operator.SUM)
            return mpi.wtime() - start

        self.pi, self.pingpong, self.allreduce = pi, pingpong, allreduce

    def version(self):
        return f"numba-mpi {version('numba-mpi')}, numba {version('numba')}"

    def contenders(self, point, forced):
        data = self.buffers.sent(point)
        if point.case == "pi":
            seconds = lambda repeats: self.pi(repeats, N_TIMES // point.size)  # noqa: E731
        elif point.case == "allreduce":
            seconds = lambda repeats: self.allreduce(repeats, data, self.buffers.other[: data.size])  # noqa: E731
        else:
            seconds = lambda repeats: self.pingpong(repeats, data)  # noqa: E731
        return {"numba-mpi": seconds}


class Mpi4py:
    def __init__(self, buffers):
        self.buffers = buffers

    def version(self):
        return f"mpi4py {version('mpi4py')}"

    def contenders(self, point, forced):
        comm, data = MPI.COMM_WORLD, self.buffers.sent(point)
        peer = 1 - comm.rank

        def timed(body, repeats):
            comm.Barrier()
            start = MPI.Wtime()
            for _ in range(repeats):
                body()
            return MPI.Wtime() - start

        def pi(repeats):
            n_intervals = N_TIMES // point.size
            pi = np.array([0.0])
            part = np.empty_like(pi)
            comm.Barrier()
            start = MPI.Wtime()
            for _ in range(repeats):
                part[0] = get_pi_part(n_intervals, MPI.COMM_WORLD.rank, MPI.COMM_WORLD.size)
                MPI.COMM_WORLD.Allreduce(part, (pi, MPI.DOUBLE), op=MPI.SUM)
                assert abs(pi[0] - np.pi) / np.pi < RTOL
            return MPI.Wtime() - start

        def allreduce(repeats):
            other = self.buffers.other[: data.size]
            return timed(lambda: comm.Allreduce(data, other, op=MPI.SUM), repeats)

        def pingpong(repeats, send, receive):
            def serve():
                send()
                receive()

            def answer():
                receive()
                send()

            return timed({0: serve, 1: answer}.get(comm.rank, lambda: None), repeats)

        def contiguous(repeats):
            return pingpong(repeats, lambda: comm.Send(data, peer), lambda: comm.Recv(data, peer))

        def by_copy(repeats):
            def receive():
                buffer = np.empty(data.shape)
                comm.Recv(buffer, peer)
                data[...] = buffer

            return pingpong(repeats, lambda: comm.Send(np.ascontiguousarray(data), peer), receive)

        def by_type(repeats):
            column = MPI.DOUBLE.Create_vector(data.shape[0], point.width, point.pitch).Commit()
            whole = [self.buffers.matrix, 1, column]
            seconds = pingpong(repeats, lambda: comm.Send(whole, peer), lambda: comm.Recv(whole, peer))
            column.Free()
            return seconds

        if point.pitch:
            return {"mpi4py, copied": by_copy, "mpi4py, data type": by_type}
        return {"mpi4py": {"pi": pi, "pingpong": contiguous, "allreduce": allreduce}[point.case]}
