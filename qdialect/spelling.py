"""What somebody may have meant by a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the known one closest to it."""
    names = sorted(known)
    close = get_close_matches(name, names, 1, 0.6)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(names) or 'none'}"
