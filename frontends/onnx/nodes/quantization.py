"""Quantizers: QONNX's, and ONNX's own."""

from typing import cast

import numpy as np
from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from ....qdialect.attributes import Rounding
from ....qdialect.data import Array
from ....qdialect.qnn.elementwise import AddOp, DivOp
from ....qdialect.qnn.quantization import DequantizeOp, QuantizeOp, ThresholdOp, TruncOp
from ....qdialect.types import (
    MAX_WIDTH,
    BipolarType,
    QuantType,
    TernaryType,
    element_of,
    signed,
    unsigned,
)
from ....qdialect.values import plain
from ..importer import Importer, element_of_dtype, handles
from ..model import Node, shown
from ..values import Constant, QuantizedConstant, Tensor, Value

ROUNDING = {"ROUND": Rounding.HALF_EVEN, **{mode.name: mode for mode in Rounding}}


def parameter(m: Importer, node: Node, array: Array, value: Value, what: str) -> tuple[Array, int]:
    """A quantizer's parameter as one number or a row of them, and the axis of its operand."""
    rank = len(value.shape)
    shape = (1,) * (rank - array.ndim) + array.shape
    wide = [axis for axis, size in enumerate(shape) if size > 1]
    if not wide:
        return array.reshape(()), -1
    if len(wide) > 1 or len(shape) > rank or shape[wide[0]] != value.shape[wide[0]]:
        raise node.fail(f"{what} of shape {array.shape} fits no axis of {value.shape}")
    return array.reshape(-1), wide[0]


def whole(node: Node, array: Array, what: str) -> Array:
    """Numbers that must be whole, as int64."""
    if not np.array_equal(array, np.rint(array)):
        raise node.fail(f"{what} must be whole, it is {array.reshape(-1)[0]}")
    return array.astype(np.int64)


def width(node: Node, array: Array, what: str = "the bit width") -> int:
    """A bit width, which may be given as a float."""
    values = whole(node, array, what).reshape(-1)
    if values.size == 0 or (values != values[0]).any():
        raise node.fail(f"{what} differs between channels, which is not supported")
    if not 1 <= values[0] <= MAX_WIDTH:
        raise node.fail(f"{what} is {values[0]}: 1 to {MAX_WIDTH} bits are supported")
    return int(values[0])


def rounding(node: Node, default: str) -> Rounding:
    name = str(node.attributes.get("rounding_mode", default)).upper()
    if name not in ROUNDING:
        raise node.fail(f"rounding mode {shown(name)} is none of {', '.join(ROUNDING)}")
    return ROUNDING[name]


def narrowest(ints: Array, element: QuantType) -> QuantType:
    """Bipolar or ternary where all of a constant's values are; else its declared type."""
    if ints.min() < -1 or ints.max() > 1:
        return element
    return BipolarType() if ints.all() else TernaryType()


@handles("Quant", "IntQuant")
def quant(m: Importer, node: Node) -> Value:
    """QONNX's uniform quantizer: `(round(clamp(x / s + z)) - z) * s`."""
    value = m.values[node.inputs[0]]
    scale = m.array(node, 1, "the scale").astype(np.float32)
    zero = whole(node, m.array(node, 2, "the zero point"), "the zero point")
    bits = width(node, m.array(node, 3, "the bit width"))
    is_signed = bool(node.attributes.get("signed", 1))
    narrow = bool(node.attributes.get("narrow", 0))
    element: QuantType = signed(bits) if is_signed else unsigned(bits)
    if is_signed and bits == 1:
        element, narrow = BipolarType(), False
    return quantizer(
        m, node, value, scale, zero, element, rounding(node, "ROUND"), narrow, zero_first=True
    )


@handles("BipolarQuant")
def bipolar_quant(m: Importer, node: Node) -> Value:
    """QONNX's one-bit quantizer: `(x >= 0 ? 1 : -1) * s`."""
    value = m.values[node.inputs[0]]
    scale = m.array(node, 1, "the scale").astype(np.float32)
    zero = np.zeros((), np.int64)
    if isinstance(value, Tensor):
        one = m.floats(np.ones((), np.float32), "one")
        levels = m.add(QuantizeOp(value.value, one, BipolarType()), node)
        return dequantized(m, node, value, levels.output, scale, zero)
    ints = np.where(value.array >= 0, np.int8(1), np.int8(-1))
    scales, axis = parameter(m, node, scale, value, "the scale")
    return QuantizedConstant(ints, BipolarType(), scales, zero, max(axis, 0))


