"""The real numbers that integers represent: `(q - zero) * scale + offset`.

Constant factors and offsets behind a dequantized tensor change this map and leave the integers. The
interpreter and `fold-bn` compute the map with the same functions, so they use the same numbers.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite

MAX_ZERO_POINT = 1 << 31
"""Offsets of more steps than this stay an offset."""


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

    def plus(self, term: float) -> "AffineMap":
        """Adds a number. Whole steps move the zero point, so that 0 may remain an integer."""
        offset = self.offset + term
        if not (isfinite(offset) and isfinite(self.scale) and self.scale):
            return replace(self, offset=offset)
        # Fractions, because a float quotient can round to a whole number.
        steps = Fraction(offset) / Fraction(self.scale)
        if steps.denominator != 1 or abs(steps) > MAX_ZERO_POINT:
            return replace(self, offset=offset)
        return AffineMap(self.scale, self.zero - int(steps))

    @property
    def is_usable(self) -> bool:
        """Whether the integers determine the numbers: no overflow, and no scale of 0."""
        return isfinite(self.scale) and isfinite(self.offset) and self.scale != 0
