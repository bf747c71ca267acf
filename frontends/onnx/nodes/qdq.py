"""Imports ONNX's quantizers: QuantizeLinear, DequantizeLinear."""

import numpy as np
from xdsl.dialects.builtin import f32

from ....qdialect.data import Array
from ....qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ....qdialect.types import QuantType, is_quant, unsigned
from ..builder import ProgramBuilder
from ..elements import element_of_onnx, name_of_onnx
from ..node import Node
from ..registry import handles
from ..values import Constant, GraphTensor, GraphValue, QuantizedConstant
from .parameters import (
    NO_ZERO_POINT,
    constant_scale,
    evaluate_value,
    quant_type,
    zero_point_operand,
)


@handles("QuantizeLinear", ignores=("saturate",), of_constants=True)
def quantize_linear(m: ProgramBuilder, node: Node) -> GraphValue:
    """Real numbers to integers: `round(x / s) + z`, saturated."""
    _check_granularity(node)
    value, scale = m.value(node, 0), constant_scale(m, node, 1)
    element, zero = _result_element(m, node), _zero_point(m, node)
    axis = _scale_axis(node, value, scale)
    if isinstance(value, GraphTensor):
        op = _quantize_linear_op(m, value, scale, zero, element, value.parameter_axis(axis))
        return value.like(m.add(op, node).output)
    scratch = ProgramBuilder(m.opset)
    x = GraphTensor(scratch.floats(value.array, "x"), len(value.shape))
    op = scratch.add(_quantize_linear_op(scratch, x, scale, zero, element, axis))
    return Constant(evaluate_value(op.output), element)


def _quantize_linear_op(
    m: ProgramBuilder, x: GraphTensor, scale: Array, zero: Array, element: QuantType, axis: int
) -> QuantizeOp:
    return QuantizeOp(
        x.value, m.floats(scale, "scale"), element, zero_point_operand(m, zero), axis=axis
    )


@handles("DequantizeLinear", of_constants=True)
def dequantize_linear(m: ProgramBuilder, node: Node) -> GraphValue:
    """Integers to real numbers; a constant stays integers with a scale."""
    _check_granularity(node)
    value, scale, zero = m.value(node, 0), constant_scale(m, node, 1), _zero_point(m, node)
    axis = _scale_axis(node, value, scale)
    if isinstance(value, QuantizedConstant):
        raise node.fail("its input is already dequantized: remove one of the two nodes")
    if isinstance(value, Constant):
        if value.element is None or not is_quant(value.element):
            raise node.fail(f"its input is {value.array.dtype}: it must be integers")
        return QuantizedConstant(value.array, quant_type(value.element), scale, zero, max(axis, 0))
    scale_operand, zero_operand = m.floats(scale, "scale"), zero_point_operand(m, zero)
    op = DequantizeOp(value.value, scale_operand, zero_operand, value.parameter_axis(axis))
    return value.like(m.add(op, node).output)


def _result_element(m: ProgramBuilder, node: Node) -> QuantType:
    """The result type: that of the zero point, else `output_dtype`, else uint8."""
    output_dtype = node.integer("output_dtype", 0)
    element = element_of_onnx(output_dtype) if output_dtype else unsigned(8)
    name = name_of_onnx(output_dtype)
    if node.has_input(2):
        zero = m.value(node, 2)
        element = zero.element if isinstance(zero, Constant) else None
        name = "its zero point's type"
    if element is None or element == f32:
        raise node.fail(f"it quantizes to {name}, which is not supported: quantize to integers")
    return quant_type(element)


def _zero_point(m: ProgramBuilder, node: Node) -> Array:
    zero = m.optional(node, 2, "the zero point")
    if zero is None:
        return NO_ZERO_POINT
    if zero.dtype.kind not in "iu":
        raise node.fail(f"the zero point is {zero.dtype}: it must be an integer")
    return zero.astype(np.int64)


def _scale_axis(node: Node, value: GraphValue, scale: Array) -> int:
    """The axis in the model along which scales differ, or -1 for a single scale."""
    axis, rank = node.integer("axis", 1), len(value.shape)
    if scale.size == 1:
        return -1
    if not -rank <= axis < rank or scale.shape != (value.shape[axis],):
        raise node.fail(f"scales of shape {scale.shape} don't fit axis {axis} of {value.shape}")
    return axis % rank


def _check_granularity(node: Node) -> None:
    if node.integer("block_size", 0):
        raise node.fail("quantization by blocks is not supported: quantize per tensor or per axis")
    if node.integer("precision", 0) not in (0, 1):
        raise node.fail("its precision is not supported: use float32")
