"""Thresholds as stairs, and the lines that run through them.

A line of some slope is right where its height is so that it reaches each level at the number at
which the stairs do, and not before: each threshold leaves it some room.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]

SLOPE_SEARCH_STEPS = 40
"""Of the search for a slope; each leaves two thirds of where it may be."""


@dataclass(frozen=True)
class ThresholdRows:
    """Thresholds, a row for each channel, over the numbers that a channel may have."""

    rows: Ints
    low: Ints
    high: Ints
    values: Ints | None = None
    """All numbers there are; without it all from the lowest to the highest."""
    outliers: Flags | None = None
    """Thresholds that a line need not heed."""

    @staticmethod
    def mirrored(rows: Ints, low: Ints, high: Ints, falls: Flags) -> "ThresholdRows":
        """With channels that fall turned around: what reaches their thresholds has another sign."""
        rows, low, high = rows.copy(), low.copy(), high.copy()
        rows[falls] = 1 - rows[falls, ::-1]
        low[falls], high[falls] = -high[falls], -low[falls]
        return ThresholdRows(rows, low, high)

    @property
    def count(self) -> int:
        return self.rows.shape[1]

    def select_channels(self, channels: Ints) -> "ThresholdRows":
        """Some channels."""
        odd = None if self.outliers is None else self.outliers[channels]
        low, high = self.low[channels], self.high[channels]
        return ThresholdRows(self.rows[channels], low, high, self.values, odd)

    def without_outliers(self) -> "ThresholdRows":
        """Without the thresholds that are off a line through the middle of all."""
        under, reached = self.edges
        inside = (self.levels > self.lowest_level[:, None]) & (
            self.levels <= self.highest_level[:, None]
        )
        count = np.maximum(inside.sum(1, keepdims=True), 1)
        level = np.where(inside, self.levels - (self.levels * inside).sum(1)[:, None] / count, 0)
        x = (under + reached) / 2
        away = x - (x * inside).sum(1, keepdims=True) / count
        rise = (away * level).sum(1, keepdims=True) / np.maximum((level**2).sum(1)[:, None], 1)
        odd = abs(away - rise * level) > 0.6 * (reached - under)
        return replace(self, outliers=odd & inside)

    @cached_property
    def levels(self) -> Ints:
        """The level that each threshold of a row leads to."""
        return np.arange(1, self.count + 1, dtype=np.int64)

    @cached_property
    def lowest_level(self) -> Ints:
        return (self.rows <= self.low[:, None]).sum(1)

    @cached_property
    def highest_level(self) -> Ints:
        return (self.rows <= self.high[:, None]).sum(1)

    @cached_property
    def reaching(self) -> Flags:
        """Thresholds that a line must have reached, at the lowest number that reaches them."""
        return self._required & (self.levels >= self.lowest_level[:, None]) & self._within(0)

    @cached_property
    def leaving(self) -> Flags:
        """Thresholds that a line must not have reached, at the highest number below them."""
        return self._required & (self.levels > self.lowest_level[:, None]) & self._within(1)

    def _within(self, more: int) -> Flags:
        return self.levels <= self.highest_level[:, None] + more

    @property
    def _required(self) -> Flags:
        return np.ones(self.rows.shape, np.bool_) if self.outliers is None else ~self.outliers

    def values_around(self, reach: int) -> Ints:
        """So many numbers below each threshold, and as many from it on."""
        steps = np.arange(-reach, reach)
        if self.values is None:
            numbers = self.rows[:, :, None] + steps
        else:
            at = np.searchsorted(self.values, self.rows)[:, :, None] + steps
            numbers = self.values[np.clip(at, 0, len(self.values) - 1)]
        return np.clip(numbers, self.low[:, None, None], self.high[:, None, None])

    @cached_property
    def edges(self) -> tuple[Ints, Ints]:
        """The highest number below each threshold, and the lowest that reaches it."""
        around = self.values_around(1)
        return around[:, :, 0], around[:, :, 1]

    def levels_of(self, x: Ints) -> Ints:
        """How many thresholds some numbers of each channel have reached."""
        counts = np.empty(x.shape, np.int64)
        for row, numbers, found in zip(self.rows, x, counts, strict=True):
            found[:] = np.searchsorted(row, numbers, "right")
        return counts


def intercept_bounds(stairs: ThresholdRows, slopes: Doubles) -> tuple[Doubles, Doubles]:
    """The heights, from one to another, at which lines of these slopes are right."""
    under, reached = (stairs.levels - slopes[:, None] * edge for edge in stairs.edges)
    at_least = np.where(stairs.reaching, reached, -np.inf).max(1)
    below = np.where(stairs.leaving, under, np.inf).min(1)
    return at_least, below


def best_slopes(stairs: ThresholdRows) -> Doubles:
    """The slope of each channel with the most room for its height, which has a single peak."""
    channels, (under, reached) = np.arange(len(stairs.rows)), stairs.edges
    least, most, count = stairs.lowest_level, stairs.highest_level, stairs.count
    rise = np.maximum(most - least - 1, 0).astype(np.float64)
    run = reached[channels, np.maximum(most, 1) - 1] - under[channels, np.minimum(least, count - 1)]
    low = rise / np.maximum(run, 1)
    first, last = np.maximum(least, 1), np.minimum(most + 1, count)
    run = under[channels, last - 1] - reached[channels, first - 1]
    high = np.where(run > 0, (last - first) / np.maximum(run, 1), count + 1.0)
    for _ in range(SLOPE_SEARCH_STEPS):
        third = (high - low) / 3
        a, b = low + third, high - third
        better = intercept_slack(stairs, a) < intercept_slack(stairs, b)
        low, high = np.where(better, a, low), np.where(better, high, b)
    best = (low + high) / 2
    short = best.astype(np.float16).astype(np.float64)  # where halves are common, so are these
    best = np.where(intercept_slack(stairs, short) < intercept_slack(stairs, best), best, short)
    return np.where(most > least, best, 0.0)


def intercept_slack(stairs: ThresholdRows, slopes: Doubles) -> Doubles:
    """How much room there is; below 0, by how much lines are wrong."""
    at_least, below = intercept_bounds(stairs, slopes)
    return below - at_least
