"""Processes that carry data without changing it: fork, concat, split, repack, link."""

from abc import ABC, abstractmethod
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
from ..qnn.base import IntProperty, int_attr, require, text_of
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


class PartsProcess(Process, ABC):
    """A process with a whole frame on one side, and its parts along an axis on the other.

    The whole consists of runs: the consecutive words that one index of the axes before `axis` has.
    In each run, the words of the first part are followed by those of the second, and so on. Along
    the last axis a run is a pixel, along columns a row, and along rows the frame.
    """

    axis = prop_def(IntProperty, default_value=int_attr(-1))
    """The axis of the frame, counted from the last one: -1 is channels, -2 columns, -3 rows."""

    @property
    @abstractmethod
    def part_channels(self) -> list[ChannelType]:
        """The channels that carry the parts."""

    @property
    def run_words(self) -> list[int]:
        """The words of a run in each part."""
        axis = self.axis.value.data
        return [prod(part.frame[axis:]) // part.lanes.data for part in self.part_channels]

    @property
    def runs(self) -> int:
        """The runs of a frame."""
        return prod(self.part_channels[0].frame[: self.axis.value.data])

    def part_of_each_word(self) -> Counts:
        """For each word of the whole, the number of the part that it belongs to."""
        widths = self.run_words
        return np.tile(np.repeat(np.arange(len(widths)), widths), self.runs)

    def check_parts(self, whole: ChannelType) -> None:
        """Raises unless the parts make up the whole, in words of one width."""
        parts, axis = self.part_channels, self.axis.value.data
        require_same_elements(whole, *parts)
        require_same_lanes(whole, *parts)
        rank = len(whole.frame)
        require(-rank <= axis < 0, f"axis {axis} must be between {-rank} and -1")
        shapes = ", ".join(text_of(part.frame) for part in parts)
        require(
            all(len(part.frame) == rank for part in parts)
            and joined_frame(parts, axis) == whole.frame
            and all(without_axis(part, axis) == without_axis(whole, axis) for part in parts),
            f"parts of {shapes} do not add up to {text_of(whole.frame)}",
        )
        for part in parts:
            require_whole_pixels(part)


@irdl_op_definition
class ConcatOp(PartsProcess):
    """Joins frames along an axis; by default the channels of images, pixel by pixel.

    %y = stream.concat %a, %b : (!stream.channel<8x8x16xui2, lanes = 4>,
        !stream.channel<8x8x8xui2, lanes = 4>) -> !stream.channel<8x8x24xui2, lanes = 4>
    """

    name = "stream.concat"

    parts = var_operand_def(ChannelType)
    output = result_def(ChannelType)

    assembly_format = "$parts (`axis` `=` $axis^)? attr-dict `:` functional-type(operands, results)"

    def __init__(self, parts: Sequence[SSAValue], axis: int = -1):
        channels = [channel_of(part) for part in parts]
        first = channels[0]
        joined = ChannelType(joined_frame(channels, axis), first.element, first.lanes.data)
        super().__init__(
            operands=[parts], properties={"axis": int_attr(axis)}, result_types=[joined]
        )

    @property
    def part_channels(self) -> list[ChannelType]:
        return self.inputs

    def check(self) -> None:
        require(len(self.parts) >= 2, "a concat must have at least two inputs")
        self.check_parts(self.outputs[0])

    def needs(self, output: int = 0) -> Sequence[Counts]:
        order = self.part_of_each_word()
        return [np.cumsum(order == number) for number in range(len(self.parts))]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return (np.concatenate(frames, self.axis.value.data),)


@irdl_op_definition
class SplitOp(PartsProcess):
    """Divides a frame along an axis; by default the channels of an image, pixel by pixel.

    %a, %b = stream.split %x : (!stream.channel<8x8x24xui2, lanes = 4>)
        -> (!stream.channel<8x8x16xui2, lanes = 4>, !stream.channel<8x8x8xui2, lanes = 4>)
    """

    name = "stream.split"

    x = operand_def(ChannelType)
    parts = var_result_def(ChannelType)

    assembly_format = "$x (`axis` `=` $axis^)? attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, sizes: Sequence[int], axis: int = -1):
        channel = channel_of(SSAValue.get(x))
        frames = [list(channel.frame) for _ in sizes]
        for frame, size in zip(frames, sizes, strict=True):
            frame[axis] = size
        types = [ChannelType(frame, channel.element, channel.lanes.data) for frame in frames]
        super().__init__(operands=[x], properties={"axis": int_attr(axis)}, result_types=[types])

    @property
    def part_channels(self) -> list[ChannelType]:
        return self.outputs

    def check(self) -> None:
        require(len(self.parts) >= 2, "a split must have at least two outputs")
        self.check_parts(self.inputs[0])

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [np.flatnonzero(self.part_of_each_word() == output) + 1]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        axis = self.axis.value.data
        cuts = np.cumsum([channel.frame[axis] for channel in self.outputs])[:-1]
        return tuple(np.split(frames[0], cuts, axis))


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
            f"frames {text_of(x.frame)} and {text_of(y.frame)} differ in size",
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


def joined_frame(parts: Sequence[ChannelType], axis: int) -> tuple[int, ...]:
    """The shape of frames joined along an axis."""
    frame = list(parts[0].frame)
    frame[axis] = sum(part.frame[axis] for part in parts)
    return tuple(frame)


def without_axis(channel: ChannelType, axis: int) -> list[int]:
    """The shape of a frame without one axis."""
    frame = list(channel.frame)
    del frame[axis]
    return frame
