"""Adds tensors of different scales in integers.

A quantizer after `a * s + b * t`, where `s` and `t` are real scales, gives a level to each pair of
integers. The same levels are found again from the integer `m * a + n * b`, with small integers `m`
and `n`. Every pair of values is tried, so the thresholds over that sum are exact for all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.qnn.base import describe
from ...qdialect.qnn.constants import range_of
from ...qdialect.qnn.elementwise import AddOp, SubOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import BipolarType, element_of
from ..arrays import Ints
from .chains import Chain, level_range
from .quant_params import is_per_tensor, scale_row

MAX_PAIRS_TRIED = 1 << 20
"""Maximum pairs of values times channels that are evaluated: two tensors of ten bits each."""

MAX_MULTIPLIER = 1 << 10
"""Largest magnitude of a multiplier: it makes a product ten bits wider than its operand."""


SMALL_OPERANDS = "quantize both of its operands to at most 8 bits"
"""The remedy if a sum is impossible: with so few bits, a table can hold all pairs."""


def allow_error(levels: int) -> str:
    """The end of a remedy: the option that accepts an error, of `qnn compile` and of `qnn-opt`."""
    return f'or allow an error: --max-error {levels}, in qnn-opt --fold-bn="max-error={levels}"'


SMALL_OR_INEXACT = f"{SMALL_OPERANDS}, {allow_error(1)}"

ONE_SCALE = f"quantize both of its operands, with one scale per tensor, {allow_error(1)}"


@dataclass(frozen=True)
class WeightedSum:
    """Multipliers of two integers, and thresholds over the sum of the two products."""

    multipliers: tuple[int, int]
    thresholds: Ints
    first: int
    """The level below all thresholds."""


@dataclass(frozen=True)
class PairTable:
    """All pairs of values of two tensors, and the level of each pair in each channel."""

    a: Ints
    """The value of the first tensor in each pair."""
    b: Ints
    """The value of the second tensor in each pair."""
    levels: Ints
    """A row for each pair, with a level for each channel."""


def find_weighted_sum(chain: Chain, max_error: int = 0) -> WeightedSum | Refusal:
    """The smallest multipliers with which thresholds give every pair of values its level.

    If there are none, the multipliers with the smallest error, provided that no level is off by
    more than `max_error`.
    """
    first, *others = chain.combining_ops
    if others or not isinstance(first, AddOp | SubOp):
        name = describe(others[0] if others else first)
        return Refusal(
            f"{name} combines two tensors, but does not add or subtract them", SMALL_OPERANDS
        )
    if not all(is_per_tensor(chain.dequantize_of(value)) for value in chain.inputs):
        return Refusal(f"{describe(first)} needs two tensors with a single scale each", ONE_SCALE)
    pairs = try_all_pairs(chain)
    if isinstance(pairs, Refusal):
        return pairs
    if (pairs.levels != pairs.levels[:, :1]).any():
        return Refusal("the ops after its addition differ between channels", SMALL_OR_INEXACT)
    a, b, levels = _outermost_pairs(pairs)
    starts = np.flatnonzero(np.r_[True, np.diff(levels) > 0])
    closest: tuple[int, WeightedSum] | None = None
    for m, n in _multipliers(chain, _level_falls(chain, pairs)):
        sums = m * a + n * b
        lows, highs = np.minimum.reduceat(sums, starts), np.maximum.reduceat(sums, starts)
        # Exact if the sums of each level lie below the sums of the next: then the lowest sum of a
        # level is a threshold that no pair of a lower level reaches.
        exact = bool((highs[:-1] < lows[1:]).all())
        if not exact and not max_error:
            continue
        rising = np.minimum.accumulate(lows[::-1])[::-1]
        candidate = _weighted_sum(chain, (m, n), levels[starts], rising, int(highs.max()) + 1)
        if exact:
            return candidate
        reached = np.searchsorted(candidate.thresholds, sums, side="right") + candidate.first
        error = int(np.abs(reached - levels).max())
        if closest is None or error < closest[0]:
            closest = error, candidate
    if closest is not None and closest[0] <= max_error:
        return closest[1]
    return _refuse_rounding(None if closest is None else closest[0])


def _outermost_pairs(pairs: PairTable) -> tuple[Ints, Ints, Ints]:
    """The pairs with the smallest and the largest `b` for each `a` and level, ordered by level.

    The sum `m * a + n * b` of any other pair lies between those of two of these pairs with the same
    `a` and level. So these alone decide the lowest and the highest sum of each level, and the
    largest error.
    """
    levels = pairs.levels[:, 0]
    order = np.lexsort((pairs.b, pairs.a, levels))
    a, b, levels = pairs.a[order], pairs.b[order], levels[order]
    differs = (np.diff(levels) != 0) | (np.diff(a) != 0)
    outermost = np.r_[True, differs] | np.r_[differs, True]
    return a[outermost], b[outermost], levels[outermost]


def _refuse_rounding(smallest_error: int | None) -> Refusal:
    """Why no multipliers were found; the error is that of the best ones, if it is known."""
    reason = f"no multipliers up to {MAX_MULTIPLIER} reproduce its rounding"
    if smallest_error is not None:
        reason += f", the best are off by {smallest_error} levels"
    remedy = "give its operands the same scale or at most 8 bits"
    return Refusal(reason, f"{remedy}, {allow_error(smallest_error or 1)}")


def try_all_pairs(chain: Chain) -> PairTable | Refusal:
    """Evaluates a chain on every pair of values, unless there are too many."""
    counts = [high - low + 1 for low, high in map(range_of, chain.inputs)]
    if prod(counts) * chain.width > MAX_PAIRS_TRIED:
        reason = f"it combines tensors of {counts[0]} and {counts[1]} values: too many pairs to try"
        return Refusal(reason, SMALL_OR_INEXACT)
    a, b = map(_values_of_type, chain.inputs)
    rows, cols = np.repeat(a, len(b)), np.tile(b, len(a))
    shape = (len(rows), chain.width)
    wide = (np.broadcast_to(values[:, None], shape) for values in (rows, cols))
    return PairTable(rows, cols, chain.levels(*wide))


def _level_falls(chain: Chain, pairs: PairTable) -> bool:
    """Whether the pair with the smallest real sum has a higher level than that with the largest."""
    first, second = real_factors(chain)
    reals, levels = first * pairs.a + second * pairs.b, pairs.levels[:, 0]
    return bool(levels[np.argmin(reals)] > levels[np.argmax(reals)])


def real_factors(chain: Chain) -> tuple[float, float]:
    """The real factor of each integer in the sum: its scale, negative for a subtrahend."""
    first, second = (float(scale_row(chain.dequantize_of(value))[0]) for value in chain.inputs)
    return first, -second if isinstance(chain.combining_ops[0], SubOp) else second


def _multipliers(chain: Chain, falls: bool) -> Iterator[tuple[int, int]]:
    """Integers close to the ratio of the scales, the smallest first; negated if levels fall."""
    first, second = real_factors(chain)
    sign = 1 if (second > 0) != falls else -1
    for n in range(1, MAX_MULTIPLIER + 1):
        m = round(first / second * n)
        if 0 < abs(m) <= MAX_MULTIPLIER:
            yield sign * m, sign * n


def _values_of_type(x: SSAValue) -> Ints:
    low, high = range_of(x)
    step = 2 if isinstance(element_of(x), BipolarType) else 1
    return np.arange(low, high + 1, step, dtype=np.int64)


def _weighted_sum(
    chain: Chain, multipliers: tuple[int, int], present: Ints, lows: Ints, never: int
) -> WeightedSum:
    """Thresholds for all levels up to the highest one of any pair.

    `present` are the levels that occur, `lows` the lowest weighted sum of each. A level that does
    not occur shares the threshold of the next one; a level above all of these gets `never`.
    """
    least, most = int(present[0]), int(present[-1])
    least = min(least, level_range(chain.quantizer)[1] - 1)
    if isinstance(element_of(chain.quantizer.output), BipolarType):
        least, most = 0, 1
    wanted = np.arange(least + 1, max(most, least + 1) + 1)
    thresholds = np.append(lows, never)[np.searchsorted(present, wanted)]
    return WeightedSum(multipliers, thresholds, least)
