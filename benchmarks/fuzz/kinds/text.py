"""MLIR text: parsing and verifying ends with a module, or with a TextError of three lines. A module
prints as text that parses to a module with the same text."""

import random
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from qnn.qdialect.dialects import PROJECT_DIALECTS, new_context
from qnn.qdialect.text import TextError, parse_module, verify
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.printer import Printer
from xdsl.utils.exceptions import DiagnosticException

from ..damage import damaged_text
from ..kind import ACCEPTED, REFUSED, Find, Kind, check_memory, place_of

BENCHMARKS = Path(__file__).resolve().parents[2]
FOLDERS = (
    BENCHMARKS,
    BENCHMARKS.parent / "test" / "lit" / "dialects",
    BENCHMARKS.parent / "examples",
)

NAME = "case.mlir"
MESSAGE = re.compile(rf"{NAME}:\d+:\d+: \S[^\n]*\n[^\n]*\n *\^")
OTHER_LOCATION_MESSAGE = re.compile(r"[^\n]*:\d+:\d+: \S[^\n]*")
"""A message about an op whose `loc` names another file or line."""

FORMS = ("pretty", "generic", "with places")


class Cases(Kind):
    suffix = ".mlir"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.texts = corpus()

    def case(self, rng: random.Random) -> bytes:
        return damaged_text(rng, self.texts).encode(errors="surrogatepass")

    def check(self, case: bytes) -> str:
        return check(case.decode(errors="surrogatepass"))


def corpus(folders: Sequence[Path] = FOLDERS) -> list[str]:
    """The valid modules of these files: as they are, in generic form, and function by function."""
    texts: list[str] = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.mlir")):
        for part in path.read_text().split("// -----"):
            try:
                texts += [part, *_forms(read(part))]
            except TextError:
                continue
    return texts


def _forms(module: ModuleOp) -> Iterator[str]:
    yield printed(module, "generic")
    ops = [printed(op) for op in module.ops]
    data = [text for text in ops if text.startswith("qnn.data")]
    for text in ops:
        named = [line for line in data if line is not text and line.split(" ")[1] in text]
        yield "\n".join([text, *named, ""])


def missing_ops(texts: Sequence[str]) -> list[str]:
    """The ops of the project's dialects that no text of the corpus contains."""
    names = (op.name for load in PROJECT_DIALECTS.values() for op in load().operations)
    return [name for name in names if not any(name in text for text in texts)]


def read(text: str) -> ModuleOp:
    module = parse_module(new_context(), text, NAME)
    verify(module, text)
    return module


def printed(op: Operation, form: str = "pretty") -> str:
    stream = StringIO()
    generic, places = form == "generic", form == "with places"
    Printer(stream, print_generic_format=generic, print_debuginfo=places).print_op(op)
    return stream.getvalue()


def check(text: str) -> str:
    """Returns the outcome of a text; raises Find if its message or its printed form is wrong."""
    try:
        module = read(text)
    except TextError as error:
        return check_error(error, text)
    for form in FORMS:
        first = printed(module, form)
        try:
            second = printed(read(first), form)
        except TextError as error:
            if isinstance(error.__cause__, RecursionError):
                continue  # the module around it makes a text one level deeper, and too deep
            raise Find(f"the printed module does not parse: {error}\n\n{first}") from error
        if first != second:
            raise Find(f"the printed module prints differently after parsing:\n{first}\n{second}")
    return ACCEPTED


def check_error(error: TextError, text: str) -> str:
    """Checks that a message has three lines; the outcome names a Python exception as the cause."""
    form = OTHER_LOCATION_MESSAGE if "loc" in text and "\n" not in str(error) else MESSAGE
    if not form.fullmatch(str(error)):
        raise Find(f"the message is not three lines: {error}")
    cause = error.__cause__
    check_memory(error)
    if cause is None or isinstance(cause, DiagnosticException | RecursionError):
        return REFUSED
    return f"{REFUSED} by {place_of(cause)}"
