"""What processes of images cost: window, pool, upsample."""

from math import ceil

import numpy as np

from ....qdialect.stream.borders import UpsampleOp
from ....qdialect.stream.pool import PoolOp
from ....qdialect.stream.process import Counts
from ....qdialect.stream.window import WindowOp
from ....qdialect.types import bit_width
from ..memory import MemoryCost
from .model import Implementation, datapaths, memories, shape_of_widths, usage

CHOICE = 3
"""Words among which one LUT chooses, for each bit, when there are many."""


@datapaths.register
def pool(process: PoolOp, vendor: str, lanes_in: Counts, lanes_out: Counts) -> list[Implementation]:
    """A comparison and a choice, or a sum, for each element that comes; what it has so far."""
    bits = bit_width(process.outputs[0].element_type)
    shape = shape_of_widths(lanes_in, lanes_out)
    return [Implementation(usage(shape, logic=1.5 * lanes_in * bits, ff=lanes_out * bits))]


@datapaths.register
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
