"""QONNX's quantizers, and FINN's thresholds."""

from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.attributes import Rounding
from ....qdialect.data import Array
from ....qdialect.qnn.elementwise import AddOp, DivOp
from ....qdialect.qnn.quantization import DequantizeOp, QuantizeOp, TruncOp
from ....qdialect.qnn.steps import ThresholdOp
from ....qdialect.types import (
    MAX_WIDTH,
    BipolarType,
    QuantType,
    TernaryType,
    signed,
    smallest_type,
    unsigned,
)
from ..builder import ProgramBuilder
from ..names import shown
from ..node import Node
from ..registry import handles
from ..values import Constant, QuantizedConstant, Tensor, Value
from .parameters import (
    NO_ZERO,
    aligned,
    computed,
    dequantized,
    narrowest,
    per_axis,
    scale_of,
    whole,
    width,
    zero_value,
)

ROUNDING = {"ROUND": Rounding.HALF_EVEN, **{mode.name: mode for mode in Rounding}}


@dataclass(frozen=True)
class Quantizer:
    """`(round(clamp(x / scale + zero)) - zero) * scale`; the parameters broadcast as in numpy."""

    scale: Array
    zero: Array
    element: QuantType
    rounding: Rounding = Rounding.HALF_EVEN
    narrow: bool = False


def rounding(node: Node, default: str) -> Rounding:
    name = node.text("rounding_mode", default).upper()
    if name not in ROUNDING:
        raise node.fail(f"rounding mode {shown(name)} is none of {', '.join(ROUNDING)}")
    return ROUNDING[name]


def required_flag(node: Node, name: str) -> bool:
    if not node.has(name):
        raise node.fail(f"it needs the attribute {name}")
    return node.flag(name, False)


@handles("Quant", "IntQuant", of_constants=True)
def quant(m: ProgramBuilder, node: Node) -> Value:
    """QONNX's uniform quantizer."""
    bits = width(node, m.array(node, 3, "the bit width"))
    is_signed, narrow = required_flag(node, "signed"), required_flag(node, "narrow")
    element: QuantType = signed(bits) if is_signed else unsigned(bits)
    if is_signed and bits == 1:
        element, narrow = BipolarType(), False
    quantizer = Quantizer(
        scale_of(m, node, 1),
        whole(node, m.array(node, 2, "the zero point"), "the zero point"),
        element,
        rounding(node, "ROUND"),
        narrow,
    )
    return quantized(m, node, m.value(node, 0), quantizer)


@handles("BipolarQuant", of_constants=True)
def bipolar_quant(m: ProgramBuilder, node: Node) -> Value:
    """QONNX's one-bit quantizer: `(x >= 0 ? 1 : -1) * s`."""
    value, scale = m.value(node, 0), scale_of(m, node, 1)
    if isinstance(value, Tensor):
        one = m.floats(np.float32(1), "one")
        levels = m.add(QuantizeOp(value.value, one, BipolarType()), node)
        return dequantized(m, node, value, levels.output, scale, NO_ZERO)
    ints = np.where(value.array >= 0, np.int8(1), np.int8(-1))
    scales, axis = per_axis(node, scale, value, "the scale")
    return QuantizedConstant(ints, BipolarType(), scales, NO_ZERO, max(axis, 0))


def quantized(m: ProgramBuilder, node: Node, value: Value, quantizer: Quantizer) -> Value:
    """Quantizes a value and dequantizes it again; a constant stays integers with a scale."""
    if not isinstance(value, Tensor):
        return _quantized_constant(m, node, value, quantizer)
    levels = m.add(_quantize(m, node, value, quantizer), node)
    return dequantized(m, node, value, levels.output, quantizer.scale, quantizer.zero)


def _quantize(m: ProgramBuilder, node: Node, x: Tensor, quantizer: Quantizer) -> QuantizeOp:
    operand, scale, zero = x.value, quantizer.scale, quantizer.zero
    if isinstance(quantizer.element, BipolarType) and (zero.any() or (scale < 0).any()):
        operand = _divided(m, node, x, scale, zero)
        scale, zero = np.ones((), np.float32), NO_ZERO
    row, axis = per_axis(node, scale, x, "the scale")
    offset, other = per_axis(node, zero, x, "the zero point")
    place = max(axis, other)
    return QuantizeOp(
        operand,
        m.floats(row, "scale"),
        quantizer.element,
        zero_value(m, offset),
        quantizer.rounding,
        quantizer.narrow,
        bool(offset.any()),
        x.axis(place) if place >= 0 else -1,
    )


def _divided(m: ProgramBuilder, node: Node, x: Tensor, scale: Array, zero: Array) -> SSAValue:
    """`x / s + z` as ops of their own, for a sign that depends on them."""
    divided = m.add(DivOp(x.value, aligned(m, node, x, scale)))
    return m.add(AddOp(divided, aligned(m, node, x, zero.astype(np.float32)))).output


def _quantized_constant(
    m: ProgramBuilder, node: Node, value: Constant | QuantizedConstant, quantizer: Quantizer
) -> QuantizedConstant:
    """Computes a quantizer of constants, by the meaning of the op that it would be."""
    ints = _levels_of(node, value, quantizer)
    scale, axis = per_axis(node, quantizer.scale, value, "the scale")
    zero, other = per_axis(node, quantizer.zero, value, "the zero point")
    element = quantizer.element if zero.any() else narrowest(ints, quantizer.element)
    return QuantizedConstant(ints, element, scale, zero, max(axis, other, 0))


