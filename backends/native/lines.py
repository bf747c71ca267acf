"""Many thresholds as a line: what a quantizer behind a scale and a bias comes to.

A channel's level is `trunc(clip(x * slope + height, low, high))` in floats, each operation rounded
by itself. All of these never fall while `x` rises, and so it is enough to try the numbers at which
the level rises, and those just below: a line that is right there is right everywhere.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Single = np.dtype(np.float32)
Double = np.dtype(np.float64)

ROUNDS = 40
"""Of the search for a slope; each leaves two thirds of where it may be."""


REACH = 3
"""Where a line is wrong for some numbers around a step, it is right so far from it."""


class Fit(Enum):
    """How close lines come to thresholds: the larger, the closer."""

    NONE = 0
    NEAR = 1
    """By one level at most."""
    EXACT = 2


@dataclass(frozen=True)
class Lines:
    """A line for each channel: slopes, heights, lower and upper limits."""

    parameters: npt.NDArray[np.floating]

    def levels(self, x: Ints) -> Ints:
        """The level of a number of each channel, as the processor computes it."""
        slope, height, low, high = (row[:, None] for row in self.parameters)
        with np.errstate(over="ignore"):
            level = x.astype(self.parameters.dtype) * slope + height
        return np.clip(level, low, high).astype(np.int64)


def fit(thresholds: Ints, low: Ints, high: Ints) -> tuple[Lines, Fit]:
    """Lines for thresholds, a row for each channel, over its numbers from `low` to `high`."""
    least = (thresholds <= low[:, None]).sum(1)
    most = (thresholds <= high[:, None]).sum(1)
    level = levels_of(thresholds)
    open_: npt.NDArray[np.bool_] = (level > least[:, None]) & (level <= most[:, None])
    slopes = search(thresholds, open_, least, most)
    found = [line(slopes, thresholds, open_, (least, most), dtype) for dtype in (Single, Double)]
    graded = [(lines, quality(lines, thresholds, low, high)) for lines in found]
    return max(graded, key=lambda pair: pair[1].value)


def exceptions(
    lines: Lines, thresholds: Ints, low: Ints, high: Ints, most: int
) -> tuple[Ints, Ints] | None:
    """The numbers at which lines are wrong, and by how much, a row for each channel.

    Lines that are near are right again some numbers away from a step; where they are not, or where
    a channel has more than so many exceptions, there are none to be told.
    """
    around = (thresholds[:, :, None] + np.arange(-REACH, REACH + 1)).reshape(len(thresholds), -1)
    around = np.clip(around, low[:, None], high[:, None])
    true: Ints = np.stack([counted(row, x) for row, x in zip(thresholds, around, strict=True)])
    change = true - lines.levels(around)
    ends = np.zeros(2 * REACH + 1, np.bool_)
    ends[[0, -1]] = True
    if change.reshape(len(thresholds), -1, 2 * REACH + 1)[:, :, ends].any():
        return None
    found = [
        np.unique(np.stack([x, d])[:, d != 0], axis=1) for x, d in zip(around, change, strict=True)
    ]
    count = max(len(row[0]) for row in found)
    if count > most:
        return None
    numbers, changes = (np.zeros((len(thresholds), count), np.int64) for _ in range(2))
    for channel, (x, d) in enumerate(found):
        numbers[channel, : len(x)], changes[channel, : len(d)] = x, d
    return numbers, changes


def counted(row: Ints, x: Ints) -> Ints:
    """How many thresholds of a channel some numbers have reached."""
    return np.searchsorted(row, x, "right").astype(np.int64)


def line(
    slopes: Floats,
    thresholds: Ints,
    open_: npt.NDArray[np.bool_],
    limits: tuple[Ints, Ints],
    dtype: np.dtype[np.floating],
) -> Lines:
    """Lines of given slopes, as high as is right in the middle."""
    rounded = slopes.astype(dtype)
    at_least, below = room(thresholds, open_, rounded.astype(np.float64))
    with np.errstate(invalid="ignore"):
        heights = np.where(open_.any(1), (at_least + below) / 2, limits[0])
    return Lines(np.stack([rounded, *(row.astype(dtype) for row in (heights, *limits))]))


def levels_of(thresholds: Ints) -> Ints:
    """The level that each threshold of a row leads to."""
    return np.arange(1, thresholds.shape[1] + 1, dtype=np.int64)


def room(thresholds: Ints, open_: npt.NDArray[np.bool_], slopes: Floats) -> tuple[Floats, Floats]:
    """The heights, from one to another, at which lines of these slopes are right."""
    need: Floats = levels_of(thresholds) - slopes[:, None] * thresholds
    at_least = np.where(open_, need, -np.inf).max(1)
    below = np.where(open_, need + slopes[:, None], np.inf).min(1)
    return at_least, below


def search(thresholds: Ints, open_: npt.NDArray[np.bool_], least: Ints, most: Ints) -> Floats:
    """The slope of each channel with the most room for its height, which has a single peak."""
    channels = np.arange(len(thresholds))
    used = most > least
    first = thresholds[channels, np.minimum(least, thresholds.shape[1] - 1)]
    last = thresholds[channels, np.maximum(most, 1) - 1]
    rise = np.maximum(most - least - 1, 0).astype(np.float64)
    run = np.maximum(last - first, 0).astype(np.float64)
    low = rise / (run + 1)
    high = np.where(run > 1, rise / np.maximum(run - 1, 1), thresholds.shape[1] + 1.0)
    for _ in range(ROUNDS):
        third = (high - low) / 3
        a, b = low + third, high - third
        spare: list[Any] = []
        for slopes in (a, b):
            at_least, below = room(thresholds, open_, slopes)
            with np.errstate(invalid="ignore"):
                spare.append(below - at_least)
        better = spare[0] < spare[1]
        low, high = np.where(better, a, low), np.where(better, high, b)
    return np.where(used, (low + high) / 2, 0.0)


def quality(lines: Lines, thresholds: Ints, low: Ints, high: Ints) -> Fit:
    """How close lines come, tried at every step."""
    low, high = low[:, None], high[:, None]
    level = levels_of(thresholds)
    reached = np.clip(thresholds, low, high)
    under = np.clip(thresholds - 1, low, high)
    too_low = np.where(thresholds <= high, level - lines.levels(reached), 0).max()
    too_high = np.where(thresholds > low, lines.levels(under) - (level - 1), 0).max()
    worst = max(int(too_low), int(too_high))
    return Fit.EXACT if worst <= 0 else Fit.NEAR if worst == 1 else Fit.NONE
