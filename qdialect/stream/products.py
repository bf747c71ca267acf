"""The kinds of products of a weight and an activation: a kind decides what hardware computes it.

| weight | activation | kind | hardware for each product |
|---|---|---|---|
| bipolar | bipolar | XNOR | one XNOR gate; a pop count adds the results |
| bipolar or ternary | any other | BIPOLAR or TERNARY | the adder that follows adds or subtracts |
| integer | bipolar or ternary | BIPOLAR or TERNARY | the same, with the factors exchanged |
| integer | integer | INTEGER | a multiplier, in LUTs or in a DSP |

The entries of a codebook are integers: the kind of its products depends on the type of an entry,
not on that of an index.
"""

from enum import StrEnum
from typing import TypeAlias

from ..types import BipolarType, ElementType, TernaryType

SignType: TypeAlias = BipolarType | TernaryType
"""The types whose values only choose between adding, subtracting and skipping the other factor."""


class ProductKind(StrEnum):
    """How a weight is multiplied with an activation."""

    XNOR = "xnor"
    """Both factors are -1 or +1."""
    BIPOLAR = "bipolar"
    """One factor is -1 or +1: the other factor is added or subtracted."""
    TERNARY = "ternary"
    """One factor is -1, 0 or +1: the other factor is added, subtracted or skipped."""
    INTEGER = "integer"
    """Neither factor is a sign: a multiplier computes the product."""


def product_kind(weight: ElementType, activation: ElementType) -> ProductKind:
    """The kind of the products of two element types, in the cheapest hardware that is exact."""
    factors = weight, activation
    bipolar = sum(isinstance(factor, BipolarType) for factor in factors)
    if bipolar == 2:
        return ProductKind.XNOR
    if bipolar == 1:
        return ProductKind.BIPOLAR
    if any(isinstance(factor, TernaryType) for factor in factors):
        return ProductKind.TERNARY
    return ProductKind.INTEGER
