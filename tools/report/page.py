"""A page: facts, style and program in one file that asks nothing of a network."""

import json
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def page(name: str, title: str, facts: dict[str, Any]) -> str:
    """The page of a name; what stands in the facts is data there, never markup or program."""
    body = filled(f"{name}.html", {})
    return filled("page.html", {"title": escape(title), "facts": data(facts), "body": body})


def filled(file: str, parts: dict[str, str]) -> str:
    """A file whose `{{ names }}` give way to these parts, or to the files of that name."""
    before, *pieces = (HERE / file).read_text().split("{{")
    text = before
    for piece in pieces:
        wanted, _, behind = piece.partition("}}")
        wanted = wanted.strip()
        text += parts[wanted] if wanted in parts else (HERE / wanted).read_text()
        text += behind
    return text


def data(facts: dict[str, Any]) -> str:
    """JSON that no text in it can leave: an element ends at the first `</`, whatever it holds."""
    text = json.dumps(facts, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
