"""Processes that change the size of an image: pad, crop, upsample."""

from collections.abc import Sequence
from math import gcd
from typing import ClassVar

import numpy as np
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def

from ..data import Array
from ..qnn.base import (
    IntProperty,
    IntsProperty,
    int_attr,
    ints_attr,
    require,
    require_range,
    require_sizes,
)
from ..types import QuantType
from .folding import Folding, divisors
from .process import (
    Counts,
    Process,
    image_of,
    int_pair,
    require_frame,
    require_same_elements,
    require_same_lanes,
    require_whole_pixels,
)
from .types import ChannelType, channel_of


@irdl_op_definition
class PadOp(Process):
    """Surrounds an image with one value; `spread` inserts the same value between its pixels.

    %y = stream.pad %x pads = [1, 1, 1, 1] value = -1
        : (!stream.channel<4x4x8x!qnn.bipolar, lanes = 8>)
       -> !stream.channel<6x6x8x!qnn.bipolar, lanes = 8>
    """

    name = "stream.pad"

    STAYS_WITH_READER: ClassVar = True

    x = operand_def(ChannelType)
    pads = prop_def(IntsProperty)
    """Rows above, columns to the left, rows below, columns to the right."""
    spread = prop_def(IntsProperty, default_value=ints_attr([1, 1]))
    """Rows, and columns, from one pixel of the image to the next in the result."""
    value = prop_def(IntProperty, default_value=int_attr(0))
    output = result_def(ChannelType)

    assembly_format = (
        "$x `pads` `=` $pads (`spread` `=` $spread^)? (`value` `=` $value^)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        pads: Sequence[int],
        value: int = 0,
        spread: Sequence[int] = (1, 1),
    ):
        channel = channel_of(SSAValue.get(x))
        frame = _padded_frame(channel, pads, spread)
        super().__init__(
            operands=[x],
            properties={
                "pads": ints_attr(pads),
                "value": int_attr(value),
                "spread": ints_attr(spread),
            },
            result_types=[ChannelType(frame, channel.element, channel.lanes.data)],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require_sizes(self.pads.get_values(), 4, 0, "pads")
        require_sizes(self.spread.get_values(), 2, 1, "spread")
        require_frame(y, _padded_frame(x, self.pads.get_values(), self.spread.get_values()))
        require_same_elements(x, y)
        require_same_lanes(x, y)
        require_whole_pixels(x)
        element, value = x.element_type, self.value.value.data
        if isinstance(element, QuantType):
            require_range(element, value, value, "the pad value")

    @property
    def image_slices(self) -> tuple[slice, slice]:
        """The rows and the columns of the result that hold the image."""
        top, left, _, _ = self.pads.get_values()
        (height, width, _), (down, across) = self.inputs[0].frame, self.spread.get_values()
        return (
            slice(top, top + (height - 1) * down + 1, down),
            slice(left, left + (width - 1) * across + 1, across),
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (y,) = self.inputs, self.outputs
        inside = np.zeros(y.frame[:2], np.int64)
        inside[self.image_slices] = 1
        words = np.repeat(inside.reshape(-1), x.frame[-1] // x.lanes.data)
        return [np.cumsum(words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        shape = (len(frames[0]), *self.outputs[0].frame)
        result = np.full(shape, self.value.value.data, frames[0].dtype)
        result[:, *self.image_slices] = frames[0]
        return (result,)


@irdl_op_definition
class CropOp(Process):
    """Keeps part of a frame: along each axis from a start to an end, in steps.

    %y = stream.crop %x starts = [0, 0, 4] ends = [4, 4, 8] steps = [2, 2, 1]
        : (!stream.channel<4x4x8xui2, lanes = 4>) -> !stream.channel<2x2x4xui2, lanes = 4>
    """

    name = "stream.crop"

    x = operand_def(ChannelType)
    starts = prop_def(IntsProperty)
    ends = prop_def(IntsProperty)
    steps = prop_def(IntsProperty)
    output = result_def(ChannelType)

    assembly_format = (
        "$x `starts` `=` $starts `ends` `=` $ends `steps` `=` $steps attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        starts: Sequence[int],
        ends: Sequence[int],
        steps: Sequence[int],
    ):
        channel = channel_of(SSAValue.get(x))
        super().__init__(
            operands=[x],
            properties={
                "starts": ints_attr(starts),
                "ends": ints_attr(ends),
                "steps": ints_attr(steps),
            },
            result_types=[
                ChannelType(
                    [len(range(*span)) for span in zip(starts, ends, steps, strict=True)],
                    channel.element,
                    channel.lanes.data,
                )
            ],
        )

    @property
    def spans(self) -> tuple[slice, ...]:
        lists = (self.starts, self.ends, self.steps)
        return tuple(slice(*span) for span in zip(*(v.get_values() for v in lists), strict=True))

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        rank, lanes = len(x.frame), x.lanes.data
        for name, least in (("starts", 0), ("ends", 1), ("steps", 1)):
            require_sizes(self.properties[name].get_values(), rank, least, name)  # pyright: ignore
        for size, span in zip(x.frame, self.spans, strict=True):
            require(
                span.start < span.stop <= size,
                f"the range {span.start} to {span.stop} exceeds an axis of size {size}",
            )
        require_same_elements(x, y)
        require_same_lanes(x, y)
        require_whole_pixels(x)
        last = self.spans[-1]
        require(
            lanes == 1 or (last.step == 1 and last.start % lanes == 0 == last.stop % lanes),
            f"channels {last.start} to {last.stop} in steps of {last.step} cut through words "
            f"of {lanes} channels",
        )
        kept = tuple(len(range(x)[span]) for x, span in zip(x.frame, self.spans, strict=True))
        require_frame(y, kept)

    def folding(self) -> Folding:
        """The width divides the first channel that is kept and the end, so that no word is cut."""
        last = self.spans[-1]
        if last.step > 1:
            return Folding([1])
        return Folding(divisors(gcd(self.inputs[0].frame[-1], last.start, last.stop)))

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), last = self.inputs, self.spans[-1]
        lanes = x.lanes.data
        order = np.arange(1, x.words + 1).reshape(*x.frame[:-1], x.frame[-1] // lanes)
        words = slice(last.start // lanes, last.stop // lanes, last.step)
        return [order[(*self.spans[:-1], words)].reshape(-1)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return (frames[0][:, *self.spans],)


@irdl_op_definition
class UpsampleOp(Process):
    """Repeats every pixel, `scales` times down and across.

    %y = stream.upsample %x scales = [2, 2]
        : (!stream.channel<4x4x8xui2, lanes = 8>) -> !stream.channel<8x8x8xui2, lanes = 8>
    """

    name = "stream.upsample"

    x = operand_def(ChannelType)
    scales = prop_def(IntsProperty)
    output = result_def(ChannelType)

    assembly_format = "$x `scales` `=` $scales attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, scales: Sequence[int]):
        channel = channel_of(SSAValue.get(x))
        frame = _upsampled_frame(channel, scales)
        super().__init__(
            operands=[x],
            properties={"scales": ints_attr(scales)},
            result_types=[ChannelType(frame, channel.element, channel.lanes.data)],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require_sizes(self.scales.get_values(), 2, 1, "scales")
        require_frame(y, _upsampled_frame(x, int_pair(self.scales)))
        require_same_elements(x, y)
        require_same_lanes(x, y)
        require_whole_pixels(x)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,) = self.inputs
        down, across = int_pair(self.scales)
        height, width, depth = x.frame
        pixel = depth // x.lanes.data
        words = np.arange(1, x.words + 1).reshape(height, 1, width, 1, pixel)
        spread = np.broadcast_to(words, (height, down, width, across, pixel))
        return [np.maximum.accumulate(spread.reshape(-1))]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        down, across = int_pair(self.scales)
        return (frames[0].repeat(down, 1).repeat(across, 2),)


def _padded_frame(
    image: ChannelType, pads: Sequence[int], spread: Sequence[int]
) -> tuple[int, int, int]:
    height, width, depth = image_of(image)
    (top, left, bottom, right), (down, across) = pads, spread
    rows, cols = (height - 1) * down + 1, (width - 1) * across + 1
    return rows + top + bottom, cols + left + right, depth


def _upsampled_frame(image: ChannelType, scales: Sequence[int]) -> tuple[int, int, int]:
    height, width, depth = image_of(image)
    down, across = scales
    return height * down, width * across, depth
