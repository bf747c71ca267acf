"""`size-fifos`: how many words each channel holds."""

import logging
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from ..hardware.sizing import depths_for, depths_for_any_rate
from ..qdialect.stream.types import channel_of
from .designs import designs_of

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class SizeFifosPass(ModulePass):
    """Gives every channel the least depth with which the design runs at full rate.

    The depths come from the cycle model, skip connections included.
    """

    name = "size-fifos"

    any_rate: bool = False
    """Only deep enough that the design never stops, however slow it is."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for design in designs_of(op, self.name):
            depths = (depths_for_any_rate if self.any_rate else depths_for)(design)
            for value, depth in depths.items():
                sized = channel_of(value).with_depth(depth)
                Rewriter.replace_value_with_new_type(value, sized)
            bits = sum(depth * channel_of(value).word_bits for value, depth in depths.items())
            held = f"{sum(depths.values()):,} words in {len(depths)} channels, {bits:,} bits"
            LOG.info("size-fifos: %s", held)
