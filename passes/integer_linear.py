"""Carrying scales past linear ops, and past ops that move elements.

    conv2d(dequantize(q, s), dequantize(w, t)) + b   becomes   dequantize(conv2d(q, w), s * t) + b

A zero point of the input becomes an integer bias and the value of the padding; one of the weights
is subtracted from them.
"""

import numpy as np
from xdsl.dialects.builtin import TensorType, f32, f64
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ..qdialect.convolution import convolve
from ..qdialect.qnn.base import int_attr
from ..qdialect.qnn.constants import ConstantPool, constant_of
from ..qdialect.qnn.elementwise import AddOp, DivOp, SubOp
from ..qdialect.qnn.layout import ConcatOp, MoveOp, PadOp, SplitOp
from ..qdialect.qnn.linear import Conv2dOp, LinearOp, accumulator_range
from ..qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp, SumPoolOp
from ..qdialect.qnn.quantization import DequantizeOp
from ..qdialect.types import (
    BipolarType,
    QuantType,
    element_of,
    shape_of,
    smallest_type,
    value_range,
)
from .chains import dequantized, is_uniform, keeps_channels, scale_of, zero_point_of


def holding(low: int, high: int) -> QuantType:
    """The narrowest signed type for a range: sums are signed, whatever they hold."""
    return smallest_type(min(low, -1), high)


class IntegerLinear(RewritePattern):
    """Carries the scales of input and weights past a convolution or a linear layer."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: LinearOp, rewriter: PatternRewriter) -> None:
        x, weights = dequantized(op.x), dequantized(op.weights)
        if x is None or weights is None or not is_uniform(x):
            return
        scales = scale_of(weights)
        if scales.size not in (1, op.out_channels):
            return
        if scales.size > 1 and weights.axis.value.data % len(shape_of(weights.x)) != 0:
            return
        pad = self._pad(op, x)
        if pad is None:
            return
        new: list[Operation] = []
        kernel = self._kernel(weights, new)
        sums = self._sums(op, x, kernel, pad, new)
        scale = self.pool.constant(scale_of(x)[0] * scales.reshape(op_shape(scales)), f64, "scale")
        result = DequantizeOp(sums, scale)
        new += [scale, result]
        if op.bias is not None:
            new.append(AddOp(result, op.bias))
        rewriter.replace(op, new)

    def _kernel(self, weights: DequantizeOp, new: list[Operation]) -> SSAValue:
        """The integer weights, less their zero point."""
        values, zero = constant_of(weights.x), zero_point_of(weights)
        if values is None or not zero.any():
            return weights.x
        shifted = values.astype(np.int64) - zero.reshape(-1, *[1] * (values.ndim - 1))
        element = holding(int(shifted.min()), int(shifted.max()))
        constant = self.pool.constant(shifted, element, weights.x.name_hint or "weights")
        new.append(constant)
        return constant.output

    def _pad(self, op: LinearOp, x: DequantizeOp) -> int | None:
        """The integer that stands for the padding; None if there is none."""
        if not isinstance(op, Conv2dOp) or not any(op.pads.get_values()):
            return 0
        steps = op.pad_value.value.data / scale_of(x)[0]
        pad = int(zero_point_of(x)[0]) + round(steps)
        liftable = isinstance(element_of(x.x), BipolarType) and pad == 0
        return pad if steps == round(steps) and (liftable or holds(x.x, pad)) else None

    def _sums(
        self, op: LinearOp, x: DequantizeOp, kernel: SSAValue, pad: int, new: list[Operation]
    ) -> SSAValue:
        """The linear op on integers: what it sums up is the input less its zero point."""
        zero = int(zero_point_of(x)[0])
        values = constant_of(kernel)
        operands = [x.x, kernel]
        if zero and values is not None:
            taps = -zero * values.reshape(len(values), -1).sum(1, dtype=np.int64)
            element = holding(int(taps.min()), int(taps.max()))
            new.append(self.pool.constant(taps, element, "zero"))
            operands.append(new[-1].results[0])
        properties = dict(op.properties)
        lifted = pad == 0 and isinstance(element_of(x.x), BipolarType) and is_padded(op)
        if isinstance(op, Conv2dOp):
            properties["pad_value"] = int_attr(-1 if lifted else pad)
        low, high = accumulator_range(x.x, kernel, operands[2] if zero else None)
        sums = type(op).create(
            operands=operands,
            result_types=[TensorType(holding(low, high), shape_of(op.output))],
            properties=properties,
        )
        new.append(sums)
        if not lifted:
            return sums.output
        assert isinstance(op, Conv2dOp) and values is not None
        return self._lift_border(op, sums.results[0], values, new)

    def _lift_border(
        self, op: Conv2dOp, sums: SSAValue, weights: np.ndarray, new: list[Operation]
    ) -> SSAValue:
        """Adds what padding with -1 took away: the weights that lay outside the image."""
        height, width, channels = shape_of(op.x)[1:]
        inside = np.zeros((1, height, width, channels), np.int8)
        outside = convolve(inside, weights, op.window, op.groups.value.data, 1)[0]
        border = self.pool.constant(
            outside, holding(int(outside.min()), int(outside.max())), "border"
        )
        element = element_of(sums)
        kind = element_of(border.output)
        assert isinstance(element, QuantType) and isinstance(kind, QuantType)
        ends = [sum(pair) for pair in zip(value_range(element), value_range(kind), strict=True)]
        total = AddOp(sums, border, holding(*ends))
        new += [border, total]
        return total.output


def is_padded(op: LinearOp) -> bool:
    return isinstance(op, Conv2dOp) and any(op.pads.get_values())


def op_shape(scales: np.ndarray) -> tuple[int, ...]:
    """One scale is a number of its own, several are a row."""
    return () if scales.size == 1 else (scales.size,)


class SinkDequantize(RewritePattern):
    """Moves integers rather than what they stand for."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: MoveOp | MaxPoolOp | SplitOp | PadOp, rewriter: PatternRewriter
    ) -> None:
        source = dequantized(op.x)
        if source is None or not (is_uniform(source) or keeps_channels(op)):
            return
        if not is_uniform(source) and source.axis.value.data % len(shape_of(op.x)) != (
            len(shape_of(op.x)) - 1
        ):
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


