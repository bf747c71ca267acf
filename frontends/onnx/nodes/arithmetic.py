"""Arithmetic of two tensors, or of a tensor and a constant."""

from collections.abc import Callable

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.qnn.elementwise import AddOp, BinaryOp, ClipOp, DivOp, MulOp, SubOp
from ....qdialect.types import element_of, is_quant, shape_of
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import Tensor, Value
from .activations import LARGEST
from .parameters import aligned

BINARY: dict[str, Callable[[SSAValue, SSAValue], BinaryOp]] = {
    "Add": AddOp,
    "Sub": SubOp,
    "Mul": MulOp,
    "Div": DivOp,
}


@handles(*BINARY)
def binary(m: ProgramBuilder, node: Node) -> Value:
    """Add, Sub, Mul, Div; where operands broadcast, the axes lie as those of the larger one."""
    values = _values(m, node)
    x = _largest(m, node, values)
    lhs, rhs = (_operand(m, node, value, x) for value in values)
    return x.like(m.add(BINARY[node.op](lhs, rhs), node).output)


def _values(m: ProgramBuilder, node: Node) -> list[Value]:
    if len(node.inputs) != 2:
        raise node.fail(f"it takes two inputs, not {len(node.inputs)}")
    return [m.value(node, 0), m.value(node, 1)]


def _largest(m: ProgramBuilder, node: Node, values: list[Value]) -> Tensor:
    """The tensor whose axes the result has."""
    tensors = [value for value in values if isinstance(value, Tensor)]
    if not tensors:
        return m.tensor(node, 0)
    return max(tensors, key=lambda tensor: (tensor.rank, tensor.channels_last))


def _operand(m: ProgramBuilder, node: Node, value: Value, like: Tensor) -> SSAValue:
    """An operand, with its axes where those of `like` are."""
    if not isinstance(value, Tensor):
        return aligned(m, node, like, value.array)
    if is_quant(element_of(value.value)):
        raise node.fail("it computes with integers: dequantize them first")
    if value.channels_last == like.channels_last and value.rank == like.rank:
        return value.value
    plain = m.plain(value)
    if not like.channels_last:
        return plain
    missing = like.rank - value.rank
    return m.image(Tensor(m.reshape(plain, (1,) * missing + shape_of(plain)), like.rank), node)


@handles("Max", "Min")
def extreme(m: ProgramBuilder, node: Node) -> Value:
    """The larger or smaller of a tensor and a number: a clip from one side."""
    values = _values(m, node)
    limits = [v for v in values if not isinstance(v, Tensor) and v.array.size == 1]
    if len(limits) != 1:
        raise node.fail("it is supported between a tensor and one number")
    limit = float(limits[0].array.reshape(())[()])
    x = _largest(m, node, values)
    low, high = (limit, LARGEST) if node.op == "Max" else (-LARGEST, limit)
    return x.like(m.add(ClipOp(x.value, low, high), node).output)


@handles("Neg")
def negated(m: ProgramBuilder, node: Node) -> Value:
    x = m.tensor(node, 0)
    return x.like(m.add(MulOp(x.value, m.floats(np.float32(-1), "minus")), node).output)
