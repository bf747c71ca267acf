"""Canonicalization patterns of all tensor ops: fold constants, drop identities, simplify moves."""

from typing import cast

import numpy as np
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.utils.exceptions import InterpretationError, VerifyException

from ..types import element_of
from ..values import as_array
from .base import QnnOp
from .constants import ConstantOp, pool_of
from .layout import MoveOp


class FoldConstants(RewritePattern):
    """Replaces a foldable op on constants by its results."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, QnnOp) or not op.is_foldable() or not op.operands:
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
            return  # the op stays, so that running it reports the error or the overflow
        rewriter.replace(op, constants, [constant.output for constant in constants])


class DropIdentity(RewritePattern):
    """Replaces an op that changes nothing by its operand."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if isinstance(op, QnnOp) and op.is_identity():
            rewriter.replace(op, (), (op.operands[0],))


class SimplifyMoves(RewritePattern):
    """Merges reshapes and transposes; the merged op gets the layer name of the last one."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, MoveOp) or (simplified := op.simplified()) is None:
            return
        if op.layer is not None:
            simplified.layer = op.layer
        rewriter.replace(op, simplified)


PATTERNS: tuple[RewritePattern, ...] = (FoldConstants(), DropIdentity(), SimplifyMoves())
