"""`size-fifos`: how many words each channel holds."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter
from xdsl.utils.exceptions import PassFailedException

from ..hardware.sizing import depths_for
from ..qdialect.stream import DesignOp
from ..qdialect.stream.types import channel_of


@dataclass(frozen=True)
class SizeFifosPass(ModulePass):
    """Gives every channel a depth with which the design runs at full rate, and never stops.

    The depths come from a plan of several frames in the cycle model, skip connections included.
    """

    name = "size-fifos"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        designs = [design for design in op.ops if isinstance(design, DesignOp)]
        if not designs:
            raise PassFailedException("size-fifos: there is no design: run stream-lower first")
        for design in designs:
            for value, depth in depths_for(design).items():
                sized = channel_of(value).with_depth(depth)
                Rewriter.replace_value_with_new_type(value, sized)
