"""`minimize-accumulators`: narrows types to the values that the actual weights can reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch

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
from .sum_types import sum_type


@dataclass(frozen=True)
class MinimizeAccumulatorsPass(ModulePass):
    """Narrows the types of constants, of sums and of the ops that read them.

    Before:

        %y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x64xsi8>) -> tensor<1x10xsi32>

    After:

        %y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>) -> tensor<1x10xsi8>

    Arguments and results of functions keep their types. A threshold outside the range of its input
    moves to the nearest value with the same effect, so that its type can be narrow, too.
    """

    name = "minimize-accumulators"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        pool = ConstantPool(op)
        for function in op.ops:
            if isinstance(function, FuncOp):
                inner = list(function.walk())
                fixed = values_with_fixed_type(inner)
                for inner_op in inner:
                    self._narrow(inner_op, fixed, pool)
        pool.drop_unused()

    def _narrow(self, op: Operation, fixed: set[SSAValue], pool: ConstantPool) -> None:
        if isinstance(op, ConstantOp):
            return self._narrow_weights(op, fixed, pool)
        if isinstance(op, ThresholdOp) and is_quant(element_of(op.x)):
            self._clamp(op, pool)
        element = narrowest_type(op)
        if element is None or not fixed.isdisjoint(op.results):
            return
        for result in list(op.results):
            narrower = bit_width(element) < bit_width(element_of(result))
            if isinstance(op, TypePreservingOp | LookupOp) or narrower:
                Rewriter.replace_value_with_new_type(result, TensorType(element, shape_of(result)))

    def _narrow_weights(self, op: ConstantOp, fixed: set[SSAValue], pool: ConstantPool) -> None:
        """Gives weights and codebooks the narrowest type that can represent them."""
        users = [use.operation for use in op.output.uses]
        free = users and all(
            (isinstance(user, LinearOpBase) and user.weights is op.output)
            or (isinstance(user, LookupOp) and user.table is op.output and user.output not in fixed)
            for user in users
        )
        if not free or not is_quant(element_of(op.output)):
            return
        element, known = narrowest_type_of_values(op.data.array), element_of(op.output)
        if element != known and bit_width(element) <= bit_width(known):
            Rewriter.replace_op(
                op, pool.constant(op.data.array, element, op.output.name_hint or "weights")
            )

    def _clamp(self, op: ThresholdOp, pool: ConstantPool) -> None:
        """Clamps thresholds to the range of the input.

        At the lower end a threshold is always reached, and one above the upper end it never is.
        """
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


TypePreservingOp = MoveOp | MaxPoolOp | SplitOp | PadOp | ConcatOp
"""Ops whose results have the element type of their operands."""


def values_with_fixed_type(ops: Sequence[Operation]) -> set[SSAValue]:
    """Values whose type must not change.

    These are the results of functions, the operands of calls and concats, which must agree with
    each other, and the values that are moved into one of these.
    """
    fixed: set[SSAValue] = set()
    for op in reversed(ops):
        moves = isinstance(op, TypePreservingOp) and not fixed.isdisjoint(op.results)
        if moves or isinstance(op, ReturnOp | ConcatOp | CallOp):
            fixed.update(op.operands)
        if isinstance(op, ConcatOp | CallOp):
            fixed.update(op.results)
    return fixed


def narrowest_type(op: Operation) -> ElementType | None:
    """The narrowest type for the results of an op; None if the op's type is not chosen here."""
    if not op.results or not isinstance(op.results[0].type, TensorType):
        return None
    if not all(is_quant(element_of(value)) for value in (*op.operands, *op.results)):
        return None
    return reachable_type(op)


@singledispatch
def reachable_type(op: Operation) -> ElementType | None:
    """The narrowest type for the results of an op on integers; None for an op not known here."""
    return None


@reachable_type.register
def _(op: LinearOpBase) -> ElementType:
    return sum_type(*accumulator_range(op.x, op.weights, op.bias))


@reachable_type.register
def _(op: SumPoolOp) -> ElementType:
    taps, (low, high) = int(np.prod(op.kernel.get_values())), range_of(op.x)
    return smallest_type(min(low, 0) * taps, max(high, 0) * taps)


@reachable_type.register
def _(op: BinaryOp) -> ElementType:
    ends = [op.combine(a, b) for a in range_of(op.lhs) for b in range_of(op.rhs)]
    return sum_type(min(ends), max(ends))


@reachable_type.register
def _(op: ReluOp) -> ElementType:
    return smallest_type(0, max(0, range_of(op.x)[1]))


@reachable_type.register
def _(op: MoveOp | MaxPoolOp | SplitOp | PadOp) -> ElementType:
    return element_of(op.x)


@reachable_type.register
def _(op: LookupOp) -> ElementType:
    return element_of(op.table)


def narrowest_type_of_values(values: Array) -> QuantType:
    """The narrowest type that can represent all elements of an array."""
    low, high = int(values.min()), int(values.max())
    element = smallest_type(low, high)
    if low < -1 or high > 1 or (bit_width(element) == 1 and not values.all()):
        return element
    return BipolarType() if values.all() else TernaryType()
