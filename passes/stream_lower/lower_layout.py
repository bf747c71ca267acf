"""Lowers ops that move elements. Permutations are recorded; all others become processes."""

from collections.abc import Sequence
from math import gcd, prod

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.permutation import transposition_of
from ...qdialect.qnn.base import QnnOp
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from ...qdialect.stream import borders, flow
from ...qdialect.stream.elements import OffsetOp
from ...qdialect.stream.reorder import MAX_AXES
from ...qdialect.types import BipolarType, element_of, shape_of
from .channels_last import lower_channels_last
from .lower_elementwise import add_pixel_rows
from .lowering import CarriedTensor, Lowering, lowers, refused
from .orders import SeparateOrder, none_if_in_order


@lowers(ReshapeOp, TransposeOp)
def lower_reorder(lowering: Lowering, op: ReshapeOp | TransposeOp) -> None:
    """Records the order of the elements, without a process.

    If no reorder process could undo the new order, one moves the input into order first.
    """
    carried = lowering.carried_tensor(op.x, op)
    order = np.arange(prod(shape_of(op.x))) if carried.order is None else carried.order
    moved = op.move(order.reshape(shape_of(op.x))).reshape(-1)
    if not can_be_undone(moved):
        channel = lowering.ordered_channel(op.x, op)
        moved = op.move(np.arange(len(moved)).reshape(shape_of(op.x))).reshape(-1)
        if not can_be_undone(moved):
            reason = f"its permutation moves more than {MAX_AXES} axes"
            raise refused(op, reason, "transpose fewer axes at a time")
        carried = CarriedTensor(channel)
    lowering.bind_carried(op.output, CarriedTensor(carried.channel, none_if_in_order(moved)))


def can_be_undone(order: Array) -> bool:
    """Whether a reorder process can move elements from this order to that of a tensor."""
    moved = transposition_of(order)
    return moved is not None and len(moved.block[0]) <= MAX_AXES


@lowers(PadOp)
def lower_pad(lowering: Lowering, op: PadOp) -> None:
    """Lowers a pad of rows and columns to one process, any other to a process for each axis."""
    low, high, value = op.low.get_values(), op.high.get_values(), op.value.value.data
    if low[0] or high[0]:
        raise refused(op, "it adds images to the batch", "only the axes of one image can be padded")
    if len(low) == 4 and not (low[3] or high[3]):
        (x, moved), pads = lowering.image_input(op.x, op, True), (low[1], low[2], high[1], high[2])
        return lowering.bind_image(op.output, pad_if_needed(lowering, op, x, pads, value), moved)
    x = lowering.ordered_channel(op.x, op, True)
    for axis, (before, after) in enumerate(zip(low[1:], high[1:], strict=True)):
        x = pad_axis(lowering, op, x, axis - len(low) + 1, before, after, value)
    lowering.bind(op.output, x)


