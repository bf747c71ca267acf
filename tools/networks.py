"""Networks that commands are given: MLIR, or a trained network that is imported on the fly."""

import argparse
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from typing import BinaryIO

from xdsl.dialects.builtin import ModuleOp
from xdsl.printer import Printer

from ..frontends.errors import ImportFailure
from ..frontends.inputs import InputType
from ..qdialect.dialects import new_context
from ..qdialect.text import parse_module, verify
from .files import UserError, read_text

TRAINED = (".onnx", ".pt2")


def load_network(path: str, inputs: Mapping[str, InputType] | None = None) -> ModuleOp:
    """The module in a file."""
    if path.endswith(TRAINED):
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
    """Imports a trained network."""
    try:
        from ..frontends.onnx import import_onnx
        from ..frontends.torch import import_pt2
    except ModuleNotFoundError as error:
        raise UserError(
            f"importing needs the package {error.name}: pip install 'qnn-dialect[onnx]'"
        ) from None
    take = import_pt2 if path.endswith(".pt2") else import_onnx
    try:
        return take(path, inputs)
    except ImportFailure as error:
        raise UserError(str(error)) from None


def input_type(text: str) -> tuple[str, InputType]:
    """An option `NAME=TYPE` or `NAME=TYPE*SCALE`, such as `image=ui8*0.00390625`."""
    name, equals, kind = text.rpartition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=TYPE*SCALE, as in x=ui8*0.00390625")
    try:
        return name, InputType.parse(kind)
    except ImportFailure as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def input_types(given: Sequence[tuple[str, InputType]]) -> dict[str, InputType]:
    """The types of inputs by name; each is given once."""
    types = dict(given)
    for name in types:
        if [other for other, _ in given].count(name) > 1:
            raise UserError(f'the type of the input "{name}" is given twice')
    return types
