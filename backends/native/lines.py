"""Thresholds as a line: what a quantizer behind a scale and a bias comes to.

A channel's level is `round((x - center) * slope + height)`, halves to even, in floats of 32 bits,
each operation rounded by itself, from the middle level on and cut off at both ends. All of this
never falls while `x` rises, and so it is enough to try the numbers around those at which the level
rises: a line that is right there is right everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...passes.scale_thresholds.threshold_lines import Doubles, Ints, ThresholdRows, room, search

Floats = npt.NDArray[np.float32]

EDGE_REACH = 3
"""Where a line is wrong for some numbers around a step, it is right so far from it."""

MAX_LINE_HEIGHT = 1 << 20
"""No line goes further from its middle, whatever a sum is."""

LINE_CANDIDATES = [(ulps, share) for ulps in (0, 1, -1, 2, -2, 3, -3) for share in (0.5, 0.3, 0.7)]
"""Slopes beside the best, and how high in the room for a line: floats are coarse, and one is
right where another is not."""


@dataclass(frozen=True)
class Lines:
    """A line for each channel."""

    centers: Ints
    slopes: Floats
    heights: Floats
    count: int
    middle: int
    """The level from which lines count."""

    def heights_at(self, x: Ints) -> Floats:
        """How far from the middle level a number of each channel is, as the processor has it."""
        away = (x - self.centers[:, None]).astype(np.float32)
        return away * self.slopes[:, None] + self.heights[:, None]

    def levels_at(self, x: Ints) -> Ints:
        """The level of a number of each channel."""
        return np.clip(np.rint(self.heights_at(x)).astype(np.int64) + self.middle, 0, self.count)

    def wrong_edges(self, stairs: ThresholdRows) -> Ints:
        """At how many edges of each channel it is elsewhere."""
        under, reached = stairs.edges
        too_low = (self.levels_at(reached) < stairs.levels) & (stairs.rows <= stairs.high[:, None])
        too_high = (self.levels_at(under) >= stairs.levels) & (stairs.rows > stairs.low[:, None])
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

    def select(self, channels: Ints) -> "Lines":
        """Those of some channels."""
        centers, slopes, heights = (
            self.centers[channels],
            self.slopes[channels],
            self.heights[channels],
        )
        return Lines(centers, slopes, heights, self.count, self.middle)


Exceptions = Sequence[tuple[Ints, Ints]]
"""For each channel the numbers at which a line is wrong, and what their levels are."""


def fit_lines(stairs: ThresholdRows, middle: int) -> Lines:
    """The lines that are wrong least often."""
    slopes = search(stairs)
    best = lines_with_slopes(stairs, middle, slopes, *LINE_CANDIDATES[0])
    wrong = best.wrong_edges(stairs)
    for odd in (False, True):
        (left,) = wrong.nonzero()
        some = stairs.of(left)
        heeded = some.without_odd() if odd else some
        found = search(heeded) if odd else slopes[left]
        for ulps, share in LINE_CANDIDATES if left.size else ():
            tried = lines_with_slopes(heeded, middle, found, ulps, share)
            count = tried.wrong_edges(some)
            (better,) = (count < wrong[left]).nonzero()
            best = best.replaced(left[better], tried.select(better))
            wrong[left] = np.minimum(wrong[left], count)
    return best


def line_exceptions(lines: Lines, stairs: ThresholdRows) -> Exceptions | None:
    """Where lines are wrong; None where they are so far from a step."""
    ends = lines.heights_at(np.stack([stairs.low, stairs.high], 1))
    if not (abs(ends) < MAX_LINE_HEIGHT).all():
        return None
    around = stairs.around(EDGE_REACH)
    flat = around.reshape(len(around), -1)
    level = stairs.reached(flat)
    wrong = level != lines.levels_at(flat)
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


def lines_with_slopes(stairs: ThresholdRows, middle: int, slopes: Doubles, ulps: int, share: float) -> Lines:
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
