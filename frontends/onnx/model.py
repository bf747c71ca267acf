"""Loads an ONNX file and checks it, as a small view of its graph.

Models come from untrusted sources. A file that is damaged, declares wrong sizes or refers to files
outside its folder is an ImportFailure.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnx.shape_inference
import onnx.version_converter
from google.protobuf.message import DecodeError
from onnx import AttributeProto
from xdsl.dialects.builtin import f32

from ...qdialect.types import ElementType
from ..errors import ImportFailure
from .elements import element_of_onnx, name_of_onnx
from .names import short_name
from .node import Attribute, Node
from .order import topological_order
from .tensors import read_constant
from .values import Constant

MIN_OPSET = 7
MAX_FILE_BYTES = 1 << 31
"""The largest message of protobuf, in bytes."""

MAX_NODES = 20_000

DEFAULT_DOMAINS = ("", "ai.onnx")


@dataclass(frozen=True)
class GraphPort:
    """An input or output of the graph."""

    name: str
    element: ElementType | None
    """None if the IR has no such type."""
    data_type: str
    """ONNX's name of the element type."""
    shape: tuple[int, ...] | None
    """None if it is unknown; a size of 0 is dynamic."""

    @property
    def is_float(self) -> bool:
        return self.element == f32


@dataclass(frozen=True)
class Graph:
    """The parts of a model that the importer uses."""

    opset: int
    inputs: list[GraphPort]
    outputs: list[GraphPort]
    nodes: list[Node]
    constants: dict[str, Constant]
    annotations: dict[str, str]
    """FINN's names of element types, by the names of tensors, which ONNX declares as float."""


def load_graph(path: str) -> Graph:
    """Reads an ONNX file."""
    model = onnx.ModelProto()
    try:
        model.ParseFromString(_read_model_file(path))
    except (DecodeError, ValueError):
        raise ImportFailure(
            f"{path} is not an ONNX model: it can't be decoded (networks are .onnx files, "
            "or .pt2 files of torch.export.save)"
        ) from None
    if not model.graph.node and not model.graph.output:
        raise ImportFailure(f"{path} is not an ONNX model: it has no graph")
    return graph_of(model, Path(path).parent)


def _read_model_file(path: str) -> bytes:
    """The bytes of a regular file."""
    try:
        file = Path(path)
        if file.exists() and not file.is_file():
            raise ImportFailure(f"{path} is not a file")
        if file.stat().st_size > MAX_FILE_BYTES:
            raise ImportFailure(f"{path} is larger than 2 GiB: save it with external data")
        data = file.read_bytes()
    except OSError as error:
        raise ImportFailure(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError:
        raise ImportFailure(f"{path!r} is not the name of a file") from None
    if not data:
        raise ImportFailure(f"{path} is empty")
    return data


def graph_of(model: onnx.ModelProto, folder: Path | None = None) -> Graph:
    """The view of a model in memory; external data is read from `folder`."""
    if len(model.graph.node) > MAX_NODES:
        count = len(model.graph.node)
        raise ImportFailure(f"the model has {count:,} nodes: at most {MAX_NODES:,} are supported")
    if any(isinstance(text, bytes) for text in _all_names(model.graph)):
        raise ImportFailure("the model has a name that is not UTF-8 text: rename it")
    model = _modernized(model)
    graph = model.graph
    if graph.sparse_initializer:
        raise ImportFailure("sparse initializers are not supported: store them as dense tensors")
    constants = {
        tensor.name: read_constant(tensor, tensor.name, folder) for tensor in graph.initializer
    }
    inputs = [_port(value, "input") for value in graph.input if value.name not in constants]
    _check_unique([tensor.name for tensor in graph.initializer], "initializers")
    _check_unique([port.name for port in inputs], "inputs")
    known = {*constants, *(port.name for port in inputs)}
    return Graph(
        opset=_opset(model),
        inputs=inputs,
        outputs=[_port(value, "output") for value in graph.output],
        nodes=topological_order(list(_nodes(graph, folder)), known),
        constants=constants,
        annotations={
            entry.tensor_name: pair.value
            for entry in graph.quantization_annotation
            for pair in entry.quant_parameter_tensor_names
            if pair.key == "finn_datatype"
        },
    )


def _all_names(graph: onnx.GraphProto) -> Iterator[str | bytes]:
    """All names in a graph; protobuf returns those that are not UTF-8 as bytes."""
    for value in (*graph.input, *graph.output, *graph.initializer):
        yield value.name
    for tensor in graph.initializer:
        for entry in tensor.external_data:
            yield from (entry.key, entry.value)
    for node in graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)
    for note in graph.quantization_annotation:
        yield note.tensor_name
        for pair in note.quant_parameter_tensor_names:
            yield from (pair.key, pair.value)


