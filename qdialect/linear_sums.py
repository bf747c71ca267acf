"""The sums of linear ops: exact over integers, and over floats that are integers times a scale."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from .affine import whole_steps
from .convolution import widened_for
from .data import Array
from .exponents import power_of_two_multiples
from .values import Dequantized, Value, as_array, exact_numbers, plus_constant

SumFunction: TypeAlias = Callable[[Array, Array, float], Array]
"""From the input, the weights and the pad value to the sums of a linear op."""


MAX_FLOAT_WEIGHT_BITS = 44
"""Maximum number of bits, without the sign, of float weights as multiples of a power of 2.

They have 24 bits, and one more for each factor of 2 between the smallest and the largest weight.
Sums of 2^10 products with 9 bits, those of an input of 8 bits and its zero point, then fit into 64.
"""


def offset_sums(weights: Array, scale: Array, offset: float) -> Array:
    """The contribution of an offset of the input to each output, in float32.

    It is the offset times the sum of the weights, which are integers times one scale, or times a
    scale for each output.
    """
    sums = weights.reshape(len(weights), -1).sum(1, dtype=np.int64).astype(np.float64)
    return (sums * scale.reshape(-1).astype(np.float64) * offset).astype(np.float32)


def linear_sums(
    x: Value, weights: Value, product: SumFunction, pad: int, sums_all_weights: bool
) -> Value:
    """The sums of a linear op; exact over integers and dequantized operands.

    Dequantized operands are computed as integers, if an integer represents the pad value, too. So
    are float weights that are integers times a power of 2. An offset of the input is exact only if
    every output sums all its weights, without padding.
    """
    known = exact_numbers(x)
    scaled = None if known is None else _exact_weights(weights)
    if known is not None and scaled is not None and (not known[1] or sums_all_weights):
        exact, offset = known
        steps = whole_steps(pad, exact.scale.item())
        if steps is not None and abs(steps) < 1 << 31:
            sums = product(widened_for(exact.ints, steps), scaled.ints, steps)
            result = Dequantized(sums, exact.scale.reshape(()) * scaled.scale.reshape(-1))
            if not offset:
                return result
            return plus_constant(result, offset_sums(scaled.ints, scaled.scale, offset))
    return product(as_array(x), as_array(weights), pad)


def _exact_weights(weights: Value) -> Dequantized | None:
    """Weights as integers times one scale, or times a scale for each output; else None."""
    known = exact_numbers(weights)
    if known is not None:
        return None if known[1] else known[0]
    if not isinstance(weights, Dequantized):
        return _weights_of_floats(as_array(weights))
    rows = (len(weights.ints),) + (1,) * (weights.ints.ndim - 1)
    return weights if weights.scale.shape == rows else None


def _weights_of_floats(weights: Array) -> Dequantized | None:
    """Float weights as integers times a power of 2; None if they differ by too much."""
    if weights.dtype.kind != "f" or not weights.size:
        return None
    multiples = power_of_two_multiples(weights, MAX_FLOAT_WEIGHT_BITS)
    return None if multiples is None else Dequantized(multiples[0], np.array(multiples[1]))
