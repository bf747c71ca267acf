"""Products: how the sums of a layer are computed, and how its weights lie in memory for that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...qdialect.data import Array
from ...qdialect.shapes import Window
from .constants import Constants
from .processor import InstructionSet
from .tensors import NO_SIDES, WORD_BITS, NativeTensor, grid_text, group_pixels, type_name

LANES = 16
"""Sums in a vector."""

MAX_BLOCK_VECTORS = 4
"""In a block of channels, at most."""

BYTES_PER_DOT = 4
"""Bytes whose products are added at once."""

ACTIVATION_COST = 6
"""About how many products take as long as what follows them."""


@dataclass(frozen=True)
class Kernel:
    """An instance of a template of `products.hpp`."""

    type: str
    fields: Sequence[str]
    block_channels: int
    """In a block."""
    blocks: int
    wide: bool = False
    """Whether sums take 64 bits."""
    pixels_per_group: int = 1
    """Pixels that are computed as one, with so many more channels."""

    @property
    def padded_channels(self) -> int:
        return self.block_channels * self.blocks

    @property
    def text(self) -> str:
        return f"const {self.type} product{{{', '.join(self.fields)}}};"


@dataclass(frozen=True)
class LinearWeights:
    """What a linear layer multiplies with: output channels by runs of its window by inputs."""

    values: Array
    """Output channels, kernel rows, kernel columns, inputs of a group."""
    bias: Array
    groups: int
    window: Window

    @property
    def outputs(self) -> int:
        return len(self.values)

    @property
    def depthwise(self) -> bool:
        return 1 < self.groups == self.outputs and self.values.shape[3] == 1

    def for_pixel_group(self, together: int) -> "LinearWeights":
        """The weights of so many pixels side by side: a window that is as much wider, in which
        each has its own place; or, for a window on each channel, the next channels."""
        bias, (kh, kw), (sh, sw) = (
            np.tile(self.bias, together),
            self.window.kernel,
            self.window.strides,
        )
        window = replace(self.window, strides=(sh, sw * together))
        if self.depthwise:
            values = np.tile(self.values, (together, 1, 1, 1))
            return LinearWeights(values, bias, self.groups * together, window)
        wide = kw + (together - 1) * sw
        values = np.zeros(
            (together, self.outputs, kh, wide, self.values.shape[3]), self.values.dtype
        )
        for pixel in range(together):
            values[pixel, :, :, pixel * sw : pixel * sw + kw] = self.values
        window = replace(window, kernel=(kh, wide))
        return LinearWeights(values.reshape(-1, *values.shape[2:]), bias, self.groups, window)

    def pixels_per_group(self, y: NativeTensor) -> int:
        """How many pixels of an output are best computed as one, so that vectors are full."""
        if len(y.shape) != 4 or y.planes:
            return 1
        _, _, width, channels = y.shape
        regular = self.window.strides[1] == 1 if self.depthwise else self.window.dilations[1] == 1
        most = max(1, MAX_BLOCK_VECTORS * LANES // channels) if regular else 1
        ways = [n for n in range(1, most + 1) if width % n == 0]
        return min(ways, key=self.cost_per_pixel)

    def cost_per_pixel(self, together: int) -> float:
        """About how long a pixel takes if so many are computed as one."""
        (kh, kw), sw = self.window.kernel, self.window.strides[1]
        vectors = -(-self.outputs * together // LANES)
        inputs = 1 if self.depthwise else (kw + (together - 1) * sw) * self.values.shape[3]
        steps = kh * kw if self.depthwise else kh * -(-inputs // BYTES_PER_DOT)
        return vectors * (steps + ACTIVATION_COST) / together


@dataclass(frozen=True)
class KernelSelector:
    """What all products need."""

    constants: Constants
    level: InstructionSet

    def product(self, x: NativeTensor, w: LinearWeights, y: NativeTensor, wide: bool) -> Kernel:
        """The fastest that a layer can have."""
        if x.planes:
            return self.bits(x, w, y)
        narrow = x.dtype == np.uint8 and not wide
        together = w.pixels_per_group(y)
        many, pixels = w.for_pixel_group(together), group_pixels(y, together)
        if narrow and w.groups == 1 and (weight_spread(w.values) <= 255).all():
            return replace(self.bytes(x, many, pixels), together=together)
        if narrow and w.depthwise and all_fit(w.values, np.int16):
            return replace(self.depthwise(x, many, pixels), together=together)
        return self.general(x, w, y, wide)

    def bits(self, x: NativeTensor, w: LinearWeights, y: NativeTensor) -> Kernel:
        """Of signs, or of signs and what is not 0."""
        ternary_x, ternary_w = x.planes == 2, x.planes == 2 or not w.values.all()
        channels = x.stored_shape[-1]
        taps, length = window_runs(x, w.window, channels)
        vectors = block_vectors(w.outputs, y)
        blocks = -(-w.outputs // (LANES * vectors))
        rows = tile_pixels(3 if ternary_x else 4, pixel_count(y), self.level.accumulators < LANES)
        together = {1: 2, 3: 3}.get(vectors, 4)
        kind = f"Bits<{vectors}, {rows}, {cxx_bool(ternary_x)}, {cxx_bool(ternary_w)}>"
        signs = pack_bits(w.values < 0 if ternary_x else w.values > 0)
        words = np.stack([pack_bits(w.values != 0), signs], -1) if ternary_w else signs
        padded = pad_rows(words.reshape(w.outputs, -1), blocks * vectors * LANES)
        planes = 2 if ternary_w else 1
        shape = (
            blocks,
            vectors * 2 // together,
            together,
            8,
            len(taps),
            length // x.planes,
            planes,
        )
        order = padded.reshape(shape).transpose(0, 1, 4, 5, 2, 6, 3)
        nonzero = pad_rows(
            (w.values != 0).reshape(w.outputs, -1).sum(1, dtype=np.int32), len(padded)
        )
        return Kernel(
            kind,
            [
                x.pointer,
                window_grid(x, w.window, y),
                self.constants.pointer(taps),
                str(len(taps)),
                str(length // x.planes),
                self.constants.pointer(order, "Words"),
                self.constants.pointer(nonzero),
            ],
            vectors * LANES,
            blocks,
        )

    def bytes(self, x: NativeTensor, w: LinearWeights, y: NativeTensor) -> Kernel:
        """Of bytes; weights of nine bits are shifted until they are."""
        shift = np.where(channels_fit(w.values, np.int8), 0, byte_shifts(w.values))
        values = (w.values.astype(np.int64) - shift[:, None, None, None]).astype(np.int8)
        taps, length = window_runs(x, w.window, x.shape[-1])
        fours = -(-length // BYTES_PER_DOT)
        vectors = block_vectors(w.outputs, y)
        blocks = -(-w.outputs // (LANES * vectors))
        shifted = bool(shift.any())
        most = max(1, self.level.accumulators // vectors)
        shared = min(most, max(4, self.level.accumulators // (vectors + 1)))
        rows, step = byte_tile(x, w.window, y, shared if shifted else most)
        runs = values.reshape(w.outputs, len(taps), length)
        whole = np.zeros((blocks * vectors * LANES, len(taps), fours * BYTES_PER_DOT), np.int8)
        whole[: w.outputs, :, :length] = runs
        shape = (blocks, vectors, LANES, len(taps), fours, BYTES_PER_DOT)
        order = whole.reshape(shape).transpose(0, 3, 4, 1, 2, 5)
        lowest = int(order.min())
        bits = next(n for n in (2, 4, 6, 8) if vectors * n % 8 == 0 and order.max() < lowest + 2**n)
        return Kernel(
            f"Bytes<{vectors}, {rows}, {cxx_bool(shifted)}, {bits}, {step}>",
            [
                x.pointer,
                window_grid(x, w.window, y),
                self.constants.pointer(taps),
                str(len(taps)),
                str(fours),
                self.constants.pointer(pack_small_weights(order, bits, lowest), "Ints"),
                self.constants.pointer(initial_sums(x, w, len(whole), np.int32)),
                self.constants.pointer(pad_rows(shift.astype(np.int32), len(whole)))
                if shifted
                else "nullptr",
                hex(0x01010101 >> 8 * (-length % BYTES_PER_DOT)),
                str(lowest),
            ],
            vectors * LANES,
            blocks,
        )

    def depthwise(self, x: NativeTensor, w: LinearWeights, y: NativeTensor) -> Kernel:
        """A window for each channel."""
        taps = window_taps(x, w.window)
        if len(taps) % 2:
            taps = np.append(taps, taps[-1:])
        vectors = block_vectors(w.outputs, y)
        blocks = -(-w.outputs // (LANES * vectors))
        rows = tile_pixels(4, pixel_count(y), self.level.accumulators < LANES)
        whole = np.zeros((blocks * vectors * LANES, len(taps)), np.int16)
        flat = w.values.reshape(w.outputs, -1)
        whole[: w.outputs, : flat.shape[1]] = flat
        order = whole.reshape(-1, LANES, len(taps) // 2, 2).transpose(0, 2, 1, 3)
        return Kernel(
            f"Depthwise<{vectors}, {rows}>",
            [
                x.pointer,
                window_grid(x, w.window, y),
                self.constants.pointer(taps),
                str(len(taps) // 2),
                self.constants.pointer(order, "Ints"),
                self.constants.pointer(initial_sums(x, w, len(whole), np.int32)),
            ],
            vectors * LANES,
            blocks,
        )

    def general(self, x: NativeTensor, w: LinearWeights, y: NativeTensor, wide: bool) -> Kernel:
        """Of anything."""
        kind = np.dtype(np.int64 if wide else np.int32)
        share = w.values.shape[3]
        taps = (window_taps(x, w.window)[:, None] + np.arange(share, dtype=np.int32)).reshape(-1)
        channels = WORD_BITS if y.planes else LANES
        blocks = -(-w.outputs // channels)
        first = np.arange(w.outputs, dtype=np.int32) // (w.outputs // w.groups) * share
        flat = pad_rows(w.values.reshape(w.outputs, -1), blocks * channels)
        order = flat.reshape(blocks, channels, -1).transpose(0, 2, 1)
        return Kernel(
            f"General<{type_name(x.dtype)}, {type_name(kind)}, {channels}>",
            [
                x.pointer,
                window_grid(x, w.window, y),
                self.constants.pointer(taps),
                str(len(taps)),
                self.constants.pointer(pad_rows(first, blocks * channels)),
                self.constants.pointer(order.astype(kind)),
                self.constants.pointer(initial_sums(x, w, blocks * channels, kind)),
            ],
            channels,
            blocks,
            wide,
        )

    def pool(self, x: NativeTensor, window: Window, y: NativeTensor, wide: bool) -> Kernel:
        """The sums of windows, channel by channel."""
        kind = type_name(np.dtype(np.int64 if wide else np.int32))
        taps = window_taps(x, window)
        return Kernel(
            f"Pool<{type_name(x.dtype)}, {kind}>",
            [
                x.pointer,
                window_grid(x, window, y),
                self.constants.pointer(taps),
                str(len(taps)),
                str(x.shape[-1]),
                str(x.zero_point * len(taps)),
            ],
            WORD_BITS,
            -(-x.shape[-1] // WORD_BITS),
            wide,
        )


def identity(x: NativeTensor, y: NativeTensor, wide: bool) -> Kernel:
    """A tensor's own numbers."""
    kind = type_name(np.dtype(np.int64 if wide else np.int32))
    channels = x.shape[-1]
    vectors, blocks, rows = elementwise_blocks(y)
    return Kernel(
        f"Same<{type_name(x.dtype)}, {kind}, {vectors}, {rows}>",
        [x.pointer, x.grid, str(channels), str(x.zero_point)],
        vectors * LANES,
        blocks,
        wide,
    )


