"""Kernels that compute the sums of a layer: which one a layer gets, and its arguments.

Each kernel is a C++ template of `include/qnn/products.hpp`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...qdialect.data import Array
from ...qdialect.shapes import Window
from ...qdialect.types import value_range
from .constants import Constants
from .processor import InstructionSet
from .tensors import WORD_BITS, NativeTensor, group_pixels, type_name
from .tiles import (
    LANES,
    MAX_BLOCK_VECTORS,
    block_vectors,
    byte_tile,
    elementwise_blocks,
    tile_pixels,
    window_grid,
    window_runs,
    window_taps,
)
from .weight_layout import (
    byte_shifts,
    channels_fit,
    initial_sums,
    pack_bits,
    pack_small_weights,
    pad_rows,
    weight_spread,
    widen_weights,
)

BYTES_PER_DOT = 4
"""Products that one `dot` instruction adds to a sum."""

MAX_LARGE_SHARE = 0.4
"""Up to this share of large pairs, the fast `dot` is used, which needs them in halves: a quad of
inputs with large weights then takes two `dot` instead of one that costs 1.7 times as much."""

ACTIVATION_COST = 6
"""Time to apply thresholds to a vector of sums, in `dot` instructions (rough)."""

POOL_CHANNELS = 64
"""Channels of a block in the C++ template `Pool`."""


@dataclass(frozen=True)
class Kernel:
    """An instance of a template of `products.hpp`."""

    type: str
    fields: Sequence[str]
    block_channels: int
    blocks: int
    wide: bool = False
    """Whether sums have 64 bits instead of 32."""
    pixels_per_group: int = 1
    """Neighbouring pixels that are computed as one pixel with more channels."""

    @property
    def padded_channels(self) -> int:
        """The channels of all blocks; the last block may have more than the layer."""
        return self.block_channels * self.blocks

    @property
    def text(self) -> str:
        return f"const {self.type} product{{{', '.join(self.fields)}}};"


@dataclass(frozen=True)
class LinearWeights:
    """The weights and the bias of a linear layer, and the window that they slide over."""

    values: Array
    """Output channels by kernel rows by kernel columns by inputs of a group."""
    bias: Array
    groups: int
    window: Window

    @property
    def outputs(self) -> int:
        return len(self.values)

    @property
    def depthwise(self) -> bool:
        return 1 < self.groups == self.outputs and self.values.shape[3] == 1

    def for_pixel_group(self, pixels: int) -> "LinearWeights":
        """The weights that compute a group of neighbouring pixels as the channels of one pixel.

        The window becomes so wide that it covers the windows of all pixels; each pixel's weights
        stand at its own place in it, and the rest are zeros. In a depthwise layer, the input is
        grouped as well, and each pixel is a further set of channels.
        """
        (kh, kw), (sh, sw) = self.window.kernel, self.window.strides
        bias = np.tile(self.bias, pixels)
        window = replace(self.window, strides=(sh, sw * pixels))
        if self.depthwise:
            values = np.tile(self.values, (pixels, 1, 1, 1))
            return LinearWeights(values, bias, self.groups * pixels, window)
        width = kw + (pixels - 1) * sw
        values = np.zeros(
            (pixels, self.outputs, kh, width, self.values.shape[3]), self.values.dtype
        )
        for pixel in range(pixels):
            values[pixel, :, :, pixel * sw : pixel * sw + kw] = self.values
        window = replace(window, kernel=(kh, width))
        return LinearWeights(values.reshape(-1, *values.shape[2:]), bias, self.groups, window)

    def pixels_per_group(self, y: NativeTensor) -> int:
        """The number of neighbouring output pixels to compute as one, so that vectors are full."""
        if len(y.shape) != 4 or y.planes:
            return 1
        _, _, width, channels = y.shape
        regular = self.window.strides[1] == 1 if self.depthwise else self.window.dilations[1] == 1
        limit = max(1, MAX_BLOCK_VECTORS * LANES // channels) if regular else 1
        sizes = [size for size in range(1, limit + 1) if width % size == 0]
        return min(sizes, key=self.cost_per_pixel)

    def cost_per_pixel(self, pixels: int) -> float:
        """The estimated time for a pixel in `dot` instructions, in groups of `pixels`."""
        (kh, kw), sw = self.window.kernel, self.window.strides[1]
        vectors = -(-self.outputs * pixels // LANES)
        inputs = 1 if self.depthwise else (kw + (pixels - 1) * sw) * self.values.shape[3]
        dots = kh * kw if self.depthwise else kh * -(-inputs // BYTES_PER_DOT)
        return vectors * (dots + ACTIVATION_COST) / pixels


@dataclass(frozen=True)
class KernelSelector:
    """Chooses the kernel of a layer, and adds its weights to the constants."""

    constants: Constants
    instruction_set: InstructionSet

    def linear(self, x: NativeTensor, w: LinearWeights, y: NativeTensor, wide: bool) -> Kernel:
        """The fastest kernel that is exact for a linear layer."""
        if x.planes:
            return self.bits(x, w, y)
        narrow = x.dtype == np.uint8 and not wide
        size = w.pixels_per_group(y)
        grouped, pixels = w.for_pixel_group(size), group_pixels(y, size)
        if narrow and w.groups == 1 and (weight_spread(w.values) <= 255).all():
            return replace(self.bytes(x, grouped, pixels), pixels_per_group=size)
        if narrow and w.depthwise and channels_fit(w.values, np.int16).all():
            return replace(self.depthwise(x, grouped, pixels), pixels_per_group=size)
        return self.general(x, w, y, wide)

    def bits(self, x: NativeTensor, w: LinearWeights, y: NativeTensor) -> Kernel:
        """A kernel for bipolar or ternary inputs and weights, all packed into bits.

        Exact, because -1, 0 and 1 need no more: see the C++ template for how bits are counted.
        Bits after the last channel are 0 in inputs and weights, and so are never counted.
        """
        ternary_x, ternary_w = x.planes == 2, x.planes == 2 or not w.values.all()
        taps, length = window_runs(x, w.window, x.stored_shape[-1])
        vectors = block_vectors(w.outputs, y)
        blocks = -(-w.outputs // (LANES * vectors))
        signs = pack_bits(w.values < 0 if ternary_x else w.values > 0)
        words = np.stack([pack_bits(w.values != 0), signs], -1) if ternary_w else signs
        padded = pad_rows(words.reshape(w.outputs, -1), blocks * vectors * LANES)
        # A vector holds 16 sums, but only 8 words: the words of a block need twice as many vectors,
        # which the kernel reads `at_a_time`.
        at_a_time = {1: 2, 3: 3}.get(vectors, 4)
        groups, planes = vectors * 2 // at_a_time, 2 if ternary_w else 1
        shape = (blocks, groups, at_a_time, 8, len(taps), length // x.planes, planes)
        order = padded.reshape(shape).transpose(0, 1, 4, 5, 2, 6, 3)
        nonzero = (w.values != 0).reshape(w.outputs, -1).sum(1, dtype=np.int32)
        pixels = self.tile_pixels(3 if ternary_x else 4, y)
        return Kernel(
            f"Bits<{vectors}, {pixels}, {cxx_bool(ternary_x)}, {cxx_bool(ternary_w)}>",
            [
                *self.window_fields(x, w.window, y, taps, len(taps)),
                str(length // x.planes),
                self.constants.pointer(order, "Words"),
                self.constants.pointer(pad_rows(nonzero, len(padded))),
            ],
            vectors * LANES,
            blocks,
        )

    def bytes(self, x: NativeTensor, w: LinearWeights, y: NativeTensor) -> Kernel:
        """A kernel for byte inputs and byte weights. Weights that need nine bits are shifted into
        signed bytes; the kernel adds the shift times the sum of the window."""
        shifts = byte_shifts(w.values)
        values = (w.values.astype(np.int64) - shifts[:, None, None, None]).astype(np.int8)
        shifted = bool(shifts.any())
        taps, length = window_runs(x, w.window, x.shape[-1])
        dots = -(-length // BYTES_PER_DOT)
        vectors = block_vectors(w.outputs, y)
        if y.pixels > 1 and not y.planes:
            vectors = min(vectors, self.instruction_set.max_tile_vectors)
        blocks = -(-w.outputs // (LANES * vectors))
        pixels, distance = byte_tile(x, w.window, y, self.byte_tile_limit(vectors, shifted))
        padded = np.zeros((blocks * vectors * LANES, len(taps), dots * BYTES_PER_DOT), np.int8)
        padded[: w.outputs, :, :length] = values.reshape(w.outputs, len(taps), length)
        shape = (blocks, vectors, LANES, len(taps), dots, BYTES_PER_DOT)
        order = padded.reshape(shape).transpose(0, 3, 4, 1, 2, 5)
        large = self.quads_with_large_pairs(x, order)
        small = large.mean() <= MAX_LARGE_SHARE
        halved = large & small
        halves = order[halved] >> 1
        order[halved] -= halves
        lowest = int(order.min())
        if small or pixels == 1:
            sizes = (n for n in (2, 4, 6, 8) if vectors * n % 8 == 0)
            bits = next(n for n in sizes if order.max() < lowest + 2**n)
            stored = pack_small_weights(order, bits, lowest)
        else:
            bits, stored = 16, widen_weights(order)
        block, run, four = halved.nonzero()
        ends = np.searchsorted(block, np.arange(blocks + 1)).astype(np.int32)
        return Kernel(
            f"Bytes<{vectors}, {pixels}, {cxx_bool(shifted)}, {bits}, {distance}, "
            f"{cxx_bool(small)}>",
            [
                *self.window_fields(x, w.window, y, taps, len(taps)),
                str(dots),
                self.constants.pointer(stored, "Ints"),
                self.initial_sums(x, w, len(padded), np.dtype(np.int32)),
                self.constants.pointer(pad_rows(shifts.astype(np.int32), len(padded)))
                if shifted
                else "nullptr",
                hex(0x01010101 >> 8 * (-length % BYTES_PER_DOT)),
                str(lowest),
                self.constants.pointer(ends),
                self.constants.pointer(taps[run] + (BYTES_PER_DOT * four).astype(np.int32)),
                self.constants.pointer(halves, "Ints"),
            ],
            vectors * LANES,
            blocks,
        )

    def quads_with_large_pairs(self, x: NativeTensor, weights: Array) -> Array:
        """For each four inputs of a block, whether the products of two neighbours may add up to
        more than the 16 bits in which the processor adds them.

        The stored inputs are between 0 and the size of their range. The sum is therefore largest if
        the inputs of positive weights are largest and the others are 0, and smallest in the
        opposite case.
        """
        if not self.instruction_set.adds_pairs_in_16_bits:
            return np.zeros(weights.shape[:3], bool)
        low, high = value_range(x.element)
        pairs = weights.reshape(*weights.shape[:3], -1, 2).astype(np.int32)
        largest = np.maximum(pairs, 0).sum(-1).max(-1) * (high - low)
        smallest = np.minimum(pairs, 0).sum(-1).min(-1) * (high - low)
        limits = np.iinfo(np.int16)
        return (largest > limits.max) | (smallest < limits.min)

    def depthwise(self, x: NativeTensor, w: LinearWeights, y: NativeTensor) -> Kernel:
        """A kernel for depthwise layers. Taps are multiplied in pairs; an odd last one is repeated,
        with a weight of zero."""
        taps = window_taps(x, w.window)
        if len(taps) % 2:
            taps = np.append(taps, taps[-1:])
        vectors = block_vectors(w.outputs, y)
        blocks = -(-w.outputs // (LANES * vectors))
        padded = np.zeros((blocks * vectors * LANES, len(taps)), np.int16)
        flat = w.values.reshape(w.outputs, -1)
        padded[: w.outputs, : flat.shape[1]] = flat
        order = padded.reshape(-1, LANES, len(taps) // 2, 2).transpose(0, 2, 1, 3)
        return Kernel(
            f"Depthwise<{vectors}, {self.tile_pixels(4, y)}>",
            [
                *self.window_fields(x, w.window, y, taps, len(taps) // 2),
                self.constants.pointer(order, "Ints"),
                self.initial_sums(x, w, len(padded), np.dtype(np.int32)),
            ],
            vectors * LANES,
            blocks,
        )

    def general(self, x: NativeTensor, w: LinearWeights, y: NativeTensor, wide: bool) -> Kernel:
        """A kernel for any element types and any number of groups, in plain loops."""
        dtype = np.dtype(np.int64 if wide else np.int32)
        group_inputs = w.values.shape[3]
        taps = window_taps(x, w.window)[:, None] + np.arange(group_inputs, dtype=np.int32)
        channels = WORD_BITS if y.planes else LANES
        blocks = -(-w.outputs // channels)
        group = np.arange(w.outputs, dtype=np.int32) // (w.outputs // w.groups)
        flat = pad_rows(w.values.reshape(w.outputs, -1), blocks * channels)
        order = flat.reshape(blocks, channels, -1).transpose(0, 2, 1)
        return Kernel(
            f"General<{type_name(x.dtype)}, {type_name(dtype)}, {channels}>",
            [
                *self.window_fields(x, w.window, y, taps.reshape(-1), taps.size),
                self.constants.pointer(pad_rows(group * group_inputs, blocks * channels)),
                self.constants.pointer(order.astype(dtype)),
                self.initial_sums(x, w, blocks * channels, dtype),
            ],
            channels,
            blocks,
            wide,
        )

    def sum_pool(self, x: NativeTensor, window: Window, y: NativeTensor, wide: bool) -> Kernel:
        """A kernel for the sum of a window, channel by channel."""
        sum_type = type_name(np.dtype(np.int64 if wide else np.int32))
        taps = window_taps(x, window)
        return Kernel(
            f"Pool<{type_name(x.dtype)}, {sum_type}>",
            [
                *self.window_fields(x, window, y, taps, len(taps)),
                str(x.shape[-1]),
                str(x.offset * len(taps)),
            ],
            POOL_CHANNELS,
            -(-x.shape[-1] // POOL_CHANNELS),
            wide,
        )

    def tile_pixels(self, limit: int, y: NativeTensor) -> int:
        """The pixels of a tile; one on processors with few registers."""
        return tile_pixels(1 if self.instruction_set.accumulators < LANES else limit, y)

    def byte_tile_limit(self, vectors: int, shifted: bool) -> int:
        """The most pixels whose sums fit into registers; with shifted weights each pixel has one
        more vector, the sum of its window."""
        accumulators = self.instruction_set.accumulators
        limit = max(1, accumulators // vectors)
        return min(limit, max(4, accumulators // (vectors + 1))) if shifted else limit

    def window_fields(
        self, x: NativeTensor, window: Window, y: NativeTensor, taps: Array, count: int
    ) -> list[str]:
        """The first fields of every kernel on windows: the input, the windows and their taps."""
        return [x.pointer, window_grid(x, window, y), self.constants.pointer(taps), str(count)]

    def initial_sums(
        self, x: NativeTensor, w: LinearWeights, count: int, dtype: np.dtype[np.generic]
    ) -> str:
        return self.constants.pointer(initial_sums(x, w.values, w.bias, count, dtype))


def identity(x: NativeTensor, y: NativeTensor, wide: bool) -> Kernel:
    """A kernel whose sums are the elements of a tensor."""
    sum_type = type_name(np.dtype(np.int64 if wide else np.int32))
    vectors, blocks, pixels = elementwise_blocks(y)
    return Kernel(
        f"Identity<{type_name(x.dtype)}, {sum_type}, {vectors}, {pixels}>",
        [x.pointer, x.grid, str(x.shape[-1]), str(x.offset)],
        vectors * LANES,
        blocks,
        wide,
    )


def weighted_add(
    inputs: tuple[NativeTensor, NativeTensor], factors: tuple[int, int], y: NativeTensor
) -> Kernel:
    """A kernel for the sum of two tensors, each multiplied by a factor."""
    a, b = inputs
    vectors, blocks, pixels = elementwise_blocks(y)
    offset = a.offset * factors[0] + b.offset * factors[1]
    numbers = a.shape[-1], max(y.pixels, 1), *factors, offset
    types = f"{type_name(a.dtype)}, {type_name(b.dtype)}, std::int32_t"
    return Kernel(
        f"WeightedAdd<{types}, {vectors}, {pixels}>",
        [a.pointer, a.grid, b.pointer, b.grid, *map(str, numbers)],
        vectors * LANES,
        blocks,
    )


def cxx_bool(flag: bool) -> str:
    return "true" if flag else "false"
