"""Thresholds as a line: what a quantizer behind a scale and a bias comes to.

A channel's level is `round((x - center) * slope + height)`, halves to even, in floats of 32 bits,
each operation rounded by itself, from the middle level on and cut off at both ends. All of this
never falls while `x` rises, and so it is enough to try the numbers around those at which the level
rises: a line that is right there is right everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

ROUNDS = 40
"""Of the search for a slope; each leaves two thirds of where it may be."""

REACH = 3
"""Where a line is wrong for some numbers around a step, it is right so far from it."""

LONGEST = 1 << 20
"""No line goes further from its middle, whatever a sum is."""

TRIES = [(ulps, share) for ulps in (0, 1, -1, 2, -2, 3, -3) for share in (0.5, 0.3, 0.7)]
"""Slopes beside the best, and how high in the room for a line: floats are coarse, and one is
right where another is not."""


@dataclass(frozen=True)
class Stairs:
    """Thresholds, a row for each channel, over the numbers that a channel may have."""

    rows: Ints
    low: Ints
    high: Ints
    values: Ints | None = None
    """All numbers there are; without it all from the lowest to the highest."""
    odd: Flags | None = None
    """Thresholds that a line need not heed."""

    @property
    def count(self) -> int:
        return self.rows.shape[1]

    def of(self, channels: Ints) -> "Stairs":
        """Some channels."""
        odd = None if self.odd is None else self.odd[channels]
        low, high = self.low[channels], self.high[channels]
        return Stairs(self.rows[channels], low, high, self.values, odd)

    def without_odd(self) -> "Stairs":
        """Without the thresholds that are off a line through the middle of all."""
        under, reached = self.edges
        inside = (self.levels > self.least[:, None]) & (self.levels <= self.most[:, None])
        count = np.maximum(inside.sum(1, keepdims=True), 1)
        level = np.where(inside, self.levels - (self.levels * inside).sum(1)[:, None] / count, 0)
        x = (under + reached) / 2
        away = x - (x * inside).sum(1, keepdims=True) / count
        rise = (away * level).sum(1, keepdims=True) / np.maximum((level**2).sum(1)[:, None], 1)
        odd = abs(away - rise * level) > 0.6 * (reached - under)
        return replace(self, odd=odd & inside)

    @cached_property
    def levels(self) -> Ints:
        """The level that each threshold of a row leads to."""
        return np.arange(1, self.count + 1, dtype=np.int64)

    @cached_property
    def least(self) -> Ints:
        return (self.rows <= self.low[:, None]).sum(1)

    @cached_property
    def most(self) -> Ints:
        return (self.rows <= self.high[:, None]).sum(1)

    def around(self, reach: int) -> Ints:
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
        around = self.around(1)
        return around[:, :, 0], around[:, :, 1]

    def reached(self, x: Ints) -> Ints:
        """How many thresholds some numbers of each channel have reached."""
        counts = np.empty(x.shape, np.int64)
        for row, numbers, found in zip(self.rows, x, counts, strict=True):
            found[:] = np.searchsorted(row, numbers, "right")
        return counts


@dataclass(frozen=True)
class Lines:
    """A line for each channel."""

    centers: Ints
    slopes: Floats
    heights: Floats
    count: int
    middle: int
    """The level from which lines count."""

    def along(self, x: Ints) -> Floats:
        """How far from the middle level a number of each channel is, as the processor has it."""
        away = (x - self.centers[:, None]).astype(np.float32)
        return away * self.slopes[:, None] + self.heights[:, None]

    def levels(self, x: Ints) -> Ints:
        """The level of a number of each channel."""
        return np.clip(np.rint(self.along(x)).astype(np.int64) + self.middle, 0, self.count)

    def wrong(self, stairs: Stairs) -> Ints:
        """At how many edges of each channel it is elsewhere."""
        under, reached = stairs.edges
        too_low = (self.levels(reached) < stairs.levels) & (stairs.rows <= stairs.high[:, None])
        too_high = (self.levels(under) >= stairs.levels) & (stairs.rows > stairs.low[:, None])
        return (too_low | too_high).sum(1)

    def replaced(self, channels: Ints, by: "Lines") -> "Lines":
        """With other lines for some channels."""
        whole = Lines(
            self.centers.copy(), self.slopes.copy(), self.heights.copy(), self.count, self.middle
        )
        whole.centers[channels] = by.centers
        whole.slopes[channels] = by.slopes
        whole.heights[channels] = by.heights
        return whole

    def of(self, channels: Ints) -> "Lines":
        """Those of some channels."""
        centers, slopes, heights = (
            self.centers[channels],
            self.slopes[channels],
            self.heights[channels],
        )
        return Lines(centers, slopes, heights, self.count, self.middle)


Exceptions = Sequence[tuple[Ints, Ints]]
"""For each channel the numbers at which a line is wrong, and what their levels are."""


def fit(stairs: Stairs, middle: int) -> Lines:
    """The lines that are wrong least often."""
    slopes = search(stairs)
    best = lines_of(stairs, middle, slopes, *TRIES[0])
    wrong = best.wrong(stairs)
    for odd in (False, True):
        (left,) = wrong.nonzero()
        some = stairs.of(left)
        heeded = some.without_odd() if odd else some
        found = search(heeded) if odd else slopes[left]
        for ulps, share in TRIES if left.size else ():
            tried = lines_of(heeded, middle, found, ulps, share)
            count = tried.wrong(some)
            (better,) = (count < wrong[left]).nonzero()
            best = best.replaced(left[better], tried.of(better))
            wrong[left] = np.minimum(wrong[left], count)
    return best


def exceptions(lines: Lines, stairs: Stairs) -> Exceptions | None:
    """Where lines are wrong; None where they are so far from a step."""
    ends = lines.along(np.stack([stairs.low, stairs.high], 1))
    if not (abs(ends) < LONGEST).all():
        return None
    around = stairs.around(REACH)
    flat = around.reshape(len(around), -1)
    level = stairs.reached(flat)
    wrong = level != lines.levels(flat)
    ends = wrong.reshape(around.shape)
    first, last = around[:, :, 0], around[:, :, -1]
    alone = np.concatenate([stairs.low[:, None], last[:, :-1]], 1) < first
    before = np.concatenate([first[:, 1:], stairs.high[:, None]], 1) > last
    if (alone & ends[:, :, 0] | before & ends[:, :, -1]).any():
        return None
    found: list[tuple[Ints, Ints]] = []
    for x, row, off in zip(flat, level, wrong, strict=True):
        numbers, first = np.unique(x[off], return_index=True)
        found.append((numbers, row[off][first]))
    return found


def lines_of(stairs: Stairs, middle: int, slopes: Doubles, ulps: int, share: float) -> Lines:
    """Lines of given slopes, or some floats beside them, within the room that they have."""
    rounded = (slopes.astype(np.float32).view(np.int32) + np.int32(ulps) * (slopes > 0)).view(
        np.float32
    )
    wide = rounded.astype(np.float64)
    at_least, below = room(stairs, wide)
    bound = np.isfinite(at_least) & np.isfinite(below)
    with np.errstate(invalid="ignore", divide="ignore"):
        height = np.where(bound, at_least + (below - at_least) * share - 0.5, stairs.least)
        height = height - middle
        center = np.where(wide > 0, np.rint(-height / wide), 0)
    inside = np.clip(center, stairs.low, stairs.high)
    inside = np.where(stairs.high - stairs.low < 1 << 31, inside, 0)
    heights = (height + wide * inside).astype(np.float32)
    return Lines(inside.astype(np.int64), rounded, heights, stairs.count, middle)


def room(stairs: Stairs, slopes: Doubles) -> tuple[Doubles, Doubles]:
    """The heights, from one to another, at which lines of these slopes are right."""
    under, reached = (stairs.levels - slopes[:, None] * edge for edge in stairs.edges)
    least, most = stairs.least[:, None], stairs.most[:, None]
    heeded = True if stairs.odd is None else ~stairs.odd
    ends = heeded & (stairs.levels >= least) & (stairs.levels <= most)
    at_least = np.where(ends, reached, -np.inf).max(1)
    starts = heeded & (stairs.levels > least) & (stairs.levels <= most + 1)
    below = np.where(starts, under, np.inf).min(1)
    return at_least, below


def search(stairs: Stairs) -> Doubles:
    """The slope of each channel with the most room for its height, which has a single peak."""
    channels, (under, reached) = np.arange(len(stairs.rows)), stairs.edges
    least, most, count = stairs.least, stairs.most, stairs.count
    rise = np.maximum(most - least - 1, 0).astype(np.float64)
    run = reached[channels, np.maximum(most, 1) - 1] - under[channels, np.minimum(least, count - 1)]
    low = rise / np.maximum(run, 1)
    first, last = np.maximum(least, 1), np.minimum(most + 1, count)
    run = under[channels, last - 1] - reached[channels, first - 1]
    high = np.where(run > 0, (last - first) / np.maximum(run, 1), count + 1.0)
    for _ in range(ROUNDS):
        third = (high - low) / 3
        a, b = low + third, high - third
        better = spare(stairs, a) < spare(stairs, b)
        low, high = np.where(better, a, low), np.where(better, high, b)
    best = (low + high) / 2
    short = best.astype(np.float16).astype(np.float64)  # where halves are common, so are these
    best = np.where(spare(stairs, short) < spare(stairs, best), best, short)
    return np.where(most > least, best, 0.0)


def spare(stairs: Stairs, slopes: Doubles) -> Doubles:
    """How much room there is; below 0, by how much lines are wrong."""
    at_least, below = room(stairs, slopes)
    return below - at_least
