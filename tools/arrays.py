"""Arrays in files: `x.npy`, `x.npz:key`.

They are parsed here and not by numpy, which evaluates the header of a file and trusts its sizes.
"""

import re
import zipfile
from math import prod
from typing import Any, BinaryIO

import numpy as np

from ..qdialect.archives import ARCHIVE_ERRORS, Unpacker
from ..qdialect.data import Array
from ..qdialect.diagnostics import printable
from ..qdialect.input_files import require_regular
from .errors import UserError
from .files import check_writable, read_bytes, reason, write_whole

NPY_MAGIC = b"\x93NUMPY"

LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
"""The bytes of the header's length, by the version of the format."""

MAX_HEADER_BYTES = 10_000

HEADER_TYPE = re.compile(r"""['"]descr['"]: *['"]([<>|=]?[biufc]\d{1,2})['"]""")
HEADER_ORDER = re.compile(r"""['"]fortran_order['"]: *(True|False)""")
HEADER_SHAPE = re.compile(r"""['"]shape['"]: *\(((?:\d{1,18}L?, *)*(?:\d{1,18}L?)?) *\)""")
"""The fields in the header of an array of numbers."""

MAX_ARRAY_AXES = 32


def load_array(name: str) -> Array:
    """Reads `file.npy` or `file.npz:key`; the key is optional if the file has a single array."""
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
        raise UserError(f"{path} is not a readable array: {error}") from None


def _member(path: str, key: str) -> bytes:
    """The bytes of one array in an archive."""
    require_regular(path)
    with zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist()]
        if not key and len(names) == 1:
            key = names[0]
        if key not in names:
            problem = f"no array {key}" if key else "several arrays"
            known = ",".join(map(printable, names))
            raise UserError(f"{path} has {problem}; name one: {path}:{{{known}}}")
        return Unpacker(archive).read(archive.namelist()[names.index(key)])


def array_of(data: bytes) -> Array:
    """The array in the bytes of a `.npy` file; raises ValueError if there is none."""
    size = LENGTH_BYTES.get(data[6] if data.startswith(NPY_MAGIC) and len(data) > 8 else 0)
    if size is None:
        raise ValueError("it is not in the .npy format")
    start = 8 + size + int.from_bytes(data[8 : 8 + size], "little")
    header = data[8 + size : min(start, MAX_HEADER_BYTES)].decode("latin-1")
    kind, order, shape = (
        pattern.search(header) for pattern in (HEADER_TYPE, HEADER_ORDER, HEADER_SHAPE)
    )
    if kind is None or order is None or shape is None:
        raise ValueError("its header does not describe an array of numbers")
    try:
        dtype = np.dtype(kind[1])
    except TypeError:
        raise ValueError(f"its type {kind[1]} is not known") from None
    sizes = [int(number) for number in re.findall(r"\d+", shape[1])]
    if len(sizes) > MAX_ARRAY_AXES:
        raise ValueError(f"it has {len(sizes)} axes; at most {MAX_ARRAY_AXES} are supported")
    count = prod(sizes)
    if len(data) - start < count * dtype.itemsize:
        size, present = count * dtype.itemsize, max(0, len(data) - start)
        raise ValueError(f"it is cut off: its header announces {size} bytes, {present} follow")
    flat = np.frombuffer(data, dtype, count, start) if count else np.zeros(0, dtype)
    return np.array(flat.reshape(sizes, order="F" if order[1] == "True" else "C"))


def check_output(path: str) -> None:
    """Raises if results cannot be written to a file of this name, before they are computed."""
    if not path.endswith((".npy", ".npz")):
        raise UserError(f"{path}: the name of a file for results must end in .npy or .npz")
    check_writable(path)


def save_arrays(path: str, arrays: list[Array]) -> None:
    """Writes one array as `.npy`, or any number as `.npz` under the keys 0, 1, ..."""
    if path.endswith(".npy") and len(arrays) != 1:
        raise UserError(f"{path}: the network has {len(arrays)} results: write them to a .npz")

    def write(file: BinaryIO) -> None:
        if path.endswith(".npy"):
            np.save(file, arrays[0], allow_pickle=False)
        else:
            named: dict[str, Any] = {str(number): array for number, array in enumerate(arrays)}
            np.savez(file, **named)

    write_whole(path, write)
