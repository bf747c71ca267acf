"""Processes that slide over an image: window, pad, upsample."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, result_def

from ..convolution import windows
from ..data import Array
from ..qnn.base import Int, Ints, int_attr, ints, require, require_sizes, text_of
from ..shapes import Window
from ..types import BipolarType, QuantType, value_range
from .process import Counts, Process, ends, pairs, same_elements
from .types import ChannelType, channel_of


@irdl_op_definition
class WindowOp(Process):
    """Keeps the last lines of an image, and sends the patch under each window.

    A patch is kernel rows, kernel columns, channels. With `by_channel` the words of one group of
    channels come together, for pools and depthwise layers: group, rows, columns, lanes.

        %p = stream.window %x kernel = [3, 3]
            : (!stream.channel<32x32x3xui8, lanes = 3>) -> !stream.channel<30x30x27xui8, lanes = 3>
    """

    name = "stream.window"

    x = operand_def(ChannelType)
    kernel = prop_def(Ints)
    strides = prop_def(Ints, default_value=ints([1, 1]))
    dilations = prop_def(Ints, default_value=ints([1, 1]))
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
        height, width, depth = channel.frame
        window = Window(_pair(kernel), _pair(strides), dilations=_pair(dilations))
        patch = kernel[0] * kernel[1] * depth
        super().__init__(
            operands=[x],
            properties={
                "kernel": ints(kernel),
                "strides": ints(strides),
                "dilations": ints(dilations),
                "by_channel": UnitAttr() if by_channel else None,
            },
            result_types=[
                ChannelType(
                    (*window.outputs(height, width), patch),
                    channel.element,
                    lanes or channel.lanes.data,
                )
            ],
        )

    @property
    def window(self) -> Window:
        return Window(pairs(self.kernel), pairs(self.strides), dilations=pairs(self.dilations))

    def check(self) -> None:
        (x,), (patches,) = self.inputs, self.outputs
        require(len(x.frame) == 3, f"an image has 3 axes, {text_of(x.frame)} has not")
        for value, what in (
            (self.kernel, "kernel"),
            (self.strides, "strides"),
            (self.dilations, "dilations"),
        ):
            require_sizes(value.get_values(), 2, 1, what)
        same_elements((self.x, self.patches))
        height, width, depth = x.frame
        kh, kw = self.window.kernel
        wanted = (*self.window.outputs(height, width), kh * kw * depth)
        require(
            patches.frame == wanted,
            f"the patches are {text_of(wanted)}, the channel carries {text_of(patches.frame)}",
        )
        lanes = patches.lanes.data
        require(depth % x.lanes.data == 0, f"{x.lanes.data} lanes don't divide {depth} channels")
        if self.by_channel is not None:
            require(
                lanes == x.lanes.data,
                f"by channel, patches have as many lanes as the image: {x.lanes.data}, not {lanes}",
            )
        require(
            depth % lanes == 0 or (lanes % depth == 0 and kh * kw * depth % lanes == 0),
            f"{lanes} lanes are no part and no multiple of {depth} channels in {kh}x{kw}",
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (patches,) = self.inputs, self.outputs
        _, width, depth = x.frame
        rows, cols, _ = patches.frame
        window, pixel_words = self.window, depth // x.lanes.data
        (sh, sw), (eh, ew) = window.strides, window.extent
        last_row = np.arange(rows) * sh + eh - 1
        last_col = np.arange(cols) * sw + ew - 1
        corner = (last_row[:, None] * width + last_col + 1) * pixel_words
        per_patch = patches.words // (rows * cols)
        return [np.maximum.accumulate(np.repeat(corner.reshape(-1), per_patch))]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        patches = windows(frames[0], self.window, 0)
        if self.by_channel is None:
            return (patches.reshape(len(patches), *self.outputs[0].frame),)
        lanes = self.outputs[0].lanes.data
        n, rows, cols, kh, kw, depth = patches.shape
        grouped = patches.reshape(n, rows, cols, kh, kw, depth // lanes, lanes)
        ordered = grouped.transpose(0, 1, 2, 5, 3, 4, 6)
        return (ordered.reshape(n, rows, cols, -1),)


@irdl_op_definition
class PadOp(Process):
    """Surrounds an image with one value.

    %y = stream.pad %x pads = [1, 1, 1, 1] value = -1
        : (!stream.channel<4x4x8x!qnn.bipolar, lanes = 8>)
       -> !stream.channel<6x6x8x!qnn.bipolar, lanes = 8>
    """

    name = "stream.pad"

    x = operand_def(ChannelType)
    pads = prop_def(Ints)
    """Above, left, below, right."""
    value = prop_def(Int, default_value=int_attr(0))
    output = result_def(ChannelType)

    assembly_format = (
        "$x `pads` `=` $pads (`value` `=` $value^)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(self, x: SSAValue | Operation, pads: Sequence[int], value: int = 0):
        channel = channel_of(SSAValue.get(x))
        height, width, depth = channel.frame
        shape = (height + pads[0] + pads[2], width + pads[1] + pads[3], depth)
        super().__init__(
            operands=[x],
            properties={"pads": ints(pads), "value": int_attr(value)},
            result_types=[ChannelType(shape, channel.element, channel.lanes.data)],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require(len(x.frame) == 3, f"an image has 3 axes, {text_of(x.frame)} has not")
        require_sizes(self.pads.get_values(), 4, 0, "pads")
        same_elements((self.x, self.output))
        top, left, bottom, right = self.pads.get_values()
        height, width, depth = x.frame
        wanted = (height + top + bottom, width + left + right, depth)
        require(y.frame == wanted, f"the result is {text_of(wanted)}, not {text_of(y.frame)}")
        require(y.lanes.data == x.lanes.data, "padding keeps the number of lanes")
        require(depth % x.lanes.data == 0, f"{x.lanes.data} lanes don't divide {depth} channels")
        element, value = x.element_type, self.value.value.data
        if isinstance(element, QuantType):
            low, high = value_range(element)
            fits = low <= value <= high and not (isinstance(element, BipolarType) and value == 0)
            require(fits, f"pad value {value} is none of {element}")

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (y,) = self.inputs, self.outputs
        top, left, _, _ = self.pads.get_values()
        height, width, depth = x.frame
        inside = np.zeros(y.frame[:2], np.int64)
        inside[top : top + height, left : left + width] = 1
        words = np.repeat(inside.reshape(-1), depth // x.lanes.data)
        return [np.cumsum(words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        top, left, bottom, right = self.pads.get_values()
        widths = ((0, 0), (top, bottom), (left, right), (0, 0))
        return (np.pad(frames[0], widths, constant_values=self.value.value.data),)


@irdl_op_definition
class UpsampleOp(Process):
    """Repeats every pixel, `scales` times down and across.

    %y = stream.upsample %x scales = [2, 2]
        : (!stream.channel<4x4x8xui2, lanes = 8>) -> !stream.channel<8x8x8xui2, lanes = 8>
    """

    name = "stream.upsample"

    x = operand_def(ChannelType)
    scales = prop_def(Ints)
    output = result_def(ChannelType)

    assembly_format = "$x `scales` `=` $scales attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, scales: Sequence[int]):
        channel = channel_of(SSAValue.get(x))
        height, width, depth = channel.frame
        shape = (height * scales[0], width * scales[1], depth)
        super().__init__(
            operands=[x],
            properties={"scales": ints(scales)},
            result_types=[ChannelType(shape, channel.element, channel.lanes.data)],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require(len(x.frame) == 3, f"an image has 3 axes, {text_of(x.frame)} has not")
        require_sizes(self.scales.get_values(), 2, 1, "scales")
        same_elements((self.x, self.output))
        down, across = pairs(self.scales)
        height, width, depth = x.frame
        wanted = (height * down, width * across, depth)
        require(y.frame == wanted, f"the result is {text_of(wanted)}, not {text_of(y.frame)}")
        require(y.lanes.data == x.lanes.data, "upsampling keeps the number of lanes")
        require(depth % x.lanes.data == 0, f"{x.lanes.data} lanes don't divide {depth} channels")

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,) = self.inputs
        down, across = pairs(self.scales)
        height, width, depth = x.frame
        pixel = depth // x.lanes.data
        words = np.arange(1, x.words + 1).reshape(height, 1, width, 1, pixel)
        spread = np.broadcast_to(words, (height, down, width, across, pixel))
        return [np.maximum.accumulate(spread.reshape(-1))]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        down, across = pairs(self.scales)
        return (frames[0].repeat(down, 1).repeat(across, 2),)


@irdl_op_definition
class PoolOp(Process):
    """The maximum or the sum of each channel over a patch that comes by channel.

    %y = stream.pool %p : (!stream.channel<14x14x256xui2, lanes = 16>)
        -> !stream.channel<14x14x64xui2, lanes = 16>
    """

    name = "stream.pool"

    x = operand_def(ChannelType)
    sum = opt_prop_def(UnitAttr)
    """Adds the elements up; otherwise the largest is taken."""
    output = result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, output: ChannelType, sum: bool = False):
        super().__init__(
            operands=[x],
            properties={"sum": UnitAttr() if sum else None},
            result_types=[output],
        )

    @property
    def taps(self) -> int:
        return self.inputs[0].frame[-1] // self.outputs[0].frame[-1]

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require(
            x.frame[:-1] == y.frame[:-1] and x.frame[-1] % y.frame[-1] == 0,
            f"patches of {text_of(x.frame)} don't pool to {text_of(y.frame)}",
        )
        require(y.lanes.data == x.lanes.data, "a pool keeps the number of lanes")
        require(
            y.frame[-1] % y.lanes.data == 0,
            f"{y.lanes.data} lanes don't divide {y.frame[-1]} channels",
        )
        if self.sum is None:
            return same_elements((self.x, self.output))
        source, target = x.element_type, y.element_type
        assert isinstance(source, QuantType) and isinstance(target, QuantType)
        (low, high), (least, most) = value_range(source), value_range(target)
        require(
            least <= low * self.taps and high * self.taps <= most,
            f"the sum reaches {low * self.taps} to {high * self.taps}, "
            f"{target} holds {least} to {most}",
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [ends(self.inputs[0].words, self.outputs[0].words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        lanes = self.outputs[0].lanes.data
        shape = (len(frames[0]), *self.outputs[0].frame)
        patches = frames[0].reshape(-1, self.taps, lanes)
        if self.sum is None:
            return (patches.max(1).reshape(shape),)
        return (patches.sum(1, dtype=np.int64).reshape(shape),)


def _pair(values: Sequence[int]) -> tuple[int, int]:
    first, second = values
    return first, second
