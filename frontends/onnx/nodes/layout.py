"""Imports operators that move elements, such as Transpose, DepthToSpace, Concat and Pad."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from ....qdialect.types import shape_of
from ..builder import ProgramBuilder
from ..names import short_name
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue
from .classify import axis_of


@handles("Transpose")
def transpose(m: ProgramBuilder, node: Node) -> GraphValue:
    """A permutation of axes; between NCHW and NHWC it only changes the layout, without an op."""
    value = m.value(node, 0)
    rank = len(value.shape)
    perm = node.integers("perm")
    order = tuple(range(rank)[::-1] if perm is None else perm)
    if sorted(order) != list(range(rank)):
        raise node.fail(f"perm {list(order)} is not a permutation of the {rank} axes")
    if not isinstance(value, GraphTensor):
        return value.transposed(order)
    if rank == 4 and value.channels_last and order == (0, 2, 3, 1):
        return GraphTensor(value.value, rank)
    if rank == 4 and not value.channels_last and order == (0, 3, 1, 2):
        return GraphTensor(value.value, rank, True)
    return GraphTensor(m.add(TransposeOp(m.plain(value), order), node).output, rank)


@handles("DepthToSpace")
def depth_to_space(m: ProgramBuilder, node: Node) -> GraphValue:
    """Channels moved to pixels: a block of channels becomes a block of pixels."""
    image, size = _image_and_block(m, node)
    n, height, width, depth = shape_of(image)
    if depth % size**2:
        raise node.fail(f"a blocksize of {size} does not divide {depth} channels")
    outer, mode = depth // size**2, node.text("mode", "DCR")
    match mode:
        case "DCR":
            axes, order = (size, size, outer), (0, 1, 3, 2, 4, 5)
        case "CRD":
            axes, order = (outer, size, size), (0, 1, 4, 2, 5, 3)
        case _:
            raise node.fail(f"the mode {short_name(mode)} does not exist: use DCR or CRD")
    shape = n, height * size, width * size, outer
    return _moved(m, node, image, (n, height, width, *axes), order, shape)


@handles("SpaceToDepth")
def space_to_depth(m: ProgramBuilder, node: Node) -> GraphValue:
    """Pixels moved to channels: a block of pixels becomes a block of channels."""
    image, size = _image_and_block(m, node)
    n, height, width, depth = shape_of(image)
    if height % size or width % size:
        raise node.fail(f"a blocksize of {size} does not divide an image of {height}x{width}")
    rows, columns = height // size, width // size
    axes, order = (n, rows, size, columns, size, depth), (0, 1, 3, 2, 4, 5)
    return _moved(m, node, image, axes, order, (n, rows, columns, size**2 * depth))


def _image_and_block(m: ProgramBuilder, node: Node) -> tuple[SSAValue, int]:
    """The image that a node reads, as NHWC, and its block size."""
    x, size = m.tensor(node, 0), node.integer("blocksize", 0)
    if x.rank != 4 or size < 1:
        raise node.fail("it needs an image of rank 4, and a blocksize of at least 1")
    return m.image(x, node), size


def _moved(
    m: ProgramBuilder,
    node: Node,
    image: SSAValue,
    axes: Sequence[int],
    order: Sequence[int],
    shape: Sequence[int],
) -> GraphTensor:
    """An image whose axes are divided, put in another order, and joined."""
    divided = m.add(ReshapeOp(image, axes), node).output
    turned = m.add(TransposeOp(divided, order), node).output
    return GraphTensor(m.add(ReshapeOp(turned, shape), node).output, 4, True)


@handles("Concat")
def concat(m: ProgramBuilder, node: Node) -> GraphValue:
    """Tensors joined along an axis."""
    tensors = [m.tensor(node, index) for index in range(len(node.inputs))]
    if len({tensor.rank for tensor in tensors}) != 1:
        raise node.fail("it must have inputs, all of the same rank")
    first = max(tensors, key=lambda tensor: tensor.channels_last)
    axis = axis_of(node, 1, first.rank)
    if first.channels_last:
        parts = [m.image(tensor, node) for tensor in tensors]
        return first.like(m.add(ConcatOp(parts, first.axis(axis)), node).output)
    parts = [m.plain(tensor) for tensor in tensors]
    return GraphTensor(m.add(ConcatOp(parts, axis), node).output, first.rank)


@handles("Split", ignores=("num_outputs",))
def split(m: ProgramBuilder, node: Node) -> Sequence[GraphValue]:
    """A tensor cut into parts, by default of equal size except that the last may be smaller."""
    x = m.tensor(node, 0)
    axis = axis_of(node, 0, x.rank)
    sizes = m.integers(node, 1, "split", "the sizes")
    if sizes is None:
        count, size = max(1, len(node.outputs)), x.shape[axis]
        part = -(-size // count)
        sizes = [part] * (count - 1) + [size - part * (count - 1)]
    op = m.add(SplitOp(x.value, sizes, x.axis(axis)), node)
    return [x.like(part) for part in op.outputs]


@handles("Slice")
def slice_(m: ProgramBuilder, node: Node) -> GraphValue:
    """Part of a tensor, with positive steps."""
    x = m.tensor(node, 0)
    spans = [[0, size, 1] for size in shape_of(x.value)]
    for start, end, axis, step in _slice_ranges(m, node):
        if not -x.rank <= axis < x.rank:
            raise node.fail(f"axis {axis} does not exist in a tensor of rank {x.rank}")
        if step < 1:
            raise node.fail(f"the step {step} is not supported: steps must be at least 1")
        first, last, _ = slice(start, end).indices(x.shape[axis])
        if first >= last:
            raise node.fail(f"the slice {start} to {end} of axis {axis} is empty")
        spans[x.axis(axis % x.rank)] = [first, last, step]
    op = SliceOp(x.value, *([span[k] for span in spans] for k in range(3)))
    return x.like(m.add(op, node).output)


def _slice_ranges(m: ProgramBuilder, node: Node) -> list[tuple[int, int, int, int]]:
    """Start, end, axis and step of each sliced axis, from inputs or, in old opsets, attributes."""
    if node.has_input(1):
        starts, ends = m.array(node, 1, "the starts"), m.array(node, 2, "the ends")
        axes, steps = m.optional(node, 3, "the axes"), m.optional(node, 4, "the steps")
    else:
        starts, ends = (np.array(node.integers(name) or []) for name in ("starts", "ends"))
        listed = node.integers("axes")
        axes, steps = None if listed is None else np.array(listed), None
    count = starts.size
    axes = np.arange(count) if axes is None else axes
    steps = np.ones(count, np.int64) if steps is None else steps
    columns = [[int(v) for v in column.reshape(-1)] for column in (starts, ends, axes, steps)]
    return list(zip(*columns, strict=True))


@handles("Pad")
def pad(m: ProgramBuilder, node: Node) -> GraphValue:
    """Padding with a constant."""
    mode = node.text("mode", "constant")
    if mode != "constant":
        raise node.fail(f"the mode {short_name(mode)} is not supported: use constant padding")
    x = m.tensor(node, 0)
    pads = m.integers(node, 1, "pads", "the pads")
    value = m.optional(node, 2, "the value")
    number = node.number("value", 0.0) if value is None else float(value.reshape(())[()])
    axes = m.optional(node, 3, "the axes")
    padded = list(range(x.rank)) if axes is None else [int(v) for v in axes.reshape(-1)]
    if pads is None or len(pads) != 2 * len(padded) or not number.is_integer():
        raise node.fail("it must have two pads for each axis, and an integer value")
    if min(pads, default=0) < 0:
        raise node.fail("negative pads are not supported: use Slice")
    low, high = [0] * len(shape_of(x.value)), [0] * len(shape_of(x.value))
    for axis, before, after in zip(padded, pads, pads[len(padded) :], strict=False):
        low[x.axis(axis % x.rank)], high[x.axis(axis % x.rank)] = before, after
    return x.like(m.add(PadOp(x.value, low, high, int(number)), node).output)
