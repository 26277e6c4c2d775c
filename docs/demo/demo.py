"""Runs two real cases and makes their pictures: ./dev demo

1. A Gaussian carried along by a uniform flow, on 2 ranks x 3 threads in four layouts: Fig. 3 of the
   numba-mpi paper (Derlatka et al. 2024).
2. Phase separation (Cahn-Hilliard): Listing 7 of the same paper on a smaller grid,
   with larger disturbances at the start, so that it takes seconds.
"""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs"
sys.path.append(str(ROOT / "python"))  # where tessera_plot is
matplotlib.use("Agg")                  # no screen needed

import layouts  # noqa: E402
import spinodal  # noqa: E402


class Failure(Exception):
    """What ends the demo, as a message for the user."""


class Launcher:
    """Starts the apps, and shows the commands so that they can be pasted into a shell."""

    def __init__(self, mpiexec, folder):
        self.mpiexec = mpiexec
        self.folder = folder

    def command(self, ranks, app, config, settings):
        """The command line; `settings` are pairs of a key and a value for --set."""
        command = [self.mpiexec, "-n", str(ranks), str(self.folder / app), os.path.relpath(CONFIGS / config)]
        for key, value in settings:
            command += ["--set", f"{key}={value}"]
        return command

    def run(self, ranks, app, config, settings):
        """Runs an app, passing on its progress; raises Failure with its message if it fails."""
        command = self.command(ranks, app, config, settings)
        print("\n$ " + shlex.join(command), flush=True)
        # Standard error goes to a file: MPI's warnings about crowded cores would bury the rest.
        with tempfile.TemporaryFile("w+") as errors:
            try:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True)
            except OSError as error:
                raise Failure(f"cannot start {self.mpiexec}: {error.strerror}; name it with --mpiexec") from error
            for line in process.stdout:
                if line.startswith(("step", "done", "stopped")):
                    print("  " + line.rstrip(), flush=True)
            code = process.wait()
            errors.seek(0)
            text = errors.read()
        if code == 0:
            return
        own = [line for line in text.splitlines() if line.startswith("error")]
        raise Failure(f"{app} failed with exit code {code}:\n" + ("\n".join(own) or text.strip() or "it said nothing"))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, metavar="DIR", help="where mpdata and cahn-hilliard are")
    parser.add_argument("--mpiexec", default="mpiexec", metavar="PATH", help="the launcher of the MPI they were built with")
    parser.add_argument("--output", type=Path, default=Path("demo"), metavar="DIR", help="where the results go (demo)")
    arguments = parser.parse_args()
    for app in ("mpdata", "cahn-hilliard"):
        if not (arguments.bin / app).is_file():
            raise Failure(f"there is no {arguments.bin / app}; build first: ./dev build")
    try:
        arguments.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"cannot make the folder {arguments.output}: {error.strerror}; name another one with --output") from error
    return arguments


def print_environment():
    """The variables that ./dev sets for Open MPI, which the commands below need in another shell too."""
    ours = re.compile(r"OMPI_(ALLOW_RUN_AS_ROOT.*|MCA_(rmaps_base_oversubscribe|hwloc_base_binding_policy))")
    variables = [f"{key}={shlex.quote(value)}" for key, value in sorted(os.environ.items()) if ours.fullmatch(key)]
    if variables:
        print("To repeat the commands below in a shell of your own, first:\n\n$ export " + " ".join(variables))


def advect(launcher, output):
    """The Gaussian in four layouts; returns the picture's path."""
    print("\nMPDATA on 2 ranks x 3 threads, in four layouts:")
    files = []
    for number, (ranks, threads) in enumerate(layouts.LAYOUTS, 1):
        files.append(output / f"translation_{number}.h5")
        settings = [("layout.ranks", ranks), ("layout.threads", threads), ("output.file", files[-1])]
        launcher.run(2, "mpdata", "translation.yaml", settings)
    try:
        return layouts.draw(files, output / "fig3.png")
    except layouts.Difference as error:
        raise Failure(str(error)) from error


def separate(launcher, output):
    """The phase separation; returns the picture's path."""
    print("\nCahn-Hilliard on 1 rank x 2 threads:")
    file = output / "spinodal.h5"
    settings = [
        ("grid.shape", "[128,128]"), ("initial.c", "{uniform: [0.3, 0.7], seed: 1}"), ("time.end", 400),
        ("output.interval", 25), ("layout.threads", "[1,2]"),
        ("output.file", file), ("history.file", output / "spinodal.csv"),
        ("checkpoint.file", output / "spinodal.ckpt.h5"),
    ]
    launcher.run(1, "cahn-hilliard", "spinodal.yaml", settings)
    return spinodal.draw(file, output / "spinodal.png")


def main():
    begin = time.monotonic()
    arguments = parse_arguments()
    launcher = Launcher(arguments.mpiexec, arguments.bin)
    print_environment()
    pictures = [advect(launcher, arguments.output), separate(launcher, arguments.output)]
    print("\nThe four files of mpdata hold the same field, bit for bit.")
    print(f"Done in {time.monotonic() - begin:.0f} s. The pictures, drawn from the HDF5 files alone:")
    for picture in pictures:
        print(f"  {picture}")
    file = arguments.output / "rotating_cone.h5"
    following = launcher.command(2, "mpdata", "rotating_cone.yaml", [("output.file", file)])
    print("Try next:\n\n$ " + shlex.join(following))
    print("$ " + shlex.join([os.path.relpath(ROOT / "python/tessera-plot"), "fields", str(file)]))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"demo: {failure}")
    except KeyboardInterrupt:
        sys.exit("demo: interrupted")
