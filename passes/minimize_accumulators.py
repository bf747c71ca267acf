"""`minimize-accumulators`: the narrowest types that hold what the actual weights can reach."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.func import CallOp, FuncOp, ReturnOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from ..qdialect.convolution import widened_for
from ..qdialect.data import Array
from ..qdialect.qnn.constants import ConstantOp, ConstantPool, constant_of, range_of
from ..qdialect.qnn.elementwise import BinaryOp, ReluOp
from ..qdialect.qnn.layout import ConcatOp, MoveOp, PadOp, SplitOp
from ..qdialect.qnn.linear import LinearOpBase, accumulator_range
from ..qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ..qdialect.qnn.steps import LookupOp, ThresholdOp
from ..qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    TernaryType,
    bit_width,
    element_of,
    is_quant,
    shape_of,
    smallest_type,
)
from .fold_bn.integer_linear import holding


@dataclass(frozen=True)
class MinimizeAccumulatorsPass(ModulePass):
    """Narrows constants, sums and what is computed from them.

    Before:

        %y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x64xsi8>) -> tensor<1x10xsi32>

    After:

        %y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>) -> tensor<1x10xsi8>

    What a function takes and returns keeps its type. A threshold beyond what its input can reach is
    moved to the nearest value that means the same.
    """

    name = "minimize-accumulators"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        pool = ConstantPool(op)
        for function in op.ops:
            if isinstance(function, FuncOp):
                steps = list(function.walk())
                fixed = fixed_values(steps)
                for step in steps:
                    self._narrow(step, fixed, pool)
        pool.drop_unused()

    def _narrow(self, op: Operation, fixed: set[SSAValue], pool: ConstantPool) -> None:
        if isinstance(op, ConstantOp):
            return self._narrow_weights(op, fixed, pool)
        if isinstance(op, ThresholdOp) and is_quant(element_of(op.x)):
            self._clamp(op, pool)
        element = narrowest(op)
        if element is None or not fixed.isdisjoint(op.results):
            return
        for result in list(op.results):
            narrower = bit_width(element) < bit_width(element_of(result))
            if isinstance(op, Keeps | LookupOp) or narrower:
                Rewriter.replace_value_with_new_type(result, TensorType(element, shape_of(result)))

    def _narrow_weights(self, op: ConstantOp, fixed: set[SSAValue], pool: ConstantPool) -> None:
        """Gives weights of linear ops, and codebooks, the narrowest type that holds them."""
        users = [use.operation for use in op.output.uses]
        free = users and all(
            (isinstance(user, LinearOpBase) and user.weights is op.output)
            or (isinstance(user, LookupOp) and user.table is op.output and user.output not in fixed)
            for user in users
        )
        if not free or not is_quant(element_of(op.output)):
            return
        element, known = type_of_values(op.data.array), element_of(op.output)
        if element != known and bit_width(element) <= bit_width(known):
            Rewriter.replace_op(
                op, pool.constant(op.data.array, element, op.output.name_hint or "weights")
            )

    def _clamp(self, op: ThresholdOp, pool: ConstantPool) -> None:
        """Moves thresholds into what the input can reach, and one step above."""
        rows = constant_of(op.thresholds)
        if rows is None:
            return
        low, high = range_of(op.x)
        clamped = np.clip(widened_for(rows, low, high + 1), low, high + 1)
        kind = smallest_type(int(clamped.min()), int(clamped.max()))
        if kind != element_of(op.thresholds) or not np.array_equal(clamped, rows):
            owner = op.thresholds.owner
            hint = op.thresholds.name_hint or "thresholds"
            fresh = pool.constant(clamped, kind, hint)
            Rewriter.insert_op(fresh, InsertPoint.before(op))
            op.operands[1] = fresh.output
            if isinstance(owner, ConstantOp) and not list(owner.output.uses):
                owner.detach()
                owner.erase()


Keeps = MoveOp | MaxPoolOp | SplitOp | PadOp | ConcatOp
"""Ops whose results have the type of their operands."""


def fixed_values(steps: Sequence[Operation]) -> set[SSAValue]:
    """Values that keep their type: those a function takes or returns, and those that must agree."""
    fixed: set[SSAValue] = set()
    for op in reversed(steps):
        moves = isinstance(op, Keeps) and not fixed.isdisjoint(op.results)
        if moves or isinstance(op, ReturnOp | ConcatOp | CallOp):
            fixed.update(op.operands)
        if isinstance(op, ConcatOp | CallOp):
            fixed.update(op.results)
    return fixed


def narrowest(op: Operation) -> ElementType | None:
    """The narrowest type for the results of an op; None where it is not for us to choose."""
    if not op.results or not isinstance(op.results[0].type, TensorType):
        return None
    if not all(is_quant(element_of(value)) for value in (*op.operands, *op.results)):
        return None
    match op:
        case LinearOpBase():
            return holding(*accumulator_range(op.x, op.weights, op.bias))
        case SumPoolOp():
            taps, (low, high) = int(np.prod(op.kernel.get_values())), range_of(op.x)
            return smallest_type(min(low, 0) * taps, max(high, 0) * taps)
        case BinaryOp():
            ends = [op.combine(a, b) for a in range_of(op.lhs) for b in range_of(op.rhs)]
            return holding(min(ends), max(ends))
        case ReluOp():
            return smallest_type(0, max(0, range_of(op.x)[1]))
        case MoveOp() | MaxPoolOp() | SplitOp() | PadOp():
            return element_of(op.x)
        case LookupOp():
            return element_of(op.table)
        case _:
            return None


def type_of_values(values: Array) -> QuantType:
    """The narrowest type that holds all of an array."""
    low, high = int(values.min()), int(values.max())
    element = smallest_type(low, high)
    if low < -1 or high > 1 or (bit_width(element) == 1 and not values.all()):
        return element
    return BipolarType() if values.all() else TernaryType()
