"""Runs single ops, and modules with checked results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
from qnn.qdialect.data import Array, DataAttr, check_values
from qnn.qdialect.dialects import new_context
from qnn.qdialect.interpreter import entry_of, run
from qnn.qdialect.program import Program
from qnn.qdialect.qnn import QnnOp
from qnn.qdialect.qnn.constants import ConstantOp
from qnn.qdialect.text import parse_module, verify
from qnn.qdialect.types import ElementType, check_element, dtype_of
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.func import FuncOp
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException


@dataclass(frozen=True)
class Tensor:
    """An operand for `run_op`: its elements, their type, and whether the op sees a constant."""

    array: Array
    element: ElementType
    constant: bool = False


def constant(array: npt.ArrayLike, element: ElementType) -> Tensor:
    """An operand that the op sees as a constant."""
    return Tensor(np.asarray(array), element, True)


def run_op(kind: Callable[..., QnnOp], *operands: Any, **options: Any) -> list[Array]:
    """Runs a module of one op with these operands; options may be operands, too.

    The results are checked against the op's result types.
    """
    program, inputs = Program(), list[Array]()

    def value_of(item: Any) -> Any:
        if isinstance(item, list | tuple) and item and isinstance(item[0], Tensor):
            return [value_of(part) for part in item]
        if not isinstance(item, Tensor):
            return item
        if item.constant:
            data = DataAttr.from_array(item.array, item.element)
            return program.add(ConstantOp(data, data.type)).output
        inputs.append(item.array)
        return program.input(item.element, item.array.shape)

    values = [value_of(operand) for operand in operands]
    op = kind(*values, **{name: value_of(option) for name, option in options.items()})
    return run_checked(program.finish(*program.add(op).results), inputs)


def run_checked(module: ModuleOp, inputs: Sequence[Array]) -> list[Array]:
    """Runs a module; results must have the numpy type, shape and range of their declared type."""
    results = run(module, inputs)
    entry = entry_of(module)
    assert isinstance(entry, FuncOp)
    for result, type in zip(results, entry.function_type.outputs, strict=True):
        assert isinstance(type, TensorType) and isinstance(result, np.ndarray)
        element = check_element(type.element_type)
        assert result.dtype == dtype_of(element), f"{result.dtype} for {type}"
        assert result.shape[1:] == type.get_shape()[1:], f"{result.shape} for {type}"
        try:
            check_values(result, element)
        except VerifyException as error:
            raise AssertionError(f"a result of {type}: {error}") from None
    return results


def print_module(module: ModuleOp, generic: bool = False) -> str:
    """The text of a module, in custom or generic syntax."""
    stream = StringIO()
    Printer(stream, print_generic_format=generic).print_op(module)
    return stream.getvalue()


def read_module(text: str) -> ModuleOp:
    """Parses and verifies."""
    module = parse_module(new_context(), text)
    verify(module, text)
    return module
