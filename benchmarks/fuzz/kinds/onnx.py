"""ONNX models: `qnn import FILE`. Small networks in each ONNX format of quantized networks, and
single nodes of any operator; their structure or their bytes are damaged."""

import random
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto, NodeProto, TensorProto, helper, numpy_helper
from qnn.frontends.onnx.importer import KNOWN_DOMAINS
from qnn.frontends.onnx.registry import HANDLERS, UNSUPPORTED_OPERATORS
from qnn.qdialect.dialects import new_context
from qnn.qdialect.text import parse_module, verify
from qnn.tools.network_summary import describe_levels, layer_summaries, summary_table
from qnn.tools.networks import import_network, write_module

from ..damage import damaged_bytes
from ..kind import Find, Kind, outcome_of
from ..values import NAMES

Array = np.ndarray[Any, Any]
QONNX = "qonnx.custom_op.general"
OPSETS = {"": 21, "com.microsoft": 1, QONNX: 2}
FOLDED = ("Range", "Expand", "Tile", "ConstantOfShape", "Where", "OneHot", "Pow", "Loop", "CumSum")
OPERATORS = sorted({*HANDLERS, *UNSUPPORTED_OPERATORS, *FOLDED, "NoSuchOp", ""})

INTEGERS = (
    -(1 << 63),
    -(1 << 31),
    -9,
    -2,
    -1,
    0,
    1,
    2,
    3,
    4,
    7,
    255,
    1 << 16,
    1 << 31,
    (1 << 63) - 1,
)
NUMBERS = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-45, 1e-30, 3e38, 128.0, float("inf"), float("nan"))
DTYPES = ("f4", "f4", "f4", "i1", "u1", "i4", "i8", "f8", "f2", "?", "u2", "u8")

ATTRIBUTES: dict[str, Any] = {
    **{name: [2, 2] for name in ("kernel_shape", "strides", "dilations")},
    **{name: [0, 1] for name in ("pads", "output_padding", "axes", "perm", "shape", "split")},
    **dict.fromkeys(("axis", "group", "to", "keepdims", "signed", "narrow", "transB", "p"), 1),
    **dict.fromkeys(("ceil_mode", "count_include_pad", "storage_order", "allowzero", "k"), 1),
    **dict.fromkeys(("alpha", "beta", "epsilon", "out_scale", "out_bias", "min", "max"), 0.5),
    **dict.fromkeys(
        ("auto_pad", "mode", "rounding_mode", "data_layout", "out_dtype"), "SAME_UPPER"
    ),
    "scales": [1.0, 1.0, 2.0, 2.0],
    "value": "tensor",
    "body": "graph",
}
"""Attributes of operators, with a value of the right type."""

LOCATIONS = ("data.bin", "../data.bin", "/etc/passwd", "/dev/zero", ".", "", *NAMES)

Change = Callable[[random.Random, onnx.ModelProto], None]


class Cases(Kind):
    suffix = ".onnx"

    def __init__(self, folder: Path):
        super().__init__(folder)
        (folder / "data.bin").write_bytes(bytes(range(256)))
        self.models = [make() for make in (by_qonnx, by_qdq, by_qlinear, by_finn)]

    def case(self, rng: random.Random) -> bytes:
        model = one_node(rng) if rng.random() < 0.4 else onnx.ModelProto()
        if not model.graph.node:
            model.CopyFrom(rng.choice(self.models))
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            try:
                rng.choice(CHANGES)(rng, model)
            except (LookupError, ValueError, TypeError, onnx.checker.ValidationError):
                continue  # nothing there to change, or no such value in protobuf
        data = model.SerializeToString()
        return damaged_bytes(rng, data) if rng.random() < 0.1 else data

    def check(self, case: bytes) -> str:
        return outcome_of(lambda: check_import(self.write_case(case)))


def check_import(path: str) -> None:
    """Imports a model; the result must verify, and its text must parse to the same module."""
    module = import_network(path, {})
    verify(module)
    summary_table(layer_summaries(module))
    describe_levels(module)
    file = BytesIO()
    write_module(module, file)
    text = file.getvalue().decode()
    again = parse_module(new_context(), text)
    verify(again, text)
    if str(again) != str(module):
        raise Find(f"the imported module prints differently after parsing:\n{module}\n{again}")


