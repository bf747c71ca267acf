"""Linear ops: conv2d, conv_transpose2d, linear.

Activations are NHWC and weights OHWI. A 1-D convolution is a conv2d of one row; a depthwise one has
as many groups as channels. Integer operands give the exact integer sum. The verifier requires a
result type that holds every sum that the actual weights allow. Dequantized operands give the same
integer sum times the product of their scales, rounded once.
"""

from collections.abc import Sequence
from math import prod
from operator import add

import numpy as np
from xdsl.dialects.builtin import DenseArrayBase
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_operand_def, prop_def, result_def

from ..convolution import (
    convolve,
    convolve_transposed,
    exact_dtype,
    matmul_transposed,
    max_magnitude,
    sums_by_sign,
)
from ..data import Array
from ..linear_sums import SumFunction, linear_sums
from ..types import QuantType, element_of, is_quant, shape_of, value_range
from ..values import Value, as_array, combine_exactly, plus_constant
from .base import (
    IntProperty,
    IntsProperty,
    QnnOp,
    Shape,
    cast_exactly,
    check_pad_value,
    int_attr,
    ints_attr,
    require,
    require_range,
    require_same_element,
    require_sizes,
    text_of,
)
from .constants import constant_of
from .windowed import WindowedOp, window_properties


def signed_weight_sums(weights: SSAValue) -> tuple[Array, Array]:
    """The sums of the positive and of the negative weights of each output channel.

    They are Python integers, which cannot overflow.
    """
    values = constant_of(weights)
    assert values is not None
    return sums_by_sign(values.reshape(len(values), -1))


def range_for_any_weights(low: int, high: int, weights: SSAValue) -> tuple[Array, Array]:
    """The range of the sums of inputs from `low` to `high`, for all weights of their type."""
    element = element_of(weights)
    assert isinstance(element, QuantType)
    taps = prod(shape_of(weights)[1:])
    corners = [a * b for a in (low, high) for b in value_range(element)]
    return np.array([min(corners) * taps], object), np.array([max(corners) * taps], object)


def accumulator_range(x: SSAValue, weights: SSAValue, bias: SSAValue | None) -> tuple[int, int]:
    """The smallest and the largest sum of a linear op over integers, over all channels."""
    lows, highs = accumulator_ranges(x, weights, bias)
    return int(lows.min()), int(highs.max())


def accumulator_ranges(
    x: SSAValue, weights: SSAValue, bias: SSAValue | None
) -> tuple[Array, Array]:
    """The smallest and the largest sum of each output channel, as Python integers.

    A sum is largest if every input with a positive weight is the largest of its type, and every
    input with a negative weight the smallest, so these bounds are exact for constant weights.
    """
    element = element_of(x)
    assert isinstance(element, QuantType)
    low, high = value_range(element)
    if constant_of(weights) is None:
        lows, highs = range_for_any_weights(low, high, weights)
    else:
        positive, negative = signed_weight_sums(weights)
        lows, highs = positive * low + negative * high, positive * high + negative * low
    if bias is None:
        return lows, highs
    values = constant_of(bias)
    if values is not None:
        return lows + values.astype(object), highs + values.astype(object)
    kind = element_of(bias)
    assert isinstance(kind, QuantType)
    return lows + value_range(kind)[0], highs + value_range(kind)[1]


