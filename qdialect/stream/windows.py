"""Processes that work on images: window, pad, upsample, pool."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, result_def

from ..convolution import windows
from ..data import Array
from ..qnn.base import (
    IntProperty,
    IntsProperty,
    int_attr,
    ints_attr,
    require,
    require_range,
    require_sizes,
    text_of,
)
from ..shapes import Window
from ..types import QuantType, value_range
from .process import (
    Counts,
    Process,
    each_group,
    exact,
    pairs,
    same_elements,
    same_lanes,
    whole_pixels,
)
from .types import ChannelType, channel_of


@irdl_op_definition
class WindowOp(Process):
    """Keeps the last lines of an image, and sends the patch under each window.

    A patch is kernel rows, kernel columns, channels. With `by_channel` a group of channels, as many
    as come in a word, follows another, for pools and depthwise layers: group, rows, columns,
    channels of the group. A word may hold several pixels of the kernel; it leaves as soon as they
    have come, and does not wait for the whole patch.

        %p = stream.window %x kernel = [3, 3]
            : (!stream.channel<32x32x3xui8, lanes = 3>) -> !stream.channel<30x30x27xui8, lanes = 3>
    """

    name = "stream.window"

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
        window = Window(_pair(kernel), _pair(strides), dilations=_pair(dilations))
        super().__init__(
            operands=[x],
            properties={
                "kernel": ints_attr(kernel),
                "strides": ints_attr(strides),
                "dilations": ints_attr(dilations),
                "by_channel": UnitAttr() if by_channel else None,
            },
            result_types=[
                ChannelType(_patches(channel, window), channel.element, lanes or channel.lanes.data)
            ],
        )

    @property
    def window(self) -> Window:
        return Window(pairs(self.kernel), pairs(self.strides), dilations=pairs(self.dilations))

    @property
    def pixels_at_once(self) -> int:
        """Of a window by channel: how many pixels of a patch stand in a word."""
        return self.outputs[0].lanes.data // self.inputs[0].lanes.data

    def check(self) -> None:
        (x,), (patches,) = self.inputs, self.outputs
        require_sizes(self.kernel.get_values(), 2, 1, "kernel")
        require_sizes(self.strides.get_values(), 2, 1, "strides")
        require_sizes(self.dilations.get_values(), 2, 1, "dilations")
        require_frame(patches, _patches(x, self.window))
        same_elements(x, patches)
        whole_pixels(x)
        (kh, kw), lanes, depth = self.window.kernel, patches.lanes.data, x.frame[-1]
        if self.by_channel is not None:
            group = x.lanes.data
            return require(
                lanes % group == 0 and kh * kw * group % lanes == 0,
                f"words of {lanes} don't part {kh}x{kw} pixels of {group} channels evenly",
            )
        require(
            depth % lanes == 0 or (lanes % depth == 0 and kh * kw * depth % lanes == 0),
            f"{lanes} lanes are no part and no multiple of {depth} channels in {kh}x{kw}",
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (patches,) = self.inputs, self.outputs
        _, width, depth = x.frame
        rows, cols, _ = patches.frame
        sh, sw = self.window.strides
        corners = np.arange(rows)[:, None] * sh * width + np.arange(cols) * sw
        reach = self.reach(x.lanes.data, patches.lanes.data)
        words = np.add.outer(corners * (depth // x.lanes.data), reach)
        return [np.maximum.accumulate(words.reshape(-1))]

    def reach(self, lanes_in: int, lanes_out: int) -> Counts:
        """For each word of a patch, up to which word it needs, counted from the patch's corner."""
        _, width, depth = self.inputs[0].frame
        (kh, kw), (dh, dw) = self.window.kernel, self.window.dilations
        pixel = depth // lanes_in
        taps = (np.arange(kh)[:, None] * dh * width + np.arange(kw) * dw).reshape(-1) * pixel
        if self.by_channel is not None:
            at_once = lanes_out // lanes_in
            return np.add.outer(np.arange(1, pixel + 1), taps[at_once - 1 :: at_once]).reshape(-1)
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


