"""Lowers ops that move elements: most need no process, the others repeat, cut or join streams."""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.ir import SSAValue

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
from ...qdialect.stream import flow, windows
from ...qdialect.types import (
    shape_of,
)
from .lowering import CarriedTensor, Lowering, lowers, refused


@lowers(ReshapeOp, TransposeOp)
def lower_reorder(d: Lowering, op: ReshapeOp | TransposeOp) -> None:
    """Nothing: the order is remembered."""
    carried = d.carried.get(op.x)
    if carried is None:
        raise refused(op, "its operand does not come through the design")
    places = np.arange(prod(shape_of(op.x))) if carried.order is None else carried.order
    moved = op.move(places.reshape(shape_of(op.x))).reshape(-1)
    same = np.array_equal(moved, np.arange(len(moved)))
    d.bind_carried(op.output, CarriedTensor(carried.channel, None if same else moved))


@lowers(PadOp)
def lower_pad(d: Lowering, op: PadOp) -> None:
    low, high = op.low.get_values(), op.high.get_values()
    if len(low) != 4 or any((low[0], low[3], high[0], high[3])):
        raise refused(op, "rows and columns of images are padded, nothing else")
    pads = (low[1], low[2], high[1], high[2])
    d.bind(op.output, pad_if_needed(d, op, d.ordered_channel(op.x, op), pads, op.value.value.data))


def pad_if_needed(d: Lowering, op: QnnOp, x: SSAValue, pads: Sequence[int], value: int) -> SSAValue:
    return d.add(windows.PadOp(x, pads, value), op).output if any(pads) else x


@lowers(ResizeOp)
def lower_resize(d: Lowering, op: ResizeOp) -> None:
    scales = op.scales.get_values()
    if len(scales) != 4 or scales[0] != 1 or scales[3] != 1:
        raise refused(op, "rows and columns of images are repeated, nothing else")
    process = windows.UpsampleOp(d.ordered_channel(op.x, op), scales[1:3])
    d.bind(op.output, d.add(process, op).output)


@lowers(SliceOp)
def lower_slice(d: Lowering, op: SliceOp) -> None:
    spans = [list(v.get_values())[1:] for v in (op.starts, op.ends, op.steps)]
    d.bind(op.output, d.add(windows.CropOp(d.ordered_channel(op.x, op), *spans), op).output)


@lowers(ConcatOp)
def lower_concat(d: Lowering, op: ConcatOp) -> None:
    require_channel_axis(op, op.axis.value.data, op.output)
    process = flow.ConcatOp([d.ordered_channel(value, op) for value in op.inputs])
    d.bind(op.output, d.add(process, op).output)


@lowers(SplitOp)
def lower_split(d: Lowering, op: SplitOp) -> None:
    """The parts of each pixel; each by itself where one of them is read by nobody."""
    require_channel_axis(op, op.axis.value.data, op.x)
    x, sizes = d.ordered_channel(op.x, op), op.sizes.get_values()
    if all(list(part.uses) for part in op.outputs):
        for part, channel in zip(op.outputs, d.add(flow.SplitOp(x, sizes), op).parts, strict=True):
            d.bind(part, channel)
        return
    frame, start = shape_of(op.x)[1:-1], 0
    for part, size in zip(op.outputs, sizes, strict=True):
        if list(part.uses):
            starts, ends = (*[0] * len(frame), start), (*frame, start + size)
            process = windows.CropOp(x, starts, ends, [1] * len(starts))
            d.bind(part, d.add(process, op).output)
        start += size


def require_channel_axis(op: ConcatOp | SplitOp, axis: int, value: SSAValue) -> None:
    rank = len(shape_of(value))
    if axis % rank != rank - 1:
        raise refused(op, "channels are joined and parted, no other axis")
