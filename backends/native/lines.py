"""Thresholds as a line: fewer operations than comparing, and as exact.

The thresholds of a quantizer after a scale and a bias are evenly spaced, except for rounding. The
level of a sum `x` is then `round(h(x)) + middle`, clipped to the levels that exist, with `h(x) = (x
- center) * slope + height` in 32-bit floats; ties go to the even number.

Why checking a few sums per threshold proves a line for all sums: conversion to float, multiplying
by a slope that is not negative, adding and rounding are each monotone, and so is their composition,
even though each one rounds. The number of thresholds that `x` has reached is monotone too, and
constant between two thresholds. If both functions agree at the first and at the last sum of such an
interval, they agree at every sum between: neither can rise and come back. Sums near a threshold
where they do not agree become exceptions, each with the level it should have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...passes.scale_thresholds.threshold_lines import (
    Doubles,
    Ints,
    ThresholdRows,
    best_slopes,
    intercept_bounds,
)

Floats = npt.NDArray[np.float32]

EDGE_REACH = 3
"""Sums on each side of a threshold that may be exceptions; the outermost must be right."""

MAX_LINE_HEIGHT = 1 << 20
"""The largest magnitude of `h(x)`: `nearest` in `vectors.hpp` is exact below 2^21."""

LINE_CANDIDATES = [(ulps, share) for ulps in (0, 1, -1, 2, -2, 3, -3) for share in (0.5, 0.3, 0.7)]
"""Lines to try in each channel: the distance of the slope from the best one, in units in the last
place, and the position (0 to 1) in the interval of possible heights. Floats are coarse: one
candidate can be right where another is not."""


@dataclass(frozen=True)
class Lines:
    """A line for each channel."""

    centers: Ints
    slopes: Floats
    heights: Floats
    count: int
    """The number of thresholds, and so the highest level."""
    middle: int
    """The level at `h(x) = 0`."""

    def heights_at(self, x: Ints) -> Floats:
        """`h(x)` of each channel's sums, rounded as the processor rounds it."""
        distance = (x - self.centers[:, None]).astype(np.float32)
        return distance * self.slopes[:, None] + self.heights[:, None]

    def levels_at(self, x: Ints) -> Ints:
        """The levels of each channel's sums."""
        levels = np.rint(self.heights_at(x)).astype(np.int64) + self.middle
        return np.clip(levels, 0, self.count)

    def wrong_edges(self, rows: ThresholdRows) -> Ints:
        """The number of thresholds of each channel at which its line is wrong."""
        under, reached = rows.edges
        too_low = (self.levels_at(reached) < rows.levels) & (rows.rows <= rows.high[:, None])
        too_high = (self.levels_at(under) >= rows.levels) & (rows.rows > rows.low[:, None])
        return (too_low | too_high).sum(1)

    def replace_channels(self, channels: Ints, others: "Lines") -> "Lines":
        """These lines, with others for some channels."""
        centers, slopes, heights = self.centers.copy(), self.slopes.copy(), self.heights.copy()
        centers[channels], slopes[channels], heights[channels] = (
            others.centers,
            others.slopes,
            others.heights,
        )
        return Lines(centers, slopes, heights, self.count, self.middle)

    def select(self, channels: Ints) -> "Lines":
        """The lines of some channels."""
        centers, slopes = self.centers[channels], self.slopes[channels]
        return Lines(centers, slopes, self.heights[channels], self.count, self.middle)


Exceptions = Sequence[tuple[Ints, Ints]]
"""For each channel, the sums at which its line is wrong, and their levels."""


def fit_float_lines(rows: ThresholdRows, middle: int) -> Lines:
    """For each channel, the line that is wrong at the fewest thresholds.

    Channels whose line is wrong somewhere are fitted again without the thresholds that are far off
    a line: those become exceptions.
    """
    slopes = best_slopes(rows)
    best = lines_with_slopes(rows, middle, slopes, *LINE_CANDIDATES[0])
    wrong = best.wrong_edges(rows)
    for without_outliers in (False, True):
        (channels,) = wrong.nonzero()
        some = rows.select_channels(channels)
        fitted = some.without_outliers() if without_outliers else some
        found = best_slopes(fitted) if without_outliers else slopes[channels]
        for ulps, share in LINE_CANDIDATES if channels.size else ():
            candidate = lines_with_slopes(fitted, middle, found, ulps, share)
            count = candidate.wrong_edges(some)
            (better,) = (count < wrong[channels]).nonzero()
            best = best.replace_channels(channels[better], candidate.select(better))
            wrong[channels] = np.minimum(wrong[channels], count)
    return best


def line_exceptions(lines: Lines, rows: ThresholdRows) -> Exceptions | None:
    """The sums at which lines are wrong; None if they cannot all be found near a threshold, or if
    a line exceeds the range in which rounding is exact."""
    ends = lines.heights_at(np.stack([rows.low, rows.high], 1))
    if not (abs(ends) < MAX_LINE_HEIGHT).all():
        return None
    around = rows.values_around(EDGE_REACH)
    flat = around.reshape(len(around), -1)
    level = rows.levels_of(flat)
    wrong = level != lines.levels_at(flat)
    wrong_around = wrong.reshape(around.shape)
    # where unchecked sums follow, the last sum that is checked must be right, on both sides
    first, last = around[:, :, 0], around[:, :, -1]
    gap_below = np.concatenate([rows.low[:, None], last[:, :-1]], 1) < first
    gap_above = np.concatenate([first[:, 1:], rows.high[:, None]], 1) > last
    if (gap_below & wrong_around[:, :, 0] | gap_above & wrong_around[:, :, -1]).any():
        return None
    found: list[tuple[Ints, Ints]] = []
    for sums, levels, is_wrong in zip(flat, level, wrong, strict=True):
        exceptions, indices = np.unique(sums[is_wrong], return_index=True)
        found.append((exceptions, levels[is_wrong][indices]))
    return found


def lines_with_slopes(
    rows: ThresholdRows, middle: int, slopes: Doubles, ulps: int, share: float
) -> Lines:
    """Lines with these slopes plus `ulps` units in the last place. Their height is at the position
    `share` (0 to 1) in the interval that the thresholds allow.

    The center is a sum near the middle level, so that `x - center` loses few bits as a float.
    """
    bits = slopes.astype(np.float32).view(np.int32) + np.int32(ulps) * (slopes > 0)
    rounded = bits.view(np.float32)
    exact = rounded.astype(np.float64)
    at_least, below = intercept_bounds(rows, exact)
    bound = np.isfinite(at_least) & np.isfinite(below)
    with np.errstate(invalid="ignore", divide="ignore"):
        height = np.where(bound, at_least + (below - at_least) * share - 0.5, rows.lowest_level)
        height = height - middle
        center = np.where(exact > 0, np.rint(-height / exact), 0)
    inside = np.clip(center, rows.low, rows.high)
    inside = np.where(rows.high - rows.low < 1 << 31, inside, 0)
    heights = (height + exact * inside).astype(np.float32)
    return Lines(inside.astype(np.int64), rounded, heights, rows.count, middle)
