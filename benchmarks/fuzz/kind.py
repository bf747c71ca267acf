"""The base class of the kinds of input: each generates its cases and checks their outcomes."""

import contextlib
import random
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from pathlib import Path
from typing import ClassVar

from qnn.qdialect.diagnostics import truncated
from qnn.tools.errors import UserError
from xdsl.utils.exceptions import DiagnosticException

ACCEPTED, REFUSED = "accepted", "refused"


class Find(Exception):
    """An outcome that no input may have, although no exception shows it."""


class Kind(ABC):
    """A kind of input. A case is a string of bytes; equal random numbers give equal cases."""

    suffix: ClassVar[str]
    """The suffix of a file with a case."""

    def __init__(self, folder: Path):
        """Prepares the generator; `folder` is empty, and is for files that the code under test
        reads."""
        self.folder = folder

    @abstractmethod
    def case(self, rng: random.Random) -> bytes:
        """Generates a case."""

    @abstractmethod
    def check(self, case: bytes) -> str:
        """Returns the outcome of a case, `accepted` or `refused`; any other exception is a find."""

    def write_case(self, data: bytes, name: str | None = None) -> str:
        """Writes a file with these bytes, and returns its path."""
        path = self.folder / (name or f"case{self.suffix}")
        path.write_bytes(data)
        return str(path)


def outcome_of(run: Callable[[], object], *refusals: type[Exception]) -> str:
    """Runs the code of a command; an error of the user's must have a message of one line."""
    try:
        run()
        return ACCEPTED
    except (UserError, DiagnosticException, *refusals) as error:
        check_message(truncated(str(error)))
        check_memory(error)
        return REFUSED


MAX_MESSAGE_LENGTH = 5000
"""Maximum length of a message, in characters."""


def check_message(message: str) -> None:
    """Raises unless a message is one line; a list of errors may follow, one indented line each."""
    head, *rest = message.split("\n")
    if not head or not all(line.isprintable() for line in (head, *rest)):
        raise Find(f"the message is not one line of printable text: {message!r}")
    if len(message) > MAX_MESSAGE_LENGTH or not all(line.startswith("  ") for line in rest):
        raise Find(f"the message is too long or has several lines: {message}")


def check_memory(error: BaseException | None) -> None:
    """Raises if memory ran out: a machine with more memory might accept this input."""
    while error is not None:
        if isinstance(error, MemoryError):
            raise Find("too much memory") from error
        error = error.__cause__ or error.__context__


def place_of(error: BaseException) -> str:
    """The type of an exception, and the line that raised it."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno} {last.name}"


@contextlib.contextmanager
def discard_output() -> Generator[None]:
    """Discards the output of commands."""
    with (
        open("/dev/null", "w") as nothing,
        contextlib.redirect_stdout(nothing),
        contextlib.redirect_stderr(nothing),
    ):
        yield
