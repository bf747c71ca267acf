"""How tensors are stored in memory, one image at a time.

| elements                | stored as                                                             |
|-------------------------|-----------------------------------------------------------------------|
| up to 8 bits            | unsigned bytes, minus the lowest value of their type                  |
| wider                   | as in numpy                                                           |
| bipolar, read as bits   | 64 channels per word, 1 is +1                                         |
| ternary, read as bits   | 64 channels per pair of words: first "not zero", then "negative"      |

The arena is the memory of all tensors between the inputs and the outputs of one image.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.qnn.base import Shape
from ...qdialect.types import QuantType, bit_width, dtype_of, element_of, value_range

Sides = tuple[int, int, int, int]
"""Pixels above, left of, below and right of an image."""

NO_SIDES: Sides = (0, 0, 0, 0)

WORD_BITS = 64
"""Channels in a word of packed bits."""

VECTOR_BYTES = 64
"""The size of a vector, and the alignment of constants and tensors."""

OVERREAD_BYTES = 128
"""Bytes after each tensor that vector loads may read; their values have no effect."""

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
    """The C++ name of a numpy type."""
    return CXX_TYPES[dtype.str[1:]]


def quant_type_of(value: SSAValue) -> QuantType:
    element = element_of(value)
    assert isinstance(element, QuantType)
    return element


def needs_wide(type: QuantType) -> bool | None:
    """Whether values of a type need 64-bit integers instead of 32-bit ones; None if 64 are too few.

    The lowest and the highest integer of each width are kept free: negating a value cannot
    overflow, and the highest serves as a threshold that no value reaches.
    """
    low, high = value_range(type)
    for bits, wide in ((32, False), (64, True)):
        if -(1 << (bits - 1)) < low and high < (1 << (bits - 1)) - 1:
            return wide
    return None


class MemorySpace(Enum):
    """Where a tensor is stored, by the member of `Frame` (C++) that finds it."""

    ARENA = "at"
    INPUT = "input"
    OUTPUT = "output"


@dataclass(eq=False)
class NativeTensor:
    """A tensor of one image."""

    element: QuantType
    shape: Shape
    number: int
    """Its index among the tensors of its memory space."""
    space: MemorySpace = MemorySpace.ARENA
    planes: int = 0
    """Words per 64 channels: 1 for bipolar bits, 2 for ternary ones, 0 if elements are numbers."""
    border: Sides = NO_SIDES
    """Padding that is stored around the image, for windows that overlap its edge."""
    fill: int = 0
    """The value of the padding."""

    @property
    def dtype(self) -> np.dtype[np.generic]:
        if self.planes:
            return np.dtype(np.uint64)
        if self.space is MemorySpace.ARENA and bit_width(self.element) <= 8:
            return np.dtype(np.uint8)
        return dtype_of(self.element)

    @property
    def offset(self) -> int:
        """The value that is stored as 0: an element is its stored number plus this."""
        shifted = self.space is MemorySpace.ARENA and bit_width(self.element) <= 8
        return value_range(self.element)[0] if shifted else 0

    @property
    def stored_shape(self) -> Shape:
        """The shape without the border, in words of channels or in numbers."""
        if not self.planes:
            return self.shape
        return (*self.shape[:-1], -(-self.shape[-1] // WORD_BITS) * self.planes)

    @property
    def bordered_shape(self) -> Shape:
        """The shape with the border, in words of channels or in numbers."""
        if self.border == NO_SIDES:
            return self.stored_shape
        n, height, width, channels = self.stored_shape
        top, left, bottom, right = self.border
        return (n, height + top + bottom, width + left + right, channels)

    @property
    def size(self) -> int:
        """The size in bytes, with the border."""
        return prod(self.bordered_shape) * self.dtype.itemsize

    @property
    def strides(self) -> Shape:
        """The distance of neighbours along each axis, in stored elements."""
        return contiguous_strides(self.bordered_shape)

    @property
    def start(self) -> int:
        """The offset of the first element of the image, after the border."""
        if self.border == NO_SIDES:
            return 0
        return self.border[0] * self.strides[1] + self.border[1] * self.strides[2]

    @property
    def pixels(self) -> int:
        return prod(self.shape[:-1])

    @property
    def grid(self) -> str:
        """The C++ `Grid` of the pixels."""
        if len(self.shape) == 4:
            return grid_text(self.shape[2], self.strides[1], self.strides[2], self.start)
        channels = self.stored_shape[-1]
        return grid_text(self.pixels, self.pixels * channels, channels, 0)

    @property
    def name(self) -> str:
        """The C++ constant that holds its offset, or the index of an input or output."""
        return f"TENSOR_{self.number}" if self.space is MemorySpace.ARENA else str(self.number)

    @property
    def pointer(self) -> str:
        """A C++ expression that points to its first byte."""
        return f"f.{self.space.value}<{type_name(self.dtype)}>({self.name})"


class TensorView(NativeTensor):
    """The same memory with another shape."""

    def __init__(self, base: NativeTensor, shape: Shape):
        super().__init__(base.element, shape, base.number, base.space, base.planes)
        self.base: NativeTensor = base.base if isinstance(base, TensorView) else base


class PixelGroups(NativeTensor):
    """An image of which each group of neighbouring pixels is one pixel with more channels."""

    def __init__(self, base: NativeTensor, pixels_per_group: int):
        n, height, width, channels = base.shape
        shape = (n, height, width // pixels_per_group, channels * pixels_per_group)
        super().__init__(base.element, shape, base.number, base.space)
        self.pixels_per_group = pixels_per_group
        self.base = base

    @property
    def strides(self) -> Shape:
        image, row, column, channel = self.base.strides
        return (image, row, column * self.pixels_per_group, channel)

    @property
    def start(self) -> int:
        return self.base.start


def group_pixels(x: NativeTensor, pixels_per_group: int) -> NativeTensor:
    """A tensor with its pixels in groups; itself if a group has one pixel."""
    return x if pixels_per_group == 1 else PixelGroups(x, pixels_per_group)


def grid_text(width: int, row: int, column: int, start: int) -> str:
    """A C++ `Grid`: pixels per row, the distances of rows and columns, and the first offset."""
    return f"Grid{{{width}, {row}, {column}, {start}}}"


def contiguous_strides(shape: Sequence[int]) -> Shape:
    """The strides of a contiguous array, in elements."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


@dataclass(frozen=True)
class Lifetime:
    """The steps between which a tensor needs its memory, both included."""

    tensor: NativeTensor
    first: int
    last: int


def allocate_arena(lifetimes: Sequence[Lifetime]) -> tuple[dict[NativeTensor, int], int]:
    """The offset of each tensor in the arena, and the size of the arena in bytes.

    Greedy: the largest tensor first, each at the lowest offset at which it overlaps no tensor that
    is alive at the same time. `allocated` is sorted by offset, so the first gap that is large
    enough is the lowest.
    """
    allocated: list[tuple[int, int, int, int]] = []
    offsets: dict[NativeTensor, int] = {}
    for life in sorted(lifetimes, key=lambda life: -life.tensor.size):
        size = -(-(life.tensor.size + OVERREAD_BYTES) // VECTOR_BYTES) * VECTOR_BYTES
        offset = 0
        for start, end, first, last in sorted(allocated):
            if first <= life.last and life.first <= last:
                if start - offset >= size:
                    break
                offset = max(offset, end)
        offsets[life.tensor] = offset
        allocated.append((offset, offset + size, life.first, life.last))
    return offsets, max((end for _, end, _, _ in allocated), default=0)
