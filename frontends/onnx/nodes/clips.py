"""Imports Clip, of floats and of integers.

Exporters write a quantizer of fewer than eight bits as QuantizeLinear to eight bits, followed by a
Clip of the integers. Both together are one quantizer of the narrower type.
"""

import numpy as np
from xdsl.dialects.builtin import TensorType, UnitAttr
from xdsl.ir import SSAValue

from ....qdialect.qnn.activations import ClipOp
from ....qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ....qdialect.types import (
    BipolarType,
    IntegerType,
    element_of,
    is_quant,
    shape_of,
    smallest_type,
    value_range,
)
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import Constant, GraphValue
from .activations import FLOAT32_MAX
from .casts import MAX_EXACT_FLOAT32
from .parameters import quant_type


@handles("Clip", of_constants=True)
def clip(m: ProgramBuilder, node: Node) -> GraphValue:
    """Clips to limits, which are inputs, or attributes before opset 11."""
    low = node.number("min", -FLOAT32_MAX) if m.opset < 11 else _limit(m, node, 1, -FLOAT32_MAX)
    high = node.number("max", FLOAT32_MAX) if m.opset < 11 else _limit(m, node, 2, FLOAT32_MAX)
    value = m.value(node, 0)
    if isinstance(value, Constant):
        return _clipped_constant(value, low, high)
    x = m.tensor(node, 0)
    if is_quant(element_of(x.value)):
        return x.like(_clipped_integers(m, node, x.value, low, high))
    return x.like(m.add(ClipOp(x.value, low, high), node).output)


def _limit(m: ProgramBuilder, node: Node, index: int, default: float) -> float:
    limit = m.optional(node, index, "a limit")
    if limit is None:
        return default
    if limit.size != 1:
        raise node.fail(f"a limit must be one number, its shape is {limit.shape}")
    return min(max(float(limit.item()), -FLOAT32_MAX), FLOAT32_MAX)


def _clipped_constant(value: Constant, low: float, high: float) -> Constant:
    """A constant after its clip; integers get the narrowest type for the limits."""
    # `minimum` of `maximum`, as in ONNX, where the upper limit wins
    clipped = np.minimum(np.maximum(value.array, low), high).astype(value.array.dtype)
    if value.element is None or not is_quant(value.element):
        return Constant(clipped, value.element)
    least, most = value_range(quant_type(value.element))
    ends = max(least, int(max(low, least))), min(most, int(min(high, most)))
    return Constant(clipped, smallest_type(*ends) if ends[0] <= ends[1] else value.element)


def _clipped_integers(
    m: ProgramBuilder, node: Node, x: SSAValue, low: float, high: float
) -> SSAValue:
    """Integers after a clip: those of a narrower quantizer, if the limits are those of a type."""
    quantizer, element = x.owner, quant_type(element_of(x))
    least, most = quantizer.limits if isinstance(quantizer, QuantizeOp) else value_range(element)
    least, most = int(max(low, least)), int(min(high, most))
    if least >= most or max(-least, most) > MAX_EXACT_FLOAT32:
        raise node.fail(f"its limits leave the integers from {least} to {most}: use others")
    narrower = smallest_type(least, most)
    is_narrow = None if isinstance(element, BipolarType) else _is_narrow(narrower, least, most)
    if isinstance(quantizer, QuantizeOp) and is_narrow is not None:
        properties = {key: value for key, value in quantizer.properties.items() if key != "narrow"}
        op = QuantizeOp.create(
            operands=quantizer.operands,
            result_types=[TensorType(narrower, shape_of(x))],
            properties={**properties, **({"narrow": UnitAttr()} if is_narrow else {})},
        )
        m.superseded.append(quantizer)
        return m.add(op, node).output
    one = m.floats(np.float32(1), "one")
    clipped = m.add(ClipOp(m.add(DequantizeOp(x, one)).output, float(least), float(most)))
    return m.add(QuantizeOp(clipped.output, one, narrower), node).output


def _is_narrow(element: IntegerType, low: int, high: int) -> bool | None:
    """Whether a range lacks the end that narrow types lack; None if it is not that of a type."""
    least, most = value_range(element)
    if (low, high) == (least, most):
        return False
    return True if (low, high) == ((least + 1, most) if least < 0 else (least, most - 1)) else None
