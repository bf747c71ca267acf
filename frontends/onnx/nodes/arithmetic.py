"""Element by element: activations, arithmetic; and the end of a classifier."""

from collections.abc import Callable, Sequence

import numpy as np
from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from ....qdialect.qnn.base import QnnOp
from ....qdialect.qnn.classify import ArgMaxOp, SoftmaxOp, TopKOp
from ....qdialect.qnn.elementwise import (
    AddOp,
    BinaryOp,
    CeilOp,
    ClipOp,
    DivOp,
    EluOp,
    FloorOp,
    HardSigmoidOp,
    LeakyReluOp,
    MulOp,
    PReluOp,
    ReluOp,
    RoundOp,
    SigmoidOp,
    SignOp,
    SubOp,
    TanhOp,
)
from ....qdialect.qnn.layout import ReshapeOp
from ....qdialect.qnn.quantization import DequantizeOp
from ....qdialect.types import element_of, is_quant, shape_of, signed
from ..importer import Importer, handles
from ..model import Node
from ..values import Constant, Tensor, Value
from .quantization import aligned

Build = Callable[[SSAValue, Node], QnnOp]


def _attribute(node: Node, name: str, default: float) -> float:
    return float(node.attributes.get(name, default))


UNARY: dict[str, Build] = {
    "Relu": lambda x, node: ReluOp(x),
    "LeakyRelu": lambda x, node: LeakyReluOp(x, _attribute(node, "alpha", 0.01)),
    "Elu": lambda x, node: EluOp(x, _attribute(node, "alpha", 1.0)),
    "HardSigmoid": lambda x, node: HardSigmoidOp(
        x, _attribute(node, "alpha", 0.2), _attribute(node, "beta", 0.5)
    ),
    "Sigmoid": lambda x, node: SigmoidOp(x),
    "Tanh": lambda x, node: TanhOp(x),
    "Sign": lambda x, node: SignOp(x),
    "Floor": lambda x, node: FloorOp(x),
    "Ceil": lambda x, node: CeilOp(x),
    "Round": lambda x, node: RoundOp(x),
}


@handles(*UNARY)
def unary(m: Importer, node: Node) -> Value:
    """An activation function."""
    x = m.tensor(node, 0)
    op = m.add(UNARY[node.op](x.value, node), node)
    return Tensor(op.results[0], x.rank, x.channels_last)


@handles("PRelu")
def prelu(m: Importer, node: Node) -> Value:
    """A leaky relu with slopes of its own."""
    x = m.tensor(node, 0)
    slope = aligned(m, node, x, m.array(node, 1, "the slope"))
    return Tensor(m.add(PReluOp(x.value, slope), node).output, x.rank, x.channels_last)


@handles("Clip")
def clip(m: Importer, node: Node) -> Value:
    """Limits, given as inputs or, in old models, as attributes."""
    x = m.tensor(node, 0)
    ends = [
        m.optional(node, index, "a limit") if len(node.inputs) > 1 else node.attributes.get(name)
        for index, name in ((1, "min"), (2, "max"))
    ]
    limit = float(np.finfo(np.float32).max)
    low = -limit if ends[0] is None else float(np.asarray(ends[0]).reshape(()))
    high = limit if ends[1] is None else float(np.asarray(ends[1]).reshape(()))
    op = m.add(ClipOp(x.value, low, high), node)
    return Tensor(op.output, x.rank, x.channels_last)


BINARY: dict[str, type[BinaryOp]] = {"Add": AddOp, "Sub": SubOp, "Mul": MulOp, "Div": DivOp}


@handles(*BINARY)
def binary(m: Importer, node: Node) -> Value:
    """Arithmetic of two tensors, or of a tensor and a constant."""
    kind = BINARY[node.op]
    values = [m.values[name] for name in node.inputs]
    if len(values) != 2:
        raise node.fail(f"it takes two inputs, not {len(values)}")
    tensors = [value for value in values if isinstance(value, Tensor)]
    if not tensors:
        tensors = [m.tensor(node, 0)]
    x = max(tensors, key=lambda tensor: tensor.rank)
    operands = [_operand(m, node, value, x) for value in values]
    op = m.add(kind(*operands), node)
    return Tensor(op.output, x.rank, x.channels_last)


