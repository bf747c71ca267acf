"""The resources of products and comparisons."""

from math import ceil, prod

from ....qdialect.stream.compute import ThresholdedProcess
from ....qdialect.stream.process import data_of
from ....qdialect.stream.products import ProductKind, product_kind
from ....qdialect.types import ElementType, bit_width, unsigned

MAX_PARALLEL_THRESHOLDS = 15
"""Thresholds of a row that are compared in one cycle; longer rows are searched by bisection."""

DSP_FACTOR_BITS = {"xilinx": (17, 24), "intel": (26, 26)}
"""Bits of both factors of a DSP's product, without their signs."""


PAIR_FACTOR_BITS, COMMON_FACTOR_BITS = 25, 18
"""Bits of both factors of a DSP of the 7 series, with their signs. Those of UltraScale have 27."""


def multiplier(weight: ElementType, activation: ElementType) -> tuple[float, int]:
    """LUTs and bits of a product.

    The adder that follows applies a bipolar factor for free. A ternary factor is counted like an
    integer, which is an upper bound.
    """
    w, a = bit_width(weight), bit_width(activation)
    match product_kind(weight, activation):
        case ProductKind.XNOR:
            return 0, 1
        case ProductKind.BIPOLAR:
            return 0, max(w, a) + 1
        case ProductKind.TERNARY | ProductKind.INTEGER:
            return w * a, w + a


def wide_product(vendor: str, *elements: ElementType) -> int:
    """DSPs of a product whose factors may be wider than those of one DSP."""
    widths = sorted(bit_width(element) for element in elements)
    factors = zip(widths, DSP_FACTOR_BITS[vendor], strict=True)
    return prod(ceil((width - 1) / bits) for width, bits in factors)


def two_products_fit_one_dsp(weight: ElementType, activation: ElementType) -> bool:
    """Whether a DSP of 25 x 18 bits can compute two products with the same activation, as
    (first * 2^gap + second) * activation.

    The products can be separated if the gap holds the second product with its sign. The sum in
    parentheses has one bit more than its parts.
    """
    if product_kind(weight, activation) is not ProductKind.INTEGER:
        return False
    w, a = bit_width(weight), bit_width(activation)
    w_unsigned, a_unsigned = weight == unsigned(w), activation == unsigned(a)
    gap = w + a + (w_unsigned and a_unsigned)
    return w + gap + 1 <= PAIR_FACTOR_BITS and a + a_unsigned <= COMMON_FACTOR_BITS


def searches_thresholds(process: ThresholdedProcess) -> bool:
    """Whether the thresholds of a process are searched by bisection, not compared in parallel."""
    assert process.thresholds is not None
    return data_of(process, process.thresholds).type.get_shape()[-1] > MAX_PARALLEL_THRESHOLDS


def comparator_luts(process: ThresholdedProcess, bits: int) -> float:
    """LUTs that compare a sum with its thresholds: one comparator each, or one for each step of a
    bisection."""
    if process.thresholds is None:
        return 0
    steps = data_of(process, process.thresholds).type.get_shape()[-1]
    comparators = steps.bit_length() if searches_thresholds(process) else steps
    return comparators * (bits / 2 + 2)
