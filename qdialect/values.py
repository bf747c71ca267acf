"""The values of the interpreter: numpy arrays, and dequantized tensors that keep their integers.

A dequantized tensor that was only moved, added or multiplied since is still integers times a scale.
Linear ops over such tensors compute the exact integer sums. This defines the result of a float
convolution: frameworks add in an unspecified order, so their last bits are not defined. The same
holds after constant factors and offsets (`Affine`), and after an average.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .affine import AffineMap, whole_steps
from .convolution import exact_dtype, max_magnitude, pad_image, widened_for
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


@dataclass(frozen=True)
class Affine:
    """A dequantized tensor of one scale after constant factors and offsets.

    `value` is what float32 arithmetic computes, op by op; quantizers and activations read it.
    `exact + offset` are the numbers that it stands for; linear ops sum these. With an offset of 0
    all ops that read integers treat it as the dequantized tensor `exact`, so that `fold-bn` may
    replace one by the other if their floats are equal.
    """

    exact: Dequantized
    offset: float
    value: npt.NDArray[np.float32]

    def moved(self, move: Callable[[Array], Array]) -> "Affine":
        """The tensor after an op that only moves elements."""
        return Affine(self.exact.moved(move), self.offset, move(self.value))


Value: TypeAlias = Array | Dequantized | Affine


def as_array(value: Value) -> Array:
    """The value as an array."""
    return value.value if isinstance(value, Dequantized | Affine) else value


def exact_numbers(value: Value) -> tuple[Dequantized, float] | None:
    """A tensor as integers times one scale, plus an offset; None if it is not known as such."""
    if isinstance(value, Affine):
        return value.exact, value.offset
    return (value, 0.0) if isinstance(value, Dequantized) and value.has_single_scale else None


def with_map(value: Value, change: Callable[[AffineMap], AffineMap | None], result: Array) -> Value:
    """The result of an op, with its map from the operand's integers if that is known."""
    known = exact_numbers(value)
    if known is None or result.dtype != np.float32:
        return result
    exact, offset = known
    after = change(AffineMap(exact.scale.item(), 0, offset))
    if after is None or not after.is_usable:
        return result
    kind = exact_dtype(max_magnitude(exact.ints) + abs(after.zero))
    ints = exact.ints.astype(kind) - after.zero if after.zero else exact.ints
    return Affine(Dequantized(ints, np.array(after.scale)), after.offset, result)


def move_elements(value: Value, move: Callable[[Array], Array]) -> Value:
    """Applies an op that only moves elements, on the integers of a dequantized tensor."""
    return value.moved(move) if isinstance(value, Dequantized | Affine) else move(value)


def pad_elements(value: Value, low: Sequence[int], high: Sequence[int], number: int) -> Value:
    """Pads a tensor with a number; integers are padded with an integer, if one represents it."""
    known = exact_numbers(value)
    if known is None or known[1]:
        return pad_image(as_array(value), low, high, number)
    exact, _ = known
    steps = whole_steps(number, exact.scale.item())
    if steps is None:
        return pad_image(as_array(value), low, high, number)
    padded = Dequantized(pad_image(widened_for(exact.ints, steps), low, high, steps), exact.scale)
    if isinstance(value, Affine):
        return Affine(padded, 0.0, pad_image(value.value, low, high, number))
    return padded


def common_scale(values: Sequence[Value]) -> npt.NDArray[np.float64] | None:
    """The scale of all values if they are integers times the same single scale, else None."""
    known = [exact_numbers(value) for value in values]
    found = [exact.scale for exact, offset in filter(None, known) if offset == 0]
    same = len(found) == len(values) and len({scale.item() for scale in found}) == 1
    return found[0] if same else None


def integers(values: Sequence[Value]) -> list[Array]:
    """The integers of values that have a common scale."""
    return [exact.ints for exact, _ in filter(None, map(exact_numbers, values))]


def plus_constant(value: Value, row: Array) -> Value:
    """Adds constants to a float tensor; a single one changes what the integers stand for."""
    total = as_array(value) + row
    if row.size > 1:
        return total
    return with_map(value, lambda before: before.plus(float(row.item())), total)


def combine_exactly(
    values: Sequence[Value], combine: Callable[[Array, Array], Array]
) -> Dequantized | None:
    """The exact sum or difference of two values with a common scale, else None."""
    scale = common_scale(values)
    if scale is None:
        return None
    lhs, rhs = integers(values)
    kind = exact_dtype(max_magnitude(lhs) + max_magnitude(rhs))
    return Dequantized(combine(lhs.astype(kind), rhs.astype(kind)), scale)


def concatenate(values: Sequence[Value], axis: int) -> Value:
    """Concatenates tensors; those with a common scale stay integers."""
    joined, scale = (
        np.concatenate([as_array(value) for value in values], axis),
        common_scale(values),
    )
    if scale is None:
        return joined
    kind = exact_dtype(max(map(max_magnitude, integers(values))))
    exact = np.concatenate([part.astype(kind) for part in integers(values)], axis)
    if any(isinstance(value, Affine) for value in values):
        return Affine(Dequantized(exact, scale), 0.0, joined)
    return Dequantized(exact, scale)


def multiply_exactly(values: Sequence[Value]) -> Dequantized | None:
    """The exact product of two tensors that are integers times one scale, else None."""
    lhs, rhs = map(exact_numbers, values)
    if lhs is None or rhs is None or lhs[1] or rhs[1]:
        return None
    (a, _), (b, _) = lhs, rhs
    scale = a.scale.item() * b.scale.item()
    if scale == 0 or not np.isfinite(scale):
        return None
    exact = exact_dtype(max_magnitude(a.ints) * max_magnitude(b.ints))
    return Dequantized(a.ints.astype(exact) * b.ints.astype(exact), np.array(scale))
