"""Casts: the same numbers in another type."""

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
"""Up to here float32 holds every whole number."""


@handles("Cast", ignores=("saturate",))
def cast(m: ProgramBuilder, node: Node) -> GraphValue:
    """From integers to the same numbers, as float or wider; other casts change numbers."""
    value, target = m.value(node, 0), node.integer("to", 0)
    element = element_of_onnx(target)
    if element != f32:
        whole = _integer_source(m.tensor(node, 0))
        if whole is None or element is None or not _covers_range(element, whole):
            raise node.fail(f"a cast to {name_of_onnx(target)} may change numbers")
        return whole
    if isinstance(value, QuantizedConstant):
        return value
    x = m.tensor(node, 0)
    if element_of(x.value) == f32:
        return x
    return x.like(m.add(DequantizeOp(x.value, m.floats(np.float32(1), "one")), node).output)


def _integer_source(x: GraphTensor) -> GraphTensor | None:
    """The integers that a tensor holds, or that it was dequantized from without a scale."""
    if is_quant(element_of(x.value)):
        return x
    owner = x.value.owner
    if not isinstance(owner, DequantizeOp) or owner.zero_point is not None:
        return None
    scale, (low, high) = constant_of(owner.scale), range_of(owner.x)
    exact = low >= -MAX_EXACT_FLOAT32 and high <= MAX_EXACT_FLOAT32
    return x.like(owner.x) if exact and scale is not None and np.all(scale == 1) else None


def _covers_range(element: ElementType, x: GraphTensor) -> bool:
    """Whether a type holds all that a tensor of integers may be."""
    (low, high), (least, most) = range_of(x.value), value_range(quant_type(element))
    return least <= low and high <= most
