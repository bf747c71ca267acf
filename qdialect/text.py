"""Parses and verifies MLIR text; errors carry file, line, column and the source line."""

import re
import struct
from typing import NoReturn

from xdsl.context import Context
from xdsl.dialects.builtin import (
    FileLineColLoc,
    Float80Type,
    Float128Type,
    IntAttr,
    IntegerType,
    LocationAttr,
    ModuleOp,
    StringAttr,
)
from xdsl.ir import Attribute, AttributeInvT, Block, Operation, SSAValue, TypeAttribute
from xdsl.parser import Parser, UnresolvedOperand
from xdsl.parser.generic_parser import ParserState
from xdsl.traits import SymbolTable
from xdsl.utils.exceptions import DiagnosticException, ParseError, VerifyException
from xdsl.utils.lexer import Input, Position, Span, Token
from xdsl.utils.mlir_lexer import MLIRLexer, MLIRToken, MLIRTokenKind, StringLiteral

from .diagnostics import did_you_mean, printable
from .types import MAX_WIDTH

MAX_INTEGER_DIGITS = 40
"""Digits of an integer literal; a 64-bit integer has 20."""

MAX_OPS = 20_000
"""Ops of a module: each takes about half a millisecond to parse and verify."""

MAX_LOCATION_DEPTH = 20
"""Levels of nesting in a `loc(...)`."""

VISIBILITIES = ("public", "private", "nested")
"""The values of `sym_visibility`, which xDSL's `func.func` does not check."""

MAX_SHOWN_COLUMNS = 160
"""Longer source lines and messages are cut to this many characters."""

PLAIN_TYPE = re.compile(r"(?:tensor|!\w+\.\w+)<(?:[\w ,=]|!\w+\.)*>")
"""A type written without aliases or comments, so that equal text means an equal type."""

CLEARER_MESSAGES = {
    "in block definition": "'}' or an op expected",
    "Could not parse entire input!": "an op expected",
    "Expected suffix identifier after {first_char}": "a name expected after this character",
}
"""xDSL's messages, and clearer ones that replace them."""

UNKNOWN_NAME = re.compile(r"'?([\w.$]+)'? is not registered|undefined symbol alias '(.+)'")


class TextError(DiagnosticException):
    """An error in a source text; its message starts with file, line and column."""


class SourceLexer(MLIRLexer):
    """Lexes long strings in linear time and UTF-8 strings as text; limits the length of numbers."""

    _whitespace_regex = re.compile(r"\s*+(?://[^\n]*+\s*+)*+", re.ASCII)

    _unescaped_characters_regex = re.compile(
        r'"[^"\\\n\v\f]*(?:\\(?:["nt\\]|[0-9A-Fa-f]{2})[^"\\\n\v\f]*)*"'
    )
    """Replaces xDSL's expression, which takes exponential time on an unterminated string."""

    def _lex_string_literal(self, start_pos: Position) -> MLIRToken:
        content = self.input.content
        end = content.find('"', start_pos + 1) + 1
        if end > 0 and all(content.find(mark, start_pos, end) < 0 for mark in "\\\n\v\f"):
            self.pos = end
            return Token(MLIRTokenKind.STRING_LIT, Span(start_pos, end, self.input))
        token = super()._lex_string_literal(start_pos)
        if token.kind is MLIRTokenKind.BYTES_LIT and _is_text(token.span):
            return Token(MLIRTokenKind.STRING_LIT, token.span)
        return token

    def _lex_number(self, start_pos: Position) -> MLIRToken:
        token = super()._lex_number(start_pos)
        if not token.text.isascii():
            raise ParseError(token.span, f"unexpected character {token.text}")
        if token.kind is MLIRTokenKind.INTEGER_LIT and len(token.span) > MAX_INTEGER_DIGITS:
            raise ParseError(token.span, f"a number has at most {MAX_INTEGER_DIGITS} digits")
        return token


