"""Tensors as they lie in the memory of one image.

Numbers of up to eight bits are bytes that count from the lowest value of their type, so none is
negative; wider ones are as numpy holds them. Where a product takes bits, the channels of a pixel
are packed into words: bipolar numbers as one plane of signs (1 is +1), ternary ones as two, which
take turns word by word (not 0; and below 0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import prod

import numpy as np

from ...qdialect.qnn.base import Shape
from ...qdialect.types import QuantType, bit_width, dtype_of, value_range

Sides = tuple[int, int, int, int]
"""Above, left, below, right."""

NO_SIDES: Sides = (0, 0, 0, 0)

WORD_BITS = 64

OVERREAD_BYTES = 128
"""Bytes behind each tensor that may be read, and count for nothing."""

CXX_TYPES = {
    "i1": "std::int8_t",
    "i2": "std::int16_t",
    "i4": "std::int32_t",
    "i8": "std::int64_t",
    "u1": "std::uint8_t",
    "u2": "std::uint16_t",
    "u4": "std::uint32_t",
    "u8": "std::uint64_t",
    "f4": "float",
    "f8": "double",
}


def type_name(dtype: np.dtype[np.generic]) -> str:
    """A numpy type in C++."""
    return CXX_TYPES[dtype.str[1:]]


class MemorySpace(Enum):
    """Where a tensor is: its number counts within this."""

    ARENA = "at"
    INPUT = "input"
    OUTPUT = "output"


@dataclass(eq=False)
class NativeTensor:
    """A value of one image."""

    element: QuantType
    shape: Shape
    number: int
    space: MemorySpace = MemorySpace.ARENA
    planes: int = 0
    """Of bits; 0 where elements are numbers."""
    border: Sides = NO_SIDES
    """Pixels around an image, for windows that hang over it."""
    fill: int = 0
    """What stands there."""

    @property
    def dtype(self) -> np.dtype[np.generic]:
        if self.planes:
            return np.dtype(np.uint64)
        if self.space is MemorySpace.ARENA and bit_width(self.element) <= 8:
            return np.dtype(np.uint8)
        return dtype_of(self.element)

    @property
    def zero_point(self) -> int:
        """The number that is stored as 0."""
        counted = self.space is MemorySpace.ARENA and bit_width(self.element) <= 8
        return value_range(self.element)[0] if counted else 0

    @property
    def stored_shape(self) -> Shape:
        """Without the border, in what is stored: words of channels, or numbers."""
        if not self.planes:
            return self.shape
        return (*self.shape[:-1], -(-self.shape[-1] // WORD_BITS) * self.planes)

    @property
    def bordered_shape(self) -> Shape:
        """The same with the border."""
        if self.border == NO_SIDES:
            return self.stored_shape
        n, height, width, channels = self.stored_shape
        top, left, bottom, right = self.border
        return (n, height + top + bottom, width + left + right, channels)

    @property
    def size(self) -> int:
        """In bytes."""
        return prod(self.bordered_shape) * self.dtype.itemsize

    @property
    def strides(self) -> Shape:
        """Of each axis, in what is stored."""
        return contiguous_strides(self.bordered_shape)

    @property
    def start(self) -> int:
        """Where the first element is, behind the border above and at the left."""
        if self.border == NO_SIDES:
            return 0
        return self.border[0] * self.strides[1] + self.border[1] * self.strides[2]

    @property
    def pixels(self) -> int:
        return prod(self.shape[:-1])

    @property
    def grid(self) -> str:
        """Where pixels are, as C++."""
        if len(self.shape) == 4:
            return grid_text(self.shape[2], self.strides[1], self.strides[2], self.start)
        channels = self.stored_shape[-1]
        return grid_text(self.pixels, self.pixels * channels, channels, 0)

    @property
    def name(self) -> str:
        """The constant of the source that says where it is."""
        return f"TENSOR_{self.number}" if self.space is MemorySpace.ARENA else str(self.number)

    @property
    def pointer(self) -> str:
        """C++ for its first byte."""
        return f"f.{self.space.value}<{type_name(self.dtype)}>({self.name})"


class TensorView(NativeTensor):
    """Another shape for the same memory."""

    def __init__(self, base: NativeTensor, shape: Shape):
        super().__init__(base.element, shape, base.number, base.space, base.planes)
        self.base: NativeTensor = base.base if isinstance(base, TensorView) else base


class PixelGroups(NativeTensor):
    """An image whose pixels are taken several at once: so many more channels."""

    def __init__(self, base: NativeTensor, together: int):
        n, height, width, channels = base.shape
        shape = (n, height, width // together, channels * together)
        super().__init__(base.element, shape, base.number, base.space)
        self.together = together
        self.base = base

    @property
    def strides(self) -> Shape:
        image, row, column, channel = self.base.strides
        return (image, row, column * self.together, channel)

    @property
    def start(self) -> int:
        return self.base.start


def group_pixels(x: NativeTensor, together: int) -> NativeTensor:
    """With so many pixels at once."""
    return x if together == 1 else PixelGroups(x, together)


def grid_text(width: int, row: int, column: int, start: int) -> str:
    return f"Grid{{{width}, {row}, {column}, {start}}}"


def contiguous_strides(shape: Sequence[int]) -> Shape:
    """Of an array without gaps."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def allocate_arena(lives: Sequence[tuple[NativeTensor, int, int]]) -> tuple[dict[NativeTensor, int], int]:
    """Offsets in an arena for tensors that live from one step to another, and its size.

    The largest come first, each as low as those that live at the same time allow.
    """
    placed: list[tuple[int, int, int, int]] = []
    offsets: dict[NativeTensor, int] = {}
    for tensor, first, last in sorted(lives, key=lambda life: -life[0].size):
        size = -(-(tensor.size + OVERREAD_BYTES) // WORD_BITS) * WORD_BITS
        offset = 0
        for other, end, start, stop in sorted(placed):
            if start <= last and first <= stop:
                if other - offset >= size:
                    break
                offset = max(offset, end)
        offsets[tensor] = offset
        placed.append((offset, offset + size, first, last))
    return offsets, max((end for _, end, _, _ in placed), default=0)
