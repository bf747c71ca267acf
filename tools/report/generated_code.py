"""The generated code of each process, found in the source files of a project."""

from collections.abc import Sequence
from pathlib import Path

from ...backends.backend import CodePiece
from ...backends.target import Target
from ..files import read_text


def code_by_process(folder: Path, target: Target, names: Sequence[str]) -> list[str]:
    """The code of each process, in the order of their names in the generated code."""
    pieces: dict[str, list[str]] = {name: [] for name in names}
    for piece in target.load().code_pieces(lambda file: read_text(str(folder / file))):
        owner = _owner(piece, set(names))
        if owner is not None:
            pieces[owner].append(piece.text.strip())
    return ["\n".join(pieces[name]) for name in names]


def _owner(piece: CodePiece, names: set[str]) -> str | None:
    """The first process that a word is, or begins with, as `conv1_matvec_weights` does."""
    for word in piece.words:
        parts = word.split("_")
        for end in range(len(parts), 0, -1):
            if "_".join(parts[:end]) in names:
                return "_".join(parts[:end])
    return None