class SourceParser(Parser):
    """Parses MLIR and gives every op its location in the source."""

    def __init__(self, ctx: Context, text: str, name: str):
        super().__init__(ctx, "", name)
        self.input = Input(text, name)
        self.file = StringAttr(name)
        self.types: dict[str, TypeAttribute] = {}
        self.line, self.line_start = 1, 0
        self.location_depth = 0
        self.op_count = 0
        self.open_ops: list[Position] = []
        self.first_uses: dict[str, Position] = {}

    def parse_module(self, allow_implicit_module: bool = True) -> ModuleOp:
        """Parses the text; the module gets the location of its start, from which `locate` reads the
        file name."""
        self._parser_state = ParserState(SourceLexer(self.input))
        module = super().parse_module(allow_implicit_module)
        module.location = FileLineColLoc(self.file, IntAttr(1), IntAttr(1))
        return module

    def parse_operation(self) -> Operation:
        location = self._location(self.pos)
        self.open_ops.append(self.pos)
        self.op_count += 1
        if self.op_count > MAX_OPS:
            self.raise_error(f"a module has at most {MAX_OPS:,} ops")
        op = super().parse_operation()
        self.open_ops.pop()
        if not isinstance(op.location, FileLineColLoc):
            op.location = location
        return op

    def resolve_operand(
        self, operand: UnresolvedOperand, type: AttributeInvT
    ) -> SSAValue[AttributeInvT]:
        name = operand.operand_name
        if name not in self.ssa_values and name not in self.forward_ssa_references:
            self.first_uses[name] = operand.span.start
        return super().resolve_operand(operand, type)

    def _get_op_by_name(self, name: str) -> type[Operation]:
        stack = self._parser_state.dialect_stack
        known = self.ctx.get_optional_op(name, dialect_stack=stack)
        if known is not None:
            return known
        dialect = name.partition(".")[0]
        names = [op.name for op in self.ctx.loaded_ops if op.name.startswith(f"{dialect}.")]
        hint = f"; {did_you_mean(name, names)}" if names else ""
        self.raise_error(f"Operation {name} is not registered{hint}")

    def place_of(self, error: Exception) -> Position:
        """The position to report for an error; xDSL detects some only after the faulty text."""
        if not isinstance(error, ParseError):
            return self.open_ops[-1] if self.open_ops else self.pos
        detected = error.span.start
        if error.msg.startswith("values used but not defined"):
            return min(self.first_uses[name] for name in self.forward_ssa_references)
        unknown = UNKNOWN_NAME.search(error.msg)
        if unknown is None:
            return detected
        return max(self.input.content.rfind(unknown[1] or unknown[2], 0, detected), 0)

    def parse_optional_type(self) -> TypeAttribute | None:
        """Parses a type; one with the same text is parsed once, as networks repeat few of them."""
        start = self.pos
        match = PLAIN_TYPE.match(self.input.content, start)
        if match is not None and match[0] in self.types:
            self._resume_from(match.end())
            return self.types[match[0]]
        type = super().parse_optional_type()
        refusal = _unsupported_type(type)
        if refusal is not None:
            self.raise_error(refusal, start, self.pos)
        if match is not None and type is not None:
            self.types[match[0]] = type
        return type

    def parse_optional_str_literal(self) -> str | None:
        token = self._parse_optional_token(MLIRTokenKind.STRING_LIT)
        if token is None:
            return None
        text = self.input.content[token.span.start + 1 : token.span.end - 1]
        return text if "\\" not in text else StringLiteral.from_span(token.span).string_contents

    def _parse_location(self) -> LocationAttr:
        """Parses a location of limited depth; printing a deeper one would overflow the stack."""
        self.location_depth += 1
        if self.location_depth > MAX_LOCATION_DEPTH:
            self.raise_error(f"locations may nest at most {MAX_LOCATION_DEPTH} deep")
        location = super()._parse_location()
        self.location_depth -= 1
        return location

    def _parse_optional_builtin_parametrized_attr(self) -> Attribute | None:
        """Accepts `array<...>` only; xDSL cannot print all values of other builtin attributes."""
        name = self._current_token.text
        if name.startswith("dense"):
            self.raise_error(f'write qnn.constant with numbers or "0x..." instead of {name}<...>')
        if name in ("affine_map", "affine_set", "opaque", "strided"):
            self.raise_error(f"{name}<...> is not supported in this IR")
        return super()._parse_optional_builtin_parametrized_attr()

    def _parse_file_metadata_dictionary(self) -> NoReturn:
        self.raise_error('write constant data as qnn.data @name "0x..."')

    def _parse_alias_def(self) -> None:
        """Parses an alias, which may not use others: 30 that do can expand to 2^30 attributes."""
        known, self.attribute_aliases = self.attribute_aliases, {}
        start = self.pos
        super()._parse_alias_def()
        if not known.keys().isdisjoint(self.attribute_aliases):
            self.raise_error("this alias is already defined", start)
        known.update(self.attribute_aliases)
        self.attribute_aliases = known

    def _location(self, position: Position) -> FileLineColLoc:
        """The line and column of a position; counts lines from the previous op on."""
        text = self.input.content
        lines = text.count("\n", self.line_start, position)
        if lines:
            self.line += lines
            self.line_start = text.rfind("\n", 0, position) + 1
        column = position - self.line_start + 1
        return FileLineColLoc(self.file, IntAttr(self.line), IntAttr(column))


def _unsupported_type(type: TypeAttribute | None) -> str | None:
    """Why a type is not allowed in a module, else None; xDSL fails on constants of such types."""
    match type:
        case IntegerType() if not 1 <= type.bitwidth <= MAX_WIDTH:
            return f"integers must have 1 to {MAX_WIDTH} bits"
        case Float80Type() | Float128Type():
            return f"{type} is not supported: use f32 or f64"
        case _:
            return None


def _is_text(literal: Span) -> bool:
    try:
        StringLiteral.from_span(literal).bytes_contents.decode()
    except UnicodeDecodeError:
        return False
    return True


