"""Adding tensors of different scales in integers.

What a quantizer makes of `a * s + b * t` is found again from one integer, `m * a + n * b`, with
small whole `m` and `n`. Every pair of values is tried: the thresholds over that sum are exact, or
they are not used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.qnn.base import describe
from ...qdialect.qnn.constants import range_of
from ...qdialect.qnn.elementwise import AddOp, SubOp
from ...qdialect.types import BipolarType, element_of
from .chains import Chain, level_range
from .quant_params import scale_row
from .threshold_search import Ints

MAX_PAIRS_TRIED = 1 << 20
"""Pairs of values that are tried; two tensors of ten bits each."""

MAX_MULTIPLIER = 1 << 10


@dataclass(frozen=True)
class WeightedSum:
    """Multipliers of two integers, and thresholds over the sum of their products."""

    multipliers: tuple[int, int]
    thresholds: Ints
    first: int
    """The level below all thresholds."""


@dataclass(frozen=True)
class PairTable:
    """Every pair of values, and the level that each channel gives it."""

    a: Ints
    b: Ints
    levels: Ints
    """A row for each pair."""


def find_weighted_sum(chain: Chain, max_error: int = 0) -> WeightedSum | str:
    """The smallest multipliers with which every pair of values finds its level.

    If there are none, those that come closest, provided that no level is off by more than
    `max_error`; else the reason.
    """
    if not isinstance(chain.ops[0], AddOp | SubOp):
        return f"{describe(chain.ops[0])} joins two tensors, and is no sum"
    pairs = try_all_pairs(chain)
    if isinstance(pairs, str):
        return pairs
    a, b, levels = pairs.a, pairs.b, pairs.levels
    if (levels != levels[:, :1]).any():
        return "what follows the addition differs between channels"
    found, order = levels[:, 0], np.argsort(levels[:, 0], kind="stable")
    falls = found[np.argmin(_real_sums(chain, a, b))] > found[np.argmax(_real_sums(chain, a, b))]
    a, b, ordered = a[order], b[order], found[order]
    starts = np.flatnonzero(np.r_[True, np.diff(ordered) > 0])
    closest: tuple[int, WeightedSum] | None = None
    for m, n in _multipliers(chain):
        m, n = (-m, -n) if falls else (m, n)
        sums = m * a + n * b
        lows, highs = np.minimum.reduceat(sums, starts), np.maximum.reduceat(sums, starts)
        if (highs[:-1] < lows[1:]).all():
            return _weighted_sum(chain, (m, n), ordered[starts], lows, int(highs.max()) + 1)
        if max_error:
            rising = np.minimum.accumulate(lows[::-1])[::-1]
            guess = _weighted_sum(chain, (m, n), ordered[starts], rising, int(highs.max()) + 1)
            reached = np.searchsorted(guess.thresholds, sums, side="right") + guess.first
            error = int(np.abs(reached - ordered).max())
            closest = min(closest or (error, guess), (error, guess), key=lambda pair: pair[0])
    if closest is not None and closest[0] <= max_error:
        return closest[1]
    off = f"; the closest are off by {closest[0]} levels" if closest else ""
    return f"no multipliers up to {MAX_MULTIPLIER} reproduce its rounding{off}"


def try_all_pairs(chain: Chain) -> PairTable | str:
    """Tries every pair of values, unless there are too many."""
    counts = [high - low + 1 for low, high in (range_of(source.x) for source in chain.sources)]
    if prod(counts) * chain.width > MAX_PAIRS_TRIED:
        return f"it adds tensors with {counts[0]} and {counts[1]} values: too many pairs to try"
    a, b = (_values_of_type(source.x) for source in chain.sources)
    rows, cols = np.repeat(a, len(b)), np.tile(b, len(a))
    shape = (len(rows), chain.width)
    wide = (np.broadcast_to(values[:, None], shape) for values in (rows, cols))
    return PairTable(rows, cols, chain.levels(*wide))


def _real_sums(chain: Chain, a: Ints, b: Ints) -> np.ndarray:
    """What pairs of integers add up to, in real numbers."""
    first, second = real_factors(chain)
    return first * a + second * b


def real_factors(chain: Chain) -> tuple[float, float]:
    """What each integer counts in the sum."""
    first, second = (float(scale_row(source)[0]) for source in chain.sources)
    return first, -second if isinstance(chain.ops[0], SubOp) else second


def _multipliers(chain: Chain) -> Iterator[tuple[int, int]]:
    """Whole numbers in the ratio of the scales, the smallest first."""
    first, second = real_factors(chain)
    sign = 1 if second > 0 else -1
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
    """A threshold for each level up to the largest present; skipped levels share one."""
    least, most = int(present[0]), int(present[-1])
    least = min(least, level_range(chain.quantizer)[1] - 1)
    if isinstance(element_of(chain.quantizer.output), BipolarType):
        least, most = 0, 1
    wanted = np.arange(least + 1, max(most, least + 1) + 1)
    thresholds = np.append(lows, never)[np.searchsorted(present, wanted)]
    return WeightedSum(multipliers, thresholds, least)
