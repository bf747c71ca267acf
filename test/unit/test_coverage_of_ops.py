"""Every op has lit tests: custom and generic syntax, each property, and each verifier error."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import qnn.qdialect.types
from qnn.qdialect.qnn import Qnn
from qnn.qdialect.stream import Stream
from qnn.tools.qnn_opt import main
from xdsl.utils.exceptions import VerifyException

FOLDER = Path(__file__).parents[1] / "lit" / "dialects"
MISTAKES = sorted(FOLDER.glob("*/*_verify.mlir"))
ROUND_TRIPS = [
    line
    for path in sorted(FOLDER.glob("*/*.mlir"))
    if path not in MISTAKES
    for line in path.read_text().splitlines()
]
OPS = {op.name: op for dialect in (Qnn, Stream) for op in dialect.operations}
HOUSE = Path(qnn.qdialect.types.__file__).parent
SOURCES = sorted(HOUSE / name for name in ("data.py", "shapes.py", "types.py")) + sorted(
    path for folder in ("qnn", "stream") for path in (HOUSE / folder).glob("*.py")
)
CHECKS = ("require", "same_", "whole_pixels", "image_of")
"""Name prefixes of the functions that raise verifier errors."""
NOT_IN_TEXT = (
    "is not between 1 and",
    "holds whole and finite numbers only",
    "expected a channel",
)
"""Messages for IR and arrays created in Python, whose errors the parser detects in text."""


def shown(prefix: str, pattern: str) -> list[str]:
    """The lines that a round trip checks."""
    head = rf" *// {prefix}(-NEXT)?(\{{LITERAL\}})?: (%.+ = )?"
    return [line for line in ROUND_TRIPS if re.match(head + pattern, line)]


@pytest.mark.parametrize("name", OPS)
def test_round_trips(name: str) -> None:
    op = re.escape(name)
    assert shown("CHECK", f"{op} "), f"no CHECK line shows {name}"
    generic = shown("GENERIC", rf'"{op}"\(')
    assert generic, f"no GENERIC line shows {name}"
    properties = OPS[name].get_irdl_definition().properties
    missing = [p for p in properties if not any(re.search(rf"[{{< ]{p}\b", x) for x in generic)]
    assert missing == []


def mistakes(source: Path) -> Iterator[ast.Call | ast.Raise]:
    """The places in a source file that raise verifier errors."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name.startswith(CHECKS):
                yield node
            case ast.Raise(exc=ast.Call(func=ast.Name(id="VerifyException"))):
                yield node
            case _:
                pass


def test_every_verifier_error_has_a_lit_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each place that raises a verifier error raises it in some lit test."""
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
        if not any(
            (str(source), line) in reached
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        )
    ]
    assert [line for line in missing if not any(text in line for text in NOT_IN_TEXT)] == []
