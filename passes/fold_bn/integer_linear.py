"""Carrying scales past linear ops, and past ops that move elements.

    conv2d(dequantize(q, s), dequantize(w, t)) + b   becomes   dequantize(conv2d(q, w), s * t) + b

A zero point of the input becomes an integer bias and the value of the padding; one of the weights
is subtracted from them. Where a scale is negative and a pool takes the largest of its channel, the
weights are negated in its place.
"""

from math import prod

import numpy as np
from xdsl.dialects.builtin import TensorType, f32, f64
from xdsl.ir import Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.convolution import convolve, convolve_transposed, exact_dtype, max_magnitude
from ...qdialect.data import Array
from ...qdialect.qnn.base import describe, int_attr, ints_attr
from ...qdialect.qnn.constants import ConstantOp, ConstantPool, constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp, DivOp, SubOp
from ...qdialect.qnn.layout import ConcatOp, MoveOp, PadOp, SplitOp
from ...qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOpBase, accumulator_range
from ...qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp, SumPoolOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.types import (
    MAX_WIDTH,
    BipolarType,
    QuantType,
    element_of,
    is_quant,
    shape_of,
    smallest_type,
    value_range,
)
from .chains import dequantized, is_by_channel, is_uniform, keeps_channels, scale_of, zero_point_of


def holding(low: int, high: int) -> QuantType:
    """The narrowest signed type for a range: sums are signed, whatever they hold."""
    return smallest_type(min(low, -1), high)


def is_integer_range(low: int, high: int) -> bool:
    """Whether some type of the IR holds a range, as a signed one."""
    most = 1 << (MAX_WIDTH - 1)
    return -most <= low and high < most


class IntegerLinear(RewritePattern):
    """Carries the scales of input and weights past a convolution or a linear layer."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: LinearOpBase, rewriter: PatternRewriter) -> None:
        if why_float(op) is not None:
            return
        x, weights = sources_of(op)
        new: list[Operation] = []
        scales = scale_of(x)[0] * scale_of(weights)
        negated = (scales < 0) & is_pooled(op, weights)
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
        shifts = zero_point_of(weights).any()
        if not shifts and not negated.any():
            return weights.x
        shifted = less_zero_point(weights)
        rows = negated.reshape(-1, *[1] * (shifted.ndim - 1))
        shifted = np.where(rows, -shifted.astype(exact_dtype(max_magnitude(shifted))), shifted)
        element, least, most = element_of(weights.x), int(shifted.min()), int(shifted.max())
        assert isinstance(element, QuantType)
        low, high = value_range(element)
        if shifts or not low <= least <= most <= high:
            element = holding(least, most)
        constant = self.pool.constant(shifted, element, weights.x.name_hint or "weights")
        new.append(constant)
        return constant.output

    def _sums(
        self, op: LinearOpBase, x: DequantizeOp, kernel: SSAValue, new: list[Operation]
    ) -> SSAValue:
        """The linear op on integers: what it sums up is the input less its zero point."""
        values, zero = constant_of(kernel), int(zero_point_of(x)[0])
        operands = [x.x, kernel]
        if zero and values is not None and not isinstance(op, ConvTranspose2dOp):
            offset = -zero * values.reshape(len(values), -1).sum(1, dtype=np.int64)
            element = holding(int(offset.min()), int(offset.max()))
            new.append(self.pool.constant(offset, element, "zero"))
            operands.append(new[-1].results[0])
        properties = dict(op.properties)
        pad, lifted = padding_of(op, x), is_lifted(op, x)
        if isinstance(op, Conv2dOp) and pad is not None:
            properties["pad_value"] = int_attr(-1 if lifted else pad)
        low, high = accumulator_range(x.x, kernel, operands[2] if operands[2:] else None)
        sums = type(op).create(
            operands=operands,
            result_types=[TensorType(holding(low, high), shape_of(op.output))],
            properties=properties,
        )
        new.append(sums)
        if lifted and isinstance(op, Conv2dOp) and values is not None:
            return self._plus(sums.output, lifted_border(op, values), new)
        if zero and isinstance(op, ConvTranspose2dOp) and values is not None:
            return self._plus(sums.output, transposed_zero(op, values, zero), new)
        return sums.output

    def _plus(self, sums: SSAValue, offsets: Array, new: list[Operation]) -> SSAValue:
        """Sums, and a constant for each position."""
        ends = int(offsets.min()), int(offsets.max())
        border = self.pool.constant(offsets, holding(*ends), "border")
        both = [sum(pair) for pair in zip(range_of(sums), ends, strict=True)]
        total = AddOp(sums, border, holding(*both))
        new += [border, total]
        return total.output


def is_pooled(op: LinearOpBase, weights: DequantizeOp) -> bool:
    """Whether the largest of the results are taken, whose order negated weights would keep."""
    pooled = any(isinstance(use.operation, MaxPoolOp) for use in op.output.uses)
    return pooled and constant_of(weights.x) is not None


def lifted_border(op: Conv2dOp, weights: Array) -> Array:
    """What padding with -1 took away: the weights that lay outside the image."""
    inside = np.zeros((1, *shape_of(op.x)[1:]), np.int8)
    return convolve(inside, weights, op.window, op.groups.value.data, 1)[0]


def transposed_zero(op: ConvTranspose2dOp, weights: Array, zero: int) -> Array:
    """What the zero point of the input adds to each position, which differ in how many taps reach
    them."""
    everywhere = np.full((1, *shape_of(op.x)[1:]), -zero, np.int64)
    groups, shape = op.groups.value.data, shape_of(op.output)[1:3]
    return convolve_transposed(everywhere, weights, op.window, groups, shape)[0]


def sources_of(op: LinearOpBase) -> tuple[DequantizeOp, DequantizeOp]:
    """What the operands of a linear op that can be made integer were dequantized by."""
    x, weights = dequantized(op.x), dequantized(op.weights)
    assert x is not None and weights is not None
    return x, weights


def why_float(op: LinearOpBase) -> str | None:
    """Why a linear op can't be one of integers, and a scale; None if it can."""
    if is_quant(element_of(op.x)):
        return "it computes with integers already"
    weights = dequantized(op.weights)
    if weights is None:
        if isinstance(op.weights.owner, ConstantOp):
            return (
                "its weights are float: quantize them in training "
                "(Quant nodes, QDQ, or torch's quantizers)"
            )
        return "its weights are not constant integers with a scale"
    x = dequantized(op.x)
    if x is None:
        return f"its input is float: it {_origin(op.x)}"
    if not is_uniform(x):
        return "its input has a scale for each channel: it needs one for the whole tensor"
    if not is_by_output(weights):
        return "the scale of its weights differs between inputs, not outputs"
    if padding_of(op, x) is None:
        return "its padding is no value of its quantized input"
    shifts = zero_point_of(weights).any() or zero_point_of(x).any() or is_lifted(op, x)
    if shifts and constant_of(weights.x) is None:
        return "its weights are not constant, which zero points and padding of one bit need"
    return _why_wide(x, weights)


