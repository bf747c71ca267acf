"""Models that cannot be imported: the error is one line, and names the node."""

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from qnn.frontends.errors import ImportFailure
from qnn.frontends.onnx import InputType, import_model, import_onnx
from qnn.qdialect.interpreter import run
from qnn.qdialect.types import signed
from support.onnx_models import model_of, one_node
from support.oracles import Array
from support.program import print_module, read_module

IMAGE = np.zeros((1, 4, 7, 6), np.float32)
ROW = np.zeros((1, 4), np.float32)
MIB = 1 << 20


def refusal(model: onnx.ModelProto | Path, **inputs: InputType) -> str:
    """The message of the failure, which is one line of printable text."""
    with pytest.raises(ImportFailure) as caught:
        if isinstance(model, Path):
            import_onnx(str(model), inputs)
        else:
            import_model(model, inputs)
    message = str(caught.value)
    assert message.isprintable() and len(message) < 600, message
    return message


def test_the_node_is_named() -> None:
    message = refusal(one_node("Relu", ROW, colour=1))
    assert message == 'node "the_node" (Relu): the attribute colour is not supported: remove it'


CEIL: dict[str, Any] = {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}

NODES: dict[str, tuple[onnx.ModelProto, str]] = {
    "unknown operator": (one_node("Zoom", ROW), "not supported"),
    "unknown domain": (
        one_node("Relu", ROW, domain="org.zoo"),
        'unknown operator domain "org.zoo"',
    ),
    "recurrent": (one_node("LSTM", ROW), "recurrent layers are not supported"),
    "missing input": (one_node("Conv", IMAGE), "its input 1 is missing"),
    "wrong attribute": (one_node("LeakyRelu", ROW, alpha="much"), "alpha must be a number"),
    "wrong list": (one_node("Transpose", ROW, perm="much"), "perm must be a list"),
    "NaN attribute": (
        one_node("LeakyRelu", ROW, alpha=float("nan")),
        "alpha must be finite, it is nan",
    ),
    "infinite attribute": (
        one_node("Elu", ROW, alpha=float("inf")),
        "alpha must be finite, it is inf",
    ),
    "window in the padding": (
        one_node("MaxPool", IMAGE, **CEIL, pads=[1, 1, 1, 1]),
        "entirely in the padding",
    ),
    "cubic resize": (
        one_node("Resize", IMAGE, None, np.float32([1, 1, 2, 2]), mode="cubic"),
        "cubic interpolation is not supported: use nearest or linear",
    ),
    "aligned corners": (
        one_node(
            "Resize",
            IMAGE,
            None,
            np.float32([1, 1, 2, 2]),
            mode="linear",
            coordinate_transformation_mode="align_corners",
        ),
        "align_corners does not divide by integers: use half_pixel",
    ),
    "integers by three": (
        one_node("Resize", IMAGE.astype(np.int8), None, np.float32([1, 1, 3, 3]), mode="linear"),
        "a factor that is not a power of 2",
    ),
    "interpolated channels": (
        one_node("Resize", IMAGE, None, np.float32([1, 2, 2, 2]), mode="linear"),
        "only the rows and columns of an image can be interpolated",
    ),
    "shrinking": (
        one_node("Resize", IMAGE, None, np.float32([1, 1, 0.5, 1])),
        "an integer of at least 1",
    ),
    "shifted resize": (
        one_node(
            "Resize",
            IMAGE,
            None,
            np.float32([1, 1, 3, 3]),
            coordinate_transformation_mode="asymmetric",
        ),
        "shifts the image",
    ),
    "reflected border": (
        one_node("Pad", IMAGE, np.int64([0, 0, 1, 1, 0, 0, 1, 1]), mode="reflect"),
        "the mode reflect",
    ),
    "backwards": (
        one_node("Slice", ROW, *(np.int64([v]) for v in (3, 0, 1, -1))),
        "the step -1 is not supported",
    ),
    "cast to integers": (one_node("Cast", ROW, to=TensorProto.INT8), "a cast to int8"),
    "too many pads": (
        one_node("Conv", IMAGE, np.ones((2, 4, 3, 3), np.float32), pads=[1, 1]),
        r"pads \[1, 1\]",
    ),
    "kernel shape": (
        one_node("Conv", IMAGE, np.ones((2, 4, 3, 3), np.float32), kernel_shape=[5, 5]),
        "kernel_shape",
    ),
    "channels": (one_node("Conv", IMAGE, np.ones((2, 3, 3, 3), np.float32)), "3 channels"),
    "batch norm of other shape": (
        one_node("BatchNormalization", IMAGE, *[np.ones(3, np.float32)] * 4),
        r"its gamma has shape \(3,\): it must be \(4,\)",
    ),
    "zero scale": (one_node("QuantizeLinear", ROW, np.float32(0)), "the scale must not be zero"),
    "zero scale of a channel": (
        one_node("QuantizeLinear", ROW, np.float32([1, 2, 0, 3])),
        "the scale must not be zero",
    ),
    "infinite scale": (one_node("QuantizeLinear", ROW, np.float32("inf")), "must be finite"),
    "scale beyond floats": (one_node("QuantizeLinear", ROW, np.float64(1e300)), "must be finite"),
    "blocks": (one_node("QuantizeLinear", ROW, np.float32(1), block_size=2), "by blocks"),
    "small floats": (
        one_node("QuantizeLinear", ROW, np.float32(1), output_dtype=TensorProto.FLOAT8E4M3FN),
        "float8e4m3fn",
    ),
    "mask": (one_node("Dropout", ROW, outputs=2), "its mask output is not supported"),
    "a terabyte": (
        one_node("Reshape", ROW, np.int64([1 << 40])),
        "can't be reshaped",
    ),
}


