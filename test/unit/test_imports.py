"""Imports between the top-level packages run downwards, and no modules import one another."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

LAYERS = {
    "qdialect": 0,
    "hardware": 1,
    "passes": 2,
    "backends": 3,
    "frontends": 3,
    "training": 4,
    "tools": 5,
}
"""The layer of each package, which imports only from itself and from layers below it."""

FILES = sorted(
    path.relative_to(ROOT) for package in LAYERS for path in (ROOT / package).rglob("*.py")
)
FOREIGN = {"torch", "onnx", "onnxruntime", "qonnx", "brevitas", "torchvision"}


def module_of(path: Path) -> "Module":
    """The module of a file: that of `passes/designs.py` is (passes, designs)."""
    parts = path.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_bytes(), str(path))


def imports_of(path: Path, nodes: Iterable[ast.AST]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The modules and names that these nodes import, with line numbers; our own start with qnn."""
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


def test_imports_run_downwards() -> None:
    for path in FILES:
        room = path.parts[0]
        for line, target in imports_of(path, ast.walk(tree_of(path))):
            if target[0] != "qnn" or len(target) < 2 or target[1] == room:
                continue
            package = target[1]
            assert package in LAYERS, f"{path}:{line}: {package} is not a package of the project"
            assert LAYERS[package] < LAYERS[room], f"{path}:{line}: {room} imports {package}"


def test_imports_inside_are_relative() -> None:
    """So that the project may be installed under any path, and its packages never by themselves."""
    for path in FILES:
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
                assert first not in {"qnn", *LAYERS}, f"{path}:{node.lineno}: imports {name}"


Module = tuple[str, ...]

PLACES = {module_of(path): path for path in FILES}

ALLOWED_CIRCLES: set[tuple[Module, Module]] = {
    (("qdialect", "qnn", "base"), ("qdialect", "qnn", "canonicalization")),
    (("qdialect", "stream", "process"), ("qdialect", "stream", "design")),
}
"""Imports inside a function that close a circle. As in xDSL, an op has its canonicalization
patterns and its traits imported when they are needed, because these name ops themselves."""


def test_no_circle_of_modules() -> None:
    """Imports inside functions count: they hide a circle, but do not remove it."""
    imported = {place: modules_imported_by(path) for place, path in PLACES.items()}
    for module, target in ALLOWED_CIRCLES:
        imported[module].remove(target)
    done: set[Module] = set()

    def visit(place: Module, trail: list[Module]) -> None:
        assert place not in trail, " -> ".join(".".join(step) for step in [*trail, place])
        if place not in done:
            for target in sorted(imported[place]):
                visit(target, [*trail, place])
            done.add(place)

    for place in PLACES:
        visit(place, [])


def modules_imported_by(path: Path) -> set[Module]:
    """The modules that a file imports; `from .a import b` counts as `a.b` if that is a module."""
    found = set[Module]()
    for _, target in imports_of(path, ast.walk(tree_of(path))):
        if target[0] != "qnn":
            continue
        for length in range(len(target), 1, -1):
            if target[1:length] in PLACES:
                found.add(target[1:length])
                break
    return found - {module_of(path)}


def test_the_ir_needs_no_framework() -> None:
    for path in (path for path in FILES if path.parts[0] == "qdialect"):
        for line, target in imports_of(path, ast.walk(tree_of(path))):
            assert target[0] not in FOREIGN, f"{path}:{line}: imports {target[0]}"


def test_running_the_ir_loads_no_framework() -> None:
    """Not through another module either."""
    code = (
        "import sys, qnn.qdialect.dialects as d, qnn.qdialect.interpreter\n"
        "for load in d.DIALECTS.values(): load()\n"
        f"sys.exit(', '.join({FOREIGN} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
