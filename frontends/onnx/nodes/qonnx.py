"""Imports QONNX's quantizers and FINN's thresholds."""

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
from ..names import short_name
from ..node import Node
from ..registry import handles
from ..values import Constant, GraphTensor, GraphValue, QuantizedConstant
from .parameters import (
    NO_ZERO_POINT,
    broadcast_constant,
    checked_bit_width,
    checked_integers,
    constant_scale,
    dequantize_levels,
    evaluate_value,
    narrowest_constant_type,
    per_axis,
    quantizer_rows,
    zero_point_operand,
)

ROUNDING_MODES = {"ROUND": Rounding.HALF_EVEN, **{mode.name: mode for mode in Rounding}}


@dataclass(frozen=True)
class QonnxQuantizer:
    """The parameters of `(round(clamp(x / scale + zero)) - zero) * scale`.

    Scale and zero point broadcast as in numpy.
    """

    scale: Array
    zero: Array
    element: QuantType
    rounding: Rounding = Rounding.HALF_EVEN
    narrow: bool = False


def rounding(node: Node, default: str) -> Rounding:
    name = node.text("rounding_mode", default).upper()
    if name not in ROUNDING_MODES:
        raise node.fail(
            f"unknown rounding mode {short_name(name)}: use one of {', '.join(ROUNDING_MODES)}"
        )
    return ROUNDING_MODES[name]


def required_flag(node: Node, name: str) -> bool:
    if not node.has(name):
        raise node.fail(f"the attribute {name} is missing")
    return node.flag(name, False)


@handles("Quant", "IntQuant", of_constants=True)
def int_quant(m: ProgramBuilder, node: Node) -> GraphValue:
    """QONNX's uniform quantizer."""
    bits = checked_bit_width(node, m.array(node, 3, "the bit width"))
    is_signed, narrow = required_flag(node, "signed"), required_flag(node, "narrow")
    element: QuantType = signed(bits) if is_signed else unsigned(bits)
    if is_signed and bits == 1:
        element, narrow = BipolarType(), False
    quantizer = QonnxQuantizer(
        constant_scale(m, node, 1),
        checked_integers(node, m.array(node, 2, "the zero point"), "the zero point"),
        element,
        rounding(node, "ROUND"),
        narrow,
    )
    return quantize_dequantize(m, node, m.value(node, 0), quantizer)


@handles("BipolarQuant", of_constants=True)
def bipolar_quant(m: ProgramBuilder, node: Node) -> GraphValue:
    """QONNX's one-bit quantizer: `(x >= 0 ? 1 : -1) * s`."""
    value, scale = m.value(node, 0), constant_scale(m, node, 1)
    if isinstance(value, GraphTensor):
        one = m.floats(np.float32(1), "one")
        levels = m.add(QuantizeOp(value.value, one, BipolarType()), node)
        return dequantize_levels(m, node, value, levels.output, scale, NO_ZERO_POINT)
    ints = np.where(value.array >= 0, np.int8(1), np.int8(-1))
    scales, axis = per_axis(node, scale, value, "the scale")
    return QuantizedConstant(ints, BipolarType(), scales, NO_ZERO_POINT, max(axis, 0))


def quantize_dequantize(
    m: ProgramBuilder, node: Node, value: GraphValue, quantizer: QonnxQuantizer
) -> GraphValue:
    """Quantizes and dequantizes a value; the result of a constant is integers with a scale."""
    if not isinstance(value, GraphTensor):
        return _quantized_constant(m, node, value, quantizer)
    levels = m.add(_quant_op(m, node, value, quantizer), node)
    return dequantize_levels(m, node, value, levels.output, quantizer.scale, quantizer.zero)


def _quant_op(
    m: ProgramBuilder, node: Node, x: GraphTensor, quantizer: QonnxQuantizer
) -> QuantizeOp:
    operand, scale, zero = x.value, quantizer.scale, quantizer.zero
    if isinstance(quantizer.element, BipolarType) and (zero.any() or (scale < 0).any()):
        operand = _scaled_input(m, node, x, scale, zero)
        scale, zero = np.ones((), np.float32), NO_ZERO_POINT
    scales, zeros, axis = quantizer_rows(node, scale, zero, x)
    return QuantizeOp(
        operand,
        m.floats(scales, "scale"),
        quantizer.element,
        zero_point_operand(m, zeros),
        quantizer.rounding,
        quantizer.narrow,
        bool(zeros.any()),
        x.parameter_axis(axis),
    )


def _scaled_input(
    m: ProgramBuilder, node: Node, x: GraphTensor, scale: Array, zero: Array
) -> SSAValue:
    """`x / s + z` as separate ops, for a bipolar quantizer whose sign depends on them."""
    divided = m.add(DivOp(x.value, broadcast_constant(m, node, x, scale)))
    return m.add(AddOp(divided, broadcast_constant(m, node, x, zero.astype(np.float32)))).output


def _quantized_constant(
    m: ProgramBuilder, node: Node, value: Constant | QuantizedConstant, quantizer: QonnxQuantizer
) -> QuantizedConstant:
    """The result of a quantizer of a constant, by evaluation of its `QuantizeOp`."""
    ints = _constant_levels(node, value, quantizer)
    scale, zero, axis = quantizer_rows(node, quantizer.scale, quantizer.zero, value)
    element = quantizer.element if zero.any() else narrowest_constant_type(ints, quantizer.element)
    return QuantizedConstant(ints, element, scale, zero, max(axis, 0))


