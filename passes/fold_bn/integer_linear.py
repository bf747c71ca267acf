"""Computes convolutions and linear layers on integers, and applies the scales to their sums.

    conv2d(dequantize(q, s), dequantize(w, t)) + b   becomes   dequantize(conv2d(q, w), s * t) + b

A zero point of the input becomes an integer bias and the value of the padding. A zero point of the
weights is subtracted from them. If a max pool reads channels with a negative scale, the weights of
these channels are negated and the scale becomes positive, so that the largest real number stays the
largest integer.
"""

from math import prod

import numpy as np
from xdsl.dialects.builtin import TensorType, f32, f64
from xdsl.ir import Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.affine import whole_steps
from ...qdialect.convolution import convolve, convolve_transposed, exact_dtype, max_magnitude
from ...qdialect.data import Array
from ...qdialect.linear_sums import offset_sums
from ...qdialect.qnn.base import describe, int_attr, ints_attr
from ...qdialect.qnn.constants import ConstantPool, constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp
from ...qdialect.qnn.layout import PadOp
from ...qdialect.qnn.linear import (
    Conv2dOp,
    ConvTranspose2dOp,
    LinearOpBase,
    accumulator_range,
)
from ...qdialect.qnn.pooling import MaxPoolOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.refusal import Refusal
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
from .affine_inputs import AffineInput, affine_input
from .chains import declare_input
from .float_weights import refuse_float_weights
from .quant_params import dequantize_of, is_per_tensor, is_representable, scale_row, zero_point_row


class IntegerLinear(RewritePattern):
    """Moves the scales of input and weights past a convolution or a linear layer.

    `refusals` records why an op had to stay float.
    """

    def __init__(self, pool: ConstantPool, refusals: dict[Operation, Refusal]):
        self.pool = pool
        self.refusals = refusals

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: LinearOpBase, rewriter: PatternRewriter) -> None:
        if is_quant(element_of(op.x)):
            return
        refusal = refuse_linear(op)
        if refusal is not None:
            self.refusals[op] = refusal
            return
        x, weights = integer_operands(op)
        new: list[Operation] = []
        weight_scales = scale_row(weights)
        negated = (x.map.scale * weight_scales < 0) & feeds_max_pool(op, weights)
        weight_scales[negated] *= -1
        scales = x.map.scale * weight_scales
        kernel = self._integer_kernel(weights, negated, new)
        sums = self._integer_sums(op, x, kernel, new)
        row = scales.reshape(() if scales.size == 1 else (scales.size,))
        scale = self.pool.constant(row, f64, "scale")
        result = DequantizeOp(sums, scale)
        new += [scale, result]
        if x.map.offset:
            new += self._offset_sums(result, kernel, weight_scales, x.map.offset)
        if op.bias is not None:
            new.append(AddOp(new[-1], op.bias))
        rewriter.replace(op, new)

    def _offset_sums(
        self, sums: DequantizeOp, kernel: SSAValue, weight_scales: Array, offset: float
    ) -> list[Operation]:
        """Adds the offset of the input times the sum of the weights."""
        values = constant_of(kernel)
        assert values is not None
        row = offset_sums(values, weight_scales, offset)
        return [(constant := self.pool.constant(row, f32, "offset")), AddOp(sums, constant)]

    def _integer_kernel(
        self, weights: DequantizeOp, negated: Array, new_ops: list[Operation]
    ) -> SSAValue:
        """The integer weights minus their zero point; `negated` outputs change sign."""
        shifts = zero_point_row(weights).any()
        if not shifts and not negated.any():
            return weights.x
        shifted = subtract_zero_point(weights)
        rows = negated.reshape(-1, *[1] * (shifted.ndim - 1))
        shifted = np.where(rows, -shifted.astype(exact_dtype(max_magnitude(shifted))), shifted)
        element, least, most = element_of(weights.x), int(shifted.min()), int(shifted.max())
        assert isinstance(element, QuantType)
        low, high = value_range(element)
        if shifts or not low <= least <= most <= high:
            element = sum_type(least, most)
        constant = self.pool.constant(shifted, element, weights.x.name_hint or "weights")
        new_ops.append(constant)
        return constant.output

    def _integer_sums(
        self, op: LinearOpBase, x: AffineInput, kernel: SSAValue, new_ops: list[Operation]
    ) -> SSAValue:
        """The linear op on integers: the sums of weights times (input - zero point)."""
        values, zero = constant_of(kernel), x.map.zero
        operands = [x.x, kernel]
        if zero and values is not None and not isinstance(op, ConvTranspose2dOp):
            offset = -zero * values.reshape(len(values), -1).sum(1, dtype=np.int64)
            element = sum_type(int(offset.min()), int(offset.max()))
            new_ops.append(self.pool.constant(offset, element, "zero"))
            operands.append(new_ops[-1].results[0])
        properties = dict(op.properties)
        pad, one_bit = integer_padding(op, x), pads_one_bit_with_zero(op, x)
        if isinstance(op, Conv2dOp) and pad is not None:
            properties["pad_value"] = int_attr(-1 if one_bit else pad)
        low, high = accumulator_range(x.x, kernel, operands[2] if operands[2:] else None)
        sums = type(op).create(
            operands=operands,
            result_types=[TensorType(sum_type(low, high), shape_of(op.output))],
            properties=properties,
        )
        new_ops.append(sums)
        if one_bit and isinstance(op, Conv2dOp) and values is not None:
            return self._add_offsets(sums.output, one_bit_border(op, values), new_ops)
        if zero and isinstance(op, ConvTranspose2dOp) and values is not None:
            return self._add_offsets(sums.output, transposed_zero_point(op, values, zero), new_ops)
        return sums.output

    def _add_offsets(self, sums: SSAValue, offsets: Array, new_ops: list[Operation]) -> SSAValue:
        """Adds a constant for each position to sums."""
        ends = int(offsets.min()), int(offsets.max())
        border = self.pool.constant(offsets, sum_type(*ends), "border")
        both = [sum(pair) for pair in zip(range_of(sums), ends, strict=True)]
        total = AddOp(sums, border, sum_type(*both))
        new_ops += [border, total]
        return total.output


