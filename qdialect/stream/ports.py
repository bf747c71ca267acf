"""The ports of a design: source and sink, each to the host or at the end of a link."""

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import FloatAttr, StringAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, result_def

from ..data import Array
from .folding import Folding
from .links import LinkAttr
from .process import Counts, Process, counts_by_word
from .types import ChannelType


class LinkEnd(Process, ABC):
    """A process that may be the end of a link to another device.

    Its interval is the number of cycles in which the link carries a frame of all channels that
    share it.
    """

    COMPUTES: ClassVar = False

    over = opt_prop_def(LinkAttr)
    """The link; without one, a port leads to the host."""

    @property
    def link_ends(self) -> "list[LinkEnd]":
        """All ends that share its link, including itself: a design has one link in each
        direction."""
        block = self.parent_block()
        assert block is not None
        return [op for op in block.ops if isinstance(op, type(self)) and op.over is not None]

    @property
    def clock(self) -> float:
        """The clock of its design in MHz; a design with links has one."""
        design = self.parent_op()
        assert design is not None
        clock = design.properties["clock_mhz"]
        assert isinstance(clock, FloatAttr)
        return clock.value.data

    @property
    def link_channels(self) -> list[ChannelType]:
        """The channels that share its link."""
        return [(*end.inputs, *end.outputs)[0] for end in self.link_ends]

    @property
    def kind(self) -> str:
        return super().kind if self.over is None else "link"

    def folding(self) -> Folding:
        """Over a link, the only width is the one with which a frame takes the fewest cycles."""
        if self.over is None:
            return super().folding()
        (channel, *_) = (*self.inputs, *self.outputs)
        return Folding([self.over.lanes(channel, self.clock)])

    def interval_with(self, lanes_in: Counts, lanes_out: Counts) -> Counts:
        """Over a link, the cycles of the link for a frame if all ends that share it have the width
        of `folding`."""
        if self.over is None:
            return super().interval_with(lanes_in, lanes_out)
        clock = self.clock
        folded = [c.with_lanes(self.over.lanes(c, clock)) for c in self.link_channels]
        return np.asarray(self.over.cycles(folded, clock))

    @property
    def interval(self) -> int:
        """Over a link, the cycles of the link for a frame with the current words of its
        channels."""
        if self.over is None:
            return super().interval
        return self.over.cycles(self.link_channels, self.clock)


@irdl_op_definition
class SourceOp(LinkEnd):
    """Where frames enter the design: from the host, or over a link from another device.

    %x = stream.source "image" : !stream.channel<32x32x3xui8, lanes = 3>
    %y = stream.source "Conv_3_to_1" over <bits = 64, mhz = 156.25> :
        !stream.channel<8x8x64xui2, lanes = 32>
    """

    name = "stream.source"

    port = prop_def(StringAttr)
    """The name of the input."""
    output = result_def(ChannelType)

    assembly_format = "$port (`over` $over^)? attr-dict `:` type($output)"

    def __init__(self, port: str, output: ChannelType, over: LinkAttr | None = None):
        properties = {"port": StringAttr(port), "over": over}
        super().__init__(properties=properties, result_types=[output])

    def check(self) -> None:
        pass

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return []

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return frames


@irdl_op_definition
class SinkOp(LinkEnd):
    """Where results leave the design: to the host, or over a link to another device.

    stream.sink "scores" %y : !stream.channel<10xsi9, lanes = 1>
    stream.sink "Conv_3_to_1" %y over <bits = 64, mhz = 156.25> :
        !stream.channel<8x8x64xui2, lanes = 32>
    """

    name = "stream.sink"

    port = prop_def(StringAttr)
    """The name of the output."""
    x = operand_def(ChannelType)

    assembly_format = "$port $x (`over` $over^)? attr-dict `:` type($x)"

    def __init__(self, port: str, x: SSAValue | Operation, over: LinkAttr | None = None):
        super().__init__(operands=[x], properties={"port": StringAttr(port), "over": over})

    def check(self) -> None:
        pass

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return ()
