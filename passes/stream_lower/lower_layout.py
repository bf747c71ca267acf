"""Lowers ops that move elements: permutations need no process at first, the others do."""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.permutation import transposition_of
from ...qdialect.qnn.base import QnnOp
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
from ...qdialect.stream.reorder import MAX_AXES
from ...qdialect.types import (
    shape_of,
)
from .lowering import CarriedTensor, Lowering, lowers, refused
from .orders import SeparateOrder, none_if_in_order
from .turned import lower_turned


@lowers(ReshapeOp, TransposeOp)
def lower_reorder(lowering: Lowering, op: ReshapeOp | TransposeOp) -> None:
    """Records the order of the elements, without a process.

    An order that no reorder process could undo is never recorded: the elements are moved before.
    """
    carried = lowering.carried_tensor(op.x, op)
    order = np.arange(prod(shape_of(op.x))) if carried.order is None else carried.order
    moved = op.move(order.reshape(shape_of(op.x))).reshape(-1)
    if not can_be_undone(moved):
        channel = lowering.ordered_channel(op.x, op)
        moved = op.move(np.arange(len(moved)).reshape(shape_of(op.x))).reshape(-1)
        if not can_be_undone(moved):
            reason = f"it moves more than {MAX_AXES} axes of different places"
            raise refused(op, reason, "transpose fewer axes at a time")
        carried = CarriedTensor(channel)
    lowering.bind_carried(op.output, CarriedTensor(carried.channel, none_if_in_order(moved)))


def can_be_undone(order: Array) -> bool:
    """Whether a reorder process can move elements from this order to that of a tensor."""
    moved = transposition_of(order)
    return moved is not None and len(moved.block[0]) <= MAX_AXES


@lowers(PadOp)
def lower_pad(lowering: Lowering, op: PadOp) -> None:
    low, high = op.low.get_values(), op.high.get_values()
    if len(low) != 4 or any((low[0], low[3], high[0], high[3])):
        reason = "it pads an axis other than rows and columns"
        raise refused(op, reason, "only rows and columns of images can be padded")
    (x, moved), pads = lowering.image_input(op.x, op), (low[1], low[2], high[1], high[2])
    padded = pad_if_needed(lowering, op, x, pads, op.value.value.data)
    lowering.bind_image(op.output, padded, moved)


def pad_if_needed(
    lowering: Lowering, op: QnnOp, x: SSAValue, pads: Sequence[int], value: int
) -> SSAValue:
    return lowering.add(borders.PadOp(x, pads, value), op).output if any(pads) else x


@lowers(ResizeOp)
def lower_resize(lowering: Lowering, op: ResizeOp) -> None:
    scales = op.scales.get_values()
    if len(scales) != 4 or scales[0] != 1 or scales[3] != 1:
        reason = "it repeats elements along an axis other than rows and columns"
        raise refused(op, reason, "only rows and columns of images can be repeated")
    x, moved = lowering.image_input(op.x, op)
    process = borders.UpsampleOp(x, scales[1:3])
    lowering.bind_image(op.output, lowering.add(process, op).output, moved)


@lowers(SliceOp)
def lower_slice(lowering: Lowering, op: SliceOp) -> None:
    if lower_turned(lowering, op):
        return
    spans = [list(v.get_values())[1:] for v in (op.starts, op.ends, op.steps)]
    whole_pixels = [span[-1] for span in spans] == [0, shape_of(op.x)[-1], 1]
    x, moved = lowering.image_input(op.x, op) if whole_pixels else (None, None)
    process = borders.CropOp(x or lowering.ordered_channel(op.x, op), *spans)
    lowering.bind_image(op.output, lowering.add(process, op).output, moved)


@lowers(ConcatOp)
def lower_concat(lowering: Lowering, op: ConcatOp) -> None:
    if lower_turned(lowering, op):
        return
    require_channel_axis(op, op.axis.value.data, op.output)
    parts = [lowering.image_input(value, op) for value in op.inputs]
    moved = joined(op, [moved for _, moved in parts])
    channels = [channel for channel, _ in parts]
    if moved is not None and not can_be_undone(moved.channels):
        moved, channels = None, [lowering.ordered_channel(value, op) for value in op.inputs]
    output = lowering.add(flow.ConcatOp(channels), op).output
    lowering.bind_image(op.output, output, moved)


def joined(op: ConcatOp, orders: Sequence[SeparateOrder | None]) -> SeparateOrder | None:
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
    if lower_turned(lowering, op):
        return
    require_channel_axis(op, op.axis.value.data, op.x)
    x, sizes = lowering.ordered_channel(op.x, op), op.sizes.get_values()
    if all(list(result.uses) for result in op.outputs):
        channels = lowering.add(flow.SplitOp(x, sizes), op).parts
        for result, channel in zip(op.outputs, channels, strict=True):
            lowering.bind(result, channel)
        return
    frame, start = shape_of(op.x)[1:-1], 0
    for result, size in zip(op.outputs, sizes, strict=True):
        if list(result.uses):
            starts, ends = (*[0] * len(frame), start), (*frame, start + size)
            process = borders.CropOp(x, starts, ends, [1] * len(starts))
            lowering.bind(result, lowering.add(process, op).output)
        start += size


def require_channel_axis(op: ConcatOp | SplitOp, axis: int, value: SSAValue) -> None:
    rank = len(shape_of(value))
    if axis % rank != rank - 1:
        reason = f"its axis {axis} is not the channel axis"
        raise refused(op, reason, "concat and split are supported along the channel axis only")
