"""Fits lines of integers to thresholds: a product, a sum and a shift, with few exceptions.

`(x * factor + offset) >> shift` reaches level `k` at the first `x` with
`x >= (k * 2**shift - offset) / factor`. So the thresholds of a line are known exactly. Between one
of them and the threshold that it replaces, the level of the line is off by one; everywhere else it
is right. These values become exceptions: their level is raised or lowered by one.
"""

from dataclasses import dataclass
from math import ceil, log2

import numpy as np

from ...qdialect.stream.scale import scale_levels
from ...qdialect.types import bit_width, smallest_type
from ..arrays import Ints
from .threshold_lines import ThresholdRows, best_slopes, intercept_slack

MAX_EXCEPTIONS = 8
"""Maximum number of exceptions of a channel whose level is raised, and of those whose level is
lowered."""

LARGEST_FACTOR_BITS = 6, 32
"""The fewest and the most bits of the largest factor of all channels."""

DSP_BITS = 25
"""Bits of a factor that no longer fits one DSP; it is tried only if no smaller one fits."""

MAX_SUM_BITS = 60
"""Bits of a product plus an offset, with a margin in 64 bits."""

UNREACHABLE_OFFSET = 1 << 62
"""An offset larger than any other: it stands for a missing bound."""


@dataclass(frozen=True)
class LineFit:
    """A line for each channel: `(x * factor + offset) >> shift`."""

    factors: Ints
    offsets: Ints
    shift: int
    first: int
    """The level below all thresholds."""
    count: int
    late: Ints
    """The threshold of the line minus the one that it replaces, for each channel and level."""

    @property
    def raised(self) -> int:
        """The largest number of values of a channel for which its line is too low."""
        return int(np.maximum(self.late, 0).sum(1).max())

    @property
    def lowered(self) -> int:
        """The largest number of values of a channel for which its line is too high."""
        return int(np.maximum(-self.late, 0).sum(1).max())

    def bits(self, thresholds: ThresholdRows) -> int:
        """Bits of the constants of a channel: factor, offset and exceptions."""
        exceptions = self.raised + self.lowered
        value_bits = bits_for(np.append(thresholds.low, thresholds.high))
        return bits_for(self.factors) + bits_for(self.offsets) + exceptions * value_bits

    def levels(self, x: Ints, exceptions: Ints) -> Ints:
        """The levels of values of each channel, with the exceptions applied."""
        clamp = self.first, self.first + self.count
        numbers = self.factors, self.offsets, exceptions
        return scale_levels(x.T, *numbers, self.shift, self.raised, clamp).T


def bits_for(numbers: Ints) -> int:
    """Bits of the narrowest type that can represent all of some numbers."""
    return bit_width(smallest_type(int(numbers.min()), int(numbers.max())))


def fit_lines(thresholds: ThresholdRows, first: int) -> tuple[LineFit, Ints] | None:
    """The lines with the fewest bits, and their exceptions; None if a channel is on no line."""
    slopes = best_slopes(thresholds)
    slopes = np.where(
        intercept_slack(thresholds, slopes) > 0, slopes, best_slopes(thresholds.without_outliers())
    )
    best: LineFit | None = None
    for shift in shifts_to_try(thresholds, float(slopes.max())):
        factors = np.rint(slopes * 2.0**shift).astype(np.int64)
        if best is not None and bits_for(factors) >= DSP_BITS:
            break
        found = lines_with_factors(thresholds, factors, shift, first)
        if found is not None and (best is None or found.bits(thresholds) < best.bits(thresholds)):
            best = found
        if found is not None and not found.late.any():
            break
    if best is None:
        return None
    exceptions = exceptions_of(best, thresholds)
    return (best, exceptions) if is_exact(best, exceptions, thresholds) else None


def shifts_to_try(thresholds: ThresholdRows, steepest: float) -> range:
    """The shifts with which the largest factor and all sums have a permitted number of bits."""
    if steepest <= 0:
        return range(1)
    x = max(abs(int(thresholds.low.min())), abs(int(thresholds.high.max())), 1)
    room = MAX_SUM_BITS - max(ceil(log2(steepest * x + 1)), thresholds.count.bit_length()) - 1
    least, most = (bits - ceil(log2(steepest)) for bits in LARGEST_FACTOR_BITS)
    return range(max(least, 0), min(most, room) + 1)