def feeds_max_pool(op: LinearOpBase, weights: DequantizeOp) -> bool:
    """Whether a max pool reads the result of an op whose weights can be negated."""
    pooled = any(isinstance(use.operation, MaxPoolOp) for use in op.output.uses)
    return pooled and constant_of(weights.x) is not None


def one_bit_border(op: Conv2dOp, weights: Array) -> Array:
    """The correction of a one-bit input that is padded with -1 instead of 0.

    The sum contains -1 times each weight over the padding; the correction adds these weights again.
    It is the convolution of an image of zeros that is padded with 1.
    """
    inside = np.zeros((1, *shape_of(op.x)[1:]), np.int8)
    return convolve(inside, weights, op.window, op.groups.value.data, 1)[0]


def transposed_zero_point(op: ConvTranspose2dOp, weights: Array, zero: int) -> Array:
    """The contribution of the input's zero point to each position of a transposed convolution.

    It varies between positions, because they are reached by different numbers of taps.
    """
    everywhere = np.full((1, *shape_of(op.x)[1:]), -zero, np.int64)
    groups, shape = op.groups.value.data, shape_of(op.output)[1:3]
    return convolve_transposed(everywhere, weights, op.window, groups, shape)[0]


def integer_operands(op: LinearOpBase) -> tuple[AffineInput, DequantizeOp]:
    """The integers of input and weights, of an op that `refuse_linear` does not refuse."""
    x, weights = affine_input(op.x), dequantize_of(op.weights)
    assert x is not None and weights is not None
    return x, weights


def refuse_linear(op: LinearOpBase) -> Refusal | None:
    """Why an op on floats cannot become an op on integers and a scale; None if it can."""
    weights = dequantize_of(op.weights)
    if weights is None:
        return refuse_float_weights(op)
    x = affine_input(op.x)
    if x is None:
        return _refuse_float_input(op.x)
    if not varies_by_output_only(weights):
        reason = "the scale of its weights varies along an axis other than the outputs"
        return Refusal(reason, "quantize its weights per tensor or per output channel")
    if integer_padding(op, x) is None:
        return _refuse_padding(op, x)
    if x.map.offset and not op.sums_all_weights:
        reason = (
            f"its input has the offset {x.map.offset:g}, which is not a multiple of its scale "
            f"{x.map.scale:g}, and it is padded with 0"
        )
        return Refusal(reason, "put a quantizer after the offset, or do not pad")
    shifts = zero_point_row(weights).any() or x.map.zero or x.map.offset
    if (shifts or pads_one_bit_with_zero(op, x)) and constant_of(weights.x) is None:
        reason = "its weights are not constant, which zero points and one-bit padding require"
        return Refusal(reason, "use zero points of 0, and do not pad one-bit inputs with zero")
    return _refuse_wide_sums(x, weights)


