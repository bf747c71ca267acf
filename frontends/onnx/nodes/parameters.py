"""The parameters of quantizers, and constants that broadcast against a tensor."""

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.data import Array
from ....qdialect.qnn import ConstantOp, QnnOp
from ....qdialect.qnn.quantization import DequantizeOp
from ....qdialect.types import (
    MAX_WIDTH,
    BipolarType,
    ElementType,
    QuantType,
    TernaryType,
    smallest_type,
)
from ....qdialect.values import Value as Computed
from ....qdialect.values import as_array
from ..builder import ProgramBuilder
from ..node import Node
from ..values import GraphTensor, GraphValue

NO_ZERO_POINT = np.zeros((), np.int64)


MAX_EXACT_FLOAT64 = 2.0**53
"""Of whole numbers; beyond it, floats stand for several."""


def quant_type(element: ElementType | None) -> QuantType:
    """An element type that is known to be one of integers."""
    assert isinstance(element, QuantType)
    return element


def narrowest_constant_type(ints: Array, element: QuantType) -> QuantType:
    """Bipolar or ternary where all of a constant's values are; else its declared type."""
    if ints.min() < -1 or ints.max() > 1:
        return element
    return BipolarType() if ints.all() else TernaryType()


def per_axis(node: Node, array: Array, value: GraphValue, what: str) -> tuple[Array, int]:
    """A parameter that broadcasts, as one number (axis -1) or as a row and its axis."""
    rank = len(value.shape)
    shape = (1,) * (rank - array.ndim) + array.shape
    wide = [axis for axis, size in enumerate(shape) if size > 1]
    if not wide and array.size == 1:
        return array.reshape(()), -1
    if len(wide) != 1 or len(shape) > rank or shape[wide[0]] != value.shape[wide[0]]:
        raise node.fail(f"{what} of shape {array.shape} fits no axis of {value.shape}")
    return array.reshape(-1), wide[0]


def checked_integers(node: Node, array: Array, what: str) -> Array:
    """Numbers that must be whole, as int64."""
    if not np.array_equal(array, np.rint(array)):
        raise node.fail(f"{what} must be whole, it is {array.reshape(-1)[0]}")
    if (
        array.size
        and not -MAX_EXACT_FLOAT64 <= float(array.min()) <= float(array.max()) <= MAX_EXACT_FLOAT64
    ):
        raise node.fail(f"{what} is out of range, it is {array.reshape(-1)[0]}")
    return array.astype(np.int64)


def checked_bit_width(node: Node, array: Array, what: str = "the bit width") -> int:
    """A bit width, which may be given as a float."""
    values = checked_integers(node, array, what).reshape(-1)
    if values.size == 0 or (values != values[0]).any():
        raise node.fail(f"{what} differs between channels, which is not supported")
    if not 1 <= values[0] <= MAX_WIDTH:
        raise node.fail(f"{what} is {values[0]}: 1 to {MAX_WIDTH} bits are supported")
    return int(values[0])


def constant_scale(m: ProgramBuilder, node: Node, index: int, what: str = "the scale") -> Array:
    """A scale, which is constant and nowhere zero."""
    scale = m.array(node, index, what)
    if scale.dtype.kind != "f":
        raise node.fail(f"{what} must be float, it is {scale.dtype}")
    scale = scale.astype(np.float32)
    if not np.isfinite(scale).all():
        raise node.fail(f"{what} is not finite")
    if not scale.all():
        raise node.fail(f"{what} is zero")
    return scale


def zero_point_operand(m: ProgramBuilder, zero: Array) -> SSAValue | None:
    """Zero points as a constant of the narrowest type that holds them; None where all are 0."""
    if not zero.any():
        return None
    return m.constant(zero, smallest_type(min(0, int(zero.min())), int(zero.max())), "zero")


def dequantize_levels(
    m: ProgramBuilder, node: Node, x: GraphTensor, levels: SSAValue, scale: Array, zero: Array
) -> GraphTensor:
    """The real numbers of quantized levels, whose parameters broadcast as in numpy."""
    row, axis = per_axis(node, scale, x, "the scale")
    offset, other = per_axis(node, zero, x, "the zero point")
    place = max(axis, other)
    op = DequantizeOp(
        levels,
        m.floats(row, "scale"),
        zero_point_operand(m, offset),
        x.axis(place) if place >= 0 else -1,
    )
    return x.like(m.add(op).output)


def broadcast_constant(m: ProgramBuilder, node: Node, x: GraphTensor, array: Array) -> SSAValue:
    """A constant that broadcasts against a tensor as it does in the model."""
    if array.ndim > x.rank:
        raise node.fail(f"a constant of shape {array.shape} does not fit {x.shape}")
    full = array.reshape((1,) * (x.rank - array.ndim) + array.shape)
    if x.channels_last:
        full = np.moveaxis(full, 1, -1)
        if x.rank == 3:
            full = full[:, None]
    while full.ndim and full.shape[0] == 1:
        full = full[0]
    return m.floats(full, "constant")


def evaluate_value(value: SSAValue) -> Array:
    """What a value of a program without inputs is."""

    def run(value: SSAValue) -> Computed:
        op = value.owner
        assert isinstance(op, ConstantOp | QnnOp) and len(op.results) == 1
        return op.evaluate(*map(run, op.operands))[0]

    return as_array(run(value))
