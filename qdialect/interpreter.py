"""Runs a module with numpy. These results define the meaning of the IR.

    outputs = run(module, [images])

An array may hold any number of images: a function that takes `1x32x32x3` also runs an `Nx32x32x3`,
as N images. An engine may compute the designs in place of the interpreter.
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
from xdsl.ir import Operation, SSAValue
from xdsl.utils.exceptions import InterpretationError, VerifyException

from .calls import check_calls
from .data import Array, check_values
from .qnn import TENSOR_OPS, ConstantOp, QnnOp
from .qnn.base import checked_storage, text_of
from .stream import PROCESSES, DesignOp, Process, RunOp, SinkOp, SourceOp
from .stream.design import frame_tensor
from .types import QnnTensor, check_element, check_tensor, dtype_of, is_quant, shape_of
from .values import as_array


def _evaluate_qnn_op(
    functions: InterpreterFunctions, interpreter: Interpreter, op: ConstantOp, args: PythonValues
) -> PythonValues:
    return op.evaluate(*args)


QnnFunctions = register_impls(
    type(
        "QnnFunctions",
        (InterpreterFunctions,),
        {op.name: impl(op)(_evaluate_qnn_op) for op in (ConstantOp, *TENSOR_OPS)},  # pyright: ignore
    )
)
"""Runs the `evaluate` method of each op of the `qnn` dialect."""


def _evaluate_process(
    functions: InterpreterFunctions, interpreter: Interpreter, op: Process, args: PythonValues
) -> PythonValues:
    return tuple(
        checked_storage(op, frames, channel.element_type)
        for frames, channel in zip(op.evaluate(*args), op.outputs, strict=True)
    )


ProcessFunctions = register_impls(
    type(
        "ProcessFunctions",
        (InterpreterFunctions,),
        {op.name: impl(op)(_evaluate_process) for op in PROCESSES if op not in (SourceOp, SinkOp)},
    )
)
"""Runs the `evaluate` method of each process on whole frames, as if channels were unbounded."""


DesignEngine: TypeAlias = Callable[[DesignOp, list[Array]], list[Array]]
"""Computes the outputs of a design from its inputs, both as whole frames."""


@register_impls
class DesignFunctions(InterpreterFunctions):
    """Runs a design: the inputs go to its sources in order, the results come from its sinks."""

    def __init__(self, engine: DesignEngine | None = None):
        self.engine = engine

    @impl_callable(DesignOp)
    def call_design(
        self, interpreter: Interpreter, op: DesignOp, args: PythonValues
    ) -> PythonValues:
        if self.engine is not None:
            return tuple(self.engine(op, list(map(as_array, args))))
        self.source_frames = dict(zip(op.sources, args, strict=True))
        self.sink_frames: dict[SinkOp, Array] = {}
        interpreter.run_ssacfg_region(op.body, (), op.sym_name.data)
        return tuple(self.sink_frames[sink] for sink in op.sinks)

    @impl(RunOp)
    def run_design(self, interpreter: Interpreter, op: RunOp, args: PythonValues) -> PythonValues:
        return interpreter.call_op(op.design.string_value(), args)

    @impl(SourceOp)
    def run_source(
        self, interpreter: Interpreter, op: SourceOp, args: PythonValues
    ) -> PythonValues:
        return (self.source_frames[op],)

    @impl(SinkOp)
    def run_sink(self, interpreter: Interpreter, op: SinkOp, args: PythonValues) -> PythonValues:
        self.sink_frames[op] = args[0]
        return ()


@register_impls
class FuncFunctions(InterpreterFunctions):
    """Runs functions. xDSL's own implementation is in a package that is slow to import."""

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
    """An interpreter for the ops of `qnn`, `stream` and `func`."""
    interpreter = Interpreter(module, listeners=tuple(listeners))
    interpreter.register_implementations(QnnFunctions())
    interpreter.register_implementations(ProcessFunctions())
    interpreter.register_implementations(DesignFunctions(engine))
    interpreter.register_implementations(FuncFunctions())
    return interpreter


def entry_of(module: ModuleOp) -> FuncOp | DesignOp:
    """The function or design to run: `@main`, or the only one in the module."""
    entries = [op for op in module.ops if isinstance(op, FuncOp | DesignOp)]
    for entry in entries:
        if entry.sym_name.data == "main":
            return entry
    if len(entries) == 1:
        return entries[0]
    if not entries:
        raise InterpretationError("the module has no function or design to run")
    raise InterpretationError(
        f"none of the {len(entries)} functions and designs is named @main: rename the one to run"
    )


def entry_input_types(entry: FuncOp | DesignOp) -> list[QnnTensor]:
    """The tensor types of the inputs; a design has the types of a single image."""
    if isinstance(entry, FuncOp):
        return [check_tensor(type) for type in entry.function_type.inputs]
    return [frame_tensor(source.outputs[0]) for source in entry.sources]


def argument_names(entry: FuncOp | DesignOp) -> list[str]:
    """The names of the inputs, as messages print them."""
    if isinstance(entry, DesignOp):
        return [source.port.data for source in entry.sources]
    if entry.is_declaration:
        return [f"input {number}" for number in range(len(entry.function_type.inputs))]
    return [arg.name_hint or f"input {arg.index}" for arg in entry.args]


