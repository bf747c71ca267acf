"""Memory words: a matrix as the hardware reads it, so many rows and columns at a time.

At each address stand the elements that a process takes in one cycle: a word for each of the rows,
which holds the columns, the first in the lowest bits, with no bit in between. From address to
address the columns go on first, then the rows. A word fills whole bytes, the lowest first.
"""

import numpy as np
import numpy.typing as npt

from .data import Array
from .types import BipolarType, QuantType, bit_width, dtype_of, value_range

Words = npt.NDArray[np.uint8]


def pack_words(matrix: Array, element: QuantType, at_once: tuple[int, int]) -> Words:
    """Addresses x rows at once x bytes of a word."""
    (rows, cols), (pe, simd), bits = matrix.shape, at_once, bit_width(element)
    codes = matrix > 0 if isinstance(element, BipolarType) else matrix.astype(dtype_of(element))
    blocks = codes.reshape(rows // pe, pe, cols // simd, simd).swapaxes(1, 2)
    words = np.ascontiguousarray(blocks).reshape(-1, pe, simd)
    if bits == 1:
        return np.packbits(words.view(np.uint8), -1, bitorder="little")
    octets = words.astype(words.dtype.newbyteorder("<")).view(np.uint8)
    if bits == 8 * words.itemsize:
        return octets
    parts = np.unpackbits(octets.reshape(*words.shape, -1), -1, bits, bitorder="little")
    return np.packbits(parts.reshape(*words.shape[:2], -1), -1, bitorder="little")


def unpack_words(
    words: Words, shape: tuple[int, int], element: QuantType, at_once: tuple[int, int]
) -> Array:
    """The matrix that was packed."""
    (rows, cols), (pe, simd), bits = shape, at_once, bit_width(element)
    dtype = dtype_of(element)
    parts = np.unpackbits(words, -1, simd * bits, bitorder="little")
    codes = np.zeros((*words.shape[:2], simd, 8 * dtype.itemsize), np.uint8)
    codes[..., :bits] = parts.reshape(*words.shape[:2], simd, bits)
    if value_range(element)[0] < 0 and not isinstance(element, BipolarType):
        codes[..., bits:] = codes[..., bits - 1 : bits]
    values: Array = np.packbits(codes, -1, bitorder="little").view(dtype.newbyteorder("<"))
    if isinstance(element, BipolarType):
        values = values * 2 - 1
    blocks = values.reshape(rows // pe, cols // simd, pe, simd).swapaxes(1, 2)
    return np.ascontiguousarray(blocks).reshape(shape).astype(dtype, copy=False)


def word_bytes(element: QuantType, at_once: tuple[int, int]) -> int:
    """The bytes of a word of one row."""
    return -(-at_once[1] * bit_width(element) // 8)
