"""Float weights that are integers after all.

Exporters compute quantizers of weights away, and some trainers never write one: what is left are
floats of few distinct values. Those on a grid become integers and a scale, for all or for each
output; any others become a codebook, whose entries are multiples of a power of two. Nothing is
rounded: what does not come out bit for bit stays float.
"""

from dataclasses import dataclass

import numpy as np

from ....qdialect.data import Array
from ....qdialect.types import smallest_type
from ..values import QuantizedConstant
from .parameters import NO_ZERO_POINT, narrowest_constant_type

MAX_WEIGHT_INTEGER = 1 << 15
"""Floats that are all whole, and no larger than this, are integers."""

MAX_GRID_STEPS = 127
"""A grid reaches so many steps to either side: more would be found among any numbers."""

MAX_SMALLEST_STEPS = 5
"""The smallest weight of a grid is at most so many steps large."""

MAX_CODEBOOK_ENTRIES = 32
"""Entries of a codebook: indices of five bits."""

MIN_READS_PER_ENTRY = 8
"""How often each entry is read, on average, in what is a codebook."""

MAX_ENTRY_BITS = 32
"""Bits of an entry of a codebook."""

SAMPLED_WEIGHTS = 64


def integer_weights(array: Array) -> QuantizedConstant | None:
    """Weights, outputs first, as integers and a scale."""
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        return None
    rows = array.reshape(len(array), -1).astype(np.float32)
    with np.errstate(all="ignore"):
        for part in (rows.reshape(1, -1), rows):
            scale = _unit_scale(part) if len(part) == 1 else None
            scale = _grid_steps(part) if scale is None else scale
            if scale is not None:
                return _as_quantized(array, part, scale)
    return None


def _as_quantized(array: Array, part: Array, scale: Array) -> QuantizedConstant:
    ints = np.rint(part / scale[:, None]).astype(np.int32).reshape(array.shape)
    element = narrowest_constant_type(
        ints, smallest_type(min(int(ints.min()), -1), int(ints.max()))
    )
    scales = scale if len(scale) > 1 else scale.reshape(())
    return QuantizedConstant(ints, element, scales, NO_ZERO_POINT)


def _unit_scale(part: Array) -> Array | None:
    whole = np.abs(part).max() <= MAX_WEIGHT_INTEGER and np.array_equal(part, np.rint(part))
    return np.ones(1, np.float32) if whole else None


def _grid_steps(rows: Array) -> Array | None:
    """The step of the grid that each row lies on; None unless each lies on one."""
    sizes = np.abs(rows)
    smallest = np.where(sizes > 0, sizes, np.inf).min(1)
    smallest, largest = np.where(np.isinf(smallest), 1, smallest), sizes.max(1)
    found = np.zeros(len(rows), np.float32)
    for steps in range(1, MAX_SMALLEST_STEPS + 1):
        guess = (smallest / steps).astype(np.float32)
        exact = (largest / np.maximum(np.rint(largest / guess), 1)).astype(np.float32)
        near = (np.nextafter(exact, np.float32(end)) for end in (-np.inf, np.inf))
        for scale in (guess, exact, *near):
            open_ = found == 0
            if not open_.any():
                return found
            fits = _on_grid(rows[open_, :SAMPLED_WEIGHTS], scale[open_])
            if fits.any():
                fits[fits] = _on_grid(rows[open_][fits], scale[open_][fits])
                found[np.flatnonzero(open_)[fits]] = scale[open_][fits]
    return found if (found > 0).all() else None


def _on_grid(rows: Array, scale: Array) -> Array:
    """Which rows are a few whole multiples of their scale, bit for bit."""
    steps = np.rint(rows / scale[:, None])
    back = (steps.astype(np.float64) * scale[:, None]).astype(np.float32)
    return (scale > 0) & (np.abs(steps) <= MAX_GRID_STEPS).all(1) & (back == rows).all(1)


@dataclass(frozen=True)
class WeightCodebook:
    """Indices, and what each stands for: `table[index] * scale`."""

    indices: Array
    table: Array
    scale: float


def codebook_of(array: Array) -> WeightCodebook | None:
    """Weights of few distinct values."""
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        return None
    values = array.astype(np.float32)
    if (
        len(np.unique(values.reshape(-1)[: SAMPLED_WEIGHTS * MAX_CODEBOOK_ENTRIES]))
        > MAX_CODEBOOK_ENTRIES
    ):
        return None
    entries, indices = np.unique(values, return_inverse=True)
    if len(entries) > MAX_CODEBOOK_ENTRIES or array.size < MIN_READS_PER_ENTRY * len(entries):
        return None
    multiples = power_of_two_multiples(entries)
    return None if multiples is None else WeightCodebook(indices.reshape(array.shape), *multiples)


def power_of_two_multiples(values: Array) -> tuple[Array, float] | None:
    """Few floats as multiples of the largest power of two that allows it, if they are not wide."""
    fractions = [float(value).as_integer_ratio() for value in values]
    most = max(denominator for _, denominator in fractions)
    whole = [numerator * (most // denominator) for numerator, denominator in fractions]
    common = np.gcd.reduce(np.array(whole, object))
    power = (common & -common) or 1
    table = [value // power for value in whole]
    if max(map(abs, table)) >= 1 << (MAX_ENTRY_BITS - 1):
        return None
    return np.array(table, np.int64), 2.0 ** (power.bit_length() - most.bit_length())
