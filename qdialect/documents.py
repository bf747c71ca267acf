"""TOML and JSON that others wrote: what can't be read, or holds more than any number or name, is a
ValueError that says so in one line."""

import json
import tomllib
from collections import Counter
from math import isfinite
from typing import Any, NoReturn

MAX_TOML_LINE_LENGTH = 1000
"""Characters of TOML: tomllib takes a time that grows with the square of a key's parts."""

MAX_NUMBER_LENGTH = 400
"""Of a number."""


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a text."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_TOML_LINE_LENGTH:
            raise ValueError(f"line {number} has more than {MAX_TOML_LINE_LENGTH:,} characters")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it nests too deeply") from None


def parse_json(text: str) -> Any:
    """The value of a text: every name stands once in an object, and numbers are finite."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_int=_parse_integer,
            parse_float=_parse_float,
            parse_constant=_reject_number,
        )
        json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("it holds text that is no Unicode") from None
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON takes the last of two entries with one name, in silence."""
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} is given twice")
    return dict(pairs)


def _parse_integer(text: str) -> int:
    _parse_float(text)
    return int(text)


def _parse_float(text: str) -> float:
    number = float(text)
    if not isfinite(number) or len(text) > MAX_NUMBER_LENGTH:
        _reject_number(text)
    return number


def _reject_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no number that is known here")
