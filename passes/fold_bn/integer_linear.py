"""Carrying scales past linear ops, and past ops that move elements.

    conv2d(dequantize(q, s), dequantize(w, t)) + b   becomes   dequantize(conv2d(q, w), s * t) + b

A zero point of the input becomes an integer bias and the value of the padding; one of the weights
is subtracted from them. Where a scale is negative and a pool takes the largest of its channel, the
weights are negated in its place.
"""

from math import prod

import numpy as np
from xdsl.dialects.builtin import TensorType, f64
from xdsl.ir import Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.convolution import convolve, convolve_transposed, exact_type, max_magnitude
from ...qdialect.data import Array
from ...qdialect.qnn.base import describe, int_attr, ints
from ...qdialect.qnn.constants import ConstantOp, ConstantPool, constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp
from ...qdialect.qnn.layout import PadOp
from ...qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOpBase, accumulator_range
from ...qdialect.qnn.pooling import MaxPoolOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.types import (
    MAX_WIDTH,
    BipolarType,
    QuantType,
    element_of,
    is_quant,
    shape_of,
    value_range,
)
from ..sum_types import fits_sum_type, sum_type
from .quant_params import dequantize_of, is_per_tensor, is_representable, scale_row, zero_point_row


class IntegerLinear(RewritePattern):
    """Carries the scales of input and weights past a convolution or a linear layer."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: LinearOpBase, rewriter: PatternRewriter) -> None:
        if refuse_linear(op) is not None:
            return
        x, weights = operand_dequantizes(op)
        new: list[Operation] = []
        scales = scale_row(x)[0] * scale_row(weights)
        negated = (scales < 0) & feeds_max_pool(op, weights)
        scales[negated] *= -1
        kernel = self._kernel(weights, negated, new)
        sums = self._sums(op, x, kernel, new)
        row = scales.reshape(() if scales.size == 1 else (scales.size,))
        scale = self.pool.constant(row, f64, "scale")
        result = DequantizeOp(sums, scale)
        new += [scale, result]
        if op.bias is not None:
            new.append(AddOp(result, op.bias))
        rewriter.replace(op, new)

    def _kernel(self, weights: DequantizeOp, negated: Array, new: list[Operation]) -> SSAValue:
        """The integer weights, less their zero point; some outputs' are negated."""
        shifts = zero_point_row(weights).any()
        if not shifts and not negated.any():
            return weights.x
        shifted = subtract_zero_point(weights)
        rows = negated.reshape(-1, *[1] * (shifted.ndim - 1))
        shifted = np.where(rows, -shifted.astype(exact_type(max_magnitude(shifted))), shifted)
        element, least, most = element_of(weights.x), int(shifted.min()), int(shifted.max())
        assert isinstance(element, QuantType)
        low, high = value_range(element)
        if shifts or not low <= least <= most <= high:
            element = sum_type(least, most)
        constant = self.pool.constant(shifted, element, weights.x.name_hint or "weights")
        new.append(constant)
        return constant.output

    def _sums(
        self, op: LinearOpBase, x: DequantizeOp, kernel: SSAValue, new: list[Operation]
    ) -> SSAValue:
        """The linear op on integers: what it sums up is the input less its zero point."""
        values, zero = constant_of(kernel), int(zero_point_row(x)[0])
        operands = [x.x, kernel]
        if zero and values is not None and not isinstance(op, ConvTranspose2dOp):
            offset = -zero * values.reshape(len(values), -1).sum(1, dtype=np.int64)
            element = sum_type(int(offset.min()), int(offset.max()))
            new.append(self.pool.constant(offset, element, "zero"))
            operands.append(new[-1].results[0])
        properties = dict(op.properties)
        pad, lifted = integer_padding(op, x), pads_one_bit_with_zero(op, x)
        if isinstance(op, Conv2dOp) and pad is not None:
            properties["pad_value"] = int_attr(-1 if lifted else pad)
        low, high = accumulator_range(x.x, kernel, operands[2] if operands[2:] else None)
        sums = type(op).create(
            operands=operands,
            result_types=[TensorType(sum_type(low, high), shape_of(op.output))],
            properties=properties,
        )
        new.append(sums)
        if lifted and isinstance(op, Conv2dOp) and values is not None:
            return self._plus(sums.output, one_bit_border(op, values), new)
        if zero and isinstance(op, ConvTranspose2dOp) and values is not None:
            return self._plus(sums.output, transposed_zero_point(op, values, zero), new)
        return sums.output

    def _plus(self, sums: SSAValue, offsets: Array, new: list[Operation]) -> SSAValue:
        """Sums, and a constant for each position."""
        ends = int(offsets.min()), int(offsets.max())
        border = self.pool.constant(offsets, sum_type(*ends), "border")
        both = [sum(pair) for pair in zip(range_of(sums), ends, strict=True)]
        total = AddOp(sums, border, sum_type(*both))
        new += [border, total]
        return total.output


def feeds_max_pool(op: LinearOpBase, weights: DequantizeOp) -> bool:
    """Whether the largest of the results are taken, whose order negated weights would keep."""
    pooled = any(isinstance(use.operation, MaxPoolOp) for use in op.output.uses)
    return pooled and constant_of(weights.x) is not None


def one_bit_border(op: Conv2dOp, weights: Array) -> Array:
    """What padding with -1 took away: the weights that lay outside the image."""
    inside = np.zeros((1, *shape_of(op.x)[1:]), np.int8)
    return convolve(inside, weights, op.window, op.groups.value.data, 1)[0]


