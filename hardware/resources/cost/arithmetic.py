"""What products and comparisons cost."""

from math import ceil, prod

from ....qdialect.stream.compute import ThresholdedProcess
from ....qdialect.stream.process import data_of
from ....qdialect.stream.products import ProductKind, product_kind
from ....qdialect.types import ElementType, bit_width

AT_ONCE = 15
"""So many thresholds are compared all at once."""


PIECES = {"xilinx": (17, 24), "intel": (26, 26)}
"""Bits of both factors of a DSP, beside their signs."""


def multiplier(weight: ElementType, activation: ElementType) -> tuple[float, int]:
    """LUTs of a product, and its bits; the adder that follows adds or subtracts it by its sign."""
    w, a = bit_width(weight), bit_width(activation)
    match product_kind(weight, activation):
        case ProductKind.XNOR:
            return 0, 1
        case ProductKind.BIPOLAR:
            return 0, max(w, a) + 1
        case ProductKind.TERNARY | ProductKind.INTEGER:
            return w * a, w + a


def comparator_luts(process: ThresholdedProcess, bits: int) -> float:
    """LUTs that compare a sum with its thresholds: all at once, or many by a binary search."""
    if process.thresholds is None:
        return 0
    steps = data_of(process, process.thresholds).type.get_shape()[-1]
    return (steps if steps <= AT_ONCE else steps.bit_length()) * (bits / 2 + 2)


def wide_product(vendor: str, *elements: ElementType) -> int:
    """DSPs that multiply numbers of any widths, piece by piece."""
    bits = sorted(bit_width(element) for element in elements)
    return prod(ceil((n - 1) / most) for n, most in zip(bits, PIECES[vendor], strict=True))