def _operand(m: Importer, node: Node, value: Value, like: Tensor) -> SSAValue:
    """An operand, with its axes where those of `like` are."""
    if not isinstance(value, Tensor):
        if value.array.ndim > like.rank:
            raise node.fail(f"a constant of shape {value.shape} does not fit {like.shape}")
        return aligned(m, node, like, value.array)
    if is_quant(element_of(value.value)):
        raise node.fail("it computes with integers: dequantize them first")
    if value.channels_last == like.channels_last and value.rank == like.rank:
        return value.value
    if not like.channels_last:
        return m.plain(value)
    plain = m.plain(value)
    missing = like.rank - value.rank
    if missing:
        plain = m.add(ReshapeOp(plain, (1,) * missing + shape_of(plain))).output
    return m.image(Tensor(plain, like.rank), node)


@handles("Cast")
def cast(m: Importer, node: Node) -> Value:
    """From integers to the same numbers as float; other casts change numbers."""
    x = m.tensor(node, 0)
    target = int(node.attributes.get("to", 0))
    if target == 1 and element_of(x.value) == f32:
        return x
    if target == 1:
        one = m.floats(np.ones((), np.float32), "one")
        op = m.add(DequantizeOp(x.value, one), node)
        return Tensor(op.output, x.rank, x.channels_last)
    raise node.fail("only casts from integers to float32 are supported")


@handles("Softmax")
def softmax(m: Importer, node: Node) -> Value:
    """Scores as probabilities; before opset 13, over all axes from the given one."""
    x = m.values[node.inputs[0]]
    value = m.plain(x)
    rank = len(shape_of(value))
    old = m.graph.opset < 13
    axis = int(node.attributes.get("axis", 1 if old else -1)) % rank
    if old and axis != rank - 1:
        raise node.fail(f"it normalises over several axes from {axis}, as old opsets do")
    return Tensor(m.add(SoftmaxOp(value, axis), node).output, rank)


@handles("ArgMax")
def arg_max(m: Importer, node: Node) -> Value:
    """The index of the largest score."""
    if node.attributes.get("select_last_index", 0):
        raise node.fail("select_last_index is not supported")
    value = m.plain(m.values[node.inputs[0]])
    shape = shape_of(value)
    axis = int(node.attributes.get("axis", 0)) % len(shape)
    y = m.add(ArgMaxOp(value, axis, signed(64)), node).output
    if node.attributes.get("keepdims", 1):
        y = m.add(ReshapeOp(y, (*shape[:axis], 1, *shape[axis + 1 :]))).output
    return Tensor(y, len(shape_of(y)))


@handles("TopK")
def top_k(m: Importer, node: Node) -> Sequence[Value]:
    """The largest scores, and where they are."""
    if not node.attributes.get("largest", 1) or not node.attributes.get("sorted", 1):
        raise node.fail("only the largest elements, in order, are supported")
    value = m.plain(m.values[node.inputs[0]])
    shape = shape_of(value)
    if len(node.inputs) > 1:
        count = int(m.array(node, 1, "k").reshape(-1)[0])
    else:
        count = int(node.attributes.get("k", 1))
    axis = int(node.attributes.get("axis", -1)) % len(shape)
    op = m.add(TopKOp(value, count, axis, signed(64)), node)
    return [Tensor(op.values, len(shape)), Tensor(op.indices, len(shape))]


@handles("Identity", "Dropout")
def identity(m: Importer, node: Node) -> Value:
    """Nothing, in inference."""
    if len(node.outputs) > 1 and node.outputs[1]:
        raise node.fail("the mask is not supported")
    return m.values[node.inputs[0]]


@handles("Constant")
def constant(m: Importer, node: Node) -> Value:
    """Numbers in the graph."""
    for name, value in node.attributes.items():
        if name == "value":
            return Constant(value)
        if name in ("value_float", "value_floats"):
            return Constant(np.array(value, np.float32))
        if name in ("value_int", "value_ints"):
            return Constant(np.array(value, np.int64))
    raise node.fail("it has no value that is supported")
