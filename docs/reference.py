"""Pages that `mkdocs build` adds: the home page, and references made from the code.

They are not written to disk. Operations are described by their definitions, commands by their
own help, Python by what each package exports. Links from pages to other folders of the
repository become links to pages of the site if these exist, and plain text otherwise.
"""

import ast
import contextlib
import inspect
import io
import os
import re
import textwrap
from collections.abc import Callable, Generator, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from qnn.backends.targets import TARGETS
from qnn.qdialect.qnn import Qnn, QnnOp
from qnn.qdialect.stream import Process, Stream
from qnn.tools import qnn as qnn_command
from qnn.tools import qnn_opt
from xdsl.dialects.builtin import DenseArrayBase, FloatAttr, IntegerAttr
from xdsl.ir import Attribute, Dialect
from xdsl.irdl import IRDLOperation, OptionalDef, PropertyDef, VariadicDef

ROOT = Path(__file__).parent.parent
COPIED = {
    "README.md": "index.md",
    "benchmarks/README.md": "benchmarks.md",
    "examples/published/README.md": "published.md",
}
"""Files outside of `docs` that are pages of the site."""

PACKAGES = (
    "passes",
    "frontends/onnx",
    "frontends/torch",
    "backends/native",
    *(f"backends/{target}" for target in TARGETS),
    "training",
)
"""The packages that programs import."""

CHECKS = ("require_", "check", "_")
"""Name prefixes of the functions whose messages belong to a verifier."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    os.environ["COLUMNS"] = "100"  # the width of the commands' help
    made = {page: (ROOT / source).read_text() for source, page in COPIED.items()}
    made["reference/qnn.md"] = dialect(Qnn, "Tensor ops: level 1 and 2 of a network.")
    made["reference/stream.md"] = dialect(Stream, "Level 3: processes joined by channels.")
    made["reference/commands.md"] = commands()
    made["reference/python.md"] = "\n".join(["# Python", "", *map(package, PACKAGES)])
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links of the repository as links of the site."""
    here = page.file.src_uri
    source = {target: name for name, target in COPIED.items()}.get(here, f"docs/{here}")

    def linked(link: re.Match[str]) -> str:
        text, path, anchor = link[1], normpath(join(dirname(source), link[2])), link[3] or ""
        path = path if path in COPIED else f"{path}/README.md" if is_page(path) else path
        target = COPIED.get(path) or (path[5:] if path.startswith("docs/") else None)
        if target is None:
            return text.strip("![]")
        return f"{text}({relpath(target, dirname(here))}{anchor})"

    return re.sub(r"(!?\[[^\]]*\])\(([^():#]+)(#[^)]*)?\)", linked, markdown)


def is_page(folder: str) -> bool:
    return f"{folder}/README.md" in COPIED


# Operations


def dialect(dialect: Dialect, summary: str) -> str:
    """The reference of a dialect: a section for each op."""
    lines = [f"# The `{dialect.name}` dialect", "", f"{summary} Made from the definitions.", ""]
    for op in dialect.operations:
        lines += operation(op)
    return "\n".join(lines)


def operation(op: type) -> Generator[str]:
    assert issubclass(op, IRDLOperation)
    definition = op.get_irdl_definition()
    yield from (f"## `{op.name}`", "", *prose(op.__doc__), "")
    if definition.assembly_format is not None:
        yield from ("```text", f"{op.name} {definition.assembly_format}", "```", "")
    yield from ("| | | |", "|---|---|---|")
    told = dict(documented(op))
    for what, parts in (("operand", definition.operands), ("result", definition.results)):
        for name, part in parts:
            yield f"| `{name}` | {how_many(part)}{what} | {told.get(name, '')} |"
    for name, part in definition.properties.items():
        yield f"| `{name}` | {how_given(part)} | {told.get(name, '')} |"
    refused = list(dict.fromkeys(refusals(op)))
    if refused:
        yield from ("", "Refused, each with its numbers:", "", *(f"- {text}" for text in refused))
    yield ""


def prose(text: str | None) -> Generator[str]:
    """A docstring, whose lines of IR become blocks."""
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        is_code = re.match(r"\s|%|stream\.|qnn\.", paragraph)
        yield from (("```mlir", textwrap.dedent(paragraph), "```") if is_code else (paragraph,))
        yield ""


def documented(op: type) -> Generator[tuple[str, str]]:
    """The docstrings under the operands, results and properties of an op and its bases."""
    for base in reversed(inspect.getmro(op)):
        if base.__module__.startswith("qnn."):
            body = class_of(base).body
            for field, text in pairwise(body):
                match field, text:
                    case ast.Assign(targets=[ast.Name(name)]), ast.Expr(ast.Constant(str(told))):
                        yield name, " ".join(told.split())


def class_of(kind: type) -> ast.ClassDef:
    [found] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(found, ast.ClassDef)
    return found


def how_many(part: object) -> str:
    if isinstance(part, OptionalDef):
        return "optional "
    return "any number: " if isinstance(part, VariadicDef) else ""


def how_given(part: object) -> str:
    if isinstance(part, OptionalDef):
        return "optional"
    assert isinstance(part, PropertyDef)
    return "" if part.default_value is None else f"`{value(part.default_value)}` by default"


