"""Reads zip archives from outside with a limit on their unpacked size, against zip bombs."""

import lzma
import zipfile
import zlib

ARCHIVE_ERRORS = (
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""Exceptions that reading a damaged archive may raise, besides OSError."""

MIN_CHECKED_BYTES = 1 << 28
"""Any archive may unpack to this many bytes, however small it is."""

MAX_EXPANSION = 32
"""A larger archive may unpack to this many times its own size."""


class Unpacker:
    """Reads the files in an archive up to its limit; a file that is read twice counts twice."""

    def __init__(self, archive: zipfile.ZipFile):
        self.archive = archive
        self.bytes_left = max(MIN_CHECKED_BYTES, MAX_EXPANSION * archive.start_dir)
        """Bytes that may still be unpacked."""

    def read(self, name: str) -> bytes:
        """The contents of a file; raises one of `ARCHIVE_ERRORS` if it cannot be read."""
        entry = self.archive.getinfo(name)
        self.bytes_left -= entry.file_size
        if self.bytes_left < 0:
            raise ValueError("it unpacks to more than an archive of its size should hold")
        return self.archive.read(entry)
