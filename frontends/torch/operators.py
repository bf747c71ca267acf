"""Translates torch operators that compute to ONNX nodes that compute the same."""

from dataclasses import replace

import numpy as np

from ..onnx.node import Attribute
from .program import OperatorCall
from .translation import Translation, int64_array, refuse_training, translates

SAME_FUNCTIONS = {
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "silu": "Swish",
    "hardswish": "HardSwish",
    "mish": "Mish",
    "selu": "Selu",
}
"""Activations without parameters; torch also has them in place."""

RENAMED_OPERATORS = {
    "abs": "Abs",
    "sign": "Sign",
    "floor": "Floor",
    "ceil": "Ceil",
    "neg": "Neg",
    "contiguous": "Identity",
    "clone": "Identity",
    "alias": "Identity",
    "detach": "Identity",
    "detach_": "Identity",
    "lift_fresh_copy": "Identity",
    **{f"{name}{end}": onnx for name, onnx in SAME_FUNCTIONS.items() for end in ("", "_")},
    "erf": "Erf",
    # the ONNX importer rejects these with advice
    "exp": "Exp",
    "log": "Log",
    "layer_norm": "LayerNormalization",
    "group_norm": "GroupNormalization",
    "instance_norm": "InstanceNormalization",
    "lstm": "LSTM",
    "gru": "GRU",
}
"""Operators of one tensor that have the same meaning under another name."""


@translates(*(f"aten.{name}" for name in RENAMED_OPERATORS))
def renamed_operator(t: Translation, call: OperatorCall) -> None:
    if not call.arguments:
        raise call.fail("it has no arguments")
    first = next(iter(call.arguments))
    t.emit(call, RENAMED_OPERATORS[call.target.removeprefix("aten.")], [call.ref(first)])


@translates("aten.conv1d", "aten.conv2d", "aten.conv_transpose1d", "aten.conv_transpose2d")
def convolution(t: Translation, call: OperatorCall) -> None:
    transposed = "transpose" in call.target
    _convolve(t, call, transposed, t.rank(call, "input") - 2)


@translates("aten.convolution")
def any_convolution(t: Translation, call: OperatorCall) -> None:
    _convolve(t, call, call.flag("transposed"), t.rank(call, "input") - 2)


def _convolve(t: Translation, call: OperatorCall, transposed: bool, axes: int) -> None:
    inputs = [call.ref("input"), call.ref("weight"), t.optional(call, "bias")]
    attributes: dict[str, Attribute] = {
        "strides": call.per_axis("stride", axes, 1),
        "dilations": call.per_axis("dilation", axes, 1),
        "group": call.integer("groups", 1),
    }
    if isinstance(call.get("padding"), str):
        attributes["auto_pad"] = {"same": "SAME_UPPER", "valid": "VALID"}[call.get("padding")]
    else:
        attributes["pads"] = call.per_axis("padding", axes, 0) * 2
    if transposed:
        attributes["output_padding"] = call.per_axis("output_padding", axes, 0)
    t.emit(call, "ConvTranspose" if transposed else "Conv", inputs, **attributes)


@translates("aten.linear")
def linear(t: Translation, call: OperatorCall) -> None:
    turned = t.step(call, "Transpose", [call.ref("weight")], perm=[1, 0])
    _matrix_product(t, call, call.ref("input"), turned, t.optional(call, "bias"))


@translates("aten.addmm")
def add_product(t: Translation, call: OperatorCall) -> None:
    if t.number(call, "alpha", 1) != 1 or t.number(call, "beta", 1) != 1:
        raise call.fail("the arguments alpha and beta are not supported: leave them at 1")
    _matrix_product(t, call, call.ref("mat1"), call.ref("mat2"), call.ref("self"))


@translates("aten.mm", "aten.matmul")
def matrix_product(t: Translation, call: OperatorCall) -> None:
    second = "mat2" if "mat2" in call.arguments else "other"
    _matrix_product(t, call, call.ref("self"), call.ref(second), "")


