"""The types of integer sums."""

from ..qdialect.types import MAX_WIDTH, QuantType, smallest_type


def sum_type(low: int, high: int) -> QuantType:
    """The narrowest signed type for a range: sums are signed, whatever they hold."""
    return smallest_type(min(low, -1), high)


def fits_sum_type(low: int, high: int) -> bool:
    """Whether some type of the IR holds a range, as a signed one."""
    most = 1 << (MAX_WIDTH - 1)
    return -most <= low and high < most
