"""Imports arithmetic of two tensors, or of a tensor and a constant."""

from collections.abc import Callable

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.qnn.activations import ClipOp
from ....qdialect.qnn.elementwise import AddOp, BinaryOp, DivOp, MulOp, SubOp
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
    x = _layout_tensor(m, node, values)
    lhs, rhs = (_aligned_operand(m, node, value, x) for value in values)
    return x.like(with_bipolar_levels(m, m.add(BINARY_OPS[node.op](lhs, rhs), node)))


def _two_inputs(m: ProgramBuilder, node: Node) -> list[GraphValue]:
    if len(node.inputs) != 2:
        raise node.fail(f"it must have two inputs, it has {len(node.inputs)}")
    return [m.value(node, 0), m.value(node, 1)]


def _layout_tensor(m: ProgramBuilder, node: Node, values: list[GraphValue]) -> GraphTensor:
    """The operand whose rank and layout the result has."""
    tensors = [value for value in values if isinstance(value, GraphTensor)]
    if not tensors:
        return m.tensor(node, 0)
    return max(tensors, key=lambda tensor: (tensor.rank, tensor.channels_last))


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


@handles("Max", "Min")
def max_or_min(m: ProgramBuilder, node: Node) -> GraphValue:
    """The maximum or minimum of a tensor and a number: a clip with one limit."""
    values = _two_inputs(m, node)
    limits = [v for v in values if not isinstance(v, GraphTensor) and v.array.size == 1]
    if len(limits) != 1:
        raise node.fail("one of its two inputs must be a single constant number")
    limit = float(limits[0].array.reshape(())[()])
    x = _layout_tensor(m, node, values)
    low, high = (limit, FLOAT32_MAX) if node.op == "Max" else (-FLOAT32_MAX, limit)
    return x.like(m.add(ClipOp(x.value, low, high), node).output)


@handles("Neg")
def negate(m: ProgramBuilder, node: Node) -> GraphValue:
    x = m.tensor(node, 0)
    return x.like(m.add(MulOp(x.value, m.floats(np.float32(-1), "minus")), node).output)
