"""The JSON files that a report reads, with the fields that it needs, and checks of their types."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from ...qdialect.documents import parse_json
from ..errors import UserError
from ..files import read_text

JsonShape: TypeAlias = Any
"""The shape of a JSON value: a type, `[shape]` for a list, or the required fields of an object."""


@dataclass(frozen=True)
class OptionalShape:
    """A value that may be missing or null."""

    shape: JsonShape


@dataclass(frozen=True)
class MapShape:
    """An object with any keys, whose values all have the same shape."""

    shape: JsonShape


NUMBER_SHAPE: JsonShape = (int, float)
LAYER_SHAPE: JsonShape = {
    "pe": int,
    "simd": int,
    "cycles": int,
    "resources": MapShape(NUMBER_SHAPE),
}
TOTALS_SHAPE: JsonShape = {
    **dict.fromkeys(("fps", "clock_mhz", "interval_cycles", "latency_cycles", "ops"), NUMBER_SHAPE),
    **dict.fromkeys(("bottleneck", "device"), str),
    "weight_bits": NUMBER_SHAPE,
    "next_step": OptionalShape(
        {"fps": NUMBER_SHAPE, "resources": MapShape(NUMBER_SHAPE), "limits": [str]}
    ),
}
AMOUNTS_SHAPE: JsonShape = {
    **dict.fromkeys(("resources", "utilisation"), MapShape(NUMBER_SHAPE)),
    "error": dict,
    "not_calibrated": OptionalShape(str),
    "external_gb_s": NUMBER_SHAPE,
    "layers": [LAYER_SHAPE],
}
LINK_SHAPE: JsonShape = {
    "to": str,
    **dict.fromkeys(("bits", "gbit_s", "most_gbit_s"), NUMBER_SHAPE),
}
ORIGIN_SHAPE: JsonShape = dict.fromkeys(("made_by", "network", "target", "top"), str)
PORT_SHAPE: JsonShape = {
    **dict.fromkeys(("name", "role", "dtype"), str),
    **dict.fromkeys(("frame_bytes", "word_bits"), int),
    "frame": [int],
    "unit": OptionalShape({"scale": [NUMBER_SHAPE], "zero": [int]}),
}
BUILD_SHAPE: JsonShape = {
    **ORIGIN_SHAPE,
    "part": str,
    "processes": [str],
    "ports": OptionalShape([PORT_SHAPE]),
    "estimate": {**TOTALS_SHAPE, **AMOUNTS_SHAPE},
    "synthesis": OptionalShape(MapShape({"layers": [dict]})),
}
"""The `build.json` of a design, to which `qnn synth` adds the cells for each family."""

LINKED_BUILD_SHAPE: JsonShape = {
    **ORIGIN_SHAPE,
    "parts": [str],
    "estimate": {**TOTALS_SHAPE, "links": [LINK_SHAPE]},
}
"""The `build.json` of several designs, each of which has a folder of its own."""

POINT_SHAPE: JsonShape = {"fps": NUMBER_SHAPE, "utilisation": MapShape(NUMBER_SHAPE)}
CURVE_SHAPE: JsonShape = {
    "device": str,
    "clock_mhz": NUMBER_SHAPE,
    "front": OptionalShape([POINT_SHAPE]),
    "at_rate": OptionalShape(POINT_SHAPE),
}
EXPLORATION_SHAPE: JsonShape = {"curves": [CURVE_SHAPE]}
"""The `explore.json` of an exploration."""


def read_fields(path: Path, shape: JsonShape) -> dict[str, Any]:
    """Reads a JSON object, and checks that it has the required fields."""
    try:
        found = parse_json(read_text(str(path)))
    except ValueError as error:
        raise UserError(f"{path} is not valid JSON: {error}") from None
    mismatch = _mismatch(found, shape, "it")
    if mismatch is not None:
        raise UserError(f"{path} is not a file that this version of qnn wrote: {mismatch}")
    return found


def _mismatch(found: Any, expected: JsonShape, place: str) -> str | None:
    """Describes the first place where a value does not have its shape; None if there is none."""
    parts: list[tuple[Any, JsonShape, str]] = []
    match expected:
        case {**shapes} if isinstance(found, dict):
            needed = (
                name for name, shape in shapes.items() if not isinstance(shape, OptionalShape)
            )
            lacking = [name for name in needed if name not in found]
            if lacking:
                return f"{place} has no {lacking[0]!r}"
            entries = cast("dict[str, Any]", found)
            parts = [(entries.get(name), shape, repr(name)) for name, shape in shapes.items()]
        case OptionalShape(shape):
            parts = [] if found is None else [(found, shape, place)]
        case MapShape(shape) if isinstance(found, dict):
            values = cast("dict[str, Any]", found).values()
            parts = [(value, shape, f"a value in {place}") for value in values]
        case [shape] if isinstance(found, list):
            items = cast("list[Any]", found)
            parts = [(item, shape, f"a value in {place}") for item in items]
        case _:
            if not isinstance(expected, type | tuple) or not isinstance(found, expected):
                return f"{place} is {json.dumps(found)[:40]}"
    return next(filter(None, (_mismatch(*part) for part in parts)), None)
