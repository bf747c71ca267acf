"""Running a module with numpy: what the IR means.

    outputs = run(module, [images])

Arrays may carry any number of images: where a function takes `1x32x32x3`, an `Nx32x32x3` is run as
N images at once.
"""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import CallOp, FuncOp, ReturnOp
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    ReturnedValues,
    TerminatorValue,
    impl,
    impl_callable,
    impl_terminator,
    register_impls,
)
from xdsl.utils.exceptions import InterpretationError, VerifyException

from .data import Array, check_values
from .qnn import TENSOR_OPS, ConstantOp
from .qnn.base import text_of
from .types import QnnTensor, check_element, check_tensor, dtype_of, is_quant
from .values import plain


def _evaluate(
    functions: InterpreterFunctions, interpreter: Interpreter, op: ConstantOp, args: PythonValues
) -> PythonValues:
    return op.evaluate(*args)


QnnFunctions = register_impls(
    type(
        "QnnFunctions",
        (InterpreterFunctions,),
        {op.name: impl(op)(_evaluate) for op in (ConstantOp, *TENSOR_OPS)},  # pyright: ignore
    )
)
"""Every op of the `qnn` dialect runs its own `evaluate`."""


@register_impls
class FuncFunctions(InterpreterFunctions):
    """Functions; xDSL has the same, in a package that takes long to import."""

    @impl_terminator(ReturnOp)
    def run_return(
        self, interpreter: Interpreter, op: ReturnOp, args: PythonValues
    ) -> tuple[TerminatorValue, PythonValues]:
        return ReturnedValues(args), ()

    @impl(CallOp)
    def run_call(self, interpreter: Interpreter, op: CallOp, args: PythonValues) -> PythonValues:
        return interpreter.call_op(op.callee, args)

    @impl_callable(FuncOp)
    def call_func(
        self, interpreter: Interpreter, op: FuncOp, args: PythonValues
    ) -> PythonValues:
        if op.is_declaration:
            raise InterpretationError(f"@{op.sym_name.data} is declared, but has no body to run")
        return interpreter.run_ssacfg_region(op.body, args, op.sym_name.data)


def interpreter_of(
    module: ModuleOp, listeners: Sequence[Interpreter.Listener] = ()
) -> Interpreter:
    """An interpreter that knows all our ops."""
    interpreter = Interpreter(module, listeners=tuple(listeners))
    interpreter.register_implementations(QnnFunctions())
    interpreter.register_implementations(FuncFunctions())
    return interpreter


def entry_of(module: ModuleOp) -> FuncOp:
    """The function that a run starts with: `main`, or the only one there is."""
    functions = [op for op in module.ops if isinstance(op, FuncOp)]
    for function in functions:
        if function.sym_name.data == "main":
            return function
    if len(functions) == 1:
        return functions[0]
    raise InterpretationError(f"there is no function @main among {len(functions)} functions")


def check_input(array: Array, type: QnnTensor, what: str) -> Array:
    """Returns an array as the type wants it; raises if it is of another shape or range."""
    shape, wanted = array.shape, type.get_shape()
    if len(shape) != len(wanted) or shape[1:] != wanted[1:] or (wanted[:1] not in ((1,), shape[:1])):
        raise InterpretationError(f"{what} has shape {text_of(shape)}, {type} is expected")
    if array.size == 0:
        raise InterpretationError(f"{what} is empty")
    if array.dtype.kind not in "biuf":
        raise InterpretationError(f"{what} holds {array.dtype}, {type} is expected")
    element = check_element(type.element_type)
    try:
        if is_quant(element) and array.dtype.kind == "f" and not np.array_equal(array, np.rint(array)):
            raise VerifyException(f"{element} holds whole numbers only")
        check_values(array, element)
    except VerifyException as error:
        message = str(error).replace("a constant holds", "it holds")
        raise InterpretationError(f"{what}: {message}") from None
    return array.astype(dtype_of(element), copy=False)


def run(
    module: ModuleOp,
    inputs: Sequence[Array],
    listeners: Sequence[Interpreter.Listener] = (),
) -> list[Array]:
    """Runs the entry function of a module and returns its results."""
    entry = entry_of(module)
    types = [check_tensor(type) for type in entry.function_type.inputs]
    if len(inputs) != len(types):
        raise InterpretationError(
            f"@{entry.sym_name.data} takes {len(types)} inputs, {len(inputs)} are given"
        )
    args = [
        check_input(array, type, f"input {number}")
        for number, (array, type) in enumerate(zip(inputs, types, strict=True))
    ]
    results = interpreter_of(module, listeners).call_op(entry, tuple(args))
    return [plain(result) for result in results]
