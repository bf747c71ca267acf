"""Computes layers over a concat of tensors of several scales on integers.

    linear(concat(dequantize(a, s), dequantize(b, t)), dequantize(w, u))

The weights of each part are multiplied by an integer, m and n, that is close to s / unit and
t / unit. The layer then sums integers, and R, `unit * u` times their sum, is close to its result.
The sum that level 1 computes in 32-bit floats is off from this by at most e, the sum of

- the rounding of the multipliers: |w * u| * |q - zero| * |s - m * unit|, for all weights;
- the rounding of the floats: n roundings in sequence, in any order of additions, are off by at most
  n * 2^-24 / (1 - n * 2^-24) times the sum of the magnitudes of all terms.

The second is 0 if every term is a multiple of one power of 2, and no partial sum exceeds 2^24 of
them. The ops f behind the layer are monotone, so the level of level 1 lies between f(R - e) and
f(R + e), and level 2 computes f(R). For all sums R, both differ from it by at most `max_error`
levels if no threshold of f(R) is passed by more than `max_error` thresholds of the other two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation, SSAValue

from ...qdialect.data import Array
from ...qdialect.exponents import power_of_two_multiples
from ...qdialect.qnn.base import QnnOp, describe, int_attr, ints_attr
from ...qdialect.qnn.constants import ConstantPool, constant_of, range_of
from ...qdialect.qnn.layout import ConcatOp, PadOp
from ...qdialect.qnn.linear import (
    Conv2dOp,
    ConvTranspose2dOp,
    GroupedLinearOp,
    LinearOpBase,
    accumulator_range,
)
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import bit_width, element_of, shape_of, smallest_type
from ...qdialect.values import Value
from ..arrays import Ints
from ..sum_types import sum_type
from .chains import (
    Chain,
    ElementwiseOp,
    QuantizerOp,
    evaluate_ops,
    level_range,
    split_operands,
    varies_by_position,
)
from .choose_fold import MAX_LEVELS
from .integer_linear import subtract_zero_point, varies_by_output_only
from .monotone import is_monotone
from .quant_params import (
    dequantize_of,
    is_per_tensor,
    is_representable,
    scale_row,
    varies_by_channel_only,
    zero_point_row,
)
from .residual import allow_error
from .threshold_search import StepFunction, find_thresholds

MAX_MULTIPLIER = 1 << 10
"""The largest multiplier of a part's weights that is tried."""

MAX_RATIO_ERROR = 2.0**-8
"""The largest error of a multiplier that is tried, relative to the largest scale.

A coarser multiplier may satisfy the bound, but would move more of the levels."""

MAX_WEIGHT_BITS = 16
"""The largest size of weights after the multiplication."""

MAX_INPUT_BITS = 24
"""The largest size of the integers that are concatenated: 2^20 of their products with weights, and
with zero points that double them, fit into 64 bits."""

FLOAT_BITS = 24
"""A float32 represents every integer of this many bits."""

NORMAL_SCALES = 2.0**-40, 2.0**40
"""Scales whose products with each other and with integers are neither subnormal nor infinite."""

ONE_SCALE = "quantize the result of the concat, or its inputs with one scale"


@dataclass(frozen=True)
class ScaledConcatLayer:
    """A layer over a concat, and the quantizer behind it, on integers."""

    layer: LinearOpBase
    parts: Sequence[DequantizeOp]
    weights: Ints
    """The weights times the multiplier of the part that they read."""
    steps: StepFunction
    first: int
    """The level below all thresholds."""
    error: int
    """The largest number of levels by which the result may be off."""

    def integer_sums(
        self, quantizer: QuantizerOp, pool: ConstantPool, new: list[Operation]
    ) -> SSAValue:
        """The layer on the integers of all parts, minus their zero points.

        Its ops are appended to `new`, which are inserted before `quantizer`.
        """
        values, zeros = [part.x for part in self.parts], zero_points(self.parts)
        properties = dict(self.layer.properties)
        if isinstance(self.layer, Conv2dOp) and any(self.layer.pads.get_values()):
            if len(set(zeros)) > 1:  # the real number 0 is another integer in each part
                top, left, bottom, right = self.layer.pads.get_values()
                ends = (0, top, left, 0), (0, bottom, right, 0)
                pads = [PadOp(x, *ends, zero) for x, zero in zip(values, zeros, strict=True)]
                new += pads
                values = [pad.output for pad in pads]
                properties["pads"] = ints_attr([0, 0, 0, 0])
            else:
                properties["pad_value"] = int_attr(zeros[0])
        joined = concat_before(quantizer, values)
        if joined is None:
            joined = ConcatOp(values)
            new.append(joined)
        kind = smallest_type(min(int(self.weights.min()), -1), int(self.weights.max()))
        kernel = pool.constant(self.weights, kind, "weights")
        new.append(kernel)
        operands: list[SSAValue] = [joined.output, kernel.output]
        bias: SSAValue | None = None
        if any(zeros):
            offsets = self.weights * by_channel(self.layer, per_channel(self.parts, zeros))
            row = -offsets.reshape(len(offsets), -1).sum(1)
            constant = pool.constant(row, sum_type(int(row.min()), int(row.max())), "zero")
            new.append(constant)
            bias = constant.output
            operands.append(bias)
        low, high = accumulator_range(joined.output, kernel.output, bias)
        sums = type(self.layer).create(
            operands=operands,
            result_types=[TensorType(sum_type(low, high), shape_of(self.layer.output))],
            properties=properties,
        )
        new.append(sums)
        return sums.results[0]


