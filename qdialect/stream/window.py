"""`stream.window`: the patches of an image, and checks for the processes that read patches."""

from abc import ABC
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from math import prod
from typing import ClassVar, TypeAlias

import numpy as np
from xdsl.dialects.builtin import DenseArrayBase, IntegerType, UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, result_def

from ..convolution import windows
from ..data import Array
from ..qnn.base import IntsProperty, ints_attr, require, require_sizes
from ..shapes import Window
from .folding import Folding, WidthT, divisors
from .line_schedule import LineSchedule
from .process import (
    Counts,
    Process,
    image_of,
    int_pair,
    require_frame,
    require_same_elements,
    require_whole_pixels,
)
from .types import ChannelType, channel_of

Numbers: TypeAlias = DenseArrayBase[IntegerType]


@irdl_op_definition
class WindowOp(Process):
    """Stores the last lines of an image, and writes the patch under each position of the kernel.

    The order of a patch is kernel rows, kernel columns, channels. With `by_channel`, for pools and
    depthwise layers, it is: group of channels, kernel rows, kernel columns, channels of the group,
    where a group is a word of the image. A word of patches may hold several pixels; it is written
    as soon as they have been read, before the patch is complete.

        %p = stream.window %x kernel = [3, 3]
            : (!stream.channel<32x32x3xui8, lanes = 3>) -> !stream.channel<30x30x27xui8, lanes = 3>
    """

    name = "stream.window"

    LOOP_COUNTERS: ClassVar = 11
    STAYS_WITH_READER: ClassVar = True

    x = operand_def(ChannelType)
    kernel = prop_def(IntsProperty)
    strides = prop_def(IntsProperty, default_value=ints_attr([1, 1]))
    dilations = prop_def(IntsProperty, default_value=ints_attr([1, 1]))
    by_channel = opt_prop_def(UnitAttr)
    patches = result_def(ChannelType)

    assembly_format = (
        "$x `kernel` `=` $kernel (`strides` `=` $strides^)? (`dilations` `=` $dilations^)? "
        "attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        kernel: Sequence[int],
        strides: Sequence[int] = (1, 1),
        dilations: Sequence[int] = (1, 1),
        by_channel: bool = False,
        lanes: int | None = None,
    ):
        channel = channel_of(SSAValue.get(x))
        window = Window(_pair_of(kernel), _pair_of(strides), dilations=_pair_of(dilations))
        super().__init__(
            operands=[x],
            properties={
                "kernel": ints_attr(kernel),
                "strides": ints_attr(strides),
                "dilations": ints_attr(dilations),
                "by_channel": UnitAttr() if by_channel else None,
            },
            result_types=[
                ChannelType(
                    _patches_frame(channel, window), channel.element, lanes or channel.lanes.data
                )
            ],
        )

    @property
    def window(self) -> Window:
        return _window_of(self.kernel, self.strides, self.dilations)

    def folding(self) -> Folding:
        depth, taps = self.inputs[0].frame[-1], prod(self.window.kernel)
        if self.by_channel is None:
            pixels = [depth * number for number in divisors(taps)]
            return Folding(divisors(depth), [*divisors(depth), *pixels])
        (use,) = self.patches.uses
        if isinstance(use.operation, Process) and use.operation.folding_leader is self:
            return Folding(divisors(depth), kernel=divisors(taps), patches="output")
        return Folding([self.lanes_in], [self.lanes_out])

    def interval_with(self, lanes_in: Counts, lanes_out: Counts) -> Counts:
        return self.line_schedule(lanes_in, lanes_out).interval

    def line_schedule(self, lanes_in: Counts, lanes_out: Counts) -> LineSchedule:
        """When it reads each line and writes each row of patches, for arrays of widths."""
        (height, width, depth), (rows, cols, size) = self.inputs[0].frame, self.outputs[0].frame
        widths = np.broadcast(lanes_in, lanes_out)
        delays = [self._delays(int(read), int(written)) for read, written in widths]
        stacked = np.array(delays).T.reshape(-1, *widths.shape)
        line, row = width * depth // lanes_in, cols * size // lanes_out
        return LineSchedule(self.window, height, rows, line, row, stacked)

    def _delays(self, lanes_in: int, lanes_out: int) -> list[int]:
        """For each line of the kernel: the cycles from its start to the earliest start of an
        uninterrupted row of patches.

        Within a row, the first patch or the last one waits longest: words are read and written at
        constant rates, so the wait grows or falls steadily from patch to patch.
        """
        pixel = self.inputs[0].frame[-1] // lanes_in
        line = self.inputs[0].frame[1] * pixel
        reach = self.needed_words(lanes_in, lanes_out)
        last = self.outputs[0].frame[1] - 1
        ahead = max(0, last * (self.window.strides[1] * pixel - len(reach)))
        wait = (reach - 1) % line - np.arange(len(reach)) + ahead
        longest = np.full(self.window.kernel[0], np.iinfo(np.int32).min, np.int64)
        np.maximum.at(longest, (reach - 1) // line // self.window.dilations[0], wait)
        return longest.tolist()

    def check(self) -> None:
        (x,), (patches,) = self.inputs, self.outputs
        require_sizes(self.kernel.get_values(), 2, 1, "kernel")
        require_sizes(self.strides.get_values(), 2, 1, "strides")
        require_sizes(self.dilations.get_values(), 2, 1, "dilations")
        require_frame(patches, _patches_frame(x, self.window))
        require_same_elements(x, patches)
        require_whole_pixels(x)
        (kh, kw), lanes, depth = self.window.kernel, patches.lanes.data, x.frame[-1]
        if self.by_channel is not None:
            group = x.lanes.data
            return require(
                lanes % group == 0 and kh * kw * group % lanes == 0,
                f"words of {lanes} don't divide {kh}x{kw} pixels of {group} channels evenly",
            )
        require(
            depth % lanes == 0 or (lanes % depth == 0 and kh * kw * depth % lanes == 0),
            f"{lanes} lanes must divide {depth} channels, or hold whole pixels "
            f"that divide {kh}x{kw}",
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (patches,) = self.inputs, self.outputs
        _, width, depth = x.frame
        rows, cols, _ = patches.frame
        sh, sw = self.window.strides
        corners = np.arange(rows)[:, None] * sh * width + np.arange(cols) * sw
        reach = self.needed_words(x.lanes.data, patches.lanes.data)
        words = np.add.outer(corners * (depth // x.lanes.data), reach)
        return [np.maximum.accumulate(words.reshape(-1))]

    def needed_words(self, lanes_in: int, lanes_out: int) -> Counts:
        """For each word of a patch: the number of image words that it needs, counted from the
        first word of the patch's first pixel."""
        _, width, depth = self.inputs[0].frame
        (kh, kw), (dh, dw) = self.window.kernel, self.window.dilations
        pixel = depth // lanes_in
        taps = (np.arange(kh)[:, None] * dh * width + np.arange(kw) * dw).reshape(-1) * pixel
        if self.by_channel is not None:
            pixels = lanes_out // lanes_in
            return np.add.outer(np.arange(1, pixel + 1), taps[pixels - 1 :: pixels]).reshape(-1)
        last = np.arange(lanes_out, kh * kw * depth + 1, lanes_out) - 1
        return taps[last // depth] + last % depth // lanes_in + 1

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        patches = windows(frames[0], self.window, 0)
        if self.by_channel is None:
            return (patches.reshape(len(patches), *self.outputs[0].frame),)
        group = self.inputs[0].lanes.data
        n, rows, cols, kh, kw, depth = patches.shape
        grouped = patches.reshape(n, rows, cols, kh, kw, depth // group, group)
        ordered = grouped.transpose(0, 1, 2, 5, 3, 4, 6)
        return (ordered.reshape(n, rows, cols, -1),)


@cache
def _window_of(kernel: Numbers, strides: Numbers, dilations: Numbers) -> Window:
    """The window of three properties; searches ask for it again and again."""
    return Window(int_pair(kernel), int_pair(strides), dilations=int_pair(dilations))


class PatchReader(Process, ABC):
    """A process that reads patches by channel: PE channels, and SIMD pixels of each, in a word."""

    def parallelism_with(self, lanes_in: WidthT, lanes_out: WidthT) -> tuple[WidthT, WidthT]:
        return lanes_out, lanes_in // lanes_out

    @property
    def folding_leader(self) -> WindowOp | None:
        """The window that its patches come from: the order of a patch depends on the folding."""
        window = self.operands[0].owner
        return window if isinstance(window, WindowOp) else None

    def folding(self) -> Folding:
        if self.folding_leader is not None:
            return replace(self.folding_leader.folding(), patches="input")
        # The patches were ordered elsewhere, in groups for this folding: no other can read them.
        return Folding([self.lanes_in], [self.lanes_out])


def require_order(patches: SSAValue, by_channel: bool) -> None:
    """Raises if patches come directly from a window that writes them in the other order."""
    window = patches.owner
    if isinstance(window, WindowOp):
        require(
            (window.by_channel is not None) == by_channel,
            f"its window must {'' if by_channel else 'not '}be by_channel",
        )


def require_groups(patches: SSAValue, result: ChannelType, taps: int) -> None:
    """Raises unless each word holds whole pixels of a patch, in groups as wide as the result."""
    require_whole_pixels(result)
    require_order(patches, by_channel=True)
    lanes, group = channel_of(patches).lanes.data, result.lanes.data
    require(
        lanes % group == 0 and taps * group % lanes == 0,
        f"words of {lanes} don't divide {taps} pixels of {group} channels evenly",
    )
    window = patches.owner
    if isinstance(window, WindowOp):
        require(
            window.inputs[0].lanes.data == group,
            f"its window groups {window.inputs[0].lanes.data} channels, but a word of the result "
            f"has {group}",
        )


def _patches_frame(image: ChannelType, window: Window) -> tuple[int, int, int]:
    height, width, depth = image_of(image)
    kh, kw = window.kernel
    return *window.outputs(height, width), kh * kw * depth


def _pair_of(values: Sequence[int]) -> tuple[int, int]:
    first, second = values
    return first, second