def input_labels(entry: FuncOp | DesignOp, files: Sequence[str] = ()) -> list[str]:
    """How messages refer to the inputs, with the files that they are read from."""
    known = argument_names(entry)
    labels = [name if name == f"input {n}" else f'input "{name}"' for n, name in enumerate(known)]
    sources = [f" from {file}" for file in files] or [""] * len(labels)
    return [label + source for label, source in zip(labels, sources, strict=True)]


def have_image_axis(types: Sequence[QnnTensor]) -> bool:
    """Whether every input has a first axis of size 1, which may hold any number of images
    instead."""
    return bool(types) and all(type.get_shape()[:1] == (1,) for type in types)


def check_input(array: Array, type: QnnTensor, what: str, any_images: bool) -> Array:
    """Converts an array to the type; raises if its shape differs or a value is out of range.

    With `any_images` the first axis may have any size.
    """
    shape, expected = array.shape, type.get_shape()
    checked = slice(1 if any_images else 0, None)
    if len(shape) != len(expected) or shape[checked] != expected[checked]:
        turned = len(shape) == len(expected) == 4 and shape[3:] + shape[1:3] == expected[1:]
        help = "; its channels are last: transpose it by (0, 3, 1, 2)" if turned else ""
        raise InterpretationError(f"{what} has shape {text_of(shape)}, {type} is expected{help}")
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
                raise VerifyException(
                    f"{element} holds whole numbers only: give the integers, which are the real "
                    "numbers divided by the scale of the input"
                )
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
    """Runs the entry function or design of a module and returns its results.

    With an engine, the engine computes the designs and the interpreter everything around them.
    """
    if engine is not None and not any(isinstance(op, DesignOp) for op in module.ops):
        raise InterpretationError(
            "this module contains no stream.design for the engine to run: run stream-lower first"
        )
    entry = entry_of(module)
    check_calls(module, entry)
    args, images = check_inputs(entry, inputs)
    if images == 1 or images_stay_apart(module):
        return _call_entry(module, entry, args, listeners, engine)
    results = [
        _call_entry(module, entry, [array[image : image + 1] for array in args], listeners, engine)
        for image in range(images)
    ]
    return [concatenate_images(parts) for parts in zip(*results, strict=True)]


def concatenate_images(parts: Sequence[Array]) -> Array:
    """Concatenates the results of single images; a scalar result gets an axis first."""
    return np.concatenate([np.atleast_1d(part) for part in parts])


def check_inputs(
    entry: FuncOp | DesignOp, inputs: Sequence[Array], files: Sequence[str] = ()
) -> tuple[list[Array], int]:
    """The inputs, converted to the types of the entry, and the number of images in them.

    Error messages name the files, if the inputs come from any.
    """
    try:
        types = entry_input_types(entry)
    except VerifyException as error:
        raise InterpretationError(f"@{entry.sym_name.data} can't be run: {error}") from None
    if len(inputs) != len(types):
        expected = ", ".join(
            f"{name} : {type}" for name, type in zip(argument_names(entry), types, strict=True)
        )
        raise InterpretationError(
            f"@{entry.sym_name.data} takes {expected or 'no inputs'}; "
            f"{len(inputs)} inputs are given"
        )
    any_images = have_image_axis(types)
    labels = input_labels(entry, files)
    args = [
        check_input(array, type, label, any_images)
        for array, type, label in zip(inputs, types, labels, strict=True)
    ]
    return args, _image_count(args, labels) if any_images else 1


def _call_entry(
    module: ModuleOp,
    entry: FuncOp | DesignOp,
    args: Sequence[Array],
    listeners: Sequence[Interpreter.Listener],
    engine: DesignEngine | None,
) -> list[Array]:
    with np.errstate(all="ignore"):  # overflow gives infinity, as in any framework
        results = interpreter_of(module, listeners, engine).call_op(entry, tuple(args))
    return [as_array(result) for result in results]


def _image_count(args: Sequence[Array], labels: Sequence[str]) -> int:
    """The number of images; raises if the inputs hold different numbers."""
    for array, label in zip(args, labels, strict=True):
        if len(array) != len(args[0]):
            raise InterpretationError(
                f"{label} holds {len(array)} images, {labels[0]} holds {len(args[0])}"
            )
    return len(args[0])


def images_stay_apart(module: ModuleOp) -> bool:
    """Whether every op that depends on the images computes each image by itself."""
    varying: set[SSAValue] = set()
    for op in module.walk():
        for region in op.regions:
            varying.update(arg for block in region.blocks for arg in block.args)
        operands = [value for value in op.operands if value in varying]
        if operands:
            varying.update(op.results)
            if not _keeps_images_apart(op, operands):
                return False
    return True


def _keeps_images_apart(op: Operation, varying: Sequence[SSAValue]) -> bool:
    """Whether an op computes each image by itself; an op that does not declare this may mix
    images."""
    if isinstance(op, QnnOp):
        first_axes = {shape_of(value)[:1] for value in (*varying, *op.results)}
        return first_axes == {(1,)} and op.keeps_images_apart(varying)
    return isinstance(op, Process | RunOp | CallOp | ReturnOp)
