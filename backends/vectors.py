"""What designs in any language are run with: files in a folder, and the frames of their ports."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..qdialect.data import Array
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


def write_vectors(ports: Sequence[Port], arrays: Sequence[Array], folder: Path) -> None:
    """Writes frames as a host reads them: of inputs, or those that are expected."""
    write(vectors_of(ports, arrays), folder)


def vectors_of(ports: Sequence[Port], arrays: Sequence[Array]) -> Files:
    """The frames of each port as a file."""
    files: dict[str, bytes] = {}
    for port, array in zip(ports, arrays, strict=True):
        data = array.astype(port.dtype.newbyteorder("<")).tobytes()
        if len(array) == 0 or len(data) != len(array) * port.frame_bytes:
            raise SimulationError(f"frames of {array.shape[1:]} are none of port {port.name!r}")
        files[f"{port.name}.bin"] = data
    return files


def read_results(ports: Sequence[Port], folder: Path, first: int = 0) -> list[Array]:
    """The frames that a host has written, from one of them on."""
    results: list[Array] = []
    for port in ports:
        with (folder / f"{port.name}.result.bin").open("rb") as file:
            file.seek(first * port.frame_bytes)
            flat = np.frombuffer(file.read(), port.dtype.newbyteorder("<"))
        results.append(flat.astype(port.dtype).reshape(-1, *port.frame))
    return results