def value(attribute: Attribute) -> object:
    match attribute:
        case IntegerAttr():
            return attribute.value.data
        case FloatAttr():
            return f"{attribute.value.data:g}"
        case DenseArrayBase():
            return list(attribute.get_values())
    return getattr(attribute, "data", attribute)


def refusals(op: type) -> Generator[str]:
    """The messages of an op's verifier, and of the functions that it calls."""
    if issubclass(op, QnnOp | Process):
        for name in ("result_shapes", "verify_types", "check"):
            yield from messages_of(getattr(op, name, None), op, {}, set())
    else:
        yield from messages_of(getattr(op, "verify_", None), op, {}, set())


def messages_of(
    function: object, op: type, known: Mapping[str, str], seen: set[object]
) -> Iterator[str]:
    """The messages that a function raises, itself or through what it calls by name."""
    if not inspect.isfunction(function) or not function.__module__.startswith("qnn.qdialect"):
        return
    if function in seen and not known:
        return
    seen.add(function)
    for call in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        match call:
            case ast.Call(ast.Name("require"), [_, message]):
                yield rendered(message, known)
            case ast.Call(ast.Name("VerifyException"), [message]):
                yield rendered(message, known)
            case ast.Call(ast.Name(name), arguments) if name.startswith(CHECKS):
                called = function.__globals__.get(name)
                yield from messages_of(called, op, constants(called, arguments, known), seen)
            case ast.Call(ast.Attribute(ast.Name("self"), name)) if name.startswith(CHECKS):
                yield from messages_of(getattr(op, name, None), op, {}, seen)
            case ast.Call(ast.Attribute(ast.Call(ast.Name("super")), name)):
                bases = (vars(base).get(name) for base in inspect.getmro(op))
                for inherited in bases:
                    if inherited is not function:
                        yield from messages_of(inherited, op, {}, seen)


def constants(
    function: Callable[..., Any] | None, arguments: list[ast.expr], known: Mapping[str, str]
) -> dict[str, str]:
    """The texts that a call gives to parameters."""
    if function is None:
        return {}
    pairs = zip(inspect.signature(function).parameters, arguments, strict=False)
    return {
        name: rendered(argument, known)
        for name, argument in pairs
        if isinstance(argument, ast.Constant | ast.JoinedStr) or ast.unparse(argument) in known
    }


def rendered(message: ast.expr, known: Mapping[str, str]) -> str:
    """A message, with three dots for what its numbers and names would be."""
    match message:
        case ast.Constant():
            return str(message.value)
        case ast.JoinedStr():
            return "".join(rendered(part, known) for part in message.values)
        case ast.FormattedValue():
            return known.get(ast.unparse(message.value), "...")
        case ast.BinOp(left, ast.Add(), right):
            return rendered(left, known) + rendered(right, known)
        case ast.IfExp(body=body):
            return rendered(body, known)
    return known.get(ast.unparse(message), "...")


# Commands


def commands() -> str:
    """The help of every command, as it prints it."""
    top = printed(qnn_command.main, ["--help"])
    names = re.findall(r"^    (\w+)", top, flags=re.MULTILINE)
    lines = ["# Commands", "", "As `--help` prints them.", "", "## `qnn`", *block(top)]
    for name in names:
        lines += [f"## `qnn {name}`", *block(printed(qnn_command.main, [name, "--help"]))]
    lines += ["## `qnn-opt`", *block(printed(qnn_opt.main, ["--help"]))]
    return "\n".join(lines)


def block(text: str) -> list[str]:
    return ["", "```text", text.rstrip(), "```", ""]


def printed(command: Callable[[list[str]], int], arguments: list[str]) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        command(arguments)
    return output.getvalue()


# Python


def package(folder: str) -> str:
    """The names that a package exports. It is parsed, not imported: some packages need others that
    may not be installed."""
    tree = ast.parse((ROOT / folder / "__init__.py").read_text())
    lines = [f"## `qnn.{folder.replace('/', '.')}`", "", ast.get_docstring(tree) or "", ""]
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.level == 1:
            path = ROOT.joinpath(folder, *(statement.module or "").split("."))
            source = ast.parse(path.with_suffix(".py").read_text())
            for alias in statement.names:
                lines += exported(source, alias.name)
        elif isinstance(statement, ast.FunctionDef) and not statement.name.startswith("_"):
            lines += exported(tree, statement.name)
    return "\n".join(lines)


def exported(source: ast.Module, name: str) -> Generator[str]:
    """A function, or a class with its public methods."""
    for statement in source.body:
        match statement:
            case ast.FunctionDef(name=found) if found == name:
                yield from described(statement, "###")
            case ast.ClassDef(name=found) if found == name:
                yield from (f"### `{name}`", "", *prose(ast.get_docstring(statement)))
                for method in statement.body:
                    if isinstance(method, ast.FunctionDef) and method.name[0] != "_":
                        yield from described(method, "####")


def described(function: ast.FunctionDef, heading: str) -> Generator[str]:
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    text = f"def {function.name}({ast.unparse(function.args)}){returns}"
    yield from (f"{heading} `{function.name}`", "", "```python", text, "```", "")
    yield from prose(ast.get_docstring(function))
