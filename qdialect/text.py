"""Reading and checking text: every mistake is told with file, line, column and the source line."""

import re
from collections.abc import Iterator
from typing import NoReturn

from xdsl.context import Context
from xdsl.dialects.builtin import (
    FileLineColLoc,
    IntAttr,
    IntegerType,
    ModuleOp,
    StringAttr,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue, TypeAttribute
from xdsl.parser import Parser
from xdsl.utils.exceptions import DiagnosticException, ParseError, VerifyException
from xdsl.utils.lexer import Position
from xdsl.utils.mlir_lexer import MLIRLexer

from .types import MAX_WIDTH

MAX_DEPTH = 200
"""How deeply brackets may nest: no real network comes near, and Python's stack holds it."""

# xDSL's own expression takes exponential time on a string that is never closed.
MLIRLexer._unescaped_characters_regex = re.compile(  # pyright: ignore[reportPrivateUsage]
    r'"[^"\\\n\v\f]*(?:\\(?:["nt\\]|[0-9A-Fa-f]{2})[^"\\\n\v\f]*)*"'
)


class TextError(DiagnosticException):
    """A mistake in a source text; its message says where."""


class SourceParser(Parser):
    """Parses MLIR and gives every op its place in the source."""

    def __init__(self, ctx: Context, text: str, name: str):
        super().__init__(ctx, text, name)
        self.text = text
        self.file = StringAttr(name)
        self.line, self.line_start = 1, 0

    def parse_operation(self) -> Operation:
        start = self._current_token.span.start
        location = self._location(start)
        op = super().parse_operation()
        if not isinstance(op.location, FileLineColLoc):
            op.location = location
        return op

    def parse_optional_type(self) -> TypeAttribute | None:
        start = self.pos
        type = super().parse_optional_type()
        if isinstance(type, IntegerType) and type.width.data > MAX_WIDTH:
            self.raise_error(f"integers have at most {MAX_WIDTH} bits", start, self.pos)
        return type

    def parse_dense_int_or_fp_elements_attr(self, type: Attribute | None) -> NoReturn:
        self.raise_error('write qnn.constant with numbers or "0x..." instead of dense<...>')

    def _location(self, position: Position) -> FileLineColLoc:
        """Counts lines only from where the last op began."""
        lines = self.text.count("\n", self.line_start, position)
        if lines:
            self.line += lines
            self.line_start = self.text.rfind("\n", 0, position) + 1
        column = position - self.line_start + 1
        return FileLineColLoc(self.file, IntAttr(self.line), IntAttr(column))


def parse_module(ctx: Context, text: str, name: str = "<text>") -> ModuleOp:
    """Parses a module; whatever is wrong with the text is a TextError."""
    _check_depth(text, name)
    parser = SourceParser(ctx, text, name)
    try:
        return parser.parse_module()
    except ParseError as error:
        raise TextError(_message(text, name, error.span.start, error.msg)) from None
    except DiagnosticException as error:
        message = str(error)
    except (ArithmeticError, AssertionError, LookupError, NotImplementedError) as error:
        message = f"this can't be read ({type(error).__name__}: {error})"
    except (AttributeError, MemoryError, RecursionError, TypeError, ValueError) as error:
        message = f"this can't be read ({type(error).__name__}: {error})"
    raise TextError(_message(text, name, parser.pos, message))


def verify(module: ModuleOp, text: str | None = None) -> None:
    """Verifies every op, from the outside in, and that values are defined before their use.

    Raises TextError; with the source text, the message shows the line of the op.
    """
    for op in module.walk():
        try:
            op.verify(verify_nested_ops=False)
            for region in op.regions:
                for block in region.blocks:
                    _check_order(block)
        except (DiagnosticException, ValueError, LookupError, AttributeError) as error:
            raise TextError(locate(_cause(error), _culprit(error, op), text)) from None


def locate(message: str, op: Operation, text: str | None = None) -> str:
    """Puts the place of an op before a message, and its source line after it."""
    place = op.location
    if not isinstance(place, FileLineColLoc):
        return message
    line, column = place.line.data, place.column.data
    head = f"{place.filename.data}:{line}:{column}: {message}"
    if text is None:
        return head
    source = text.splitlines()[line - 1 : line]
    return "\n".join([head, *map(_shorten, source), " " * (column - 1) + "^"])


class _OrderError(DiagnosticException):
    def __init__(self, op: Operation, message: str):
        super().__init__(message)
        self.op = op


def _check_order(block: Block) -> None:
    """In a block, values are defined above their first use."""
    seen: set[SSAValue] = set(block.args)
    for op in block.ops:
        for number, operand in enumerate(op.operands):
            if operand.owner is op or (_block_of(operand) is block and operand not in seen):
                name = f"%{operand.name_hint}" if operand.name_hint else f"operand {number}"
                raise _OrderError(op, f"{op.name}: {name} is used before it is defined")
        seen.update(op.results)


def _block_of(value: SSAValue) -> Block | None:
    owner = value.owner
    return owner if isinstance(owner, Block) else owner.parent


def _culprit(error: Exception, op: Operation) -> Operation:
    return error.op if isinstance(error, _OrderError) else op


def _cause(error: Exception) -> str:
    """The message of a verifier, without the framework's preamble."""
    if isinstance(error, VerifyException | _OrderError):
        return str(error).removeprefix("Operation does not verify: ")
    return f"this does not hold together ({type(error).__name__}: {error})"


def _message(text: str, name: str, position: int, message: str) -> str:
    start = text.rfind("\n", 0, position) + 1
    line = text.count("\n", 0, position) + 1
    source = text[start:].split("\n", 1)[0]
    first = " ".join(message.split())
    return "\n".join(
        [
            f"{name}:{line}:{position - start + 1}: {first}",
            _shorten(source),
            " " * min(position - start, WIDTH) + "^",
        ]
    )


WIDTH = 160


def _shorten(line: str) -> str:
    return line if len(line) <= WIDTH else line[:WIDTH] + "..."


def _check_depth(text: str, name: str) -> None:
    """Refuses text whose brackets nest too deeply for a recursive parser."""
    depth = 0
    for position, step in _brackets(text):
        depth = max(0, depth + step)
        if depth > MAX_DEPTH:
            message = f"brackets nest more than {MAX_DEPTH} deep"
            raise TextError(_message(text, name, position, message))


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r'"[^"\n]*"|[\[({<]|(?<!-)[\])}>]', text):
        if match[0] in "[({<":
            yield match.start(), 1
        elif match[0] in "])}>":
            yield match.start(), -1
