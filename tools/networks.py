"""Networks in files: MLIR, and trained networks, which are imported."""

from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from typing import BinaryIO

from xdsl.dialects.builtin import ModuleOp
from xdsl.printer import Printer

from ..frontends.errors import ImportFailure
from ..frontends.inputs import InputType
from ..qdialect.dialects import new_context
from ..qdialect.text import parse_module, verify
from .errors import UserError
from .files import read_text

TRAINED_SUFFIXES = (".onnx", ".pt2")


def load_network(path: str, inputs: Mapping[str, InputType] | None = None) -> ModuleOp:
    """The module in a file; `inputs` are the true types of inputs that a model has as float."""
    if path.endswith(TRAINED_SUFFIXES):
        return import_network(path, inputs or {})
    text = read_text(path)
    module = parse_module(new_context(), text, path)
    verify(module, text)
    return module


def write_module(module: ModuleOp, file: BinaryIO) -> None:
    text = TextIOWrapper(file, encoding="utf-8", write_through=True)
    Printer(text).print_op(module)
    text.write("\n")
    text.detach()


def import_network(path: str, inputs: Mapping[str, InputType]) -> ModuleOp:
    try:
        from ..frontends.onnx import import_onnx
        from ..frontends.torch import import_pt2
    except ModuleNotFoundError as error:
        raise UserError(
            f"this import needs the package {error.name}: pip install 'qnn-dialect[onnx]'"
        ) from None
    convert = import_pt2 if path.endswith(".pt2") else import_onnx
    try:
        return convert(path, inputs)
    except ImportFailure as error:
        raise UserError(str(error)) from None


def input_types_by_name(named: Sequence[tuple[str, InputType]]) -> dict[str, InputType]:
    """The types of inputs by name; raises if a name occurs twice."""
    types = dict(named)
    for name in types:
        if [other for other, _ in named].count(name) > 1:
            raise UserError(f'--input sets the type of the input "{name}" twice: leave one out')
    return types
