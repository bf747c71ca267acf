"""Reading and checking text: every mistake is told with file, line, column and the source line."""

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
"""The longest whole number; one of 64 bits has 20 digits."""

MAX_LOCATION_DEPTH = 20

VISIBILITIES = ("public", "private", "nested")
"""What a symbol's visibility may be; `func.func` checks it neither when made nor when printed."""

MAX_SHOWN_COLUMNS = 160
"""How much of a long source line or message is shown."""

PLAIN_TYPE = re.compile(r"(?:tensor|!\w+\.\w+)<(?:[\w ,=]|!\w+\.)*>")
"""A type whose spelling, without aliases or comments, says all about it."""

CLEARER_MESSAGES = {
    "in block definition": "'}' or an op expected",
    "Could not parse entire input!": "an op expected",
    "Expected suffix identifier after {first_char}": "a name expected after this character",
}
"""What the framework says, in words that fit the place."""

UNKNOWN_NAME = re.compile(r"'?([\w.$]+)'? is not registered|undefined symbol alias '(.+)'")


class TextError(DiagnosticException):
    """A mistake in a source text; its message says where."""


class SourceLexer(MLIRLexer):
    """Reads strings of any length fast, and as text if they are UTF-8; refuses endless numbers."""

    _whitespace_regex = re.compile(r"\s*+(?://[^\n]*+\s*+)*+", re.ASCII)

    _unescaped_characters_regex = re.compile(
        r'"[^"\\\n\v\f]*(?:\\(?:["nt\\]|[0-9A-Fa-f]{2})[^"\\\n\v\f]*)*"'
    )
    """xDSL's own takes exponential time on a string that is never closed."""

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
    """Parses MLIR and gives every op its place in the source."""

    def __init__(self, ctx: Context, text: str, name: str):
        super().__init__(ctx, "", name)
        self.input = Input(text, name)
        self.file = StringAttr(name)
        self.types: dict[str, TypeAttribute] = {}
        self.line, self.line_start = 1, 0
        self.location_depth = 0
        self.open_ops: list[Position] = []
        self.first_uses: dict[str, Position] = {}

    def parse_module(self, allow_implicit_module: bool = True) -> ModuleOp:
        """The module is the text: its place is the beginning, and names the file for `locate`."""
        self._parser_state = ParserState(SourceLexer(self.input))
        module = super().parse_module(allow_implicit_module)
        module.location = FileLineColLoc(self.file, IntAttr(1), IntAttr(1))
        return module

    def parse_operation(self) -> Operation:
        location = self._location(self.pos)
        self.open_ops.append(self.pos)
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
        """Where the mistake stands; the framework notices some only later."""
        if not isinstance(error, ParseError):
            return self.open_ops[-1] if self.open_ops else self.pos
        noticed = error.span.start
        if error.msg.startswith("values used but not defined"):
            return min(self.first_uses[name] for name in self.forward_ssa_references)
        unknown = UNKNOWN_NAME.search(error.msg)
        if unknown is None:
            return noticed
        return max(self.input.content.rfind(unknown[1] or unknown[2], 0, noticed), 0)

    def parse_optional_type(self) -> TypeAttribute | None:
        """Parses each spelling of a type once: a network repeats few of them thousands of times."""
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
        """Locations within locations print deeper than they parse: too deep for Python's stack."""
        self.location_depth += 1
        if self.location_depth > MAX_LOCATION_DEPTH:
            self.raise_error(f"locations nest at most {MAX_LOCATION_DEPTH} deep")
        location = super()._parse_location()
        self.location_depth -= 1
        return location

    def _parse_optional_builtin_parametrized_attr(self) -> Attribute | None:
        """Of these attributes the IR knows `array`; others can't all be printed again."""
        name = self._current_token.text
        if name.startswith("dense"):
            self.raise_error(f'write qnn.constant with numbers or "0x..." instead of {name}<...>')
        if name in ("affine_map", "affine_set", "opaque", "strided"):
            self.raise_error(f"{name}<...> has no meaning here")
        return super()._parse_optional_builtin_parametrized_attr()

    def _parse_file_metadata_dictionary(self) -> NoReturn:
        self.raise_error('write constant data as qnn.data @name "0x..."')

    def _parse_alias_def(self) -> None:
        """Aliases don't use aliases: thirty that do could stand for a billion attributes."""
        known, self.attribute_aliases = self.attribute_aliases, {}
        start = self.pos
        super()._parse_alias_def()
        if not known.keys().isdisjoint(self.attribute_aliases):
            self.raise_error("this alias is already defined", start)
        known.update(self.attribute_aliases)
        self.attribute_aliases = known

    def _location(self, position: Position) -> FileLineColLoc:
        """Counts lines only from where the last op began."""
        text = self.input.content
        lines = text.count("\n", self.line_start, position)
        if lines:
            self.line += lines
            self.line_start = text.rfind("\n", 0, position) + 1
        column = position - self.line_start + 1
        return FileLineColLoc(self.file, IntAttr(self.line), IntAttr(column))


