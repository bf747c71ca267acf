"""The numbers of a network as one block of bytes, which its code finds by their places."""

import numpy as np

from ...qdialect.data import Array
from .tensors import type_name

ALIGNMENT = 64


class Constants:
    """Arrays one behind the other; equal ones are there once."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self.offsets: dict[bytes, int] = {}

    def add(self, array: Array) -> int:
        """Where an array is."""
        data = np.ascontiguousarray(array).tobytes()
        if data not in self.offsets:
            self.bytes += bytes(-len(self.bytes) % ALIGNMENT)
            self.offsets[data] = len(self.bytes)
            self.bytes += data
        return self.offsets[data]

    def pointer(self, array: Array, type: str | None = None) -> str:
        """C++ for its first element."""
        return f"f.constant<{type or type_name(array.dtype)}>({self.add(array)})"