def is_by_output(weights: DequantizeOp) -> bool:
    """Whether scales and zero points differ between the first axis of the weights only."""
    outputs = shape_of(weights.x)[0]
    sizes = {scale_of(weights).size, zero_point_of(weights).size}
    return sizes == {1} or (
        sizes <= {1, outputs} and weights.axis.value.data % len(shape_of(weights.x)) == 0
    )


def less_zero_point(weights: DequantizeOp) -> Array:
    """The integers of constant weights, less their zero point."""
    values, zero = constant_of(weights.x), zero_point_of(weights)
    assert values is not None
    if not zero.any():
        return values
    exact = exact_dtype(max_magnitude(values) + max_magnitude(zero))
    return values.astype(exact) - zero.reshape(-1, *[1] * (values.ndim - 1)).astype(exact)


def padding_of(op: LinearOpBase, x: DequantizeOp) -> int | None:
    """The integer that stands for the padding; None if there is none."""
    if not isinstance(op, Conv2dOp) or not any(op.pads.get_values()):
        return 0
    steps = op.pad_value.value.data / scale_of(x)[0]
    if not np.isfinite(steps) or steps != round(steps):
        return None
    pad = int(zero_point_of(x)[0]) + round(steps)
    liftable = isinstance(element_of(x.x), BipolarType) and pad == 0
    return pad if liftable or holds(x.x, pad) else None


def is_lifted(op: LinearOpBase, x: DequantizeOp) -> bool:
    """Whether one bit is padded with zero: with -1, and corrected at the border."""
    padded = isinstance(op, Conv2dOp) and any(op.pads.get_values())
    return padded and isinstance(element_of(x.x), BipolarType) and padding_of(op, x) == 0


def _why_wide(x: DequantizeOp, weights: DequantizeOp) -> str | None:
    """Why the sums could be no integers of the IR."""
    zeros = [max_magnitude(zero_point_of(source)) for source in (x, weights)]
    ends = [max(map(abs, range_of(source.x))) for source in (x, weights)]
    reach = prod(shape_of(weights.x)[1:]) * (ends[0] + zeros[0]) * (ends[1] + zeros[1])
    if is_integer_range(-reach, reach):
        return None
    return f"its sums could reach {reach}, more than {MAX_WIDTH} bits hold"


def _origin(value: SSAValue) -> str:
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
        properties = {**op.properties, "pads": ints_attr(pads), "pad_value": pad.value}
        merged = Conv2dOp.create(
            operands=[pad.x, *op.operands[1:]],
            result_types=[op.output.type],
            properties=properties,
        )
        rewriter.replace(op, merged)


