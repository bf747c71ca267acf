"""Imports activation functions."""

from collections.abc import Callable

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.qnn.activations import (
    CeilOp,
    FloorOp,
    HardSigmoidOp,
    LeakyReluOp,
    PReluOp,
    RoundOp,
    SignOp,
)
from ....qdialect.qnn.base import QnnOp
from ....qdialect.qnn.elementwise import AddOp, DivOp, MulOp, ReluOp, SubOp
from ....qdialect.qnn.smooth import (
    EluOp,
    ErfOp,
    GeluOp,
    HardSwishOp,
    MishOp,
    SigmoidOp,
    SiluOp,
    SoftplusOp,
    SoftsignOp,
    TanhOp,
)
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import GraphValue
from .parameters import broadcast_constant

FLOAT32_MAX = float(np.finfo(np.float32).max)

UNARY_ACTIVATIONS: dict[str, Callable[[SSAValue, Node], QnnOp]] = {
    "Relu": lambda x, node: ReluOp(x),
    "LeakyRelu": lambda x, node: LeakyReluOp(x, node.number("alpha", 0.01)),
    "Elu": lambda x, node: EluOp(x, node.number("alpha", 1.0)),
    "HardSigmoid": lambda x, node: HardSigmoidOp(
        x, node.number("alpha", 0.2), node.number("beta", 0.5)
    ),
    "Sigmoid": lambda x, node: SigmoidOp(x),
    "Tanh": lambda x, node: TanhOp(x),
    "Softplus": lambda x, node: SoftplusOp(x),
    "Softsign": lambda x, node: SoftsignOp(x),
    "Erf": lambda x, node: ErfOp(x),
    "Gelu": lambda x, node: GeluOp(x, node.text("approximate", "none") == "tanh"),
    "HardSwish": lambda x, node: HardSwishOp(x),
    "Mish": lambda x, node: MishOp(x),
    "Sign": lambda x, node: SignOp(x),
    "Floor": lambda x, node: FloorOp(x),
    "Ceil": lambda x, node: CeilOp(x),
    "Round": lambda x, node: RoundOp(x),
}


@handles(*UNARY_ACTIVATIONS)
def unary(m: ProgramBuilder, node: Node) -> GraphValue:
    """A function of each element."""
    x = m.tensor(node, 0)
    return x.like(m.add(UNARY_ACTIVATIONS[node.op](x.value, node), node).results[0])


@handles("Selu")
def selu(m: ProgramBuilder, node: Node) -> GraphValue:
    """An elu times a factor."""
    x = m.tensor(node, 0)
    elu = m.add(EluOp(x.value, node.number("alpha", 1.67326319217681884765625)), node)
    gamma = m.floats(np.float32(node.number("gamma", 1.05070102214813232421875)), "gamma")
    return x.like(m.add(MulOp(elu, gamma), node).output)


@handles("Celu")
def celu(m: ProgramBuilder, node: Node) -> GraphValue:
    """An elu of `x / alpha`, times `alpha`."""
    x, alpha = m.tensor(node, 0), m.floats(np.float32(node.number("alpha", 1.0)), "alpha")
    elu = m.add(EluOp(m.add(DivOp(x.value, alpha), node)), node)
    return x.like(m.add(MulOp(elu, alpha), node).output)


@handles("Swish", "QuickGelu")
def swish(m: ProgramBuilder, node: Node) -> GraphValue:
    """`x * sigmoid(alpha * x)`."""
    x, alpha = m.tensor(node, 0), node.number("alpha", 1.0 if node.op == "Swish" else 1.702)
    if alpha == 1:
        return x.like(m.add(SiluOp(x.value), node).output)
    scaled = m.add(MulOp(x.value, m.floats(np.float32(alpha), "alpha")), node)
    return x.like(m.add(MulOp(x.value, m.add(SigmoidOp(scaled), node)), node).output)


@handles("ThresholdedRelu")
def thresholded_relu(m: ProgramBuilder, node: Node) -> GraphValue:
    """The elements above a limit, and 0 for all others."""
    x, alpha = m.tensor(node, 0), node.number("alpha", 1.0)
    above = _is_above(m, node, x.value, alpha)
    return x.like(m.add(MulOp(x.value, above), node).output)


@handles("Shrink")
def shrink(m: ProgramBuilder, node: Node) -> GraphValue:
    """Elements near 0 become 0, and the others move towards 0; one of two terms is always 0."""
    x, limit = m.tensor(node, 0), node.number("lambd", 0.5)
    bias = m.floats(np.float32(node.number("bias", 0.0)), "bias")
    minus = m.add(MulOp(x.value, m.floats(np.float32(-1), "minus")), node).output
    high, low = (
        m.add(MulOp(m.add(SubOp(side, bias), node), _is_above(m, node, side, limit)), node)
        for side in (x.value, minus)
    )
    return x.like(m.add(SubOp(high, low), node).output)


def _is_above(m: ProgramBuilder, node: Node, x: SSAValue, limit: float) -> SSAValue:
    """1 for each element above a limit, and 0 for all others."""
    beyond = m.add(SubOp(x, m.floats(np.float32(limit), "limit")), node)
    return m.add(ReluOp(m.add(SignOp(beyond), node)), node).output


@handles("FastGelu")
def fast_gelu(m: ProgramBuilder, node: Node) -> GraphValue:
    """A gelu by tanh of the sum of a tensor and an optional bias."""
    x = m.tensor(node, 0)
    value = x.value
    if node.has_input(1):
        bias = broadcast_constant(m, node, x, m.array(node, 1, "the bias"))
        value = m.add(AddOp(value, bias), node).output
    return x.like(m.add(GeluOp(value, by_tanh=True), node).output)


@handles("PRelu")
def prelu(m: ProgramBuilder, node: Node) -> GraphValue:
    """A leaky relu with trained slopes."""
    x = m.tensor(node, 0)
    slope = broadcast_constant(m, node, x, m.array(node, 1, "the slope"))
    return x.like(m.add(PReluOp(x.value, slope), node).output)
