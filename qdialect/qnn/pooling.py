"""Pooling: max_pool, avg_pool, sum_pool. A global pool has the whole image as its window."""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, result_def

from ..convolution import exact_dtype, max_magnitude, windows
from ..data import Array
from ..shapes import Window
from ..types import QuantType, element_of, is_quant, shape_of
from ..values import Affine, Dequantized, Value, as_array, exact_numbers, plus_constant, with_map
from .base import (
    IntsProperty,
    Shape,
    cast_exactly,
    ints_attr,
    require,
    require_float,
    require_range,
    require_same_element,
    require_sizes,
)
from .constants import range_of
from .windowed import WindowedOp, window_properties


class PoolOp(WindowedOp):
    """Reduces the elements under a window that slides over each channel by itself."""

    x = operand_def()
    """The image, NHWC."""
    kernel = prop_def(IntsProperty)
    """Rows and columns of the window, at least 1."""
    output = result_def()

    assembly_format = (
        "$x `kernel` `=` $kernel (`strides` `=` $strides^)? (`pads` `=` $pads^)? "
        "(`dilations` `=` $dilations^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        kernel: Sequence[int],
        strides: Sequence[int] = (1, 1),
        pads: Sequence[int] = (0, 0, 0, 0),
        dilations: Sequence[int] = (1, 1),
        element: QuantType | None = None,
    ):
        x = SSAValue.get(x)
        window = window_properties(strides, pads, dilations)
        properties = {"kernel": ints_attr(kernel), **window}
        self.init_with_inferred_types([x], properties, element or element_of(x))

    @property
    def kernel_size(self) -> Sequence[int]:
        return self.kernel.get_values()

    def result_shapes(self) -> Sequence[Shape]:
        x = shape_of(self.x)
        require_sizes(self.kernel.get_values(), 2, 1, "kernel")
        self.check_window(x)
        window = self.window
        rows, cols = window.outputs(*x[1:3])
        require(
            window.never_empty(*x[1:3]),
            f"with padding {list(window.pads)} some windows contain only padding: reduce it",
        )
        return ((x[0], rows, cols, x[3]),)

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return True


@irdl_op_definition
class MaxPoolOp(PoolOp):
    """The largest element under each window; padding is ignored.

    %y = qnn.max_pool %x kernel = [2, 2] strides = [2, 2] : (tensor<1x4x4x8xui2>) -> tensor<1x2x2x8xui2>
    """  # noqa: E501

    name = "qnn.max_pool"

    def verify_types(self) -> None:
        require_same_element((self.x, self.output))

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x = args[0]
        if isinstance(x, Dequantized) and x.has_single_scale and x.scale.item() > 0:
            return (Dequantized(window_maxima(x.ints, self.window), x.scale),)
        if isinstance(x, Affine) and x.exact.scale.item() > 0:
            # rounding is monotone: the largest integer has the largest float
            return (x.moved(lambda elements: window_maxima(elements, self.window)),)
        return (window_maxima(as_array(x), self.window),)


@irdl_op_definition
class SumPoolOp(PoolOp):
    """The sum under each window, in integers: an average pool before its division.

    %y = qnn.sum_pool %x kernel = [2, 2] : (tensor<1x2x2x8xui2>) -> tensor<1x1x1x8xui4>
    """

    name = "qnn.sum_pool"

    def verify_types(self) -> None:
        x, y = element_of(self.x), element_of(self.output)
        if not isinstance(x, QuantType):
            return require_same_element((self.x, self.output))
        require(is_quant(y), f"the sum of integers must be an integer type, not {y}")
        taps = prod(self.kernel.get_values())
        low, high = range_of(self.x)
        if any(self.pads.get_values()):
            low, high = min(low, 0), max(high, 0)
        require_range(y, low * taps, high * taps, "the sum")

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        known = exact_numbers(args[0])
        if known is not None and not known[1]:
            return (Dequantized(window_sums(known[0].ints, self.window), known[0].scale),)
        return (cast_exactly(self, window_sums(as_array(args[0]), self.window)),)


@irdl_op_definition
class AvgPoolOp(PoolOp):
    """The mean of the elements under each window, divided in float32; padding is not counted.

    If windows contain different numbers of elements, the mean of a dequantized tensor is exact: it
    is rounded once, at the end.

    %y = qnn.avg_pool %x kernel = [8, 8] : (tensor<1x8x8x64xf32>) -> tensor<1x1x1x64xf32>
    """

    name = "qnn.avg_pool"

    count_padding = opt_prop_def(UnitAttr)
    """Counts padding as elements of value 0: divides by the size of the full window."""

    def verify_types(self) -> None:
        require_float(self.x, "the input (integers have sum_pool)")
        require_same_element((self.x, self.output))

    @property
    def counts(self) -> Array:
        """The number of elements that each window divides by, for an image of one channel."""
        if self.count_padding is not None:
            return np.full((1, *shape_of(self.output)[1:3], 1), np.prod(self.window.kernel))
        return window_sums(np.ones((1, *shape_of(self.x)[1:3], 1), np.int64), self.window)

    @property
    def common_count(self) -> int:
        """The least common multiple of all counts; 0 if a window contains no element."""
        return int(np.lcm.reduce(self.counts.reshape(-1)))

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        window, taps = self.window, float(np.prod(self.kernel_size))
        known, counts, common = exact_numbers(args[0]), self.counts, self.common_count
        alike = bool((counts == common).all())
        if known is not None and not known[1] and common and not alike:
            ints, factors = window_sums(known[0].ints, window), common // counts
            kind = exact_dtype(max_magnitude(ints) * int(factors.max()))
            return (Dequantized(ints.astype(kind) * factors, known[0].scale / common),)
        if known is None or (known[1] and any(window.pads)):
            return (self._mean_of_floats(as_array(args[0])),)
        exact, offset = known
        sums: Value = Dequantized(window_sums(exact.ints, window), exact.scale)
        if offset:
            sums = plus_constant(sums, np.array(offset * taps, np.float32))
        total = as_array(sums)
        result = total / total.dtype.type(common)
        return (with_map(sums, lambda before: before.over(common), result),)

    def _mean_of_floats(self, x: Array) -> Array:
        """The mean of floats that are not known as integers; sums are computed in float64, where
        those of similar float32 numbers are exact."""
        sums = window_sums(x.astype(np.float64), self.window)
        counts, common = self.counts, self.common_count
        if (counts == common).all():
            return sums.astype(x.dtype) / x.dtype.type(common)
        return (sums * (common // counts) * (1 / common)).astype(x.dtype)


def window_sums(x: Array, window: Window) -> Array:
    """The sum under each window, with zeros as padding."""
    patches = windows(x, window, 0)
    taps = window.kernel[0] * window.kernel[1]
    kind = x.dtype if x.dtype.kind == "f" else exact_dtype(taps * max_magnitude(x))
    return patches.astype(kind, copy=False).sum(axis=(3, 4))


def window_maxima(x: Array, window: Window) -> Array:
    """The maximum under each window, with padding no larger than any element."""
    lowest = -np.inf if x.dtype.kind == "f" else int(x.min())
    return windows(x, window, lowest).max(axis=(3, 4))
