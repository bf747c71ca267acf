"""What a kind of input is: how a case of it is made, and what it may lead to."""

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
    """Something that no input should lead to, though it is no exception by itself."""


class Kind(ABC):
    """Inputs of a kind. A case is some bytes, the same for the same random numbers."""

    suffix: ClassVar[str]
    """Of a file with a case."""

    def __init__(self, folder: Path):
        """Gets ready; the folder is empty, and for what is written to be read."""
        self.folder = folder

    @abstractmethod
    def case(self, rng: random.Random) -> bytes:
        """A case."""

    @abstractmethod
    def check(self, case: bytes) -> str:
        """How a case ends, `accepted` or `refused`; raises if it is not taken with grace."""

    def written(self, data: bytes, name: str | None = None) -> str:
        """The path of a file with some bytes."""
        path = self.folder / (name or f"case{self.suffix}")
        path.write_bytes(data)
        return str(path)


def taken(run: Callable[[], object], *refusals: type[Exception]) -> str:
    """Runs what a command does; a mistake of the user's is told in one line that says something."""
    try:
        run()
        return ACCEPTED
    except (UserError, DiagnosticException, *refusals) as error:
        check_message(truncated(str(error)))
        check_memory(error)
        return REFUSED


LONGEST = 5000
"""Characters of a message."""


def check_message(message: str) -> None:
    """One line; a list of what is wrong has one for each, which begin with spaces."""
    head, *rest = message.split("\n")
    if not head or not all(line.isprintable() for line in (head, *rest)):
        raise Find(f"a message that is not one line of text: {message!r}")
    if len(message) > LONGEST or not all(line.startswith("  ") for line in rest):
        raise Find(f"a message that is too long, or of several lines: {message}")


def check_memory(error: BaseException | None) -> None:
    """A refusal for want of memory is luck: elsewhere there is more of it."""
    while error is not None:
        if isinstance(error, MemoryError):
            raise Find("too much memory") from error
        error = error.__cause__ or error.__context__


def place_of(error: BaseException) -> str:
    """The kind of an exception and where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno} {last.name}"


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Drops what commands print."""
    with (
        open("/dev/null", "w") as nothing,
        contextlib.redirect_stdout(nothing),
        contextlib.redirect_stderr(nothing),
    ):
        yield
