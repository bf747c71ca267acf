"""Thresholds as points of a staircase, and the lines that pass through all of its steps.

A line `slope * x + intercept`, rounded down, has the same levels as the thresholds if it reaches
each level at the same value. For one slope, each threshold bounds the intercept from below and from
above.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..arrays import Doubles, Flags, Ints

SLOPE_SEARCH_STEPS = 40
"""Steps of the ternary search for a slope; each keeps two thirds of the interval."""


@dataclass(frozen=True)
class ThresholdRows:
    """Ascending thresholds, a row for each channel, and the values that are compared with them."""

    rows: Ints
    low: Ints
    """The smallest value of each channel."""
    high: Ints
    """The largest value of each channel."""
    values: Ints | None = None
    """The values that occur, ascending; None if all from `low` to `high` do."""
    outliers: Flags | None = None
    """Flags for the thresholds that a line may get wrong."""

    @staticmethod
    def mirrored(rows: Ints, low: Ints, high: Ints, falls: Flags) -> "ThresholdRows":
        """Thresholds that rise in all channels; in those with `falls`, values are negated.

        `x < t` is the same as `-x >= 1 - t`.
        """
        rows, low, high = rows.copy(), low.copy(), high.copy()
        rows[falls] = 1 - rows[falls, ::-1]
        low[falls], high[falls] = -high[falls], -low[falls]
        return ThresholdRows(rows, low, high)

    @property
    def count(self) -> int:
        return self.rows.shape[1]

    def select_channels(self, channels: Ints) -> "ThresholdRows":
        """The thresholds of some channels."""
        outliers = None if self.outliers is None else self.outliers[channels]
        low, high = self.low[channels], self.high[channels]
        return ThresholdRows(self.rows[channels], low, high, self.values, outliers)

    def without_outliers(self) -> "ThresholdRows":
        """The same thresholds, with those marked that are far from a least-squares line.

        Only thresholds within the range are fitted. A threshold is an outlier if the line passes it
        at a distance of more than 0.6 times its step.
        """
        under, reached = self.edges
        inside = (self.levels > self.lowest_level[:, None]) & (
            self.levels <= self.highest_level[:, None]
        )
        count = np.maximum(inside.sum(1, keepdims=True), 1)
        level = np.where(inside, self.levels - (self.levels * inside).sum(1)[:, None] / count, 0)
        x = (under + reached) / 2
        away = x - (x * inside).sum(1, keepdims=True) / count
        rise = (away * level).sum(1, keepdims=True) / np.maximum((level**2).sum(1)[:, None], 1)
        outliers = abs(away - rise * level) > 0.6 * (reached - under)
        return replace(self, outliers=outliers & inside)

    @cached_property
    def levels(self) -> Ints:
        """The level that starts at each threshold of a row."""
        return np.arange(1, self.count + 1, dtype=np.int64)

    @cached_property
    def lowest_level(self) -> Ints:
        """The level of the smallest value of each channel."""
        return (self.rows <= self.low[:, None]).sum(1)

    @cached_property
    def highest_level(self) -> Ints:
        """The level of the largest value of each channel."""
        return (self.rows <= self.high[:, None]).sum(1)

    @cached_property
    def must_reach(self) -> Flags:
        """Flags for the levels that a line must have reached at the first value not below their
        threshold."""
        return self._required & (self.levels >= self.lowest_level[:, None]) & self._within(0)

    @cached_property
    def must_not_reach(self) -> Flags:
        """Flags for the levels that a line must not have reached at the last value below their
        threshold."""
        return self._required & (self.levels > self.lowest_level[:, None]) & self._within(1)

    def _within(self, levels_above: int) -> Flags:
        return self.levels <= self.highest_level[:, None] + levels_above

    @property
    def _required(self) -> Flags:
        return np.ones(self.rows.shape, np.bool_) if self.outliers is None else ~self.outliers

    def values_around(self, reach: int) -> Ints:
        """The `reach` values below each threshold, and `reach` values starting at it."""
        steps = np.arange(-reach, reach)
        if self.values is None:
            numbers = self.rows[:, :, None] + steps
        else:
            at = np.searchsorted(self.values, self.rows)[:, :, None] + steps
            numbers = self.values[np.clip(at, 0, len(self.values) - 1)]
        return np.clip(numbers, self.low[:, None, None], self.high[:, None, None])

    @cached_property
    def edges(self) -> tuple[Ints, Ints]:
        """The last value below each threshold, and the first value not below it."""
        around = self.values_around(1)
        return around[:, :, 0], around[:, :, 1]

    def levels_of(self, x: Ints) -> Ints:
        """The levels of values of each channel: the thresholds that each value reaches, counted."""
        counts = np.empty(x.shape, np.int64)
        for row, numbers, found in zip(self.rows, x, counts, strict=True):
            found[:] = np.searchsorted(row, numbers, "right")
        return counts


def intercept_bounds(thresholds: ThresholdRows, slopes: Doubles) -> tuple[Doubles, Doubles]:
    """The bounds of the intercepts with which lines of these slopes have all levels right.

    An intercept must be at least the first bound, and less than the second.
    """
    under, reached = (thresholds.levels - slopes[:, None] * edge for edge in thresholds.edges)
    at_least = np.where(thresholds.must_reach, reached, -np.inf).max(1)
    below = np.where(thresholds.must_not_reach, under, np.inf).min(1)
    return at_least, below


def best_slopes(thresholds: ThresholdRows) -> Doubles:
    """The slope of each channel with the largest slack of its intercept.

    The lower bound of the intercept is a maximum of linear functions of the slope, and the upper
    bound is a minimum of linear functions. So their difference, the slack, is concave in the slope,
    and a ternary search finds its only peak.
    """
    channels, (under, reached) = np.arange(len(thresholds.rows)), thresholds.edges
    least, most, count = thresholds.lowest_level, thresholds.highest_level, thresholds.count
    rise = np.maximum(most - least - 1, 0).astype(np.float64)
    run = reached[channels, np.maximum(most, 1) - 1] - under[channels, np.minimum(least, count - 1)]
    low = rise / np.maximum(run, 1)
    first, last = np.maximum(least, 1), np.minimum(most + 1, count)
    run = under[channels, last - 1] - reached[channels, first - 1]
    high = np.where(run > 0, (last - first) / np.maximum(run, 1), count + 1.0)
    for _ in range(SLOPE_SEARCH_STEPS):
        third = (high - low) / 3
        a, b = low + third, high - third
        better = intercept_slack(thresholds, a) < intercept_slack(thresholds, b)
        low, high = np.where(better, a, low), np.where(better, high, b)
    best = (low + high) / 2
    # A slope of few bits is preferred, if it is no worse: it makes short factors.
    short = best.astype(np.float16).astype(np.float64)
    worse = intercept_slack(thresholds, short) < intercept_slack(thresholds, best)
    best = np.where(worse, best, short)
    return np.where(most > least, best, 0.0)


def intercept_slack(thresholds: ThresholdRows, slopes: Doubles) -> Doubles:
    """The size of the interval of intercepts; if it is negative, no intercept is right."""
    at_least, below = intercept_bounds(thresholds, slopes)
    return below - at_least
