"""Damages to TOML."""

import random
import re
from collections.abc import Sequence

from .damage import damaged_bytes, damaged_text
from .values import NAMES

VALUES = (
    *(
        "0",
        "-1",
        "1",
        "1.5",
        "-0.0",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "0xFF",
        "0b1",
        "1_000",
        "9" * 5000,
    ),
    *(str(1 << 31), str(1 << 40), str(1 << 63), str(1 << 80), "true", '""', "''", '"""\na\n"""'),
    *("[]", "[1, 2]", "{}", "{ a = 1 }", "[[[[1]]]]", "[" * 100_000, "{a=" * 100_000, "a" * 10_000),
    *("1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", '["a", 1]', "[{}, {}]"),
    *(f'"{name}"' for name in NAMES),
)

LINES = (
    *("[first]", "[layers]", '[layers."*"]', "[resources]", "[sources]", "[[layers]]", "[a.b.c]"),
    *("[", "]", "=", "a", "a =", "= 1", "a.b = 1", '"" = 1', "[" + "a." * 20_000 + "b]", "\0", "#"),
    *(f"{'a.' * 20_000}b = 1", *(f'"{name}" = 1' for name in NAMES)),
)


def replace_entry(rng: random.Random, text: str) -> str:
    """Replaces a value by another one."""
    matches = list(re.finditer(r"= *([^\n]*)", text))
    if not matches:
        return text
    match = rng.choice(matches)
    value = rng.choice(VALUES) if rng.random() < 0.6 else rng.choice(matches)[1]
    return text[: match.start(1)] + value + text[match.end(1) :]


def move_line(rng: random.Random, text: str) -> str:
    """Deletes a line, and inserts another one elsewhere."""
    lines = text.splitlines()
    line = lines.pop(rng.randrange(len(lines))) if lines and rng.random() < 0.6 else ""
    if rng.random() < 0.6:
        new = rng.choice((line, rng.choice(LINES), *lines[:1]))
        lines.insert(rng.randrange(len(lines) + 1), new)
    return "\n".join(lines)


def damaged_toml(rng: random.Random, texts: Sequence[str]) -> bytes:
    """One of the texts with damaged values, lines, characters or bytes."""
    text = rng.choice(texts)
    way = rng.random()
    if way < 0.2:
        return damaged_text(rng, texts).encode(errors="surrogatepass")
    if way < 0.25:
        return damaged_bytes(rng, text.encode())
    for _ in range(rng.choice((1, 1, 2, 3))):
        text = rng.choice((replace_entry, replace_entry, move_line))(rng, text)
    return text.encode(errors="surrogatepass")
