"""Reading and writing files for the commands.

A file that cannot be read or written becomes a `UserError` of one line. A file is written as a
whole or not at all.
"""

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..backends.temporary_folders import temporary_folder
from ..qdialect.input_files import read_stream, read_whole
from .errors import UserError

MAX_PREFIX_LENGTH = 50
"""Characters of a file's name in the name of its temporary folder, which may not be too long."""


def read_text(path: str) -> str:
    """The text of a file, or of standard input for `-`."""
    data = _read_standard_input() if path == "-" else read_bytes(path)
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
        return read_whole(path)
    except OSError as error:
        raise UserError(reason(path, error)) from None
    except ValueError:
        raise UserError(f"{path!r} is not a valid file name") from None


def _read_standard_input() -> bytes:
    try:
        return read_stream(sys.stdin.buffer)
    except OSError as error:
        raise UserError(reason("standard input", error)) from None
    except (AttributeError, ValueError):
        raise UserError("standard input is closed") from None


def write_whole(path: str, write: Callable[[BinaryIO], object]) -> None:
    """Writes a file in a folder beside `path` and moves it, so that `path` is never incomplete."""
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            return _write_through(target, write)
        with temporary_folder(_prefix(target), target.parent) as folder:
            whole = folder / "whole"
            with whole.open("wb") as file:
                write(file)
            if target.exists():
                whole.chmod(stat.S_IMODE(target.stat().st_mode))
            whole.replace(target)
    except OSError as error:
        raise UserError(reason(path, error)) from None


def check_writable(path: str) -> None:
    """Raises if no file can be written at `path`, before its content is computed."""
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.is_file() or not target.exists():
            with temporary_folder(_prefix(target), target.parent):
                pass
    except OSError as error:
        raise UserError(f"cannot write {reason(path, error)}") from None


def _prefix(target: Path) -> str:
    """The start of the name of the folder in which `target` is written."""
    return f".{target.name[:MAX_PREFIX_LENGTH]}.qnn-"


def _write_through(target: Path, write: Callable[[BinaryIO], object]) -> None:
    """Writes to something that is not a regular file, such as /dev/null."""
    with target.open("wb") as file:
        write(file)


def reason(path: str, error: OSError) -> str:
    """The message for an error of a file or a folder."""
    return f"{path}: {(error.strerror or str(error)).lower()}"
