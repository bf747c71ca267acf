"""Words in messages: what somebody may have meant, and what others wrote, fit for a terminal."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_LINE_LENGTH = 1000
"""Characters of a line that are shown."""


def did_you_mean(name: str, known: Iterable[str], also: Iterable[str] = ()) -> str:
    """The end of a message about an unknown name: the known one closest to it.

    What is known as well is not listed.
    """
    names = sorted(known)
    close = get_close_matches(name, [*names, *also], 1, 0.6)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(names) or 'none'}"


def last_name(layer: str) -> str:
    """A layer's own name: the last of those that a framework joined by `;`."""
    return layer.rpartition(";")[2] or layer


def printable(text: str) -> str:
    """Text that a terminal shows as one line, each character in its place."""
    return "".join(c if c.isprintable() else " " for c in text)


def truncated(message: str) -> str:
    """The lines of a message, whatever the names in it hold: plain, and of a length to be read."""
    lines = map(printable, message.split("\n"))
    return "\n".join(
        line if len(line) <= MAX_LINE_LENGTH else f"{line[:MAX_LINE_LENGTH]}..." for line in lines
    )
