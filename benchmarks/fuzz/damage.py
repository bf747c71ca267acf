"""Damages to text and to bytes: a character changes, a piece is deleted, repeated or replaced,
tokens swap places, a number becomes extreme, a rare word is inserted."""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

FUZZ_FOLDER = Path(__file__).parent

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\w.$]+|->|\s+|.')
NUMBERS = (
    *(str(sign << width) for width in (0, 1, 2, 5, 8, 32, 63, 64, 128) for sign in (1, -1)),
    *("0", "3", "0x0", "0x7F800000", "0x7FC00001", "0x" + "F" * 5000, "9" * 5000, "1e5", "1.", "?"),
    *("1.0", "-0.0", "1.0e-45", "3.5e+38", "1.0e+999", "0." + "3" * 500, "true", "²", "٣"),
)

WORDS = (
    *(FUZZ_FOLDER / "words.txt").read_text().splitlines(),
    *("(" * 40, "[" * 400, "tuple<" * 300, "{a=" * 300, '"test.op"() ({' * 200),
)
"""Words that are rarely or never valid."""

CHARACTERS = (*map(chr, range(128)), *"é²½٣ａ\ufeff\u2028\U0001f600")

Damage: TypeAlias = Callable[[random.Random, str, str], str]
"""Returns a damaged copy of the first text; pieces may come from the second."""


def _span(rng: random.Random, text: str) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + int(rng.expovariate(0.1)) + 1)


def flip(rng: random.Random, text: str, other: str) -> str:
    """Replaces a character."""
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice(CHARACTERS) + text[place + 1 :]


def delete(rng: random.Random, text: str, other: str) -> str:
    """Deletes a piece."""
    start, end = _span(rng, text)
    return text[:start] + text[end:]


def repeat(rng: random.Random, text: str, other: str) -> str:
    """Repeats a piece."""
    start, end = _span(rng, text)
    return text[:start] + text[start:end] * rng.choice((2, 2, 3, 100)) + text[end:]


def transplant(rng: random.Random, text: str, other: str) -> str:
    """Replaces a piece by one of the other text."""
    (start, end), (left, right) = _span(rng, text), _span(rng, other)
    return text[:start] + other[left:right] + text[end:]


def splice(rng: random.Random, text: str, other: str) -> str:
    """Joins the beginning of one text and the end of the other."""
    return text[: rng.randrange(len(text) + 1)] + other[rng.randrange(len(other) + 1) :]


def swap_tokens(rng: random.Random, text: str, other: str) -> str:
    """Swaps two tokens."""
    tokens: list[str] = TOKEN.findall(text)
    if tokens:
        first, second = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        tokens[first], tokens[second] = tokens[second], tokens[first]
    return "".join(tokens)


def exchange_token(rng: random.Random, text: str, other: str) -> str:
    """Replaces a token by one of the other text, or by a rare word."""
    tokens: list[str] = TOKEN.findall(text)
    if tokens:
        words = TOKEN.findall(other) if rng.random() < 0.5 else WORDS
        tokens[rng.randrange(len(tokens))] = rng.choice(words or WORDS)
    return "".join(tokens)


def exchange_alike(rng: random.Random, text: str, other: str) -> str:
    """Replaces a number, a string, a name, a type or a word by another one, once or everywhere."""
    kind = rng.choice((r"\d+", r'"[^"\n]*"', r"[%@]\w+", r"!?[\w.]*\w<[^<>\n]*>", r"\b[a-z_.]+\b"))
    matches, others = list(re.finditer(kind, text)), re.findall(kind, text + other)
    if not matches:
        return text
    match, word = rng.choice(matches), rng.choice(others)
    if rng.random() < 0.5:
        return text.replace(match[0], word)
    return text[: match.start()] + word + text[match.end() :]


def annotate(rng: random.Random, text: str, other: str) -> str:
    """Adds an attribute to an op."""
    places = [match.start() for match in re.finditer(r" : [(t!]", text)]
    if not places:
        return text
    place = rng.choice(places)
    types = re.findall(r"\w+<[^<>\n]*>|!?[\w.]+", other) or WORDS
    value = rng.choice((rng.choice(WORDS), f"{rng.choice(NUMBERS)} : {rng.choice(types)}"))
    return f"{text[:place]} {{note = {value}}}{text[place:]}"


def insert_word(rng: random.Random, text: str, other: str) -> str:
    """Inserts a rare word between two tokens."""
    places = [match.start() for match in TOKEN.finditer(text)] or [0]
    place = rng.choice(places)
    return f"{text[:place]} {rng.choice(WORDS)} {text[place:]}"


def blow_up(rng: random.Random, text: str, other: str) -> str:
    """Replaces a number by an extreme one."""
    numbers = list(re.finditer(r"\d+(?:\.\d+(?:e[+-]?\d+)?)?", text))
    if not numbers:
        return text
    match = rng.choice(numbers)
    return text[: match.start()] + rng.choice(NUMBERS) + text[match.end() :]


def shuffle_lines(rng: random.Random, text: str, other: str) -> str:
    """Deletes, moves or repeats a line."""
    lines = text.splitlines(keepends=True)
    if lines:
        line = lines[rng.randrange(len(lines))]
        if rng.random() < 0.6:
            lines.remove(line)
        if rng.random() < 0.6:
            lines.insert(rng.randrange(len(lines) + 1), line)
    return "".join(lines)


DAMAGES: tuple[Damage, ...] = (
    flip,
    delete,
    repeat,
    transplant,
    splice,
    swap_tokens,
    exchange_alike,
    exchange_alike,
    exchange_alike,
    annotate,
    annotate,
    exchange_token,
    insert_word,
    insert_word,
    blow_up,
    blow_up,
    shuffle_lines,
)


def damaged_text(rng: random.Random, texts: Sequence[str]) -> str:
    """One of the texts, with one or several damages."""
    text = rng.choice(texts)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3, 5))):
        text = rng.choice(DAMAGES)(rng, text, rng.choice(texts))
    return text


def damaged_bytes(rng: random.Random, data: bytes) -> bytes:
    """Damaged bytes: some are replaced, deleted or repeated, or the end is cut off."""
    for _ in range(rng.choice((1, 1, 2, 5))):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + int(rng.expovariate(0.1)) + 1)
        piece = data[start:end]
        piece = rng.choice(
            (
                rng.randbytes(len(piece)),
                rng.choice((b"", b"\0", b"\xff", b"\x7f")) * len(piece),
                piece * rng.choice((2, 3, 100)),
            )
        )
        data = data[:start] + piece + (data[end:] if rng.random() < 0.9 else b"")
    return data
