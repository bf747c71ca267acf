"""How a layer's output is cut into tiles, and where a convolution finds its windows.

A kernel computes the sums of one tile at a time: some pixels by one block of channels, few enough
that all sums stay in registers. A window is described by its taps: the offsets of its pixels from
its first one.
"""

import numpy as np

from ...qdialect.data import Array
from ...qdialect.shapes import Window
from .tensors import NO_SIDES, WORD_BITS, NativeTensor, grid_text

LANES = 16
"""32-bit sums in a vector of 64 bytes."""

MAX_BLOCK_VECTORS = 4
"""Vectors of sums in a block of channels."""

EMPTY_BLOCK_COST = 0.6
"""Fixed cost of a block, in vectors: why fewer, larger blocks are preferred."""


def block_vectors(outputs: int, y: NativeTensor) -> int:
    """The number of vectors in a block of channels: one word if the output is bits, else the size
    that leaves few lanes empty."""
    if y.planes:
        return WORD_BITS // LANES
    vectors = -(-outputs // LANES)
    return min((4, 3, 2, 1), key=lambda size: -(-vectors // size) * (size + EMPTY_BLOCK_COST))


def elementwise_blocks(y: NativeTensor) -> tuple[int, int, int]:
    """Vectors per block, number of blocks and pixels per tile of an elementwise layer."""
    vectors = block_vectors(y.shape[-1], y)
    blocks = -(-y.shape[-1] // (LANES * vectors))
    return vectors, blocks, tile_pixels(4, y)


def tile_pixels(limit: int, y: NativeTensor) -> int:
    """The number of pixels in a tile: at most `limit`, which keeps the sums in registers. Small
    outputs get tiles of equal size, so that the last tile is not mostly empty."""
    pixels = max(y.pixels, 1)
    return limit if pixels > 4 * limit else -(-pixels // -(-pixels // limit))


def byte_tile(x: NativeTensor, window: Window, y: NativeTensor, limit: int) -> tuple[int, int]:
    """The pixels of a tile and the distance between their windows; a distance of 0 means that it
    varies, because tiles continue from one row to the next."""
    pixels = tile_pixels(limit, y)
    if len(x.shape) != 4:
        return pixels, 0
    run = equidistant_windows(x, window, y)
    even = max(size for size in range(1, limit + 1) if run % size == 0)
    return (even, window.strides[1] * x.strides[2]) if even > pixels // 2 else (pixels, 0)


def equidistant_windows(x: NativeTensor, window: Window, y: NativeTensor) -> int:
    """How many consecutive windows are equally far apart: those of a row, or all."""
    (sh, sw), (row, column), width = window.strides, x.strides[1:3], y.shape[2]
    return y.pixels if sh * row == width * sw * column else width


def window_taps(x: NativeTensor, window: Window) -> Array:
    """The offset of each pixel of a window from the window's first one."""
    if len(x.shape) != 4:
        return np.zeros(1, np.int32)
    (kh, kw), (dh, dw) = window.kernel, window.dilations
    row, column = x.strides[1:3]
    taps = np.arange(kh)[:, None] * dh * row + np.arange(kw) * dw * column
    return taps.reshape(-1).astype(np.int32)


def window_runs(x: NativeTensor, window: Window, channels: int) -> tuple[Array, int]:
    """The taps at which the contiguous runs of a window start, and the length of a run.

    Neighbours are merged axis by axis, innermost first: a row of pixels is one run if each pixel
    starts where the one before it ends, and all rows are one run if the rows are contiguous too.
    """
    taps, length = window_taps(x, window), channels
    for size in window.kernel[::-1]:
        starts = taps.reshape(-1, size)
        if not (np.diff(starts, axis=1) == length).all():
            break
        taps, length = starts[:, 0], length * size
    return np.ascontiguousarray(taps), length


def window_grid(x: NativeTensor, window: Window, y: NativeTensor) -> str:
    """The C++ `Grid` of the windows' first pixels, one for each output pixel."""
    if len(x.shape) != 4:
        return x.grid
    (sh, sw), (top, left, _, _) = window.strides, window.pads
    row, column = x.strides[1:3]
    start = x.start - top * row - left * column
    assert start >= 0 or x.border != NO_SIDES
    return grid_text(equidistant_windows(x, window, y), sh * row, sw * column, start)
