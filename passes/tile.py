"""`tile`: how parallel each layer of a design is."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from ..qdialect.spelling import nearest
from .designs import designs_of
from .folding import Fold, fold_design


@dataclass(frozen=True)
class TilePass(ModulePass):
    """Gives every layer the PE and SIMD of a folding file, and every channel the words they take.

    The file is a JSON object: `{"Conv_0": {"pe": 16, "simd": 3}, ...}`, by the names that layers
    have in the source model.
    """

    name = "tile"

    folding: str
    """The folding file."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        folds = read_folding(self.folding)
        for design in designs_of(op, self.name):
            try:
                fold_design(design, folds)
            except PassFailedException as error:
                raise PassFailedException(f"{self.folding}: {error}") from None


def read_folding(path: str) -> dict[str, Fold]:
    """Reads a folding file."""
    try:
        given: Any = json.loads(Path(path).read_text())
    except OSError as error:
        raise PassFailedException(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:
        raise PassFailedException(f"{path} is no JSON: {error}") from None
    if not isinstance(given, dict):
        raise PassFailedException(f"{path} is no JSON object of layers")
    entries = cast(dict[str, Any], given)
    return {name: _fold(path, name, entry) for name, entry in entries.items()}


def _fold(path: str, name: str, entry: Any) -> Fold:
    if not isinstance(entry, dict):
        raise PassFailedException(f'{path}: layer {name!r} is not {{"pe": ..., "simd": ...}}')
    choices = cast(dict[str, Any], entry)
    for key, value in choices.items():
        if key not in ("pe", "simd"):
            raise PassFailedException(
                f"{path}: layer {name!r} has no choice {key!r}; {nearest(key, ('pe', 'simd'))}"
            )
        if type(value) is not int:
            raise PassFailedException(f"{path}: layer {name!r}: {key} is a whole number")
    return Fold(**choices)