def quantizer(
    m: Importer,
    node: Node,
    value: Value,
    scale: Array,
    zero: Array,
    element: QuantType,
    mode: Rounding,
    narrow: bool,
    zero_first: bool,
) -> Value:
    """Quantizes a value and dequantizes it again; a constant stays integers with a scale."""
    if not scale.all():
        raise node.fail("the scale is zero")
    x = value if isinstance(value, Tensor) else m.tensor(node, 0)
    operand, scales, zeros = x.value, scale, zero
    if isinstance(element, BipolarType) and (zero.any() or (scale < 0).any()):
        operand = _shifted(m, node, x, scale, zero)
        scales, zeros = np.ones((), np.float32), np.zeros((), np.int64)
    row, axis = parameter(m, node, scales, value, "the scale")
    offset, other = parameter(m, node, zeros, value, "the zero point")
    op = QuantizeOp(
        operand,
        m.floats(row, "scale"),
        element,
        zero_value(m, offset) if offset.any() else None,
        mode,
        narrow,
        zero_first and bool(offset.any()),
        x.axis(max(axis, other)) if max(axis, other) >= 0 else -1,
    )
    if not isinstance(value, Tensor):
        return _constant(m, node, value, op, scale, zero)
    levels = m.add(op, node)
    return dequantized(m, node, x, levels.output, scale, zero)


def _constant(
    m: Importer,
    node: Node,
    value: Constant | QuantizedConstant,
    op: QuantizeOp,
    scale: Array,
    zero: Array,
) -> QuantizedConstant:
    """Computes a quantizer of constants, by the op's own meaning."""
    operands = [value.array.astype(np.float32)]
    for operand in op.operands[1:]:
        constant = operand.owner
        operands.append(constant.data.array)  # pyright: ignore
    ints = plain(op.evaluate(*operands)[0])
    element = cast(QuantType, element_of(op.output))
    scales, axis = parameter(m, node, scale, value, "the scale")
    zeros, other = parameter(m, node, zero, value, "the zero point")
    op.erase()
    if not zeros.any():
        element = narrowest(ints, element)
    return QuantizedConstant(ints, element, scales, zeros, max(axis, other, 0))


def _shifted(m: Importer, node: Node, x: Tensor, scale: Array, zero: Array) -> SSAValue:
    """`x / s + z` as ops of their own, for a sign that depends on them."""
    divided = m.add(DivOp(x.value, aligned(m, node, x, scale)))
    return m.add(AddOp(divided, aligned(m, node, x, zero.astype(np.float32)))).output


def aligned(m: Importer, node: Node, x: Tensor, array: Array) -> SSAValue:
    """A constant that broadcasts against a tensor as it does in the model."""
    if array.ndim > x.rank:
        raise node.fail(f"a constant of shape {array.shape} does not fit {x.shape}")
    full = array.reshape((1,) * (x.rank - array.ndim) + array.shape)
    if x.channels_last:
        full = np.moveaxis(full, 1, -1)
        if x.rank == 3:
            full = full[:, None]
    while full.ndim and full.shape[0] == 1:
        full = full[0]
    return m.floats(full, "constant")


def zero_value(m: Importer, zero: Array) -> SSAValue:
    """Zero points as a constant of the narrowest type that holds them."""
    low, high = int(zero.min()), int(zero.max())
    bits = max(abs(low), abs(high)).bit_length() + 1
    return m.constant(zero, signed(bits) if low < 0 else unsigned(max(1, bits - 1)), "zero")


def dequantized(
    m: Importer, node: Node, x: Tensor, levels: SSAValue, scale: Array, zero: Array
) -> Tensor:
    """The real numbers of quantized levels."""
    row, axis = parameter(m, node, scale, x, "the scale")
    offset, other = parameter(m, node, zero, x, "the zero point")
    place = max(axis, other)
    op = DequantizeOp(
        levels,
        m.floats(row, "scale"),
        zero_value(m, offset) if offset.any() else None,
        x.axis(place) if place >= 0 else -1,
    )
    return Tensor(m.add(op).output, x.rank, x.channels_last)


@handles("Trunc")
def trunc(m: Importer, node: Node) -> Value:
    """QONNX's Trunc, versions 1 and 2: drops the low bits of what is already quantized."""
    x = m.tensor(node, 0)
    scale = m.array(node, 1, "the scale").astype(np.float32)
    zero = whole(node, m.array(node, 2, "the zero point"), "the zero point")
    bits = width(node, m.array(node, 3, "the input bit width"))
    mode = rounding(node, "FLOOR")
    if len(node.inputs) == 5:
        kept = width(node, m.array(node, 4, "the output bit width"))
        shift, out_scale = bits - kept, scale
        levels: QuantType = signed(min(bits + 2, MAX_WIDTH))
        narrow = False
    else:
        out_scale = m.array(node, 4, "the output scale").astype(np.float32)
        kept = width(node, m.array(node, 5, "the output bit width"))
        steps = np.rint(np.log2(out_scale / scale)).reshape(-1)
        shift = int(steps[0])
        if (steps != shift).any():
            raise node.fail("the ratio of the scales differs between channels")
        levels = (signed if node.attributes.get("signed", 1) else unsigned)(kept)
        narrow = bool(node.attributes.get("narrow", 0))
    if shift < 0:
        raise node.fail(f"it would add {-shift} bits instead of dropping some")
    if narrow or zero.any():
        raise node.fail("a narrow range and a zero point are not supported here")
    wide = QuantizeOp(
        x.value,
        m.floats(parameter(m, node, scale, x, "the scale")[0], "scale"),
        signed(min(bits + 2, MAX_WIDTH)),
    )
    m.add(wide)
    op = m.add(TruncOp(wide, levels, shift, mode), node)
    return dequantized(m, node, x, op.output, out_scale, zero)


