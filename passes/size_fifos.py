"""`size-fifos`: how many words each channel holds."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from ..hardware.sizing import depths_for
from ..qdialect.stream.types import channel_of
from .designs import designs_of


@dataclass(frozen=True)
class SizeFifosPass(ModulePass):
    """Gives every channel a depth with which the design runs at full rate, and never stops.

    The depths come from a plan of several frames in the cycle model, skip connections included.
    """

    name = "size-fifos"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for design in designs_of(op, self.name):
            for value, depth in depths_for(design).items():
                sized = channel_of(value).with_depth(depth)
                Rewriter.replace_value_with_new_type(value, sized)
