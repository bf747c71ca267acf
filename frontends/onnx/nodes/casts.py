"""Imports casts that keep the numbers."""

import numpy as np
from xdsl.dialects.builtin import f32

from ....qdialect.qnn.constants import constant_of, range_of
from ....qdialect.qnn.quantization import DequantizeOp
from ....qdialect.types import ElementType, element_of, is_quant, value_range
from ..builder import ProgramBuilder
from ..elements import element_of_onnx, name_of_onnx
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue, QuantizedConstant
from .parameters import quant_type

MAX_EXACT_FLOAT32 = 1 << 24
"""float32 holds every integer up to this one."""


@handles("Cast", ignores=("saturate",))
def cast(m: ProgramBuilder, node: Node) -> GraphValue:
    """A cast of integers to float or to a wider type; other casts may change numbers."""
    value, target = m.value(node, 0), node.integer("to", 0)
    element = element_of_onnx(target)
    if element != f32:
        source = _integer_source(m.tensor(node, 0))
        if source is None or element is None or not _covers_range(element, source):
            raise node.fail(
                f"a cast to {name_of_onnx(target)} may change numbers: quantize instead"
            )
        return source
    if isinstance(value, QuantizedConstant):
        return value
    x = m.tensor(node, 0)
    if element_of(x.value) == f32:
        return x
    return x.like(m.add(DequantizeOp(x.value, m.floats(np.float32(1), "one")), node).output)


def _integer_source(x: GraphTensor) -> GraphTensor | None:
    """The integers of a tensor, or those it was dequantized from with a scale of 1, else None."""
    if is_quant(element_of(x.value)):
        return x
    owner = x.value.owner
    if not isinstance(owner, DequantizeOp) or owner.zero_point is not None:
        return None
    scale, (low, high) = constant_of(owner.scale), range_of(owner.x)
    exact = low >= -MAX_EXACT_FLOAT32 and high <= MAX_EXACT_FLOAT32
    return x.like(owner.x) if exact and scale is not None and np.all(scale == 1) else None


def _covers_range(element: ElementType, x: GraphTensor) -> bool:
    """Whether a type holds every value that a tensor of integers can have."""
    (low, high), (least, most) = range_of(x.value), value_range(quant_type(element))
    return least <= low and high <= most
