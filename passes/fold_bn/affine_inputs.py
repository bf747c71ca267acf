"""Finds the integers behind a tensor that constant factors and offsets have changed.

    add(mul(dequantize(q), 0.5), 1.0)   stands for   (q - zero) * scale + offset

A linear op and an average compute with such integers as they do with those of a dequantized tensor:
factors change the scale, and offsets the zero point or the bias. Quantizers keep the original ops,
in float32.
"""

from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import f32, f64
from xdsl.ir import SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.affine import AffineMap
from ...qdialect.qnn.constants import ConstantOp, ConstantPool, constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp, BinaryOp, DivOp, MulOp, SubOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.types import smallest_type
from ...qdialect.values import Dequantized, Value, as_array
from .quant_params import dequantize_of, is_per_tensor, scale_row, zero_point_row


@dataclass(frozen=True)
class AffineInput:
    """Integers, and the real numbers that they stand for."""

    x: SSAValue
    map: AffineMap


def affine_input(value: SSAValue) -> AffineInput | None:
    """The integers that a float tensor stands for; None if they are unknown or have many scales."""
    steps: list[BinaryOp] = []
    while (source := dequantize_of(value)) is None:
        op = value.owner
        number = op.constant_number if isinstance(op, BinaryOp) else None
        if number is None or not isinstance(op, BinaryOp):
            return None
        steps.append(op)
        value = op.operands[1 - number[1]]
    if not is_per_tensor(source):
        return None
    found: AffineMap | None = AffineMap(float(scale_row(source)[0]), int(zero_point_row(source)[0]))
    for op in reversed(steps):
        found = op.map_after(found)
        if found is None or not found.is_usable:
            return None
    return AffineInput(source.x, found)


MAX_VALUES_TRIED = 1 << 16
"""The maximum number of integers that are evaluated to compare two forms."""


class FoldAffine(RewritePattern):
    """Folds a constant factor or offset into scale and zero point, where that is exact in floats.

    mul(dequantize(q, 0.25), 0.5)   becomes   dequantize(q, 0.125)

    Sums of tensors and concats then find operands with a common scale.
    """

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: AddOp | SubOp | MulOp | DivOp, rewriter: PatternRewriter
    ) -> None:
        number = op.constant_number
        source = None if number is None else dequantize_of(op.operands[1 - number[1]])
        known = affine_input(op.output)
        if source is None or known is None or known.map.offset or not is_exact(op, source, known):
            return
        scale, zero = known.map.scale, known.map.zero
        kind = f32 if float(np.float32(scale)) == scale else f64
        factor, zeros = self.pool.constant(scale, kind, "scale"), list[ConstantOp]()
        if zero:
            zeros = [self.pool.constant(zero, smallest_type(min(zero, 0), max(zero, 0)), "zero")]
        result = DequantizeOp(source.x, factor, zeros[0] if zeros else None)
        rewriter.replace(op, [factor, *zeros, result])


def is_exact(op: BinaryOp, source: DequantizeOp, after: AffineInput) -> bool:
    """Whether an op on dequantized integers gives exactly the floats of a scale and a zero point.

    Every integer of the type is evaluated, and the bits are compared: 0 differs from -0. Ops that
    read the integers behind a float, such as sums, see the same ones before and after.
    """
    low, high = range_of(after.x)
    if high - low >= MAX_VALUES_TRIED:
        return False
    ints = np.arange(low, high + 1, dtype=np.int64)
    values: dict[SSAValue, Value] = {source.x: ints}
    for step in (source, op):
        args = (values.get(operand, constant_of(operand)) for operand in step.operands)
        with np.errstate(all="ignore"):
            values[step.output] = step.evaluate(*(arg for arg in args if arg is not None))[0]
    folded = Dequantized(ints - after.map.zero, np.array(after.map.scale)).value
    return np.array_equal(as_array(values[op.output]).view(np.uint32), folded.view(np.uint32))