@irdl_op_definition
class PadOp(Process):
    """Surrounds an image with one value, and with `spread` parts its pixels by the same value.

    %y = stream.pad %x pads = [1, 1, 1, 1] value = -1
        : (!stream.channel<4x4x8x!qnn.bipolar, lanes = 8>)
       -> !stream.channel<6x6x8x!qnn.bipolar, lanes = 8>
    """

    name = "stream.pad"

    x = operand_def(ChannelType)
    pads = prop_def(IntsProperty)
    """Above, left, below, right."""
    spread = prop_def(IntsProperty, default_value=ints_attr([1, 1]))
    """How many rows, and columns, each pixel comes to stand below, or behind, the one before."""
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
        frame = _padded(channel, pads, spread)
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
        require_frame(y, _padded(x, self.pads.get_values(), self.spread.get_values()))
        same_elements(x, y)
        same_lanes(x, y)
        whole_pixels(x)
        element, value = x.element_type, self.value.value.data
        if isinstance(element, QuantType):
            require_range(element, value, value, "the pad value")

    @property
    def places(self) -> tuple[slice, slice]:
        """The rows and the columns of the result in which the image stands."""
        top, left, _, _ = self.pads.get_values()
        (height, width, _), (down, across) = self.inputs[0].frame, self.spread.get_values()
        return (
            slice(top, top + (height - 1) * down + 1, down),
            slice(left, left + (width - 1) * across + 1, across),
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (y,) = self.inputs, self.outputs
        inside = np.zeros(y.frame[:2], np.int64)
        inside[self.places] = 1
        words = np.repeat(inside.reshape(-1), x.frame[-1] // x.lanes.data)
        return [np.cumsum(words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        shape = (len(frames[0]), *self.outputs[0].frame)
        result = np.full(shape, self.value.value.data, frames[0].dtype)
        result[:, *self.places] = frames[0]
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
                f"{span.start} to {span.stop} is no part of an axis of {size}",
            )
        same_elements(x, y)
        same_lanes(x, y)
        whole_pixels(x)
        last = self.spans[-1]
        require(
            lanes == 1 or (last.step == 1 and last.start % lanes == 0 == last.stop % lanes),
            f"channels {last.start} to {last.stop} in steps of {last.step} cut words of {lanes}",
        )
        kept = tuple(len(range(x)[span]) for x, span in zip(x.frame, self.spans, strict=True))
        require_frame(y, kept)

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
        frame = _enlarged(channel, scales)
        super().__init__(
            operands=[x],
            properties={"scales": ints_attr(scales)},
            result_types=[ChannelType(frame, channel.element, channel.lanes.data)],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require_sizes(self.scales.get_values(), 2, 1, "scales")
        require_frame(y, _enlarged(x, pairs(self.scales)))
        same_elements(x, y)
        same_lanes(x, y)
        whole_pixels(x)

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

    It takes in as many pixels of the patch at once as there are in a word.

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

    @property
    def at_once(self) -> tuple[int, int]:
        """Channels, and pixels of a patch, that it takes at once."""
        lanes = self.outputs[0].lanes.data
        return lanes, self.inputs[0].lanes.data // lanes

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require(
            x.frame[:-1] == y.frame[:-1] and x.frame[-1] % y.frame[-1] == 0,
            f"patches of {text_of(x.frame)} don't pool to {text_of(y.frame)}",
        )
        require_groups(self.x, y, self.taps)
        if self.sum is None:
            return same_elements(x, y)
        low, high = value_range(x.quant_type)
        require_range(y.quant_type, low * self.taps, high * self.taps, "the sum")

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_group(self.inputs[0].words, self.outputs[0].words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        (y,) = self.outputs
        patches = frames[0].reshape(-1, self.taps, y.lanes.data)
        pooled = patches.max(1) if self.sum is None else exact(patches, y.quant_type).sum(1)
        return (pooled.reshape(len(frames[0]), *y.frame),)


def image_of(channel: ChannelType) -> tuple[int, int, int]:
    """The height, width and channels of a frame that is an image."""
    require(len(channel.frame) == 3, f"an image has 3 axes, {text_of(channel.frame)} has not")
    height, width, depth = channel.frame
    return height, width, depth


def require_frame(channel: ChannelType, frame: Sequence[int]) -> None:
    require(
        channel.frame == tuple(frame),
        f"the result is {text_of(frame)}, its channel carries {text_of(channel.frame)}",
    )


def require_order(patches: SSAValue, by_channel: bool) -> None:
    """Patches that come straight from a window come in the order that their reader wants."""
    window = patches.owner
    if isinstance(window, WindowOp):
        require(
            (window.by_channel is not None) == by_channel,
            f"its window must {'' if by_channel else 'not '}be by_channel",
        )


def require_groups(patches: SSAValue, result: ChannelType, taps: int) -> None:
    """Each word holds some pixels of a patch, of as many channels as the result has in a word."""
    whole_pixels(result)
    require_order(patches, by_channel=True)
    lanes, group = channel_of(patches).lanes.data, result.lanes.data
    require(
        lanes % group == 0 and taps * group % lanes == 0,
        f"words of {lanes} don't part {taps} pixels of {group} channels evenly",
    )
    window = patches.owner
    if isinstance(window, WindowOp):
        require(
            window.inputs[0].lanes.data == group,
            f"its window has groups of {window.inputs[0].lanes.data} channels, "
            f"the result has {group} in a word",
        )


def _patches(image: ChannelType, window: Window) -> tuple[int, int, int]:
    height, width, depth = image_of(image)
    kh, kw = window.kernel
    return *window.outputs(height, width), kh * kw * depth


def _padded(image: ChannelType, pads: Sequence[int], spread: Sequence[int]) -> tuple[int, int, int]:
    height, width, depth = image_of(image)
    (top, left, bottom, right), (down, across) = pads, spread
    rows, cols = (height - 1) * down + 1, (width - 1) * across + 1
    return rows + top + bottom, cols + left + right, depth


def _enlarged(image: ChannelType, scales: Sequence[int]) -> tuple[int, int, int]:
    height, width, depth = image_of(image)
    down, across = scales
    return height * down, width * across, depth


def _pair(values: Sequence[int]) -> tuple[int, int]:
    first, second = values
    return first, second
