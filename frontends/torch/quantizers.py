"""Imports torch's quantizers, and those of `qnn.training`.

torch multiplies by the inverse of the scale, ONNX divides by the scale. The results can differ in
the last bit, which decides the level near a tie, so torch's quantizers are imported as
multiplications.
"""

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn.activations import ClipOp
from ...qdialect.qnn.elementwise import MulOp
from ...qdialect.qnn.quantization import QuantizeOp
from ...qdialect.types import element_of, smallest_type, value_range
from ..onnx.builder import ProgramBuilder
from ..onnx.node import Node
from ..onnx.nodes.parameters import broadcast_constant, evaluate_value, zero_point_operand
from ..onnx.registry import handles
from ..onnx.values import Constant, GraphTensor, GraphValue
from .program import OperatorCall, TensorRef
from .translation import Translation, translates

DECOMPOSED_NAMESPACE = "quantized_decomposed"


@translates(
    f"{DECOMPOSED_NAMESPACE}.quantize_per_tensor", f"{DECOMPOSED_NAMESPACE}.quantize_per_channel"
)
def quantize_decomposed(t: Translation, call: OperatorCall) -> None:
    scale, zero = quantizer_parameters(t, call)
    t.emit(call, "TorchQuantize", level_inputs(t, call, scale, zero), **level_limits(t, call))


@translates(
    f"{DECOMPOSED_NAMESPACE}.dequantize_per_tensor",
    f"{DECOMPOSED_NAMESPACE}.dequantize_per_channel",
)
def dequantize_decomposed(t: Translation, call: OperatorCall) -> None:
    scale, zero = quantizer_parameters(t, call)
    inputs = [call.ref("input"), t.constant(scale.astype(np.float32)), t.constant(zero)]
    t.emit(call, "DequantizeLinear", inputs, axis=call.integer("axis", 0))


@translates(
    "aten.fake_quantize_per_tensor_affine",
    "aten.fake_quantize_per_tensor_affine_cachemask",
    "aten._fake_quantize_per_tensor_affine_cachemask_tensor_qparams",
    "aten.fake_quantize_per_channel_affine",
    "aten.fake_quantize_per_channel_affine_cachemask",
)
def fake_quantize(t: Translation, call: OperatorCall) -> None:
    """Quantize and dequantize, with a scale that is rounded to float32 before it is inverted."""
    scale, zero = quantizer_parameters(t, call)
    scale = scale.astype(np.float32)
    axis = call.integer("axis", 0)
    levels = OperatorCall(call.target, call.layer, call.arguments, [f"{call.outputs[0]}.levels"])
    t.emit(levels, "TorchQuantize", level_inputs(t, call, scale, zero), **level_limits(t, call))
    inputs = [*levels.outputs, t.constant(scale), t.constant(zero)]
    t.emit(call.as_part("dequantize"), "DequantizeLinear", inputs, axis=axis)


@translates("qnn.quantize")
def qnn_quantize(t: Translation, call: OperatorCall) -> None:
    """`qnn.training`'s quantizer: it divides by the scale, and returns the levels."""
    scale, _ = quantizer_parameters(t, call)
    low, high = (call.integer(name) for name in ("low", "high"))
    levels = OperatorCall(call.target, call.layer, call.arguments, [f"{call.outputs[0]}.levels"])
    t.emit(levels, "TorchLevels", [call.ref("x"), t.constant(scale)], low=low, high=high)
    one = t.constant(np.float32(1))
    t.emit(call.as_part("dequantize"), "DequantizeLinear", [*levels.outputs, one])


@translates("qnn.bipolar")
def qnn_bipolar(t: Translation, call: OperatorCall) -> None:
    """`qnn.training`'s quantizer of one bit."""
    t.emit(call, "BipolarQuant", [call.ref("x"), t.constant(np.float32(1))])


def level_inputs(t: Translation, call: OperatorCall, scale: Array, zero: Array) -> list[str]:
    """The inputs of the node that computes levels: the tensor, the inverse scale, the zero
    point."""
    x = call.ref("input" if "input" in call.arguments else "self")
    inverse = (scale.dtype.type(1) / scale).astype(np.float32)
    return [x, t.constant(inverse), t.constant(zero)]


