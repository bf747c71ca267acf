"""What a process takes of a device, for words of one width or for arrays of widths at once.

Matrices and memories follow formulas that were published for such designs; the rest counts the bits
that a process holds, compares or chooses between. A layer may be built in several ways: its weights
in one memory or another, its products in logic or in DSPs.
"""

from dataclasses import dataclass
from functools import singledispatch
from math import ceil, log2
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ..qdialect.stream import Process
from ..qdialect.stream.compute import (
    AddOp,
    DepthwiseOp,
    LookupOp,
    OffsetOp,
    Storage,
    ThresholdedProcess,
    ThresholdOp,
    WeightedProcess,
)
from ..qdialect.stream.process import Counts, data_of
from ..qdialect.stream.types import MAX_WORD_BITS, ChannelType
from ..qdialect.stream.windows import PoolOp, UpsampleOp, WindowOp
from ..qdialect.types import BipolarType, TernaryType, bit_width, check_element
from .device import KINDS, Use
from .memory import BLOCK_IN_LUTS, LOGIC, blocks, held, luts, ultras

Amount: TypeAlias = npt.NDArray[Any] | float

CONTROL = 300
"""LUTs of a process that counts rows and columns."""

SIMPLE = 60
"""LUTs of a process that counts words."""

AT_ONCE = 15
"""So many thresholds are compared all at once."""

PORT = 500
"""LUTs of a process that reads the memory beside the device."""

MAX_PARTS = 1024
"""Rows or columns at once: HLS parts an array into no more."""


@dataclass(frozen=True)
class Way:
    """One way to build a process, and what it takes for each choice of widths."""

    use: Use
    storage: Storage = Storage.BLOCK
    dsp: bool = False


