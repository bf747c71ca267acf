"""Processes that carry data without changing it: fork, concat, split, repack, link."""

from collections.abc import Sequence
from math import prod
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    var_operand_def,
    var_result_def,
)

from ..data import Array
from ..qnn.base import require, text_of
from .links import LinkAttr
from .ports import LinkEnd
from .process import (
    Counts,
    Process,
    counts_by_word,
    require_same_elements,
    require_same_frames,
    require_same_lanes,
    require_whole_pixels,
)
from .types import ChannelType, channel_of


@irdl_op_definition
class ForkOp(Process):
    """Copies every word to each of its readers.

    %a, %b = stream.fork %x : (!stream.channel<8x8x16xui2, lanes = 4>)
        -> (!stream.channel<8x8x16xui2, lanes = 4>, !stream.channel<8x8x16xui2, lanes = 4>)
    """

    name = "stream.fork"

    COMPUTES: ClassVar = False

    x = operand_def(ChannelType)
    copies = var_result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, readers: int = 2):
        channel = channel_of(SSAValue.get(x)).with_depth(0)
        super().__init__(operands=[x], result_types=[[channel] * readers])

    def check(self) -> None:
        require(len(self.copies) >= 2, "a fork must have at least two readers")
        require_same_elements(*self.inputs, *self.outputs)
        require_same_frames(*self.inputs, *self.outputs)
        require_same_lanes(*self.inputs, *self.outputs)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return tuple(frames[0] for _ in self.copies)


@irdl_op_definition
class ConcatOp(Process):
    """Joins the channels of several images, pixel by pixel.

    %y = stream.concat %a, %b : (!stream.channel<8x8x16xui2, lanes = 4>,
        !stream.channel<8x8x8xui2, lanes = 4>) -> !stream.channel<8x8x24xui2, lanes = 4>
    """

    name = "stream.concat"

    parts = var_operand_def(ChannelType)
    output = result_def(ChannelType)

    assembly_format = "$parts attr-dict `:` functional-type(operands, results)"

    def __init__(self, parts: Sequence[SSAValue]):
        channels = [channel_of(part) for part in parts]
        first = channels[0]
        depth = sum(channel.frame[-1] for channel in channels)
        joined = ChannelType((*first.frame[:-1], depth), first.element, first.lanes.data)
        super().__init__(operands=[parts], result_types=[joined])

    def check(self) -> None:
        require(len(self.parts) >= 2, "a concat must have at least two inputs")
        check_parts(self.inputs, self.outputs[0])

    def needs(self, output: int = 0) -> Sequence[Counts]:
        order = part_of_each_word(self.inputs)
        return [np.cumsum(order == number) for number in range(len(self.parts))]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return (np.concatenate(frames, -1),)


@irdl_op_definition
class SplitOp(Process):
    """Divides the channels of an image between several images, pixel by pixel.

    %a, %b = stream.split %x : (!stream.channel<8x8x24xui2, lanes = 4>)
        -> (!stream.channel<8x8x16xui2, lanes = 4>, !stream.channel<8x8x8xui2, lanes = 4>)
    """

    name = "stream.split"

    x = operand_def(ChannelType)
    parts = var_result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, sizes: Sequence[int]):
        channel = channel_of(SSAValue.get(x))
        types = [
            ChannelType((*channel.frame[:-1], size), channel.element, channel.lanes.data)
            for size in sizes
        ]
        super().__init__(operands=[x], result_types=[types])

    def check(self) -> None:
        require(len(self.parts) >= 2, "a split must have at least two outputs")
        check_parts(self.outputs, self.inputs[0])

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [np.flatnonzero(part_of_each_word(self.outputs) == output) + 1]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        cuts = np.cumsum([channel.frame[-1] for channel in self.outputs])[:-1]
        return tuple(np.split(frames[0], cuts, -1))


@irdl_op_definition
class RepackOp(Process):
    """Packs the same elements into words of another width, or frames of another shape.

    %y = stream.repack %x : (!stream.channel<8x8x16xui2, lanes = 4>)
        -> !stream.channel<8x8x16xui2, lanes = 8>
    """

    name = "stream.repack"

    LOOP_COUNTERS: ClassVar = 3
    COMPUTES: ClassVar = False

    x = operand_def(ChannelType)
    output = result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, lanes: int, frame: Sequence[int] | None = None):
        channel = channel_of(SSAValue.get(x))
        repacked = ChannelType(frame or channel.frame, channel.element, lanes)
        super().__init__(operands=[x], result_types=[repacked])

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require_same_elements(x, y)
        require(
            prod(x.frame) == prod(y.frame),
            f"{text_of(x.frame)} and {text_of(y.frame)} differ in size",
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (y,) = self.inputs, self.outputs
        elements = np.arange(1, y.words + 1, dtype=np.int64) * y.lanes.data
        return [-(-elements // x.lanes.data)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return (frames[0].reshape(len(frames[0]), *self.outputs[0].frame),)


@irdl_op_definition
class LinkOp(LinkEnd):
    """Carries a stream to another device; without a link attribute, one word in each cycle.

    %y = stream.link %x to "second" over <bits = 64, mhz = 156.25> :
        (!stream.channel<8x8x16xui2, lanes = 4>) -> !stream.channel<8x8x16xui2, lanes = 4>
    """

    name = "stream.link"

    x = operand_def(ChannelType)
    to = prop_def(StringAttr)
    """The device of the processes that read the link."""
    output = result_def(ChannelType)

    assembly_format = (
        "$x `to` $to (`over` $over^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(self, x: SSAValue | Operation, to: str, over: LinkAttr | None = None):
        channel = channel_of(SSAValue.get(x)).with_depth(0)
        properties = {"to": StringAttr(to), "over": over}
        super().__init__(operands=[x], properties=properties, result_types=[channel])

    @property
    def link_ends(self) -> list[LinkEnd]:
        links = [link for link in super().link_ends if isinstance(link, LinkOp)]
        return [link for link in links if link.to == self.to]

    @property
    def delay(self) -> int:
        """Cycles from the start of the link to its end."""
        return 0 if self.over is None else self.over.latency(self.clock)

    def check(self) -> None:
        require_same_elements(*self.inputs, *self.outputs)
        require_same_frames(*self.inputs, *self.outputs)
        require_same_lanes(*self.inputs, *self.outputs)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return frames


def check_parts(parts: Sequence[ChannelType], whole: ChannelType) -> None:
    """Raises unless the parts of a concat or a split make up the whole, in words of one width."""
    require_same_elements(whole, *parts)
    require_same_lanes(whole, *parts)
    depth = sum(part.frame[-1] for part in parts)
    for part in parts:
        require(
            (*part.frame[:-1], depth) == whole.frame,
            f"parts of {', '.join(text_of(part.frame) for part in parts)} "
            f"do not add up to {text_of(whole.frame)}",
        )
        require_whole_pixels(part)


def part_of_each_word(parts: Sequence[ChannelType]) -> Counts:
    """For each word of the whole, the number of the part that it belongs to."""
    widths = [part.frame[-1] // part.lanes.data for part in parts]
    return np.tile(np.repeat(np.arange(len(parts)), widths), parts[0].words // widths[0])
