"""Lowers slices, splits and concats of tensors whose channels are not their last axis.

A stream carries the channels of a pixel together, in NCHW networks too. Instead of moving a whole
frame into NCHW order, an op along axes of NCHW images becomes the same op along axes of NHWC
images, between two transposes, which need no process.
"""

from collections.abc import Sequence
from functools import singledispatch
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.qnn.base import QnnOp
from ...qdialect.qnn.layout import ConcatOp, SliceOp, SplitOp, TransposeOp
from ...qdialect.types import shape_of
from .lowering import Lowering
from .orders import separate


def lower_turned(lowering: Lowering, op: SliceOp | SplitOp | ConcatOp) -> bool:
    """Lowers an op between two transposes, unless it can be lowered as it is."""
    rank = len(shape_of(op.operands[0]))
    axis = turned_axis(lowering, op)
    if axis is None:
        return False
    order = [*(each for each in range(rank) if each != axis), axis]
    before = [TransposeOp(value, order) for value in op.operands]
    turned = turned_op(op, [each.output for each in before], order)
    if op.layer is not None:
        turned.layer = op.layer
    read = [number for number, result in enumerate(op.results) if list(result.uses)]
    back = [TransposeOp(turned.results[number], np.argsort(order).tolist()) for number in read]
    for each in (*before, turned, *back):
        lowering.lower(each)
    for number, each in zip(read, back, strict=True):
        lowering.bind_carried(op.results[number], lowering.carried[each.output])
    for each in (*back, turned, *before):
        lowering.forget(each)
        each.erase()
    return True


def turned_axis(lowering: Lowering, op: SliceOp | SplitOp | ConcatOp) -> int | None:
    """The axis that becomes the last one, as in what the channels carry; None if the op is lowered
    as it is."""
    if any(value not in lowering.carried for value in op.operands):
        return None
    last = len(shape_of(op.operands[0])) - 1
    first, *others = (channel_axes(lowering, value) for value in op.operands)
    axes = first.intersection(*others)
    return max(axes) if axes and last not in axes else None


def channel_axes(lowering: Lowering, value: SSAValue) -> set[int]:
    """The axes of a tensor that its channel may carry last, with the pixels in order."""
    shape, carried = shape_of(value), lowering.carried[value]
    last = len(shape) - 1
    order = np.arange(prod(shape)) if carried.order is None else carried.order
    found: set[int] = set()
    for axis in range(1, len(shape)):
        moved = separate(np.moveaxis(order.reshape(shape), axis, last).reshape(-1), shape[axis])
        if moved is not None and moved.keeps_pixels:
            found.add(axis)
    return found


@singledispatch
def turned_op(op: QnnOp, operands: Sequence[SSAValue], order: Sequence[int]) -> QnnOp:
    """The same op on transposed operands."""
    raise NotImplementedError(op.name)


@turned_op.register
def turned_slice(op: SliceOp, operands: Sequence[SSAValue], order: Sequence[int]) -> QnnOp:
    spans = [list(v.get_values()) for v in (op.starts, op.ends, op.steps)]
    return SliceOp(operands[0], *([span[axis] for axis in order] for span in spans))


@turned_op.register
def turned_split(op: SplitOp, operands: Sequence[SSAValue], order: Sequence[int]) -> QnnOp:
    axis = op.axis.value.data % len(order)
    return SplitOp(operands[0], op.sizes.get_values(), order.index(axis))


@turned_op.register
def turned_concat(op: ConcatOp, operands: Sequence[SSAValue], order: Sequence[int]) -> QnnOp:
    return ConcatOp(operands, order.index(op.axis.value.data % len(order)))
