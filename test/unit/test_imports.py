"""The rooms of the house: imports run downwards only."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FLOORS = {
    "qdialect": 0,
    "hardware": 1,
    "passes": 2,
    "backends": 3,
    "frontends": 3,
    "training": 4,
    "tools": 5,
}
"""A room imports from itself and from floors below it."""

FILES = sorted(path.relative_to(ROOT) for room in FLOORS for path in (ROOT / room).rglob("*.py"))
FOREIGN = {"torch", "onnx", "onnxruntime", "qonnx", "brevitas", "torchvision"}


def module_of(path: Path) -> tuple[str, ...]:
    """The place of a file in the package: `passes/fold_bn.py` is (passes, fold_bn)."""
    parts = path.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_bytes(), str(path))


def imports_of(path: Path, nodes: Iterable[ast.AST]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The modules and names that these nodes of a file import, and where; ours start with qnn."""
    package = path.parent.parts
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            names = tuple(node.module.split(".")) if node.module else ()
            if node.level:
                base = ("qnn", *package[: len(package) - node.level + 1])
                for alias in node.names:
                    yield node.lineno, (*base, *names, alias.name)
            else:
                yield node.lineno, names


def at_import_time(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when a module is loaded: the bodies of functions wait for a call."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from at_import_time(child)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_run_downwards(path: Path) -> None:
    room = path.parts[0]
    for line, target in imports_of(path, ast.walk(tree_of(path))):
        if target[0] != "qnn" or len(target) < 2 or target[1] == room:
            continue
        assert target[1] in FLOORS, f"{path}:{line}: {target[1]} is no room of the house"
        assert FLOORS[target[1]] < FLOORS[room], f"{path}:{line}: {room} imports {target[1]}"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_inside_are_relative(path: Path) -> None:
    """So that the package may stand anywhere; and the rooms are no packages of their own."""
    for node in ast.walk(tree_of(path)):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
        for name in names:
            first = name.partition(".")[0]
            assert first not in {"qnn", *FLOORS}, f"{path}:{node.lineno}: imports {name}"


def test_no_circle_of_modules() -> None:
    """Not within a room either, as far as imports run when a module is loaded."""
    places = {module_of(path): path for path in FILES}
    needed = {place: loaded_by(path, places) for place, path in places.items()}
    done: set[tuple[str, ...]] = set()

    def visit(place: tuple[str, ...], trail: list[tuple[str, ...]]) -> None:
        assert place not in trail, " -> ".join(".".join(step) for step in [*trail, place])
        if place not in done:
            for target in sorted(needed[place]):
                visit(target, [*trail, place])
            done.add(place)

    for place in places:
        visit(place, [])


def loaded_by(path: Path, places: dict[tuple[str, ...], Path]) -> set[tuple[str, ...]]:
    """The modules that a file loads: for `from .a import b`, `a.b` if that is one, else `a`."""
    found = set[tuple[str, ...]]()
    for _, target in imports_of(path, at_import_time(tree_of(path))):
        if target[0] != "qnn":
            continue
        for length in range(len(target), 1, -1):
            if target[1:length] in places:
                found.add(target[1:length])
                break
    return found - {module_of(path)}


@pytest.mark.parametrize("path", [p for p in FILES if p.parts[0] == "qdialect"], ids=str)
def test_the_ir_needs_no_framework(path: Path) -> None:
    for line, target in imports_of(path, ast.walk(tree_of(path))):
        assert target[0] not in FOREIGN, f"{path}:{line}: imports {target[0]}"


def test_running_the_ir_loads_no_framework() -> None:
    """Not through somebody else either."""
    code = (
        "import sys, qnn.qdialect.dialects as d, qnn.qdialect.interpreter\n"
        "for load in d.DIALECTS.values(): load()\n"
        f"sys.exit(', '.join({FOREIGN} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
