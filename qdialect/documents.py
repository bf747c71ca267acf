"""Parses TOML and JSON from outside; any error is a ValueError with a message of one line."""

import json
import tomllib
from collections import Counter
from math import isfinite
from typing import Any, NoReturn

MAX_TOML_LINE_LENGTH = 1000
"""Maximum length of a line of TOML, in characters: the time of tomllib is quadratic in the parts of
a dotted key."""

MAX_NUMBER_LENGTH = 400
"""Maximum length of a number in JSON, in characters: converting it to an integer takes quadratic
time."""


def parse_toml(text: str) -> dict[str, Any]:
    """Parses TOML."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_TOML_LINE_LENGTH:
            raise ValueError(f"line {number} has more than {MAX_TOML_LINE_LENGTH:,} characters")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it nests too deeply") from None


def parse_json(text: str) -> Any:
    """Parses JSON; keys of an object must be unique, and numbers finite."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_int=_parse_integer,
            parse_float=_parse_float,
            parse_constant=_reject_number,
        )
        json.dumps(value, ensure_ascii=False).encode()  # raises for half a surrogate pair
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("it holds text that is not valid Unicode") from None
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError for a repeated key, for which Python's parser would silently use the last
    value."""
    repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if repeated:
        raise ValueError(f"{repeated[0]!r} is given twice")
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
    raise ValueError(f"{text[:20]} is not a finite number of at most {MAX_NUMBER_LENGTH} digits")
