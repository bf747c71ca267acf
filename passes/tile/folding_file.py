"""Folding files: a JSON object with the folding of each layer.

    {"Conv_0": {"pe": 16, "simd": 3, "storage": "block", "dsp": false}, ...}

Layers have the names of the source model. `tile` chooses the layers and keys that are left out.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from xdsl.utils.exceptions import PassFailedException

from ...qdialect.diagnostics import did_you_mean
from ...qdialect.documents import parse_json
from ...qdialect.input_files import read_whole
from ...qdialect.stream.folding import Storage
from .layer_folding import LayerFolding


def read_folding(path: str) -> dict[str, LayerFolding]:
    """Reads a folding file."""
    try:
        given: Any = parse_json(read_whole(path).decode())
    except OSError as error:
        raise PassFailedException(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:
        raise PassFailedException(f"{path} is not valid JSON: {error}") from None
    if not isinstance(given, dict):
        raise PassFailedException(f"{path}: expected a JSON object with an entry for each layer")
    entries = cast(dict[str, Any], given)
    return {name: _layer_folding(path, name, entry) for name, entry in entries.items()}


def write_folding(path: str, folds: Mapping[str, LayerFolding]) -> None:
    """Writes a folding file; a file of that name is replaced only once the new one is complete."""
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


def _layer_folding(path: str, name: str, entry: Any) -> LayerFolding:
    if not isinstance(entry, dict):
        raise PassFailedException(f'{path}: layer {name!r}: expected {{"pe": ..., "simd": ...}}')
    folding, known = cast(dict[str, Any], entry), [field.name for field in fields(LayerFolding)]
    for key, value in folding.items():
        if key not in known:
            raise PassFailedException(
                f"{path}: layer {name!r}: no key {key!r}; {did_you_mean(key, known)}"
            )
        if key in ("pe", "simd") and (type(value) is not int or value < 1):
            raise PassFailedException(f"{path}: layer {name!r}: {key} must be an integer above 0")
        if key == "dsp" and type(value) is not bool:
            raise PassFailedException(f"{path}: layer {name!r}: dsp must be true or false")
        if key == "storage" and value not in list(Storage):
            hint = did_you_mean(str(value), Storage)
            raise PassFailedException(f"{path}: layer {name!r}: no storage {value!r}; {hint}")
    if "storage" in folding:
        folding["storage"] = Storage(folding["storage"])
    return LayerFolding(**folding)