def concat_before(op: Operation, values: Sequence[SSAValue]) -> ConcatOp | None:
    """A concat of these channels that an op can read: another layer over them made it."""
    for use in values[0].uses:
        concat = use.operation
        if not isinstance(concat, ConcatOp) or list(concat.inputs) != list(values):
            continue
        is_last_axis = concat.axis_from_front == len(shape_of(concat.output)) - 1
        if is_last_axis and concat.parent is op.parent and concat.is_before_in_block(op):
            return concat
    return None


def layer_before(quantizer: QuantizerOp) -> tuple[LinearOpBase, list[QnnOp]] | None:
    """The layer over a concat whose result a quantizer reads, and the elementwise ops between."""
    value, shape = quantizer.x, shape_of(quantizer.x)
    ops: list[QnnOp] = []
    while isinstance(op := value.owner, ElementwiseOp):
        free, fixed = split_operands(op)
        if len(free) != 1 or shape_of(free[0]) != shape or varies_by_position(fixed):
            return None
        ops.insert(0, op)
        value = free[0]
    if not isinstance(op, LinearOpBase) or not isinstance(op.x.owner, ConcatOp):
        return None
    return (op, ops) if all(map(dequantize_of, op.x.owner.inputs)) else None


def find_scaled_concat(
    quantizer: QuantizerOp, layer: LinearOpBase, ops: Sequence[QnnOp], max_error: int
) -> ScaledConcatLayer | Refusal:
    """The smallest multipliers with which no level is off by more than `max_error`."""
    concat = layer.x.owner
    assert isinstance(concat, ConcatOp)
    parts = [source for value in concat.inputs if (source := dequantize_of(value)) is not None]
    refusal = refuse_parts(concat, parts) or refuse_layer(layer, parts, ops, quantizer)
    if refusal is not None:
        return refusal
    sums = ConcatSums(layer, parts, Chain([layer.output], ops, quantizer))
    for allowed in sorted({0, max_error}):
        for factor in sums.factors():
            found = sums.with_factor(factor, allowed)
            if found is not None:
                return found
    scales = ", ".join(f"{scale:g}" for scale in sums.scales)
    reason = f"its input comes from {describe(concat)}, whose inputs have the scales {scales}"
    if not max_error:
        remedy = f"{ONE_SCALE}, {allow_error(1)}"
        return Refusal(f"{reason}, and its floats are rounded", remedy)
    reason += f", and no weights of up to {MAX_WEIGHT_BITS} bits keep its error within {max_error}"
    return Refusal(f"{reason} levels", ONE_SCALE)


def refuse_parts(concat: ConcatOp, parts: Sequence[DequantizeOp]) -> Refusal | None:
    """Why the parts of a concat do not become one tensor of integers; None if they do."""
    name = f"its input comes from {describe(concat)}"
    if not all(map(is_per_tensor, parts)):
        return Refusal(f"{name}, some of whose inputs do not have a single scale", ONE_SCALE)
    if len({element_of(part.x) for part in parts}) > 1:
        kinds = ", ".join(str(element_of(part.x)) for part in parts)
        return Refusal(f"{name}, whose inputs have the types {kinds}", "use one type")
    if concat.axis_from_front != len(shape_of(concat.output)) - 1:
        return Refusal(f"{name}, which does not concatenate channels", ONE_SCALE)
    zeros = zip(parts, zero_points(parts), strict=True)
    if not all(is_representable(part.x, zero) for part, zero in zeros):
        return Refusal(f"{name}, and no integer represents 0 in each of its inputs", ONE_SCALE)
    return None