@pytest.mark.parametrize("case", NODES)
def test_node_is_refused(case: str) -> None:
    model, message = NODES[case]
    with pytest.raises(ImportFailure, match=message):
        import_model(model)
    assert refusal(model).startswith('node "the_node" (')


def computed_weights(op: str) -> onnx.ModelProto:
    node = helper.make_node(op, ["x", "x"], ["y"], "the_node")
    return model_of([node], {"x": IMAGE}, {}, ["y"])


@pytest.mark.parametrize("op", ["Conv", "Gemm"])
def test_computed_weights(op: str) -> None:
    assert "must be constant" in refusal(computed_weights(op))


def test_products_of_two_computed_matrices_are_named_attention() -> None:
    assert "as attention does" in refusal(computed_weights("MatMul"))


BOMBS: dict[str, tuple[str, dict[str, Array], dict[str, Any]]] = {
    "ConstantOfShape": ("ConstantOfShape", {"a": np.int64([1 << 20, 1 << 20])}, {}),
    "Expand": ("Expand", {"a": np.float32([1]), "b": np.int64([1 << 35])}, {}),
    "Tile": ("Tile", {"a": np.float32([1]), "b": np.int64([1 << 33])}, {}),
    "Range": ("Range", {"a": np.int64(0), "b": np.int64(1 << 40), "c": np.int64(1)}, {}),
    "Add": ("Add", {"a": np.zeros((1 << 16, 1), np.int8), "b": np.zeros(1 << 16, np.int8)}, {}),
    "Pad": ("Pad", {"a": np.float32([1]), "b": np.int64([0, 1 << 40])}, {}),
    "overflow": ("Tile", {"a": np.zeros(4, np.float32), "b": np.int64([1 << 62])}, {}),
}


@pytest.mark.parametrize("case", BOMBS)
def test_constant_results_are_limited_in_size(case: str) -> None:
    op, constants, attributes = BOMBS[case]
    nodes = [
        helper.make_node(op, list(constants), ["k"], "the_node", **attributes),
        helper.make_node("Add", ["x", "k"], ["y"]),
    ]
    model = model_of(nodes, {"x": ROW}, constants, ["y"])
    tracemalloc.start()
    refusal(model)
    assert tracemalloc.get_traced_memory()[1] < 64 * MIB
    tracemalloc.stop()


def chain(names: list[tuple[str, str]]) -> onnx.ModelProto:
    nodes = [helper.make_node("Relu", [a], [b], f"{a} to {b}") for a, b in names]
    return model_of(nodes, {"x": ROW}, {}, ["y"])


def test_cycle() -> None:
    message = refusal(chain([("b", "a"), ("a", "b"), ("x", "y")]))
    assert "depends on itself: remove the cycle" in message


def test_value_computed_twice() -> None:
    assert 'the value "y" is computed twice' in refusal(chain([("x", "y"), ("x", "y")]))
    assert 'the value "x" is computed twice' in refusal(chain([("x", "y"), ("y", "x")]))


def test_value_that_no_node_computes() -> None:
    assert 'no node computes its input "z"' in refusal(chain([("z", "y")]))
    assert 'no node computes the output "y"' in refusal(chain([("x", "z")]))


def test_two_inputs_with_the_same_name() -> None:
    model = chain([("x", "y")])
    model.graph.input.append(model.graph.input[0])
    assert '2 inputs of the model have the name "x"' in refusal(model)


def test_two_constants_with_the_same_name() -> None:
    model = one_node("Add", ROW, ROW)
    model.graph.initializer.append(model.graph.initializer[0])
    assert '2 initializers of the model have the name "c0"' in refusal(model)


