"""Whether a chain can become thresholds or a table, and why not."""

from math import prod

import numpy as np

from ..qdialect.data import Array
from .chains import Chain, bounds_of, limits_of, type_range
from .monotone import is_monotone
from .residual import find_sum
from .threshold_search import Ints, turns_back

MOST_LEVELS = 1 << 12
"""More steps than this are no thresholds any more."""

LARGEST_TABLE = 1 << 12
"""Entries of the largest table that replaces a function that turns back."""

LARGEST_PAIRS = 1 << 16
"""Entries of the largest table for pairs of values; two tensors of eight bits each."""


def why_not(chain: Chain, max_error: int = 0) -> str | None:
    """Why a chain can't become thresholds or a table; None if it can."""
    first, last = limits_of(chain.quantizer)
    if last - first > MOST_LEVELS:
        return f"its {last - first + 1} levels would take as many thresholds"
    if len(chain.sources) == 2:
        found = find_sum(chain, max_error)
        return found if isinstance(found, str) and not is_small(chain) else None
    low, high = bounds_of(chain.sources[0].x)
    bent = bent_channels(chain, low, high)
    if bent is None:
        return "whether it rises or falls throughout can't be tried on so many values"
    if bent.any() and int((high - low).max()) >= LARGEST_TABLE:
        return f"it turns back, and a table of {int((high - low).max()) + 1} entries is too large"
    return None


def is_small(chain: Chain) -> bool:
    """Whether a table can hold every pair of values that two tensors take."""
    ends = [type_range(source.x) for source in chain.sources]
    return prod(high - low + 1 for low, high in ends) <= LARGEST_PAIRS


def bent_channels(chain: Chain, low: Ints, high: Ints) -> Array | None:
    """In which channels a chain turns back; None if it can't be tried."""
    if all(map(is_monotone, (*chain.sources, *chain.ops, chain.quantizer))):
        return np.zeros(1, np.bool_)
    return turns_back(chain.levels, low, high)