def level_limits(t: Translation, call: OperatorCall) -> dict[str, int]:
    low, high = (call.integer(name) for name in ("quant_min", "quant_max"))
    if low >= high:
        raise call.fail(f"its lower limit {low} must be below its upper limit {high}")
    return {"low": low, "high": high, "axis": call.integer("axis", 0)}


def quantizer_parameters(t: Translation, call: OperatorCall) -> tuple[Array, Array]:
    """Scale and zero point: a number each, or one per channel."""
    scale, zero = (_constant_argument(t, call, name) for name in ("scale", "zero_point"))
    if not np.isfinite(scale).all() or not scale.all():
        raise call.fail("its scale is zero or not finite: calibrate it again")
    if (zero != np.rint(zero)).any():
        raise call.fail("its zero point is not an integer: round it")
    if scale.size > 1 or zero.size > 1:
        scale, zero = np.broadcast_arrays(scale.reshape(-1), zero.reshape(-1))
    return scale, zero.astype(np.int64)


def _constant_argument(t: Translation, call: OperatorCall, name: str) -> Array:
    name = name if call.get(name) is not None else f"{name}s"
    value = call.get(name, 0.0)
    if isinstance(value, TensorRef):
        array = t.array(call, name)
        return array.reshape(()) if array.size == 1 else array
    return np.array(value, np.float64)


@handles("TorchQuantize", of_constants=True)
def torch_quantize(m: ProgramBuilder, node: Node) -> GraphValue:
    """`clamp(round(x * inverse) + zero, low, high)`."""
    value = m.value(node, 0)
    inverse, zero = m.array(node, 1, "the scale"), m.array(node, 2, "the zero point")
    if isinstance(value, GraphTensor):
        return value.like(_add_quantize(m, node, value, inverse, zero))
    scratch = ProgramBuilder(m.opset)
    x = GraphTensor(scratch.floats(value.array, "x"), len(value.shape))
    levels = _add_quantize(scratch, node, x, inverse, zero)
    return Constant(evaluate_value(levels), element_of(levels))


@handles("TorchLevels")
def torch_levels(m: ProgramBuilder, node: Node) -> GraphValue:
    """`clamp(round(x / scale), low, high)`, for limits that are those of a type."""
    x, scale = m.tensor(node, 0), m.array(node, 1, "the scale")
    low, high = node.integer("low", 0), node.integer("high", 0)
    element = smallest_type(low, high)
    least, most = value_range(element)
    if high != most or low not in (least, least + 1):
        raise node.fail(
            f"its limits {low} and {high} must be those of {element}: "
            f"{least} or {least + 1}, and {most}"
        )
    op = QuantizeOp(x.value, m.floats(scale, "scale"), element, narrow=low != least)
    return x.like(m.add(op, node).output)


def _add_quantize(
    m: ProgramBuilder, node: Node, x: GraphTensor, inverse: Array, zero: Array
) -> SSAValue:
    low, high = node.integer("low", 0), node.integer("high", 0)
    element, axis = smallest_type(low, high), node.integer("axis", 0) % x.rank
    if inverse.size > 1:
        inverse = inverse.reshape([-1 if place == axis else 1 for place in range(x.rank)])
    y = m.add(MulOp(x.value, broadcast_constant(m, node, x, inverse))).output
    least, most = value_range(element)
    narrow = (low, high) in ((least + 1, most), (least, most - 1))
    if not narrow and (low, high) != (least, most):
        if zero.size > 1:
            raise node.fail(
                f"its limits {low} to {high} narrow {element}, which is not supported with a zero "
                "point for each channel: use one zero point"
            )
        y = m.add(ClipOp(y, low - int(zero), high - int(zero))).output
    one = m.floats(np.float32(1), "one")
    place = x.axis(axis) if zero.size > 1 else -1
    op = QuantizeOp(y, one, element, zero_point_operand(m, zero), narrow=narrow, axis=place)
    return m.add(op, node).output
