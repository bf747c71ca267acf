"""Recovers the integers behind float weights that were quantized before export.

Exporters fold the quantizers of weights, and some training tools write none, which leaves floats
with few distinct values. Weights on a uniform grid become integers with a scale, one for all or one
for each output. Other weights with few distinct values become a codebook, whose entries are
multiples of a power of two. Nothing is rounded: weights that an integer and a scale do not
reproduce bit for bit stay float.
"""

from dataclasses import dataclass

import numpy as np

from ....qdialect.data import Array
from ....qdialect.exponents import power_of_two_multiples
from ....qdialect.types import smallest_type
from ..values import QuantizedConstant
from .parameters import NO_ZERO_POINT, narrowest_constant_type

MAX_WEIGHT_INTEGER = 1 << 15
"""Weights that are all integers of at most this magnitude have the scale 1."""

MAX_GRID_STEPS = 127
"""The maximum number of grid steps to either side of 0; finer grids fit arbitrary numbers."""

MAX_SMALLEST_STEPS = 5
"""The smallest weight other than 0 is at most this many grid steps."""

MAX_CODEBOOK_ENTRIES = 32
"""The maximum number of entries of a codebook, for indices of five bits."""

MIN_READS_PER_ENTRY = 8
"""Weights become a codebook only if each entry is used this often on average."""

MAX_ENTRY_BITS = 31
"""The maximum number of bits of an entry of a codebook, without its sign."""

SAMPLED_WEIGHTS = 64
"""A grid is first tried on this many weights of each row, to reject most guesses early."""


def integer_weights(array: Array) -> QuantizedConstant | None:
    """Weights of order outputs first as integers and a scale; None if they are on no grid."""
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        return None
    rows = array.reshape(len(array), -1).astype(np.float32)
    with np.errstate(all="ignore"):
        for groups in (rows.reshape(1, -1), rows):
            scale = _unit_scale(groups) if len(groups) == 1 else None
            scale = _grid_steps(groups) if scale is None else scale
            if scale is not None:
                return _as_quantized(array, groups, scale)
    return None


def _as_quantized(array: Array, groups: Array, scale: Array) -> QuantizedConstant:
    ints = np.rint(groups / scale[:, None]).astype(np.int32).reshape(array.shape)
    element = narrowest_constant_type(
        ints, smallest_type(min(int(ints.min()), -1), int(ints.max()))
    )
    scales = scale if len(scale) > 1 else scale.reshape(())
    return QuantizedConstant(ints, element, scales, NO_ZERO_POINT)


def _unit_scale(weights: Array) -> Array | None:
    """The scale 1 if all weights are integers, else None."""
    small = np.abs(weights).max() <= MAX_WEIGHT_INTEGER
    return np.ones(1, np.float32) if small and np.array_equal(weights, np.rint(weights)) else None


def _grid_steps(rows: Array) -> Array | None:
    """The grid step of each row, or None unless every row is on a grid.

    The smallest weight is 1 to `MAX_SMALLEST_STEPS` steps, which gives a first guess of the step.
    The largest weight is more steps, so dividing it by their number is more exact. The scale of
    the quantizer was a float itself; its neighbours are tried too, as the division rounds.
    """
    sizes = np.abs(rows)
    smallest = np.where(sizes > 0, sizes, np.inf).min(1)
    smallest, largest = np.where(np.isinf(smallest), 1, smallest), sizes.max(1)
    found = np.zeros(len(rows), np.float32)
    for steps in range(1, MAX_SMALLEST_STEPS + 1):
        guess = (smallest / steps).astype(np.float32)
        exact = (largest / np.maximum(np.rint(largest / guess), 1)).astype(np.float32)
        near = (np.nextafter(exact, np.float32(end)) for end in (-np.inf, np.inf))
        for scale in (guess, exact, *near):
            pending = found == 0
            if not pending.any():
                return found
            fits = _on_grid(rows[pending, :SAMPLED_WEIGHTS], scale[pending])
            if fits.any():
                fits[fits] = _on_grid(rows[pending][fits], scale[pending][fits])
                found[np.flatnonzero(pending)[fits]] = scale[pending][fits]
    return found if (found > 0).all() else None


def _on_grid(rows: Array, scale: Array) -> Array:
    """Whether each row consists of small integer multiples of its scale, bit for bit."""
    steps = np.rint(rows / scale[:, None])
    back = (steps.astype(np.float64) * scale[:, None]).astype(np.float32)
    return (scale > 0) & (np.abs(steps) <= MAX_GRID_STEPS).all(1) & (back == rows).all(1)


@dataclass(frozen=True)
class WeightCodebook:
    """Weights as indices into a table: `table[index] * scale`."""

    indices: Array
    table: Array
    scale: float


def codebook_of(array: Array) -> WeightCodebook | None:
    """Weights with few distinct values as a codebook, else None."""
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
    multiples = power_of_two_multiples(entries, MAX_ENTRY_BITS)
    return None if multiples is None else WeightCodebook(indices.reshape(array.shape), *multiples)
