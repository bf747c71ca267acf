"""The values of the interpreter: numpy arrays, and dequantized tensors that keep their integers.

A dequantized tensor that was only moved, added or multiplied since is still integers times a scale.
Linear ops over such tensors compute the exact integer sums. This defines the result of a float
convolution: frameworks add in an unspecified order, so their last bits are not defined.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .convolution import exact_dtype, max_magnitude
from .data import Array


@dataclass(frozen=True)
class Dequantized:
    """A float32 tensor, represented as integers times a scale."""

    ints: Array
    scale: npt.NDArray[np.float64]
    """One scale, or scales that broadcast against the integers."""

    @property
    def value(self) -> npt.NDArray[np.float32]:
        """The products, computed in float64 and rounded to float32."""
        return (self.ints.astype(np.float64) * self.scale).astype(np.float32)

    @property
    def has_single_scale(self) -> bool:
        return self.scale.size == 1

    def moved(self, move: Callable[[Array], Array]) -> "Dequantized":
        """The tensor after an op that only moves elements."""
        if self.has_single_scale:
            return Dequantized(move(self.ints), self.scale)
        scales = np.broadcast_to(self.scale, self.ints.shape)
        return Dequantized(move(self.ints), np.asarray(move(scales), np.float64))


Value: TypeAlias = Array | Dequantized


def as_array(value: Value) -> Array:
    """The value as an array."""
    return value.value if isinstance(value, Dequantized) else value


def move_elements(value: Value, move: Callable[[Array], Array]) -> Value:
    """Applies an op that only moves elements, on the integers of a dequantized tensor."""
    return value.moved(move) if isinstance(value, Dequantized) else move(value)


def common_scale(values: Sequence[Value]) -> npt.NDArray[np.float64] | None:
    """The scale of all values if they are dequantized with the same single scale, else None."""
    first = values[0]
    if not isinstance(first, Dequantized):
        return None
    for value in values:
        if not (isinstance(value, Dequantized) and value.has_single_scale):
            return None
        if value.scale.item() != first.scale.item():
            return None
    return first.scale


def integers(values: Sequence[Value]) -> list[Array]:
    """The integers of values, all of them dequantized."""
    return [value.ints for value in values if isinstance(value, Dequantized)]


def combine_exactly(
    values: Sequence[Value], combine: Callable[[Array, Array], Array]
) -> Dequantized | None:
    """The exact sum or difference of two values with a common scale, else None."""
    scale = common_scale(values)
    if scale is None:
        return None
    lhs, rhs = integers(values)
    exact = exact_dtype(max_magnitude(lhs) + max_magnitude(rhs))
    return Dequantized(combine(lhs.astype(exact), rhs.astype(exact)), scale)


def multiply_exactly(values: Sequence[Value]) -> Dequantized | None:
    """The exact product of two dequantized values with a single scale each, else None."""
    lhs, rhs = values
    if not (isinstance(lhs, Dequantized) and isinstance(rhs, Dequantized)):
        return None
    if not (lhs.has_single_scale and rhs.has_single_scale):
        return None
    scale = lhs.scale.item() * rhs.scale.item()
    if scale == 0 or not np.isfinite(scale):
        return None
    exact = exact_dtype(max_magnitude(lhs.ints) * max_magnitude(rhs.ints))
    return Dequantized(lhs.ints.astype(exact) * rhs.ints.astype(exact), np.array(scale))