class SinkDequantize(RewritePattern):
    """Moves integers rather than what they stand for."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: MoveOp | MaxPoolOp | SplitOp | PadOp, rewriter: PatternRewriter
    ) -> None:
        source = dequantized(op.x)
        if source is None or not is_by_channel(source):
            return
        if not (is_uniform(source) or keeps_channels(op)):
            return
        properties = dict(op.properties)
        if isinstance(op, MaxPoolOp) and (scale_of(source) < 0).any():
            return
        if isinstance(op, PadOp):
            zero = int(zero_point_of(source)[0])
            same = zero_point_of(source).size == 1
            if op.value.value.data != 0 or not same or not holds(source.x, zero):
                return
            properties["value"] = int_attr(zero)
        element = element_of(source.x)
        moved = type(op).create(
            operands=[source.x],
            result_types=[TensorType(element, shape_of(result)) for result in op.results],
            properties=properties,
        )
        results = [DequantizeOp(value, source.scale, source.zero_point) for value in moved.results]
        rewriter.replace(op, [moved, *results], [result.output for result in results])


class SinkLookup(RewritePattern):
    """Reads integers from a codebook, and scales what was read."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: LookupOp, rewriter: PatternRewriter) -> None:
        table = dequantized(op.table)
        if table is None or not is_uniform(table):
            return
        read = LookupOp(op.x, table.x, op.first.value.data, op.per_channel is not None)
        if op.layer is not None:
            read.layer = op.layer
        rewriter.replace(op, [read, DequantizeOp(read, table.scale, table.zero_point)])


def holds(value: SSAValue, number: int) -> bool:
    """Whether a number is a value of a tensor's type."""
    low, high = range_of(value)
    bipolar = isinstance(element_of(value), BipolarType)
    return low <= number <= high and not (bipolar and number == 0)


def rescaled(value: SSAValue, scale: SSAValue, zero: int, pool: ConstantPool) -> list[Operation]:
    """The ops that dequantize by a scale and one zero point; the last gives the result."""
    if not zero:
        return [DequantizeOp(value, scale)]
    offset = pool.constant(zero, smallest_type(min(zero, 0), max(zero, 0)), "zero")
    return [offset, DequantizeOp(value, scale, offset)]


class JoinDequantized(RewritePattern):
    """Concatenates, adds and subtracts integers that share a scale."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ConcatOp | AddOp | SubOp, rewriter: PatternRewriter) -> None:
        sources = [dequantized(value) for value in op.operands]
        found = [source for source in sources if source is not None and is_uniform(source)]
        if len(found) != len(sources) or not found:
            return
        if len({float(scale_of(source)[0]) for source in found}) > 1:
            return
        zeros = [int(zero_point_of(source)[0]) for source in found]
        integers = [source.x for source in found]
        new: list[Operation] = []
        if isinstance(op, ConcatOp):
            elements = {element_of(value) for value in integers}
            if len(set(zeros)) > 1 or len(elements) > 1:
                return
            new.append(ConcatOp(integers, op.axis.value.data))
            zero = zeros[0]
        else:
            zero = zeros[0] + zeros[1] if isinstance(op, AddOp) else zeros[0] - zeros[1]
            low, high = self._ends(op, integers)
            if not is_integer_range(low, high):
                return
            new.append(type(op)(integers[0], integers[1], holding(low, high)))
        new += rescaled(new[0].results[0], found[0].scale, zero, self.pool)
        if "layer" in op.properties:
            new[0].properties["layer"] = op.properties["layer"]
        rewriter.replace(op, new)

    def _ends(self, op: AddOp | SubOp, integers: list[SSAValue]) -> tuple[int, int]:
        """The range of the result."""
        (low, high), (least, most) = map(range_of, integers)
        if isinstance(op, AddOp):
            return low + least, high + most
        return low - most, high - least


class SumAverages(RewritePattern):
    """Splits an average of dequantized elements into an integer sum and the division."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: AvgPoolOp, rewriter: PatternRewriter) -> None:
        source = dequantized(op.x)
        if source is None or not is_uniform(source):
            return
        zero, padded = int(zero_point_of(source)[0]), any(op.pads.get_values())
        if padded and (zero or op.count_padding is None):
            return
        taps = int(np.prod(op.kernel.get_values()))
        low, high = (end * taps for end in range_of(source.x))
        low, high = min(low, 0), max(high, 0)
        if not is_integer_range(low, high):
            return
        sums = SumPoolOp.create(
            operands=[source.x],
            result_types=[TensorType(smallest_type(low, high), shape_of(op.output))],
            properties={k: v for k, v in op.properties.items() if k != "count_padding"},
        )
        count = self.pool.constant(np.float32(taps), f32, "count")
        new = rescaled(sums.results[0], source.scale, zero * taps, self.pool)
        rewriter.replace(op, [sums, count, *new, DivOp(new[-1], count)])
