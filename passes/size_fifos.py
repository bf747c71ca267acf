"""`size-fifos`: how many words each channel holds."""

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
    """Gives every channel as little depth as it can have while the design runs at full rate.

    The depths come from the cycle model, skip connections included: one word less in any channel
    would slow the design down. In large designs the search ends before it has tried them all.
    Designs that are joined by links are sized together: how long words are on their way is part
    of it.
    """

    name = "size-fifos"

    any_rate: bool = False
    """Only deep enough that the design never stops, however slow it is."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        designs_for(self.name, op)
        for whole in linked_designs_of(op):
            check_size(whole.design)
            depths = (depths_for_any_rate if self.any_rate else depths_for)(whole.design)
            bits = sum(depth * channel_of(value).word_bits for value, depth in depths.items())
            held = f"{sum(depths.values()):,} words in {len(depths)} channels, {bits:,} bits"
            for value, its in whole.channels.items():
                sized = channel_of(value).with_depth(depths[its])
                Rewriter.replace_value_with_new_type(value, sized)
            LOG.info("size-fifos: %s", held)


def check_size(design: DesignOp) -> None:
    """Raises if a frame takes so long that it can't be planned cycle by cycle."""
    slowest = max(design.processes, key=lambda process: process.interval)
    if slowest.interval > MAX_FRAME_CYCLES:
        raise PassFailedException(
            f"size-fifos: {describe(slowest)} takes {slowest.interval:,} cycles a frame, more than "
            f"{MAX_FRAME_CYCLES:,}, which are not planned: tile it for a higher rate"
        )
