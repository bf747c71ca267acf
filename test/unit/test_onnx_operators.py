"""Imports each ONNX operator alone, and compares the results with onnxruntime."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from support.onnx_models import (
    model_of,
    one_node,
    run_imported,
    run_onnxruntime,
    value_info,
)
from support.oracles import Array

RNG = np.random.default_rng(3)


def f(*shape: int) -> Array:
    return RNG.standard_normal(shape).astype(np.float32)


def i64(*values: int) -> Array:
    return np.array(values, np.int64)


def check(model: onnx.ModelProto, *inputs: Array) -> None:
    """Compares the results at level 1 with onnxruntime: integers exactly, floats to rounding."""
    expected = run_onnxruntime(model, *inputs)
    actual = run_imported(model, *inputs)
    assert len(actual) == len(expected)
    for mine, theirs in zip(actual, expected, strict=True):
        assert mine.shape == theirs.shape and mine.dtype == theirs.dtype
        if theirs.dtype.kind == "f":
            np.testing.assert_allclose(mine, theirs, rtol=3e-6, atol=3e-6)
        else:
            np.testing.assert_array_equal(mine, theirs)


IMAGE, SIGNAL, ROWS = f(1, 4, 7, 6), f(1, 4, 9), f(1, 12)

CONV: dict[str, tuple[Array, tuple[Array, ...], dict[str, Any]]] = {
    "plain": (IMAGE, (f(5, 4, 3, 3), f(5)), {}),
    "asymmetric pads": (IMAGE, (f(5, 4, 3, 2),), {"pads": [0, 1, 2, 3]}),
    "strides": (IMAGE, (f(5, 4, 3, 3),), {"strides": [2, 1], "kernel_shape": [3, 3]}),
    "dilations": (IMAGE, (f(5, 4, 3, 2),), {"dilations": [2, 3]}),
    "groups": (IMAGE, (f(6, 2, 3, 3), f(6)), {"group": 2}),
    "depthwise": (IMAGE, (f(4, 1, 3, 3),), {"group": 4, "pads": [1, 1, 1, 1]}),
    "depthwise, two each": (IMAGE, (f(8, 1, 3, 3),), {"group": 4}),
    "same upper": (IMAGE, (f(5, 4, 2, 2),), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    "same lower": (IMAGE, (f(5, 4, 2, 4),), {"auto_pad": "SAME_LOWER", "strides": [2, 3]}),
    "valid": (IMAGE, (f(5, 4, 2, 4),), {"auto_pad": "VALID"}),
    "signal": (SIGNAL, (f(5, 4, 3), f(5)), {"pads": [2, 1], "strides": [2]}),
    "dilated signal": (SIGNAL, (f(6, 2, 3),), {"dilations": [2], "group": 2}),
    "same signal": (SIGNAL, (f(5, 4, 4),), {"auto_pad": "SAME_LOWER"}),
}


@pytest.mark.parametrize("case", CONV)
def test_conv(case: str) -> None:
    x, constants, attributes = CONV[case]
    check(one_node("Conv", x, *constants, **attributes), x)


TRANSPOSED: dict[str, tuple[Array, tuple[Array, ...], dict[str, Any]]] = {
    "plain": (IMAGE, (f(4, 5, 3, 2), f(5)), {}),
    "strides": (IMAGE, (f(4, 5, 3, 3),), {"strides": [2, 3], "output_padding": [1, 2]}),
    "pads": (IMAGE, (f(4, 5, 3, 3),), {"strides": [2, 2], "pads": [0, 1, 2, 1]}),
    "groups": (IMAGE, (f(4, 3, 2, 2), f(6)), {"group": 2, "dilations": [2, 1]}),
    "same upper": (IMAGE, (f(4, 5, 3, 4),), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    "same lower": (IMAGE, (f(4, 5, 4, 3),), {"auto_pad": "SAME_LOWER", "strides": [2, 2]}),
    "output shape": (IMAGE, (f(4, 5, 3, 3),), {"output_shape": [14, 12], "strides": [2, 2]}),
    "signal": (SIGNAL, (f(4, 5, 3), f(5)), {"strides": [2], "pads": [1, 0]}),
}


@pytest.mark.parametrize("case", TRANSPOSED)
def test_conv_transpose(case: str) -> None:
    x, constants, attributes = TRANSPOSED[case]
    check(one_node("ConvTranspose", x, *constants, **attributes), x)


POOLS: dict[str, tuple[Array, dict[str, Any]]] = {
    "plain": (IMAGE, {"kernel_shape": [2, 2]}),
    "strides": (IMAGE, {"kernel_shape": [3, 2], "strides": [2, 2]}),
    "pads": (IMAGE, {"kernel_shape": [3, 3], "pads": [0, 1, 2, 1]}),
    "ceil": (IMAGE, {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
    "ceil, padded": (
        IMAGE,
        {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1},
    ),
    "same upper": (IMAGE, {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    "same lower": (IMAGE, {"kernel_shape": [2, 3], "auto_pad": "SAME_LOWER"}),
    "signal": (SIGNAL, {"kernel_shape": [3], "strides": [2], "pads": [1, 0]}),
    "ceil signal": (SIGNAL, {"kernel_shape": [2], "strides": [2], "ceil_mode": 1}),
    "dilations": (IMAGE, {"kernel_shape": [2, 2], "dilations": [3, 2]}),
}


@pytest.mark.parametrize("case", POOLS)
def test_max_pool(case: str) -> None:
    x, attributes = POOLS[case]
    check(one_node("MaxPool", x, **attributes), x)


@pytest.mark.parametrize("include", [0, 1])
@pytest.mark.parametrize("case", POOLS)
def test_average_pool(case: str, include: int) -> None:
    x, attributes = POOLS[case]
    if include and "ceil_mode" in attributes:
        pytest.skip("onnxruntime divides by the full window; torch: test_torch_operators.py")
    check(one_node("AveragePool", x, count_include_pad=include, **attributes), x)


@pytest.mark.parametrize("op", ["GlobalAveragePool", "GlobalMaxPool"])
@pytest.mark.parametrize("x", [IMAGE, SIGNAL], ids=["image", "signal"])
def test_global_pool(op: str, x: Array) -> None:
    check(one_node(op, x), x)


@pytest.mark.parametrize("keep", [0, 1])
@pytest.mark.parametrize(("x", "axes"), [(IMAGE, [2, 3]), (IMAGE, [-1, -2]), (SIGNAL, [2])])
def test_reduce_mean(x: Array, axes: list[int], keep: int) -> None:
    check(one_node("ReduceMean", x, i64(*axes), opset=18, keepdims=keep), x)
    check(one_node("ReduceMean", x, opset=13, axes=axes, keepdims=keep), x)


@pytest.mark.parametrize("x", [f(1, 12), f(1, 3, 12)], ids=["rows", "batch of rows"])
def test_matmul(x: Array) -> None:
    check(one_node("MatMul", x, f(12, 5)), x)


@pytest.mark.parametrize("bias", [None, f(5), f(1, 5), f(1), np.float32(0.5)])
@pytest.mark.parametrize("transposed", [0, 1])
def test_gemm(bias: Array | None, transposed: int) -> None:
    w = f(5, 12) if transposed else f(12, 5)
    constants = [w] if bias is None else [w, np.asarray(bias)]
    check(one_node("Gemm", ROWS, *constants, transB=transposed, alpha=0.7, beta=-1.3), ROWS)


@pytest.mark.parametrize("opset", [9, 14, 15])
@pytest.mark.parametrize("x", [IMAGE, SIGNAL, f(1, 4)], ids=["image", "signal", "row"])
def test_batch_normalization(x: Array, opset: int) -> None:
    rows = f(4), f(4), f(4), np.abs(f(4))
    check(one_node("BatchNormalization", x, *rows, opset=opset, epsilon=1e-3, momentum=0.8), x)


ACTIVATIONS: dict[str, dict[str, Any]] = {
    "Relu": {},
    "LeakyRelu": {"alpha": 0.3},
    "Elu": {"alpha": 0.8},
    "HardSigmoid": {"alpha": 0.3, "beta": 0.4},
    "Sigmoid": {},
    "Tanh": {},
    "Softplus": {},
    "Softsign": {},
    "Erf": {},
    "Selu": {"alpha": 1.5, "gamma": 1.2},
    "Celu": {"alpha": 0.7},
    "Sign": {},
    "Floor": {},
    "Ceil": {},
    "Round": {},
    "Neg": {},
    "Identity": {},
    "Dropout": {},
}


@pytest.mark.parametrize("op", ACTIVATIONS)
def test_activation(op: str) -> None:
    x = np.concatenate([f(1, 50) * 3, np.array([[-2.5, -0.5, -0.0, 0, 0.5, 1.5]])], 1)
    check(one_node(op, x.astype(np.float32), **ACTIVATIONS[op]), x.astype(np.float32))


@pytest.mark.parametrize("op", ["LeakyRelu", "Elu", "HardSigmoid", "Dropout"])
def test_activation_with_default_attributes(op: str) -> None:
    check(one_node(op, IMAGE), IMAGE)


@pytest.mark.parametrize("slope", [f(4, 1, 1), f(1), f(6)], ids=["channels", "one", "columns"])
def test_prelu(slope: Array) -> None:
    check(one_node("PRelu", IMAGE, slope), IMAGE)


@pytest.mark.parametrize("limits", [(-0.5, 0.7), (None, 0.3), (0.1, None), (None, None)])
def test_clip(limits: tuple[float | None, float | None]) -> None:
    ends = [None if end is None else np.array(end, np.float32) for end in limits]
    check(one_node("Clip", IMAGE, *ends), IMAGE)
    named = {name: end for name, end in zip(("min", "max"), limits, strict=True) if end is not None}
    check(one_node("Clip", IMAGE, opset=10, **named), IMAGE)


def test_clip_with_infinite_limit() -> None:
    ends = np.array(0, np.float32), np.array(np.inf, np.float32)
    check(one_node("Clip", IMAGE, *ends), IMAGE)


@pytest.mark.parametrize("op", ["Max", "Min"])
def test_max_or_min_with_number(op: str) -> None:
    check(one_node(op, IMAGE, np.array(0.2, np.float32)), IMAGE)


@pytest.mark.parametrize("shape", [(1, 4, 5, 6), (1, 7)])
@pytest.mark.parametrize(
    ("op", "count"), [("Sum", 1), ("Sum", 3), ("Mean", 3), ("Max", 2), ("Min", 2)]
)
def test_functions_of_tensors(op: str, count: int, shape: tuple[int, ...]) -> None:
    inputs = {f"x{k}": f(*shape) for k in range(count)}
    model = model_of([helper.make_node(op, list(inputs), ["y"])], inputs, {}, ["y"])
    check(model, *inputs.values())


def test_maximum_of_images_with_two_layouts() -> None:
    inputs = {"x": f(1, 3, 4, 4), "z": f(1, 3, 4, 4)}
    nodes = [
        helper.make_node("MaxPool", ["x"], ["h"], kernel_shape=[1, 1]),
        helper.make_node("Max", ["z", "h"], ["y"]),
    ]
    check(model_of(nodes, inputs, {}, ["y"]), *inputs.values())


def test_magnitude() -> None:
    x = np.array([[-2.5, -0.0, 0, 3e38, -3e38]], np.float32)
    check(one_node("Abs", x), x)


def test_old_opsets_are_converted() -> None:
    """Opset 6 broadcasts by an attribute, and its batch norm has others."""
    nodes = [
        helper.make_node("Add", ["x", "c"], ["a"], broadcast=1),
        helper.make_node("BatchNormalization", ["a", "s", "b", "m", "v"], ["y"], is_test=1),
    ]
    rows = {name: np.abs(f(IMAGE.shape[1])) for name in "sbmv"}
    model = model_of(nodes, {"x": IMAGE}, {"c": f(IMAGE.shape[3]), **rows}, ["y"], opset=6)
    model.graph.output[0].CopyFrom(value_info("y", IMAGE))
    newer = model_of(
        [helper.make_node("Add", ["x", "c"], ["a"]), nodes[1]], {"x": IMAGE}, {}, ["y"], opset=8
    )
    newer.graph.initializer.extend(model.graph.initializer)
    del newer.graph.node[1].attribute[:]
    (expected,) = run_onnxruntime(newer, IMAGE)
    np.testing.assert_allclose(run_imported(model, IMAGE)[0], expected, rtol=3e-6)


def test_a_table_of_integers_that_a_quantized_index_selects() -> None:
    index = RNG.integers(0, 8, (1, 5)).astype(np.uint8)
    model = model_of(
        [helper.make_node("Gather", ["t", "x"], ["y"])],
        {"x": index.astype(np.int64)},
        {"t": np.int8([3, -7, 0, 5, 9, -128, 127, 1])},
        ["y"],
    )
    (expected,) = run_onnxruntime(model, index.astype(np.int64))
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    np.testing.assert_array_equal(run_imported(model, index)[0], expected)


OTHERS = {
    "scalar": np.array(0.7, np.float32),
    "one": f(1),
    "columns": f(6),
    "channels": f(4, 1, 1),
    "all": f(1, 4, 7, 6),
    "rows": f(7, 1),
}


@pytest.mark.parametrize("last", [False, True], ids=["plain", "behind a pool"])
@pytest.mark.parametrize("swapped", [False, True], ids=["tensor first", "constant first"])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("op", ["Add", "Sub", "Mul", "Div"])
def test_arithmetic_with_constant(op: str, other: str, swapped: bool, last: bool) -> None:
    """After a pool, channels are last in the program, so constants must be transposed."""
    names = ["c", "h"] if swapped else ["h", "c"]
    first = helper.make_node("MaxPool", ["x"], ["h"], kernel_shape=[1, 1])
    if not last:
        first = helper.make_node("Identity", ["x"], ["h"])
    nodes = [first, helper.make_node(op, names, ["y"])]
    check(model_of(nodes, {"x": IMAGE}, {"c": OTHERS[other]}, ["y"]), IMAGE)


@pytest.mark.parametrize("op", ["Add", "Sub", "Mul", "Div"])
@pytest.mark.parametrize("shape", [(1, 4, 7, 6), (1, 4, 1, 1), (1, 1, 7, 1), (7, 6)])
def test_arithmetic_of_tensors(op: str, shape: tuple[int, ...]) -> None:
    nodes = [
        helper.make_node("MaxPool", ["x"], ["h"], kernel_shape=[1, 1]),
        helper.make_node(op, ["z", "h"], ["y"]),
    ]
    z = f(*shape)
    check(model_of(nodes, {"x": IMAGE, "z": z}, {}, ["y"]), IMAGE, z)


def test_signal_arithmetic() -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["h"], pads=[1, 1]),
        helper.make_node("Mul", ["h", "c"], ["k"]),
        helper.make_node("Add", ["k", "x"], ["y"]),
    ]
    constants: dict[str, Any] = {"w": f(4, 4, 3), "c": f(4, 1)}
    check(model_of(nodes, {"x": SIGNAL}, constants, ["y"]), SIGNAL)


@pytest.mark.parametrize("opset", [11, 13])
@pytest.mark.parametrize(("shape", "axis"), [((1, 10), 1), ((1, 4, 5), 1), ((1, 4, 5), -1)])
@pytest.mark.parametrize("op", ["Softmax", "LogSoftmax"])
def test_softmax(op: str, shape: tuple[int, ...], axis: int, opset: int) -> None:
    x = f(*shape)
    check(one_node(op, x, opset=opset, axis=axis), x)


@pytest.mark.parametrize("opset", [9, 13])
@pytest.mark.parametrize("keep", [0, 1])
@pytest.mark.parametrize("op", ["ArgMax", "ArgMin"])
def test_arg_max(op: str, opset: int, keep: int) -> None:
    check(one_node(op, IMAGE, opset=opset, axis=1, keepdims=keep), IMAGE)


@pytest.mark.parametrize("op", ["ArgMax", "ArgMin"])
@pytest.mark.parametrize("last", [0, 1])
def test_arg_max_of_equal_scores(op: str, last: int) -> None:
    scores = RNG.integers(0, 3, (1, 12)).astype(np.float32)
    check(one_node(op, scores, axis=1, select_last_index=last), scores)


def test_top_k() -> None:
    check(one_node("TopK", ROWS, i64(5), outputs=2, axis=1), ROWS)
    check(one_node("TopK", ROWS, opset=9, outputs=2, k=3), ROWS)


@pytest.mark.parametrize("shape", [[0, -1], [1, 24, 7], [2, 2, 6, 7], [-1]])
def test_reshape(shape: list[int]) -> None:
    check(one_node("Reshape", IMAGE, i64(*shape)), IMAGE)


@pytest.mark.parametrize("axis", [0, 1, 2, 4, -1])
def test_flatten(axis: int) -> None:
    check(one_node("Flatten", IMAGE, axis=axis), IMAGE)


@pytest.mark.parametrize("axes", [[0], [2], [-1], [0, 2], None])
def test_squeeze(axes: list[int] | None) -> None:
    x = f(1, 5, 1, 3, 1)
    check(one_node("Squeeze", x, *([] if axes is None else [i64(*axes)])), x)
    named = {} if axes is None else {"axes": axes}
    if not any(axis < 0 for axis in axes or []):
        check(one_node("Squeeze", x, opset=9, **named), x)
    check(one_node("Squeeze", x, opset=12, **named), x)


@pytest.mark.parametrize("axes", [[0], [3], [-1], [1, 3]])
def test_unsqueeze(axes: list[int]) -> None:
    x = f(1, 4, 5)
    check(one_node("Unsqueeze", x, i64(*axes)), x)
    check(one_node("Unsqueeze", x, opset=11, axes=axes), x)


@pytest.mark.parametrize("perm", [None, [0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 3, 2]])
@pytest.mark.parametrize("last", [False, True])
def test_transpose(perm: list[int] | None, last: bool) -> None:
    first = helper.make_node("MaxPool", ["x"], ["h"], kernel_shape=[1, 1])
    if not last:
        first = helper.make_node("Identity", ["x"], ["h"])
    given = {} if perm is None else {"perm": perm}
    nodes = [first, helper.make_node("Transpose", ["h"], ["y"], **given)]
    check(model_of(nodes, {"x": IMAGE}, {}, ["y"]), IMAGE)


@pytest.mark.parametrize("mode", [None, "DCR", "CRD"])
def test_depth_to_space(mode: str | None) -> None:
    image = f(1, 12, 3, 4)
    given = {} if mode is None else {"mode": mode}
    check(one_node("DepthToSpace", image, blocksize=2, **given), image)
    conv = helper.make_node("Conv", ["x", "w"], ["h"])
    nodes = [conv, helper.make_node("DepthToSpace", ["h"], ["y"], blocksize=3, **given)]
    check(model_of(nodes, {"x": image}, {"w": f(9, 12, 1, 1)}, ["y"]), image)


def test_space_to_depth() -> None:
    image = f(1, 3, 4, 6)
    check(one_node("SpaceToDepth", image, blocksize=2), image)


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_concat(axis: int) -> None:
    check(one_node("Concat", IMAGE, f(1, 4, 7, 6), axis=axis), IMAGE)
    pool = helper.make_node("MaxPool", ["x"], ["h"], kernel_shape=[1, 1])
    nodes = [pool, helper.make_node("Concat", ["h", "x"], ["y"], axis=axis)]
    check(model_of(nodes, {"x": IMAGE}, {}, ["y"]), IMAGE)


@pytest.mark.parametrize("axis", [1, -1])
def test_split(axis: int) -> None:
    x = f(1, 6, 2, 6)
    check(one_node("Split", x, i64(1, 2, 3), outputs=3, axis=axis), x)
    check(one_node("Split", x, opset=9, outputs=3, axis=axis, split=[1, 2, 3]), x)
    check(one_node("Split", x, opset=13, outputs=3, axis=axis), x)
    x = f(1, 7, 2, 7)
    check(one_node("Split", x, outputs=4, axis=axis, num_outputs=4), x)


@pytest.mark.parametrize(
    ("starts", "ends", "axes", "steps"),
    [
        ([1, 2], [3, 5], [1, 2], [1, 1]),
        ([0, -4], [100, -1], [-1, 2], [2, 1]),
        ([1], [1 << 40], [3], [3]),
    ],
)
def test_slice(starts: list[int], ends: list[int], axes: list[int], steps: list[int]) -> None:
    check(one_node("Slice", IMAGE, i64(*starts), i64(*ends), i64(*axes), i64(*steps)), IMAGE)
    if set(steps) == {1}:
        check(one_node("Slice", IMAGE, opset=9, starts=starts, ends=ends, axes=axes), IMAGE)


def test_pad() -> None:
    pads = [0, 0, 1, 2, 0, 1, 3, 0]
    check(one_node("Pad", IMAGE, i64(*pads), np.array(2, np.float32)), IMAGE)
    check(one_node("Pad", IMAGE, i64(1, 2), None, i64(-1)), IMAGE)
    check(one_node("Pad", IMAGE, opset=10, pads=pads, value=-1.0), IMAGE)


@pytest.mark.parametrize("opset", [10, 11, 13, 19])
@pytest.mark.parametrize("last", [False, True])
def test_resize(opset: int, last: bool) -> None:
    scales = np.array([1, 1, 2, 3], np.float32)
    pool = helper.make_node("MaxPool", ["x"], ["h"], kernel_shape=[1, 1])
    if not last:
        pool = helper.make_node("Identity", ["x"], ["h"])
    names = ["h", "s"] if opset == 10 else ["h", "", "s"]
    if opset == 11:
        names[1] = "roi"
    how = {} if opset == 10 else {"coordinate_transformation_mode": "asymmetric"}
    how = how | ({"nearest_mode": "floor"} if how else {})
    nodes = [pool, helper.make_node("Resize", names, ["y"], **how)]
    constants: dict[str, Any] = {"s": scales, "roi": np.zeros(0, np.float32)}
    check(model_of(nodes, {"x": IMAGE}, constants, ["y"], opset), IMAGE)


@pytest.mark.parametrize("coordinates", ["half_pixel", "pytorch_half_pixel", "asymmetric"])
@pytest.mark.parametrize("factors", [(2, 2), (4, 4), (3, 2), (1, 5)], ids=str)
def test_linear_interpolation(factors: tuple[int, int], coordinates: str) -> None:
    scales = np.array([1, 1, *factors], np.float32)
    how = {"mode": "linear", "coordinate_transformation_mode": coordinates}
    check(one_node("Resize", IMAGE, None, scales, **how), IMAGE)


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
def test_linear_interpolation_of_integers(kind: type[np.integer]) -> None:
    """onnxruntime casts the results, which rounds them towards zero."""
    ends = np.iinfo(kind)
    x = RNG.integers(ends.min, ends.max + 1, (1, 3, 4, 5)).astype(kind)
    check(one_node("Resize", x, None, np.array([1, 1, 2, 4], np.float32), mode="linear"), x)


def test_linear_interpolation_of_signals_and_in_old_opsets() -> None:
    scales = np.array([1, 1, 4], np.float32)
    check(one_node("Resize", SIGNAL, None, scales, mode="linear"), SIGNAL)
    both = np.array([1, 1, 2, 3], np.float32)
    check(one_node("Resize", IMAGE, both, opset=10, mode="linear"), IMAGE)
    check(one_node("Upsample", IMAGE, both, opset=9, mode="linear"), IMAGE)


def test_resize_by_sizes_and_half_pixels() -> None:
    check(one_node("Resize", IMAGE, None, None, i64(1, 4, 14, 18)), IMAGE)


def test_upsample() -> None:
    check(one_node("Upsample", IMAGE, np.array([1, 1, 2, 2], np.float32), opset=9), IMAGE)
    check(one_node("Upsample", IMAGE, opset=7, scales=[1.0, 1.0, 2.0, 2.0]), IMAGE)


def test_cast_of_integers() -> None:
    x = RNG.integers(-100, 100, (1, 5)).astype(np.int8)
    check(one_node("Cast", x, to=1), x)


def test_shape_arithmetic_folds() -> None:
    """A flatten as exporters write it: Shape, Gather, Unsqueeze, Concat, Reshape."""
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "zero"], ["n"], axis=0),
        helper.make_node("Unsqueeze", ["n", "axes"], ["u"]),
        helper.make_node("Concat", ["u", "minus"], ["shape"], axis=0),
        helper.make_node("Reshape", ["x", "shape"], ["y"]),
    ]
    constants: dict[str, Any] = {"zero": np.array(0), "axes": i64(0), "minus": i64(-1)}
    check(model_of(nodes, {"x": IMAGE}, constants, ["y"]), IMAGE)


def test_constants_fold() -> None:
    nodes = [
        helper.make_node("Constant", [], ["a"], value_floats=[1.0, 2.0, 3.0]),
        helper.make_node("Exp", ["a"], ["b"]),
        helper.make_node("Reciprocal", ["b"], ["c"]),
        helper.make_node("Mul", ["x", "c"], ["y"]),
    ]
    x = f(1, 3)
    check(model_of(nodes, {"x": x}, {}, ["y"]), x)


def test_constant_results() -> None:
    """A result that does not depend on the image keeps its type."""
    nodes = [
        helper.make_node("Shape", ["x"], ["y"]),
        helper.make_node("Relu", ["x"], ["z"]),
    ]
    check(model_of(nodes, {"x": IMAGE}, {}, ["y", "z"]), IMAGE)


def test_nodes_out_of_order() -> None:
    nodes = [
        helper.make_node("Sub", ["a", "b"], ["y"]),
        helper.make_node("Tanh", ["a"], ["b"]),
        helper.make_node("Relu", ["x"], ["a"]),
    ]
    expected = run_onnxruntime(model_of(nodes[::-1], {"x": ROWS}, {}, ["y"]), ROWS)
    actual = run_imported(model_of(nodes, {"x": ROWS}, {}, ["y"]), ROWS)
    np.testing.assert_allclose(actual[0], expected[0], atol=1e-6)


def test_dynamic_batch_size() -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["h"]),
        helper.make_node("Flatten", ["h"], ["k"]),
        helper.make_node("Gemm", ["k", "v"], ["y"], transB=1),
    ]
    constants: dict[str, Any] = {"w": f(2, 4, 3, 3), "v": f(3, 40)}
    x = f(6, 4, 7, 6)
    model = model_of(nodes, {"x": x[:1]}, constants, ["y"])
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    expected = run_onnxruntime(model, x)
    np.testing.assert_allclose(run_imported(model, x)[0], expected[0], rtol=1e-5, atol=1e-5)