def parse_module(ctx: Context, text: str, name: str = "<text>") -> ModuleOp:
    """Parses a module; any error in the text is a TextError."""
    parser = SourceParser(ctx, text, name)
    try:
        return parser.parse_module()
    except ParseError as error:
        message = CLEARER_MESSAGES.get(error.msg.strip(), error.msg)
        raise TextError(_diagnostic_at(text, name, parser.place_of(error), message)) from None
    except Exception as error:
        raise TextError(
            _diagnostic_at(text, name, parser.place_of(error), _error_text(error))
        ) from error


def verify(module: ModuleOp, text: str | None = None) -> None:
    """Checks that values are defined before use, then verifies every op, outer ops first.

    Raises TextError; given the source text, the message includes the line of the op.
    """
    definitions = _Definitions()
    for check in (definitions.check, _check_op):
        for op in module.walk():
            try:
                check(op)
            except Exception as error:
                raise TextError(locate(_error_text(error), op, text)) from error


class _Definitions:
    """The ops and symbols that a walk in text order has visited so far."""

    def __init__(self) -> None:
        self.ops: set[Operation] = set()
        self.symbols: set[tuple[Operation, str]] = set()

    def check(self, op: Operation) -> None:
        self.ops.add(op)
        for number, operand in enumerate(op.operands):
            if not self._is_visible(operand, op):
                name = f"%{operand.name_hint}" if operand.name_hint else f"operand {number}"
                raise VerifyException(f"{op.name}: {name} is used before it is defined")
        name, table = op.get_attr_or_prop("sym_name"), op.parent_op()
        if isinstance(name, StringAttr) and table is not None and table.has_trait(SymbolTable):
            if (table, name.data) in self.symbols:
                raise VerifyException(f'{op.name}: redefinition of symbol "{name.data}"')
            self.symbols.add((table, name.data))

    def _is_visible(self, value: SSAValue, op: Operation) -> bool:
        """Whether a value is defined before its use, in the same block or an enclosing one."""
        owner = value.owner
        home = owner if isinstance(owner, Block) else owner.parent
        inner: Operation | None = op
        while inner is not None and home is not None and (block := inner.parent) is not None:
            if block is home:
                return owner is home or (owner in self.ops and owner is not inner)
            if block.parent is home.parent:
                return True  # another block of the region: order follows control flow, not text
            inner = block.parent_op()
        return False


def _check_op(op: Operation) -> None:
    visibility = op.properties.get("sym_visibility")
    if isinstance(visibility, StringAttr) and visibility.data not in VISIBILITIES:
        known = ", ".join(VISIBILITIES)
        raise VerifyException(f'{op.name}: unknown visibility "{visibility.data}": use {known}')
    op.verify(verify_nested_ops=False)


def locate(message: str, op: Operation, text: str | None = None) -> str:
    """Prefixes a message with the location of an op, and appends its source line.

    The source line is omitted for an op whose `loc` is in another file.
    """
    place = op.location
    if not isinstance(place, FileLineColLoc):
        return message
    line, column = place.line.data, place.column.data
    lines = text.split("\n") if text is not None and place.filename == _file_of(op) else []
    source = lines[line - 1] if 0 < line <= len(lines) else None
    return _diagnostic(message, place.filename.data, line, column, source)


def _file_of(op: Operation) -> StringAttr | None:
    """The file that the module around an op was parsed from."""
    module = op.get_toplevel_object()
    place = module.location if isinstance(module, Operation) else None
    return place.filename if isinstance(place, FileLineColLoc) else None


def _error_text(error: Exception) -> str:
    match error:
        case DiagnosticException():
            return str(error)
        case RecursionError():
            return "this nests too deeply"
        case ArithmeticError() | struct.error():
            return f"a number is out of range ({error})"
        case _:
            return f"this cannot be parsed ({type(error).__name__}: {error})"


def _diagnostic_at(text: str, name: str, position: Position, message: str) -> str:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    source = text[start : end if end >= 0 else len(text)]
    return _diagnostic(
        message, name, text.count("\n", 0, position) + 1, position - start + 1, source
    )


def _diagnostic(message: str, name: str, line: int, column: int, source: str | None) -> str:
    """A message of three lines: the location and the error, the source line, and a caret."""
    head = (
        f"{printable(name)}:{line}:{column}: {_truncate_line(printable(' '.join(message.split())))}"
    )
    if source is None:
        return head
    start = max(0, column - MAX_SHOWN_COLUMNS // 2) if column > MAX_SHOWN_COLUMNS else 0
    shown = _truncate_line(printable(source[start : start + 2 * MAX_SHOWN_COLUMNS]))
    return "\n".join([head, shown, " " * (column - 1 - start) + "^"])


def _truncate_line(line: str) -> str:
    return line if len(line) <= MAX_SHOWN_COLUMNS else line[:MAX_SHOWN_COLUMNS] + "..."
