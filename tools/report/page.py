"""HTML pages: facts, style and scripts in one file, which loads nothing from a network."""

import json
from html import escape
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent


def html_page(name: str, title: str, facts: dict[str, Any]) -> str:
    """The page of `NAME.html`; text in the facts is data there, never markup or a script."""
    body = _filled(f"{name}.html", {})
    return _filled(
        "page.html", {"title": escape(title), "facts": _escaped_json(facts), "body": body}
    )


def _filled(file: str, parts: dict[str, str]) -> str:
    """A file in which each `{{ name }}` is replaced by a part, or by the file of that name."""
    before, *pieces = (ASSETS / file).read_text().split("{{")
    text = before
    for piece in pieces:
        name, _, rest = piece.partition("}}")
        name = name.strip()
        text += parts[name] if name in parts else (ASSETS / name).read_text()
        text += rest
    return text


def _escaped_json(facts: dict[str, Any]) -> str:
    """JSON for a script element: without `<`, no text in it can end the element with `</`."""
    text = json.dumps(facts, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
