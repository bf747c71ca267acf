"""What a process takes of a device, for words of one width or for arrays of widths at once.

Counters, adders, comparisons, registers and memories are counted one by one; docs/costs.md has the
formulas, and the boards that they were held against. A layer may be built in several ways: its
weights in one memory or another, its products in logic or in DSPs.
"""

from dataclasses import dataclass
from functools import singledispatch
from math import ceil, log2, prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ...qdialect.stream import Process
from ...qdialect.stream.borders import UpsampleOp
from ...qdialect.stream.compute import (
    DepthwiseOp,
    MatvecOp,
    Storage,
    ThresholdedProcess,
    ThresholdOp,
    WeightedProcess,
)
from ...qdialect.stream.elements import AddOp, LookupOp, OffsetOp
from ...qdialect.stream.flow import RepackOp
from ...qdialect.stream.pool import PoolOp
from ...qdialect.stream.ports import LinkEnd, SinkOp, SourceOp
from ...qdialect.stream.process import Counts, data_of
from ...qdialect.stream.products import ProductKind, product_kind
from ...qdialect.stream.scale import ScaleOp
from ...qdialect.stream.types import MAX_WORD_BITS, ChannelType
from ...qdialect.stream.window import WindowOp
from ...qdialect.types import (
    ElementType,
    bit_width,
    check_element,
    dtype_of,
)
from .device import RESOURCE_KINDS, Use
from .memory import LOGIC, DualPort, MemoryCost, blocks, luts, ultras

Amount: TypeAlias = npt.NDArray[Any] | float

COUNTER = 9
"""LUTs of a counter, and of what is done at its end. Fitted."""

COUNTER_FF = 80
"""Flip-flops of a counter, and of the next steps of the pipeline that go with it. Fitted."""

VECTOR = 1.35
"""LUTs that choose a bit of a vector which registers keep for many rows. Fitted."""

VECTOR_FF = 2
"""Flip-flops of such a bit, and of its way through the pipeline."""

TREE_FF = 0.5
"""Flip-flops for each LUT of a tree of adders: every other level ends in registers."""

HOST = {"logic": 2000, "ff": 2500, "block": 2}
"""What a port to the host's memory takes: an AXI master, and half of an interconnect."""

WIDEST_PORT = 64
"""Bytes of the widest word that a memory's port has: 512 bits are what controllers take."""

AT_ONCE = 15
"""So many thresholds are compared all at once."""

PIECES = {"xilinx": (17, 24), "intel": (26, 26)}
"""Bits of both factors of a DSP, beside their signs."""

LINK = {"logic": 500, "ff": 1000}
"""What the end of a link takes beside the transceiver: words of one clock become those of another.
A guess."""

PORT = 500
"""LUTs of a process that reads the memory beside the device."""

CHOICE = 3
"""Words among which one LUT chooses, for each bit, when there are many."""

TRIP_DSP = 2
"""DSPs that multiply the frames by the iterations of one: 32 bits by up to 18."""

MAX_PARTS = 1024
"""Rows or columns at once: HLS parts an array into no more."""

FIFO_BITS, FIFO_WORDS = 1024, 32
"""Channels of more bits that are deeper than a shift register go into blocks."""


@dataclass(frozen=True)
class Implementation:
    """One way to build a process, and what it takes for each choice of widths."""

    use: Use
    storage: Storage = Storage.BLOCK
    dsp: bool = False


