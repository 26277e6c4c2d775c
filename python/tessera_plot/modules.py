"""The Python modules that are needed, and what brings them."""
import importlib.util
import sys

# module: package of Debian, of PyPI
NEEDED = {
    "numpy": ("python3-numpy", "numpy"),
    "h5py": ("python3-h5py", "h5py"),
    "xarray": ("python3-xarray", "xarray"),
    "h5netcdf": ("python3-h5netcdf", "h5netcdf"),
    "matplotlib": ("python3-matplotlib", "matplotlib"),
    "PIL": ("python3-pil", "pillow"),
}


def missing():
    """Those that this Python does not find."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def remedy(names):
    """One line that says which modules are missing, and how to get them."""
    debian, pypi = (" ".join(NEEDED[name][place] for name in names) for place in (0, 1))
    return f"{sys.executable} has no {', '.join(names)}: apt-get install {debian}, or pip install {pypi}"
