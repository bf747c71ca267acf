"""The page: facts, style and program in one file that asks nothing of a network."""

import json
from html import escape
from pathlib import Path

from .facts import Facts

HERE = Path(__file__).parent


def page(facts: Facts) -> str:
    """The whole text; what stands in the facts is data there, never markup or program."""
    parts = {
        "title": escape(facts["top"]),
        "style": (HERE / "page.css").read_text(),
        "facts": data(facts),
        "library": (HERE / "d3.min.js").read_text(),
        "program": (HERE / "page.js").read_text(),
    }
    text = (HERE / "page.html").read_text()
    before, *pieces = text.split("{{")
    names = [piece.partition("}}") for piece in pieces]
    return before + "".join(parts[name.strip()] + behind for name, _, behind in names)


def data(facts: Facts) -> str:
    """JSON that no text in it can leave: an element ends at the first `</`, whatever it holds."""
    text = json.dumps(facts, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
