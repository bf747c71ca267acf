"""`fold-bn`: a network as trained becomes an integer network."""

from collections.abc import Sequence
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

from ..qdialect.data import Array
from ..qdialect.qnn.base import QnnOp
from ..qdialect.qnn.canonicalization import PATTERNS
from ..qdialect.qnn.constants import ConstantPool, constant_of
from ..qdialect.qnn.elementwise import BinaryOp, PReluOp, UnaryOp
from ..qdialect.qnn.linear import BatchNormOp, LinearOp, accumulator_ranges
from ..qdialect.qnn.quantization import DequantizeOp, QuantizeOp, ThresholdOp
from ..qdialect.types import (
    BipolarType,
    QuantType,
    element_of,
    shape_of,
    smallest_type,
    unsigned,
    value_range,
)
from ..qdialect.values import plain
from .integer_linear import IntegerLinear, SinkDequantize, dequantized
from .threshold_search import Ints, Steps, find_steps, turns_back

Elementwise = UnaryOp | BinaryOp | BatchNormOp | PReluOp

MAX_LEVELS = 1 << 12
"""More steps than this are no thresholds any more."""


@dataclass(frozen=True)
class Chain:
    """The ops from one dequantized tensor to a quantizer, each of them element by element."""

    source: DequantizeOp
    ops: Sequence[Elementwise]
    quantizer: QuantizeOp

    @property
    def channels(self) -> int:
        return shape_of(self.source.x)[-1]

    def evaluate(self, rows: Ints) -> Ints:
        """The quantized levels of rows of accumulators, in the original arithmetic."""
        rank = len(shape_of(self.source.x))
        x = rows.reshape(-1, *[1] * (rank - 2), self.channels)
        values: dict[SSAValue, object] = {self.source.x: x}
        op: QnnOp
        for op in (self.source, *self.ops, self.quantizer):
            args = [values.get(operand, constant_of(operand)) for operand in op.operands]
            values[op.results[0]] = op.evaluate(*args)[0]  # pyright: ignore
        levels = plain(values[self.quantizer.output])  # pyright: ignore
        return levels.astype(np.int64).reshape(rows.shape)


def chain_of(quantizer: QuantizeOp) -> Chain | None:
    """Walks back from a quantizer to the integers it depends on."""
    ops: list[Elementwise] = []
    value = quantizer.x
    while True:
        source = dequantized(value)
        if source is not None:
            return Chain(source, ops[::-1], quantizer)
        owner = value.owner
        if not isinstance(owner, Elementwise):
            return None
        free = [operand for operand in owner.operands if constant_of(operand) is None]
        fixed = [shape_of(operand) for operand in owner.operands if operand not in free]
        if len(free) != 1 or any(np.prod(shape[:-1]) > 1 for shape in fixed):
            return None
        ops.append(owner)
        value = free[0]


def bounds_of(value: SSAValue) -> tuple[Ints, Ints]:
    """The smallest and largest integers that each channel of a value can hold."""
    owner, channels = value.owner, shape_of(value)[-1]
    if isinstance(owner, LinearOp):
        ends = accumulator_ranges(owner.x, owner.weights, owner.bias)
    else:
        element = element_of(value)
        assert isinstance(element, QuantType)
        ends = tuple(np.array([end]) for end in value_range(element))
    low, high = (np.broadcast_to(end.astype(np.int64), (channels,)).copy() for end in ends)
    return low, high


class FoldChain(RewritePattern):
    """Replaces all that stands between integers and a quantizer by thresholds."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QuantizeOp, rewriter: PatternRewriter) -> None:
        chain = chain_of(op)
        first, last = op.limits
        if chain is None or last - first > MAX_LEVELS:
            return
        element = element_of(op.output)
        bipolar = isinstance(element, BipolarType)

        def levels(rows: Ints) -> Ints:
            found = chain.evaluate(rows)
            return (found + 1) >> 1 if bipolar else found

        low, high = bounds_of(chain.source.x)
        if bipolar:
            first, last = 0, 1
        bent = turns_back(levels, low, high)
        if bent is not None and bent.any():
            return
        steps = find_steps(levels, low, high, first, last)
        assert isinstance(element, QuantType)
        new = self._threshold(chain.source.x, steps, element, 0 if bipolar else first)
        new[-1].properties.update({k: v for k, v in op.properties.items() if k == "layer"})
        rewriter.replace(op, new)

    def _threshold(
        self, x: SSAValue, steps: Steps, element: QuantType, offset: int
    ) -> list[Operation]:
        rows = _shared(steps.thresholds)
        kind = smallest_type(int(rows.min()), int(rows.max()))
        thresholds = self.pool.constant(rows, kind, "thresholds")
        if not steps.descending.any():
            return [thresholds, ThresholdOp(x, thresholds, element, offset)]
        flags = self.pool.constant(steps.descending, unsigned(1), "descending")
        return [thresholds, flags, ThresholdOp(x, thresholds, element, offset, flags)]


def _shared(rows: Array) -> Array:
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

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        pool = ConstantPool(op)
        steps: list[list[RewritePattern]] = [
            [*PATTERNS],
            [IntegerLinear(pool), SinkDequantize()],
            [FoldChain(pool)],
        ]
        for patterns in steps:
            applier = GreedyRewritePatternApplier(patterns, ctx=ctx)
            PatternRewriteWalker(applier).rewrite_module(op)
        pool.drop_unused()