def model_of(
    nodes: Sequence[NodeProto], shape: Sequence[int], constants: dict[str, Array]
) -> onnx.ModelProto:
    """A model of nodes; its input is `x`, and its output is the last result."""
    graph = helper.make_graph(
        list(nodes),
        "fuzz",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [onnx.ValueInfoProto(name=nodes[-1].output[0])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    imports = [helper.make_opsetid(*entry) for entry in OPSETS.items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=10)


def node(op: str, inputs: str, result: str, domain: str = "", **attributes: Any) -> NodeProto:
    return helper.make_node(
        op, inputs.split(), [result], f"{op}_{result}", domain=domain, **attributes
    )


def floats(*shape: int) -> Array:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def by_qonnx() -> onnx.ModelProto:
    """A convolution, a skip connection and a fully connected layer, with QONNX's quantizers."""
    flags = {"signed": 1, "narrow": 0}
    nodes = [
        node("Quant", "x s z eight", "a", QONNX, **flags),
        node("Quant", "w s z four", "wq", QONNX, **flags),
        node("Conv", "a wq", "b", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("BatchNormalization", "b g h m v", "c"),
        node("Relu", "c", "d"),
        node("Quant", "d s z four", "e", QONNX, signed=0, narrow=0),
        node("Add", "e e", "f"),
        node("MaxPool", "f", "g2", kernel_shape=[2, 2], strides=[2, 2]),
        node("Reshape", "g2 shape", "i"),
        node("BipolarQuant", "u s", "uq", QONNX),
        node("MatMul", "i uq", "y"),
    ]
    constants: dict[str, Array] = {
        **{
            "s": np.float32(0.25),
            "z": np.float32(0),
            "four": np.float32(4),
            "eight": np.float32(8),
        },
        **{
            "w": floats(2, 2, 3, 3),
            "u": floats(8, 3),
            "g": floats(2),
            "h": floats(2),
            "m": floats(2),
        },
        **{"v": np.float32([1, 2]), "shape": np.int64([1, -1])},
    }
    return model_of(nodes, [1, 2, 4, 4], constants)


def by_qdq() -> onnx.ModelProto:
    """The same network with pairs of QuantizeLinear and DequantizeLinear."""
    nodes = [
        node("QuantizeLinear", "x s zu", "a"),
        node("DequantizeLinear", "a s zu", "b"),
        node("DequantizeLinear", "w s z", "wf"),
        node("DequantizeLinear", "bias s32 z32", "biasf"),
        node("Conv", "b wf biasf", "c", strides=[2, 2], group=1),
        node("Clip", "c low high", "d"),
        node("QuantizeLinear", "d s zu", "e"),
        node("DequantizeLinear", "e s zu", "f"),
        node("AveragePool", "f", "g", kernel_shape=[1, 1]),
        node("Flatten", "g", "h"),
        node("DequantizeLinear", "u s z", "uf"),
        node("Gemm", "h uf", "i", transB=1),
        node("Softmax", "i", "y"),
    ]
    constants: dict[str, Array] = {
        **{"s": np.float32(0.25), "s32": np.float32(0.0625), "z": np.int8(0), "zu": np.uint8(128)},
        **{"z32": np.int32(0), "w": np.int8([[[[3]], [[-4]]]] * 2), "bias": np.int32([5, -6])},
        **{
            "low": np.float32(0),
            "high": np.float32(6),
            "u": np.int8([[1, 2, 3, -4, 5, 6, 7, 8]] * 3),
        },
    }
    return model_of(nodes, [1, 2, 4, 4], constants)


def by_qlinear() -> onnx.ModelProto:
    """Operators on integers, such as QLinearConv."""
    microsoft = "com.microsoft"
    nodes = [
        node("QuantizeLinear", "x s zu", "a"),
        node("QLinearConv", "a s zu w s z s zu", "b"),
        node("QLinearAdd", "a s zu b s zu s zu", "c", microsoft),
        node("QLinearGlobalAveragePool", "c s zu s zu", "d", microsoft, channels_last=0),
        node("DequantizeLinear", "d s zu", "e"),
        node("Squeeze", "e axes", "f"),
        node("TopK", "f one", "y"),
    ]
    nodes[-1].output.append("indices")
    constants: dict[str, Array] = {
        **{
            "s": np.float32(0.25),
            "z": np.int8(0),
            "zu": np.uint8(128),
            "w": np.int8([[[[3]], [[-4]]]] * 2),
        },
        **{"axes": np.int64([2, 3]), "one": np.int64([1])},
    }
    return model_of(nodes, [1, 2, 4, 4], constants)


def by_finn() -> onnx.ModelProto:
    """FINN's thresholds, and types in annotations."""
    nodes = [
        node("MultiThreshold", "x t", "a", QONNX, out_dtype="UINT2", out_scale=1.0, out_bias=0.0),
        node("Transpose", "a", "b", perm=[0, 2, 3, 1]),
        node("MatMul", "b w", "c"),
        node("Mul", "c k", "y"),
    ]
    constants: dict[str, Array] = {
        **{"t": np.sort(floats(2, 3), axis=1), "w": np.sign(floats(2, 3)), "k": np.float32(0.5)},
    }
    model = model_of(nodes, [1, 2, 4, 4], constants)
    for name, kind in (("w", "BIPOLAR"), ("x", "UINT8")):
        pair = onnx.StringStringEntryProto(key="finn_datatype", value=kind)
        model.graph.quantization_annotation.add(
            tensor_name=name, quant_parameter_tensor_names=[pair]
        )
    return model


def one_node(rng: random.Random) -> onnx.ModelProto:
    """An operator with constants and attributes that it may have."""
    count = rng.choice((0, 1, 1, 2, 2, 3, 4, 8))
    constants = {f"c{k}": array(rng) for k in range(count)}
    names = " ".join(constants)
    given = rng.choice(("x", "x", "x", "")) + f" {names}"
    chosen = rng.sample(sorted(ATTRIBUTES), rng.choice((0, 0, 1, 2, 4)))
    attributes = {name: value(rng, ATTRIBUTES[name]) for name in chosen}
    made = helper.make_node(
        rng.choice(OPERATORS),
        given.split(),
        ["y"],
        "the_node",
        domain=rng.choice(("", "", QONNX, *KNOWN_DOMAINS)),
    )
    for name, given_value in attributes.items():
        try:
            made.attribute.append(helper.make_attribute(name, given_value))
        except (ValueError, TypeError):
            continue
    shape = rng.choice(([1, 2, 4, 4], [1, 2, 4, 4], [1, 8], [1], [], [1, 3, 5], [1] * 9))
    return model_of([made], shape, constants)


def array(rng: random.Random) -> Array:
    """A small constant of any type and shape."""
    shape = rng.choice(((), (), (1,), (2,), (4,), (2, 2), (2, 2, 3, 3), (8, 3), (0,), (1,) * 6))
    values = [rng.choice((*NUMBERS[:9], *range(-3, 9))) for _ in range(int(np.prod(shape)))]
    with np.errstate(all="ignore"):
        return np.array(values, np.float64).reshape(shape).astype(rng.choice(DTYPES))


def value(rng: random.Random, like: Any) -> Any:
    """The value of an attribute, usually of the right type."""
    if rng.random() < 0.1:
        like = rng.choice(list(ATTRIBUTES.values()))
    match like:
        case "tensor":
            return numpy_helper.from_array(array(rng))
        case "graph":
            return helper.make_graph([], "inner", [], [])
        case str():
            return rng.choice((like, "SAME_LOWER", "VALID", "NOTSET", "NHWC", "FLOOR", *NAMES))
        case float():
            return rng.choice(NUMBERS)
        case int():
            return rng.choice(INTEGERS)
        case [float(), *_]:
            return [rng.choice(NUMBERS) for _ in range(rng.randrange(5))]
        case _:
            small = rng.random() < 0.6
            return [
                rng.choice(INTEGERS[3:9] if small else INTEGERS) for _ in range(rng.randrange(6))
            ]


def change_operator(rng: random.Random, model: onnx.ModelProto) -> None:
    """Changes the operator or the domain of a node."""
    chosen = rng.choice(model.graph.node)
    if rng.random() < 0.7:
        chosen.op_type = rng.choice(OPERATORS)
    else:
        chosen.domain = rng.choice((*KNOWN_DOMAINS, *NAMES))


def change_attribute(rng: random.Random, model: onnx.ModelProto) -> None:
    """Deletes, adds or changes an attribute."""
    attributes = rng.choice(model.graph.node).attribute
    name = rng.choice(sorted(ATTRIBUTES))
    if attributes:
        which = rng.randrange(len(attributes))
        name = attributes[which].name if rng.random() < 0.7 else name
        if rng.random() < 0.8:
            del attributes[which]
    if rng.random() < 0.9:
        attributes.append(helper.make_attribute(name, value(rng, ATTRIBUTES.get(name, 1))))
        if rng.random() < 0.05:
            attributes[-1].type = rng.choice(AttributeProto.AttributeType.values())


def change_inputs(rng: random.Random, model: onnx.ModelProto) -> None:
    """Replaces, adds or removes an input of a node."""
    graph = model.graph
    chosen = rng.choice(graph.node)
    known = [*(t.name for t in graph.initializer), *(name for n in graph.node for name in n.output)]
    name = rng.choice((*known, *known, "x", "", "nothing", *NAMES))
    ends = chosen.input if rng.random() < 0.85 else chosen.output
    way = rng.random()
    if way < 0.7:
        ends[rng.randrange(len(ends))] = name
    elif way < 0.85:
        ends.append(name)
    else:
        del ends[rng.randrange(len(ends))]


def change_nodes(rng: random.Random, model: onnx.ModelProto) -> None:
    """Deletes, repeats or moves a node."""
    nodes = model.graph.node
    which, copy = rng.randrange(len(nodes)), NodeProto()
    copy.CopyFrom(nodes[which])
    if rng.random() < 0.5:
        del nodes[which]
    if rng.random() < 0.5:
        nodes.insert(rng.randrange(len(nodes) + 1), copy)


def change_constant(rng: random.Random, model: onnx.ModelProto) -> None:
    """Replaces or damages a constant."""
    tensor = rng.choice(model.graph.initializer)
    way = rng.randrange(7)
    if way < 2:
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(array(rng), name))
    elif way == 2:
        old = numpy_helper.to_array(tensor)
        number = rng.choice((0, 1, -1, 2, 127, 1e30, 1e-40, np.nan, np.inf))
        with np.errstate(all="ignore"):
            new = np.full(old.shape, number).astype(old.dtype)
        tensor.CopyFrom(numpy_helper.from_array(new, tensor.name))
    elif way == 3:
        tensor.dims[:] = [rng.choice(INTEGERS) for _ in range(rng.choice((1, 1, 2, 4, 70)))]
    elif way == 4:
        tensor.data_type = rng.randrange(30)
    elif way == 5:
        tensor.raw_data = tensor.raw_data[: rng.randrange(len(tensor.raw_data) + 1)]
    else:
        move_to_file(rng, tensor)


def move_to_file(rng: random.Random, tensor: TensorProto) -> None:
    """Moves the data of a constant to another file."""
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    size = str(int(np.prod(tensor.dims)) * 4)
    numbers = ("0", "4", "-1", "", "x", str(1 << 63), "9" * 5000, "1e3", size)
    for key, choices in (("location", LOCATIONS), ("offset", numbers), ("length", numbers)):
        if rng.random() < (0.9 if key == "location" else 0.3):
            name = choices[0] if rng.random() < 0.5 else rng.choice(choices)
            tensor.external_data.add(key=key, value=name)


def change_port(rng: random.Random, model: onnx.ModelProto) -> None:
    """Changes the type or the shape of an input or output of the graph."""
    port = rng.choice((*model.graph.input, *model.graph.output))
    kind = port.type.tensor_type
    way = rng.randrange(5)
    if way == 0:
        kind.elem_type = rng.randrange(30)
    elif way == 1:
        port.ClearField("type")
    elif way == 2:
        port.type.sequence_type.elem_type.tensor_type.elem_type = 1
    elif way == 3:
        kind.shape.dim.add(dim_value=rng.choice(INTEGERS))
    else:
        size = rng.choice(kind.shape.dim)
        if rng.random() < 0.5:
            size.dim_value = rng.choice(INTEGERS)
        else:
            size.dim_param = rng.choice(("N", *NAMES))


def change_names(rng: random.Random, model: onnx.ModelProto) -> None:
    """Replaces a name by a hostile one, everywhere."""
    graph = model.graph
    new = rng.choice(NAMES)
    chosen = rng.choice(graph.node)
    if rng.random() < 0.4:
        chosen.name = new
        return
    old = rng.choice((*chosen.input, *chosen.output))
    for each in graph.node:
        for ends in (each.input, each.output):
            ends[:] = [new if name == old else name for name in ends]
    for part in (*graph.input, *graph.output, *graph.initializer):
        part.name = new if part.name == old else part.name


def change_model(rng: random.Random, model: onnx.ModelProto) -> None:
    """Changes a field of the model outside its nodes."""
    way = rng.randrange(6)
    if way == 0:
        model.opset_import[0].version = rng.choice((*INTEGERS, 7, 9, 11, 13, 15, 17))
    elif way == 1:
        del model.opset_import[:]
    elif way == 2:
        model.graph.output.append(onnx.ValueInfoProto(name=rng.choice(("x", "a", "y", *NAMES))))
    elif way == 3:
        copied = rng.choice((model.graph.input, model.graph.output, model.graph.initializer))
        copied.append(rng.choice(copied))
    elif way == 4:
        pair = onnx.StringStringEntryProto(
            key="finn_datatype", value=rng.choice(("INT4", "X", *NAMES))
        )
        name = rng.choice(("x", "a", "w"))
        notes = model.graph.quantization_annotation
        notes.add(tensor_name=name, quant_parameter_tensor_names=[pair])
    else:
        del model.graph.input[:]


CHANGES: tuple[Change, ...] = (
    *(change_operator, change_attribute, change_attribute, change_inputs, change_nodes),
    *(change_constant, change_constant, change_port, change_names, change_model),
)
