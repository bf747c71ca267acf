"""What carries words: ports of a design, repacks and FIFOs."""

from math import ceil, log2

import numpy as np

from ....qdialect.stream import Process
from ....qdialect.stream.ports import LinkEnd, SinkOp, SourceOp
from ....qdialect.stream.process import Counts
from ....qdialect.stream.types import MAX_WORD_BITS, ChannelType
from ....qdialect.types import bit_width, dtype_of
from ..device import Use
from ..memory import LOGIC, blocks
from . import fitted
from .model import Implementation, datapaths, shape_of_widths, usage

HOST = {"logic": 2000, "ff": 2500, "block": 2}
"""What a port to the host's memory takes: an AXI master, and half of an interconnect."""


WIDEST_PORT = 64
"""Bytes of the widest word that a memory's port has: 512 bits are what controllers take."""


LINK = {"logic": 500, "ff": 1000}
"""What the end of a link takes beside the transceiver: words of one clock become those of another.
A guess."""


TRIP_DSP = 2
"""DSPs that multiply the frames by the iterations of one: 32 bits by up to 18."""


FIFO_BITS, FIFO_WORDS = 1024, 32
"""Channels of more bits that are deeper than a shift register go into blocks."""


def frame_counter_dsps(iterations: int) -> int:
    """DSPs that multiply frames by the words of one; none if a shift and an addition do."""
    digits = (iterations ^ (3 * iterations)).bit_count()
    return TRIP_DSP if digits > 2 else 0


@datapaths.register(SourceOp)
@datapaths.register(SinkOp)
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


def repack_cost(vendor: str, channel: ChannelType, lanes_in: Counts, lanes_out: Counts) -> Use:
    """What stands between words of two widths: as wide as both divide."""
    both = np.lcm(lanes_in, lanes_out)
    wide = np.maximum(lanes_in, lanes_out)
    lanes = np.where(both == wide, wide, lanes_in + lanes_out + both)
    bits = lanes * bit_width(channel.element_type)
    there = np.asarray(lanes_in != lanes_out)
    logic = there * (3 * fitted.COUNTER_LUTS + bits) * LOGIC[vendor]
    use = usage(there.shape, logic=logic, ff=there * (3 * fitted.COUNTER_FFS + 2 * bits))
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
