"""Running a module with numpy: what the IR means.

    outputs = run(module, [images])

Arrays may carry any number of images: where a function takes `1x32x32x3`, an `Nx32x32x3` is run as
N images at once. An engine may compute designs in the interpreter's place.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

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
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import InterpretationError, VerifyException

from .data import Array, check_values
from .qnn import TENSOR_OPS, ConstantOp, QnnOp
from .qnn.base import as_stored, text_of
from .qnn.classify import ArgMaxOp, SoftmaxOp, TopKOp
from .qnn.elementwise import BinaryOp, PReluOp
from .qnn.layout import ConcatOp, SplitOp, TransposeOp
from .qnn.linear import LinearOp
from .stream import PROCESSES, DesignOp, Process, RunOp, SinkOp, SourceOp
from .stream.design import frame_tensor
from .types import QnnTensor, check_element, check_tensor, dtype_of, is_quant, shape_of
from .values import as_array


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


def _carry_out(
    functions: InterpreterFunctions, interpreter: Interpreter, op: Process, args: PythonValues
) -> PythonValues:
    return tuple(
        as_stored(op, frames, channel.element_type)
        for frames, channel in zip(op.evaluate(*args), op.outputs, strict=True)
    )


ProcessFunctions = register_impls(
    type(
        "ProcessFunctions",
        (InterpreterFunctions,),
        {op.name: impl(op)(_carry_out) for op in PROCESSES if op not in (SourceOp, SinkOp)},
    )
)
"""Every process runs its own `evaluate`, on whole frames, as if channels held any number."""


DesignEngine: TypeAlias = Callable[[DesignOp, list[Array]], list[Array]]
"""Computes the results of a design for whole frames."""


@register_impls
class DesignFunctions(InterpreterFunctions):
    """A design: its sources take the inputs in order, its sinks make up the results."""

    def __init__(self, engine: DesignEngine | None = None):
        self.engine = engine

    @impl_callable(DesignOp)
    def call_design(
        self, interpreter: Interpreter, op: DesignOp, args: PythonValues
    ) -> PythonValues:
        if self.engine is not None:
            return tuple(self.engine(op, list(map(as_array, args))))
        self.arriving = dict(zip(op.sources, args, strict=True))
        self.leaving: dict[SinkOp, Array] = {}
        interpreter.run_ssacfg_region(op.body, (), op.sym_name.data)
        return tuple(self.leaving[sink] for sink in op.sinks)

    @impl(RunOp)
    def run_design(self, interpreter: Interpreter, op: RunOp, args: PythonValues) -> PythonValues:
        return interpreter.call_op(op.design.string_value(), args)

    @impl(SourceOp)
    def run_source(
        self, interpreter: Interpreter, op: SourceOp, args: PythonValues
    ) -> PythonValues:
        return (self.arriving[op],)

    @impl(SinkOp)
    def run_sink(self, interpreter: Interpreter, op: SinkOp, args: PythonValues) -> PythonValues:
        self.leaving[op] = args[0]
        return ()


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
    def call_func(self, interpreter: Interpreter, op: FuncOp, args: PythonValues) -> PythonValues:
        if op.is_declaration:
            raise InterpretationError(f"@{op.sym_name.data} is declared, but has no body to run")
        return interpreter.run_ssacfg_region(op.body, args, op.sym_name.data)


def interpreter_of(
    module: ModuleOp,
    listeners: Sequence[Interpreter.Listener] = (),
    engine: DesignEngine | None = None,
) -> Interpreter:
    """An interpreter that knows all our ops."""
    interpreter = Interpreter(module, listeners=tuple(listeners))
    interpreter.register_implementations(QnnFunctions())
    interpreter.register_implementations(ProcessFunctions())
    interpreter.register_implementations(DesignFunctions(engine))
    interpreter.register_implementations(FuncFunctions())
    return interpreter


def entry_of(module: ModuleOp) -> FuncOp | DesignOp:
    """The function or design that a run starts with: `main`, or the only one there is."""
    entries = [op for op in module.ops if isinstance(op, FuncOp | DesignOp)]
    for entry in entries:
        if entry.sym_name.data == "main":
            return entry
    if len(entries) == 1:
        return entries[0]
    raise InterpretationError(f"there is no @main among {len(entries)} functions")


def input_types(entry: FuncOp | DesignOp) -> list[QnnTensor]:
    """The tensors that a function or design takes; a design takes one image at a time."""
    if isinstance(entry, FuncOp):
        return [check_tensor(type) for type in entry.function_type.inputs]
    return [frame_tensor(source.outputs[0]) for source in entry.sources]


def argument_names(entry: FuncOp | DesignOp) -> list[str]:
    """What the inputs are called."""
    if isinstance(entry, DesignOp):
        return [source.port.data for source in entry.sources]
    return [arg.name_hint or f"input {arg.index}" for arg in entry.args]


def takes_any_images(types: Sequence[QnnTensor]) -> bool:
    """Whether inputs of these types are for one image each, and so may hold any number."""
    return bool(types) and all(type.get_shape()[:1] == (1,) for type in types)


def check_input(array: Array, type: QnnTensor, what: str, any_images: bool) -> Array:
    """Returns an array as the type wants it; raises if it is of another shape or range."""
    shape, wanted = array.shape, type.get_shape()
    free = 1 if any_images else 0
    if len(shape) != len(wanted) or shape[free:] != wanted[free:]:
        raise InterpretationError(f"{what} has shape {text_of(shape)}, {type} is expected")
    if array.size == 0:
        raise InterpretationError(f"{what} is empty")
    if array.dtype.kind not in "biuf":
        raise InterpretationError(f"{what} holds {array.dtype}, {type} is expected")
    element = check_element(type.element_type)
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            if (
                is_quant(element)
                and array.dtype.kind == "f"
                and not np.array_equal(array, np.rint(array))
            ):
                raise VerifyException(f"{element} holds whole numbers only")
            if not is_quant(element):
                array = array.astype(dtype_of(element), copy=False)
            check_values(array, element)
        except VerifyException as error:
            raise InterpretationError(f"{what}: {error}") from None
        return array.astype(dtype_of(element), copy=False)


def run(
    module: ModuleOp,
    inputs: Sequence[Array],
    listeners: Sequence[Interpreter.Listener] = (),
    engine: DesignEngine | None = None,
) -> list[Array]:
    """Runs the entry function of a module and returns its results.

    An engine computes what designs in it do, instead of the interpreter.
    """
    if engine is not None and not any(isinstance(op, DesignOp) for op in module.ops):
        raise InterpretationError("an engine runs designs, and there is none: run stream-lower")
    entry = entry_of(module)
    args, images = check_inputs(entry, inputs)
    if images == 1 or keeps_all_images(module):
        return _call(module, entry, args, listeners, engine)
    single = [
        _call(module, entry, [array[image : image + 1] for array in args], listeners, engine)
        for image in range(images)
    ]
    return [concatenated(parts) for parts in zip(*single, strict=True)]


def concatenated(parts: Sequence[Array]) -> Array:
    """The results of some images after each other; those that have no axis get one."""
    return np.concatenate([np.atleast_1d(part) for part in parts])


def check_inputs(entry: FuncOp | DesignOp, inputs: Sequence[Array]) -> tuple[list[Array], int]:
    """The inputs of a function as it wants them, and how many images they hold."""
    try:
        types = input_types(entry)
    except VerifyException as error:
        raise InterpretationError(f"@{entry.sym_name.data} can't be run: {error}") from None
    if len(inputs) != len(types):
        wanted = ", ".join(
            f"{name} : {type}" for name, type in zip(argument_names(entry), types, strict=True)
        )
        raise InterpretationError(
            f"@{entry.sym_name.data} takes {wanted or 'no inputs'}; {len(inputs)} inputs are given"
        )
    any_images = takes_any_images(types)
    args = [
        check_input(array, type, f"input {number}", any_images)
        for number, (array, type) in enumerate(zip(inputs, types, strict=True))
    ]
    return args, _images(args) if any_images else 1


def _call(
    module: ModuleOp,
    entry: FuncOp | DesignOp,
    args: Sequence[Array],
    listeners: Sequence[Interpreter.Listener],
    engine: DesignEngine | None,
) -> list[Array]:
    with np.errstate(all="ignore"):  # what overflows is infinite, as in any framework
        results = interpreter_of(module, listeners, engine).call_op(entry, tuple(args))
    return [as_array(result) for result in results]


def _images(args: Sequence[Array]) -> int:
    """How many images there are, which all inputs must agree on."""
    for number, array in enumerate(args):
        if len(array) != len(args[0]):
            raise InterpretationError(
                f"input {number} holds {len(array)} images, input 0 holds {len(args[0])}"
            )
    return len(args[0])


def keeps_all_images(module: ModuleOp) -> bool:
    """Whether every op treats the images along the first axis each by itself."""
    varying: set[SSAValue] = set()
    for op in module.walk():
        for region in op.regions:
            varying.update(arg for block in region.blocks for arg in block.args)
        free = [value for value in op.operands if value in varying]
        if free:
            varying.update(op.results)
            if isinstance(op, QnnOp) and not keeps_images(op, free):
                return False
    return True


def keeps_images(op: QnnOp, free: Sequence[SSAValue]) -> bool:
    """Whether an op does so, given the operands that depend on images."""
    firsts = {shape_of(value)[:1] for value in (*free, *op.results)}
    match op:
        case TransposeOp():
            keeps = op.order.get_values()[:1] == (0,)
        case SoftmaxOp() | ArgMaxOp() | TopKOp() | ConcatOp() | SplitOp():
            keeps = op.axis.value.data % len(shape_of(free[0])) != 0
        case BinaryOp() | PReluOp():
            keeps = {len(shape_of(value)) for value in free} == {len(shape_of(op.output))}
        case LinearOp():
            keeps = len(shape_of(op.x)) > 1
        case _:
            keeps = True
    return keeps and firsts == {(1,)}