def holds(value: SSAValue, number: int) -> bool:
    """Whether a number is a value of a tensor's type."""
    element = element_of(value)
    assert isinstance(element, QuantType)
    low, high = value_range(element)
    return low <= number <= high and not (isinstance(element, BipolarType) and number == 0)


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
            new.append(self._sum(op, integers))
        offset = None
        if zero:
            offset = self.pool.constant(zero, smallest_type(min(zero, 0), max(zero, 0)), "zero")
            new.append(offset)
        new.append(DequantizeOp(new[0], found[0].scale, offset))
        if "layer" in op.properties:
            new[0].properties["layer"] = op.properties["layer"]
        rewriter.replace(op, new)

    def _sum(self, op: AddOp | SubOp, integers: list[SSAValue]) -> Operation:
        ends: list[tuple[int, int]] = []
        for value in integers:
            element = element_of(value)
            assert isinstance(element, QuantType)
            ends.append(value_range(element))
        (low, high), (least, most) = ends
        corners = (
            (low + least, high + most) if isinstance(op, AddOp) else (low - most, high - least)
        )
        return type(op)(integers[0], integers[1], holding(*corners))


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
        element = element_of(source.x)
        assert isinstance(element, QuantType)
        low, high = value_range(element)
        sums = SumPoolOp.create(
            operands=[source.x],
            result_types=[
                TensorType(smallest_type(min(low, 0) * taps, high * taps), shape_of(op.output))
            ],
            properties={k: v for k, v in op.properties.items() if k != "count_padding"},
        )
        count = self.pool.constant(np.float32(taps), f32, "count")
        new: list[Operation] = [sums, count]
        offset = None
        if zero:
            total = zero * taps
            offset = self.pool.constant(total, smallest_type(min(total, 0), max(total, 0)), "zero")
            new.append(offset)
        total = DequantizeOp(sums.results[0], source.scale, offset)
        rewriter.replace(op, [*new, total, DivOp(total, count)])
