"""Imports activation functions."""

from collections.abc import Callable

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.qnn.activations import (
    CeilOp,
    EluOp,
    FloorOp,
    HardSigmoidOp,
    LeakyReluOp,
    PReluOp,
    RoundOp,
    SigmoidOp,
    SignOp,
    TanhOp,
)
from ....qdialect.qnn.base import QnnOp
from ....qdialect.qnn.elementwise import ReluOp
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


@handles("PRelu")
def prelu(m: ProgramBuilder, node: Node) -> GraphValue:
    """A leaky relu with trained slopes."""
    x = m.tensor(node, 0)
    slope = broadcast_constant(m, node, x, m.array(node, 1, "the slope"))
    return x.like(m.add(PReluOp(x.value, slope), node).output)
