"""Loading an ONNX file with care, and a small view of its graph.

A model is somebody else's file. It is parsed and measured here, and refused with one line where it
is damaged, lies about its sizes, or reaches out of its folder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import external_data_helper, helper, numpy_helper

from ...qdialect.data import Array
from ..errors import ImportFailure

OLDEST_OPSET = 7
MAX_BYTES = 1 << 32
"""The most that one constant may take."""

DEFAULT = ("", "ai.onnx")
QUANT_DOMAINS = (
    "onnx.brevitas",
    "finn.custom_op.general",
    "qonnx.custom_op.general",
    "finn",
    "qonnx",
)
CHANNELS_LAST = "qonnx.custom_op.channels_last"


@dataclass(frozen=True)
class Node:
    """One node of the graph."""

    op: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def title(self) -> str:
        """How messages name the node."""
        return f'node "{shown(self.name)}" ({self.op})'

    def fail(self, message: str) -> ImportFailure:
        """The failure to import this node."""
        return ImportFailure(f"{self.title}: {message}")


@dataclass(frozen=True)
class Port:
    """An input or output of the graph; an unknown size is 0."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...] | None


@dataclass
class Graph:
    """What an importer needs of a model."""

    opset: int
    inputs: list[Port]
    outputs: list[str]
    nodes: list[Node]
    constants: dict[str, Array]
    annotations: dict[str, str]
    """FINN's names of element types, for tensors that are declared as float."""


def shown(name: str) -> str:
    """A name from a model as a message shows it: short, and on one line."""
    text = "".join(c if c.isprintable() else "?" for c in name)
    return text if len(text) <= 80 else f"{text[:77]}..."


