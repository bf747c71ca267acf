"""The constants of a network as one block of bytes, which its code addresses by offset."""

from collections.abc import Mapping

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from .tensors import VECTOR_BYTES, type_name

KnownValues = Mapping[SSAValue, Array]
"""Values that do not depend on the inputs."""


class Constants:
    """Arrays stored one after another; equal arrays are stored once."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self.offsets: dict[bytes, int] = {}

    def add(self, array: Array) -> int:
        """Stores an array; returns its offset."""
        data = np.ascontiguousarray(array).tobytes()
        if data not in self.offsets:
            self.bytes += bytes(-len(self.bytes) % VECTOR_BYTES)
            self.offsets[data] = len(self.bytes)
            self.bytes += data
        return self.offsets[data]

    def pointer(self, array: Array, type: str | None = None) -> str:
        """Stores an array; returns a C++ expression that points to its first element."""
        return f"f.constant<{type or type_name(array.dtype)}>({self.add(array)})"
