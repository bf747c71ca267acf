"""Two tensors of bytes, each times a number, added up: on a line where there is one.

The factors of a network are small, so its thresholds lie on a line only about. There may be finer
factors with which they are on one: levels are what counts, not the sums that lead to them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...passes.scale_thresholds.threshold_lines import Doubles, Ints
from ...qdialect.data import Array

MAX_SUM = 1 << 30
"""No sum is larger."""

SEARCH_ROUNDS = 30
"""Of a search; each leaves two thirds of where the lowest point may be."""

MAX_DEVIATION = 0.05
"""Levels that a first line may be off, at most."""


@dataclass(frozen=True)
class WeightedSum:
    """What two tensors are multiplied with, and the thresholds of their sum."""

    factors: tuple[int, int]
    thresholds: Ints
    sums: Ints
    """All there are, ascending."""


def fit_weighted_sum(ranges: Sequence[tuple[int, int]], factors: tuple[int, int], thresholds: Array) -> WeightedSum:
    """The best factors for tensors of some ranges, and thresholds of one row."""
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
        new = separating_thresholds(sums, level, len(thresholds))
        if new is not None:
            return WeightedSum((int(finer[0]), int(finer[1])), new, np.unique(sums))
    return WeightedSum(factors, thresholds, np.unique(plain))


def separating_thresholds(sums: Ints, level: Ints, count: int) -> Ints | None:
    """Thresholds with which sums reach their levels; None if the order of both differs."""
    lowest, highest = (np.full(count + 1, fill) for fill in (MAX_SUM, -MAX_SUM))
    np.minimum.at(lowest, level, sums)
    np.maximum.at(highest, level, sums)
    reached = np.minimum.accumulate(lowest[::-1])[::-1][1:]
    below = np.maximum.accumulate(highest)[:-1]
    return reached if (below < reached).all() else None


def straightest_slopes(points: Doubles, levels: Doubles) -> Doubles:
    """The two slopes that leave levels the least room around a line."""
    centered = points - points.mean(1, keepdims=True)
    (aa, ab), (_, bb) = centered @ centered.T
    a, b = centered @ levels
    first = np.array([a * bb - b * ab, b * aa - a * ab]) / max(aa * bb - ab * ab, 1e-9)
    rest = levels - first @ points
    outer = (rest < rest.min() + MAX_DEVIATION) | (rest > rest.max() - MAX_DEVIATION)
    points, rest = points[:, outer], rest[outer]
    reach = MAX_DEVIATION / np.maximum(np.ptp(points, axis=1), 1)

    def width(rest: Doubles) -> float:
        return float(rest.max() - rest.min())

    def best_second(change: float) -> float:
        left = rest - change * points[0]
        return minimum_position(lambda other: width(left - other * points[1]), reach[1])

    def left_by(change: float) -> float:
        return width(rest - change * points[0] - best_second(change) * points[1])

    change = minimum_position(left_by, reach[0])
    return first + np.array([change, best_second(change)])


def minimum_position(height: Callable[[float], float], reach: float) -> float:
    """Where a function that falls and then rises is lowest, at most so far from 0."""
    low, high = -reach, reach
    for _ in range(SEARCH_ROUNDS):
        third = (high - low) / 3
        if height(low + third) < height(high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2