def _check_unique(names: Sequence[str], what: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ImportFailure(
                f'{count} {what} of the model have the name "{short_name(name)}": rename them'
            )


def _modernized(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model of an old opset, converted to the oldest supported one by ONNX's own converter."""
    opset = _opset(model)
    if opset >= MIN_OPSET:
        return model
    for node in model.graph.node:  # the converter aligns the axes of these wrongly
        if {"broadcast", "axis"} <= {attribute.name for attribute in node.attribute}:
            raise ImportFailure(
                f'node "{short_name(node.name)}" ({node.op_type}): its broadcast along an axis is '
                f"of opset {opset}; export the model with opset {MIN_OPSET} or newer"
            )
    try:
        inferred = onnx.shape_inference.infer_shapes(_with_declared_initializers(model))
        return onnx.version_converter.convert_version(inferred, MIN_OPSET)
    except Exception as error:  # the converter is C++ and raises what it likes
        reason = " ".join(str(error).split())[:200]
        raise ImportFailure(
            f"the model has opset {opset}, and onnx cannot convert it to opset {MIN_OPSET}, the "
            f"oldest supported one: {reason}; export it with opset {MIN_OPSET} or newer"
        ) from None


def _with_declared_initializers(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose initializers are inputs, too: the converter needs the shapes of all tensors."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    declared = {port.name for port in copy.graph.input}
    copy.graph.input.extend(
        onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
        for tensor in copy.graph.initializer
        if tensor.name not in declared
    )
    return copy


def _opset(model: onnx.ModelProto) -> int:
    versions = [entry.version for entry in model.opset_import if entry.domain in DEFAULT_DOMAINS]
    newest = onnx.defs.onnx_opset_version()
    opset = versions[0] if versions else newest
    if opset > newest:
        raise ImportFailure(
            f"the model has opset {opset}, the installed onnx supports up to {newest}: "
            "pip install --upgrade onnx"
        )
    return opset


def _port(value: onnx.ValueInfoProto, kind: str) -> GraphPort:
    tensor = value.type.tensor_type
    if kind == "input" and not value.type.HasField("tensor_type"):
        raise ImportFailure(f'{kind} "{short_name(value.name)}" is not a tensor')
    shape = None
    if tensor.HasField("shape"):
        shape = tuple(max(0, dim.dim_value) for dim in tensor.shape.dim)
    element = element_of_onnx(tensor.elem_type)
    return GraphPort(value.name, element, name_of_onnx(tensor.elem_type), shape)


def _nodes(graph: onnx.GraphProto, folder: Path | None) -> Iterator[Node]:
    """The nodes, each with a unique name."""
    names: set[str] = set()
    for number, node in enumerate(graph.node):
        name = node.name or f"{node.op_type}_{number}"
        if name in names:
            name = f"{name}_{number}"
        names.add(name)
        attributes = {
            attribute.name: _attribute_value(attribute, name, folder)
            for attribute in node.attribute
        }
        yield Node(
            node.op_type, node.domain, name, tuple(node.input), tuple(node.output), attributes
        )


def _attribute_value(attribute: AttributeProto, node: str, folder: Path | None) -> Attribute:
    match attribute.type:
        case AttributeProto.TENSOR:
            return read_constant(attribute.t, node, folder)
        case AttributeProto.STRING:
            return attribute.s.decode("utf-8", "replace")
        case AttributeProto.STRINGS:
            return [text.decode("utf-8", "replace") for text in attribute.strings]
        case AttributeProto.INT:
            return attribute.i
        case AttributeProto.INTS:
            return list(attribute.ints)
        case AttributeProto.FLOAT:
            return attribute.f
        case AttributeProto.FLOATS:
            return list(attribute.floats)
        case _:
            raise ImportFailure(
                f'node "{short_name(node)}": the attribute "{short_name(attribute.name)}" has a '
                "type that no supported operator has"
            )