@handles("MultiThreshold")
def multi_threshold(m: Importer, node: Node) -> Value:
    """FINN's step function: `out_scale * #{t : x >= t} + out_bias`."""
    x = m.tensor(node, 0)
    rows = m.array(node, 1, "the thresholds").astype(np.float32)
    scale = float(node.attributes.get("out_scale", 1.0))
    bias = float(node.attributes.get("out_bias", 0.0))
    if rows.ndim != 2 or not (np.diff(rows, axis=1) >= 0).all():
        raise node.fail("the thresholds must be rows of ascending numbers")
    if scale == 0:
        raise node.fail("out_scale is zero")
    if x.rank >= 3 and node.attributes.get("data_layout") not in ("NHWC", "NWC"):
        x = Tensor(m.image(x, node), x.rank, True)
    count, thresholds = rows.shape[1], m.floats(rows, "thresholds")
    if count == 1 and bias == -scale / 2:
        element: QuantType = BipolarType()
        op = m.add(ThresholdOp(x.value, thresholds, element), node)
        return dequantized(m, node, x, op.output, np.float32(scale / 2), np.zeros((), np.int64))
    first = bias / scale
    offset = int(first) if first == int(first) else 0
    element = _levels(offset, offset + count)
    op = m.add(ThresholdOp(x.value, thresholds, element, offset), node)
    result = dequantized(m, node, x, op.output, np.float32(scale), np.zeros((), np.int64))
    if offset == first:
        return result
    total = m.add(AddOp(result.value, m.floats(np.float32(bias), "bias")))
    return Tensor(total.output, result.rank, result.channels_last)


def _levels(low: int, high: int) -> QuantType:
    if (low, high) == (-1, 1):
        return TernaryType()
    if low >= 0:
        return unsigned(max(1, high.bit_length()))
    return signed(max((-low - 1).bit_length(), max(high, 0).bit_length()) + 1)


@handles("QuantizeLinear")
def quantize_linear(m: Importer, node: Node) -> Value:
    """ONNX's quantizer; its result is integers."""
    value = m.values[node.inputs[0]]
    scale = m.array(node, 1, "the scale").astype(np.float32)
    zero = m.optional(node, 2, "the zero point")
    dtype = np.dtype(np.uint8) if zero is None else zero.dtype
    element = element_of_dtype(dtype)
    if element is None or element == f32:
        raise node.fail(f"it quantizes to {dtype}: integers are supported")
    if not scale.all():
        raise node.fail("the scale is zero")
    _no_blocks(node)
    x = value if isinstance(value, Tensor) else m.tensor(node, 0)
    axis = int(node.attributes.get("axis", 1))
    op = QuantizeOp(
        x.value,
        m.floats(scale, "scale"),
        cast(QuantType, element),
        None if zero is None or not zero.any() else zero_value(m, zero.astype(np.int64)),
        axis=x.axis(axis) if scale.size > 1 else -1,
    )
    return Tensor(m.add(op, node).output, x.rank, x.channels_last)


@handles("DequantizeLinear")
def dequantize_linear(m: Importer, node: Node) -> Value:
    """ONNX's dequantizer; a constant stays integers with a scale."""
    value = m.values[node.inputs[0]]
    scale = m.array(node, 1, "the scale").astype(np.float32)
    zero = m.optional(node, 2, "the zero point")
    zeros = np.zeros((), np.int64) if zero is None else zero.astype(np.int64)
    if not scale.all():
        raise node.fail("the scale is zero")
    _no_blocks(node)
    axis = int(node.attributes.get("axis", 1)) if scale.size > 1 else 0
    if isinstance(value, Constant):
        element = element_of_dtype(value.array.dtype)
        if element is None or element == f32:
            raise node.fail(f"it dequantizes {value.array.dtype}: integers are supported")
        rank = max(1, value.array.ndim)
        return QuantizedConstant(value.array, cast(QuantType, element), scale, zeros, axis % rank)
    x = m.tensor(node, 0)
    op = DequantizeOp(
        x.value,
        m.floats(scale, "scale"),
        zero_value(m, zeros) if zeros.any() else None,
        x.axis(axis) if scale.size > 1 else -1,
    )
    return Tensor(m.add(op, node).output, x.rank, x.channels_last)


def _no_blocks(node: Node) -> None:
    if node.attributes.get("block_size", 0):
        raise node.fail("quantization by blocks is not supported: per tensor and per axis are")


@handles("DynamicQuantizeLinear")
def dynamic_quantize_linear(m: Importer, node: Node) -> Value:
    """Refused: hardware needs scales that are known before the first image."""
    raise node.fail(
        "it chooses its scale from each image, which fixed hardware can't: export the model with "
        "static quantization"
    )