def ways(process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    """What a process takes with words of these widths; infinitely much where that can't be."""
    found = _ways(process, vendor, lanes_in, lanes_out)
    too_wide = np.zeros(shape_of_widths(lanes_in, lanes_out), bool)
    for lanes, channels in ((lanes_in, process.inputs), (lanes_out, process.outputs)):
        for channel in channels:
            too_wide |= lanes * bit_width(channel.element_type) > MAX_WORD_BITS
    for way in found:
        way.use[0] *= LOGIC[vendor]
        way.use[:, too_wide] = np.inf
    return found


def taken(shape: tuple[int, ...], **amounts: Amount) -> Use:
    """Amounts of some kinds, and nothing of all others."""
    use = np.zeros((len(KINDS), *shape))
    for kind, amount in amounts.items():
        use[KINDS.index(kind)] = amount
    return use


def shape_of_widths(lanes_in: Counts, lanes_out: Counts) -> tuple[int, ...]:
    return np.broadcast(lanes_in, lanes_out).shape


@singledispatch
def _ways(process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    """A process that passes words on."""
    channel = (*process.inputs, *process.outputs)[0]
    bits = np.maximum(lanes_in, lanes_out) * bit_width(channel.element_type)
    return [Way(taken(shape_of_widths(lanes_in, lanes_out), logic=SIMPLE + bits))]


@_ways.register
def weighted(
    process: WeightedProcess, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Way]:
    """A matrix, or one for each channel: PE rows at once, SIMD columns.

    A product with a sign is no product that a DSP would make.
    """
    pe = lanes_out
    simd = lanes_in // pe if isinstance(process, DepthwiseOp) else lanes_in
    shape = shape_of_widths(lanes_in, lanes_out)
    rows, cols = process.rows.shape
    words = rows * cols // (pe * simd)
    stored = bit_width(data_of(process, process.weights).element)
    factor = process.codebook or process.weights
    elements = check_element(data_of(process, factor).element), process.inputs[0].element_type
    both = sum(map(bit_width, elements))
    product = simd * (2 * ceil(both / 6) - 1) * both
    others = both * (2 * simd - 1) + bit_width(process.sum_type)
    compared, tables = comparisons(process, vendor, rows // pe, bit_width(process.sum_type))
    others = others + compared
    memories = _memories(vendor, words, pe, simd * stored)
    signs = any(isinstance(element, BipolarType | TernaryType) for element in elements)
    multipliers = {
        False: taken(shape, logic=CONTROL + 1.1 * pe * (product + others)),
        True: taken(shape, logic=CONTROL + 1.1 * pe * others, dsp=pe * simd * ceil(both / 48)),
    }
    rest = taken(shape, block=pe * tables)
    legal = (pe <= MAX_PARTS) & (simd <= MAX_PARTS) & (simd * stored <= MAX_WORD_BITS)
    return [
        Way(np.where(legal, arithmetic + memory + rest, np.inf), storage, dsp)
        for dsp, arithmetic in multipliers.items()
        if not (dsp and signs)
        for storage, memory in memories.items()
    ]


def comparisons(
    process: ThresholdedProcess, vendor: str, groups: Counts, bits: int
) -> tuple[Amount, Amount]:
    """LUTs and blocks for a row that passes through thresholds: to compare, and to hold them.

    Few are compared all at once, many by a binary search.
    """
    if process.thresholds is None:
        return 0, 0
    steps = data_of(process, process.thresholds).type.get_shape()[-1]
    if steps <= AT_ONCE:
        logic, block = held(vendor, groups, np.asarray(steps * bits))
        return steps * bits + logic, block
    logic, block = held(vendor, groups * steps, np.asarray(bits))
    return steps.bit_length() * bits + logic, block


def _memories(vendor: str, words: Counts, pe: Counts, width: Counts) -> dict[Storage, Use]:
    """What the weights take in each memory, one for each row; constants need none."""
    shape = shape_of_widths(words, width)
    fixed = np.where(words == 1, 0, np.inf)
    return {
        Storage.REGISTERS: taken(shape, logic=fixed),
        Storage.LUT: taken(shape, logic=pe * luts(vendor, words, width)),
        Storage.BLOCK: taken(shape, block=pe * blocks(vendor, words, width)),
        Storage.ULTRA: taken(shape, ultra=ultras(words, pe * width)),
        Storage.OUTSIDE: taken(shape, logic=PORT, port=pe * width),
    }


@_ways.register
def threshold(process: ThresholdOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    bits = bit_width(process.inputs[0].element_type)
    logic, block = comparisons(process, vendor, process.channels // lanes_out, bits)
    shape = shape_of_widths(lanes_in, lanes_out)
    return [Way(taken(shape, logic=SIMPLE + lanes_out * logic, block=lanes_out * block))]


@_ways.register
def lookup(process: LookupOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    """A table for each element of a word."""
    table = data_of(process, process.table).type.get_shape()
    entries = table[-1] * (process.inputs[0].frame[-1] // lanes_in if len(table) == 2 else 1)
    bits = bit_width(process.outputs[0].element_type)
    logic, block = held(vendor, np.asarray(entries), np.asarray(bits))
    shape = shape_of_widths(lanes_in, lanes_out)
    return [Way(taken(shape, logic=SIMPLE + lanes_out * logic, block=lanes_out * block))]


@_ways.register
def add(process: AddOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    """A sum, and a product for each operand with a multiplier."""
    bits = bit_width(process.outputs[0].element_type)
    for factor, channel in zip(process.multipliers.get_values(), process.inputs, strict=True):
        if abs(factor) != 1:
            bits += abs(factor).bit_length() * bit_width(channel.element_type)
    logic = SIMPLE + lanes_out * bits
    return [Way(taken(shape_of_widths(lanes_in, lanes_out), logic=logic))]


@_ways.register
def offset(process: OffsetOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    """A sum, its rows of constants, and the kind of each pixel."""
    rows = data_of(process, process.rows)
    count, channels = rows.type.get_shape()
    words = np.asarray(count * channels) // lanes_out
    bits = bit_width(process.outputs[0].element_type)
    logic, block = held(vendor, words, lanes_out * bit_width(rows.element))
    if process.kinds is not None:
        where = data_of(process, process.kinds)
        pixels = np.asarray(where.type.get_shape()[0])
        more = held(vendor, pixels, np.asarray(bit_width(where.element)))
        logic, block = logic + more[0], block + more[1]
    logic = SIMPLE + lanes_out * bits + logic
    return [Way(taken(shape_of_widths(lanes_in, lanes_out), logic=logic, block=block))]


@_ways.register
def pool(process: PoolOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    """A comparison, or a sum, for each element that comes."""
    bits = bit_width(process.outputs[0].element_type)
    logic = SIMPLE + 1.5 * lanes_in * bits
    return [Way(taken(shape_of_widths(lanes_in, lanes_out), logic=logic))]


@_ways.register
def window(process: WindowOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    """The lines that it keeps, each by itself, and a choice among them."""
    (x,) = process.inputs
    _, width, depth = x.frame
    bits = bit_width(x.element_type)
    (extent, _), (step, _) = process.window.extent, process.window.strides
    wide = np.maximum(lanes_in, np.minimum(lanes_out, depth))
    logic, block = held(vendor, width * depth // wide, wide * bits)
    lines = extent + step
    logic = CONTROL + 2 * lanes_out * bits + lines * logic
    return [Way(taken(shape_of_widths(lanes_in, lanes_out), logic=logic, block=lines * block))]


@_ways.register
def upsample(process: UpsampleOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Way]:
    """The line that is sent again."""
    (x,) = process.inputs
    bits = lanes_in * bit_width(x.element_type)
    logic, block = held(vendor, x.frame[1] * x.frame[2] // lanes_in, bits)
    logic = CONTROL + bits + logic
    return [Way(taken(shape_of_widths(lanes_in, lanes_out), logic=logic, block=block))]


def resize(vendor: str, channel: ChannelType, lanes_in: Counts, lanes_out: Counts) -> Use:
    """What stands between words of two widths: as wide as both divide."""
    both = np.lcm(lanes_in, lanes_out)
    wide = np.maximum(lanes_in, lanes_out)
    bits = np.where(both == wide, wide, lanes_in + lanes_out + both)
    logic = np.where(lanes_in == lanes_out, 0, SIMPLE + bits * bit_width(channel.element_type))
    return taken(logic.shape, logic=logic * LOGIC[vendor])


def fifo(vendor: str, channel: ChannelType, lanes: Counts, depth: int = 32) -> Use:
    """What a channel takes: LUTs, or blocks where it is so deep that they are cheaper."""
    bits = lanes * bit_width(channel.element_type)
    control = 2 * ceil(log2(depth))
    logic, block = ceil(depth / 32) * np.ceil(bits / 2), blocks(vendor, np.asarray(depth), bits)
    small = logic <= BLOCK_IN_LUTS * block
    logic = (control + np.where(small, logic, 0)) * LOGIC[vendor]
    return taken(lanes.shape, logic=logic, block=np.where(small, 0, block))
