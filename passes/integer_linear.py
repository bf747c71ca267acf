"""Making linear ops integer: scales are carried past them, and past ops that move elements.

    conv2d(dequantize(q, s), dequantize(w, t)) + b   becomes   dequantize(conv2d(q, w), s * t) + b

A zero point of the input becomes an integer bias and the value of the padding; one of the weights
is subtracted from them.
"""

import numpy as np
from xdsl.dialects.builtin import TensorType, f64
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ..qdialect.data import Array
from ..qdialect.qnn.base import int_attr
from ..qdialect.qnn.constants import ConstantPool, constant_of
from ..qdialect.qnn.elementwise import AddOp
from ..qdialect.qnn.layout import MoveOp, SplitOp
from ..qdialect.qnn.linear import Conv2dOp, LinearOp, accumulator_range
from ..qdialect.qnn.pooling import MaxPoolOp
from ..qdialect.qnn.quantization import DequantizeOp
from ..qdialect.types import (
    element_of,
    shape_of,
    signed,
    smallest_type,
)


def dequantized(value: SSAValue) -> DequantizeOp | None:
    """The op that a value was dequantized by, if its scale and zero point are known."""
    owner = value.owner
    if not isinstance(owner, DequantizeOp) or constant_of(owner.scale) is None:
        return None
    if owner.zero_point is not None and constant_of(owner.zero_point) is None:
        return None
    return owner


def scale_of(op: DequantizeOp) -> Array:
    scale = constant_of(op.scale)
    assert scale is not None
    return scale.reshape(-1)


def zero_point_of(op: DequantizeOp) -> Array:
    """The zero points, as int64; a single 0 if there are none."""
    if op.zero_point is None:
        return np.zeros(1, np.int64)
    zero = constant_of(op.zero_point)
    assert zero is not None
    return zero.reshape(-1).astype(np.int64)


class IntegerLinear(RewritePattern):
    """Carries the scales of input and weights past a convolution or a linear layer."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: LinearOp, rewriter: PatternRewriter) -> None:
        x, weights = dequantized(op.x), dequantized(op.weights)
        if x is None or weights is None:
            return
        zero = zero_point_of(x)
        scale, scales = scale_of(x), scale_of(weights)
        if scale.size != 1 or zero.size != 1 or scales.size not in (1, op.out_channels):
            return
        if scales.size > 1 and weights.axis.value.data not in (0, -len(shape_of(weights.x))):
            return
        kernel = self._kernel(weights)
        new: list[Operation] = [kernel] if isinstance(kernel, Operation) else []
        source = SSAValue.get(kernel)
        bias = self._correction(source, int(zero[0]))
        new += [bias] if bias is not None else []
        sums = self._sums(op, x.x, source, bias, int(zero[0]))
        product = scale.astype(np.float64) * scales.astype(np.float64)
        factor = self.pool.constant(product if product.size > 1 else product[0], f64, "scale")
        result = DequantizeOp(sums, factor)
        new += [sums, factor, result]
        if op.bias is not None:
            new.append(AddOp(result, op.bias))
        rewriter.replace(op, new)

    def _kernel(self, weights: DequantizeOp) -> SSAValue | Operation:
        """The integer weights, less their zero point."""
        values, zero = constant_of(weights.x), zero_point_of(weights)
        if values is None or not zero.any():
            return weights.x
        shifted = values.astype(np.int64) - zero.reshape(-1, *[1] * (values.ndim - 1))
        low, high = int(shifted.min()), int(shifted.max())
        element = smallest_type(low, high) if low < 0 else signed(high.bit_length() + 1)
        return self.pool.constant(shifted, element, weights.x.name_hint or "weights")

    def _correction(self, weights: SSAValue, zero: int) -> Operation | None:
        """What raw inputs add to each sum because of their zero point, negated."""
        if zero == 0:
            return None
        values = constant_of(weights)
        assert values is not None
        sums = -zero * values.reshape(len(values), -1).sum(1, dtype=np.int64)
        element = smallest_type(min(int(sums.min()), -1), int(sums.max()))
        return self.pool.constant(sums, element, "zero")

    def _sums(
        self,
        op: LinearOp,
        x: SSAValue,
        weights: SSAValue,
        bias: Operation | None,
        zero: int,
    ) -> LinearOp:
        bias_value = None if bias is None else SSAValue.get(bias)
        low, high = accumulator_range(x, weights, bias_value)
        element = smallest_type(min(low, -1), high)
        properties = dict(op.properties)
        if isinstance(op, Conv2dOp):
            properties["pad_value"] = int_attr(zero)
        return type(op).create(
            operands=[x, weights, *([] if bias_value is None else [bias_value])],
            result_types=[TensorType(element, shape_of(op.output))],
            properties=properties,
        )


class SinkDequantize(RewritePattern):
    """Moves integers rather than what they stand for."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: MoveOp | MaxPoolOp | SplitOp, rewriter: PatternRewriter
    ) -> None:
        source = dequantized(op.x)
        if source is None or scale_of(source).size != 1 or zero_point_of(source).size != 1:
            return
        if isinstance(op, MaxPoolOp) and scale_of(source)[0] < 0:
            return
        element = element_of(source.x)
        moved = type(op).create(
            operands=[source.x],
            result_types=[TensorType(element, shape_of(result)) for result in op.results],
            properties=dict(op.properties),
        )
        results = [DequantizeOp(value, source.scale, source.zero_point) for value in moved.results]
        rewriter.replace(op, [moved, *results], [result.output for result in results])
