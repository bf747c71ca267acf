"""`fold-bn`: a network as trained becomes an integer network."""

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
from ...qdialect.qnn.canonicalization import PATTERNS
from ...qdialect.qnn.constants import ConstantPool, range_of
from ...qdialect.qnn.elementwise import AddOp, MulOp
from ...qdialect.qnn.quantization import QuantizeOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.types import BipolarType, QuantType, element_of, is_quant, smallest_type, unsigned
from ..sum_types import sum_type
from .chains import Chain, QuantizerOp, chain_of, level_range
from .choose_fold import SingleInput, plan_fold
from .diagnostics import remaining_float_ops
from .hoist_quantize import HoistQuantize, SinkElementwise, SinkScalarElementwise
from .integer_linear import IntegerLinear, MergePad
from .residual import PairTable, WeightedSum
from .sink_dequantize import JoinDequantized, SinkDequantize, SinkLookup, SumAverages
from .threshold_search import Ints, StepFunction, find_thresholds

MAX_OPS_SHOWN = 8
"""So many ops are named in an error."""


class FoldChain(RewritePattern):
    """Replaces all that stands between integers and a quantizer by thresholds."""

    def __init__(self, pool: ConstantPool, max_error: int = 0):
        self.pool = pool
        self.max_error = max_error

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QuantizeOp | ThresholdOp, rewriter: PatternRewriter) -> None:
        if is_quant(element_of(op.x)):
            return
        chain = chain_of(op)
        fold = chain if isinstance(chain, str) else plan_fold(chain, self.max_error)
        if isinstance(chain, str) or isinstance(fold, str):
            return
        match fold:
            case SingleInput(non_monotone=False):
                new = self._steps(chain, fold)
            case SingleInput():
                new = self._table(chain, fold)
            case WeightedSum():
                new = self._sum(chain, fold)
            case PairTable():
                new = self._pairs(chain, fold)
        if "layer" in op.properties:
            new[-1].properties["layer"] = op.properties["layer"]
        rewriter.replace(op, new)

    def _steps(self, chain: Chain, bounds: SingleInput) -> list[Operation]:
        """Thresholds."""
        first, last = level_range(chain.quantizer)
        steps = find_thresholds(chain.levels, bounds.low, bounds.high, first, last)
        return self._threshold(chain.sources[0].x, steps, chain.quantizer, first)

    def _table(self, chain: Chain, bounds: SingleInput) -> list[Operation]:
        """A row of results for each channel, one for each value that any channel reaches."""
        least, most = int(bounds.low.min()), int(bounds.high.max())
        values = np.arange(least, most + 1, dtype=np.int64)[:, None]
        levels = chain.levels(np.clip(values, bounds.low, bounds.high)).T
        return self._lookup(chain.sources[0].x, levels, least, chain.quantizer)

    def _lookup(
        self, x: SSAValue, levels: Ints, first: int, quantizer: QuantizerOp
    ) -> list[Operation]:
        element = element_of(quantizer.output)
        assert isinstance(element, QuantType)
        rows = _merge_equal_rows(2 * levels - 1 if isinstance(element, BipolarType) else levels)
        table = self.pool.constant(rows[0] if len(rows) == 1 else rows, element, "table")
        return [table, LookupOp(x, table, first, len(rows) > 1)]

    def _threshold(
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

    def _sum(self, chain: Chain, found: WeightedSum) -> list[Operation]:
        """Thresholds over a weighted sum of two tensors."""
        new: list[Operation] = []
        total = self._weighted(chain, found.multipliers, new)
        steps = StepFunction(found.thresholds[None], np.zeros(1, np.bool_))
        return new + self._threshold(total, steps, chain.quantizer, found.first)

    def _weighted(
        self, chain: Chain, multipliers: tuple[int, int], new: list[Operation]
    ) -> SSAValue:
        parts = [
            self._times(source.x, factor, new)
            for source, factor in zip(chain.sources, multipliers, strict=True)
        ]
        ends = [range_of(part) for part in parts]
        kind = sum_type(ends[0][0] + ends[1][0], ends[0][1] + ends[1][1])
        total = AddOp(parts[0], parts[1], kind)
        new.append(total)
        return total.output

    def _pairs(self, chain: Chain, pairs: PairTable) -> list[Operation]:
        """A table with an entry for every pair of values."""
        new: list[Operation] = []
        step = int(pairs.b.max() - pairs.b.min()) + 1
        index = step * pairs.a + pairs.b
        total = self._weighted(chain, (step, 1), new)
        first, last = int(index.min()), int(index.max())
        rows = np.zeros((pairs.levels.shape[1], last - first + 1), np.int64)
        rows[:, index - first] = pairs.levels.T
        return new + self._lookup(total, rows, first, chain.quantizer)

    def _times(self, x: SSAValue, factor: int, new: list[Operation]) -> SSAValue:
        if factor == 1:
            return x
        corners = [factor * end for end in range_of(x)]
        kind = smallest_type(min(factor, 0), max(factor, 0))
        constant = self.pool.constant(factor, kind, "multiplier")
        product = MulOp(x, constant, sum_type(min(corners), max(corners)))
        new += [constant, product]
        return product.output


def _merge_equal_rows(rows: Array) -> Array:
    """One row where all channels have the same."""
    return rows[:1] if (rows == rows[:1]).all() else rows


@dataclass(frozen=True)
class FoldBnPass(ModulePass):
    """Folds what stands between integers and a quantizer into thresholds.

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
    """By how many levels a sum of two scales may be off where no exact one is found."""

    def __post_init__(self) -> None:
        if self.max_error < 0:
            raise ValueError(f"max-error is at least 0, not {self.max_error}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        pool = ConstantPool(op)
        carry: list[RewritePattern] = [
            *PATTERNS,
            MergePad(),
            IntegerLinear(pool),
            SinkDequantize(),
            SinkLookup(),
            JoinDequantized(pool),
            SumAverages(pool),
            HoistQuantize(pool),
            SinkScalarElementwise(),
        ]
        fold = FoldChain(pool, self.max_error)
        for patterns in (carry, [fold], [*carry, SinkElementwise()], [fold], [*PATTERNS]):
            applier = GreedyRewritePatternApplier(list(patterns), ctx=ctx)
            PatternRewriteWalker(applier).rewrite_module(op)
        pool.drop_unused()
        self._refuse(op)

    def _refuse(self, module: ModuleOp) -> None:
        """Ends with an error if floats are left where the hardware would need integers."""
        found = remaining_float_ops(module, self.max_error)
        if found:
            shown = "\n  ".join(found[:MAX_OPS_SHOWN])
            more = (
                f"\n  and {len(found) - MAX_OPS_SHOWN} more" if len(found) > MAX_OPS_SHOWN else ""
            )
            raise PassFailedException(f"fold-bn leaves floats behind:\n  {shown}{more}")
