"""Arrays in files: `x.npy`, `x.npz:key`.

They are read here and not by numpy, which evaluates what stands in a file, and trusts its sizes.
"""

import re
import zipfile
from math import prod
from typing import Any, BinaryIO

import numpy as np

from ..qdialect.archives import ARCHIVE_ERRORS, Unpacker
from ..qdialect.data import Array
from ..qdialect.diagnostics import printable
from .files import UserError, read_bytes, reason, write_whole

MAGIC = b"\x93NUMPY"

HEADER_SIZES = {1: 2, 2: 4, 3: 4}
"""Bytes that tell the length of a header, by the version of the format."""

LONGEST_HEADER = 10_000

TYPE = re.compile(r"""['"]descr['"]: *['"]([<>|=]?[biufc]\d{1,2})['"]""")
ORDER = re.compile(r"""['"]fortran_order['"]: *(True|False)""")
SHAPE = re.compile(r"""['"]shape['"]: *\(((?:\d{1,18}L?, *)*(?:\d{1,18}L?)?) *\)""")
"""What a header says of an array of numbers."""

MOST_AXES = 32


def load_array(name: str) -> Array:
    """Reads `file.npy`, or `file.npz:key`; the key may be left out where there is one array."""
    path, colon, key = name.rpartition(":")
    if not colon or not path.endswith(".npz"):
        path, key = name, ""
    try:
        data = _member(path, key) if path.endswith(".npz") else read_bytes(path)
        if not data:
            raise UserError(f"{path} is empty")
        return array_of(data)
    except OSError as error:
        raise UserError(reason(path, error)) from None
    except ARCHIVE_ERRORS as error:
        raise UserError(f"{path} is no array that can be read: {error}") from None


def _member(path: str, key: str) -> bytes:
    """The bytes of one of several arrays."""
    with zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist()]
        if not key and len(names) == 1:
            key = names[0]
        if key not in names:
            wanted = f"no array {key}" if key else "several arrays"
            known = ",".join(map(printable, names))
            raise UserError(f"{path} has {wanted}; name one: {path}:{{{known}}}")
        return Unpacker(archive).read(archive.namelist()[names.index(key)])


def array_of(data: bytes) -> Array:
    """The array in the bytes of a `.npy` file; raises ValueError if there is none."""
    size = HEADER_SIZES.get(data[6] if data.startswith(MAGIC) and len(data) > 8 else 0)
    if size is None:
        raise ValueError("it is no .npy file")
    start = 8 + size + int.from_bytes(data[8 : 8 + size], "little")
    header = data[8 + size : min(start, LONGEST_HEADER)].decode("latin-1")
    kind, order, shape = (pattern.search(header) for pattern in (TYPE, ORDER, SHAPE))
    if kind is None or order is None or shape is None:
        raise ValueError("it does not hold numbers, in so many rows and columns")
    try:
        dtype = np.dtype(kind[1])
    except TypeError:
        raise ValueError(f"there are no numbers of type {kind[1]}") from None
    sizes = [int(number) for number in re.findall(r"\d+", shape[1])]
    if len(sizes) > MOST_AXES:
        raise ValueError(f"it has {len(sizes)} axes, more than {MOST_AXES}")
    count = prod(sizes)
    if len(data) - start < count * dtype.itemsize:
        said = count * dtype.itemsize
        raise ValueError(f"it holds {max(0, len(data) - start)} bytes of the {said} that it says")
    flat = np.frombuffer(data, dtype, count, start) if count else np.zeros(0, dtype)
    return np.array(flat.reshape(sizes, order="F" if order[1] == "True" else "C"))


def check_output(path: str) -> None:
    """Refuses a name that results can't be written to, before they are computed."""
    if not path.endswith((".npy", ".npz")):
        raise UserError(f"{path}: results are written to .npy or .npz")


def save_arrays(path: str, arrays: list[Array]) -> None:
    """Writes one array as `.npy`, or any number as `.npz` under the keys 0, 1, ..."""
    if path.endswith(".npy") and len(arrays) != 1:
        raise UserError(f"{path}: there are {len(arrays)} results; write them to a .npz")

    def write(file: BinaryIO) -> None:
        if path.endswith(".npy"):
            np.save(file, arrays[0], allow_pickle=False)
        else:
            named: dict[str, Any] = {str(number): array for number, array in enumerate(arrays)}
            np.savez(file, **named)

    write_whole(path, write)
