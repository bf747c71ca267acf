"""Many thresholds as a line: what a quantizer behind a scale and a bias comes to.

A channel's level is `trunc(clip(x * slope + height, low, high))` in float32, each operation rounded
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
Singles = npt.NDArray[np.float32]

ROUNDS = 40
"""Of the search for a slope; each leaves two thirds of where it may be."""


class Fit(Enum):
    """How close lines come to thresholds."""

    EXACT = "exact"
    NEAR = "near"
    """By one level at most."""
    NONE = "none"


@dataclass(frozen=True)
class Lines:
    """A line for each channel: slopes, heights, lower and upper limits."""

    parameters: Singles

    def levels(self, x: Ints) -> Ints:
        """The level of a number of each channel, as the processor computes it."""
        slope, height, low, high = (row[:, None] for row in self.parameters)
        with np.errstate(over="ignore"):
            level = x.astype(np.float32) * slope + height
        return np.clip(level, low, high).astype(np.int64)


def fit(thresholds: Ints, low: Ints, high: Ints) -> tuple[Lines, Fit]:
    """Lines for thresholds, a row for each channel, over its numbers from `low` to `high`."""
    count = thresholds.shape[1]
    least = (thresholds <= low[:, None]).sum(1)
    most = (thresholds <= high[:, None]).sum(1)
    level = np.arange(1, count + 1)
    open_ = (level > least[:, None]) & (level <= most[:, None])
    slopes = search(thresholds, open_, least, most)
    single = slopes.astype(np.float32)
    at_least, below = room(thresholds, open_, single.astype(np.float64))
    heights = np.where(open_.any(1), (at_least + below) / 2, least).astype(np.float32)
    limits = least.astype(np.float32), most.astype(np.float32)
    lines = Lines(np.stack([single, heights, *limits]))
    return lines, quality(lines, thresholds, low, high)


def room(thresholds: Ints, open_: npt.NDArray[np.bool_], slopes: Floats) -> tuple[Floats, Floats]:
    """The heights, from one to another, at which lines of these slopes are right."""
    level = np.arange(1, thresholds.shape[1] + 1)
    need = level - slopes[:, None] * thresholds
    at_least = np.where(open_, need, -np.inf).max(1)
    below = np.where(open_, need + slopes[:, None], np.inf).min(1)
    return at_least, below


def search(thresholds: Ints, open_: npt.NDArray[np.bool_], least: Ints, most: Ints) -> Floats:
    """The slope of each channel with the most room for its height, which has a single peak."""
    channels = np.arange(len(thresholds))
    used = most > least
    first = thresholds[channels, np.minimum(least, thresholds.shape[1] - 1)]
    last = thresholds[channels, np.maximum(most, 1) - 1]
    rise, run = (most - least - 1).astype(np.float64), (last - first).astype(np.float64)
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
    level = np.arange(1, thresholds.shape[1] + 1)
    reached = np.clip(thresholds, low, high)
    under = np.clip(thresholds - 1, low, high)
    too_low = np.where(thresholds <= high, level - lines.levels(reached), 0).max()
    too_high = np.where(thresholds > low, lines.levels(under) - (level - 1), 0).max()
    worst = max(int(too_low), int(too_high))
    return Fit.EXACT if worst <= 0 else Fit.NEAR if worst == 1 else Fit.NONE
