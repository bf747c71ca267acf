"""Imports operators on shapes: Shape, Size, Reshape, Flatten, Squeeze, Unsqueeze."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import numpy as np

from ....qdialect.qnn.layout import ReshapeOp
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import Constant, GraphTensor, GraphValue, QuantizedConstant


@handles("Shape", of_constants=True)
def shape_of_input(m: ProgramBuilder, node: Node) -> GraphValue:
    """The shape of the input as a constant."""
    sizes = m.value(node, 0).shape
    start, end = node.integer("start", 0), node.integer("end", len(sizes))
    return Constant.of(np.array(sizes[start:end], np.int64))


@handles("Size", of_constants=True)
def element_count(m: ProgramBuilder, node: Node) -> GraphValue:
    return Constant.of(np.array(prod(m.value(node, 0).shape), np.int64))


def reshape_value(
    m: ProgramBuilder, node: Node, value: GraphValue, sizes: Sequence[int]
) -> GraphValue:
    """A value in another shape."""
    if prod(sizes) != prod(value.shape):
        raise node.fail(f"{value.shape} can't be reshaped to {tuple(sizes)}")
    if isinstance(value, GraphTensor):
        return GraphTensor(m.add(ReshapeOp(m.plain(value), sizes), node).output, len(sizes))
    if isinstance(value, QuantizedConstant) and not value.per_axis:
        return replace(value, ints=value.ints.reshape(sizes), axis=0)
    return Constant.of(value.array.reshape(sizes))


@handles("Reshape")
def reshape(m: ProgramBuilder, node: Node) -> GraphValue:
    """A reshape; one size may be -1, which is computed from the others."""
    value = m.value(node, 0)
    attribute = node.integers("shape")
    requested = attribute or [int(v) for v in m.array(node, 1, "the shape").reshape(-1)]
    zero_keeps_size = not node.flag("allowzero", False)
    sizes = [
        value.shape[axis] if size == 0 and zero_keeps_size and axis < len(value.shape) else size
        for axis, size in enumerate(requested)
    ]
    if sizes.count(-1) > 1 or any(size < -1 for size in sizes):
        raise node.fail(f"the shape {requested} is invalid: at most one size may be -1")
    rest = prod(size for size in sizes if size != -1)
    if -1 in sizes:
        if rest == 0 or prod(value.shape) % rest:
            raise node.fail(f"{value.shape} can't be reshaped to {requested}")
        sizes[sizes.index(-1)] = prod(value.shape) // rest
    return reshape_value(m, node, value, sizes)


@handles("Flatten")
def flatten(m: ProgramBuilder, node: Node) -> GraphValue:
    """A reshape to a matrix: its rows are the axes before `axis`, its columns all others."""
    value = m.value(node, 0)
    axis, rank = node.integer("axis", 1), len(value.shape)
    if not -rank <= axis <= rank:
        raise node.fail(f"axis {axis} does not exist in a tensor of rank {rank}")
    axis = axis + rank if axis < 0 else axis
    return reshape_value(m, node, value, (prod(value.shape[:axis]), prod(value.shape[axis:])))


def axes_of(m: ProgramBuilder, node: Node, rank: int) -> list[int] | None:
    """The axes of a node, counted from the front; None if it has none."""
    axes = m.integers(node, 1, "axes", "the axes")
    if axes is None:
        return None
    if any(not -rank <= axis < rank for axis in axes):
        raise node.fail(f"axes {axes} don't all exist in a tensor of rank {rank}")
    return [axis % rank for axis in axes]


@handles("Squeeze")
def squeeze(m: ProgramBuilder, node: Node) -> GraphValue:
    """The input without axes of size 1."""
    value = m.value(node, 0)
    axes = axes_of(m, node, len(value.shape))
    if axes is None:
        axes = [axis for axis, size in enumerate(value.shape) if size == 1]
    if any(value.shape[axis] != 1 for axis in axes):
        raise node.fail(f"axes {axes} of {value.shape} must all have size 1")
    sizes = [size for axis, size in enumerate(value.shape) if axis not in axes]
    return reshape_value(m, node, value, sizes)


@handles("Unsqueeze")
def unsqueeze(m: ProgramBuilder, node: Node) -> GraphValue:
    """The input with additional axes of size 1."""
    value = m.value(node, 0)
    count = len(node.integers("axes") or m.array(node, 1, "the axes").reshape(-1))
    rank = len(value.shape) + count
    axes = axes_of(m, node, rank)
    if axes is None or len(set(axes)) != count:
        raise node.fail("its axes must be distinct, at least one")
    old = iter(value.shape)
    return reshape_value(m, node, value, [1 if axis in axes else next(old) for axis in range(rank)])
