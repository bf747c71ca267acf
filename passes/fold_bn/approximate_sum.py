"""Adds two tensors whose pairs of values are too many to try, within an error that is proven.

A residual add without quantizers sums two accumulators with scales of their own. The quantizer
behind it then gives a level to `a * s + b * t`, with scales for each channel. It is computed from

    m * a + n * b        with m and n close to s / unit and t / unit

Both multipliers are rounded, so this sum is off by at most e steps of `unit`: the rounding errors
times the largest |a| and |b|, plus those of 32-bit floats. The level of the exact sum lies between
the levels at e steps below and above. It differs by at most `max_error` levels if no e steps
contain more than `max_error` thresholds, which is checked for the thresholds that are found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.elementwise import AddOp, DivOp, MulOp, SubOp
from ...qdialect.qnn.normalization import BatchNormOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.refusal import Refusal
from ...qdialect.values import Value, as_array
from ..arrays import Ints
from .chains import Chain, channel_bounds, evaluate_ops, level_range, split_operands
from .monotone import is_monotone
from .threshold_search import StepFunction, find_thresholds

MULTIPLIER_BITS = range(6, 25, 2)
"""The sizes of multipliers that are tried, the smallest first."""

FLOAT_ROUNDING = 2.0**-22
"""The relative error of an op in 32-bit floats: at most four roundings, each within 2^-24."""

MAX_SUM = 1 << 60
"""Largest magnitude of a weighted sum: the search adds two such numbers in 64 bits."""


@dataclass(frozen=True)
class ApproximateSum:
    """Multipliers of two integers for each channel, and thresholds over the sum of the products."""

    multipliers: tuple[Ints, Ints]
    steps: StepFunction
    first: int
    """The level below all thresholds."""


LINEAR_OPS = (DequantizeOp, AddOp, SubOp, MulOp, DivOp, BatchNormOp)
"""Ops that are linear, if all but one of their operands are constant."""


@dataclass(frozen=True)
class Line:
    """An operand of a sum as a function of an integer q of each channel: `slope * q + start`."""

    slope: Array
    start: Array
    low: Ints
    """The smallest integer of each channel."""
    high: Ints
    """The largest integer of each channel."""
    rounding: Array
    """The largest error of its floats."""

    @property
    def largest(self) -> Ints:
        return np.maximum(np.abs(self.low), np.abs(self.high))

    def negated(self) -> "Line":
        return replace(self, slope=-self.slope, start=-self.start)


def find_approximate_sum(chain: Chain, max_error: int) -> ApproximateSum | Refusal:
    """The smallest multipliers with which no level is off by more than `max_error`."""
    total, *others = chain.combining_ops
    place = list(chain.ops).index(total)
    before, after = chain.ops[:place], [*chain.ops[place + 1 :], chain.quantizer]
    bent = [op for op in before if not isinstance(op, LINEAR_OPS)]
    bent += [op for op in (*before, *after) if not is_monotone(op)]
    if bent or others or not isinstance(total, AddOp | SubOp):
        name = describe([*bent, *others, total][0])
        reason = f"{name} is not linear before an addition, or not monotone after it"
        return Refusal(reason, "quantize both of its operands to at most 8 bits")
    operands = lines(chain, before, total)
    for bits in MULTIPLIER_BITS:
        found = with_multipliers(chain, total, after, operands, bits, max_error)
        if found is not None:
            return found
    reason = f"no multipliers of up to {MULTIPLIER_BITS[-1]} bits keep its error within {max_error}"
    return Refusal(f"{reason} levels", "quantize both of its operands")


def lines(chain: Chain, before: Sequence[QnnOp], total: AddOp | SubOp) -> tuple[Line, Line]:
    """Both operands of a sum as functions of the integers behind them, in the order of these."""
    sources = {value: value for value in chain.inputs}
    for op in before:
        (operand,), _ = split_operands(op)
        sources[op.results[0]] = sources[operand]
    bounds = {value: channel_bounds(value) for value in chain.inputs}
    ends: list[dict[SSAValue, Value]] = []
    for end in (0, 1):
        row = {value: bounds[value][end].astype(np.int64) for value in chain.inputs}
        ends.append({value: chain.as_image(row[value][None]) for value in chain.inputs})
        evaluate_ops(before, ends[-1])
    found: dict[SSAValue, Line] = {}
    for operand in (total.lhs, total.rhs):
        source = sources[operand]
        low, high = (end.astype(np.int64) for end in bounds[source])
        first, last = (np.broadcast_to(row_of(end[operand]), low.shape) for end in ends)
        slope = (last - first) / np.maximum(high - low, 1)
        rounding = np.zeros(1)
        for op in before:
            if sources[op.results[0]] is source:
                size = np.maximum(*(np.abs(row_of(end[op.results[0]])) for end in ends))
                rounding = rounding_after(op, size, rounding)
        # the line through two rounded ends is off by as much as the floats
        line = Line(slope, first - slope * low, low, high, 2 * rounding)
        is_subtrahend = isinstance(total, SubOp) and operand is total.rhs
        found[source] = line.negated() if is_subtrahend else line
    first, second = (found[value] for value in chain.inputs)
    return first, second


def row_of(value: Value) -> Array:
    return as_array(value).reshape(-1).astype(np.float64)


def rounding_after(op: QnnOp, size: Array, error: Array) -> Array:
    """The error of the floats of a linear op, from that of its operand; `size` is the largest
    magnitude of its result."""
    rows = [row_of(row) for row in map(constant_of, op.operands) if row is not None]
    match op:
        case AddOp() | SubOp():
            return error + FLOAT_ROUNDING * (size + np.abs(rows[0]))
        case MulOp():
            return error * np.abs(rows[0]) + FLOAT_ROUNDING * size
        case DivOp():
            return error / np.abs(rows[0]) + FLOAT_ROUNDING * size
        case BatchNormOp():
            gamma, beta, mean, variance = rows
            factor = np.abs(gamma) / np.sqrt(variance + op.epsilon.value.data)
            terms = size + 2 * np.abs(beta) + 2 * np.abs(mean) * factor
            return error * factor + FLOAT_ROUNDING * terms
        case _:
            return FLOAT_ROUNDING * size


def with_multipliers(
    chain: Chain,
    total: AddOp | SubOp,
    after: Sequence[QnnOp],
    operands: tuple[Line, Line],
    bits: int,
    max_error: int,
) -> ApproximateSum | None:
    """A sum with multipliers of a size; None if its error is too large."""
    first, second = operands
    unit = np.maximum(np.abs(first.slope), np.abs(second.slope)) * 2.0**-bits
    unit = np.where(unit > 0, unit, 1.0)
    m, n = (np.rint(line.slope / unit).astype(np.int64) for line in operands)
    offset = first.start + second.start
    corners = [a * m + b * n for a in (first.low, first.high) for b in (second.low, second.high)]
    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
    size = np.maximum(np.abs(low), np.abs(high)) * unit + np.abs(offset)
    error = first.rounding + second.rounding + FLOAT_ROUNDING * size
    for line, factor in zip(operands, (m, n), strict=True):
        error = error + np.abs(line.slope - factor * unit) * line.largest
    steps_off = np.ceil(error / unit).astype(np.int64) + 1
    if max(int(np.abs(low).max()), int(np.abs(high).max())) + int(steps_off.max()) > MAX_SUM:
        return None

    def levels(sums: Ints) -> Ints:
        reals = (sums * unit + offset).astype(np.float32)
        values: dict[SSAValue, Value] = {total.output: chain.as_image(reals)}
        evaluate_ops(after, values)
        return chain.as_levels(values[chain.quantizer.output]).reshape(sums.shape)

    first_level, last_level = level_range(chain.quantizer)
    ends = low - steps_off, high + steps_off
    steps = find_thresholds(levels, *ends, first_level, last_level)
    if not error_is_within(max_error, steps.thresholds, ends, steps_off):
        return None
    reached = np.clip(steps.thresholds, low[:, None], high[:, None] + 1)
    return ApproximateSum((m, n), replace(steps, thresholds=reached), first_level)


def error_is_within(
    max_error: int, thresholds: Ints, ends: tuple[Ints, Ints], steps_off: Ints
) -> bool:
    """Whether no run of `steps_off` steps contains more than `max_error` thresholds of a channel.

    Thresholds at the ends of the searched range are not crossed in it.
    """
    low, high = (end[:, None] for end in ends)
    crossed = (thresholds > low) & (thresholds <= high)
    first, last = thresholds[:, :-max_error], thresholds[:, max_error:]
    both = crossed[:, :-max_error] & crossed[:, max_error:]
    return bool((~both | (last - first > steps_off[:, None])).all())
