"""The values that the interpreter computes with.

A tensor is a numpy array of the element type's numpy type. One kind of float tensor knows more:
what was dequantized, and since then only moved or added up, is still integers times a scale, and
linear ops over it are exact. That is the one meaning of a float convolution here; in which order a
framework would have added, and so its last bit, is not defined anywhere.
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
    """A float32 tensor that is known as integers times a scale."""

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
        """The same numbers after an op that only moves elements."""
        if self.has_single_scale:
            return Dequantized(move(self.ints), self.scale)
        scales = np.broadcast_to(self.scale, self.ints.shape)
        return Dequantized(move(self.ints), np.asarray(move(scales), np.float64))


Value: TypeAlias = Array | Dequantized


def as_array(value: Value) -> Array:
    """The value as an array."""
    return value.value if isinstance(value, Dequantized) else value


def move_elements(value: Value, how: Callable[[Array], Array]) -> Value:
    """Applies an op that only moves elements."""
    return value.moved(how) if isinstance(value, Dequantized) else how(value)


def common_scale(values: Sequence[Value]) -> npt.NDArray[np.float64] | None:
    """The scale that all values share, if all are dequantized and there is one."""
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
    """The integers of values that are all dequantized."""
    return [value.ints for value in values if isinstance(value, Dequantized)]


def combine_exactly(
    values: Sequence[Value], how: Callable[[Array, Array], Array]
) -> Dequantized | None:
    """The exact sum or difference of two values of one scale; None if they have none."""
    scale = common_scale(values)
    if scale is None:
        return None
    lhs, rhs = integers(values)
    exact = exact_dtype(max_magnitude(lhs) + max_magnitude(rhs))
    return Dequantized(how(lhs.astype(exact), rhs.astype(exact)), scale)
