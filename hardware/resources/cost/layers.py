"""What processes with weights or thresholds cost: matvec, depthwise, threshold."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from ....qdialect.stream.compute import (
    DepthwiseOp,
    MatvecOp,
    Storage,
    ThresholdedProcess,
    ThresholdOp,
    WeightedProcess,
)
from ....qdialect.stream.process import Counts, data_of
from ....qdialect.stream.products import ProductKind, product_kind
from ....qdialect.stream.types import MAX_WORD_BITS
from ....qdialect.types import bit_width, check_element
from ..device import Use
from ..memory import DualPort, MemoryCost, blocks, luts, ultras
from . import fitted
from .arithmetic import AT_ONCE, comparator_luts, multiplier
from .model import Amount, Implementation, datapaths, memories, shape_of_widths, usage

TREE_FF = 0.5
"""Flip-flops for each LUT of a tree of adders: every other level ends in registers."""


PORT = 500
"""LUTs of a process that reads the memory beside the device."""


MAX_PARTS = 1024
"""Rows or columns at once: HLS parts an array into no more."""


@datapaths.register
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
    vector = (
        vector_storage(process, vendor, pe, simd)
        if isinstance(process, MatvecOp)
        else VectorStorage()
    )
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


def vector_storage(process: MatvecOp, vendor: str, pe: Counts, simd: Counts) -> VectorStorage:
    """What keeps the vector from the first rows to the last, if it comes in several words.

    A memory has a register behind it, and a choice between its words and those that come.
    """
    (rows, cols), each = process.rows.shape, bit_width(process.inputs[0].element_type)
    if process.vector_in_registers is not None:
        bits = np.where(simd == cols, 0, cols * each)
        return VectorStorage(fitted.VECTOR_BIT_LUTS * bits, fitted.VECTOR_BIT_FFS * bits)
    there = (pe < rows) & (simd < cols)
    word = simd * each
    logic, block = DualPort(cols // simd, word).held(vendor)
    return VectorStorage(there * (logic + word / 2), there * word, there * block)


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


@datapaths.register
def threshold(
    process: ThresholdOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    bits = bit_width(process.inputs[0].element_type)
    logic = lanes_out * comparator_luts(process, bits)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]