def refuse_layer(
    layer: LinearOpBase, parts: Sequence[DequantizeOp], ops: Sequence[QnnOp], quantizer: QuantizerOp
) -> Refusal | None:
    """Why a layer over a concat of several scales cannot sum integers; None if it can."""
    weights, name = dequantize_of(layer.weights), "its input is a concat of several scales, and"
    if weights is None or constant_of(weights.x) is None or not varies_by_output_only(weights):
        return Refusal(f"{name} its weights are not constant integers with a scale", ONE_SCALE)
    widths = (bit_width(element_of(parts[0].x)), bit_width(element_of(weights.x)))
    if widths[0] > MAX_INPUT_BITS or widths[1] > MAX_WEIGHT_BITS:
        reason = f"{name} its input and weights have {widths[0]} and {widths[1]} bits"
        limits = f"at most {MAX_INPUT_BITS} and {MAX_WEIGHT_BITS} are possible"
        return Refusal(f"{reason}, {limits}", "quantize both to fewer bits")
    if layer.bias is not None and constant_of(layer.bias) is None:
        return Refusal(f"{name} its bias is not constant", ONE_SCALE)
    if isinstance(layer, Conv2dOp) and any(layer.pads.get_values()) and layer.pad_value.value.data:
        return Refusal(f"{name} it is not padded with 0", "pad with 0")
    if isinstance(layer, ConvTranspose2dOp) and any(zero_points(parts)):
        return Refusal(f"{name} it is transposed, with zero points that are not 0", ONE_SCALE)
    scales = np.abs(np.concatenate([scale_row(op) for op in (*parts, weights)]))
    if not (scales >= NORMAL_SCALES[0]).all() or not (scales <= NORMAL_SCALES[1]).all():
        return Refusal(f"{name} a scale is 0, or is too small or too large", ONE_SCALE)
    bent = [op for op in (*ops, quantizer) if not is_monotone(op)]
    if bent:
        return Refusal(f"{name} {describe(bent[0])} behind it is not monotone", ONE_SCALE)
    first, last = level_range(quantizer)
    is_row = len(shape_of(quantizer.x)) > 1 and varies_by_channel_only(quantizer)
    if last - first > MAX_LEVELS or not is_row:
        reason = f"{name} {describe(quantizer)} behind it has too many levels"
        return Refusal(reason if is_row else f"{name} lacks an axis of channels", ONE_SCALE)
    return None


def zero_points(parts: Sequence[DequantizeOp]) -> list[int]:
    return [int(zero_point_row(part)[0]) for part in parts]


def per_channel(parts: Sequence[DequantizeOp], numbers: Sequence[float] | Array) -> Array:
    """The number of the part that each channel of a concat belongs to."""
    return np.repeat(np.asarray(numbers), [shape_of(part.x)[-1] for part in parts])


def by_channel(layer: LinearOpBase, row: Array) -> Array:
    """Numbers of the channels of the input, in a shape that broadcasts against the weights."""
    outputs, *kernel, share = shape_of(layer.weights)
    groups = layer.groups.value.data if isinstance(layer, GroupedLinearOp) else 1
    start = np.arange(outputs) // (outputs // groups) * share
    return row[start[:, None] + np.arange(share)].reshape(outputs, *[1] * len(kernel), share)


