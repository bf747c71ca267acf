"""Every op of the `qnn` dialect has lit tests: in pretty form, in generic form, of each mistake."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import qnn.qdialect.data
import qnn.qdialect.qnn.base
import qnn.qdialect.shapes
import qnn.qdialect.types
from qnn.qdialect.qnn import Qnn
from qnn.tools.qnn_opt import main
from xdsl.utils.exceptions import VerifyException

FOLDER = Path(__file__).parents[1] / "lit" / "dialects" / "qnn"
ROUND_TRIPS = [path for path in FOLDER.glob("*.mlir") if not path.stem.endswith("_verify")]
MISTAKES = list(FOLDER.glob("*_verify.mlir"))
OPS = [op.name for op in Qnn.operations]


def lines_of(paths: Iterable[Path]) -> list[str]:
    return [line for path in paths for line in path.read_text().splitlines()]


def has_line(paths: Iterable[Path], pattern: str) -> bool:
    return any(re.match(pattern, line) for line in lines_of(paths))


@pytest.mark.parametrize("name", OPS)
def test_round_trip_in_pretty_form(name: str) -> None:
    pattern = rf"// CHECK(-NEXT)?(\{{LITERAL\}})?: (%.+ = )?{re.escape(name)} "
    assert has_line(ROUND_TRIPS, pattern), f"no CHECK line shows {name}"


@pytest.mark.parametrize("name", OPS)
def test_round_trip_in_generic_form(name: str) -> None:
    pattern = rf'// GENERIC(-NEXT)?(\{{LITERAL\}})?: (%.+ = )?"{re.escape(name)}"\('
    assert has_line(ROUND_TRIPS, pattern), f"no GENERIC line shows {name}"


@pytest.mark.parametrize("name", [name for name in OPS if name != "qnn.data"])
def test_mistake_that_names_the_op(name: str) -> None:
    pattern = rf"// CHECK: .*: {re.escape(name)}(:| \")"
    assert has_line(MISTAKES, pattern), f"no CHECK line tells a mistake of {name}"


def test_every_property_is_seen() -> None:
    """Each property of each op is printed in a round trip of the generic form."""
    lines = lines_of(ROUND_TRIPS)
    missing = [
        f"{op.name}.{name}"
        for op in Qnn.operations
        for name in op.get_irdl_definition().properties
        if not any(re.search(rf'"{op.name}"\(.*[{{ ]{name}\b', line) for line in lines)
    ]
    assert missing == []


SOURCES = (
    *(module.__file__ for module in (qnn.qdialect.data, qnn.qdialect.shapes, qnn.qdialect.types)),
    *map(str, Path(qnn.qdialect.qnn.base.__file__).parent.glob("*.py")),
)
NOT_IN_TEXT = {"is not between 1 and", "holds whole and finite numbers only"}
"""Messages for IR and arrays made in Python: the parser tells these mistakes itself."""


def mistakes(source: str) -> Iterator[ast.AST]:
    """The places in a source file that refuse IR: `require...(...)` and `raise VerifyException`."""
    for node in ast.walk(ast.parse(Path(source).read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name.startswith("require"):
                yield node
            case ast.Raise(exc=ast.Call(func=ast.Name(id="VerifyException"))):
                yield node
            case _:
                pass


def test_every_mistake_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each place that refuses IR does so in some lit test."""
    reached: set[tuple[str, int]] = set()
    init = VerifyException.__init__

    def record(error: VerifyException, *args: object) -> None:
        frame = sys._getframe(1)
        while frame is not None:
            reached.add((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        init(error, *args)

    monkeypatch.setattr(VerifyException, "__init__", record)
    for path in MISTAKES:
        assert main([str(path), "--split-input-file", "--verify-diagnostics"]) == 0
    missing = [
        f"{source}:{node.lineno}: {ast.unparse(node)}"
        for source in SOURCES
        for node in mistakes(source)
        if not any((source, line) in reached for line in range(node.lineno, node.end_lineno + 1))
    ]
    assert [line for line in missing if not any(text in line for text in NOT_IN_TEXT)] == []