class LinearOpBase(QnnOp):
    """A weighted sum over its input, the base class of convolutions and `linear`."""

    x = operand_def()
    weights = operand_def()
    bias = opt_operand_def()
    """One number for each output channel, added to the sum."""
    output = result_def()

    @property
    def out_channels(self) -> int:
        return shape_of(self.weights)[0]

    @property
    def sums_all_weights(self) -> bool:
        """Whether every output is a sum over all weights, at every position."""
        return True

    def verify_types(self) -> None:
        operands = [value for value in (self.x, self.weights, self.bias) if value is not None]
        quant = [is_quant(element_of(value)) for value in (*operands, self.output)]
        if not any(quant):
            require_same_element((*operands, self.output))
        require(
            all(quant) or not any(quant),
            "operands and result must all be integers or all be floats, they are "
            + ", ".join(str(element_of(value)) for value in (*operands, self.output)),
        )
        if self.bias is not None:
            require(
                shape_of(self.bias) == (self.out_channels,),
                f"the bias must hold {self.out_channels} numbers, "
                f"it is {text_of(shape_of(self.bias))}",
            )
        if all(quant):
            low, high = accumulator_range(self.x, self.weights, self.bias)
            require_range(element_of(self.output), low, high, "the sum")

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return len(shape_of(self.x)) > 1 and self.varies_in_first_operand(varying)

    def evaluate_sums(
        self, args: Sequence[Value], product: SumFunction, pad: int = 0
    ) -> tuple[Value]:
        """The result for these operands; `product` computes the sums."""
        sums = linear_sums(args[0], args[1], product, pad, self.sums_all_weights)
        return (cast_exactly(self, sums if self.bias is None else self._add_bias(sums, args[2])),)

    def _add_bias(self, sums: Value, bias: Value) -> Value:
        """The sums plus the bias, with the numbers that `qnn.add` would give."""
        total = combine_exactly([sums, bias], add)
        if total is not None:
            return total
        x, row = as_array(sums), as_array(bias)
        if x.dtype.kind == "f":
            is_constant = self.bias is not None and constant_of(self.bias) is not None
            return plus_constant(sums, row) if is_constant else x + row
        kind = exact_dtype(max_magnitude(x) + max_magnitude(row))
        return x.astype(kind) + row.astype(kind)


class GroupedLinearOp(LinearOpBase):
    """A linear op whose channels are divided into groups, each with weights of its own."""

    groups = prop_def(IntProperty, default_value=int_attr(1))
    """The number of groups; equal to the number of channels in a depthwise convolution."""


class ConvolutionOp(WindowedOp, GroupedLinearOp):
    """A convolution, transposed or not: a weighted sum over a window."""

    def init_convolution(
        self,
        operands: tuple[SSAValue | Operation, SSAValue | Operation, SSAValue | Operation | None],
        element: QuantType | None,
        window: dict[str, DenseArrayBase],
        groups: int,
        **properties: Attribute,
    ) -> None:
        """Initialises an op; without an element type the result has that of the input."""
        self.init_with_inferred_types(
            operands,
            {**window, "groups": int_attr(groups), **properties},
            element or element_of(SSAValue.get(operands[0])),
        )

    @property
    def kernel_size(self) -> Sequence[int]:
        return shape_of(self.weights)[1:3]

    def checked_shapes(self) -> tuple[Shape, Shape]:
        """The shapes of input and weights; raises VerifyException unless they fit each other and
        the groups."""
        x, weights = shape_of(self.x), shape_of(self.weights)
        groups = self.groups.value.data
        self.check_window(x)
        require(len(weights) == 4, f"the weights must be OHWI, they are {text_of(weights)}")
        require(
            groups >= 1 and x[3] % groups == 0 and weights[0] % groups == 0,
            f"{x[3]} input and {weights[0]} output channels are not divisible into {groups} groups",
        )
        require(
            weights[3] * groups == x[3],
            f"weights for {weights[3]} channels in {groups} groups "
            f"do not fit an input of {x[3]} channels",
        )
        return x, weights


