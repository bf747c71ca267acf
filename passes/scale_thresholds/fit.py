"""Stairs as lines of whole numbers: a product, a sum and a shift, with few exceptions.

`(x * factor + offset) >> shift` reaches level `k` at the first `x` that is not below
`(k * 2**shift - offset) / factor`. So a line has steps of its own, which are known exactly; where
they lie beside those of the stairs, it is wrong for the numbers in between, and nowhere else.
"""

from dataclasses import dataclass
from math import ceil, log2

import numpy as np

from ...qdialect.stream.scale import scale_levels
from ...qdialect.types import bit_width, smallest_type
from .threshold_lines import Ints, ThresholdRows, search, spare

FEW = 8
"""So many numbers of a channel may lie above its line, and so many below."""

FACTOR_BITS = 6, 32
"""Of the largest factor: coarser or finer ones are not tried."""

DSP_BITS = 25
"""Of a factor that a DSP takes as it is; wider ones are tried only if nothing else does."""

WIDEST = 60
"""Bits of a sum, so that none leaves 64."""

NEVER = 1 << 62
"""No offset is as large."""


@dataclass(frozen=True)
class LineFit:
    """A line for each channel."""

    factors: Ints
    offsets: Ints
    shift: int
    first: int
    """The level where no step is reached."""
    count: int
    late: Ints
    """For each step of each channel, how much further on the line has it than the stairs."""

    @property
    def raised(self) -> int:
        """The most numbers of a channel for which its line is too low."""
        return int(np.maximum(self.late, 0).sum(1).max())

    @property
    def lowered(self) -> int:
        return int(np.maximum(-self.late, 0).sum(1).max())

    def bits(self, stairs: ThresholdRows) -> int:
        """Of all numbers of a channel."""
        numbers = (self.raised + self.lowered) * width(np.append(stairs.low, stairs.high))
        return width(self.factors) + width(self.offsets) + numbers

    def levels(self, x: Ints, exceptions: Ints) -> Ints:
        """The level of numbers of each channel, where some make an exception."""
        clamp = self.first, self.first + self.count
        numbers = self.factors, self.offsets, exceptions
        return scale_levels(x.T, *numbers, self.shift, self.raised, clamp).T


def width(numbers: Ints) -> int:
    return bit_width(smallest_type(int(numbers.min()), int(numbers.max())))


def scales_of(stairs: ThresholdRows, first: int) -> tuple[LineFit, Ints] | None:
    """The lines that take the fewest bits, and their exceptions; None if a channel is on none."""
    slopes = search(stairs)
    slopes = np.where(spare(stairs, slopes) > 0, slopes, search(stairs.without_odd()))
    best: LineFit | None = None
    for shift in shifts(stairs, float(slopes.max())):
        factors = np.rint(slopes * 2.0**shift).astype(np.int64)
        if best is not None and width(factors) >= DSP_BITS:
            break
        found = lines_at(stairs, factors, shift, first)
        if found is not None and (best is None or found.bits(stairs) < best.bits(stairs)):
            best = found
        if found is not None and not found.late.any():
            break
    if best is None:
        return None
    exceptions = exceptions_of(best, stairs)
    return (best, exceptions) if is_right(best, exceptions, stairs) else None


def shifts(stairs: ThresholdRows, steepest: float) -> range:
    """Those with which the largest factor is neither coarse nor wide, and no sum too wide."""
    if steepest <= 0:
        return range(1)
    x = max(abs(int(stairs.low.min())), abs(int(stairs.high.max())), 1)
    room = WIDEST - max(ceil(log2(steepest * x + 1)), stairs.count.bit_length()) - 1
    least, most = (bits - ceil(log2(steepest)) for bits in FACTOR_BITS)
    return range(max(least, 0), min(most, room) + 1)


def lines_at(stairs: ThresholdRows, factors: Ints, shift: int, first: int) -> LineFit | None:
    """The lines of these factors that are wrong least often; None if one is too often."""
    offsets = offsets_of(stairs, factors, shift)
    above, aims = stairs.high[:, None] + 1, stairs.levels << shift
    own = -((offsets[:, None] - aims) // np.maximum(factors, 1)[:, None])
    level = np.where(offsets[:, None] >= aims, stairs.low[:, None], above)
    own = np.where(factors[:, None] > 0, own, level)
    own = np.clip(own, stairs.low[:, None], above)
    rows = np.clip(stairs.rows, stairs.low[:, None], above)
    late = own - rows
    too_low, too_high = (np.maximum(way, 0).sum(1).max() for way in (late, -late))
    together = (late[:, 1:] > 0) & (own[:, :-1] > rows[:, 1:])
    together |= (late[:, :-1] < 0) & (rows[:, :-1] > own[:, 1:])
    if max(too_low, too_high) > FEW or together.any():
        return None
    return LineFit(factors, offsets + (first << shift), shift, first, stairs.count, late)


def offsets_of(stairs: ThresholdRows, factors: Ints, shift: int) -> Ints:
    """The offsets with which most steps are where they should be."""
    (under, reached), aims = stairs.edges, stairs.levels << shift
    at_least = np.where(stairs.reaching, aims - factors[:, None] * reached, -NEVER)
    below = np.where(stairs.leaving, aims - factors[:, None] * under, NEVER)
    lowest: Ints = at_least.max(1)
    highest: Ints = below.min(1)
    offsets = np.where(lowest > -NEVER, lowest, highest - 1)
    for channel in np.flatnonzero(lowest >= highest):
        ups, downs = np.sort(at_least[channel]), np.sort(below[channel])
        right = np.arange(1, len(ups) + 1) - np.searchsorted(downs, ups, "right")
        offsets[channel] = ups[np.where(ups > -NEVER, right, -1).argmax()]
    return offsets


def exceptions_of(scales: LineFit, stairs: ThresholdRows) -> Ints:
    """For each channel, the numbers for which its line is too low, and those for which too high.

    Where a channel has fewer than others, a number stands that it never reaches.
    """
    rows = np.clip(stairs.rows, stairs.low[:, None], stairs.high[:, None] + 1)
    table = np.repeat(stairs.high[:, None] + 1, scales.raised + scales.lowered, 1)
    for channel in np.flatnonzero(scales.late.any(1)):
        places = [0, scales.raised]
        for step in np.flatnonzero(scales.late[channel]):
            start, late = int(rows[channel, step]), int(scales.late[channel, step])
            kind = int(late < 0)
            at = places[kind]
            places[kind] += abs(late)
            table[channel, at : at + abs(late)] = range(*sorted((start, start + late)))
    return table


def is_right(scales: LineFit, exceptions: Ints, stairs: ThresholdRows) -> bool:
    """Whether lines and stairs agree on both sides of all steps of either."""
    own = np.clip(stairs.rows + scales.late, stairs.low[:, None], stairs.high[:, None])
    beside = np.clip(own - 1, stairs.low[:, None], stairs.high[:, None])
    x = np.concatenate([*stairs.edges, own, beside, np.stack([stairs.low, stairs.high], 1)], 1)
    return np.array_equal(scales.levels(x, exceptions), stairs.reached(x) + scales.first)
