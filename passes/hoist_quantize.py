"""Quantizing before elements move, rather than after.

    quantize(max_pool(relu(x)))   becomes   max_pool(quantize(relu(x)))

A quantizer that stands behind moves is brought to the ops it belongs to, and what moves is narrow.
"""

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ..qdialect.qnn.constants import constant_of
from ..qdialect.qnn.layout import ConcatOp, MoveOp, ReshapeOp, ResizeOp, SliceOp, TransposeOp
from ..qdialect.qnn.pooling import MaxPoolOp
from ..qdialect.qnn.quantization import QuantizeOp, ThresholdOp
from ..qdialect.types import element_of, is_quant, shape_of
from .chains import Elementwise, Quantizer


def is_scalar(quantizer: Quantizer) -> bool:
    """Whether a quantizer treats all channels alike."""
    constants = (constant_of(value) for value in quantizer.operands[1:])
    rows = (value for value in constants if value is not None)
    if isinstance(quantizer, ThresholdOp):
        return all(row.ndim < 2 or row.shape[0] == 1 for row in rows)
    return all(row.size == 1 for row in rows)


def rises(quantizer: Quantizer) -> bool:
    """Whether larger numbers never get smaller levels."""
    if isinstance(quantizer, ThresholdOp):
        return quantizer.descending is None
    scale = constant_of(quantizer.scale)
    return scale is not None and bool(np.all(scale > 0))


class HoistQuantize(RewritePattern):
    """Moves a quantizer above ops that move elements, towards the ops that compute them."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QuantizeOp | ThresholdOp, rewriter: PatternRewriter) -> None:
        move = op.x.owner
        if is_quant(element_of(op.x)) or not self._passes(op, move):
            return
        assert isinstance(move, Operation)
        copies = [self._at(op, value) for value in move.operands]
        moved = type(move).create(
            operands=[copy.results[0] for copy in copies],
            result_types=[op.output.type],
            properties=dict(move.properties),
        )
        rewriter.replace(op, [*copies, moved])

    def _passes(self, op: Quantizer, move: object) -> bool:
        """Whether quantizing first gives the same."""
        match move:
            case MaxPoolOp():
                return rises(op)
            case ConcatOp():
                return is_scalar(op) or move.axis.value.data % len(shape_of(op.x)) != (
                    len(shape_of(op.x)) - 1
                )
            case ReshapeOp() | TransposeOp() | SliceOp():
                return is_scalar(op)
            case ResizeOp():
                return is_scalar(op) or move.scales.get_values()[-1] == 1
            case _:
                return False

    def _at(self, op: Quantizer, value: SSAValue) -> Operation:
        """The same quantizer on another value."""
        element = element_of(op.output)
        return type(op).create(
            operands=[value, *op.operands[1:]],
            result_types=[TensorType(element, shape_of(value))],
            properties=dict(op.properties),
        )


class MoveFirst(RewritePattern):
    """Moves elements before they are scaled by one number, so that what moves is integers."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MoveOp, rewriter: PatternRewriter) -> None:
        source = op.x.owner
        if not isinstance(source, Elementwise) or len(list(op.x.uses)) > 1:
            return
        free = [value for value in source.operands if constant_of(value) is None]
        fixed = [value for value in source.operands if constant_of(value) is not None]
        if len(free) != 1 or any(np.prod(shape_of(value)) > 1 for value in fixed):
            return
        if shape_of(free[0]) != shape_of(op.x):
            return
        moved = type(op).create(
            operands=[free[0]], result_types=[op.output.type], properties=dict(op.properties)
        )
        operands = [moved.results[0] if value is free[0] else value for value in source.operands]
        again = type(source).create(
            operands=operands, result_types=[op.output.type], properties=dict(source.properties)
        )
        rewriter.replace(op, [moved, again])
