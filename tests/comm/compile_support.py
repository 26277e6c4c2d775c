"""Compiles pieces of code as the build tree under test compiles the communication layer: its compiler, MPI and flags.

TESSERA_BIN says which tree; by hand, e.g.
    TESSERA_BIN=build/mpich-clang/bin /usr/bin/python3 tests/comm/test_negative.py
"""
import json
import os
import pathlib
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREE = pathlib.Path(os.environ.get("TESSERA_BIN", ROOT / "build/bin")).resolve().parent
TIMEOUT = 120  # seconds, for a compilation that takes a few


def commands():
    """Source file and arguments of all compilations of the tree."""
    for entry in json.loads((TREE / "compile_commands.json").read_text()):
        yield pathlib.Path(entry["file"]), shlex.split(entry["command"])


def compiler():
    """The command that compiles comm/src/communicator.cpp, without its files, and with Eigen."""
    eigen = next(pathlib.Path(path) for _, arguments in commands() for option, path in zip(arguments, arguments[1:])
                 if option == "-isystem" and pathlib.Path(path, "Eigen/Core").exists())
    arguments = next(arguments for file, arguments in commands() if file.match("comm/src/communicator.cpp"))
    first = 1 if pathlib.Path(arguments[0]).name == "ccache" else 0
    return [*arguments[first:arguments.index("-o")], "-isystem", str(eigen)]


def run(command, where):
    """Paths of files that lie in `where` are given, and appear in messages, without their folder."""
    return subprocess.run(command, cwd=where, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True,
                          timeout=TIMEOUT)
