"""`size-fifos`: chooses the FIFO depth of every channel."""

import logging
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter
from xdsl.utils.exceptions import PassFailedException

from ..hardware.timing.fifo_depths import MAX_FRAME_CYCLES, depths_for, depths_for_any_rate
from ..qdialect.qnn.base import describe
from ..qdialect.stream import DesignOp
from ..qdialect.stream.linked_designs import linked_designs_of
from ..qdialect.stream.types import channel_of
from .designs import designs_for

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class SizeFifosPass(ModulePass):
    """Gives every channel the smallest depth at which the design still runs at full rate.

    Before:

        %a, %b = stream.fork %x : ... -> (!stream.channel<6x6x1xui4>, !stream.channel<6x6x1xui4>)

    After, where `%b` skips a window over `%a`:

        %a, %b = stream.fork %x : ... -> (!stream.channel<6x6x1xui4, lanes = 1, depth = 4>,
                                          !stream.channel<6x6x1xui4, lanes = 1, depth = 20>)

    The depths come from the cycle model, skip connections included: one word less in any channel
    would reduce the rate. In large designs the search may end before every channel was tried.
    Designs that are joined by links are sized together, with the latency of the links.
    """

    name = "size-fifos"

    any_rate: bool = False
    """Choose the smallest depths without a deadlock, whatever the rate."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        designs_for(self.name, op)
        for linked in linked_designs_of(op):
            check_frame_cycles(linked.design)
            depths = (depths_for_any_rate if self.any_rate else depths_for)(linked.design)
            bits = sum(depth * channel_of(value).word_bits for value, depth in depths.items())
            words = f"{sum(depths.values()):,} words in {len(depths)} channels"
            for value, linked_value in linked.channels.items():
                sized = channel_of(value).with_depth(depths[linked_value])
                Rewriter.replace_value_with_new_type(value, sized)
            LOG.info("size-fifos: %s, %s bits", words, f"{bits:,}")


def check_frame_cycles(design: DesignOp) -> None:
    """Raises if a frame takes too many cycles to be scheduled cycle by cycle."""
    slowest = max(design.processes, key=lambda process: process.interval)
    if slowest.interval > MAX_FRAME_CYCLES:
        raise PassFailedException(
            f"size-fifos: {describe(slowest)} takes {slowest.interval:,} cycles per frame; at most "
            f"{MAX_FRAME_CYCLES:,} can be scheduled: run tile with a higher rate first"
        )
