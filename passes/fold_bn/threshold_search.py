"""Finds the thresholds of a step function by evaluating it; no formula is derived.

The function is the chain between an accumulator and the next quantizer, in its original float
arithmetic. Rounding modes, ties, narrow ranges, negative and zero scales and float error need no
special case, because the search assumes only that the function is monotone on the range.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..arrays import Flags, Ints

LevelFunction: TypeAlias = Callable[[Ints], Ints]
"""From accumulators to levels: any number of rows, each with one element per channel."""


@dataclass(frozen=True)
class StepFunction:
    """For each channel, a function of an integer whose level changes by one at each threshold."""

    thresholds: Ints
    """A row for each channel, ascending. Every input reaches `low`, and none reaches `high + 1`."""
    descending: Flags
    """The channels in which the level falls at each threshold."""


def find_thresholds(
    function: LevelFunction, low: Ints, high: Ints, first: int, last: int
) -> StepFunction:
    """The thresholds of a monotone function with levels `first` to `last`.

    `low` and `high` bound the accumulator of each channel. All thresholds of all channels are
    bisected together.
    """
    # Bisection is exact for a monotone function: `function(x) >= level` then changes at most once
    # on the range, and where it changes is the threshold. The loop keeps
    #     found <= threshold <= found + room.
    # At first this is the whole range and `high + 1`, which stands for "never reached". Each step
    # evaluates at `found + half - 1`, with `half` the larger half of `room`. If the change comes
    # later, the threshold is at least `found + half`, otherwise at most `found + half - 1`. Both
    # leave at most the smaller half of `room`, and once `room` is 0 the threshold is `found`.
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
