"""Multiplies two tensors as integers, and repeats an operand that is the same for all pixels.

    dequantize(a, s, za) * dequantize(b, t, zb)   becomes   dequantize((a - za) * (b - zb), s * t)

A squeeze-and-excite block multiplies each channel of an image by one number, and spatial attention
each pixel. That number is repeated for all pixels or channels, so that both operands have the same
shape.
"""

import numpy as np
from xdsl.dialects.builtin import f64
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.qnn.constants import ConstantPool, range_of
from ...qdialect.qnn.elementwise import BinaryOp, MulOp, SubOp, UnaryOp
from ...qdialect.qnn.layout import ResizeOp
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.types import element_of, is_quant, shape_of, smallest_type
from ..sum_types import fits_sum_type, sum_type
from .affine_inputs import AffineInput, affine_input
from .chains import ElementwiseOp, split_operands


class RepeatOperand(RewritePattern):
    """Repeats an operand over the rows, columns or channels of the other one."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: BinaryOp, rewriter: PatternRewriter) -> None:
        result, free = shape_of(op.output), split_operands(op)[0]
        small = [value for value in free if shape_of(value) != result]
        if len(free) != 2 or len(small) != 1 or len(result) != 4:
            return
        shape = shape_of(small[0])
        if len(shape) != 4 or shape[0] != result[0]:
            return
        scales = [size // own for size, own in zip(result, shape, strict=True)]
        repeated = ResizeOp(small[0], scales)
        operands = [repeated.output if value is small[0] else value for value in op.operands]
        wide = type(op).create(
            operands=operands, result_types=[op.output.type], properties=dict(op.properties)
        )
        rewriter.replace(op, [repeated, wide])


class MulIntegers(RewritePattern):
    """Multiplies integers instead of the floats that they represent."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MulOp, rewriter: PatternRewriter) -> None:
        sources = [
            source
            for source in map(affine_input, op.operands)
            if source is not None and not source.map.offset
        ]
        if len(sources) != 2 or is_function_of_one_tensor(op):
            return
        scale = sources[0].map.scale * sources[1].map.scale
        if scale == 0 or not np.isfinite(scale):
            return
        new: list[Operation] = []
        a, b = (subtract_zero_point(source, self.pool, new) for source in sources)
        products = [x * y for x in range_of(a) for y in range_of(b)]
        if not fits_sum_type(min(products), max(products)):
            return
        product = MulOp(a, b, sum_type(min(products), max(products)))
        product.layer = op.layer
        constant = self.pool.constant(np.float64(scale), f64, "scale")
        result = [product, constant, DequantizeOp(product.output, constant)]
        rewriter.replace(op, [*new, *result])


def subtract_zero_point(
    source: AffineInput, pool: ConstantPool, new_ops: list[Operation]
) -> SSAValue:
    """The integers of a tensor minus their zero point; the ops that compute it are appended to
    `new_ops`."""
    zero = source.map.zero
    if not zero:
        return source.x
    constant = pool.constant(zero, smallest_type(min(zero, 0), max(zero, 0)), "zero")
    low, high = range_of(source.x)
    shifted = SubOp(source.x, constant, smallest_type(low - zero, high - zero))
    new_ops += [constant, shifted]
    return shifted.output


def is_function_of_one_tensor(op: MulOp) -> bool:
    """Whether a product becomes a function of one integer: thresholds or a table.

    `x * sigmoid(x)`, with both factors quantized, is a table of x.
    """
    users = [use.operation for use in op.output.uses]
    ends_chain = all(isinstance(user, QuantizeOp | ThresholdOp | UnaryOp) for user in users)
    return ends_chain and common_integers(op.lhs, op.rhs) is not None


def common_integers(a: SSAValue, b: SSAValue) -> SSAValue | None:
    """The last integer tensor from which both values are computed element by element."""
    path = _elementwise_path(b)
    return next((v for v in _elementwise_path(a) if v in path and is_quant(element_of(v))), None)


def _elementwise_path(value: SSAValue) -> list[SSAValue]:
    """A value and the tensors from which it is computed element by element, the latest first."""
    path = [value]
    while isinstance(
        op := value.owner, ElementwiseOp | QuantizeOp | ThresholdOp | DequantizeOp | LookupOp
    ):
        free, _ = split_operands(op)
        source = free[0] if len(free) == 1 else common_integers(*free)
        if source is None:
            break
        path.append(source)
        value = source
    return path
