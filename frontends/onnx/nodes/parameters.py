"""Reads and checks the parameters of quantizers, and constants that broadcast against a tensor."""

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
"""The zero point 0."""


MAX_EXACT_FLOAT64 = 2.0**53
"""float64 holds every integer up to this one."""


def quant_type(element: ElementType | None) -> QuantType:
    """Casts the Python type of an element type that the caller knows to be quantized."""
    assert isinstance(element, QuantType)
    return element


def narrowest_constant_type(ints: Array, element: QuantType) -> QuantType:
    """Bipolar or ternary if all values of a constant are, else its declared type."""
    if ints.min() < -1 or ints.max() > 1:
        return element
    return BipolarType() if ints.all() else TernaryType()


def per_axis(node: Node, array: Array, value: GraphValue, what: str) -> tuple[Array, int]:
    """A broadcast parameter as one number (axis -1), or as a row and its axis in the model."""
    rank = len(value.shape)
    shape = (1,) * (rank - array.ndim) + array.shape
    wide = [axis for axis, size in enumerate(shape) if size > 1]
    if not wide and array.size == 1:
        return array.reshape(()), -1
    if len(wide) != 1 or len(shape) > rank or shape[wide[0]] != value.shape[wide[0]]:
        raise node.fail(
            f"{what} of shape {array.shape} must have one number, or one for each index of one "
            f"axis of {value.shape}"
        )
    return array.reshape(-1), wide[0]


def quantizer_rows(
    node: Node, scale: Array, zero: Array, value: GraphValue
) -> tuple[Array, Array, int]:
    """Scale and zero point as rows or single numbers, and their axis in the model, else -1."""
    scales, scale_axis = per_axis(node, scale, value, "the scale")
    zeros, zero_axis = per_axis(node, zero, value, "the zero point")
    return scales, zeros, max(scale_axis, zero_axis)


def checked_integers(node: Node, array: Array, what: str) -> Array:
    """Numbers that must be integers, as int64."""
    if not np.array_equal(array, np.rint(array)):
        raise node.fail(f"{what} must be an integer, it is {array.reshape(-1)[0]}")
    if (
        array.size
        and not -MAX_EXACT_FLOAT64 <= float(array.min()) <= float(array.max()) <= MAX_EXACT_FLOAT64
    ):
        raise node.fail(f"{what} is {array.reshape(-1)[0]}, which is out of range")
    return array.astype(np.int64)


def checked_bit_width(node: Node, array: Array) -> int:
    """A bit width, which may be stored as a float."""
    values = checked_integers(node, array, "the bit width").reshape(-1)
    if values.size == 0 or (values != values[0]).any():
        raise node.fail("the bit width must be the same for all channels")
    if not 1 <= values[0] <= MAX_WIDTH:
        raise node.fail(f"the bit width is {values[0]}: it must be 1 to {MAX_WIDTH}")
    return int(values[0])


def constant_scale(m: ProgramBuilder, node: Node, index: int, what: str = "the scale") -> Array:
    """A scale, which must be constant, finite and not zero."""
    scale = m.array(node, index, what)
    if scale.dtype.kind != "f":
        raise node.fail(f"{what} must be float, it is {scale.dtype}")
    scale = scale.astype(np.float32)
    if not np.isfinite(scale).all():
        raise node.fail(f"{what} must be finite")
    if not scale.all():
        raise node.fail(f"{what} must not be zero")
    return scale


def zero_point_operand(m: ProgramBuilder, zero: Array) -> SSAValue | None:
    """Zero points as a constant of the narrowest type, or None if all are 0."""
    if not zero.any():
        return None
    return m.constant(zero, smallest_type(min(0, int(zero.min())), int(zero.max())), "zero")


def dequantize_levels(
    m: ProgramBuilder, node: Node, x: GraphTensor, levels: SSAValue, scale: Array, zero: Array
) -> GraphTensor:
    """The real numbers of quantized levels; scale and zero point broadcast as in numpy."""
    scales, zeros, axis = quantizer_rows(node, scale, zero, x)
    scale_operand, zero_operand = m.floats(scales, "scale"), zero_point_operand(m, zeros)
    op = DequantizeOp(levels, scale_operand, zero_operand, x.parameter_axis(axis))
    return x.like(m.add(op).output)


def broadcast_constant(m: ProgramBuilder, node: Node, x: GraphTensor, array: Array) -> SSAValue:
    """A constant that broadcasts against a tensor in the program as it does in the model."""
    if array.ndim > x.rank:
        raise node.fail(f"a constant of shape {array.shape} does not broadcast to {x.shape}")
    full = array.reshape((1,) * (x.rank - array.ndim) + array.shape)
    if x.channels_last:
        full = np.moveaxis(full, 1, -1)
        if x.rank == 3:
            full = full[:, None]
    while full.ndim and full.shape[0] == 1:
        full = full[0]
    return m.floats(full, "constant")


def evaluate_value(value: SSAValue) -> Array:
    """Evaluates a value of a program without inputs."""

    def run(value: SSAValue) -> Computed:
        op = value.owner
        assert isinstance(op, ConstantOp | QnnOp) and len(op.results) == 1
        return op.evaluate(*map(run, op.operands))[0]

    return as_array(run(value))
