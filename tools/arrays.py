"""Arrays in files: `x.npy`, `x.npz:key`."""

import zipfile
from typing import Any, BinaryIO

import numpy as np

from ..qdialect.data import Array
from .files import UserError, read_bytes, write_whole


def load_array(name: str) -> Array:
    """Reads `file.npy`, or `file.npz:key`; the key may be left out where there is one array."""
    path, colon, key = name.rpartition(":")
    if not colon or not path.endswith(".npz"):
        path, key = name, ""
    if not read_bytes(path):
        raise UserError(f"{path} is empty")
    try:
        if path.endswith(".npz"):
            return _member(path, key)
        return np.array(np.load(path, mmap_mode="r", allow_pickle=False))
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, MemoryError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        if (
            "pickle" in reason or "Python objects" in reason
        ):  # numpy tells how to run whatever such a file holds
            reason = "it is no .npy file, or holds Python objects, not numbers"
        raise UserError(f"{path} is no array that can be read: {reason}") from None


def _member(path: str, key: str) -> Array:
    with np.load(path, allow_pickle=False) as file:
        names = list(file.files)
        if not key and len(names) == 1:
            key = names[0]
        if key not in names:
            wanted = f"no array {key}" if key else "several arrays"
            raise UserError(f"{path} has {wanted}; name one: {path}:{{{','.join(names)}}}")
        return file[key]


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
