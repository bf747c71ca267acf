"""Damages to JSON values: a value is replaced, deleted, or copied to another place."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from .damage import NUMBERS, WORDS, damaged_bytes, damaged_text

NAMES = (
    *("", "a\nb", '"', "'", "\\", "\0", "..", "../../etc/passwd", "/", "*/", "%s", "{x}", "$(x)"),
    *("`x`", "[exec x]", "</script>", "\u2028", "\u202e", "\ud800", "é" * 300, "x" * 10_000),
    *("__proto__", "None", "nan", "-1", "0", "\x1b[31m"),
)
"""Texts with a meaning to a shell, a file system, a browser or a compiler."""

UNUSUAL_VALUES: tuple[Any, ...] = (
    *(None, True, False, {}, [], [[]], {"": None}, float("nan"), float("inf"), -float("inf")),
    *(0, -1, 1, 2, 7, 255, 1 << 16, 1 << 31, (1 << 31) - 1, 1 << 40, 1 << 63, -(1 << 63), 1 << 80),
    *(0.0, -0.0, 0.5, 1e-45, 3.5e38, 1e308, 10**400, [0] * 40, [1] * 5000, list(range(70))),
)


def unusual_value(rng: random.Random) -> Any:
    """A value that is rarely valid."""
    return copy.copy(rng.choice(UNUSUAL_VALUES)) if rng.random() < 0.7 else rng.choice(NAMES)


def similar_value(rng: random.Random, value: Any) -> Any:
    """A value similar to another one."""
    match value:
        case bool():
            return not value
        case int():
            half = float(value % 1000) + 0.5
            return rng.choice((value + 1, value - 1, -value, value * 2, value // 2, half))
        case float():
            return rng.choice((value * 2, -value, value / 3, str(value)))
        case str():
            return rng.choice(
                (f"{value}{rng.choice(NAMES)}", value[1:], value.swapcase(), value * 9)
            )
        case list():
            return rng.choice((value[1:], value + value[:1], value[::-1], {"0": value}))
        case dict():
            return [value]
        case _:
            return value


Place = tuple[Any, Any]
"""A list or an object, and an index or a key in it."""


def places(value: Any) -> list[Place]:
    """All places in a value."""
    found: list[Place] = []
    rest = [value]
    while rest:
        part = rest.pop()
        keys = part if isinstance(part, dict) else range(len(part))
        found += [(part, key) for key in keys]
        rest += [part[key] for key in keys if isinstance(part[key], dict | list)]
    return found


def replace_value(rng: random.Random, place: Place, other: Place) -> None:
    """Replaces a value by a rarely valid one."""
    part, key = place
    part[key] = unusual_value(rng)


def alter_value(rng: random.Random, place: Place, other: Place) -> None:
    """Replaces a value by a similar one."""
    part, key = place
    part[key] = similar_value(rng, part[key])


def remove_value(rng: random.Random, place: Place, other: Place) -> None:
    """Deletes a value."""
    part, key = place
    del part[key]


def copy_value(rng: random.Random, place: Place, other: Place) -> None:
    """Replaces a value by a copy of another one."""
    (part, key), (source, name) = place, other
    part[key] = copy.deepcopy(source[name])


def rename_key(rng: random.Random, place: Place, other: Place) -> None:
    """Renames a key; or repeats a value, under a new key in an object."""
    part, key = place
    if isinstance(part, list):
        part.insert(key, copy.deepcopy(part[key]))
    else:
        name = rng.choice(NAMES) if rng.random() < 0.5 else str(similar_value(rng, key))
        part[name] = part.pop(key) if rng.random() < 0.7 else copy.deepcopy(part[key])


CHANGES: tuple[Callable[[random.Random, Place, Place], None], ...] = (
    *(replace_value, replace_value, alter_value, alter_value, remove_value, copy_value, rename_key),
)


def damaged_value(rng: random.Random, value: Any) -> Any:
    """A copy with one or several damages."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        found = places(value)
        if not found:
            return unusual_value(rng)
        rng.choice(CHANGES)(rng, rng.choice(found), rng.choice(found))
    return value


TEXTS = (*WORDS, *NUMBERS, "[" * 100_000, '{"a":' * 100_000, "NaN", "-Infinity", "1e999", "\ufeff")


def damaged_json(rng: random.Random, values: list[Any]) -> bytes:
    """The text of one of the values, damaged as a value, as text, or as bytes."""
    value = rng.choice(values)
    way = rng.random()
    if way < 0.75:
        return json.dumps(damaged_value(rng, value)).encode(errors="surrogatepass")
    text = json.dumps(value, indent=rng.choice((None, 1)))
    if way < 0.9:
        other = rng.choice((text, rng.choice(TEXTS)))
        return damaged_text(rng, [text, text, other]).encode(errors="surrogatepass")
    return damaged_bytes(rng, text.encode())