def _matrix_product(t: Translation, call: OperatorCall, x: str, weights: str, bias: str) -> None:
    if not bias:
        return t.emit(call, "MatMul", [x, weights])
    product = OperatorCall(call.target, call.layer, {}, [f"{call.outputs[0]}.product"])
    t.emit(product, "MatMul", [x, weights])
    t.emit(call.as_part("bias"), "Add", [*product.outputs, bias])


@translates("aten.batch_norm", "aten._native_batch_norm_legit_no_training")
def batch_norm(t: Translation, call: OperatorCall) -> None:
    refuse_training(call, "training")
    if call.get("running_mean") is None:
        raise call.fail("it has no running statistics: train with track_running_stats=True")
    channels = len(t.array(call, "running_mean"))
    gamma, beta = (
        t.optional(call, name) or t.constant(np.full(channels, value, np.float32))
        for name, value in (("weight", 1), ("bias", 0))
    )
    inputs = [call.ref("input"), gamma, beta, call.ref("running_mean"), call.ref("running_var")]
    t.emit(call, "BatchNormalization", inputs, epsilon=t.number(call, "eps", 1e-5))


@translates("aten.dropout", "aten.dropout_", "aten.feature_dropout")
def dropout(t: Translation, call: OperatorCall) -> None:
    refuse_training(call, "train")
    t.emit(call, "Identity", [call.ref("input" if "input" in call.arguments else "self")])


@translates("aten.to", "aten._to_copy")
def cast(t: Translation, call: OperatorCall) -> None:
    if call.get("dtype", 7) != 7:
        raise call.fail("it changes the element type: only float32 is supported")
    t.emit(call, "Identity", [call.ref("self")])


@translates("aten.leaky_relu", "aten.leaky_relu_")
def leaky_relu(t: Translation, call: OperatorCall) -> None:
    alpha = float(t.number(call, "negative_slope", 0.01))
    t.emit(call, "LeakyRelu", [call.ref("self")], alpha=alpha)


@translates("aten.elu", "aten.elu_")
def elu(t: Translation, call: OperatorCall) -> None:
    if t.number(call, "scale", 1) != 1 or t.number(call, "input_scale", 1) != 1:
        raise call.fail("the arguments scale and input_scale are not supported: leave them at 1")
    t.emit(call, "Elu", [call.ref("self")], alpha=float(t.number(call, "alpha", 1)))


@translates("aten.celu", "aten.celu_")
def celu(t: Translation, call: OperatorCall) -> None:
    t.emit(call, "Celu", [call.ref("self")], alpha=float(t.number(call, "alpha", 1)))


@translates("aten.gelu", "aten.gelu_")
def gelu(t: Translation, call: OperatorCall) -> None:
    approximate = call.get("approximate")
    by_tanh = getattr(approximate, "value", approximate) == "tanh"
    t.emit(call, "Gelu", [call.ref("self")], approximate="tanh" if by_tanh else "none")


@translates("aten.softplus")
def softplus(t: Translation, call: OperatorCall) -> None:
    """Torch returns `x` itself above the threshold; from 20 on that is the rounded result."""
    if t.number(call, "beta", 1) != 1 or t.number(call, "threshold", 20) < 20:
        raise call.fail("the arguments beta and threshold are not supported: leave them out")
    t.emit(call, "Softplus", [call.ref("self")])


@translates("aten.log_sigmoid")
def log_sigmoid(t: Translation, call: OperatorCall) -> None:
    """`-log(1 + exp(-x))`, which does not overflow."""
    minus = t.step(call, "Neg", [call.ref("self")])
    t.emit(call, "Neg", [t.step(call, "Softplus", [minus])])


@translates("aten.threshold", "aten.threshold_")
def threshold(t: Translation, call: OperatorCall) -> None:
    """`x` above the threshold, and a number elsewhere; one of two terms is always 0."""
    x, number = call.ref("self"), t.number(call, "value")
    beyond = t.step(call, "Sub", [x, t.operand(call, "threshold")])
    above = t.step(call, "Relu", [t.step(call, "Sign", [beyond])])
    if number == 0:
        return t.emit(call, "Mul", [x, above])
    below = t.step(call, "Sub", [t.constant(np.float32(1)), above])
    other = t.step(call, "Mul", [below, t.constant(np.float32(number))])
    t.emit(call, "Add", [t.step(call, "Mul", [x, above]), other])