def pad_axis(
    lowering: Lowering, op: QnnOp, x: SSAValue, axis: int, before: int, after: int, value: int
) -> SSAValue:
    """Pads one axis of a frame, counted from the last one.

    A pad of several elements is a pad of fewer pixels that consist of several elements, so that
    words can have as many lanes.
    """
    if not before and not after:
        return x
    frame = flow.channel_of(x).frame
    pixel = gcd(before, after, frame[axis])
    pads = (0, before // pixel, 0, after // pixel)
    columns = image_columns(lowering, op, x, axis, pixel)
    padded = list(frame)
    padded[axis] += before + after
    result = pad_if_needed(lowering, op, columns, pads, value)
    return lowering.add(flow.RepackOp(result, 1, padded), op).output


def image_columns(
    lowering: Lowering, op: QnnOp, x: SSAValue, axis: int, pixel: int = 1
) -> SSAValue:
    """A channel whose frames are images with a column for each index of an axis, or for each
    `pixel` indices; the axes before it are rows, those after it channels."""
    frame = flow.channel_of(x).frame
    columns, depth = frame[axis] // pixel, pixel * prod(frame[axis:]) // frame[axis]
    return lowering.add(flow.RepackOp(x, 1, (prod(frame[:axis]), columns, depth)), op).output


def pad_if_needed(
    lowering: Lowering, op: QnnOp, x: SSAValue, pads: Sequence[int], value: int
) -> SSAValue:
    return lowering.add(borders.PadOp(x, pads, value), op).output if any(pads) else x


@lowers(ResizeOp)
def lower_resize(lowering: Lowering, op: ResizeOp) -> None:
    """Lowers an upscaling of rows and columns to one process, any other to one for each axis."""
    scales = op.scales.get_values()
    if scales[0] != 1:
        reason = "it repeats the images of the batch"
        raise refused(op, reason, "only the axes of one image can be repeated")
    if len(scales) == 4 and scales[3] == 1:
        x, moved = lowering.image_input(op.x, op, True)
        process = borders.UpsampleOp(x, scales[1:3])
        return lowering.bind_image(op.output, lowering.add(process, op).output, moved)
    x = lowering.ordered_channel(op.x, op, True)
    for axis, scale in enumerate(scales[1:]):
        if scale > 1:
            frame = flow.channel_of(x).frame
            columns = image_columns(lowering, op, x, axis)
            x = lowering.add(borders.UpsampleOp(columns, (1, scale)), op).output
            repeated = (*frame[:axis], scale * frame[axis], *frame[axis + 1 :])
            x = lowering.add(flow.RepackOp(x, 1, repeated), op).output
    lowering.bind(op.output, x)


@lowers(SliceOp)
def lower_slice(lowering: Lowering, op: SliceOp) -> None:
    if lower_channels_last(lowering, op):
        return
    spans = [list(v.get_values())[1:] for v in (op.starts, op.ends, op.steps)]
    whole_pixels = [span[-1] for span in spans] == [0, shape_of(op.x)[-1], 1]
    x, moved = lowering.image_input(op.x, op, True) if whole_pixels else (None, None)
    process = borders.CropOp(x or lowering.ordered_channel(op.x, op, True), *spans)
    lowering.bind_image(op.output, lowering.add(process, op).output, moved)


@lowers(ConcatOp)
def lower_concat(lowering: Lowering, op: ConcatOp) -> None:
    """Lowers a concat to a process.

    No process sends constants. Constant parts become padding of the neighbouring parts, with 0 or,
    in types without 0, the lowest value. An offset then turns the padding into the constants.
    """
    if lower_channels_last(lowering, op):
        return
    constants = any(constant_of(value) is not None for value in op.inputs)
    if axis_of_frame(op) == -1 and not constants:
        return lower_channel_concat(lowering, op)
    axis, element = axis_of_frame(op), element_of(op.output)
    parts = list[SSAValue]()
    pads = list[list[int]]()
    offsets, fill = list[Array](), 0 if not isinstance(element, BipolarType) else -1
    leading = 0
    for value in op.inputs:
        constant, size = constant_of(value), shape_of(value)[axis]
        if constant is not None:
            offsets.append(constant.astype(np.int64) - fill)
            if pads:
                pads[-1][1] += size
            else:
                leading += size
        else:
            offsets.append(np.zeros(shape_of(value), np.int64))
            parts.append(lowering.ordered_channel(value, op))
            pads.append([leading, 0])
            leading = 0
    padded = [
        pad_axis(lowering, op, x, axis, before, after, fill)
        for x, (before, after) in zip(parts, pads, strict=True)
    ]
    joined = padded[0]
    if len(padded) > 1:
        joined = lowering.add(flow.ConcatOp(padded, axis), op).output
    if len(parts) < len(op.inputs):
        joined = add_pixel_rows(lowering, op, joined, np.concatenate(offsets, axis)[0], OffsetOp)
    lowering.bind(op.output, joined)


def lower_channel_concat(lowering: Lowering, op: ConcatOp) -> None:
    """Lowers a concat of channels, which may be permuted."""
    parts = [lowering.image_input(value, op) for value in op.inputs]
    moved = joined_order(op, [moved for _, moved in parts])
    channels = [channel for channel, _ in parts]
    if moved is not None and not can_be_undone(moved.channels):
        moved, channels = None, [lowering.ordered_channel(value, op) for value in op.inputs]
    output = lowering.add(flow.ConcatOp(channels), op).output
    lowering.bind_image(op.output, output, moved)


def joined_order(op: ConcatOp, orders: Sequence[SeparateOrder | None]) -> SeparateOrder | None:
    """The order of the channels of a concat, from the orders of its parts."""
    if not any(orders):
        return None
    starts, depths = 0, [shape_of(value)[-1] for value in op.inputs]
    channels: list[Array] = []
    for moved, depth in zip(orders, depths, strict=True):
        channels.append(starts + (np.arange(depth) if moved is None else moved.channels))
        starts += depth
    return SeparateOrder(np.arange(prod(shape_of(op.output)[:-1])), np.concatenate(channels))


@lowers(SplitOp)
def lower_split(lowering: Lowering, op: SplitOp) -> None:
    """Lowers a split to one process, or to a crop for each result if some result has no reader.

    A channel without a reader would fill up and stall the split.
    """
    if lower_channels_last(lowering, op):
        return
    axis = axis_of_frame(op)
    x, sizes = lowering.ordered_channel(op.x, op), op.sizes.get_values()
    if all(list(result.uses) for result in op.outputs):
        channels = lowering.add(flow.SplitOp(x, sizes, axis), op).parts
        for result, channel in zip(op.outputs, channels, strict=True):
            lowering.bind(result, channel)
        return
    frame, start = shape_of(op.x)[1:], 0
    for result, size in zip(op.outputs, sizes, strict=True):
        if list(result.uses):
            starts, ends = [0] * len(frame), list(frame)
            starts[axis], ends[axis] = start, start + size
            process = borders.CropOp(x, starts, ends, [1] * len(frame))
            lowering.bind(result, lowering.add(process, op).output)
        start += size


def axis_of_frame(op: ConcatOp | SplitOp) -> int:
    """The axis of an op in frames, counted from the last."""
    return op.axis_from_front - len(shape_of(op.operands[0]))
