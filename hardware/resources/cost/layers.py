"""The resources of processes with weights or thresholds: matvec, depthwise, threshold."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ....qdialect.stream.compute import MatvecOp, ThresholdedProcess, ThresholdOp, WeightedProcess
from ....qdialect.stream.folding import Counts, Storage
from ....qdialect.stream.process import data_of
from ....qdialect.stream.products import ProductKind, product_kind
from ....qdialect.stream.types import MAX_WORD_BITS
from ....qdialect.types import bit_width, check_element
from ..device import Use
from ..memory import DualPortMemory, MemoryCost, blocks, luts, ultras
from . import fitted
from .arithmetic import (
    comparator_luts,
    multiplier,
    searches_thresholds,
    two_products_fit_one_dsp,
    wide_product,
)
from .model import Amount, Implementation, datapaths, memories, shape_of_widths, usage

ADDER_TREE_FFS_PER_LUT = 0.5
"""Every other level of an adder tree ends in registers."""

MEMORY_READER_LUTS = 500
"""LUTs of a process that reads weights from memory outside the device."""

MAX_ARRAY_PARTITIONS = 1024
"""The largest PE or SIMD: HLS partitions an array into no more pieces."""


@dataclass(frozen=True)
class VectorCost:
    """The resources that store a vector while a layer computes all of its rows."""

    logic: Amount = 0
    ff: Amount = 0
    block: Amount = 0


@datapaths.register
def matvec_datapaths(
    process: MatvecOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    vector = vector_cost(process, vendor, lanes_out, lanes_in)
    return weighted_datapaths(process, vendor, lanes_in, lanes_out, vector)


@datapaths.register
def weighted_datapaths(
    process: WeightedProcess,
    vendor: str,
    lanes_in: Counts,
    lanes_out: Counts,
    vector: VectorCost = VectorCost(),
) -> list[Implementation]:
    """PE rows of SIMD products, each with an adder tree, an accumulator and its thresholds."""
    pe, simd = process.parallelism_with(lanes_in, lanes_out)
    shape = shape_of_widths(lanes_in, lanes_out)
    rows, cols = process.rows.shape
    stored = bit_width(data_of(process, process.weights).element)
    factor = process.codebook or process.weights
    elements = check_element(data_of(process, factor).element), process.inputs[0].element_type
    product, bits = multiplier(*elements)
    tree, sums = simd * (bits + 2), bit_width(process.sum_type)
    logic = pe * (tree + sums + comparator_luts(process, sums)) + vector.logic
    ff = pe * (ADDER_TREE_FFS_PER_LUT * tree + 2 * sums + simd * stored) + vector.ff
    pairs = isinstance(process, MatvecOp) and vendor == "xilinx"
    if pairs and two_products_fit_one_dsp(*elements):
        dsp = -(-pe // 2) * simd
    else:
        dsp = pe * simd * wide_product(vendor, *elements)
    fabric = logic + pe * simd * product
    arithmetic = {False: usage(shape, logic=fabric, ff=ff, block=vector.block)}
    if product_kind(*elements) is ProductKind.INTEGER:
        arithmetic[True] = usage(shape, logic=logic, ff=ff, block=vector.block, dsp=dsp)
    weights = weight_memories(vendor, rows * cols // (pe * simd), pe, simd * stored)
    parallel = (pe <= MAX_ARRAY_PARTITIONS) & (simd <= MAX_ARRAY_PARTITIONS)
    legal = parallel & (simd * stored <= MAX_WORD_BITS)
    return [
        Implementation(np.where(legal, use + memory, np.inf), storage, dsp)
        for dsp, use in arithmetic.items()
        for storage, memory in weights.items()
    ]


def vector_storage(
    process: MatvecOp, vendor: str, pe: Counts, simd: Counts
) -> dict[Storage, npt.NDArray[np.bool_]]:
    """Where a vector is stored for all groups of rows but the first: for each kind of memory,
    whether it is chosen for these widths.

    Nothing is stored for a single group of rows. A vector of one word stays in the register in
    which it arrives.
    """
    several = pe < process.outputs[0].frame[-1]
    in_registers = (simd == process.inputs[0].frame[-1]) | (process.vector_in_registers is not None)
    in_luts = vector_memory(process, simd).in_luts(vendor)
    return {
        Storage.REGISTERS: several & in_registers,
        Storage.LUT: several & ~in_registers & in_luts,
        Storage.BLOCK: several & ~in_registers & ~in_luts,
    }


def vector_memory(process: MatvecOp, simd: Counts) -> DualPortMemory:
    """A memory of all words of a vector."""
    (x,) = process.inputs
    return DualPortMemory(x.frame[-1] // simd, simd * bit_width(x.element_type))


def vector_cost(process: MatvecOp, vendor: str, pe: Counts, simd: Counts) -> VectorCost:
    """The memory or the registers of a vector of several words.

    A memory has an output register, and a multiplexer between its words and those that arrive. The
    figures of registers are fitted to designs that have them even for a single group of rows.
    """
    memory, chosen = vector_memory(process, simd), vector_storage(process, vendor, pe, simd)
    in_registers = (process.vector_in_registers is not None) & (memory.words > 1)
    held = in_registers * memory.words * memory.bits
    word = (chosen[Storage.LUT] | chosen[Storage.BLOCK]) * memory.bits
    logic, block = memory.luts_and_blocks(vendor)
    return VectorCost(
        chosen[Storage.LUT] * logic + word / 2 + fitted.VECTOR_BIT_LUTS * held,
        word + fitted.VECTOR_BIT_FFS * held,
        chosen[Storage.BLOCK] * block,
    )


def weight_memories(vendor: str, words: Counts, pe: Counts, bits: Counts) -> dict[Storage, Use]:
    """The resources of the weights in each memory: PE memories, each with `words` of `bits`."""
    shape = shape_of_widths(words, bits)
    constant = np.where(words == 1, 0, np.inf)
    return {
        Storage.REGISTERS: usage(shape, logic=constant),
        Storage.LUT: usage(shape, logic=pe * luts(vendor, words, bits)),
        Storage.BLOCK: usage(shape, block=pe * blocks(vendor, words, bits)),
        Storage.ULTRA: usage(shape, logic=MEMORY_READER_LUTS, ultra=ultras(words, pe * bits)),
        Storage.OUTSIDE: usage(shape, logic=MEMORY_READER_LUTS, port=pe * bits),
    }


@memories.register
def threshold_memories(
    process: ThresholdedProcess, lanes_in: Counts, lanes_out: Counts
) -> list[MemoryCost]:
    """A memory for each threshold that is compared in parallel, or for each step of a bisection."""
    if process.thresholds is None:
        return []
    data = data_of(process, process.thresholds)
    channels, steps = data.type.get_shape()
    groups, bits = -(-channels // lanes_out), bit_width(data.element)
    if not searches_thresholds(process):
        return [MemoryCost(lanes_out * steps, groups, bits)]
    return [MemoryCost(lanes_out, groups << level, bits) for level in range(steps.bit_length())]


@datapaths.register
def threshold_datapath(
    process: ThresholdOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    bits = bit_width(process.inputs[0].element_type)
    logic = lanes_out * comparator_luts(process, bits)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]
