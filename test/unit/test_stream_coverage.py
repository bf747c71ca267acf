"""Every process has lit tests: pretty and generic, with each property, and of each mistake."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from qnn.qdialect.stream import Stream, process
from qnn.tools.qnn_opt import main
from xdsl.utils.exceptions import VerifyException

FOLDER = Path(__file__).parents[1] / "lit" / "dialects" / "stream"
MISTAKES = sorted(FOLDER.glob("*_verify.mlir"))
ROUND_TRIPS = "\n".join(
    path.read_text() for path in sorted(FOLDER.glob("*.mlir")) if path not in MISTAKES
)
OPS = {op.name: op for op in Stream.operations}
CHECKS = ("require", "same_", "whole_pixels", "image_of")
"""How the names of the functions begin that refuse what does not fit."""
NOT_IN_TEXT = "expected a channel"
"""The message for IR that was built in Python: the parser tells this mistake itself."""


@pytest.mark.parametrize("name", OPS)
def test_round_trips(name: str) -> None:
    result, op = r"(%.+ = )?", re.escape(name)
    assert re.search(rf"^ *// CHECK: {result}{op} ", ROUND_TRIPS, re.MULTILINE)
    generic = re.findall(rf'^ *// GENERIC: {result}"{op}"\(.*', ROUND_TRIPS, re.MULTILINE)
    assert generic


@pytest.mark.parametrize("name", OPS)
def test_every_property_is_seen(name: str) -> None:
    lines = [
        line
        for line in ROUND_TRIPS.splitlines()
        if f'GENERIC: "{name}"(' in line or f'= "{name}"(' in line
    ]
    properties = OPS[name].get_irdl_definition().properties
    assert [p for p in properties if not any(re.search(rf"[{{< ]{p}\b", x) for x in lines)] == []


def checks(source: Path) -> Iterator[ast.Call | ast.Raise]:
    """The places in a source file that refuse IR."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name.startswith(CHECKS):
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
        f"{source.name}:{node.lineno}: {ast.unparse(node)}"
        for source in sorted(Path(process.__file__).parent.glob("*.py"))
        for node in checks(source)
        if not any(
            (str(source), line) in reached
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        )
    ]
    assert [line for line in missing if NOT_IN_TEXT not in line] == []
