"""Adding tensors of different scales in integers.

What a quantizer makes of `a * s + b * t` is found again from one integer, `m * a + n * b`, with
small whole `m` and `n`. Every pair of values is tried: the thresholds over that sum are exact, or
they are not used.
"""

from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from ..qdialect.types import BipolarType, QuantType, element_of, value_range
from .chains import Chain, scale_of
from .threshold_search import Ints

MOST_PAIRS = 1 << 20
"""Pairs of values that are tried; two tensors of ten bits each."""

MOST_MULTIPLIER = 1 << 10


@dataclass(frozen=True)
class WeightedSum:
    """Multipliers of two integers, and thresholds over the sum of their products."""

    multipliers: tuple[int, int]
    thresholds: Ints
    first: int
    """The level below all thresholds."""


def find_sum(chain: Chain) -> WeightedSum | str:
    """The smallest multipliers with which every pair of values finds its level."""
    a, b = (_values(source.x) for source in chain.sources)
    if len(a) * len(b) > MOST_PAIRS:
        return f"it adds tensors with {len(a)} and {len(b)} values: too many pairs to try"
    levels = _levels(chain, a, b)
    if levels is None:
        return "what follows the addition differs between channels"
    order = np.argsort(levels, kind="stable")
    ordered = levels[order]
    starts = np.flatnonzero(np.r_[True, np.diff(ordered) > 0])
    a, b = np.repeat(a, len(b))[order], np.tile(b, len(a))[order]
    ratio = scale_of(chain.sources[0])[0] / scale_of(chain.sources[1])[0]
    for n in range(1, MOST_MULTIPLIER + 1):
        m = round(ratio * n)
        if m == 0 or abs(m) > MOST_MULTIPLIER:
            continue
        sums = m * a + n * b
        lows, highs = np.minimum.reduceat(sums, starts), np.maximum.reduceat(sums, starts)
        if (highs[:-1] < lows[1:]).all():
            return _found((m, n), ordered[starts], lows)
    return f"no multipliers up to {MOST_MULTIPLIER} reproduce its rounding"


def _values(x: SSAValue) -> Ints:
    element = element_of(x)
    assert isinstance(element, QuantType)
    low, high = value_range(element)
    step = 2 if isinstance(element, BipolarType) else 1
    return np.arange(low, high + 1, step, dtype=np.int64)


def _levels(chain: Chain, a: Ints, b: Ints) -> Ints | None:
    """The level of every pair, if all channels agree."""
    rows, cols = np.repeat(a, len(b)), np.tile(b, len(a))
    width = chain.width
    found = chain.levels(
        np.broadcast_to(rows[:, None], (len(rows), width)),
        np.broadcast_to(cols[:, None], (len(cols), width)),
    )
    return found[:, 0] if (found == found[:, :1]).all() else None


def _found(multipliers: tuple[int, int], present: Ints, lows: Ints) -> WeightedSum:
    """Thresholds for every level up to the largest present; levels that are skipped share one."""
    least, most = int(present[0]), int(present[-1])
    wanted = np.arange(least + 1, most + 1)
    thresholds = lows[np.searchsorted(present, wanted)]
    return WeightedSum(multipliers, thresholds, least)
