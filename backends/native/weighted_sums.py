"""Factors for the sum of two byte tensors, such that its thresholds are on a line.

The factors of a residual addition are small integers that approximate the ratio of two scales, so
the thresholds of the sum are only roughly evenly spaced. Only the level of each pair of inputs
matters, not the sum that leads to it: finer factors that give every pair the same level are equally
exact, and with them the thresholds are on a line, which is faster than comparing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...passes.scale_thresholds.threshold_lines import Doubles, Ints
from ...qdialect.data import Array

MAX_SUM = 1 << 30
"""A bound for all sums with finer factors; they are scaled to half of it, so int32 cannot
overflow."""

SEARCH_ROUNDS = 30
"""Rounds of a ternary search; each leaves two thirds of the interval."""

MAX_DEVIATION = 0.05
"""Distance in levels: only points this close to the ends of the range of deviations from the
least-squares line are searched."""


@dataclass(frozen=True)
class FactoredSum:
    """The factors of two tensors, and the thresholds of their weighted sum."""

    factors: tuple[int, int]
    thresholds: Ints
    sums: Ints
    """All values that the sum can have, ascending."""


def fit_weighted_sum(
    ranges: Sequence[tuple[int, int]], factors: tuple[int, int], thresholds: Array
) -> FactoredSum:
    """Finer factors with which the thresholds are on a line, or the original ones if there are
    none.

    `ranges` are the lowest and the highest element of each tensor; all pairs between are checked.
    """
    a, b = (np.arange(low, high + 1) for low, high in ranges)
    plain = factors[0] * a[:, None] + factors[1] * b
    level = np.searchsorted(thresholds, plain, "right")
    inside = (level > 0) & (level < len(thresholds))
    if len(np.unique(level[inside])) > 1:
        points = np.stack([np.broadcast_to(x, plain.shape)[inside] for x in (a[:, None], b)])
        slopes = straightest_slopes(points.astype(np.float64), level[inside].astype(np.float64))
        largest = abs(slopes) @ [abs(a).max(), abs(b).max()]
        finer = np.rint(slopes * (MAX_SUM / 2 / max(largest, 1e-9))).astype(np.int64)
        sums = finer[0] * a[:, None] + finer[1] * b
        separating = separating_thresholds(sums, level, len(thresholds))
        if separating is not None:
            return FactoredSum((int(finer[0]), int(finer[1])), separating, np.unique(sums))
    return FactoredSum(factors, thresholds, np.unique(plain))


def separating_thresholds(sums: Ints, level: Ints, count: int) -> Ints | None:
    """Thresholds that give each sum its level; None if a higher sum has a lower level."""
    lowest, highest = (np.full(count + 1, fill) for fill in (MAX_SUM, -MAX_SUM))
    np.minimum.at(lowest, level, sums)
    np.maximum.at(highest, level, sums)
    reached = np.minimum.accumulate(lowest[::-1])[::-1][1:]
    below = np.maximum.accumulate(highest)[:-1]
    return reached if (below < reached).all() else None


def straightest_slopes(points: Doubles, levels: Doubles) -> Doubles:
    """The two slopes for which levels deviate least from a line: the smallest range of
    `levels - slopes @ points`.

    The search starts at the least-squares fit. Only points near the ends of its range can become
    the extreme ones, so the others are left out. The range is convex in both slopes, hence a
    ternary search within a ternary search finds its minimum.
    """
    centered = points - points.mean(1, keepdims=True)
    (aa, ab), (_, bb) = centered @ centered.T
    a, b = centered @ levels
    first = np.array([a * bb - b * ab, b * aa - a * ab]) / max(aa * bb - ab * ab, 1e-9)
    rest = levels - first @ points
    outer = (rest < rest.min() + MAX_DEVIATION) | (rest > rest.max() - MAX_DEVIATION)
    points, rest = points[:, outer], rest[outer]
    reach = MAX_DEVIATION / np.maximum(np.ptp(points, axis=1), 1)

    def deviation(rest: Doubles) -> float:
        return float(rest.max() - rest.min())

    def best_second(change: float) -> float:
        left = rest - change * points[0]
        return minimum_position(lambda other: deviation(left - other * points[1]), reach[1])

    def best_deviation(change: float) -> float:
        return deviation(rest - change * points[0] - best_second(change) * points[1])

    change = minimum_position(best_deviation, reach[0])
    return first + np.array([change, best_second(change)])


def minimum_position(function: Callable[[float], float], reach: float) -> float:
    """The position of the minimum of a convex function from `-reach` to `reach`, by ternary
    search."""
    low, high = -reach, reach
    for _ in range(SEARCH_ROUNDS):
        third = (high - low) / 3
        if function(low + third) < function(high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2
