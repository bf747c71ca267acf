"""Imports ONNX quantizers and operators on integers, and compares them with onnxruntime."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from qnn.frontends.errors import ImportFailure
from qnn.frontends.onnx import import_model
from qnn.qdialect.qnn.linear import LinearOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from qnn.qdialect.types import element_of, signed, smallest_type
from support.onnx_models import model_of, one_node, run_imported, run_onnxruntime
from support.oracles import Array

RNG = np.random.default_rng(5)
TIES = np.arange(-40, 40, dtype=np.float32) / 4


def f(*shape: int) -> Array:
    return RNG.standard_normal(shape).astype(np.float32)


def ints(dtype: str, *shape: int) -> Array:
    info = np.iinfo(dtype)
    return RNG.integers(info.min, info.max + 1, shape).astype(dtype)


def scalar(value: float, dtype: Any = np.float32) -> Array:
    return np.array(value, dtype)


def narrow(values: list[int], kind: int, shape: list[int] | None = None) -> onnx.TensorProto:
    """A tensor of four-bit integers."""
    return helper.make_tensor("narrow", kind, [] if shape is None else shape, values)


def named(tensor: onnx.TensorProto, name: str) -> onnx.TensorProto:
    tensor.name = name
    return tensor


def check(model: onnx.ModelProto, *inputs: Array) -> None:
    """Compares the results at level 1 with onnxruntime, as integers."""
    expected, actual = run_onnxruntime(model, *inputs), run_imported(model, *inputs)
    for mine, theirs in zip(actual, expected, strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
def test_quantize(dtype: str) -> None:
    x = np.concatenate([TIES, f(100) * 1e5])[None]
    check(one_node("QuantizeLinear", x, scalar(0.5), scalar(3, dtype)), x)


@pytest.mark.parametrize(("kind", "zero"), [(TensorProto.INT4, -3), (TensorProto.UINT4, 5)])
def test_quantize_to_four_bits(kind: int, zero: int) -> None:
    """onnxruntime packs four-bit results, so the model dequantizes them before they are
    compared."""
    x = TIES[None]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ]
    constants = {"s": scalar(0.5), "z": named(narrow([zero], kind), "z")}
    check(model_of(nodes, {"x": x}, constants, ["y"]), x)


def test_quantize_without_zero_point() -> None:
    x = TIES[None]
    check(one_node("QuantizeLinear", x, scalar(0.5)), x)
    check(one_node("QuantizeLinear", x, scalar(0.5), output_dtype=TensorProto.INT8), x)


@pytest.mark.parametrize("axis", [1, 2, -1])
@pytest.mark.parametrize("last", [False, True])
def test_quantize_and_dequantize_per_axis(axis: int, last: bool) -> None:
    x = f(1, 4, 5, 6) * 10
    size = x.shape[axis]
    pool = helper.make_node("MaxPool", ["x"], ["h"], kernel_shape=[1, 1])
    if not last:
        pool = helper.make_node("Identity", ["x"], ["h"])
    nodes = [
        pool,
        helper.make_node("QuantizeLinear", ["h", "s", "z"], ["q"], axis=axis),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], axis=axis),
    ]
    scale = np.abs(f(size)) + np.float32(0.01)
    constants = {"s": scale, "z": ints("int8", size)}
    check(model_of(nodes, {"x": x}, constants, ["y", "q"]), x)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32"])
def test_dequantize(dtype: str) -> None:
    x = ints(dtype, 1, 20)
    zero = [] if dtype == "int32" else [scalar(7, dtype)]
    x = x >> 12 if dtype == "int32" else x
    check(one_node("DequantizeLinear", x, scalar(0.3), *zero), x)


WEIGHTS = {
    "int8 per tensor": (ints("int8", 6, 4, 3, 3), scalar(0.1), scalar(0, np.int8)),
    "uint8 with zero": (ints("uint8", 6, 4, 3, 3), scalar(0.1), scalar(119, np.uint8)),
    "int8 per channel": (ints("int8", 6, 4, 3, 3), np.abs(f(6)), np.zeros(6, np.int8)),
    "uint8 per channel": (ints("uint8", 6, 4, 3, 3), np.abs(f(6)), ints("uint8", 6)),
}


@pytest.mark.parametrize("case", WEIGHTS)
def test_qdq_conv(case: str) -> None:
    """A complete quantized layer, with scales such that no sum is a tie of the rounding."""
    w, scale, zero = WEIGHTS[case]
    x = ints("uint8", 1, 4, 7, 6)
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "xs", "xz"], ["a"]),
        helper.make_node("DequantizeLinear", ["w", "ws", "wz"], ["v"], axis=0),
        helper.make_node("DequantizeLinear", ["b", "bs"], ["c"], axis=0),
        helper.make_node("Conv", ["a", "v", "c"], ["h"], pads=[1, 0, 0, 1]),
        helper.make_node("QuantizeLinear", ["h", "ys", "yz"], ["y"]),
    ]
    xs = scalar(0.017)
    constants = {
        **{"xs": xs, "xz": scalar(31, np.uint8), "w": w, "ws": scale, "wz": zero},
        **{"b": ints("int16", 6).astype(np.int32), "bs": xs * scale},
        **{"ys": scalar(3.3), "yz": scalar(-4, np.int8)},
    }
    check(model_of(nodes, {"x": x}, constants, ["y"]), x)


@pytest.mark.parametrize("axis", [0, 1])
def test_qdq_weights_of_gemm(axis: int) -> None:
    w = ints("int8", 6, 9)
    nodes = [
        helper.make_node("DequantizeLinear", ["w", "ws"], ["v"], axis=axis),
        helper.make_node("Gemm", ["x", "v"], ["y"], transB=1 - axis),
    ]
    x = ints("int8", 1, 6 if axis else 9).astype(np.float32)
    constants = {"w": w, "ws": np.exp2(np.arange(w.shape[axis]) - 3).astype(np.float32)}
    check(model_of(nodes, {"x": x}, constants, ["y"]), x)


def test_weights_that_the_model_quantizes() -> None:
    """Float weights that a quantizer in the model reads, as training tools export them."""
    nodes = [
        helper.make_node("QuantizeLinear", ["w", "s", "z"], ["q"], axis=0),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["v"], axis=0),
        helper.make_node("Conv", ["x", "v"], ["y"]),
    ]
    x = ints("int8", 1, 4, 5, 5).astype(np.float32)
    scale = np.float32([0.5, 0.25, 1])
    constants = {"w": f(3, 4, 2, 2), "s": scale, "z": np.zeros(3, np.int8)}
    model = model_of(nodes, {"x": x}, constants, ["y"])
    check(model, x)
    assert "qnn.quantize" not in str(import_model(model))


@pytest.mark.parametrize("kind", [TensorProto.INT4, TensorProto.UINT4])
def test_four_bit_weights(kind: int) -> None:
    low = -8 if kind == TensorProto.INT4 else 0
    w = named(narrow(list(range(low, low + 16)), kind, [2, 8]), "w")
    nodes = [
        helper.make_node("DequantizeLinear", ["w", "s"], ["v"]),
        helper.make_node("MatMul", ["x", "v"], ["y"]),
    ]
    x = ints("int8", 1, 2).astype(np.float32)
    model = model_of(nodes, {"x": x}, {"w": w, "s": scalar(0.5)}, ["y"])
    check(model, x)
    assert ("si4" if low else "ui4") in str(import_model(model))


def qlinear(x: Array, w: Array, *more: Array | None) -> list[Array | None]:
    dtype = x.dtype
    scales = [scalar(0.02), scalar(11, dtype), w, scalar(0.05), scalar(3, w.dtype)]
    return [*scales, scalar(2.1), scalar(9, dtype), *more]


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
@pytest.mark.parametrize("bias", [False, True])
def test_qlinear_conv(dtype: str, bias: bool) -> None:
    x, w = ints(dtype, 1, 4, 6, 5), ints(dtype, 3, 4, 3, 3)
    more = [ints("int16", 3).astype(np.int32)] if bias else []
    check(one_node("QLinearConv", x, *qlinear(x, w, *more), pads=[1, 1, 0, 0]), x)


def test_qlinear_conv_per_channel() -> None:
    x, w = ints("uint8", 1, 4, 6, 5), ints("int8", 3, 4, 3, 3)
    parts = [scalar(0.02), scalar(11, np.uint8), w, np.float32([0.05, 0.07, 0.01])]
    parts += [np.zeros(3, np.int8), scalar(2.1), scalar(9, np.uint8)]
    check(one_node("QLinearConv", x, *parts, ints("int16", 3).astype(np.int32)), x)


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_qlinear_matmul(dtype: str) -> None:
    x, w = ints(dtype, 1, 20), ints(dtype, 20, 7)
    check(one_node("QLinearMatMul", x, *qlinear(x, w)), x)


@pytest.mark.parametrize("transposed", [0, 1])
@pytest.mark.parametrize("real", [False, True], ids=["integers", "real result"])
def test_qgemm(transposed: int, real: bool) -> None:
    x, w = ints("uint8", 1, 20), ints("uint8", *((7, 20) if transposed else (20, 7)))
    parts = [scalar(0.02), scalar(11, np.uint8), w, scalar(0.05), scalar(3, np.uint8)]
    parts.append(ints("int16", 7).astype(np.int32))
    parts += [] if real else [scalar(2.1), scalar(9, np.uint8)]
    model = one_node("QGemm", x, *parts, domain="com.microsoft", transB=transposed)
    if not real:
        return check(model, x)
    expected, actual = run_onnxruntime(model, x), run_imported(model, x)
    np.testing.assert_allclose(actual[0], expected[0], rtol=1e-6)


@pytest.mark.parametrize("op", ["QLinearAdd", "QLinearMul"])
@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_qlinear_binary(op: str, dtype: str) -> None:
    x, other = ints(dtype, 1, 4, 5, 6), ints(dtype, 1, 4, 5, 6)
    model = one_node(op, x, *qlinear(x, other), domain="com.microsoft")
    check(model, x)


def test_qlinear_add_of_tensors() -> None:
    x, z = ints("uint8", 1, 4, 5, 6), ints("uint8", 1, 4, 5, 6)
    names = ["x", "xs", "xz", "z", "zs", "zz", "ys", "yz"]
    node = helper.make_node("QLinearAdd", names, ["y"], domain="com.microsoft")
    numbers = {"xs": scalar(0.02), "zs": scalar(0.031), "ys": scalar(0.045)}
    zeros = {"xz": scalar(3, np.uint8), "zz": scalar(200, np.uint8), "yz": scalar(77, np.uint8)}
    check(model_of([node], {"x": x, "z": z}, {**numbers, **zeros}, ["y"]), x, z)


def test_qlinear_concat() -> None:
    x, z = ints("uint8", 1, 4, 5), ints("uint8", 1, 3, 5)
    names = ["ys", "yz", "x", "xs", "xz", "z", "zs", "zz"]
    node = helper.make_node("QLinearConcat", names, ["y"], domain="com.microsoft", axis=1)
    numbers = {"xs": scalar(0.02), "zs": scalar(0.031), "ys": scalar(0.045)}
    zeros = {"xz": scalar(3, np.uint8), "zz": scalar(200, np.uint8), "yz": scalar(77, np.uint8)}
    check(model_of([node], {"x": x, "z": z}, {**numbers, **zeros}, ["y"]), x, z)


QLINEAR_UNARY: dict[str, dict[str, Any]] = {
    "QLinearGlobalAveragePool": {},
    "QLinearAveragePool": {"kernel_shape": [2, 2]},
    "QLinearLeakyRelu": {"alpha": 0.2},
    "QLinearSigmoid": {},
}


@pytest.mark.parametrize("op", QLINEAR_UNARY)
def test_qlinear_unary(op: str) -> None:
    x = ints("uint8", 1, 4, 5, 6)
    parts = [scalar(0.021), scalar(120, np.uint8), scalar(0.0137), scalar(100, np.uint8)]
    check(one_node(op, x, *parts, domain="com.microsoft", **QLINEAR_UNARY[op]), x)


@pytest.mark.parametrize("cast", [False, True], ids=["int32", "cast and scaled"])
@pytest.mark.parametrize("op", ["ConvInteger", "MatMulInteger"])
def test_integer_product(op: str, cast: bool) -> None:
    conv = op == "ConvInteger"
    x = ints("uint8", 1, 4, 6, 5) if conv else ints("uint8", 1, 30)
    w = ints("uint8", 3, 4, 3, 3) if conv else ints("uint8", 30, 7)
    nodes = [
        helper.make_node(op, ["x", "w", "xz", "wz"], ["h"]),
        helper.make_node("Cast", ["h"], ["k"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["k", "s"], ["y"]),
    ]
    constants = {"w": w, "xz": scalar(100, np.uint8), "wz": scalar(7, np.uint8), "s": scalar(0.3)}
    if cast:
        return check(model_of(nodes, {"x": x}, constants, ["y"]), x)
    model = model_of(nodes[:1], {"x": x}, constants, ["h"])
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.INT32
    check(model, x)
    assert run_imported(model, x)[0].dtype == np.int32


def test_dynamic_quantization_is_refused() -> None:
    x = f(1, 5)
    with pytest.raises(ImportFailure, match=r'"the_node" \(DynamicQuantizeLinear\): .* static'):
        import_model(one_node("DynamicQuantizeLinear", x, outputs=3))


CLIP_LIMITS = {
    "four bits": ("int8", -8, 7),
    "narrow": ("int8", -7, 7),
    "unsigned": ("uint8", 0, 15),
    "unsigned and narrow": ("uint8", 0, 14),
    "the range of no type": ("int8", -5, 9),
    "no lower limit": ("uint8", None, 3),
    "positive": ("int8", 2, 90),
}


@pytest.mark.parametrize("case", CLIP_LIMITS)
@pytest.mark.parametrize("zero", [0, 3])
def test_clip_of_quantized_integers(case: str, zero: int) -> None:
    """QuantizeLinear and Clip are one quantizer of fewer bits."""
    dtype, *ends = CLIP_LIMITS[case]
    limits = {f"end{k}": scalar(end, dtype) for k, end in enumerate(ends) if end is not None}
    names = ["" if end is None else f"end{k}" for k, end in enumerate(ends)]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        helper.make_node("Clip", ["q", *names], ["c"], "the_clip"),
        helper.make_node("DequantizeLinear", ["c", "scale", "zero"], ["y"]),
    ]
    x = np.concatenate([TIES, f(100) * 100])[None]
    constants = {"scale": scalar(0.5), "zero": scalar(zero, dtype), **limits}
    model = model_of(nodes, {"x": x}, constants, ["y"])
    check(model, x)
    quantizers = [op for op in import_model(model).walk() if isinstance(op, QuantizeOp)]
    last = element_of(quantizers[-1].output)
    low, high = ends[0] or 0, ends[1]
    assert last == smallest_type(low, high)
    assert len(quantizers) == (2 if case in ("the range of no type", "positive") else 1)


def test_clip_of_quantized_weights() -> None:
    """Clipped weights have the narrow type of their limits."""
    w, x = f(5, 4) * 9, f(3, 4)
    nodes = [
        helper.make_node("QuantizeLinear", ["w", "one", "zero"], ["wq"]),
        helper.make_node("Clip", ["wq", "low", "high"], ["wc"]),
        helper.make_node("DequantizeLinear", ["wc", "one", "zero"], ["wd"]),
        helper.make_node("Gemm", ["x", "wd"], ["y"], transB=1),
    ]
    limits = {"low": scalar(-3, np.int8), "high": scalar(3, np.int8)}
    constants = {"w": w, "one": scalar(0.5), "zero": scalar(0, np.int8), **limits}
    model = model_of(nodes, {"x": x}, constants, ["y"])
    actual, expected = run_imported(model, x)[0], run_onnxruntime(model, x)[0]
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)
    (layer,) = (op for op in import_model(model).walk() if isinstance(op, LinearOp))
    weights = layer.weights.owner
    assert isinstance(weights, DequantizeOp) and element_of(weights.x) == signed(3)


def test_clip_of_integers_that_others_read() -> None:
    """The integers before a clip remain, if something else reads them."""
    x = TIES[None]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "one", "zero"], ["q"]),
        helper.make_node("Clip", ["q", "low", "high"], ["c"]),
    ]
    limits = {"low": scalar(-8, np.int8), "high": scalar(7, np.int8)}
    constants = {"one": scalar(0.5), "zero": scalar(0, np.int8), **limits}
    check(model_of(nodes, {"x": x}, constants, ["q", "c"]), x)


def test_limits_that_leave_one_integer() -> None:
    limits = scalar(3, np.uint8), scalar(3, np.uint8)
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "one", "zero"], ["q"]),
        helper.make_node("Clip", ["q", "low", "high"], ["c"], "the_clip"),
    ]
    constants = {"one": scalar(1), "zero": scalar(0, np.uint8)}
    constants |= dict(zip(("low", "high"), limits, strict=True))
    with pytest.raises(ImportFailure, match="its limits leave the integers from 3 to 3"):
        import_model(model_of(nodes, {"x": TIES[None]}, constants, ["c"]))
