"""Text in messages: suggestions for unknown names, and foreign text made safe for a terminal."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_LINE_LENGTH = 1000
"""Longer lines of a message are cut to this many characters."""


def did_you_mean(name: str, known: Iterable[str], also: Iterable[str] = ()) -> str:
    """The end of a message about an unknown name: the closest known one, or the list of them.

    The names in `also` are suggested but not listed.
    """
    names = sorted(known)
    close = get_close_matches(name, [*names, *also], 1, 0.6)
    return f"did you mean {close[0]}?" if close else f"available: {', '.join(names) or 'none'}"


def last_name(layer: str) -> str:
    """The last of the names that a framework joined with `;` when it merged layers."""
    return layer.rpartition(";")[2] or layer


def printable(text: str) -> str:
    """The text on one line, with a space for each character that is not printable."""
    return "".join(c if c.isprintable() else " " for c in text)


def truncated(message: str) -> str:
    """A message with its lines made printable and cut to `MAX_LINE_LENGTH`."""
    lines = map(printable, message.split("\n"))
    return "\n".join(
        line if len(line) <= MAX_LINE_LENGTH else f"{line[:MAX_LINE_LENGTH]}..." for line in lines
    )
