"""The lists in `pyproject.toml` match the folders, so that a wheel is complete."""

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA_FOLDERS = ROOT / "backends" / "opencl" / "host", ROOT / "backends" / "rtl" / "cocotb"
"""Their Python files are data: projects get a copy of them."""

SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
ROOMS = sorted(path.parent for path in ROOT.glob("*/__init__.py"))


def package_of(folder: Path) -> str:
    """The dotted name of a folder in the installed package."""
    return ".".join(("qnn", *folder.relative_to(ROOT).parts))


def files() -> Iterator[Path]:
    """All files of the rooms but what Python itself writes."""
    for room in ROOMS:
        found = (path for path in room.rglob("*") if path.is_file())
        yield from (path for path in found if "__pycache__" not in path.parts)


def is_module(path: Path) -> bool:
    return path.suffix == ".py" and path.parent not in DATA_FOLDERS


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in files() if is_module(path)}
    assert SETUPTOOLS["packages"] == sorted(map(package_of, folders))


def is_packaged(path: Path) -> bool:
    """Whether a pattern of some package matches the path below that package's folder."""
    for package, patterns in SETUPTOOLS["package-data"].items():
        folder = ROOT.joinpath(*package.split(".")[1:])
        if path.is_relative_to(folder):
            # A `*` of setuptools stays within one folder, which fnmatch does not know.
            parts = path.relative_to(folder).parts
            for pattern in (pattern.split("/") for pattern in patterns):
                if len(pattern) == len(parts) and all(map(fnmatch, parts, pattern)):
                    return True
    return False


def test_every_other_file_is_package_data() -> None:
    missing = [path for path in files() if not is_module(path) and not is_packaged(path)]
    assert missing == [], "add these to [tool.setuptools.package-data] in pyproject.toml"
