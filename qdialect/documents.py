"""TOML and JSON that others wrote: what can't be read, or holds more than any number or name, is a
ValueError that says so in one line."""

import json
import tomllib
from collections import Counter
from math import isfinite
from typing import Any, NoReturn

LONGEST_LINE = 1000
"""Characters of TOML: tomllib takes a time that grows with the square of a key's parts."""

MOST_DIGITS = 400
"""Of a number."""


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a text."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise ValueError(f"line {number} has more than {LONGEST_LINE:,} characters")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it nests too deeply") from None


def read_json(text: str) -> Any:
    """The value of a text: every name stands once in an object, and numbers are finite."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=_whole,
            parse_float=_number,
            parse_constant=_no_number,
        )
        json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("it holds text that is no Unicode") from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON takes the last of two entries with one name, in silence."""
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} is given twice")
    return dict(pairs)


def _whole(text: str) -> int:
    _number(text)
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not isfinite(number) or len(text) > MOST_DIGITS:
        _no_number(text)
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no number that is known here")
