"""Imports matrix products with constant weights: MatMul, Gemm."""

import numpy as np

from ....qdialect.qnn.elementwise import AddOp, MulOp
from ....qdialect.qnn.linear import LinearOp
from ....qdialect.types import shape_of
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue
from .parameters import broadcast_constant
from .weights import kernel_of, weights_operand


@handles("MatMul")
def matmul(m: ProgramBuilder, node: Node) -> GraphValue:
    """A product with a constant matrix on the right."""
    if isinstance(m.value(node, 1), GraphTensor):
        raise node.fail(
            "it multiplies two computed tensors, as attention does, which is not supported: "
            "use layers with constant weights, such as convolutions"
        )
    kernel = kernel_of(m, node)
    if len(kernel.shape) != 2:
        raise node.fail(f"its weights have shape {kernel.shape}: they must be a matrix")
    x = m.plain(m.value(node, 0))
    op = LinearOp(x, weights_operand(m, node, kernel, (1, 0)))
    return GraphTensor(m.add(op, node).output, len(shape_of(x)))


@handles("Gemm")
def gemm(m: ProgramBuilder, node: Node) -> GraphValue:
    """`alpha * x @ w + beta * c`, with constant weights."""
    if node.flag("transA", False):
        raise node.fail("a transposed input is not supported: set transA to 0")
    kernel, x = kernel_of(m, node), m.plain(m.value(node, 0))
    if len(kernel.shape) != 2 or len(shape_of(x)) != 2:
        raise node.fail(f"it multiplies {shape_of(x)} by {kernel.shape}: both must be matrices")
    order = (0, 1) if node.flag("transB", False) else (1, 0)
    y = m.add(LinearOp(x, weights_operand(m, node, kernel, order)), node).output
    alpha, beta = node.number("alpha", 1.0), node.number("beta", 1.0)
    if alpha != 1.0:
        y = m.add(MulOp(y, m.floats(alpha, "alpha"))).output
    offset = m.optional(node, 2, "the bias")
    if offset is not None:
        scaled = offset.astype(np.float32) * np.float32(beta)
        y = m.add(AddOp(y, broadcast_constant(m, node, GraphTensor(y, 2), scaled))).output
    return GraphTensor(y, 2)
