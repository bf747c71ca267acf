"""Imports arithmetic of two tensors, or of a tensor and a constant."""

from collections.abc import Callable, Sequence
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.qnn.activations import ClipOp, LeakyReluOp
from ....qdialect.qnn.elementwise import AddOp, BinaryOp, DivOp, MulOp, SubOp
from ....qdialect.qnn.layout import ConcatOp
from ....qdialect.qnn.pooling import MaxPoolOp
from ....qdialect.types import element_of, is_quant, shape_of
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue
from .activations import FLOAT32_MAX
from .bipolar import with_bipolar_levels
from .parameters import broadcast_constant

BINARY_OPS: dict[str, Callable[[SSAValue, SSAValue], BinaryOp]] = {
    "Add": AddOp,
    "Sub": SubOp,
    "Mul": MulOp,
    "Div": DivOp,
}


@handles(*BINARY_OPS)
def binary(m: ProgramBuilder, node: Node) -> GraphValue:
    """Add, Sub, Mul, Div; the result has the layout of the operand with the higher rank."""
    values = _two_inputs(m, node)
    x = _layout_tensor(values) or m.tensor(node, 0)
    lhs, rhs = (_aligned_operand(m, node, value, x) for value in values)
    return x.like(with_bipolar_levels(m, m.add(BINARY_OPS[node.op](lhs, rhs), node)))


def _two_inputs(m: ProgramBuilder, node: Node) -> list[GraphValue]:
    if len(node.inputs) != 2:
        raise node.fail(f"it must have two inputs, it has {len(node.inputs)}")
    return [m.value(node, 0), m.value(node, 1)]


def _layout_tensor(values: Sequence[GraphValue]) -> GraphTensor | None:
    """The operand whose rank and layout the result has; None if all are constant."""
    tensors = [value for value in values if isinstance(value, GraphTensor)]
    return max(tensors, key=lambda tensor: (tensor.rank, tensor.channels_last), default=None)


def _aligned_operand(
    m: ProgramBuilder, node: Node, value: GraphValue, like: GraphTensor
) -> SSAValue:
    """An operand in the layout of `like`."""
    if not isinstance(value, GraphTensor):
        return broadcast_constant(m, node, like, value.array)
    if is_quant(element_of(value.value)):
        raise node.fail("it computes with integers: insert DequantizeLinear before it")
    if value.channels_last == like.channels_last and value.rank == like.rank:
        return value.value
    plain = m.plain(value)
    if not like.channels_last:
        return plain
    missing = like.rank - value.rank
    return m.image(GraphTensor(m.reshape(plain, (1,) * missing + shape_of(plain)), like.rank), node)


@handles("Sum", "Mean")
def sum_or_mean(m: ProgramBuilder, node: Node) -> GraphValue:
    """The sum of any number of tensors, from left to right; a mean multiplies it by the inverse of
    their number, as onnxruntime does."""
    if not node.inputs:
        raise node.fail("it must have at least one input")
    total = m.tensor(node, 0) if len(node.inputs) == 1 else m.value(node, 0)
    for index in range(1, len(node.inputs)):
        total = _added(m, node, total, m.value(node, index))
    if node.op == "Sum" or len(node.inputs) == 1:
        return total
    assert isinstance(total, GraphTensor)
    share = m.floats(np.float32(1) / np.float32(len(node.inputs)), "share")
    return total.like(m.add(MulOp(total.value, share), node).output)


def _added(m: ProgramBuilder, node: Node, a: GraphValue, b: GraphValue) -> GraphTensor:
    x = _layout_tensor([a, b]) or GraphTensor(m.plain(a), len(a.shape))
    lhs, rhs = (_aligned_operand(m, node, value, x) for value in (a, b))
    return x.like(m.add(AddOp(lhs, rhs), node).output)


@handles("Max", "Min")
def max_or_min(m: ProgramBuilder, node: Node) -> GraphValue:
    """The maximum or minimum of a tensor and a number, a clip with one limit, or of two tensors."""
    values = _two_inputs(m, node)
    limits = [v for v in values if not isinstance(v, GraphTensor) and v.array.size == 1]
    if not limits:
        return _extremum_of_tensors(m, node, values)
    limit = float(limits[0].array.reshape(())[()])
    x = _layout_tensor(values) or m.tensor(node, 0)
    low, high = (limit, FLOAT32_MAX) if node.op == "Max" else (-FLOAT32_MAX, limit)
    return x.like(m.add(ClipOp(x.value, low, high), node).output)


def _extremum_of_tensors(m: ProgramBuilder, node: Node, values: list[GraphValue]) -> GraphValue:
    """The larger element of two at each place: a max pool of images with two columns.

    A minimum is the negated maximum of the negated elements; a change of sign is exact.
    """
    x = _layout_tensor(values) or m.tensor(node, 0)
    parts = [_aligned_operand(m, node, value, x) for value in values]
    shape = shape_of(x.value)
    if any(shape_of(part) != shape for part in parts):
        raise node.fail("its two tensors must have the same shape, or one must be a single number")
    minus = m.floats(np.float32(-1), "minus")
    if node.op == "Min":
        parts = [m.add(MulOp(part, minus), node).output for part in parts]
    columns = shape[0], prod(shape[1:-1]), 1, shape[-1]
    pairs = m.add(ConcatOp([m.reshape(part, columns) for part in parts], 2), node).output
    largest = m.reshape(m.add(MaxPoolOp(pairs, (1, 2)), node).output, shape)
    if node.op == "Min":
        largest = m.add(MulOp(largest, minus), node).output
    return x.like(largest)


@handles("Abs")
def absolute(m: ProgramBuilder, node: Node) -> GraphValue:
    """The magnitude: a leaky relu that multiplies negative numbers by -1."""
    x = m.tensor(node, 0)
    return x.like(m.add(LeakyReluOp(x.value, -1.0), node).output)


@handles("Neg")
def negate(m: ProgramBuilder, node: Node) -> GraphValue:
    x = m.tensor(node, 0)
    return x.like(m.add(MulOp(x.value, m.floats(np.float32(-1), "minus")), node).output)