def varies_by_output_only(weights: DequantizeOp) -> bool:
    """Whether scales and zero points vary along the first axis of the weights only, if at all."""
    outputs = shape_of(weights.x)[0]
    sizes = {scale_row(weights).size, zero_point_row(weights).size}
    return sizes == {1} or (
        sizes <= {1, outputs} and weights.axis.value.data % len(shape_of(weights.x)) == 0
    )


def subtract_zero_point(weights: DequantizeOp) -> Array:
    """The integers of constant weights minus their zero point."""
    values, zero = constant_of(weights.x), zero_point_row(weights)
    assert values is not None
    if not zero.any():
        return values
    exact = exact_dtype(max_magnitude(values) + max_magnitude(zero))
    return values.astype(exact) - zero.reshape(-1, *[1] * (values.ndim - 1)).astype(exact)


def integer_padding(op: LinearOpBase, x: AffineInput) -> int | None:
    """The integer that represents the padding value; 0 without padding, None if no integer does."""
    if not isinstance(op, Conv2dOp) or not any(op.pads.get_values()):
        return 0
    steps = whole_steps(op.pad_value.value.data, x.map.scale)
    if steps is None:
        return None
    pad = x.map.zero + steps
    corrected = isinstance(element_of(x.x), BipolarType) and pad == 0
    return pad if corrected or is_representable(x.x, pad) else None


def _refuse_padding(op: LinearOpBase, x: AffineInput) -> Refusal:
    assert isinstance(op, Conv2dOp)
    (low, high), scale, zero = range_of(x.x), x.map.scale, x.map.zero
    ends = sorted(((low - zero) * scale, (high - zero) * scale))
    reason = (
        f"its padding value {op.pad_value.value.data} is not representable in its input type "
        f"{element_of(x.x)} with scale {scale:g} and zero point {zero}"
    )
    return Refusal(reason, f"pad with a multiple of the scale from {ends[0]:g} to {ends[1]:g}")


def pads_one_bit_with_zero(op: LinearOpBase, x: AffineInput) -> bool:
    """Whether an op pads a one-bit input with 0. It then pads with -1 and corrects the border."""
    padded = isinstance(op, Conv2dOp) and any(op.pads.get_values())
    return padded and isinstance(element_of(x.x), BipolarType) and integer_padding(op, x) == 0


def _refuse_wide_sums(x: AffineInput, weights: DequantizeOp) -> Refusal | None:
    """Why no integer type can represent the sums; None if one can, whatever the weights are."""
    zeros = [abs(x.map.zero), max_magnitude(zero_point_row(weights))]
    ends = [max(map(abs, range_of(source.x))) for source in (x, weights)]
    reach = prod(shape_of(weights.x)[1:]) * (ends[0] + zeros[0]) * (ends[1] + zeros[1])
    if fits_sum_type(-reach, reach):
        return None
    reason = f"its sums could reach {reach}, more than {MAX_WIDTH} bits hold"
    return Refusal(reason, "use fewer bits for its input or its weights")


def _refuse_float_input(value: SSAValue) -> Refusal:
    """Finds the op that makes an input float, to name it with a remedy."""
    changed_by: Operation | None = None
    while not isinstance(value.owner, Block):
        owner = value.owner
        if isinstance(owner, DequantizeOp):
            known = dequantize_of(value)
            if known is None and changed_by is None:
                reason = "its input is dequantized with a scale that is not constant"
                return Refusal(reason, "use static quantization")
            if known is not None and not is_per_tensor(known):
                reason = "its input has a scale for each channel"
                return Refusal(reason, "quantize its input with one scale for the whole tensor")
            assert changed_by is not None  # one scale directly before a linear op is absorbed
            reason = f"it is quantized, but then changed by {describe(changed_by)}"
            return Refusal(
                f"its input is float: {reason}", "put a quantizer directly before this layer"
            )
        if isinstance(owner, LinearOpBase):
            reason = f"its input is float: it comes from {describe(owner)} without a quantizer"
            return Refusal(reason, "put a quantizer between the two")
        computed = [operand for operand in owner.operands if constant_of(operand) is None]
        if not computed:
            break
        changed_by, value = owner, computed[0]
    reason = "its input is float: it comes from an input of the network that is not quantized"
    return Refusal(reason, declare_input(value))


class MergePad(RewritePattern):
    """Merges a pad op into the padding of the convolution that reads it."""

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
        properties = {**op.properties, "pads": ints_attr(pads), "pad_value": pad.value}
        merged = Conv2dOp.create(
            operands=[pad.x, *op.operands[1:]],
            result_types=[op.output.type],
            properties=properties,
        )
        rewriter.replace(op, merged)
