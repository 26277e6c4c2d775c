"""h5py's side of io_bench.py: python h5py_child.py FOLDER ROWS COLUMNS. Reads commands, answers each with a line of JSON: seconds.

contiguous | chunked | deflated RECORDS TO_DISK   writes a series
read FILE RECORDS                                 reads the data set `c` of a file, record by record
"""

import json
import os
import sys
import time

import h5py
import numpy as np


def values(rows, columns):
    x, y = np.arange(rows)[:, None] / 128, np.arange(columns)[None, :] / 128  # as in io_bench.cpp
    return 0.5 + 0.5 * np.tanh(4 * np.sin(x + np.sin(y)) * np.sin(1.5 * y + x * y / 40))


def chunk(rows, columns):
    """As ours on one rank: at most 4 MiB, first dimensions cut first."""
    most = 1 << 19
    while rows > 1 and rows * columns > most:
        rows = (rows + 1) // 2
    return (1, rows, columns)


def write(folder, what, records, to_disk, record):
    options = {}
    if what != "contiguous":
        options["chunks"] = chunk(*record.shape)
    if what == "deflated":
        options |= {"compression": "gzip", "compression_opts": 4, "shuffle": True}
    with h5py.File(folder + f"/{what}.h5", "w") as file:
        data = file.create_dataset("c", (records, *record.shape), "f8", **options)
        for number in range(records):
            data[number] = record
        file.flush()
        if to_disk:
            os.fsync(file.id.get_vfd_handle())


def read(name, records, record):
    with h5py.File(name) as file:
        for number in range(records):
            file["c"].read_direct(record, np.s_[number])


def main():
    folder, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    record = values(rows, columns)
    target = np.empty_like(record)
    print(json.dumps({"version": f"h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}"}), flush=True)
    for line in sys.stdin:
        what, *words = line.split()
        if what != "read":
            name = folder + f"/{what}.h5"
            if os.path.exists(name):
                os.remove(name)
            os.sync()
        begin = time.perf_counter()
        if what == "read":
            read(words[0], int(words[1]), target)
        else:
            write(folder, what, int(words[0]), words[1] == "1", record)
        seconds = time.perf_counter() - begin
        if what == "read" and not np.allclose(target, record, rtol=1e-6):
            sys.exit(f"h5py_child.py: {words[0]} does not hold what was written")
        print(json.dumps({"seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