def _unsupported_type(type: TypeAttribute | None) -> str | None:
    """Why a type can't be part of a module, if it can't: the framework trips over its numbers."""
    match type:
        case IntegerType() if not 1 <= type.bitwidth <= MAX_WIDTH:
            return f"integers have 1 to {MAX_WIDTH} bits"
        case Float80Type() | Float128Type():
            return f"there are no {type} here: use f32 or f64"
        case _:
            return None


def _is_text(literal: Span) -> bool:
    try:
        StringLiteral.from_span(literal).bytes_contents.decode()
    except UnicodeDecodeError:
        return False
    return True


def parse_module(ctx: Context, text: str, name: str = "<text>") -> ModuleOp:
    """Parses a module; whatever is wrong with the text is a TextError."""
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
    """Verifies every op, from the outside in, after seeing that values are defined before use.

    Raises TextError; with the source text, the message shows the line of the op.
    """
    definitions = _Definitions()
    for check in (definitions.check, _check_op):
        for op in module.walk():
            try:
                check(op)
            except Exception as error:
                raise TextError(locate(_error_text(error), op, text)) from error


class _Definitions:
    """What stands before an op in the order of the text: the ops, and the names of symbols."""

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
        """Whether a value stands above its use, in the same block or in one around it."""
        owner = value.owner
        home = owner if isinstance(owner, Block) else owner.parent
        inner: Operation | None = op
        while inner is not None and home is not None and (block := inner.parent) is not None:
            if block is home:
                return owner is home or (owner in self.ops and owner is not inner)
            if block.parent is home.parent:
                return True  # another block of the same region: control decides, not order
            inner = block.parent_op()
        return False


def _check_op(op: Operation) -> None:
    visibility = op.properties.get("sym_visibility")
    if isinstance(visibility, StringAttr) and visibility.data not in VISIBILITIES:
        known = ", ".join(VISIBILITIES)
        raise VerifyException(f'{op.name}: "{visibility.data}" is no visibility: use {known}')
    op.verify(verify_nested_ops=False)


def locate(message: str, op: Operation, text: str | None = None) -> str:
    """Puts the place of an op before a message, and its source line after it.

    An op that names another file as its place, with `loc`, has no source line here.
    """
    place = op.location
    if not isinstance(place, FileLineColLoc):
        return message
    line, column = place.line.data, place.column.data
    lines = text.split("\n") if text is not None and place.filename == _file_of(op) else []
    source = lines[line - 1] if 0 < line <= len(lines) else None
    return _diagnostic(message, place.filename.data, line, column, source)


def _file_of(op: Operation) -> StringAttr | None:
    """The text that the module around an op was read from."""
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
            return f"this can't be understood ({type(error).__name__}: {error})"


def _diagnostic_at(text: str, name: str, position: Position, message: str) -> str:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    source = text[start : end if end >= 0 else len(text)]
    return _diagnostic(
        message, name, text.count("\n", 0, position) + 1, position - start + 1, source
    )


def _diagnostic(message: str, name: str, line: int, column: int, source: str | None) -> str:
    """A message in three lines: what is wrong and where, the source line, and a caret."""
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
