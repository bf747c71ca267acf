"""Decides what a chain becomes: thresholds, thresholds over a weighted sum, or a table."""

from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.utils.exceptions import InterpretationError

from ...qdialect.qnn.constants import range_of
from ...qdialect.refusal import Refusal
from ..arrays import Ints
from .approximate_sum import ApproximateSum, find_approximate_sum
from .chains import Chain, channel_bounds, level_range
from .monotone import is_monotone
from .residual import PairTable, WeightedSum, find_weighted_sum, try_all_pairs
from .segments import MAX_SEGMENTS, Segments, find_segments

MAX_LEVELS = 1 << 12
"""Maximum number of steps between the levels of a quantizer; each is a threshold per channel."""

MAX_LOOKUP_ENTRIES = 1 << 12
"""Maximum entries of a table that replaces a chain which is not monotone."""

MAX_PAIR_TABLE_ENTRIES = 1 << 16
"""Maximum entries of a table over pairs of values: two tensors of eight bits each."""

MAX_INTEGER = 1 << 61
"""Largest magnitude of a chain's input: the search adds two such numbers in 64 bits."""


@dataclass(frozen=True)
class InputRange:
    """A chain of one input is a function of one integer per channel, with these bounds."""

    low: Ints
    """The smallest integer that each channel can reach."""
    high: Ints
    """The largest integer that each channel can reach."""


class MonotoneInput(InputRange):
    """The function is monotone in each channel, so it becomes thresholds."""


class TableInput(InputRange):
    """The function both rises and falls in some channel, and its range is small: a table."""


FoldPlan = MonotoneInput | TableInput | Segments | WeightedSum | PairTable | ApproximateSum


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
    if len(chain.inputs) == 1:
        return _plan_single_input(chain)
    plan = find_weighted_sum(chain, max_error)
    if isinstance(plan, Refusal) and fits_pair_table(chain):
        return try_all_pairs(chain)
    if isinstance(plan, Refusal) and max_error:
        return find_approximate_sum(chain, max_error)
    return plan


def _plan_single_input(chain: Chain) -> MonotoneInput | TableInput | Segments | Refusal:
    lows, highs = channel_bounds(chain.inputs[0])
    lowest, highest = int(lows.min()), int(highs.max())
    if lowest < -MAX_INTEGER or highest > MAX_INTEGER:
        reason = f"its input ranges from {lowest} to {highest}, too wide for the threshold search"
        return Refusal(reason, "use an input type of at most 62 bits")
    low, high = lows.astype(np.int64), highs.astype(np.int64)
    if is_monotone_chain(chain):
        return MonotoneInput(low, high)
    if chain.width == 1:  # one function of the integers that any channel reaches
        segments = find_segments(chain, low.min(keepdims=True), high.max(keepdims=True))
    else:
        segments = find_segments(chain, low, high)
    if segments is None:
        reason = f"it is not monotone, and changes its level more than {MAX_SEGMENTS} times"
        return Refusal(reason, "quantize to fewer levels")
    if segments.are_monotone:
        return MonotoneInput(low, high)
    return TableInput(low, high) if highest - lowest < MAX_LOOKUP_ENTRIES else segments


def is_monotone_chain(chain: Chain) -> bool:
    """Whether a chain is a composition of monotone functions, which is monotone."""
    return not chain.combining_ops and all(map(is_monotone, (*chain.ops, chain.quantizer)))


def fits_pair_table(chain: Chain) -> bool:
    """Whether a table can hold all pairs of values of two tensors."""
    bounds = map(range_of, chain.inputs)
    return prod(high - low + 1 for low, high in bounds) <= MAX_PAIR_TABLE_ENTRIES
