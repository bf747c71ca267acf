"""How a chain becomes thresholds or a table, or why it can't."""

from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.utils.exceptions import InterpretationError

from ...qdialect.data import Array
from ...qdialect.qnn.constants import range_of
from .chains import Chain, channel_bounds, level_range
from .monotone import is_monotone
from .residual import PairTable, WeightedSum, find_weighted_sum, try_all_pairs
from .threshold_search import Ints, non_monotone

MAX_LEVELS = 1 << 12
"""More steps than this are no thresholds any more."""

MAX_LOOKUP_ENTRIES = 1 << 12
"""Entries of the largest table that replaces a function that turns back."""

MAX_PAIR_TABLE_ENTRIES = 1 << 16
"""Entries of the largest table for pairs of values; two tensors of eight bits each."""

MAX_INTEGER = 1 << 61
"""The search computes in 64 bits, with room for a step beyond either end."""


@dataclass(frozen=True)
class SingleInput:
    """What a chain of one source is a function of."""

    low: Ints
    """The smallest integer of each channel."""
    high: Ints
    non_monotone: bool
    """Whether some channel rises here and falls there, so that it takes a table."""


FoldPlan = SingleInput | WeightedSum | PairTable


def plan_fold(chain: Chain, max_error: int = 0) -> FoldPlan | str:
    """What a chain becomes; the reason if it can't be folded."""
    try:
        return _plan(chain, max_error)
    except InterpretationError as error:
        return f"for some values of its input it makes no number: {error}"


def _plan(chain: Chain, max_error: int) -> FoldPlan | str:
    first, last = level_range(chain.quantizer)
    if last - first > MAX_LEVELS:
        return f"its {last - first + 1} levels would take as many thresholds"
    if len(chain.sources) == 1:
        return _plan_single_input(chain)
    found = find_weighted_sum(chain, max_error)
    if not isinstance(found, str) or not fits_pair_table(chain):
        return found
    return try_all_pairs(chain)


def _plan_single_input(chain: Chain) -> SingleInput | str:
    lows, highs = channel_bounds(chain.sources[0].x)
    least, most = int(lows.min()), int(highs.max())
    if least < -MAX_INTEGER or most > MAX_INTEGER:
        return f"its input reaches {least} to {most}, too wide for the search of thresholds"
    low, high = lows.astype(np.int64), highs.astype(np.int64)
    bent = non_monotone_channels(chain, low, high)
    if bent is None:
        return "whether it rises or falls throughout can't be tried on so many values"
    entries = most - least + 1
    if bent.any() and entries > MAX_LOOKUP_ENTRIES:
        return f"it turns back, and a table of {entries} entries is too large"
    return SingleInput(low, high, bool(bent.any()))


def fits_pair_table(chain: Chain) -> bool:
    """Whether a table can hold every pair of values that two tensors take."""
    ends = [range_of(source.x) for source in chain.sources]
    return prod(high - low + 1 for low, high in ends) <= MAX_PAIR_TABLE_ENTRIES


def non_monotone_channels(chain: Chain, low: Ints, high: Ints) -> Array | None:
    """In which channels a chain turns back; None if it can't be tried."""
    if all(map(is_monotone, (*chain.sources, *chain.ops, chain.quantizer))):
        return np.zeros(1, np.bool_)
    return non_monotone(chain.levels, low, high)