def load_graph(path: str) -> Graph:
    """Reads an ONNX file."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ImportFailure(f"{path}: {(error.strerror or str(error)).lower()}") from None
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError:
        raise ImportFailure(f"{path} is no ONNX model: it can't be decoded") from None
    if not model.graph.node and not model.graph.output:
        raise ImportFailure(f"{path} is no ONNX model: it has no graph")
    return graph_of(model, Path(path).parent)


def graph_of(model: onnx.ModelProto, folder: Path | None = None) -> Graph:
    """The view of a model that is in memory; external data is read from `folder`."""
    graph = model.graph
    constants = {
        tensor.name: _constant(tensor, tensor.name, folder) for tensor in graph.initializer
    }
    if len(constants) != len(graph.initializer):
        raise ImportFailure("two initializers of the model have one name")
    if graph.sparse_initializer:
        raise ImportFailure("the model has sparse initializers, which are not supported")
    return Graph(
        opset=_opset(model),
        inputs=[_port(value) for value in graph.input if value.name not in constants],
        outputs=[value.name for value in graph.output],
        nodes=_sorted(list(_nodes(graph, folder)), constants, graph),
        constants=constants,
        annotations={
            entry.tensor_name: pair.value
            for entry in graph.quantization_annotation
            for pair in entry.quant_parameter_tensor_names
            if pair.key == "finn_datatype"
        },
    )


def _opset(model: onnx.ModelProto) -> int:
    versions = [entry.version for entry in model.opset_import if entry.domain in DEFAULT]
    newest = onnx.defs.onnx_opset_version()
    opset = versions[0] if versions else newest
    if opset < OLDEST_OPSET:
        raise ImportFailure(
            f"the model has opset {opset}, which is older than {OLDEST_OPSET}: "
            "convert it with onnx.version_converter"
        )
    if opset > newest:
        raise ImportFailure(
            f"the model has opset {opset}, the installed onnx knows up to {newest}: "
            "pip install --upgrade onnx"
        )
    return opset


def _port(value: onnx.ValueInfoProto) -> Port:
    tensor = value.type.tensor_type
    if not value.type.HasField("tensor_type"):
        raise ImportFailure(f'input "{shown(value.name)}" is no tensor')
    try:
        dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    except KeyError:
        raise ImportFailure(
            f'input "{shown(value.name)}" has the unknown element type {tensor.elem_type}'
        ) from None
    if not tensor.HasField("shape"):
        return Port(value.name, dtype, None)
    return Port(value.name, dtype, tuple(dim.dim_value for dim in tensor.shape.dim))


def _nodes(graph: onnx.GraphProto, folder: Path | None) -> Iterator[Node]:
    for number, node in enumerate(graph.node):
        name = node.name or f"{node.op_type}_{number}"
        attributes = {
            attribute.name: _attribute(attribute, name, folder) for attribute in node.attribute
        }
        yield Node(
            node.op_type, node.domain, name, tuple(node.input), tuple(node.output), attributes
        )


def _attribute(attribute: onnx.AttributeProto, node: str, folder: Path | None) -> Any:
    match attribute.type:
        case onnx.AttributeProto.TENSOR:
            return _constant(attribute.t, node, folder)
        case onnx.AttributeProto.STRING:
            return attribute.s.decode("utf-8", "replace")
        case onnx.AttributeProto.STRINGS:
            return [text.decode("utf-8", "replace") for text in attribute.strings]
        case onnx.AttributeProto.INT | onnx.AttributeProto.INTS:
            value = helper.get_attribute_value(attribute)
            return list(value) if attribute.type == onnx.AttributeProto.INTS else value
        case onnx.AttributeProto.FLOAT | onnx.AttributeProto.FLOATS:
            value = helper.get_attribute_value(attribute)
            return list(value) if attribute.type == onnx.AttributeProto.FLOATS else value
        case _:
            raise ImportFailure(
                f'node "{shown(node)}": attribute "{shown(attribute.name)}" is of a kind '
                "that no supported operator has"
            )


def _constant(tensor: onnx.TensorProto, name: str, folder: Path | None) -> Array:
    """The array of a tensor, once its declared size is known to be honest."""
    what = f'constant "{shown(name)}"'
    if any(size < 0 for size in tensor.dims):
        raise ImportFailure(f"{what} has a negative size")
    try:
        dtype = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    except KeyError:
        raise ImportFailure(f"{what} has the unknown type {tensor.data_type}") from None
    if prod(tensor.dims) * dtype.itemsize > MAX_BYTES:
        raise ImportFailure(f"{what} declares {prod(tensor.dims)} elements, which is too many")
    if external_data_helper.uses_external_data(tensor):
        _load_external(tensor, what, folder)
    try:
        array = numpy_helper.to_array(tensor)
    except (ValueError, TypeError) as error:
        raise ImportFailure(f"{what} is damaged: {' '.join(str(error).split())}") from None
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ImportFailure(f"{what} holds a NaN or an infinite value")
    return array


def _load_external(tensor: onnx.TensorProto, what: str, folder: Path | None) -> None:
    """Reads external data, from inside the folder of the model only."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    if folder is None:
        raise ImportFailure(f"{what} keeps its data in {shown(location)}: import it from a file")
    base = folder.resolve()
    path = (base / location).resolve()
    if not location or Path(location).is_absolute() or not path.is_relative_to(base):
        raise ImportFailure(f"{what} names data outside the model's folder: {shown(location)}")
    try:
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", -1))
        if min(offset, length + 1) < 0 or not path.is_file():
            raise ValueError
        with path.open("rb") as file:
            file.seek(offset)
            tensor.raw_data = file.read(length) if "length" in entries else file.read(MAX_BYTES)
    except (OSError, ValueError):
        raise ImportFailure(f"{what}: its data file {shown(location)} can't be read") from None
    tensor.data_location = onnx.TensorProto.DEFAULT
    del tensor.external_data[:]


def _sorted(
    nodes: list[Node], constants: Mapping[str, Array], graph: onnx.GraphProto
) -> list[Node]:
    """The nodes in an order in which every value is made before it is used."""
    known = {"", *constants, *(value.name for value in graph.input)}
    made: set[str] = set()
    for node in nodes:
        for output in filter(None, node.outputs):
            if output in made or output in constants:
                raise node.fail(f'the value "{shown(output)}" is made twice')
            made.add(output)
    result: list[Node] = []
    waiting = nodes
    while waiting:
        later: list[Node] = []
        for node in waiting:
            if known.issuperset(node.inputs):
                result.append(node)
                known.update(node.outputs)
            else:
                later.append(node)
        if len(later) == len(waiting):
            node = later[0]
            missing = next(name for name in node.inputs if name not in known)
            reason = "waits for itself" if missing in made else "is made by no node"
            raise node.fail(f'its input "{shown(missing)}" {reason}')
        waiting = later
    return result
