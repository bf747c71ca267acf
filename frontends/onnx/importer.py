"""Imports an ONNX model: builds a program from its graph, node by node."""

from collections.abc import Sequence

import numpy as np
import onnx
from xdsl.dialects.builtin import ModuleOp, TensorType, f32
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Region, SSAValue
from xdsl.rewriter import Rewriter
from xdsl.utils.exceptions import VerifyException

from ...qdialect.data import Array
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.types import element_of, is_quant
from ..errors import ImportFailure
from ..inputs import Inputs, InputType
from . import nodes
from .builder import ProgramBuilder
from .constant_folding import EVALUATION_ERRORS, fold_node
from .elements import element_of_annotation
from .model import DEFAULT_DOMAINS, Graph, GraphPort, graph_of, load_graph
from .names import short_name, value_hint
from .node import Node
from .registry import HANDLERS, UNSUPPORTED_OPERATORS, OperatorImport
from .values import Constant, GraphTensor, GraphValue, QuantizedConstant

MICROSOFT_DOMAIN = "com.microsoft"
CHANNELS_LAST = nodes.CHANNELS_LAST_DOMAIN
QUANT_DOMAINS = (
    "onnx.brevitas",
    "finn.custom_op.general",
    "qonnx.custom_op.general",
    "finn",
    "qonnx",
)
KNOWN_DOMAINS = (*DEFAULT_DOMAINS, *QUANT_DOMAINS, CHANNELS_LAST, MICROSOFT_DOMAIN, "torch")


def import_onnx(path: str, inputs: Inputs | None = None) -> ModuleOp:
    """Imports an ONNX file."""
    return Importer(load_graph(path), inputs or {}).run()


def import_model(model: onnx.ModelProto, inputs: Inputs | None = None) -> ModuleOp:
    """Imports an ONNX model from memory."""
    return Importer(graph_of(model), inputs or {}).run()


class Importer(ProgramBuilder):
    """Imports the nodes of a graph in order, as the function `@main`."""

    def __init__(self, graph: Graph, inputs: Inputs):
        super().__init__(graph.opset)
        self.graph = graph
        self.input_types = {
            name: InputType.parse(type) if isinstance(type, str) else type
            for name, type in inputs.items()
        }

    @np.errstate(over="ignore")  # overflow gives infinity, as in ONNX, which the checks refuse
    def run(self) -> ModuleOp:
        self._check_input_names()
        self.values.update(self.graph.constants)
        for port in self.graph.inputs:
            self.values[port.name] = self._input(port)
        for node in self.graph.nodes:
            self._import(node)
        results = [self._output(port) for port in self.graph.outputs]
        self.block.add_op(ReturnOp(*results))
        for op in reversed(self.superseded):
            if not any(list(result.uses) for result in op.results):
                Rewriter.erase_op(op)
        types = [arg.type for arg in self.block.args], [result.type for result in results]
        function = FuncOp("main", types, Region(self.block))
        first = self.module.body.block.first_op
        if first is None:
            self.module.body.block.add_op(function)
        else:
            self.module.body.block.insert_op_before(function, first)
        return self.module

    def _check_input_names(self) -> None:
        known = [port.name for port in self.graph.inputs]
        for name in self.input_types:
            if name not in known:
                names = ", ".join(map(short_name, known))
                raise ImportFailure(
                    f'the model has no input "{short_name(name)}": its inputs are {names}'
                )

    def _input(self, port: GraphPort) -> GraphTensor:
        title = f'input "{short_name(port.name)}"'
        if port.shape is None:
            raise ImportFailure(f"{title} has no shape: export the model with input shapes")
        shape = (port.shape[0] or 1, *port.shape[1:]) if port.shape else ()
        if 0 in shape:
            raise ImportFailure(
                f"{title} has dynamic sizes: only the first axis (batch) may be dynamic"
            )
        if port.element is None:
            raise ImportFailure(
                f"{title} holds {port.data_type}, which is not supported: use float32 or integers"
            )
        given = self.input_types.get(port.name)
        if given is not None and not port.is_float:
            raise ImportFailure(
                f"{title} already has the type {port.data_type}: give types for float inputs only"
            )
        annotated = element_of_annotation(self.graph.annotations.get(port.name, ""))
        element = given.element if given else (annotated or f32 if port.is_float else port.element)
        argument = self.block.insert_arg(TensorType(element, shape), len(self.block.args))
        argument.name_hint = value_hint(port.name)
        if not port.is_float or element == f32:
            return GraphTensor(argument, len(shape))
        scale = self.floats(np.float32(given.scale if given else 1.0), "scale")
        return GraphTensor(self.add(DequantizeOp(argument, scale)).output, len(shape))

    def _output(self, port: GraphPort) -> SSAValue:
        """A result of the program; floats with integer values become the declared integer type."""
        value = self.values.get(port.name)
        if value is None:
            raise ImportFailure(f'no node computes the output "{short_name(port.name)}"')
        result = self.plain(value)
        if element_of(result) == f32 and port.element is not None and is_quant(port.element):
            one = self.floats(np.float32(1), "one")
            return self.add(QuantizeOp(result, one, nodes.quant_type(port.element))).output
        return result

    def _import(self, node: Node) -> None:
        try:
            values = self._values(node)
        except VerifyException as error:
            raise node.fail(str(error)) from None
        except EVALUATION_ERRORS as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise node.fail(f"its inputs or attributes are invalid: {reason}") from error
        for name, value in zip(node.outputs, values, strict=False):
            self.values[name] = value
            if isinstance(value, GraphTensor) and value.value.name_hint is None:
                value.value.name_hint = value_hint(name)

    def _values(self, node: Node) -> Sequence[GraphValue]:
        if node.domain not in KNOWN_DOMAINS:
            raise node.fail(
                f'unknown operator domain "{short_name(node.domain)}": use ONNX or QONNX operators'
            )
        entry = HANDLERS.get(node.op)
        if self._is_constant(node) and not (entry and entry.of_constants):
            return fold_node(node, self._arrays(node), self.opset)
        if entry is None:
            default = "this operator is not supported: replace it or remove it before export"
            raise node.fail(UNSUPPORTED_OPERATORS.get(node.op, default))
        return self._import_with(node, entry)

    def _import_with(self, node: Node, entry: OperatorImport) -> Sequence[GraphValue]:
        result = entry.handler(self, node)
        unread = node.unread(entry.ignores)
        if unread:
            raise node.fail(f"the attribute {short_name(unread[0])} is not supported: remove it")
        return (
            [result] if isinstance(result, Constant | QuantizedConstant | GraphTensor) else result
        )

    def _is_constant(self, node: Node) -> bool:
        inputs = [self.values.get(name) for name in node.inputs if name]
        constant = all(isinstance(value, Constant) for value in inputs)
        return bool(inputs) and constant and node.domain in DEFAULT_DOMAINS

    def _arrays(self, node: Node) -> list[Array | None]:
        return [self.array(node, k, "") if name else None for k, name in enumerate(node.inputs)]
