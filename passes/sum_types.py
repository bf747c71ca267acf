"""The types of integer sums: signed even where no sum is negative."""

from ..qdialect.types import MAX_WIDTH, QuantType, smallest_type


def sum_type(low: int, high: int) -> QuantType:
    """The narrowest signed type for sums from `low` to `high`."""
    return smallest_type(min(low, -1), high)


def fits_sum_type(low: int, high: int) -> bool:
    """Whether the widest signed type of the IR can represent `low` and `high`."""
    bound = 1 << (MAX_WIDTH - 1)
    return -bound <= low and high < bound
