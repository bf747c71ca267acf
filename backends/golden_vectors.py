"""The frames of a design's ports as files, which the simulations and hosts of all backends use."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..qdialect.data import Array
from ..qdialect.packing import pack_words, unpack_words
from ..qdialect.qnn.base import text_of
from ..qdialect.types import FloatType, dtype_of
from .netlist.netlist import DesignPort

Files = Mapping[str, str | bytes]
"""The contents of files by their paths inside a folder."""


DIFFERENT = 1
"""The exit status of a testbench whose results differ from the expected ones, or that has none to
compare with."""


class SimulationError(Exception):
    """A simulation that cannot be built or does not end; the message says why."""


def write(files: Files, folder: Path) -> None:
    """Writes files into a folder."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("ascii"))


def check_frames(ports: Sequence[DesignPort], arrays: Sequence[Array]) -> None:
    """Raises an error unless every port has frames, and all ports the same number of them."""
    if len(arrays) != len(ports):
        raise SimulationError(
            f"{len(arrays)} arrays for {len(ports)} ports: pass one array for each port"
        )
    for port, array in zip(ports, arrays, strict=True):
        frame = port.frame if port.link is None else port.link.frame
        if array.shape[1:] != frame or array.ndim == 0:
            raise SimulationError(
                f"port {port.name!r} takes frames of {text_of(frame)}, "
                f"not an array of {text_of(array.shape)}"
            )
        if port.link is None and array.size and not np.can_cast(array.dtype, port.dtype):
            raise SimulationError(f"port {port.name!r} takes {port.dtype}, not {array.dtype}")
    counts = {len(array) for array in arrays}
    if counts == {0} or len(counts) > 1:
        raise SimulationError("all ports need the same number of frames, at least one")


def golden_vector_files(ports: Sequence[DesignPort], arrays: Sequence[Array]) -> Files:
    """A file with the frames of each port."""
    return {
        f"{port.name}.bin": bytes_of(port, array) for port, array in zip(ports, arrays, strict=True)
    }


def bytes_of(port: DesignPort, array: Array) -> bytes:
    """The bytes of frames at a port: element by element, or in the words of a link."""
    if port.link is None:
        return array.astype(port.dtype.newbyteorder("<")).tobytes()
    element, lanes = port.link.element_type, port.link.lanes.data
    if isinstance(element, FloatType):
        return array.astype(array.dtype.newbyteorder("<")).tobytes()
    return pack_words(array.reshape(-1, lanes), element, (1, lanes)).tobytes()


def frame_bytes(port: DesignPort, data: bytes) -> Array:
    """The whole frames in the bytes at a port."""
    data = data[: len(data) - len(data) % port.frame_bytes]
    if port.link is None:
        flat = np.frombuffer(data, port.dtype.newbyteorder("<"))
        return flat.astype(port.dtype).reshape(-1, *port.frame)
    element, lanes = port.link.element_type, port.link.lanes.data
    if isinstance(element, FloatType):
        kind = dtype_of(element)
        return (
            np.frombuffer(data, kind.newbyteorder("<")).astype(kind).reshape(-1, *port.link.frame)
        )
    words = np.frombuffer(data, np.uint8).reshape(-1, 1, port.design_word_bytes)
    found = unpack_words(words, (len(words), lanes), element, (1, lanes))
    return found.reshape(-1, *port.link.frame)


def read_results(
    ports: Sequence[DesignPort], folder: Path, first: int = 0, count: int | None = None
) -> list[Array]:
    """The whole frames that a host has written: `count` frames from `first` on, or all of them."""
    results: list[Array] = []
    for port in ports:
        with (folder / f"{port.name}.result.bin").open("rb") as file:
            file.seek(first * port.frame_bytes)
            data = file.read(-1 if count is None else count * port.frame_bytes)
        results.append(frame_bytes(port, data))
    return results
