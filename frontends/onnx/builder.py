"""The program under construction, to which the import functions of operators add ops."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from xdsl.dialects.builtin import ModuleOp, StringAttr, f32
from xdsl.ir import Block, Operation, SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn.constants import ConstantPool
from ...qdialect.qnn.layout import ReshapeOp, TransposeOp
from ...qdialect.types import ElementType, shape_of
from .names import escaped_layer_name, value_hint
from .node import Node
from .values import TO_CHANNELS_LAST, Constant, GraphTensor, GraphValue

OpT = TypeVar("OpT", bound=Operation)


class ProgramBuilder:
    """The program under construction; `values` maps each name of the model to its value.

    An import function of an operator gets the builder as `m`, and the node to import.
    """

    def __init__(self, opset: int):
        self.opset = opset
        self.block = Block()
        self.module = ModuleOp([])
        self.pool = ConstantPool(self.module)
        self.values: dict[str, GraphValue] = {}
        self.superseded: list[Operation] = []
        """Ops that later ops replace; they are dropped in the end, unless something reads them."""

    def add(self, op: OpT, node: Node | None = None) -> OpT:
        """Appends an op to the program, with the name of its node as layer name."""
        if node is not None:
            op.properties["layer"] = StringAttr(escaped_layer_name(node.name))
        op.verify(verify_nested_ops=False)
        self.block.add_op(op)
        return op

    def constant(self, array: Any, element: ElementType, hint: str) -> SSAValue:
        """Appends a constant to the program."""
        op = self.pool.constant(array, element, value_hint(hint))
        self.block.add_op(op)
        return op.output

    def floats(self, array: Any, hint: str) -> SSAValue:
        """Appends a float32 constant to the program."""
        return self.constant(np.asarray(array, np.float32), f32, hint)

    def bind(self, value: GraphValue) -> str:
        """Names a value that has no name in the model; returns the name."""
        name = f"\n{len(self.values)}"
        self.values[name] = value
        return name

    def value(self, node: Node, index: int) -> GraphValue:
        """A required input of a node."""
        if not node.has_input(index):
            raise node.fail(f"its input {index} is missing")
        return self.values[node.inputs[index]]

    def tensor(self, node: Node, index: int) -> GraphTensor:
        """A required input of a node, as a value of the program."""
        value = self.value(node, index)
        if isinstance(value, GraphTensor):
            return value
        return GraphTensor(self.plain(value), len(value.shape))

    def array(self, node: Node, index: int, what: str) -> Array:
        """A required input of a node, which must be constant."""
        value = self.value(node, index)
        if isinstance(value, GraphTensor):
            raise node.fail(f"{what} is computed from the input of the model: it must be constant")
        return value.array

    def optional(self, node: Node, index: int, what: str) -> Array | None:
        """An optional input of a node, which must be constant; None if it is omitted."""
        return self.array(node, index, what) if node.has_input(index) else None

    def integers(self, node: Node, index: int, attribute: str, what: str) -> list[int] | None:
        """Integers of an optional input or, in older opsets, of an attribute; else None."""
        array = self.optional(node, index, what)
        return node.integers(attribute) if array is None else [int(v) for v in array.reshape(-1)]

    def plain(self, value: GraphValue) -> SSAValue:
        """A value with its axes in the order of the model."""
        if isinstance(value, Constant) and value.element is not None:
            return self.constant(value.array, value.element, "constant")
        if not isinstance(value, GraphTensor):
            return self.floats(value.array, "constant")
        if not value.channels_last:
            return value.value
        if value.rank == 3:
            n, _, length, channels = shape_of(value.value)
            rows = self.add(ReshapeOp(value.value, (n, length, channels)))
            return self.add(TransposeOp(rows, (0, 2, 1))).output
        return self.add(TransposeOp(value.value, (0, 3, 1, 2))).output

    def image(self, tensor: GraphTensor, node: Node) -> SSAValue:
        """A tensor of NCHW or NCL order as NHWC; a signal becomes an image of one row."""
        if tensor.rank not in (3, 4):
            raise node.fail(
                f"its input has rank {tensor.rank}: it must be a signal (rank 3) or an image (4)"
            )
        if tensor.channels_last:
            return tensor.value
        moved = self.add(TransposeOp(tensor.value, TO_CHANNELS_LAST[tensor.rank])).output
        return moved if tensor.rank == 4 else self.row(moved)

    def row(self, signal: SSAValue) -> SSAValue:
        """A signal of NLC order as an image of one row."""
        n, length, channels = shape_of(signal)
        return self.add(ReshapeOp(signal, (n, 1, length, channels))).output

    def reshape(self, value: SSAValue, shape: Sequence[int]) -> SSAValue:
        """A value in another shape; the value itself if it already has that shape."""
        if shape_of(value) == tuple(shape):
            return value
        return self.add(ReshapeOp(value, shape)).output