def _constant_levels(
    node: Node, value: Constant | QuantizedConstant, quantizer: QonnxQuantizer
) -> Array:
    scratch = ProgramBuilder(0)
    x = GraphTensor(scratch.floats(value.array, "x"), len(value.shape))
    return evaluate_value(scratch.add(_quant_op(scratch, node, x, quantizer)).output)


@handles("Trunc")
def trunc(m: ProgramBuilder, node: Node) -> GraphValue:
    """QONNX's Trunc: drops low bits of a quantized input.

    Version 1 has five inputs and keeps the scale. Version 2 has six inputs, of which input 4 is the
    new scale.
    """
    x, scale = m.tensor(node, 0), constant_scale(m, node, 1)
    zero = checked_integers(node, m.array(node, 2, "the zero point"), "the zero point")
    bits = checked_bit_width(node, m.array(node, 3, "the input bit width"))
    mode, narrow = rounding(node, "FLOOR"), False
    wide = signed(min(bits + 2, MAX_WIDTH))
    if node.has_input(5):
        out_scale = constant_scale(m, node, 4, "the output scale")
        kept = checked_bit_width(node, m.array(node, 5, "the output bit width"))
        shift, narrow = _dropped_bits(node, out_scale / scale), node.flag("narrow", False)
        levels = (signed if node.flag("signed", True) else unsigned)(kept)
        kept_zero = zero / 2.0**shift
    else:
        kept = checked_bit_width(node, m.array(node, 4, "the output bit width"))
        out_scale, shift, levels, kept_zero = scale, bits - kept, wide, zero
    scales, zeros, axis = quantizer_rows(node, scale, zero, x)
    ints = m.add(
        QuantizeOp(
            x.value,
            m.floats(scales, "scale"),
            wide,
            zero_point_operand(m, zeros),
            zero_point_first=bool(zero.any()),
            axis=x.parameter_axis(axis),
        )
    )
    op = m.add(_trunc_op(m, ints.output, levels, shift, mode, narrow), node)
    rest = checked_integers(node, kept_zero, "the zero point of the result")
    return dequantize_levels(m, node, x, op.results[0], out_scale, rest)


def _trunc_op(
    m: ProgramBuilder, ints: SSAValue, levels: QuantType, shift: int, mode: Rounding, narrow: bool
) -> TruncOp | QuantizeOp:
    """An op that drops low bits; a narrow range or more bits need a quantizer of whole floats."""
    if not narrow and shift >= 0:
        return TruncOp(ints, levels, shift, mode)
    real = m.add(DequantizeOp(ints, m.floats(np.float32(1), "one"))).output
    step = m.floats(np.float32(2.0**shift), "step")
    return QuantizeOp(real, step, levels, rounding=mode, narrow=narrow)


def _dropped_bits(node: Node, ratio: Array) -> int:
    """The number of dropped bits: log2 of the ratio of the scales, rounded as in QONNX."""
    if (ratio <= 0).any():
        raise node.fail("its two scales must have the same sign")
    steps = np.rint(np.log2(ratio)).reshape(-1)
    if (steps != steps[0]).any():
        raise node.fail("the ratio of its two scales must be the same for all channels")
    return int(steps[0])


@handles("MultiThreshold", ignores=("out_dtype",))
def multi_threshold(m: ProgramBuilder, node: Node) -> GraphValue:
    """FINN's step function: `out_scale * #{t : x >= t} + out_bias`."""
    rows = np.sort(m.array(node, 1, "the thresholds").astype(np.float32), axis=-1)
    scale, bias = node.number("out_scale", 1.0), node.number("out_bias", 0.0)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise node.fail(f"the thresholds must be a row for each channel, they are {rows.shape}")
    if scale == 0:
        raise node.fail("out_scale must not be zero")
    x = _channels_last_input(m, node)
    count, thresholds = rows.shape[1], m.floats(rows, "thresholds")
    if count == 1 and bias == -scale / 2:
        op = m.add(ThresholdOp(x.value, thresholds, BipolarType()), node)
        return dequantize_levels(
            m, node, x, op.output, np.array(scale / 2, np.float32), NO_ZERO_POINT
        )
    first = bias / scale
    offset = int(first) if first == int(first) else 0
    op = m.add(ThresholdOp(x.value, thresholds, _level_type(offset, offset + count), offset), node)
    result = dequantize_levels(m, node, x, op.output, np.array(scale, np.float32), NO_ZERO_POINT)
    if offset == first:
        return result
    return result.like(m.add(AddOp(result.value, m.floats(np.float32(bias), "bias"))).output)


def _level_type(low: int, high: int) -> QuantType:
    return TernaryType() if (low, high) == (-1, 1) else smallest_type(low, high)


DEFAULT_LAYOUTS = {2: "NC", 3: "NWC", 4: "NCHW"}
"""FINN's layout for each rank if the node has no `data_layout`."""


def _channels_last_input(m: ProgramBuilder, node: Node) -> GraphTensor:
    """The input, with channels last in the program."""
    x = m.tensor(node, 0)
    layout = node.text("data_layout", "") or DEFAULT_LAYOUTS.get(x.rank, "")
    if len(layout) != x.rank or layout.count("C") != 1:
        raise node.fail(
            f"data_layout {short_name(layout)} must have one C and {x.rank} letters, as its input "
            f"has rank {x.rank}"
        )
    if layout.endswith("C"):
        return GraphTensor(m.plain(x), x.rank)
    if layout.index("C") != 1:
        raise node.fail(
            f"the layout {short_name(layout)} is not supported: channels second or last are"
        )
    return GraphTensor(m.image(x, node), x.rank, True)
