"""Reading and writing files for the commands.

A file that cannot be read or written becomes a `UserError` of one line. A file is written as a
whole or not at all.
"""

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

from .errors import UserError
from .start import TERMINATING_SIGNALS


@contextlib.contextmanager
def uninterrupted() -> Generator[None]:
    """Delays SIGINT and SIGTERM until a block ends that must not be interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting = list[int]()
    before = {
        number: signal.signal(number, lambda number, _: waiting.append(number))
        for number in TERMINATING_SIGNALS
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in waiting[:1]:
            signal.raise_signal(number)


def read_text(path: str) -> str:
    """The text of a file, or of standard input for `-`."""
    data = sys.stdin.buffer.read() if path == "-" else read_bytes(path)
    name = "standard input" if path == "-" else path
    if not data or data.isspace():
        raise UserError(f"{name} is empty")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = ": convert it with qnn import" if name.endswith((".onnx", ".pt2")) else ""
        hint = ": only MLIR can be piped; qnn import -o writes it" if path == "-" else hint
        raise UserError(f"{name} is not UTF-8 text (byte {error.start}){hint}") from None


def read_bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UserError(reason(path, error)) from None
    except ValueError:
        raise UserError(f"{path!r} is not a valid file name") from None


def write_whole(path: str, write: Callable[[BinaryIO], object]) -> None:
    """Writes a temporary file beside `path` and renames it, so that `path` is never incomplete."""
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
    """Writes to something that is not a regular file, such as /dev/null."""
    with target.open("wb") as file:
        write(file)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def reason(path: str, error: OSError) -> str:
    """The message for an error of a file or a folder."""
    return f"{path}: {(error.strerror or str(error)).lower()}"
