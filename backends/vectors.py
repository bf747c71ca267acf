"""What designs in any language are run with: files in a folder, and the frames of their ports."""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path

import numpy as np

from ..qdialect.data import Array
from ..qdialect.qnn.base import text_of
from .parts import Port

Files = Mapping[str, str | bytes]
"""Paths inside a folder, and what stands there."""


class SimulationError(Exception):
    """A run that could not be built or did not come to its end; the message says why."""


def write(files: Files, folder: Path) -> None:
    """Writes files into a folder."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("ascii"))


def check_frames(ports: Sequence[Port], arrays: Sequence[Array]) -> None:
    """Refuses arrays that are no frames for the ports."""
    if len(arrays) != len(ports):
        raise SimulationError(f"{len(arrays)} arrays for {len(ports)} ports")
    for port, array in zip(ports, arrays, strict=True):
        if array.shape[1:] != port.frame or array.ndim == 0:
            raise SimulationError(
                f"port {port.name!r} takes frames of {text_of(port.frame)}, "
                f"not an array of {text_of(array.shape)}"
            )
        if array.size and not np.can_cast(array.dtype, port.dtype):
            raise SimulationError(f"port {port.name!r} takes {port.dtype}, not {array.dtype}")
    counts = {len(array) for array in arrays}
    if counts == {0} or len(counts) > 1:
        raise SimulationError("there must be as many frames for each port, and one at least")


def vectors_of(ports: Sequence[Port], arrays: Sequence[Array]) -> Files:
    """The frames of each port as a file."""
    return {
        f"{port.name}.bin": array.astype(port.dtype.newbyteorder("<")).tobytes()
        for port, array in zip(ports, arrays, strict=True)
    }


def read_results(
    ports: Sequence[Port], folder: Path, first: int = 0, count: int | None = None
) -> list[Array]:
    """The whole frames that a host has written, from one of them on, so many or all."""
    results: list[Array] = []
    for port in ports:
        with (folder / f"{port.name}.result.bin").open("rb") as file:
            file.seek(first * port.frame_bytes)
            data = file.read(-1 if count is None else count * port.frame_bytes)
        flat = np.frombuffer(data, port.dtype.newbyteorder("<"))
        whole = flat[: flat.size - flat.size % prod(port.frame)]
        results.append(whole.astype(port.dtype).reshape(-1, *port.frame))
    return results
