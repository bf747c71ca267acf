"""Builds modules in Python, op by op.

program = Program()
x = program.input(signed(4), (1, 8))
y = program.add(ReluOp(x)).output
module = program.finish(y)
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy.typing as npt
from xdsl.dialects.builtin import FunctionType, ModuleOp, TensorType
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, Region, SSAValue

from .qnn.constants import ConstantPool
from .text import verify
from .types import ElementType

Op = TypeVar("Op", bound=Operation)


class Program:
    """A module under construction, with one function, `@main`."""

    def __init__(self) -> None:
        self.module = ModuleOp([])
        self.block = Block()
        self.function = FuncOp("main", ([], []), Region(self.block))
        self.module.body.block.add_op(self.function)
        self.pool = ConstantPool(self.module)

    def input(self, element: ElementType, shape: Sequence[int]) -> SSAValue:
        """A new argument of the function."""
        return self.block.insert_arg(TensorType(element, shape), len(self.block.args))

    def constant(self, array: npt.ArrayLike, element: ElementType, hint: str = "c") -> SSAValue:
        """Appends a constant; a long one is stored as `qnn.data` after the function."""
        return self.add(self.pool.constant(array, element, hint)).output

    def add(self, op: Op) -> Op:
        """Appends an op to the function."""
        self.block.add_op(op)
        return op

    def finish(self, *results: SSAValue) -> ModuleOp:
        """Ends the function with these results, and returns the verified module."""
        self.block.add_op(ReturnOp(*results))
        self.function.function_type = FunctionType.from_lists(
            [arg.type for arg in self.block.args], [value.type for value in results]
        )
        verify(self.module)
        return self.module
