"""The resources of what carries words: ports of a design, repacks and FIFOs."""

from math import ceil, log2, prod

import numpy as np

from ....qdialect.stream.flow import RepackOp
from ....qdialect.stream.folding import Counts
from ....qdialect.stream.ports import SinkOp, SourceOp
from ....qdialect.stream.types import MAX_WORD_BITS, ChannelType
from ....qdialect.types import bit_width, dtype_of
from ..device import Use
from ..memory import LOGIC_PER_LUT, blocks
from . import fitted
from .model import Implementation, datapaths, implementations, shape_of_widths, usage

HOST_PORT_COST = {"logic": 2000, "ff": 2500, "block": 2}
"""A port to the host's memory: an AXI master, and half of an interconnect."""

MAX_PORT_BYTES = 64
"""Bytes of the widest word of a memory port: memory controllers have 512 bits."""

LINK_END_COST = {"logic": 500, "ff": 1000}
"""The end of a link without its transceiver: words change from one clock to another. A guess."""

FRAME_COUNTER_DSPS = 2
"""DSPs that multiply the number of frames by the iterations of one: 32 bits by up to 18."""

MAX_LUT_FIFO_BITS = 1024
"""A FIFO with more bits than this uses block RAM, if it is deeper than a shift register."""

SHIFT_REGISTER_WORDS = 32
"""Words of a shift register in LUTs; a FIFO without a depth is counted with this depth."""


def frame_counter_dsps(words: Counts) -> Counts:
    """DSPs that multiply the number of frames by the words of one.

    None are needed if a shift and an addition, or a subtraction, give the product: if the words
    have at most two nonzero digits in their signed binary form, which are the ones of `w ^ 3w`.
    """
    bits = np.asarray(words ^ (3 * words), np.uint64)[..., None].view(np.uint8)
    digits = np.unpackbits(bits, axis=-1).sum(-1)
    return np.where(digits > 2, FRAME_COUNTER_DSPS, 0)


@datapaths.register
def port_datapath(
    process: SourceOp | SinkOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A port to the host's memory, where each element uses whole bytes; or the end of a link.

    Both count the words of all frames.
    """
    (channel,) = (*process.inputs, *process.outputs)
    lanes = lanes_out if process.outputs else lanes_in
    dsp = frame_counter_dsps(prod(channel.frame) // lanes)
    cost = HOST_PORT_COST if process.over is None else LINK_END_COST
    use = usage(shape_of_widths(lanes_in, lanes_out), dsp=dsp, **cost)
    if process.over is not None:
        return [Implementation(use)]
    buffered = 8 * (MAX_PORT_BYTES + lanes * dtype_of(channel.element_type).itemsize)
    use[:, np.broadcast_to(buffered, use.shape[1:]) > MAX_WORD_BITS] = np.inf
    return [Implementation(use)]


@implementations.register
def repack_implementation(
    process: RepackOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    return [Implementation(repack_cost(vendor, process.inputs[0], lanes_in, lanes_out))]


def repack_cost(vendor: str, channel: ChannelType, lanes_in: Counts, lanes_out: Counts) -> Use:
    """A repack between words of two widths: its register has their least common multiple."""
    both = np.lcm(lanes_in, lanes_out)
    wide = np.maximum(lanes_in, lanes_out)
    lanes = np.where(both == wide, wide, lanes_in + lanes_out + both)
    bits = lanes * bit_width(channel.element_type)
    needed = np.asarray(lanes_in != lanes_out)
    counters = RepackOp.LOOP_COUNTERS
    logic = needed * (counters * fitted.COUNTER_LUTS + bits) * LOGIC_PER_LUT[vendor]
    ff = needed * (counters * fitted.COUNTER_FFS + 2 * bits)
    use = usage(needed.shape, logic=logic, ff=ff)
    held = (lanes_in + lanes_out) * bit_width(channel.element_type)
    use[:, (both != wide) & (held > MAX_WORD_BITS)] = np.inf
    return use


def fifo_cost(vendor: str, channel: ChannelType, lanes: Counts, depth: int = 0) -> Use:
    """The FIFO of a channel, in LUTs or in block RAM; of 32 words if it has no depth yet."""
    bits = lanes * bit_width(channel.element_type)
    deep = depth or SHIFT_REGISTER_WORDS
    in_blocks = (deep > SHIFT_REGISTER_WORDS) & (deep * bits > MAX_LUT_FIFO_BITS)
    in_luts = ceil(deep / SHIFT_REGISTER_WORDS) * np.ceil(bits / 2)
    logic = 2 * ceil(log2(deep)) + np.where(in_blocks, 0, in_luts)
    block = np.where(in_blocks, blocks(vendor, np.asarray(deep), bits), 0)
    ff = 2 * ceil(log2(deep)) + bits
    return usage(lanes.shape, logic=logic * LOGIC_PER_LUT[vendor], ff=ff, block=block)