def test_nodes_with_the_same_name_are_renamed() -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["a"], "twin"),
        helper.make_node("Relu", ["a"], ["y"], "twin"),
    ]
    text = print_module(import_model(model_of(nodes, {"x": ROW}, {}, ["y"])))
    assert 'layer = "twin"' in text and 'layer = "twin_1"' in text


def test_sorting_a_graph_takes_linear_time() -> None:
    """Nodes in reverse order, near the maximum: a sort in quadratic time would take minutes."""
    count = 19_000
    names = [("x" if k == 0 else f"v{k - 1}", f"v{k}") for k in range(count)][::-1]
    model = chain([("w", "y"), *names])
    assert 'no node computes its input "w"' in refusal(model)


def declared(*shape: int | str, kind: int = TensorProto.FLOAT) -> onnx.ModelProto:
    model = chain([("x", "y")])
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("x", kind, shape))
    return model


def test_declared_shapes() -> None:
    assert "dynamic sizes" in refusal(declared(1, "height", 3))
    assert "dynamic sizes" in refusal(declared(1, -5))
    assert "holds float64" in refusal(declared(1, 3, kind=TensorProto.DOUBLE)).replace(
        "double", "float64"
    )
    model = declared(1)
    model.graph.input[0].type.tensor_type.ClearField("shape")
    assert "has no shape" in refusal(model)


def test_huge_declared_shape_takes_no_memory() -> None:
    tracemalloc.start()
    import_model(declared("batch", 1 << 10, 1 << 20))
    assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    tracemalloc.stop()


def constant(tensor: onnx.TensorProto) -> onnx.ModelProto:
    tensor.name = "c"
    node = helper.make_node("Add", ["x", "c"], ["y"], "the_node")
    return model_of([node], {"x": ROW}, {"c": tensor}, ["y"])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_numeric_constants(value: float) -> None:
    tensor = numpy_helper.from_array(np.float32([1, value, 2, 3]))
    assert refusal(constant(tensor)) == 'constant "c" holds a NaN or an infinite value'


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (TensorProto(dims=[1 << 40], data_type=1), "the maximum is 4 GiB"),
        (TensorProto(dims=[4], data_type=1, raw_data=b"123"), "is damaged"),
        (TensorProto(dims=[1 << 20], data_type=1), "is damaged"),
        (TensorProto(dims=[-4], data_type=1), "has a negative size"),
        (TensorProto(dims=[4], data_type=99), "has the unknown type 99"),
        (TensorProto(dims=[4], data_type=8, string_data=[b"a"] * 4), "the_node"),
    ],
)
def test_constants_with_wrong_sizes(tensor: onnx.TensorProto, message: str) -> None:
    assert message in refusal(constant(tensor))


