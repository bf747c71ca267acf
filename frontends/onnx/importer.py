"""Builds a program from the graph of a model, one node after another."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
import onnx
from xdsl.dialects.builtin import ModuleOp, StringAttr, TensorType, f32
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.utils.exceptions import VerifyException

from ...qdialect.data import Array
from ...qdialect.qnn.constants import ConstantPool
from ...qdialect.qnn.layout import ReshapeOp, TransposeOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    TernaryType,
    shape_of,
    signed,
    unsigned,
)
from ..errors import ImportFailure
from .model import (
    CHANNELS_LAST,
    DEFAULT,
    QUANT_DOMAINS,
    Graph,
    Node,
    Port,
    graph_of,
    load_graph,
    shown,
)
from .values import TO_LAST, Constant, QuantizedConstant, Tensor, Value

Handler: TypeAlias = "Callable[[Importer, Node], Value | Sequence[Value]]"
OpT = TypeVar("OpT", bound=Operation)

HANDLERS: dict[str, Handler] = {}
"""How each operator is imported, by its name."""


def handles(*names: str) -> Callable[[Handler], Handler]:
    """Registers the function that imports the named operators."""

    def register(handler: Handler) -> Handler:
        for name in names:
            HANDLERS[name] = handler
        return handler

    return register


@dataclass(frozen=True)
class InputType:
    """What the user knows of an input that the model declares as float: `element * scale`."""

    element: QuantType
    scale: float = 1.0


def import_onnx(path: str, inputs: Mapping[str, InputType] | None = None) -> ModuleOp:
    """Imports an ONNX file."""
    return Importer(load_graph(path), inputs or {}).run()


def import_model(model: onnx.ModelProto, inputs: Mapping[str, InputType] | None = None) -> ModuleOp:
    """Imports an ONNX model that is in memory."""
    return Importer(graph_of(model), inputs or {}).run()


class Importer:
    """Walks a graph and emits a function `main`; what each name stands for is in `values`."""

    def __init__(self, graph: Graph, inputs: Mapping[str, InputType]):
        from . import nodes  # noqa: F401  (fills HANDLERS)

        self.graph = graph
        self.input_types = inputs
        self.block = Block()
        self.module = ModuleOp([])
        self.pool = ConstantPool(self.module)
        self.values: dict[str, Value] = {}

    def run(self) -> ModuleOp:
        self._check_names()
        for name, array in self.graph.constants.items():
            self.values[name] = Constant(array)
        for port in self.graph.inputs:
            self.values[port.name] = self._input(port)
        for node in self.graph.nodes:
            self._import(node)
        results = [self.plain(self._output(name)) for name in self.graph.outputs]
        self.block.add_op(ReturnOp(*results))
        types = [arg.type for arg in self.block.args], [result.type for result in results]
        function = FuncOp("main", types, Region(self.block))
        first = self.module.body.block.first_op
        if first is None:
            self.module.body.block.add_op(function)
        else:
            self.module.body.block.insert_op_before(function, first)
        return self.module

    def _check_names(self) -> None:
        known = [port.name for port in self.graph.inputs]
        for name in self.input_types:
            if name not in known:
                raise ImportFailure(
                    f'the model has no input "{shown(name)}"; it has: {", ".join(map(shown, known))}'
                )

    def _input(self, port: Port) -> Tensor:
        if port.shape is None:
            raise ImportFailure(f'input "{shown(port.name)}" has no shape')
        shape = (port.shape[0] or 1, *port.shape[1:]) if port.shape else ()
        if 0 in shape:
            raise ImportFailure(
                f'input "{shown(port.name)}" has sizes that are not fixed: '
                "only the first, of images, may be"
            )
        given = self.input_types.get(port.name)
        declared = element_of_dtype(port.dtype)
        if declared is None:
            raise ImportFailure(
                f'input "{shown(port.name)}" holds {port.dtype}: float32 and integers are supported'
            )
        annotated = element_of_annotation(self.graph.annotations.get(port.name, ""))
        element = given.element if given else annotated or declared
        argument = self.block.insert_arg(TensorType(element, shape), len(self.block.args))
        argument.name_hint = identifier(port.name)
        if declared != f32 or element == f32:
            return Tensor(argument, len(shape))
        scale = self.constant(np.float32(given.scale if given else 1.0), f32, "scale")
        op = self.add(DequantizeOp(argument, scale))
        return Tensor(op.output, len(shape))

    def _import(self, node: Node) -> None:
        handler = self._handler(node)
        for name in node.inputs:
            if name and name not in self.values:
                raise node.fail(f'its input "{shown(name)}" was not made')
        try:
            result = handler(self, node)
        except VerifyException as error:
            raise node.fail(str(error)) from None
        values = [result] if isinstance(result, Constant | QuantizedConstant | Tensor) else result
        for name, value in zip(node.outputs, values, strict=False):
            self.values[name] = value
            if isinstance(value, Tensor) and value.value.name_hint is None:
                value.value.name_hint = identifier(name)

    def _handler(self, node: Node) -> Handler:
        if node.domain not in (*DEFAULT, *QUANT_DOMAINS, CHANNELS_LAST):
            raise node.fail(f'the operator domain "{shown(node.domain)}" is not known')
        constant = node.inputs and all(
            not name or isinstance(self.values.get(name), Constant) for name in node.inputs
        )
        if constant and node.domain in DEFAULT and node.op not in QUANTIZERS:
            return fold
        handler = HANDLERS.get(node.op)
        if handler is None:
            raise node.fail(f"the operator {shown(node.op)} is not supported")
        return handler

    def _output(self, name: str) -> Value:
        value = self.values.get(name)
        if value is None:
            raise ImportFailure(f'the output "{shown(name)}" is made by no node')
        return value

    def add(self, op: OpT, node: Node | None = None) -> OpT:
        """Appends an op to the program, with the name of the node it comes from."""
        if node is not None:
            op.properties["layer"] = StringAttr(printable(node.name))
        op.verify(verify_nested_ops=False)
        self.block.add_op(op)
        return op

    def constant(self, array: Any, element: ElementType, hint: str) -> SSAValue:
        """A constant of the program."""
        op = self.pool.constant(array, element, identifier(hint))
        self.block.add_op(op)
        return op.output

    def floats(self, array: Array, hint: str) -> SSAValue:
        """A float32 constant of the program."""
        return self.constant(np.asarray(array, np.float32), f32, hint)

    def tensor(self, node: Node, index: int) -> Tensor:
        """An input of a node as a value of the program."""
        value = self.values[node.inputs[index]]
        if isinstance(value, Tensor):
            return value
        if value.array.dtype.kind != "f":
            element = element_of_dtype(value.array.dtype)
            assert element is not None
            return Tensor(self.constant(value.array, element, "constant"), value.array.ndim)
        return Tensor(self.floats(value.array, node.inputs[index]), value.array.ndim)

    def array(self, node: Node, index: int, what: str) -> Array:
        """An input of a node that must be constant."""
        value = self.values[node.inputs[index]]
        if isinstance(value, Tensor):
            raise node.fail(f"{what} must be a constant")
        return value.array

    def optional(self, node: Node, index: int, what: str) -> Array | None:
        """An input that may be left out, and must be constant."""
        if len(node.inputs) <= index or not node.inputs[index]:
            return None
        return self.array(node, index, what)

    def plain(self, value: Value) -> SSAValue:
        """A value with its axes as the model has them."""
        if not isinstance(value, Tensor):
            return self.floats(value.array, "constant")
        if not value.channels_last:
            return value.value
        if value.rank == 3:
            n, _, length, channels = shape_of(value.value)
            rows = self.add(ReshapeOp(value.value, (n, length, channels)))
            return self.add(TransposeOp(rows, (0, 2, 1))).output
        return self.add(TransposeOp(value.value, (0, 3, 1, 2))).output

    def image(self, tensor: Tensor, node: Node) -> SSAValue:
        """A tensor as NHWC; a signal becomes an image of one row."""
        if tensor.rank not in (3, 4):
            raise node.fail(f"its input has rank {tensor.rank}: signals have 3, images 4")
        if tensor.channels_last:
            return tensor.value
        moved = self.add(TransposeOp(tensor.value, TO_LAST[tensor.rank])).output
        if tensor.rank == 4:
            return moved
        n, length, channels = shape_of(moved)
        return self.add(ReshapeOp(moved, (n, 1, length, channels))).output


def fold(importer: Importer, node: Node) -> Sequence[Value]:
    """Computes a node of constants, as ONNX's own reference does."""
    from onnx.reference import ReferenceEvaluator

    inputs = [importer.values[name] for name in node.inputs if name]
    arrays = [value.array for value in inputs if not isinstance(value, Tensor)]
    proto = onnx.helper.make_node(
        node.op,
        [f"i{k}" if name else "" for k, name in enumerate(node.inputs)],
        [f"o{k}" for k in range(len(node.outputs))],
        **{
            key: onnx.numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
            for key, value in node.attributes.items()
        },
    )
    graph = onnx.helper.make_graph(
        [proto],
        "fold",
        [
            onnx.helper.make_tensor_value_info(
                f"i{k}", onnx.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
            )
            for k, array in zip(
                [k for k, name in enumerate(node.inputs) if name], arrays, strict=True
            )
        ],
        [onnx.ValueInfoProto(name=f"o{k}") for k in range(len(node.outputs))],
    )
    opset = [onnx.helper.make_opsetid("", importer.graph.opset)]
    model = onnx.helper.make_model(graph, opset_imports=opset)
    feeds = {value.name: array for value, array in zip(graph.input, arrays, strict=True)}
    try:
        results = ReferenceEvaluator(model).run(None, feeds)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise node.fail(f"its constant result can't be computed: {reason}") from None
    return [Constant(np.asarray(result)) for result in results]


