"""Decides what a chain becomes: thresholds, thresholds over a weighted sum, or a table."""

from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.utils.exceptions import InterpretationError

from ...qdialect.qnn.constants import range_of
from ...qdialect.refusal import Refusal
from ..arrays import Flags, Ints
from .chains import Chain, channel_bounds, level_range
from .monotone import is_monotone
from .residual import PairTable, WeightedSum, find_weighted_sum, try_all_pairs
from .threshold_search import non_monotone

MAX_LEVELS = 1 << 12
"""Maximum number of steps between the levels of a quantizer; each is a threshold per channel."""

MAX_LOOKUP_ENTRIES = 1 << 12
"""Maximum entries of a table that replaces a chain which is not monotone."""

MAX_PAIR_TABLE_ENTRIES = 1 << 16
"""Maximum entries of a table over pairs of values: two tensors of eight bits each."""

MAX_INTEGER = 1 << 61
"""Largest magnitude of a chain's input: the search adds two such numbers in 64 bits."""


@dataclass(frozen=True)
class SingleInput:
    """A chain of one source is a function of one integer per channel, with these bounds."""

    low: Ints
    """The smallest integer that each channel can reach."""
    high: Ints
    """The largest integer that each channel can reach."""
    non_monotone: bool
    """Whether the chain both rises and falls in some channel, so that it becomes a table."""


FoldPlan = SingleInput | WeightedSum | PairTable


def plan_fold(chain: Chain, max_error: int = 0) -> FoldPlan | Refusal:
    """Decides what a chain becomes."""
    try:
        return _plan(chain, max_error)
    except InterpretationError as error:
        reason = f"it cannot be evaluated for some inputs: {error}"
        return Refusal(reason, "avoid divisions by zero and scales of zero")


def _plan(chain: Chain, max_error: int) -> FoldPlan | Refusal:
    first, last = level_range(chain.quantizer)
    if last - first > MAX_LEVELS:
        reason = (
            f"its {last - first + 1} levels are too many, at most {MAX_LEVELS + 1} are possible"
        )
        return Refusal(reason, "quantize to at most 12 bits")
    if len(chain.sources) == 1:
        return _plan_single_input(chain)
    plan = find_weighted_sum(chain, max_error)
    if isinstance(plan, Refusal) and fits_pair_table(chain):
        return try_all_pairs(chain)
    return plan


def _plan_single_input(chain: Chain) -> SingleInput | Refusal:
    lows, highs = channel_bounds(chain.sources[0].x)
    lowest, highest = int(lows.min()), int(highs.max())
    if lowest < -MAX_INTEGER or highest > MAX_INTEGER:
        reason = f"its input ranges from {lowest} to {highest}, too wide for the threshold search"
        return Refusal(reason, "use an input type of at most 62 bits")
    low, high = lows.astype(np.int64), highs.astype(np.int64)
    channels = non_monotone_channels(chain, low, high)
    if channels is None:
        reason = "its monotonicity cannot be checked: the input range is too large"
        return Refusal(reason, "quantize the input of its activation function to fewer bits")
    entries = highest - lowest + 1
    if channels.any() and entries > MAX_LOOKUP_ENTRIES:
        reason = f"it is not monotone, and a table of {entries} entries is too large"
        return Refusal(reason, f"quantize its input to at most {MAX_LOOKUP_ENTRIES} values")
    return SingleInput(low, high, bool(channels.any()))


def fits_pair_table(chain: Chain) -> bool:
    """Whether a table can hold all pairs of values of two tensors."""
    bounds = [range_of(source.x) for source in chain.sources]
    return prod(high - low + 1 for low, high in bounds) <= MAX_PAIR_TABLE_ENTRIES


def non_monotone_channels(chain: Chain, low: Ints, high: Ints) -> Flags | None:
    """The channels in which a chain both rises and falls; None if there are too many values to try.

    A composition of monotone functions is monotone. Only a chain with another op is evaluated on
    every value.
    """
    if all(map(is_monotone, (*chain.sources, *chain.ops, chain.quantizer))):
        return np.zeros(1, np.bool_)
    return non_monotone(chain.levels, low, high)
