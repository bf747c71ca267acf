"""The resources of processes that store images: window, pool, upsample, reorder."""

from math import ceil, prod

import numpy as np

from ....qdialect.stream.borders import UpsampleOp
from ....qdialect.stream.folding import Counts
from ....qdialect.stream.pool import PoolOp
from ....qdialect.stream.reorder import ReorderOp
from ....qdialect.stream.window import WindowOp
from ....qdialect.types import bit_width
from ..memory import MemoryCost
from .model import Implementation, datapaths, memories, shape_of_widths, usage

WORDS_PER_MULTIPLEXER_LUT = 3
"""Words among which one LUT selects, for each bit, in a wide multiplexer."""


@datapaths.register
def pool_datapath(
    process: PoolOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A comparator and a multiplexer, or an adder, for each element that is read; a register for
    each intermediate result."""
    bits = bit_width(process.outputs[0].element_type)
    shape = shape_of_widths(lanes_in, lanes_out)
    return [Implementation(usage(shape, logic=1.5 * lanes_in * bits, ff=lanes_out * bits))]


@datapaths.register
def window_datapath(
    process: WindowOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A multiplexer between the line buffers, and one between the pieces of a word."""
    bits = lanes_out * bit_width(process.inputs[0].element_type)
    logic = bits * ceil(line_buffers(process) / WORDS_PER_MULTIPLEXER_LUT)
    logic = logic + bits * (lanes_in > lanes_out)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]


@memories.register
def window_memories(process: WindowOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """A memory for each line buffer, repeated for each word that is read in the same cycle."""
    (x,) = process.inputs
    pieces = lanes_out // np.gcd(lanes_in, lanes_out)
    words = x.frame[1] * x.frame[2] // lanes_in
    bits = lanes_in * bit_width(x.element_type)
    return [MemoryCost(line_buffers(process) * pieces, words, bits)]


def line_buffers(process: WindowOp) -> int:
    """The lines under the kernel, and those that its next step adds."""
    return process.window.extent[0] + process.window.strides[0]


@memories.register
def upsample_memories(process: UpsampleOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """A line buffer: each line is sent several times."""
    (x,) = process.inputs
    words = x.frame[1] * x.frame[2] // lanes_in
    return [MemoryCost(1, words, lanes_in * bit_width(x.element_type))]


@datapaths.register
def reorder_datapath(
    process: ReorderOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A rotation of the parts of a word before the buffer, and one behind it."""
    together, _, _ = process.transposition.word_axes
    stages = np.ceil(np.log2(np.maximum(1, lanes_in // together)))
    logic = 2 * stages * lanes_in * bit_width(process.inputs[0].element_type)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]


@memories.register
def reorder_memories(process: ReorderOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """A bank for each part of a word: of one block, or of two if a frame has several."""
    (x,), (together, _, _) = process.inputs, process.transposition.word_axes
    parts = np.maximum(1, lanes_in // together)
    words = min(2, process.blocks) * (prod(x.frame) // process.blocks) // lanes_in
    return [MemoryCost(parts, words, lanes_in // parts * bit_width(x.element_type))]