def external(folder: Path, **entries: str) -> Path:
    """A model with a constant in another file."""
    tensor = TensorProto(dims=[1, 4], data_type=1, data_location=TensorProto.EXTERNAL)
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=value)
    path = folder / "model.onnx"
    path.write_bytes(constant(tensor).SerializeToString())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a model with valid data in it, and a data file outside that must not be read."""
    data = np.float32([[1, 2, 3, 4]]).tobytes()
    inner = tmp_path / "model"
    inner.mkdir()
    (inner / "good.bin").write_bytes(bytes(8) + data)
    (tmp_path / "outside.bin").write_bytes(data)
    (inner / "link.bin").symlink_to(tmp_path / "outside.bin")
    return inner


def test_external_data(folder: Path) -> None:
    module = import_onnx(str(external(folder, location="good.bin", offset="8", length="16")))
    np.testing.assert_array_equal(run(module, [ROW])[0], [[1, 2, 3, 4]])


@pytest.mark.parametrize("location", ["../outside.bin", "link.bin", "/etc/passwd", "", "a/../../b"])
def test_external_data_outside_the_folder(folder: Path, location: str) -> None:
    assert "outside the model's folder" in refusal(external(folder, location=location))


@pytest.mark.parametrize(
    "entries",
    [
        {"location": "missing.bin"},
        {"location": "good.bin", "offset": "12"},
        {"location": "good.bin", "offset": "-1"},
        {"location": "good.bin", "offset": "much"},
        {"location": "good.bin", "length": str(1 << 50)},
        {"location": "."},
    ],
)
def test_missing_external_data(folder: Path, entries: dict[str, str]) -> None:
    assert "16 bytes of data can't be read" in refusal(external(folder, **entries))


def test_external_data_without_a_file(folder: Path) -> None:
    path = external(folder, location="good.bin")
    model = onnx.ModelProto.FromString(path.read_bytes())
    assert "import the model from its file" in refusal(model)


FILES: dict[str, Callable[[Path], object]] = {
    "is empty": lambda path: path.write_bytes(b""),
    "no such file": lambda path: None,
    "is not a file": lambda path: path.mkdir(),
    "can't be decoded": lambda path: path.write_bytes(b"\xff" * 100),
    "it has no graph": lambda path: path.write_bytes(b"\x08\x07"),
}


@pytest.mark.parametrize("message", FILES)
def test_files(tmp_path: Path, message: str) -> None:
    path = tmp_path / "model.onnx"
    FILES[message](path)
    assert refusal(path) == f"{path}: {message}" or message in refusal(path)


def test_endless_file(tmp_path: Path) -> None:
    assert "is not a file" in refusal(Path("/dev/zero"))
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refusal(tmp_path / "pipe")


def small() -> bytes:
    w = np.ones((2, 4, 3, 3), np.float32)
    return one_node("Conv", IMAGE, w, pads=[1, 1, 1, 1]).SerializeToString()


def check_imported_or_refused(data: bytes, path: Path) -> None:
    """A damaged file is either imported, or refused with one line."""
    path.write_bytes(data)
    try:
        import_onnx(str(path))
    except ImportFailure as error:
        assert str(error).isprintable()


def test_truncated_files(tmp_path: Path) -> None:
    data = small()
    for length in range(len(data)):
        check_imported_or_refused(data[:length], tmp_path / "model.onnx")


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=5))
@settings(max_examples=settings().max_examples * 2)
def test_damaged_files(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, int]]
) -> None:
    data = bytearray(small())
    for place, value in places:
        data[place % len(data)] = value
    check_imported_or_refused(bytes(data), tmp_path_factory.getbasetemp() / "damaged.onnx")


def test_attention_is_named() -> None:
    node = helper.make_node("MatMul", ["x", "z"], ["y"], "scores")
    model = model_of([node], {"x": ROW, "z": ROW.T}, {}, ["y"])
    message = 'node "scores" (MatMul): it multiplies two computed tensors, as attention does'
    assert refusal(model).startswith(message)


def test_an_opset_that_is_too_new() -> None:
    model = chain([("x", "y")])
    model.opset_import[0].version = 1000
    assert "the model has opset 1000" in refusal(model)


def test_an_old_broadcast_along_an_axis() -> None:
    """ONNX's converter gets it wrong, so it is refused."""
    model = one_node("Add", IMAGE, np.zeros(4, np.float32), broadcast=1, axis=1)
    model.opset_import[0].version = 6
    message = 'node "the_node" (Add): its broadcast along an axis is of opset 6; export the model'
    assert refusal(model).startswith(message)


def test_an_opset_that_cannot_be_converted() -> None:
    model = one_node("NoSuchOperator", ROW)
    model.opset_import[0].version = 5
    assert "the model has opset 5, and onnx cannot convert it to opset 7" in refusal(model)


NAMES = ["größe/层", "a" * 10_000, 'quo"te\\', "line\nbreak", "%d {x}", "tab\t"]


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    """Any name is kept in printable ASCII, and the printed module can be parsed."""
    node = helper.make_node("Relu", [name], ["y"], name)
    module = import_model(model_of([node], {name: ROW}, {}, ["y"]))
    (layer,) = (op.properties["layer"] for op in module.walk() if "layer" in op.properties)
    data = getattr(layer, "data", "")
    assert data.isascii() and data.isprintable() and 0 < len(data) < 1100
    text = print_module(module)
    assert print_module(read_module(text)) == text
    assert shown_in_message(name)


def shown_in_message(name: str) -> bool:
    node = helper.make_node("Zoom", [name], ["y"], name)
    return bool(refusal(model_of([node], {name: ROW}, {}, ["y"])))


def test_long_names_stay_unique() -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["a"], "n" * 9_999 + "a"),
        helper.make_node("Relu", ["a"], ["y"], "n" * 9_999 + "b"),
    ]
    module = import_model(model_of(nodes, {"x": ROW}, {}, ["y"]))
    layers = [op.properties["layer"] for op in module.walk() if "layer" in op.properties]
    assert len(set(layers)) == 2


def test_input_types() -> None:
    known = InputType(signed(4))
    assert 'the model has no input "z": its inputs are x' in refusal(chain([("x", "y")]), z=known)
    model = declared(1, 4, kind=TensorProto.INT8)
    assert "already has the type int8" in refusal(model, x=known)
    module = import_model(chain([("x", "y")]), {"x": InputType(signed(4), 0.5)})
    np.testing.assert_array_equal(run(module, [np.int8([[-8, 0, 1, 7]])])[0], [[0, 0, 0.5, 3.5]])
