"""Imports Gather, the lookup in a table."""

import numpy as np
from xdsl.dialects.builtin import f64

from ....qdialect.data import Array
from ....qdialect.exponents import power_of_two_multiples
from ....qdialect.qnn.constants import range_of
from ....qdialect.qnn.quantization import DequantizeOp
from ....qdialect.qnn.steps import LookupOp
from ....qdialect.types import element_of, is_quant, smallest_type
from ..builder import ProgramBuilder
from ..elements import element_of_dtype
from ..node import Node
from ..registry import handles
from ..values import Constant, GraphTensor, GraphValue, QuantizedConstant
from .classify import axis_of
from .exact import MAX_CODEBOOK_ENTRIES, MAX_ENTRY_BITS
from .parameters import NO_ZERO_POINT, quant_type


@handles("Gather", of_constants=True)
def gather(m: ProgramBuilder, node: Node) -> GraphValue:
    """The entries of a constant table at the given indices: an embedding, or codebook weights."""
    table = m.array(node, 0, "the table")
    if not isinstance(m.value(node, 1), GraphTensor):
        return _gather_constant(table, m.array(node, 1, "the indices"), node.integer("axis", 0))
    x = m.tensor(node, 1)
    if axis_of(node, 0, table.ndim) != 0 or table.ndim != 1 or table.dtype.kind not in "fiu":
        raise node.fail(
            f"a table of shape {table.shape} is not supported: it must be one axis of numbers"
        )
    if not is_quant(element_of(x.value)) or range_of(x.value)[0] < 0:
        raise node.fail("its indices may be negative: they must be unsigned integers")
    if table.dtype.kind in "iu":
        element = element_of_dtype(table.dtype)
        entries = m.constant(table, quant_type(element), node.inputs[0])
        return x.like(m.add(LookupOp(x.value, entries), node).output)
    multiples = power_of_two_multiples(table.astype(np.float32), MAX_ENTRY_BITS)
    if multiples is None:
        values = m.floats(table, node.inputs[0])
    else:
        low, high = int(multiples[0].min()), int(multiples[0].max())
        ints = m.constant(multiples[0], smallest_type(min(low, -1), high), node.inputs[0])
        values = m.add(DequantizeOp(ints, m.constant(multiples[1], f64, "scale"))).output
    return x.like(m.add(LookupOp(x.value, values), node).output)


def _gather_constant(table: Array, indices: Array, axis: int) -> GraphValue:
    """The entries at constant indices; weights from a codebook keep it, to be stored as indices."""
    values = np.take(table, indices, axis)
    if (
        table.dtype != np.float32
        or table.ndim != 1
        or len(table) > MAX_CODEBOOK_ENTRIES
        or values.ndim < 2
    ):
        return Constant.of(values)
    multiples = power_of_two_multiples(table, MAX_ENTRY_BITS)
    if multiples is None:
        return Constant.of(values)
    ints, scale = multiples
    element = smallest_type(min(int(ints.min()), -1), int(ints.max()))
    scales = np.array(scale, np.float64)
    return QuantizedConstant(ints[indices], element, scales, NO_ZERO_POINT, table=np.unique(ints))
