"""The scales and zero points of quantizers and of dequantized tensors."""

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.convolution import exact_dtype, max_magnitude
from ...qdialect.data import Array
from ...qdialect.qnn.constants import ConstantOp, constant_of, range_of
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.types import BipolarType, element_of, shape_of


def dequantize_of(value: SSAValue) -> DequantizeOp | None:
    """The dequantize op that produces a value, if its scale and zero point are constant."""
    owner = value.owner
    if not isinstance(owner, DequantizeOp):
        return None
    known = all(isinstance(operand.owner, ConstantOp) for operand in owner.operands[1:])
    return owner if known else None


def scale_row(op: DequantizeOp) -> Array:
    """The scales of a tensor as a row: one per channel, or one for the whole tensor."""
    scale = constant_of(op.scale)
    assert scale is not None
    return scale.reshape(-1).astype(np.float64)


def zero_point_row(op: DequantizeOp) -> Array:
    """The zero points of a tensor as a row; a single 0 if it has none."""
    if op.zero_point is None:
        return np.zeros(1, np.int64)
    zero = constant_of(op.zero_point)
    assert zero is not None
    return zero.reshape(-1).astype(exact_dtype(max_magnitude(zero)))


def is_per_tensor(op: DequantizeOp) -> bool:
    """Whether a tensor has one scale and one zero point."""
    return scale_row(op).size == 1 and zero_point_row(op).size == 1


def varies_by_channel_only(op: QuantizeOp | DequantizeOp | ThresholdOp) -> bool:
    """Whether scales, zero points and thresholds vary along the last axis only, if at all."""
    if isinstance(op, ThresholdOp) or all(np.prod(shape_of(p)) == 1 for p in op.operands[1:]):
        return True
    rank = len(shape_of(op.x))
    return op.axis.value.data % rank == rank - 1


def is_representable(value: SSAValue, number: int) -> bool:
    """Whether the element type of a tensor can represent a number."""
    low, high = range_of(value)
    bipolar = isinstance(element_of(value), BipolarType)
    return low <= number <= high and not (bipolar and number == 0)
