"""The real numbers that integers represent: `(q - zero) * scale + offset`.

Constant factors and offsets behind a dequantized tensor change this map and leave the integers. The
interpreter and `fold-bn` compute the map with the same functions, so they use the same numbers.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite

MAX_OFFSET_STEPS = 1 << 20
"""Maximum magnitude of a term that is added, in multiples of the scale.

A float32 has 24 bits, so a sum with a larger term rounds the integers away. Some models round on
purpose so: `(x + 2**23) - 2**23`. Such a sum is not seen through.
"""


def whole_steps(number: float, scale: float) -> int | None:
    """How many times a scale is a number; None if that is not a whole number."""
    steps = number / scale
    return round(steps) if isfinite(steps) and steps == round(steps) else None


@dataclass(frozen=True)
class AffineMap:
    """`(q - zero) * scale + offset`, in float64."""

    scale: float
    zero: int = 0
    offset: float = 0.0

    def times(self, factor: float) -> "AffineMap":
        return replace(self, scale=self.scale * factor, offset=self.offset * factor)

    def over(self, divisor: float) -> "AffineMap":
        return replace(self, scale=self.scale / divisor, offset=self.offset / divisor)

    def plus(self, term: float) -> "AffineMap | None":
        """Adds a number; None if float32 sums with it lose the integers. Whole steps move the zero
        point, so that 0 may remain an integer."""
        offset = self.offset + term
        if not self.is_usable or not max(abs(term), abs(offset)) <= MAX_OFFSET_STEPS * abs(
            self.scale
        ):
            return None
        # Fractions, because a float quotient can round to a whole number.
        steps = Fraction(offset) / Fraction(self.scale)
        if steps.denominator != 1:
            return replace(self, offset=offset)
        return AffineMap(self.scale, self.zero - int(steps))

    @property
    def is_usable(self) -> bool:
        """Whether the integers determine the numbers: no overflow, and no scale of 0."""
        return isfinite(self.scale) and isfinite(self.offset) and self.scale != 0