QUANTIZERS = ("Quant", "IntQuant", "BipolarQuant", "DequantizeLinear", "QuantizeLinear", "Trunc")
"""Operators whose constant results stay integers with a scale."""


def element_of_dtype(dtype: np.dtype[Any]) -> ElementType | None:
    """The element type of a numpy type; None for what the IR does not hold."""
    if dtype == np.float32:
        return f32
    match = re.fullmatch(r"(u?)int(\d+)", dtype.name)
    if match is None:
        return None
    return (unsigned if match[1] else signed)(int(match[2]))


def element_of_annotation(name: str) -> QuantType | None:
    """The element type that FINN calls by this name; its loose 32-bit names say nothing."""
    if name == "BIPOLAR":
        return BipolarType()
    if name == "TERNARY":
        return TernaryType()
    match = re.fullmatch(r"(U?)INT(\d+)", name)
    if match is None or not 1 <= int(match[2]) <= 16:
        return None
    return (unsigned if match[1] else signed)(int(match[2]))


def identifier(name: str) -> str:
    """A name of the model as the name of a value."""
    cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name)[:60].rstrip("_0123456789")
    return cleaned if re.match(r"[A-Za-z_]", cleaned) else f"v{cleaned}"


def printable(name: str) -> str:
    """A name of the model in ASCII, on one line; the rest is escaped."""
    return name.encode("unicode_escape").decode("ascii")[:500]
