"""What the functions that import nodes build with: a growing program, and its named values."""

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
    """A program that grows; what each name of the model stands for is in `values`."""

    def __init__(self, opset: int):
        self.opset = opset
        self.block = Block()
        self.module = ModuleOp([])
        self.pool = ConstantPool(self.module)
        self.values: dict[str, GraphValue] = {}

    def add(self, op: OpT, node: Node | None = None) -> OpT:
        """Appends an op to the program, with the name of the node it comes from."""
        if node is not None:
            op.properties["layer"] = StringAttr(escaped_layer_name(node.name))
        op.verify(verify_nested_ops=False)
        self.block.add_op(op)
        return op

    def constant(self, array: Any, element: ElementType, hint: str) -> SSAValue:
        """A constant of the program."""
        op = self.pool.constant(array, element, value_hint(hint))
        self.block.add_op(op)
        return op.output

    def floats(self, array: Any, hint: str) -> SSAValue:
        """A float32 constant of the program."""
        return self.constant(np.asarray(array, np.float32), f32, hint)

    def bind(self, value: GraphValue) -> str:
        """A name for a value that has none in the model."""
        name = f"\n{len(self.values)}"
        self.values[name] = value
        return name

    def value(self, node: Node, index: int) -> GraphValue:
        """An input of a node, which must be there."""
        if not node.has_input(index):
            raise node.fail(f"it has no input {index}")
        return self.values[node.inputs[index]]

    def tensor(self, node: Node, index: int) -> GraphTensor:
        """An input of a node as a value of the program."""
        value = self.value(node, index)
        if isinstance(value, GraphTensor):
            return value
        return GraphTensor(self.plain(value), len(value.shape))

    def array(self, node: Node, index: int, what: str) -> Array:
        """An input of a node that must be constant."""
        value = self.value(node, index)
        if isinstance(value, GraphTensor):
            raise node.fail(f"{what} is computed from the image: it must be constant")
        return value.array

    def optional(self, node: Node, index: int, what: str) -> Array | None:
        """An input that may be left out, and must be constant."""
        return self.array(node, index, what) if node.has_input(index) else None

    def plain(self, value: GraphValue) -> SSAValue:
        """A value with its axes as the model has them."""
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
        """A tensor whose model has channels second, as NHWC; a signal becomes one row."""
        if tensor.rank not in (3, 4):
            raise node.fail(f"its input has rank {tensor.rank}: signals have 3, images 4")
        if tensor.channels_last:
            return tensor.value
        moved = self.add(TransposeOp(tensor.value, TO_CHANNELS_LAST[tensor.rank])).output
        return moved if tensor.rank == 4 else self.row(moved)

    def row(self, signal: SSAValue) -> SSAValue:
        """A signal with its channels last, as an image of one row."""
        n, length, channels = shape_of(signal)
        return self.add(ReshapeOp(signal, (n, 1, length, channels))).output

    def reshape(self, value: SSAValue, shape: Sequence[int]) -> SSAValue:
        """A value in another shape; nothing where it has that shape already."""
        if shape_of(value) == tuple(shape):
            return value
        return self.add(ReshapeOp(value, shape)).output
