"""Zip archives that others made: what is in them is unpacked as far as it stays in proportion."""

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
"""What reading an archive may raise that is not what it should be; it may be an OSError, too."""

MIN_CHECKED_BYTES = 1 << 28
"""So many bytes may be unpacked from any archive, however small it is."""

MAX_EXPANSION = 32
"""And so many times its own size from a large one."""


class Unpacker:
    """The parts of an archive. What is read twice is counted twice."""

    def __init__(self, archive: zipfile.ZipFile):
        self.archive = archive
        self.left = max(MIN_CHECKED_BYTES, MAX_EXPANSION * archive.start_dir)
        """Bytes that may be unpacked yet."""

    def read(self, name: str) -> bytes:
        """A part; raises one of `DAMAGE` if there is none that can be read."""
        entry = self.archive.getinfo(name)
        self.left -= entry.file_size
        if self.left < 0:
            raise ValueError("it unpacks to more than an archive of its size should hold")
        return self.archive.read(entry)
