"""The files that an emitted design is compiled with: the library's headers and kernels, and the
host that runs it."""

from pathlib import Path

from ..golden_vectors import Files

INCLUDE = Path(__file__).parent / "include"
HOST_FOLDER = Path(__file__).parent / "host"


def library() -> Files:
    """The files of the library, and the host in Python, in a project's folder."""
    headers = sorted(path for path in INCLUDE.rglob("*") if path.is_file())
    files = {path.relative_to(INCLUDE.parent).as_posix(): path.read_text() for path in headers}
    return {**files, "host.py": (HOST_FOLDER / "host.py").read_text()}