def implementations(
    process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """What a process takes with words of these widths; infinitely much where that can't be."""
    shape = shape_of_widths(lanes_in, lanes_out)
    rest = usage(shape, **control(process, lanes_in, lanes_out))
    for memory in memories(process, lanes_in, lanes_out):
        logic, block = memory.held(vendor)
        rest = rest + usage(shape, logic=logic, block=block)
    too_wide = np.zeros(shape, bool)
    for lanes, channels in ((lanes_in, process.inputs), (lanes_out, process.outputs)):
        for channel in channels:
            too_wide |= lanes * bit_width(channel.element_type) > MAX_WORD_BITS
    found: list[Implementation] = []
    for way in _ways(process, vendor, lanes_in, lanes_out):
        use = way.use + rest
        use[0] *= LOGIC[vendor]
        use[:, too_wide] = np.inf
        found.append(Implementation(use, way.storage, way.dsp))
    return found


def usage(shape: tuple[int, ...], **amounts: Amount) -> Use:
    """Amounts of some kinds, and nothing of all others."""
    use = np.zeros((len(RESOURCE_KINDS), *shape))
    for kind, amount in amounts.items():
        use[RESOURCE_KINDS.index(kind)] = amount
    return use


def shape_of_widths(lanes_in: Counts, lanes_out: Counts) -> tuple[int, ...]:
    return np.broadcast(lanes_in, lanes_out).shape


def control(process: Process, lanes_in: Counts, lanes_out: Counts) -> dict[str, Amount]:
    """The counters of a process, and a register for each word that comes or goes."""
    words = sum(lanes_in * bit_width(channel.element_type) for channel in process.inputs)
    words = words + sum(lanes_out * bit_width(channel.element_type) for channel in process.outputs)
    counters = counters_of(process)
    return {"logic": COUNTER * counters, "ff": COUNTER_FF * counters + words}


def counters_of(process: Process) -> int:
    """Loops, places and addresses that a process counts."""
    match process:
        case WindowOp():
            return 11
        case WeightedProcess():
            return 4
        case RepackOp():
            return 3
        case _:
            return 2


def frame_counter_dsps(iterations: int) -> int:
    """DSPs that multiply frames by the words of one; none if a shift and an addition do."""
    digits = (iterations ^ (3 * iterations)).bit_count()
    return TRIP_DSP if digits > 2 else 0


@singledispatch
def memories(process: Process, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """The memories of a process that lie where the vendor's tool puts them."""
    return []


@singledispatch
def _ways(
    process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A process that passes words on."""
    bits = bit_width((*process.inputs, *process.outputs)[0].element_type)
    logic = np.maximum(lanes_in, lanes_out) * bits
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]


@_ways.register(SourceOp)
@_ways.register(SinkOp)
def port(
    process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """Words from the memory of a host, or to it, where an element takes whole bytes; or a link."""
    if isinstance(process, LinkEnd) and process.over is not None:
        return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), **LINK))]
    (channel,) = (*process.inputs, *process.outputs)
    use = usage(shape_of_widths(lanes_in, lanes_out), **HOST)
    lanes = lanes_out if process.outputs else lanes_in
    held = 8 * (WIDEST_PORT + lanes * dtype_of(channel.element_type).itemsize)
    use[:, np.broadcast_to(held, use.shape[1:]) > MAX_WORD_BITS] = np.inf
    return [Implementation(use)]


@_ways.register
def weighted(
    process: WeightedProcess, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A matrix, or one for each channel: PE rows at once, SIMD columns."""
    pe = lanes_out
    simd = lanes_in // pe if isinstance(process, DepthwiseOp) else lanes_in
    shape = shape_of_widths(lanes_in, lanes_out)
    rows, cols = process.rows.shape
    stored = bit_width(data_of(process, process.weights).element)
    factor = process.codebook or process.weights
    elements = check_element(data_of(process, factor).element), process.inputs[0].element_type
    product, bits = multiplier(*elements)
    tree, sums = simd * (bits + 2), bit_width(process.sum_type)
    vector = kept(process, vendor, pe, simd) if isinstance(process, MatvecOp) else VectorStorage()
    logic = pe * (tree + sums + comparator_luts(process, sums)) + vector.logic
    ff = pe * (TREE_FF * tree + 2 * sums + simd * stored) + vector.ff
    dsp = pe * simd * ceil(sum(map(bit_width, elements)) / 48)
    fabric = logic + pe * simd * product
    arithmetic = {False: usage(shape, logic=fabric, ff=ff, block=vector.block)}
    if product_kind(*elements) is ProductKind.INTEGER:
        arithmetic[True] = usage(shape, logic=logic, ff=ff, block=vector.block, dsp=dsp)
    held = _weights(vendor, rows * cols // (pe * simd), pe, simd * stored)
    legal = (pe <= MAX_PARTS) & (simd <= MAX_PARTS) & (simd * stored <= MAX_WORD_BITS)
    return [
        Implementation(np.where(legal, use + memory, np.inf), storage, dsp)
        for dsp, use in arithmetic.items()
        for storage, memory in held.items()
    ]


@dataclass(frozen=True)
class VectorStorage:
    """What keeps a vector."""

    logic: Amount = 0
    ff: Amount = 0
    block: Amount = 0


def kept(process: MatvecOp, vendor: str, pe: Counts, simd: Counts) -> VectorStorage:
    """What keeps the vector from the first rows to the last, if it comes in several words.

    A memory has a register behind it, and a choice between its words and those that come.
    """
    (rows, cols), each = process.rows.shape, bit_width(process.inputs[0].element_type)
    if process.vector_in_registers is not None:
        bits = np.where(simd == cols, 0, cols * each)
        return VectorStorage(VECTOR * bits, VECTOR_FF * bits)
    there = (pe < rows) & (simd < cols)
    word = simd * each
    logic, block = DualPort(cols // simd, word).held(vendor)
    return VectorStorage(there * (logic + word / 2), there * word, there * block)


def multiplier(weight: ElementType, activation: ElementType) -> tuple[float, int]:
    """LUTs of a product, and its bits; the adder that follows adds or subtracts it by its sign."""
    w, a = bit_width(weight), bit_width(activation)
    match product_kind(weight, activation):
        case ProductKind.XNOR:
            return 0, 1
        case ProductKind.BIPOLAR:
            return 0, max(w, a) + 1
        case ProductKind.TERNARY | ProductKind.INTEGER:
            return w * a, w + a


def comparator_luts(process: ThresholdedProcess, bits: int) -> float:
    """LUTs that compare a sum with its thresholds: all at once, or many by a binary search."""
    if process.thresholds is None:
        return 0
    steps = data_of(process, process.thresholds).type.get_shape()[-1]
    return (steps if steps <= AT_ONCE else steps.bit_length()) * (bits / 2 + 2)


@memories.register
def thresholds(
    process: ThresholdedProcess, lanes_in: Counts, lanes_out: Counts
) -> list[MemoryCost]:
    """One for each threshold that is compared at the same time, or for each step of a search."""
    if process.thresholds is None:
        return []
    data = data_of(process, process.thresholds)
    channels, steps = data.type.get_shape()
    groups, bits = -(-channels // lanes_out), bit_width(data.element)
    if steps <= AT_ONCE:
        return [MemoryCost(lanes_out * steps, groups, bits)]
    return [MemoryCost(lanes_out, groups << level, bits) for level in range(steps.bit_length())]


def _weights(vendor: str, words: Counts, pe: Counts, width: Counts) -> dict[Storage, Use]:
    """What the weights take in each memory, one for each row; constants need none."""
    shape = shape_of_widths(words, width)
    fixed = np.where(words == 1, 0, np.inf)
    return {
        Storage.REGISTERS: usage(shape, logic=fixed),
        Storage.LUT: usage(shape, logic=pe * luts(vendor, words, width)),
        Storage.BLOCK: usage(shape, block=pe * blocks(vendor, words, width)),
        Storage.ULTRA: usage(shape, logic=PORT, ultra=ultras(words, pe * width)),
        Storage.OUTSIDE: usage(shape, logic=PORT, port=pe * width),
    }


@_ways.register
def threshold(
    process: ThresholdOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    bits = bit_width(process.inputs[0].element_type)
    logic = lanes_out * comparator_luts(process, bits)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]


@_ways.register
def scale(
    process: ScaleOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A product, a sum, a comparison with each exception of a channel, and with both ends.

    A DSP adds, too, and has registers of its own.
    """
    shape, (x,), (y,) = shape_of_widths(lanes_in, lanes_out), process.inputs, process.outputs
    factor = check_element(data_of(process, process.factors).element)
    product, bits = multiplier(factor, x.quant_type)
    sums = bit_width(process.sum_type)
    logic = sums + 2 * bit_width(y.element_type)
    if process.exceptions is not None:
        count = data_of(process, process.exceptions).type.get_shape()[1]
        logic += count * (bit_width(x.element_type) / 2 + 2)
    dsp = lanes_out * wide_product(vendor, factor, x.quant_type)
    return [
        Implementation(
            usage(shape, logic=lanes_out * (logic + product), ff=lanes_out * (bits + sums))
        ),
        Implementation(usage(shape, logic=lanes_out * (logic - sums), dsp=dsp), dsp=True),
    ]


def wide_product(vendor: str, *elements: ElementType) -> int:
    """DSPs that multiply numbers of any widths, piece by piece."""
    bits = sorted(bit_width(element) for element in elements)
    return prod(ceil((n - 1) / most) for n, most in zip(bits, PIECES[vendor], strict=True))


@memories.register
def numbers(process: ScaleOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """The factor, the offset and the exceptions of each channel, or those of all."""
    groups, found = -(-process.rows // lanes_out), list[MemoryCost]()
    for key, (_, columns) in process.memories().items():
        bits = columns * bit_width(data_of(process, process.constant(key)).element)
        found.append(MemoryCost(np.minimum(lanes_out, process.rows), groups, bits))
    return found


@memories.register
def tables(process: LookupOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """A table for each element of a word."""
    table = data_of(process, process.table).type.get_shape()
    entries = table[-1] * (process.inputs[0].frame[-1] // lanes_in if len(table) == 2 else 1)
    return [MemoryCost(lanes_out, entries, bit_width(process.outputs[0].element_type))]


@_ways.register
def add(process: AddOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Implementation]:
    """A sum, and a product for each operand with a multiplier."""
    bits = bit_width(process.outputs[0].element_type)
    for factor, channel in zip(process.multipliers.get_values(), process.inputs, strict=True):
        if abs(factor) != 1:
            bits += abs(factor).bit_length() * bit_width(channel.element_type)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=lanes_out * bits))]


@_ways.register
def offset(
    process: OffsetOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    bits = bit_width(process.outputs[0].element_type)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=lanes_out * bits))]


@memories.register
def constants(process: OffsetOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """Its rows of constants, and the kind of each pixel."""
    rows = data_of(process, process.rows)
    count, channels = rows.type.get_shape()
    found = [MemoryCost(1, count * channels // lanes_out, lanes_out * bit_width(rows.element))]
    if process.kinds is not None:
        where = data_of(process, process.kinds)
        found.append(MemoryCost(1, where.type.get_shape()[0], bit_width(where.element)))
    return found


@_ways.register
def pool(process: PoolOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Implementation]:
    """A comparison and a choice, or a sum, for each element that comes; what it has so far."""
    bits = bit_width(process.outputs[0].element_type)
    shape = shape_of_widths(lanes_in, lanes_out)
    return [Implementation(usage(shape, logic=1.5 * lanes_in * bits, ff=lanes_out * bits))]


@_ways.register
def window(
    process: WindowOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A choice among its lines for each word, and among the parts of one."""
    bits = lanes_out * bit_width(process.inputs[0].element_type)
    logic = bits * ceil(lines_of(process) / CHOICE) + bits * (lanes_in > lanes_out)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]


@memories.register
def lines(process: WindowOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """The lines that it keeps, each by itself, once for each word that is read at the same time."""
    (x,) = process.inputs
    pieces = lanes_out // np.gcd(lanes_in, lanes_out)
    words = x.frame[1] * x.frame[2] // lanes_in
    return [MemoryCost(lines_of(process) * pieces, words, lanes_in * bit_width(x.element_type))]


def lines_of(process: WindowOp) -> int:
    """Those under the kernel, and those of its next step."""
    return process.window.extent[0] + process.window.strides[0]


@memories.register
def line(process: UpsampleOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """The line that is sent again."""
    (x,) = process.inputs
    words = x.frame[1] * x.frame[2] // lanes_in
    return [MemoryCost(1, words, lanes_in * bit_width(x.element_type))]


def repack_cost(vendor: str, channel: ChannelType, lanes_in: Counts, lanes_out: Counts) -> Use:
    """What stands between words of two widths: as wide as both divide."""
    both = np.lcm(lanes_in, lanes_out)
    wide = np.maximum(lanes_in, lanes_out)
    lanes = np.where(both == wide, wide, lanes_in + lanes_out + both)
    bits = lanes * bit_width(channel.element_type)
    there = np.asarray(lanes_in != lanes_out)
    logic = there * (3 * COUNTER + bits) * LOGIC[vendor]
    use = usage(there.shape, logic=logic, ff=there * (3 * COUNTER_FF + 2 * bits))
    held = (lanes_in + lanes_out) * bit_width(channel.element_type)
    use[:, (both != wide) & (held > MAX_WORD_BITS)] = np.inf
    return use


def fifo(vendor: str, channel: ChannelType, lanes: Counts, depth: int = 0) -> Use:
    """What a channel takes: LUTs or blocks; those of 32 words if it has no depth yet."""
    bits = lanes * bit_width(channel.element_type)
    deep = depth or FIFO_WORDS
    in_blocks = (deep > FIFO_WORDS) & (deep * bits > FIFO_BITS)
    logic = 2 * ceil(log2(deep)) + np.where(
        in_blocks, 0, ceil(deep / FIFO_WORDS) * np.ceil(bits / 2)
    )
    block = np.where(in_blocks, blocks(vendor, np.asarray(deep), bits), 0)
    ff = 2 * ceil(log2(deep)) + bits
    return usage(lanes.shape, logic=logic * LOGIC[vendor], ff=ff, block=block)