@irdl_op_definition
class Conv2dOp(ConvolutionOp):
    """A two-dimensional convolution of an NHWC image with OHWI weights.

    %y = qnn.conv2d %x, %w strides = [2, 2] pads = [1, 1, 1, 1]
        : (tensor<1x8x8x3xui8>, tensor<16x3x3x3xsi4>) -> tensor<1x4x4x16xsi17>
    """

    name = "qnn.conv2d"

    pad_value = prop_def(IntProperty, default_value=int_attr(0))
    """The value of the padding around the input."""

    assembly_format = (
        "$x `,` $weights (`bias` $bias^)? (`strides` `=` $strides^)? (`pads` `=` $pads^)? "
        "(`pad_value` `=` $pad_value^)? (`dilations` `=` $dilations^)? (`groups` `=` $groups^)? "
        "attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        weights: SSAValue | Operation,
        element: QuantType | None = None,
        bias: SSAValue | Operation | None = None,
        strides: Sequence[int] = (1, 1),
        pads: Sequence[int] = (0, 0, 0, 0),
        dilations: Sequence[int] = (1, 1),
        groups: int = 1,
        pad_value: int = 0,
    ):
        window = window_properties(strides, pads, dilations)
        self.init_convolution(
            (x, weights, bias), element, window, groups, pad_value=int_attr(pad_value)
        )

    def result_shapes(self) -> Sequence[Shape]:
        x, weights = self.checked_shapes()
        return ((x[0], *self.window.outputs(*x[1:3]), weights[0]),)

    @property
    def sums_all_weights(self) -> bool:
        return not any(self.pads.get_values())

    def verify_types(self) -> None:
        super().verify_types()
        if any(self.pads.get_values()):
            check_pad_value(self.x, self.pad_value.value.data)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        def product(x: Array, weights: Array, pad: float) -> Array:
            return convolve(x, weights, self.window, self.groups.value.data, pad)

        pad = self.pad_value.value.data if any(self.pads.get_values()) else 0
        return self.evaluate_sums(args, product, pad)


@irdl_op_definition
class ConvTranspose2dOp(ConvolutionOp):
    """A transposed two-dimensional convolution, the gradient of a conv2d; it enlarges images.

    %y = qnn.conv_transpose2d %x, %w strides = [2, 2]
        : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x8x8x3xsi13>
    """

    name = "qnn.conv_transpose2d"

    output_pads = prop_def(IntsProperty, default_value=ints_attr([0, 0]))
    """Rows added below and columns added to the right of the result, at least 0."""

    assembly_format = (
        "$x `,` $weights (`bias` $bias^)? (`strides` `=` $strides^)? (`pads` `=` $pads^)? "
        "(`output_pads` `=` $output_pads^)? (`dilations` `=` $dilations^)? "
        "(`groups` `=` $groups^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        weights: SSAValue | Operation,
        element: QuantType | None = None,
        bias: SSAValue | Operation | None = None,
        strides: Sequence[int] = (1, 1),
        pads: Sequence[int] = (0, 0, 0, 0),
        output_pads: Sequence[int] = (0, 0),
        dilations: Sequence[int] = (1, 1),
        groups: int = 1,
    ):
        window = window_properties(strides, pads, dilations)
        self.init_convolution(
            (x, weights, bias), element, window, groups, output_pads=ints_attr(output_pads)
        )

    @property
    def sums_all_weights(self) -> bool:
        return False

    def result_shapes(self) -> Sequence[Shape]:
        x, weights = self.checked_shapes()
        pads = self.output_pads.get_values()
        require_sizes(pads, 2, 0, "output_pads")
        rows, cols = self.window.transposed_outputs(x[1], x[2], pads)
        return ((x[0], rows, cols, weights[0]),)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        shape = shape_of(self.output)[1:3]
        groups = self.groups.value.data

        def product(x: Array, weights: Array, pad: float) -> Array:
            return convolve_transposed(x, weights, self.window, groups, shape)

        return self.evaluate_sums(args, product)


@irdl_op_definition
class LinearOp(LinearOpBase):
    """A fully connected layer over the last axis, with weights of shape outputs x inputs.

    %y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>) -> tensor<1x10xsi9>
    """

    name = "qnn.linear"

    assembly_format = (
        "$x `,` $weights (`bias` $bias^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        weights: SSAValue | Operation,
        element: QuantType | None = None,
        bias: SSAValue | Operation | None = None,
    ):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x, weights, bias], {}, element or element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        x, weights = shape_of(self.x), shape_of(self.weights)
        require(len(weights) == 2, f"the weights must be OxI, they are {text_of(weights)}")
        require(
            len(x) >= 1 and x[-1] == weights[1],
            f"weights for {weights[1]} inputs don't fit an input of {text_of(x)}",
        )
        return ((*x[:-1], weights[0]),)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        return self.evaluate_sums(args, lambda x, weights, pad: matmul_transposed(x, weights))
