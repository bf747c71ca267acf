"""The C++ compiler of simulations, and the programs that it has compiled."""

import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from .build_cache import build_once
from .golden_vectors import SimulationError


def find_gxx() -> str:
    """The path of g++."""
    found = shutil.which("g++")
    if found is None:
        raise SimulationError("g++ is not installed: install a C++ compiler to simulate a design")
    return found


def gxx_version() -> bytes:
    """What `g++ --version` prints: a part of the fingerprint of every program."""
    return _version_of(find_gxx())


@cache
def _version_of(gxx: str) -> bytes:
    return subprocess.run([gxx, "--version"], capture_output=True, check=False).stdout


def build_program(folder: Path, make: Callable[[Path], object]) -> None:
    """Builds a folder of a cache of programs, unless the cache holds it."""
    try:
        build_once(folder, make)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SimulationError(
            f"cannot write compiled programs to {folder.parent}: {reason}; "
            "set XDG_CACHE_HOME to a folder that can be written"
        ) from None