def transposed_zero_point(op: ConvTranspose2dOp, weights: Array, zero: int) -> Array:
    """What the zero point of the input adds to each position, which differ in how many taps reach
    them."""
    everywhere = np.full((1, *shape_of(op.x)[1:]), -zero, np.int64)
    groups, shape = op.groups.value.data, shape_of(op.output)[1:3]
    return convolve_transposed(everywhere, weights, op.window, groups, shape)[0]


def operand_dequantizes(op: LinearOpBase) -> tuple[DequantizeOp, DequantizeOp]:
    """What the operands of a linear op that can be made integer were dequantized by."""
    x, weights = dequantize_of(op.x), dequantize_of(op.weights)
    assert x is not None and weights is not None
    return x, weights


def refuse_linear(op: LinearOpBase) -> str | None:
    """Why a linear op can't be one of integers, and a scale; None if it can."""
    if is_quant(element_of(op.x)):
        return "it computes with integers already"
    weights = dequantize_of(op.weights)
    if weights is None:
        if isinstance(op.weights.owner, ConstantOp):
            return (
                "its weights are float: quantize them in training "
                "(Quant nodes, QDQ, or torch's quantizers)"
            )
        return "its weights are not constant integers with a scale"
    x = dequantize_of(op.x)
    if x is None:
        return f"its input is float: it {_refuse_float_input(op.x)}"
    if not is_per_tensor(x):
        return "its input has a scale for each channel: it needs one for the whole tensor"
    if not varies_by_output_only(weights):
        return "the scale of its weights differs between inputs, not outputs"
    if integer_padding(op, x) is None:
        return "its padding is no value of its quantized input"
    shifts = (
        zero_point_row(weights).any() or zero_point_row(x).any() or pads_one_bit_with_zero(op, x)
    )
    if shifts and constant_of(weights.x) is None:
        return "its weights are not constant, which zero points and padding of one bit need"
    return _refuse_wide_sums(x, weights)


def varies_by_output_only(weights: DequantizeOp) -> bool:
    """Whether scales and zero points differ between the first axis of the weights only."""
    outputs = shape_of(weights.x)[0]
    sizes = {scale_row(weights).size, zero_point_row(weights).size}
    return sizes == {1} or (
        sizes <= {1, outputs} and weights.axis.value.data % len(shape_of(weights.x)) == 0
    )


def subtract_zero_point(weights: DequantizeOp) -> Array:
    """The integers of constant weights, less their zero point."""
    values, zero = constant_of(weights.x), zero_point_row(weights)
    assert values is not None
    if not zero.any():
        return values
    exact = exact_type(max_magnitude(values) + max_magnitude(zero))
    return values.astype(exact) - zero.reshape(-1, *[1] * (values.ndim - 1)).astype(exact)


def integer_padding(op: LinearOpBase, x: DequantizeOp) -> int | None:
    """The integer that stands for the padding; None if there is none."""
    if not isinstance(op, Conv2dOp) or not any(op.pads.get_values()):
        return 0
    steps = op.pad_value.value.data / scale_row(x)[0]
    if not np.isfinite(steps) or steps != round(steps):
        return None
    pad = int(zero_point_row(x)[0]) + round(steps)
    liftable = isinstance(element_of(x.x), BipolarType) and pad == 0
    return pad if liftable or is_representable(x.x, pad) else None


def pads_one_bit_with_zero(op: LinearOpBase, x: DequantizeOp) -> bool:
    """Whether one bit is padded with zero: with -1, and corrected at the border."""
    padded = isinstance(op, Conv2dOp) and any(op.pads.get_values())
    return padded and isinstance(element_of(x.x), BipolarType) and integer_padding(op, x) == 0


def _refuse_wide_sums(x: DequantizeOp, weights: DequantizeOp) -> str | None:
    """Why the sums could be no integers of the IR."""
    zeros = [max_magnitude(zero_point_row(source)) for source in (x, weights)]
    ends = [max(map(abs, range_of(source.x))) for source in (x, weights)]
    reach = prod(shape_of(weights.x)[1:]) * (ends[0] + zeros[0]) * (ends[1] + zeros[1])
    if fits_sum_type(-reach, reach):
        return None
    return f"its sums could reach {reach}, more than {MAX_WIDTH} bits hold"


def _refuse_float_input(value: SSAValue) -> str:
    """Where a float value comes from, and what would make it integer."""
    change: Operation | None = None
    while not isinstance(value.owner, Block):
        owner = value.owner
        if isinstance(owner, DequantizeOp):
            if change is None:
                return "is dequantized by a scale that is not constant"
            return f"is quantized, but changed by {describe(change)}: put a quantizer behind that"
        if isinstance(owner, LinearOpBase):
            return f"comes from {describe(owner)} without a quantizer in between"
        if not owner.operands:
            break
        change, value = owner, owner.operands[0]
    name = value.name_hint or "NAME"
    return (
        "comes from an input of the network that is not quantized: say what it holds, as in "
        f"`qnn import --input {name}=ui8*0.00390625`"
    )


class MergePad(RewritePattern):
    """Gives a convolution the padding that stands before it."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Conv2dOp, rewriter: PatternRewriter) -> None:
        pad = op.x.owner
        if not isinstance(pad, PadOp):
            return
        low, high = pad.low.get_values(), pad.high.get_values()
        same = not any(op.pads.get_values()) or op.pad_value == pad.value
        if not same or any((low[0], low[3], high[0], high[3])):
            return
        more = (low[1], low[2], high[1], high[2])
        pads = [a + b for a, b in zip(op.pads.get_values(), more, strict=True)]
        properties = {**op.properties, "pads": ints(pads), "pad_value": pad.value}
        merged = Conv2dOp.create(
            operands=[pad.x, *op.operands[1:]],
            result_types=[op.output.type],
            properties=properties,
        )
        rewriter.replace(op, merged)