class ConcatSums:
    """The sums of a layer over a concat of several scales, and bounds on their errors."""

    def __init__(self, layer: LinearOpBase, parts: Sequence[DequantizeOp], chain: Chain):
        self.layer, self.parts, self.chain = layer, parts, chain
        weights = dequantize_of(layer.weights)
        assert weights is not None
        self.weights = subtract_zero_point(weights).astype(np.int64)
        self.weight_scale = np.broadcast_to(scale_row(weights), len(self.weights))
        self.scales = [float(scale_row(part)[0]) for part in parts]
        ends = [np.array(range_of(part.x)) - zero_point_row(part)[0] for part in parts]
        self.low = by_channel(layer, per_channel(parts, [end[0] for end in ends]))
        self.high = by_channel(layer, per_channel(parts, [end[1] for end in ends]))
        self.reach = np.abs(self.weights) * np.maximum(np.abs(self.low), np.abs(self.high))

    def total(self, terms: Array) -> Array:
        """The sum over the weights of each output."""
        return np.broadcast_to(terms, self.weights.shape).reshape(len(self.weights), -1).sum(1)

    def factors(self) -> Iterator[int]:
        """Multipliers of the largest scale; each approximates the others better than the last."""
        ratios = np.abs(self.scales) / np.abs(self.scales).max()
        factors = np.arange(1, MAX_MULTIPLIER + 1)
        products = factors[:, None] * ratios
        error = np.abs(ratios - np.rint(products) / factors[:, None]).max(1)
        closer = np.r_[True, error[1:] < np.minimum.accumulate(error)[:-1]] & (
            error <= MAX_RATIO_ERROR
        )
        yield from (int(factor) for factor in factors[closer])

    def with_factor(self, factor: int, max_error: int) -> ScaledConcatLayer | None:
        """The layer with a multiplier of the largest scale; None if its error is too large."""
        unit = max(map(abs, self.scales)) / factor
        rounded = [round(scale / unit) for scale in self.scales]
        scales = by_channel(self.layer, per_channel(self.parts, self.scales))
        multipliers = by_channel(self.layer, per_channel(self.parts, rounded))
        # an output that reads one part only, as in a depthwise layer, has the scale of that part
        alone = (scales == scales[..., :1]).all(axis=-1, keepdims=True)
        multipliers = np.where(alone, 1, multipliers)
        units = np.where(alone[..., 0], scales[..., 0], unit).reshape(-1)
        weights = self.weights * multipliers
        kind = smallest_type(min(int(weights.min()), -1), int(weights.max()))
        if bit_width(kind) > MAX_WEIGHT_BITS:
            return None
        is_exact = self.floats_are_exact and all(
            Fraction(scale) == number * Fraction(unit)
            for scale, number in zip(self.scales, rounded, strict=True)
        )
        error = np.zeros(len(weights))
        if not is_exact:
            off = np.abs(scales - multipliers * units.reshape(-1, *[1] * (scales.ndim - 1)))
            error = self.total(self.reach * off) * np.abs(self.weight_scale) + self.float_error
        low = self.total(np.minimum(weights * self.low, weights * self.high))
        high = self.total(np.maximum(weights * self.low, weights * self.high))
        first, last = level_range(self.chain.quantizer)
        step = units * self.weight_scale
        steps, *others = (
            find_thresholds(
                lambda sums, error=end: self.levels(sums * step + error), low, high, first, last
            )
            for end in ((0.0, -error, error) if error.any() else (0.0,))
        )
        if not all(is_within(max_error, steps, other, low + high + 1) for other in others):
            return None
        return ScaledConcatLayer(self.layer, self.parts, weights, steps, first, max_error)

    @property
    def float_error(self) -> Array:
        """The largest rounding error of the floats of level 1.

        Each term is the product of two rounded floats, and the bias adds one more rounding. Six
        more cover the rounding of this computation, which is in 64 bits.
        """
        roundings = (self.weights[0].size + 8) * 2.0**-FLOAT_BITS
        scales = np.abs(by_channel(self.layer, per_channel(self.parts, self.scales)))
        size = self.total(self.reach * scales) * np.abs(self.weight_scale)
        if self.layer.bias is not None:
            bias = constant_of(self.layer.bias)
            assert bias is not None
            size = size + np.abs(bias)
        return size * roundings / (1 - roundings)

    @property
    def floats_are_exact(self) -> bool:
        """Whether level 1 sums without rounding.

        It sums integers if there is only one scale, with zero points that differ. Otherwise floats
        must represent every partial sum, in any order.
        """
        if len(set(self.scales)) == 1:
            return True
        scales = power_of_two_multiples(np.abs(self.scales), FLOAT_BITS)
        factors = power_of_two_multiples(np.abs(self.weight_scale), FLOAT_BITS)
        if scales is None or factors is None:
            return False
        terms = self.reach.astype(object) * by_channel(
            self.layer, per_channel(self.parts, scales[0]).astype(object)
        )
        return bool((self.total(terms) * factors[0].astype(object) <= 1 << FLOAT_BITS).all())

    def levels(self, sums: Array) -> Ints:
        """The levels of the sums of real numbers, by the original ops after the layer."""
        reals = sums.astype(np.float32)
        if self.layer.bias is not None:
            bias = constant_of(self.layer.bias)
            assert bias is not None
            reals = reals + bias
        values: dict[SSAValue, Value] = {self.layer.output: self.chain.as_image(reals)}
        evaluate_ops([*self.chain.ops, self.chain.quantizer], values)
        return self.chain.as_levels(values[self.chain.quantizer.output]).reshape(sums.shape)


def is_within(max_error: int, steps: StepFunction, other: StepFunction, ends: Ints) -> bool:
    """Whether two step functions differ by at most `max_error` levels for every integer.

    That is so if each of them reaches its threshold j + `max_error` only where the other one has
    reached j. `ends` is the sum of the first and the last place that a threshold can have.
    """
    a, b = steps.thresholds, other.thresholds
    # A channel that is constant in one function counts as ascending, with all thresholds at the
    # ends. If it descends in the other, its thresholds as a descending function are needed.
    flipped = ends[:, None]
    a = np.where((~steps.descending & other.descending)[:, None], flipped - a[:, ::-1], a)
    b = np.where((steps.descending & ~other.descending)[:, None], flipped - b[:, ::-1], b)
    count = max(a.shape[1] - max_error, 0)
    return all(bool((x[:, :count] <= y[:, max_error:]).all()) for x, y in ((a, b), (b, a)))
