"""Packages and programs that a task needs, how to find them, and how to install those missing."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

COMPILER_INSTALL = "the system's package g++, or another C++ compiler under that name"


@dataclass(frozen=True)
class Need:
    """A package, a program or a file that a task needs."""

    task: str
    name: str
    find: Callable[[], str]
    """Its version or its place; empty if it is missing."""
    remedy: str
    """How to install it."""


def package_version(name: str) -> Callable[[], str]:
    """Finds the version of a Python package."""

    def find() -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return ""

    return find


def program_path(name: str) -> Callable[[], str]:
    """Finds the path of a program."""
    return lambda: shutil.which(name) or ""


def gcc_version() -> str:
    """The first line that `g++ --version` prints."""
    found = shutil.which("g++")
    if found is None:
        return ""
    done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or [""])[0]


def extra_install(name: str) -> str:
    return f"pip install 'qnn-dialect[{name}]'"
