"""Lowers slices, splits and concats of tensors whose channels are not their last axis.

A stream carries the channels of a pixel together, even if the network is NCHW. An op on NCHW images
therefore becomes the same op on NHWC images, between two transposes that need no process. Without
this, a reorder process would have to move each frame into NCHW order.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.qnn.layout import ConcatOp, SliceOp, SplitOp, TransposeOp
from ...qdialect.types import shape_of
from .lowering import Lowering
from .orders import separate


def lower_channels_last(lowering: Lowering, op: SliceOp | SplitOp | ConcatOp) -> bool:
    """Lowers an op with its channels last, between two transposes; False if it needs none."""
    rank = len(shape_of(op.operands[0]))
    axis = axis_to_move_last(lowering, op)
    if axis is None:
        return False
    order = [*(each for each in range(rank) if each != axis), axis]
    before = [TransposeOp(value, order) for value in op.operands]
    moved = transposed_op(op, [each.output for each in before], order)
    if op.layer is not None:
        moved.layer = op.layer
    read = [number for number, result in enumerate(op.results) if list(result.uses)]
    after = [TransposeOp(moved.results[number], np.argsort(order).tolist()) for number in read]
    for each in (*before, moved, *after):
        lowering.lower(each)
    for number, each in zip(read, after, strict=True):
        lowering.bind_carried(op.results[number], lowering.carried[each.output])
    for each in (*after, moved, *before):
        lowering.forget(each)
        each.erase()
    return True


def axis_to_move_last(lowering: Lowering, op: SliceOp | SplitOp | ConcatOp) -> int | None:
    """The axis of the tensors that the streams carry last; None if the op needs no transpose."""
    if any(value not in lowering.carried for value in op.operands):
        return None
    last = len(shape_of(op.operands[0])) - 1
    first, *others = (channel_axes(lowering, value) for value in op.operands)
    axes = first.intersection(*others)
    return max(axes) if axes and last not in axes else None


def channel_axes(lowering: Lowering, value: SSAValue) -> set[int]:
    """The axes of a tensor that its stream may carry last, with the pixels in order."""
    shape, carried = shape_of(value), lowering.carried[value]
    last = len(shape) - 1
    order = np.arange(prod(shape)) if carried.order is None else carried.order
    found: set[int] = set()
    for axis in range(1, len(shape)):
        moved = separate(np.moveaxis(order.reshape(shape), axis, last).reshape(-1), shape[axis])
        if moved is not None and moved.keeps_pixels:
            found.add(axis)
    return found


def transposed_op(
    op: SliceOp | SplitOp | ConcatOp, operands: Sequence[SSAValue], order: Sequence[int]
) -> SliceOp | SplitOp | ConcatOp:
    """The same op on transposed operands."""
    match op:
        case SliceOp():
            spans = [list(v.get_values()) for v in (op.starts, op.ends, op.steps)]
            return SliceOp(operands[0], *([span[axis] for axis in order] for span in spans))
        case SplitOp():
            axis = op.axis.value.data % len(order)
            return SplitOp(operands[0], op.sizes.get_values(), order.index(axis))
        case ConcatOp():
            return ConcatOp(operands, order.index(op.axis.value.data % len(order)))
