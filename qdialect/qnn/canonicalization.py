"""Simplifications that hold for every tensor op: constants are computed, and ops that change
nothing are dropped."""

from typing import cast

import numpy as np
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.utils.exceptions import InterpretationError, VerifyException

from ..types import element_of, shape_of
from ..values import as_array
from .base import QnnOp
from .constants import ConstantOp, pool_of
from .layout import ReshapeOp, TransposeOp
from .quantization import DequantizeOp
from .steps import LookupOp


class ComputeConstants(RewritePattern):
    """Replaces an op on constants by its results.

    A dequantize stays, because the ops behind it compute with its integers; so does a lookup, whose
    indices are narrower than what they stand for.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, QnnOp) or isinstance(op, DequantizeOp | LookupOp) or not op.operands:
            return
        owners = [operand.owner for operand in op.operands]
        if not all(isinstance(owner, ConstantOp) for owner in owners):
            return
        arrays = [owner.data.array for owner in cast(list[ConstantOp], owners)]
        pool = pool_of(op)
        try:
            with np.errstate(all="ignore"):
                values = [as_array(value) for value in op.evaluate(*arrays)]
            constants = [
                pool.constant(value, element_of(result), result.name_hint or "constant")
                for value, result in zip(values, op.results, strict=True)
            ]
        except (InterpretationError, VerifyException):
            return  # the op would fail, or overflow, when it is run: that is not for us to hide
        rewriter.replace(op, constants, [constant.output for constant in constants])


class DropIdentity(RewritePattern):
    """Replaces an op that says it changes nothing by its operand."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if isinstance(op, QnnOp) and op.is_identity():
            rewriter.replace(op, (), (op.operands[0],))


class MergeMoves(RewritePattern):
    """Of reshapes the last one counts; a transpose that only moves axes of size 1 is a reshape."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ReshapeOp | TransposeOp):
            return
        source = op.x.owner
        if isinstance(op, TransposeOp) and keeps_order(op):
            merged = ReshapeOp(op.x, shape_of(op.output))
        elif isinstance(op, ReshapeOp) and isinstance(source, ReshapeOp):
            merged = ReshapeOp(source.x, shape_of(op.output))
        elif isinstance(op, TransposeOp) and isinstance(source, TransposeOp):
            first = source.order.get_values()
            merged = TransposeOp(source.x, [first[axis] for axis in op.order.get_values()])
        else:
            return
        if op.layer is not None:
            merged.layer = op.layer
        rewriter.replace(op, merged)


def keeps_order(op: TransposeOp) -> bool:
    """Whether elements stay in order, those of each image by themselves."""
    order, shape = op.order.get_values(), shape_of(op.x)
    wide = [axis for axis in order if shape[axis] > 1]
    return order[:1] == (0,) and wide == sorted(wide)


PATTERNS: tuple[RewritePattern, ...] = (ComputeConstants(), DropIdentity(), MergeMoves())
