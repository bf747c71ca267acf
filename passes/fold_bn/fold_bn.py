"""`fold-bn`: turns a trained network into a network on integers.

The pass alternates between two kinds of rewrites. The first move scales and quantizers, so that
linear ops and moves compute on integers and chains become short. The second replaces each chain by
thresholds or a table. Both are done twice: elementwise ops that no quantizer absorbed in the first
round are moved past whole channels before the second.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)
from xdsl.utils.exceptions import PassFailedException

from ...qdialect.data import Array
from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.canonicalization import PATTERNS
from ...qdialect.qnn.constants import ConstantPool, range_of
from ...qdialect.qnn.elementwise import MulOp
from ...qdialect.qnn.linear import LinearOpBase
from ...qdialect.qnn.quantization import QuantizeOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import BipolarType, QuantType, element_of, is_quant, smallest_type, unsigned
from ..arrays import Ints
from ..sum_types import sum_type
from .affine_inputs import FoldAffine
from .approximate_sum import ApproximateSum
from .chains import Chain, QuantizerOp, chain_of, level_range
from .channel_order import ChannelsLast, TransposeInput
from .choose_fold import MonotoneInput, TableInput, plan_fold
from .diagnostics import remaining_float_ops
from .float_weights import IntegerWeights
from .hoist_permuted import HoistPermuted
from .hoist_quantize import HoistQuantize, SinkElementwise, SinkScalarElementwise
from .integer_linear import IntegerLinear, MergePad
from .integer_sums import multiple, pair_index, total
from .multiply_integers import MulIntegers, RepeatOperand
from .residual import PairTable, WeightedSum
from .scaled_concat import find_scaled_concat, layer_before
from .segments import Segments
from .sink_dequantize import (
    AddIntegers,
    ConcatIntegers,
    SinkArgMax,
    SinkDequantize,
    SinkLookup,
    SumAverages,
)
from .tabulate_averages import TabulateAverages
from .threshold_search import StepFunction, find_thresholds

LOG = logging.getLogger(__name__)

MAX_OPS_SHOWN = 8
"""Ops that an error lists; the others are counted."""


class FoldChain(RewritePattern):
    """Replaces the chain between integers and a quantizer by thresholds or a table.

    `refusals` records why a chain had to stay.
    """

    def __init__(self, pool: ConstantPool, refusals: dict[Operation, Refusal], max_error: int = 0):
        self.pool = pool
        self.refusals = refusals
        self.max_error = max_error

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QuantizeOp | ThresholdOp, rewriter: PatternRewriter) -> None:
        if is_quant(element_of(op.x)):
            return
        new = self._fold(op)
        if isinstance(new, Refusal):
            self.refusals[op] = new
            return
        if "layer" in op.properties:
            new[-1].properties["layer"] = op.properties["layer"]
        rewriter.replace(op, new)

    def _fold(self, op: QuantizerOp) -> list[Operation] | Refusal:
        """The ops that replace a chain; the last one has the result."""
        if (found := layer_before(op)) is not None:
            return self._fold_scaled_concat(op, *found)
        chain = chain_of(op)
        if isinstance(chain, Refusal):
            return chain
        match plan_fold(chain, self.max_error):
            case Refusal() as refusal:
                return refusal
            case MonotoneInput() as plan:
                return self._fold_to_thresholds(chain, plan)
            case TableInput() as plan:
                return self._fold_to_table(chain, plan)
            case Segments() as plan:
                return self._fold_to_segments(chain, plan)
            case WeightedSum() as plan:
                return self._fold_sum(chain, plan)
            case PairTable() as plan:
                return self._fold_pairs(chain, plan)
            case ApproximateSum() as plan:
                return self._fold_approximate_sum(chain, plan)

    def _fold_to_thresholds(self, chain: Chain, bounds: MonotoneInput) -> list[Operation]:
        first, last = level_range(chain.quantizer)
        steps = find_thresholds(chain.levels, bounds.low, bounds.high, first, last)
        return self._threshold_op(chain.inputs[0], steps, chain.quantizer, first)

    def _fold_to_table(self, chain: Chain, bounds: TableInput) -> list[Operation]:
        """A table with an entry for each integer that a channel reaches, and a row per channel."""
        first, last = int(bounds.low.min()), int(bounds.high.max())
        values = np.arange(first, last + 1, dtype=np.int64)[:, None]
        levels = chain.levels(np.clip(values, bounds.low, bounds.high)).T
        return self._lookup_op(chain.inputs[0], levels, first, chain.quantizer)

    def _fold_to_segments(self, chain: Chain, plan: Segments) -> list[Operation]:
        """Thresholds that compute the number of a segment, and a table with the level of each."""
        starts = _merge_equal_rows(plan.starts)
        rows = self.pool.constant(
            starts, smallest_type(int(starts.min()), int(starts.max())), "starts"
        )
        number = ThresholdOp(chain.inputs[0], rows, smallest_type(0, starts.shape[1]))
        return [rows, number, *self._lookup_op(number.output, plan.levels, 0, chain.quantizer)]

    def _lookup_op(
        self, x: SSAValue, levels: Ints, first: int, quantizer: QuantizerOp
    ) -> list[Operation]:
        element = element_of(quantizer.output)
        assert isinstance(element, QuantType)
        rows = _merge_equal_rows(2 * levels - 1 if isinstance(element, BipolarType) else levels)
        table = self.pool.constant(rows[0] if len(rows) == 1 else rows, element, "table")
        return [table, LookupOp(x, table, first, len(rows) > 1)]

    def _threshold_op(
        self, x: SSAValue, steps: StepFunction, quantizer: QuantizerOp, first: int
    ) -> list[Operation]:
        element = element_of(quantizer.output)
        assert isinstance(element, QuantType)
        rows = _merge_equal_rows(steps.thresholds)
        kind = smallest_type(int(rows.min()), int(rows.max()))
        thresholds = self.pool.constant(rows, kind, "thresholds")
        if not steps.descending.any():
            return [thresholds, ThresholdOp(x, thresholds, element, first)]
        flags = self.pool.constant(steps.descending, unsigned(1), "descending")
        return [thresholds, flags, ThresholdOp(x, thresholds, element, first, flags)]

    def _fold_sum(self, chain: Chain, weighted_sum: WeightedSum) -> list[Operation]:
        """Thresholds over a weighted sum of two tensors."""
        new: list[Operation] = []
        a, b = (
            multiple(value, factor, self.pool, new)
            for value, factor in zip(chain.inputs, weighted_sum.multipliers, strict=True)
        )
        steps = StepFunction(weighted_sum.thresholds[None], np.zeros(1, np.bool_))
        sums = total(a, b, new)
        return new + self._threshold_op(sums, steps, chain.quantizer, weighted_sum.first)

    def _fold_approximate_sum(self, chain: Chain, plan: ApproximateSum) -> list[Operation]:
        """Thresholds over a sum of two tensors, with multipliers for each channel."""
        LOG.warning(
            "fold-bn: %s: levels may be off by up to %d, because its operands have no common scale",
            describe(chain.quantizer),
            self.max_error,
        )
        new: list[Operation] = []
        a, b = (
            self._multiples(value, factors, new)
            for value, factors in zip(chain.inputs, plan.multipliers, strict=True)
        )
        sums = total(a, b, new)
        return new + self._threshold_op(sums, plan.steps, chain.quantizer, plan.first)

    def _fold_scaled_concat(
        self, op: QuantizerOp, layer: LinearOpBase, ops: Sequence[QnnOp]
    ) -> list[Operation] | Refusal:
        """A layer over a concat of several scales on integers, and thresholds over its sums."""
        plan = find_scaled_concat(op, layer, ops, self.max_error)
        if isinstance(plan, Refusal):
            self.refusals[layer] = plan
            return plan
        if plan.error:
            LOG.warning(
                "fold-bn: %s: levels may be off by up to %d, because %s reads a concat of tensors "
                "without a common scale",
                describe(op),
                plan.error,
                describe(layer),
            )
        new: list[Operation] = []
        sums = plan.integer_sums(op, self.pool, new)
        return new + self._threshold_op(sums, plan.steps, op, plan.first)

    def _multiples(self, x: SSAValue, factors: Ints, new_ops: list[Operation]) -> SSAValue:
        """A tensor times a factor for each channel."""
        ends = int(factors.min()), int(factors.max())
        if ends[0] == ends[1]:
            return multiple(x, ends[0], self.pool, new_ops)
        corners = [factor * end for factor in ends for end in range_of(x)]
        constant = self.pool.constant(factors, smallest_type(min(ends[0], 0), ends[1]), "factors")
        product = MulOp(x, constant, sum_type(min(corners), max(corners)))
        new_ops += [constant, product]
        return product.output

    def _fold_pairs(self, chain: Chain, pairs: PairTable) -> list[Operation]:
        """A table with an entry for each pair of values."""
        new: list[Operation] = []
        a, b = chain.inputs
        pair, factor = pair_index(a, b, self.pool, new)
        index = factor * pairs.a + pairs.b
        first, last = int(index.min()), int(index.max())
        rows = np.zeros((pairs.levels.shape[1], last - first + 1), np.int64)
        rows[:, index - first] = pairs.levels.T
        return new + self._lookup_op(pair, rows, first, chain.quantizer)


def _merge_equal_rows(rows: Array) -> Array:
    """The first row alone if all rows are equal, else all rows."""
    return rows[:1] if (rows == rows[:1]).all() else rows


@dataclass(frozen=True)
class FoldBnPass(ModulePass):
    """Replaces the float ops between integers and a quantizer by thresholds.

    Before:

        %a = qnn.conv2d %x, %w : float, of dequantized operands
        %b = qnn.batch_norm %a, ...
        %q = qnn.quantize %b, %s

    After:

        %a = qnn.conv2d %x, %w : integers
        %q = qnn.threshold %a, %t

    The thresholds are found by evaluating the original ops over the accumulator's range.
    """

    name = "fold-bn"

    max_error: int = 0
    """Levels by which a sum of several scales may be off if no exact multipliers are found."""

    def __post_init__(self) -> None:
        if self.max_error < 0:
            raise ValueError(f"max-error must be at least 0, not {self.max_error}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        pool = ConstantPool(op)
        refusals: dict[Operation, Refusal] = {}
        move_scales: list[RewritePattern] = [
            *PATTERNS,
            MergePad(),
            ChannelsLast(pool),
            FoldAffine(pool),
            IntegerWeights(pool),
            IntegerLinear(pool, refusals),
            SinkDequantize(),
            SinkArgMax(),
            SinkLookup(),
            ConcatIntegers(pool),
            RepeatOperand(),
            AddIntegers(pool),
            MulIntegers(pool),
            TabulateAverages(pool),
            SumAverages(pool),
            HoistQuantize(pool),
            HoistPermuted(pool),
            SinkScalarElementwise(),
        ]
        fold = FoldChain(pool, refusals, self.max_error)
        finish = [*PATTERNS, TransposeInput()]
        for patterns in (move_scales, [fold], [*move_scales, SinkElementwise()], [fold], finish):
            applier = GreedyRewritePatternApplier(list(patterns), ctx=ctx)
            PatternRewriteWalker(applier).rewrite_module(op)
        pool.drop_unused()
        require_integers(op, refusals)


def require_integers(module: ModuleOp, refusals: Mapping[Operation, Refusal]) -> None:
    """Raises an error if floats are left where the hardware needs integers."""
    messages = remaining_float_ops(module, refusals)
    if messages:
        lines = messages[:MAX_OPS_SHOWN]
        if len(messages) > len(lines):
            lines.append(f"and {len(messages) - len(lines)} more")
        raise PassFailedException("\n  ".join(["fold-bn cannot make these ops integer:", *lines]))
