"""Imports ONNX's operators on integers: QLinearConv, ConvInteger and similar.

Each is imported as its definition: DequantizeLinear on the operands, the float operator, and
QuantizeLinear on the result. The operands of ConvInteger and MatMulInteger have no scales; they get
the scale 1, and the result is floats with integer values.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import Constant, GraphValue, QuantizedConstant
from .activations import unary
from .arithmetic import binary
from .classify import softmax
from .convolution import conv
from .layout import concat
from .parameters import NO_ZERO_POINT, constant_scale, quant_type
from .pooling import global_pool, pool
from .product import gemm, matmul
from .qdq import dequantize_linear, quantize_linear

FloatHandler = Callable[[ProgramBuilder, Node], GraphValue]
UNIT_SCALE = Constant.of(np.ones((), np.float32))


def _dequantized_input(
    m: ProgramBuilder, node: Node, first: int, scale: GraphValue, zero: int, axis: int = 1
) -> str:
    """Dequantizes an operand; returns the name of the result."""
    inputs = (
        _input_name(m, node, first),
        m.bind(scale),
        _optional_input_name(node, zero),
    )
    step = Node("DequantizeLinear", "", node.name, inputs, (), {"axis": axis})
    return m.bind(dequantize_linear(m, step))


def _input_name(m: ProgramBuilder, node: Node, index: int) -> str:
    m.value(node, index)
    return node.inputs[index]


def _optional_input_name(node: Node, index: int) -> str:
    return node.inputs[index] if node.has_input(index) else ""


def _dequantized_operand(m: ProgramBuilder, node: Node, first: int, axis: int = 1) -> str:
    """Dequantizes an operand whose scale and zero point are the next two inputs; returns a name."""
    return _dequantized_input(m, node, first, m.value(node, first + 1), first + 2, axis)


def _quantized_result(
    m: ProgramBuilder, node: Node, value: GraphValue, scale: int, zero: int
) -> GraphValue:
    """Quantizes a result with the scale and the zero point of these inputs."""
    inputs = (
        m.bind(value),
        _input_name(m, node, scale),
        _optional_input_name(node, zero),
    )
    return quantize_linear(m, Node("QuantizeLinear", "", node.name, inputs, ()))


def _float_node(node: Node, op: str, inputs: Sequence[str]) -> Node:
    """The float operator as a node, which shares the attributes and the record of which were
    read."""
    return replace(node, op=op, domain="", inputs=tuple(inputs))


def _bias_name(m: ProgramBuilder, node: Node, index: int, scales: tuple[int, int]) -> list[str]:
    """Dequantizes the bias with the product of the scales of input and weights; returns a name."""
    if not node.has_input(index):
        return []
    product = constant_scale(m, node, scales[0]) * constant_scale(m, node, scales[1])
    ints = m.array(node, index, "the bias")
    scale = product if product.size > 1 else product.reshape(())
    value = Constant.of(ints)
    if value.element is None or ints.dtype.kind not in "iu":
        raise node.fail(f"the bias is {ints.dtype}: it must be integers")
    constant = QuantizedConstant(ints, quant_type(value.element), scale, NO_ZERO_POINT)
    return [m.bind(constant)]


@handles("QLinearConv")
def qlinear_conv(m: ProgramBuilder, node: Node) -> GraphValue:
    """Inputs: x, scale, zero point; w, scale, zero point; y's scale, zero point; bias."""
    names = [
        _dequantized_operand(m, node, 0),
        _dequantized_operand(m, node, 3, axis=0),
        *_bias_name(m, node, 8, (1, 4)),
    ]
    return _quantized_result(m, node, conv(m, _float_node(node, "Conv", names)), 6, 7)


@handles("QLinearMatMul")
def qlinear_matmul(m: ProgramBuilder, node: Node) -> GraphValue:
    """Inputs: a, scale, zero point; b, scale, zero point; y's scale, zero point."""
    names = [_dequantized_operand(m, node, 0), _dequantized_operand(m, node, 3)]
    return _quantized_result(m, node, matmul(m, _float_node(node, "MatMul", names)), 6, 7)


@handles("QGemm")
def qgemm(m: ProgramBuilder, node: Node) -> GraphValue:
    """Inputs: a, scale, zero point; b, scale, zero point; bias; y's scale, zero point.

    Without y's scale the result is float.
    """
    axis = 0 if node.flag("transB", False) else 1
    names = [
        _dequantized_operand(m, node, 0),
        _dequantized_operand(m, node, 3, axis),
        *_bias_name(m, node, 6, (1, 4)),
    ]
    y = gemm(m, _float_node(node, "Gemm", names))
    return _quantized_result(m, node, y, 7, 8) if node.has_input(7) else y


@handles("QLinearAdd", "QLinearMul")
def qlinear_binary(m: ProgramBuilder, node: Node) -> GraphValue:
    """Inputs: a, scale, zero point; b, scale, zero point; y's scale, zero point."""
    names = [_dequantized_operand(m, node, 0), _dequantized_operand(m, node, 3)]
    y = binary(m, _float_node(node, node.op.removeprefix("QLinear"), names))
    return _quantized_result(m, node, y, 6, 7)


@handles("QLinearConcat")
def qlinear_concat(m: ProgramBuilder, node: Node) -> GraphValue:
    """Inputs: y's scale, zero point; then each operand, scale, zero point."""
    names = [_dequantized_operand(m, node, first) for first in range(2, len(node.inputs), 3)]
    return _quantized_result(m, node, concat(m, _float_node(node, "Concat", names)), 0, 1)


QLINEAR_UNARY: dict[str, FloatHandler] = {
    "GlobalAveragePool": global_pool,
    "AveragePool": pool,
    "LeakyRelu": unary,
    "Sigmoid": unary,
    "Softmax": softmax,
}


@handles(*(f"QLinear{name}" for name in QLINEAR_UNARY))
def qlinear_unary(m: ProgramBuilder, node: Node) -> GraphValue:
    """Inputs: x, scale, zero point; y's scale, zero point."""
    if node.flag("channels_last", False):
        raise node.fail("channels_last is not supported: set it to 0")
    op = node.op.removeprefix("QLinear")
    return _quantized_result(
        m,
        node,
        QLINEAR_UNARY[op](m, _float_node(node, op, [_dequantized_operand(m, node, 0)])),
        3,
        4,
    )


@handles("ConvInteger")
def conv_integer(m: ProgramBuilder, node: Node) -> GraphValue:
    """Inputs: x, w; x's zero point, w's zero point."""
    names = [
        _dequantized_input(m, node, 0, UNIT_SCALE, 2),
        _dequantized_input(m, node, 1, UNIT_SCALE, 3),
    ]
    return conv(m, _float_node(node, "Conv", names))


@handles("MatMulInteger")
def matmul_integer(m: ProgramBuilder, node: Node) -> GraphValue:
    """Inputs: a, b; a's zero point, b's zero point."""
    names = [
        _dequantized_input(m, node, 0, UNIT_SCALE, 2),
        _dequantized_input(m, node, 1, UNIT_SCALE, 3),
    ]
    return matmul(m, _float_node(node, "MatMul", names))
