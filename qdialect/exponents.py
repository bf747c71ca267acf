"""Floats as integers times a power of two that all of them share."""

import numpy as np

from .data import Array


def common_exponent(values: Array, bits: int) -> int | None:
    """The largest exponent e with which every value is an integer times 2^e.

    None if one of these integers has more than `bits` bits, or a value is not finite.
    """
    if not np.isfinite(values).all():
        return None
    largest = float(np.abs(values).max())
    finest = np.frexp(largest)[1] - bits
    scaled = np.ldexp(values, -finest)
    if (scaled != np.rint(scaled)).any():
        return None
    shared = np.bitwise_or.reduce(scaled.astype(np.int64), axis=None)
    return finest + int(np.frexp(float(shared & -shared))[1]) - 1 if shared else 0


def power_of_two_multiples(values: Array, bits: int) -> tuple[Array, float] | None:
    """Floats as integers times the largest possible power of two; None as in `common_exponent`."""
    floats = values.astype(np.float64)
    exponent = common_exponent(floats, bits)
    if exponent is None:
        return None
    return np.ldexp(floats, -exponent).astype(np.int64), 2.0**exponent
