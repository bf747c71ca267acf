"""The generated code of each process, found in the source files of a project."""

import re
from collections.abc import Sequence
from pathlib import Path

from ..files import read_text


def code_by_process(folder: Path, target: str, names: Sequence[str]) -> list[str]:
    """The code of each process, in the order of their names in the generated code."""
    pieces: dict[str, list[str]] = {name: [] for name in names}
    for piece in _code_pieces(folder, target):
        owner = _owner(piece, set(names))
        if owner is not None:
            pieces[owner].append(piece.strip())
    return ["\n".join(pieces[name]) for name in names]


def _code_pieces(folder: Path, target: str) -> list[str]:
    """The sections of OpenCL C; or the structs of C++, and the calls in the top function."""
    if target == "opencl":
        return re.split(r"\n(?=/// )", read_text(str(folder / "top.cl")))
    calls = read_text(str(folder / "top.cpp")).splitlines()
    return [
        *re.split(r"\n\n(?=/// )", read_text(str(folder / "top.hpp"))),
        *(line for line in calls if line.startswith("    qnn::")),
    ]


def _owner(piece: str, names: set[str]) -> str | None:
    """The process that a piece defines; else the one whose channel it names last."""
    defined = re.search(r"^struct (\w+)|^    qnn::\w+<(\w+)>|#define NAME (\w+)", piece, re.M)
    words = [word for word in defined.groups() if word] if defined else []
    words += reversed(re.findall(r"\w+", piece)) if piece.startswith("    qnn::") else []
    for word in words:
        parts = word.split("_")
        for end in range(len(parts), 0, -1):
            if "_".join(parts[:end]) in names:
                return "_".join(parts[:end])
    return None