def _levels_of(node: Node, value: Constant | QuantizedConstant, quantizer: Quantizer) -> Array:
    scratch = ProgramBuilder(0)
    x = Tensor(scratch.floats(value.array, "x"), len(value.shape))
    return computed(scratch.add(_quantize(scratch, node, x, quantizer)).output)


@handles("Trunc")
def trunc(m: ProgramBuilder, node: Node) -> Value:
    """QONNX's Trunc: drops the low bits of what is already quantized.

    Version 1 has five inputs and keeps the scale; version 2 has six, among them the new scale.
    """
    x, scale = m.tensor(node, 0), scale_of(m, node, 1)
    zero = whole(node, m.array(node, 2, "the zero point"), "the zero point")
    bits = width(node, m.array(node, 3, "the input bit width"))
    mode, narrow = rounding(node, "FLOOR"), False
    wide = signed(min(bits + 2, MAX_WIDTH))
    if node.has_input(5):
        out_scale = scale_of(m, node, 4, "the output scale")
        kept = width(node, m.array(node, 5, "the output bit width"))
        shift, narrow = _shift(node, out_scale / scale), node.flag("narrow", False)
        levels = (signed if node.flag("signed", True) else unsigned)(kept)
        kept_zero = zero / 2.0**shift
    else:
        kept = width(node, m.array(node, 4, "the output bit width"))
        out_scale, shift, levels, kept_zero = scale, bits - kept, wide, zero
    if shift < 0:
        raise node.fail(f"it would add {-shift} bits instead of dropping some")
    row, axis = per_axis(node, scale, x, "the scale")
    offset, other = per_axis(node, zero, x, "the zero point")
    place = x.axis(max(axis, other)) if max(axis, other) >= 0 else -1
    first = bool(zero.any())
    ints = m.add(
        QuantizeOp(
            x.value,
            m.floats(row, "scale"),
            wide,
            zero_value(m, offset),
            zero_point_first=first,
            axis=place,
        )
    )
    op = m.add(_truncated(m, ints.output, levels, shift, mode, narrow), node)
    rest = whole(node, kept_zero, "the zero point of the result")
    return dequantized(m, node, x, op.results[0], out_scale, rest)


def _truncated(
    m: ProgramBuilder, ints: SSAValue, levels: QuantType, shift: int, mode: Rounding, narrow: bool
) -> TruncOp | QuantizeOp:
    """Without low bits; where the lowest level is left out, by a quantizer of whole numbers."""
    if not narrow:
        return TruncOp(ints, levels, shift, mode)
    real = m.add(DequantizeOp(ints, m.floats(np.float32(1), "one"))).output
    step = m.floats(np.float32(2.0**shift), "step")
    return QuantizeOp(real, step, levels, rounding=mode, narrow=True)


def _shift(node: Node, ratio: Array) -> int:
    """The bits that a ratio of scales drops, rounded to a power of two as in QONNX."""
    if (ratio <= 0).any():
        raise node.fail("the scales differ in sign")
    steps = np.rint(np.log2(ratio)).reshape(-1)
    if (steps != steps[0]).any():
        raise node.fail("the ratio of the scales differs between channels")
    return int(steps[0])


@handles("MultiThreshold", ignores=("out_dtype",))
def multi_threshold(m: ProgramBuilder, node: Node) -> Value:
    """FINN's step function: `out_scale * #{t : x >= t} + out_bias`."""
    rows = np.sort(m.array(node, 1, "the thresholds").astype(np.float32), axis=-1)
    scale, bias = node.number("out_scale", 1.0), node.number("out_bias", 0.0)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise node.fail(f"the thresholds must be a row for each channel, they are {rows.shape}")
    if scale == 0:
        raise node.fail("out_scale is zero")
    x = _channels_last(m, node)
    count, thresholds = rows.shape[1], m.floats(rows, "thresholds")
    if count == 1 and bias == -scale / 2:
        op = m.add(ThresholdOp(x.value, thresholds, BipolarType()), node)
        return dequantized(m, node, x, op.output, np.array(scale / 2, np.float32), NO_ZERO)
    first = bias / scale
    offset = int(first) if first == int(first) else 0
    op = m.add(ThresholdOp(x.value, thresholds, _levels(offset, offset + count), offset), node)
    result = dequantized(m, node, x, op.output, np.array(scale, np.float32), NO_ZERO)
    if offset == first:
        return result
    return result.like(m.add(AddOp(result.value, m.floats(np.float32(bias), "bias"))).output)


def _levels(low: int, high: int) -> QuantType:
    return TernaryType() if (low, high) == (-1, 1) else smallest_type(low, high)


GUESSED_LAYOUT = {2: "NC", 3: "NWC", 4: "NCHW"}
"""What FINN takes the layout to be where none is given."""


def _channels_last(m: ProgramBuilder, node: Node) -> Tensor:
    """The input with its channels last in the program."""
    x = m.tensor(node, 0)
    layout = node.text("data_layout", "") or GUESSED_LAYOUT.get(x.rank, "")
    if len(layout) != x.rank or layout.count("C") != 1:
        raise node.fail(f"the layout {shown(layout)} does not fit an input of rank {x.rank}")
    if layout.endswith("C"):
        return Tensor(m.plain(x), x.rank)
    if layout.index("C") != 1:
        raise node.fail(f"the layout {shown(layout)} is not supported: channels second or last are")
    return Tensor(m.image(x, node), x.rank, True)
