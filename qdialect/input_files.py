"""Reads whole files, and limits the length of pipes and devices such as `/dev/zero`."""

import errno
import stat
from os import fstat
from pathlib import Path
from typing import BinaryIO

MAX_STREAM_BYTES = 1 << 28
"""Maximum bytes read from a pipe or a device; regular files have no limit."""


def read_whole(path: str | Path) -> bytes:
    """The contents of a file; raises OSError for a longer pipe or device."""
    with Path(path).open("rb") as file:
        return read_stream(file)


def read_stream(file: BinaryIO) -> bytes:
    """The rest of an open file; raises OSError for a longer pipe or device."""
    if stat.S_ISREG(fstat(file.fileno()).st_mode):
        return file.read()
    data = file.read(MAX_STREAM_BYTES + 1)
    if len(data) > MAX_STREAM_BYTES:
        megabytes = MAX_STREAM_BYTES >> 20
        raise OSError(errno.EFBIG, f"not a regular file, and longer than {megabytes} megabytes")
    return data


def require_regular(path: str | Path) -> None:
    """Raises OSError for a device or a pipe, in which a reader of archives cannot seek."""
    if Path(path).exists() and not Path(path).is_file():
        raise OSError(errno.EINVAL, "not a regular file")
