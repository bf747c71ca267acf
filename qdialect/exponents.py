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
