"""Translates the calls of a torch program to nodes of an ONNX graph for the ONNX importer.

Both formats describe the same operators, so one importer defines their meaning. The translation
covers the differences: names and order of arguments, defaults, and in `quantizers` torch's
rounding.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from ...qdialect.data import Array
from ..onnx.constant_folding import fold_node
from ..onnx.elements import element_of_dtype
from ..onnx.model import Graph, GraphPort
from ..onnx.node import Attribute, Node
from ..onnx.values import Constant
from .aliases import refuse_shared_writes
from .program import OperatorCall, TensorRef, TorchProgram

TORCH_DOMAIN = "torch"
QNN_OPERATORS = ("TorchQuantize", "TorchLevels")
"""Operators that ONNX does not have; `quantizers` imports them."""

OPSET = 18
"""The ONNX opset of the translated graph."""

Translator = Callable[["Translation", OperatorCall], None]
TranslatorT = TypeVar("TranslatorT", bound=Translator)

TRANSLATORS: dict[str, Translator] = {}


def translates(*names: str) -> Callable[[TranslatorT], TranslatorT]:
    """Registers the function that translates calls of the named operators."""

    def register(function: TranslatorT) -> TranslatorT:
        TRANSLATORS.update(dict.fromkeys(names, function))
        return function

    return register


UNSUPPORTED_OPERATORS = {
    **dict.fromkeys(
        ("aten.where", "aten.gt", "aten.ge", "aten.lt", "aten.le", "aten.eq"),
        "comparisons and selections are not supported: if run_decompositions() has split an "
        "activation into them, export without it",
    ),
    **dict.fromkeys(
        ("quantized_decomposed.choose_qparams", "quantized_decomposed.choose_qparams_symmetric"),
        "it computes its scale from each image, which is not supported: use static quantization",
    ),
}
"""Unsupported operators, and what to do instead."""


class Translation:
    """Builds an ONNX graph, call by call."""

    def __init__(self, program: TorchProgram):
        self.program = program
        self.shapes = dict(program.shapes)
        self.nodes: list[Node] = []
        self.folded = set[str]()
        self.constants = {name: Constant.of(array) for name, array in program.constants.items()}

    def graph(self) -> Graph:
        """The whole program."""
        refuse_shared_writes(self.program)
        for call in self.program.calls:
            translator = TRANSLATORS.get(call.target)
            if translator is None:
                raise call.fail(
                    UNSUPPORTED_OPERATORS.get(
                        call.target, "this operator is not supported: replace it before export"
                    )
                )
            translator(self, call)
        inputs = [
            GraphPort(input.name, element_of_dtype(np.dtype(input.dtype)), input.dtype, input.shape)
            for input in self.program.inputs
        ]
        outputs = [GraphPort(name, None, "", None) for name in self.program.outputs]
        nodes = [node for node in self.nodes if self.folded.isdisjoint(node.outputs)]
        return Graph(OPSET, inputs, outputs, nodes, self.constants, {})

    def emit(
        self, call: OperatorCall, op: str, inputs: Sequence[str], **attributes: Attribute
    ) -> None:
        """Adds the node that computes the results of a call."""
        domain = TORCH_DOMAIN if op in QNN_OPERATORS else ""
        outputs = tuple(call.outputs)
        self.nodes.append(Node(op, domain, call.layer, tuple(inputs), outputs, attributes))

    def step(
        self, call: OperatorCall, op: str, inputs: Sequence[str], **attributes: Attribute
    ) -> str:
        """Adds a node for an intermediate value of a call; returns the name of the value."""
        name = f"{call.outputs[0]}.{len(self.nodes)}"
        part = replace(call, layer=f"{call.layer}.{op}", outputs=[name])
        self.emit(part, op, inputs, **attributes)
        return name

    def constant(self, array: Any) -> str:
        """A new constant."""
        name = f"constant.{len(self.constants)}"
        self.constants[name] = Constant.of(np.asarray(array))
        return name

    def number(self, call: OperatorCall, name: str, default: float | None = None) -> float:
        """An argument that is a number or a constant tensor with one element."""
        value = call.get(name, default)
        if isinstance(value, TensorRef):
            value = self.array(call, name).item()
        if not isinstance(value, int | float):
            raise call.fail(f"its argument {name} must be a number")
        return value

    def array(self, call: OperatorCall, name: str) -> Array:
        """A constant tensor, or one that the program computes from constants only."""
        self.fold(call.ref(name))
        constant = self.constants.get(call.ref(name))
        if constant is None:
            raise call.fail(
                f"its argument {name} is computed from the input of the model: it must be constant"
            )
        return constant.array

    def fold(self, name: str) -> None:
        """Evaluates the nodes that compute a tensor from constants, if all its sources are."""
        needed, nodes = {name} - set(self.constants), list[Node]()
        for node in reversed(self.nodes):
            if not needed:
                break
            if needed.isdisjoint(node.outputs):
                continue
            if node.domain == TORCH_DOMAIN:
                return
            nodes.append(node)
            needed -= set(node.outputs)
            needed |= {input for input in node.inputs if input} - set(self.constants)
        if needed:
            return
        for node in reversed(nodes):
            arrays = [self.constants[input].array if input else None for input in node.inputs]
            self.constants.update(zip(node.outputs, fold_node(node, arrays, OPSET), strict=False))
            self.folded.update(node.outputs)

    def operand(self, call: OperatorCall, name: str) -> str:
        """A tensor, or a number as a float constant."""
        value = call.get(name)
        if isinstance(value, TensorRef):
            return value.name
        return self.constant(np.float32(self.number(call, name)))

    def optional(self, call: OperatorCall, name: str) -> str:
        """The name of a tensor argument; empty if it is omitted."""
        return call.ref(name) if call.get(name) is not None else ""

    def rank(self, call: OperatorCall, name: str) -> int:
        return len(self.shapes[call.ref(name)])


def refuse_training(call: OperatorCall, flag: str) -> None:
    if call.get(flag, False):
        raise call.fail("it is in training mode: export module.eval()")


def int64_array(array: Sequence[int]) -> Array:
    return np.array(array, np.int64)
