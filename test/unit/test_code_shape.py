"""Files are short, and a top-level name is defined once, so that a reader finds things by name."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = "qdialect", "passes", "hardware", "backends", "tools", "frontends", "training"
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MAX_LINES = 400
MAX_SHARED_DEFINITIONS = 0.08
"""The share of top-level definitions whose name another file defines as well. The same role in two
sibling packages, such as `emit` of two backends, may have the same name."""
NAMES_OF_ANY_FILE = {"__all__", "LOG"}


def names_in(path: Path) -> Iterator[str]:
    """The names of the functions, classes and variables that a file defines at its top level."""
    for node in ast.parse(path.read_bytes()).body:
        match node:
            case ast.FunctionDef(name) | ast.ClassDef(name) | ast.AnnAssign(ast.Name(name)):
                yield name
            case ast.Assign(targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case _:
                pass


def test_files_are_short() -> None:
    lines = {path: path.read_text().count("\n") for path in FILES}
    assert len(lines) > 200
    assert [path for path, count in lines.items() if count > MAX_LINES] == []


def test_top_level_names_are_defined_once() -> None:
    counts = Counter(name for path in FILES for name in {*names_in(path)} - NAMES_OF_ANY_FILE)
    shared = sum(count for count in counts.values() if count > 1)
    assert counts.total() > 2000 and counts["emit"] > 1
    assert shared < MAX_SHARED_DEFINITIONS * counts.total()