def lines_with_factors(
    thresholds: ThresholdRows, factors: Ints, shift: int, first: int
) -> LineFit | None:
    """The lines of these factors with the fewest exceptions; None if one has too many."""
    offsets = best_offsets(thresholds, factors, shift)
    own = first_values(thresholds, factors, offsets, shift)
    rows = np.clip(thresholds.rows, thresholds.low[:, None], thresholds.high[:, None] + 1)
    late = own - rows
    too_low, too_high = (np.maximum(way, 0).sum(1).max() for way in (late, -late))
    # Where the wrong values of two neighbouring levels overlap, the line is off by two, which an
    # exception cannot repair.
    overlap = (late[:, 1:] > 0) & (own[:, :-1] > rows[:, 1:])
    overlap |= (late[:, :-1] < 0) & (rows[:, :-1] > own[:, 1:])
    if max(too_low, too_high) > MAX_EXCEPTIONS or overlap.any():
        return None
    return LineFit(factors, offsets + (first << shift), shift, first, thresholds.count, late)


def first_values(thresholds: ThresholdRows, factors: Ints, offsets: Ints, shift: int) -> Ints:
    """The first value at which a line reaches each level; one above the range if it never does."""
    low, above = thresholds.low[:, None], thresholds.high[:, None] + 1
    aims = thresholds.levels << shift
    sloped = -((offsets[:, None] - aims) // np.maximum(factors, 1)[:, None])
    flat = np.where(offsets[:, None] >= aims, low, above)
    return np.clip(np.where(factors[:, None] > 0, sloped, flat), low, above)


def best_offsets(thresholds: ThresholdRows, factors: Ints, shift: int) -> Ints:
    """The offset of each channel with which most levels of its line are right.

    A level is right if the offset is at least one bound and below another. If no offset satisfies
    all bounds of a channel, the best one equals one of the lower bounds: there the number of lower
    bounds reached minus the number of upper bounds exceeded is largest.
    """
    (under, reached), aims = thresholds.edges, thresholds.levels << shift
    at_least = np.where(
        thresholds.must_reach, aims - factors[:, None] * reached, -UNREACHABLE_OFFSET
    )
    below = np.where(thresholds.must_not_reach, aims - factors[:, None] * under, UNREACHABLE_OFFSET)
    lowest: Ints = at_least.max(1)
    highest: Ints = below.min(1)
    offsets = np.where(lowest > -UNREACHABLE_OFFSET, lowest, highest - 1)
    for channel in np.flatnonzero(lowest >= highest):
        ups, downs = np.sort(at_least[channel]), np.sort(below[channel])
        right = np.arange(1, len(ups) + 1) - np.searchsorted(downs, ups, "right")
        offsets[channel] = ups[np.where(ups > -UNREACHABLE_OFFSET, right, -1).argmax()]
    return offsets


def exceptions_of(lines: LineFit, thresholds: ThresholdRows) -> Ints:
    """For each channel, the values at which its line is too low, then those where it is too high.

    A channel with fewer exceptions than others is filled up with a value that it cannot have.
    """
    rows = np.clip(thresholds.rows, thresholds.low[:, None], thresholds.high[:, None] + 1)
    table = np.repeat(thresholds.high[:, None] + 1, lines.raised + lines.lowered, 1)
    for channel in np.flatnonzero(lines.late.any(1)):
        places = [0, lines.raised]
        for step in np.flatnonzero(lines.late[channel]):
            start, late = int(rows[channel, step]), int(lines.late[channel, step])
            kind = int(late < 0)
            at = places[kind]
            places[kind] += abs(late)
            table[channel, at : at + abs(late)] = range(*sorted((start, start + late)))
    return table


def is_exact(lines: LineFit, exceptions: Ints, thresholds: ThresholdRows) -> bool:
    """Whether a line with its exceptions gives the levels of the thresholds for every value.

    Both are step functions, so it is enough to compare them on both sides of every step of either,
    and at the ends of the range.
    """
    own = np.clip(thresholds.rows + lines.late, thresholds.low[:, None], thresholds.high[:, None])
    beside = np.clip(own - 1, thresholds.low[:, None], thresholds.high[:, None])
    ends = np.stack([thresholds.low, thresholds.high], 1)
    x = np.concatenate([*thresholds.edges, own, beside, ends], 1)
    return np.array_equal(lines.levels(x, exceptions), thresholds.levels_of(x) + lines.first)