@translates("aten.hardshrink", "aten.softshrink")
def shrink(t: Translation, call: OperatorCall) -> None:
    limit = float(t.number(call, "lambd", 0.5))
    bias = limit if "soft" in call.target else 0.0
    t.emit(call, "Shrink", [call.ref("self")], lambd=limit, bias=bias)


@translates("aten.glu")
def gated_linear_unit(t: Translation, call: OperatorCall) -> None:
    """One half of a tensor times the sigmoid of the other."""
    axis = call.integer("dim", -1)
    size = t.shapes[call.ref("self")][axis] // 2
    names = [f"{call.outputs[0]}.{part}" for part in ("values", "gates")]
    halves = replace(call, outputs=names)
    sizes = t.constant(int64_array([size, size]))
    t.emit(halves, "Split", [call.ref("self"), sizes], axis=axis)
    t.emit(call, "Mul", [names[0], t.step(call, "Sigmoid", [names[1]])])


@translates("aten.prelu")
def prelu(t: Translation, call: OperatorCall) -> None:
    slope = t.array(call, "weight").reshape(-1, *[1] * (t.rank(call, "self") - 2))
    t.emit(call, "PRelu", [call.ref("self"), t.constant(slope)])


HARD_LIMITS = {"hardtanh": ("min_val", "max_val", -1, 1), "relu6": ("", "", 0, 6)}


@translates("aten.hardtanh", "aten.hardtanh_", "aten.relu6", "aten.relu6_")
def hard_limits(t: Translation, call: OperatorCall) -> None:
    low, high, least, most = HARD_LIMITS[call.target.removeprefix("aten.").rstrip("_")]
    _clip(t, call, t.number(call, low, least), t.number(call, high, most))


@translates("aten.clamp", "aten.clamp_", "aten.clip", "aten.clamp_min", "aten.clamp_max")
def clamp(t: Translation, call: OperatorCall) -> None:
    _clip(t, call, _clamp_limit(t, call, "min"), _clamp_limit(t, call, "max"))


def _clamp_limit(t: Translation, call: OperatorCall, name: str) -> float | None:
    return None if call.get(name) is None else t.number(call, name)


def _clip(t: Translation, call: OperatorCall, low: float | None, high: float | None) -> None:
    ends = ["" if end is None else t.constant(np.float32(end)) for end in (low, high)]
    t.emit(call, "Clip", [call.ref("self"), *ends])


@translates("aten.hardsigmoid", "aten.hardsigmoid_")
def hard_sigmoid(t: Translation, call: OperatorCall) -> None:
    """`relu6(x + 3) / 6`, in this order."""
    three, zero, six = (t.constant(np.float32(value)) for value in (3, 0, 6))
    moved = t.step(call, "Add", [call.ref("self"), three])
    t.emit(call, "Div", [t.step(call, "Clip", [moved, zero, six]), six])


@translates("aten._assert_tensor_metadata", "aten._assert_scalar")
def assertion(t: Translation, call: OperatorCall) -> None:
    """Ignores torch's checks of sizes and types: the importer knows both."""


@translates("aten.round")
def round_(t: Translation, call: OperatorCall) -> None:
    if t.number(call, "decimals", 0):
        raise call.fail("the argument decimals is not supported: leave it at 0")
    t.emit(call, "Round", [call.ref("self")])


ARITHMETIC_OPERATORS = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
}


@translates(*(f"aten.{name}{end}" for name in ARITHMETIC_OPERATORS for end in ("", "_")))
def binary(t: Translation, call: OperatorCall) -> None:
    if t.number(call, "alpha", 1) != 1 or call.get("rounding_mode") is not None:
        raise call.fail("the arguments alpha and rounding_mode are not supported: leave them out")
    op = ARITHMETIC_OPERATORS[call.target.removeprefix("aten.").rstrip("_")]
    t.emit(call, op, [t.operand(call, "self"), t.operand(call, "other")])


