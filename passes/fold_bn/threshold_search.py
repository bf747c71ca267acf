"""Finding the thresholds of a step function by evaluating it: no formula is re-derived here.

The function is what stands between an accumulator and the next quantizer, in its original float
arithmetic. Rounding modes, ties, narrow ranges, negative and zero scales and float error come out
right because nothing is assumed of them, only that the function never turns back on the range.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
LevelFunction: TypeAlias = Callable[[Ints], Ints]
"""From accumulators, a row of one for each channel, to levels; any number of rows at once."""

EVALUATIONS_PER_CALL = 1 << 16
"""So many values are tried at once: they fit in a cache."""


@dataclass(frozen=True)
class StepFunction:
    """A step function of integers, for each channel."""

    thresholds: Ints
    """A row for each channel, ascending; `low` is always reached, `high + 1` never."""
    descending: npt.NDArray[np.bool_]


def find_thresholds(
    function: LevelFunction, low: Ints, high: Ints, first: int, last: int
) -> StepFunction:
    """The thresholds of a monotone function with levels `first` to `last`.

    `low` and `high` bound the accumulator of each channel. All thresholds of all channels are
    searched for at once, by bisection: each lies at most `room` above what was found so far.
    """
    ends = function(np.stack([low, high]))
    descending = ends[1] < ends[0]
    levels = np.arange(first + 1, last + 1, dtype=np.int64)[:, None]
    found = np.broadcast_to(low, (len(levels), len(low))).copy()
    room = (high - low).astype(np.uint64) + np.uint64(1)
    while room.any():
        half = (room - (room >> np.uint64(1))).astype(np.int64)
        reached = function(np.maximum(found + (half - 1), low)) >= levels
        found += half * (reached == descending)
        room >>= np.uint64(1)
    return StepFunction(np.sort(found, axis=0).T, descending)


def non_monotone(
    function: LevelFunction, low: Ints, high: Ints, budget: int = 1 << 24
) -> npt.NDArray[np.bool_] | None:
    """Which channels rise somewhere and fall elsewhere, by evaluating every accumulator value.

    None if that would take more than `budget` evaluations.
    """
    values = int((high - low).max()) + 1
    if values * len(low) > budget:
        return None
    rises, falls = np.zeros((2, len(low)), np.bool_)
    rows = max(1, EVALUATIONS_PER_CALL // len(low))
    for start in range(0, values, rows):
        offsets = np.arange(start, min(start + rows + 1, values), dtype=np.int64)[:, None]
        change = np.diff(function(np.minimum(low + offsets, high)), axis=0)
        rises |= (change > 0).any(0)
        falls |= (change < 0).any(0)
    return rises & falls
