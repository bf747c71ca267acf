"""Folding files: a JSON object with what is chosen for each layer.

{"Conv_0": {"pe": 16, "simd": 3, "storage": "block", "dsp": false}, ...}

Layers have the names of the source model. What is left out, layers or choices, is open.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from xdsl.utils.exceptions import PassFailedException

from ...qdialect.diagnostics import did_you_mean
from ...qdialect.documents import read_json
from ...qdialect.stream.folding import Storage
from .layer_folding import LayerFolding


def read_folding(path: str) -> dict[str, LayerFolding]:
    """Reads a folding file."""
    try:
        given: Any = read_json(Path(path).read_text())
    except OSError as error:
        raise PassFailedException(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:
        raise PassFailedException(f"{path} is no JSON: {error}") from None
    if not isinstance(given, dict):
        raise PassFailedException(f"{path} is no JSON object of layers")
    entries = cast(dict[str, Any], given)
    return {name: _fold(path, name, entry) for name, entry in entries.items()}


def write_folding(path: str, folds: Mapping[str, LayerFolding]) -> None:
    """Writes a folding file, whole or not at all."""
    entries = {
        name: {key: value for key, value in vars(fold).items() if value is not None}
        for name, fold in folds.items()
    }
    rows = (f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())
    try:
        part = Path(f"{path}.part")
        part.write_text("{\n" + ",\n".join(rows) + "\n}\n")
        part.replace(path)
    except OSError as error:
        raise PassFailedException(f"{path}: {(error.strerror or str(error)).lower()}") from None


def _fold(path: str, name: str, entry: Any) -> LayerFolding:
    if not isinstance(entry, dict):
        raise PassFailedException(f'{path}: layer {name!r} is not {{"pe": ..., "simd": ...}}')
    choices, known = cast(dict[str, Any], entry), [field.name for field in fields(LayerFolding)]
    for key, value in choices.items():
        if key not in known:
            raise PassFailedException(
                f"{path}: layer {name!r} has no choice {key!r}; {did_you_mean(key, known)}"
            )
        if key in ("pe", "simd") and (type(value) is not int or value < 1):
            raise PassFailedException(f"{path}: layer {name!r}: {key} is a whole number above 0")
        if key == "dsp" and type(value) is not bool:
            raise PassFailedException(f"{path}: layer {name!r}: dsp is true or false")
        if key == "storage" and value not in list(Storage):
            hint = did_you_mean(str(value), Storage)
            raise PassFailedException(f"{path}: layer {name!r}: no storage is {value!r}; {hint}")
    if "storage" in choices:
        choices["storage"] = Storage(choices["storage"])
    return LayerFolding(**choices)