def weighted_add(xs: tuple[NativeTensor, NativeTensor], factors: tuple[int, int], y: NativeTensor) -> Kernel:
    """Two tensors, each times a number, added up."""
    a, b = xs
    channels, bias = a.shape[-1], a.zero_point * factors[0] + b.zero_point * factors[1]
    vectors, blocks, rows = elementwise_blocks(y)
    numbers = channels, pixel_count(y), *factors, bias
    return Kernel(
        f"Mix<{type_name(a.dtype)}, {type_name(b.dtype)}, std::int32_t, {vectors}, {rows}>",
        [a.pointer, a.grid, b.pointer, b.grid, *map(str, numbers)],
        vectors * LANES,
        blocks,
    )


def elementwise_blocks(y: NativeTensor) -> tuple[int, int, int]:
    """For an output: the vectors of a block, how many blocks, and the pixels of a tile."""
    vectors = block_vectors(y.shape[-1], y)
    return vectors, -(-y.shape[-1] // (LANES * vectors)), tile_pixels(4, pixel_count(y), False)


def cxx_bool(flag: bool) -> str:
    return "true" if flag else "false"


def weight_spread(weights: Array) -> Array:
    """How far the weights of each channel lie apart."""
    flat = weights.reshape(len(weights), -1).astype(np.int64)
    return flat.max(1) - flat.min(1)


def byte_shifts(weights: Array) -> Array:
    """What is taken off the weights of each channel, so that they fit into a byte."""
    return weights.reshape(len(weights), -1).astype(np.int64).min(1) + 128


def channels_fit(weights: Array, dtype: Any) -> Array:
    flat, range_ = weights.reshape(len(weights), -1), np.iinfo(dtype)
    return (flat.min(1) >= range_.min) & (flat.max(1) <= range_.max)


def all_fit(weights: Array, dtype: Any) -> bool:
    return bool(channels_fit(weights, dtype).all())


def pad_rows(array: Array, count: int) -> Array:
    """Rows of zeros behind an array, until there are so many."""
    whole = np.zeros((count, *array.shape[1:]), array.dtype)
    whole[: len(array)] = array
    return whole


def initial_sums(x: NativeTensor, w: LinearWeights, count: int, dtype: Any) -> Array:
    """What each sum starts with: the bias, and what the input's lowest number comes to."""
    whole = w.bias.astype(object) + x.zero_point * w.values.reshape(w.outputs, -1).sum(1, dtype=object)
    bits = np.dtype(dtype).itemsize * 8
    wrapped = [(int(v) + (1 << (bits - 1))) % (1 << bits) - (1 << (bits - 1)) for v in whole]
    return pad_rows(np.array(wrapped, dtype), count)


def pack_bits(bits: Array) -> Array:
    """Bits as words along the last axis."""
    room = -bits.shape[-1] % WORD_BITS
    whole = np.pad(bits, [(0, 0)] * (bits.ndim - 1) + [(0, room)])
    return np.packbits(whole, axis=-1, bitorder="little").view(np.uint64)


def pack_small_weights(weights: Array, bits: int, lowest: int) -> Array:
    """Weights of so many bits from the lowest on, of which several share a byte; those that do are
    of different vectors, which are the last axis but two."""
    if bits == 8:
        return weights
    vectors = np.moveaxis((weights - lowest).astype(np.uint8), -3, 0)
    if bits == 6:
        *first, last = vectors
        stored = [vector | (last >> 2 * n & 3) << 6 for n, vector in enumerate(first)]
    else:
        sharing = 8 // bits
        groups = vectors.reshape(-1, sharing, *vectors.shape[1:])
        stored = [sum(part << bits * n for n, part in enumerate(group)) for group in groups]
    return np.stack(stored, -3)


def block_vectors(outputs: int, y: NativeTensor) -> int:
    """How many vectors of sums a block has: a word of bits, or many, but few that stay empty."""
    if y.planes:
        return WORD_BITS // LANES
    vectors = -(-outputs // LANES)
    return min((4, 3, 2, 1), key=lambda size: -(-vectors // size) * (size + 0.6))


def pixel_count(y: NativeTensor) -> int:
    return max(y.pixels, 1)


def tile_pixels(most: int, pixels: int, few: bool) -> int:
    """How many pixels a tile has: as many as registers allow, and as few as stay empty."""
    most = 1 if few else most
    return most if pixels > 4 * most else -(-pixels // -(-pixels // most))


def byte_tile(x: NativeTensor, window: Window, y: NativeTensor, most: int) -> tuple[int, int]:
    """The pixels of a tile, and how far apart they are; 0 where tiles go on from row to row."""
    rows = tile_pixels(most, pixel_count(y), False)
    if len(x.shape) != 4:
        return rows, 0
    line = equidistant_windows(x, window, y)
    even = max(size for size in range(1, most + 1) if line % size == 0)
    return (even, window.strides[1] * x.strides[2]) if even > rows // 2 else (rows, 0)


def window_taps(x: NativeTensor, window: Window) -> Array:
    """Where the pixels of a window are, from its first one on."""
    if len(x.shape) != 4:
        return np.zeros(1, np.int32)
    (kh, kw), (dh, dw) = window.kernel, window.dilations
    row, column = x.strides[1:3]
    taps = np.arange(kh)[:, None] * dh * row + np.arange(kw) * dw * column
    return taps.reshape(-1).astype(np.int32)


def window_runs(x: NativeTensor, window: Window, channels: int) -> tuple[Array, int]:
    """Where the runs of a window are that lie in memory without a gap, and how long each is."""
    taps, length = window_taps(x, window), channels
    for size in window.kernel[::-1]:
        starts = taps.reshape(-1, size)
        if not (np.diff(starts, axis=1) == length).all():
            break
        taps, length = starts[:, 0], length * size
    return np.ascontiguousarray(taps), length


def window_grid(x: NativeTensor, window: Window, y: NativeTensor) -> str:
    """Where the windows of the output's pixels start."""
    if len(x.shape) != 4:
        return x.grid
    (sh, sw), (top, left, _, _) = window.strides, window.pads
    row, column = x.strides[1:3]
    start = x.start - top * row - left * column
    assert start >= 0 or x.border != NO_SIDES
    return grid_text(equidistant_windows(x, window, y), sh * row, sw * column, start)


def equidistant_windows(x: NativeTensor, window: Window, y: NativeTensor) -> int:
    """How many windows start equally far apart: those of a row, or all."""
    (sh, sw), (row, column), width = window.strides, x.strides[1:3], y.shape[2]
    return y.pixels if sh * row == width * sw * column else width