@translates("aten.rsub")
def reversed_difference(t: Translation, call: OperatorCall) -> None:
    if t.number(call, "alpha", 1) != 1:
        raise call.fail("the argument alpha is not supported: leave it out")
    t.emit(call, "Sub", [t.operand(call, "other"), t.operand(call, "self")])


@translates(
    *(f"aten.{kind}_pool{axes}d" for kind in ("max", "avg") for axes in (1, 2)),
    "aten.max_pool2d_with_indices",
)
def pool(t: Translation, call: OperatorCall) -> None:
    name = "input" if "input" in call.arguments else "self"
    axes = t.rank(call, name) - 2
    kernel = call.per_axis("kernel_size", axes, 1)
    attributes: dict[str, Attribute] = {
        "kernel_shape": kernel,
        "strides": call.per_axis("stride", axes, 1) if call.get("stride") else kernel,
        "pads": call.per_axis("padding", axes, 0) * 2,
        "ceil_mode": int(call.flag("ceil_mode", False)),
    }
    if "max" in call.target:
        attributes["dilations"] = call.per_axis("dilation", axes, 1)
        values = replace(call, outputs=call.outputs[:1])  # the indices are not used
        return t.emit(values, "MaxPool", [call.ref(name)], **attributes)
    if call.get("divisor_override") is not None:
        raise call.fail("the argument divisor_override is not supported: leave it out")
    attributes["count_include_pad"] = int(call.flag("count_include_pad", True))
    t.emit(call, "AveragePool", [call.ref(name)], **attributes)


@translates("aten.adaptive_avg_pool1d", "aten.adaptive_avg_pool2d", "aten._adaptive_avg_pool2d")
def adaptive_pool(t: Translation, call: OperatorCall) -> None:
    x = call.ref("self")
    sizes = t.shapes[x][2:]
    wanted = call.per_axis("output_size", len(sizes), 1)
    if any(size % want for size, want in zip(sizes, wanted, strict=True)):
        raise call.fail(
            f"it pools {list(sizes)} to {wanted} with windows of different sizes: "
            "use sizes that divide evenly"
        )
    kernel = [size // want for size, want in zip(sizes, wanted, strict=True)]
    t.emit(call, "AveragePool", [x], kernel_shape=kernel, strides=kernel)


@translates("aten.mean")
def mean(t: Translation, call: OperatorCall) -> None:
    axes = call.integers("dim")
    if not axes:
        raise call.fail("a mean over all axes is not supported: set dim to the axes of the image")
    keep = int(call.flag("keepdim", False))
    t.emit(call, "ReduceMean", [call.ref("self"), t.constant(int64_array(axes))], keepdims=keep)


@translates("aten.softmax", "aten._softmax", "aten.log_softmax", "aten._log_softmax")
def softmax(t: Translation, call: OperatorCall) -> None:
    op = "LogSoftmax" if "log" in call.target else "Softmax"
    t.emit(call, op, [call.ref("self")], axis=call.integer("dim"))


@translates("aten.argmax", "aten.argmin")
def argmax(t: Translation, call: OperatorCall) -> None:
    if call.get("dim") is None:
        raise call.fail("an index over all axes is not supported: set dim")
    op, axis = "ArgMax" if "max" in call.target else "ArgMin", call.integer("dim")
    keep = int(call.flag("keepdim", False))
    t.emit(call, op, [call.ref("self")], axis=axis, keepdims=keep)


@translates("aten.topk")
def topk(t: Translation, call: OperatorCall) -> None:
    flags = {name: int(call.flag(name, True)) for name in ("largest", "sorted")}
    axis = call.integer("dim", -1)
    t.emit(
        call,
        "TopK",
        [call.ref("self"), t.constant(int64_array([call.integer("k")]))],
        axis=axis,
        **flags,
    )
