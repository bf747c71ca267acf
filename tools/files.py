"""Reading and writing files for the commands: mistakes become one clear line, and what is written
is written whole or not at all."""

import contextlib
import os
import signal
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO

from xdsl.utils.exceptions import DiagnosticException

from ..qdialect.diagnostics import truncated
from ..qdialect.text import TextError
from .messages import USUAL, telling
from .start import ENDING


class UserError(Exception):
    """A mistake of the user's, told in one line; the command ends with status 1."""


def report_errors(command: str, run: Callable[[], None], level: int = USUAL) -> int:
    """Runs a command and returns its exit status; a mistake of the user's becomes one line."""
    try:
        with telling(command, level):
            run()
            sys.stdout.flush()
        return 0
    except TextError as error:
        print(error, file=sys.stderr)
    except (UserError, DiagnosticException) as error:
        print(f"{command}: {truncated(str(error))}", file=sys.stderr)
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        print(f"{command}: {reason(error.filename or 'standard output', error)}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


@contextlib.contextmanager
def uninterrupted() -> Generator[None]:
    """Has an interrupt wait until something is done that must not stop halfway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting = list[int]()
    before = {
        number: signal.signal(number, lambda number, _: waiting.append(number)) for number in ENDING
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in waiting[:1]:
            signal.raise_signal(number)


def _drop_output() -> None:
    """What can't be written to standard output is not tried again at the end."""
    with contextlib.suppress(OSError), open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())


def read_text(path: str) -> str:
    """The text of a file, or of standard input for `-`."""
    data = sys.stdin.buffer.read() if path == "-" else read_bytes(path)
    name = "standard input" if path == "-" else path
    if not data or data.isspace():
        raise UserError(f"{name} is empty")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "; qnn import turns it into MLIR" if name.endswith((".onnx", ".pt2")) else ""
        hint = "; only MLIR can be piped: qnn import writes it" if path == "-" else hint
        raise UserError(f"{name} is not UTF-8 text (byte {error.start}){hint}") from None


def read_bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UserError(reason(path, error)) from None
    except ValueError:
        raise UserError(f"{path!r} is not the name of a file") from None


def write_whole(path: str, write: Callable[[BinaryIO], object]) -> None:
    """Writes through a temporary file beside it, so that a good file is never half replaced."""
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            return _write_through(target, write)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                write(file)
            mode = target.stat().st_mode if target.exists() else 0o666 & ~_umask()
            os.chmod(temporary, stat.S_IMODE(mode))
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise UserError(reason(path, error)) from None


def _write_through(target: Path, write: Callable[[BinaryIO], object]) -> None:
    """Writes to what is no regular file, such as /dev/null."""
    with target.open("wb") as file:
        write(file)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def reason(path: str, error: OSError) -> str:
    """What is wrong with a file, or a folder, in one line."""
    return f"{path}: {(error.strerror or str(error)).lower()}"
