"""Networks that commands are given: MLIR, or a trained network that is imported on the fly."""

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp

from ..qdialect.dialects import new_context
from ..qdialect.text import parse_module, verify
from ..qdialect.types import BipolarType, QuantType, TernaryType, signed, unsigned
from .files import UserError, read_text

if TYPE_CHECKING:
    from ..frontends.onnx import InputType


TRAINED = (".onnx", ".pt2")


def load_network(path: str, inputs: "Mapping[str, InputType] | None" = None) -> ModuleOp:
    """The module in a file."""
    if path.endswith(TRAINED):
        return import_network(path, inputs or {})
    text = read_text(path)
    module = parse_module(new_context(), text, path)
    verify(module, text)
    return module


def import_network(path: str, inputs: "Mapping[str, InputType]") -> ModuleOp:
    """Imports a trained network."""
    try:
        from ..frontends.onnx import import_onnx
        from ..frontends.torch import import_pt2
    except ModuleNotFoundError as error:
        raise UserError(
            f"importing needs the package {error.name}: pip install 'qnn-dialect[onnx]'"
        ) from None
    from ..frontends.errors import ImportFailure

    take = import_pt2 if path.endswith(".pt2") else import_onnx
    try:
        return take(path, inputs)
    except ImportFailure as error:
        raise UserError(str(error)) from None


ELEMENT = re.compile(r"([us])i([1-9]\d?)")


def input_type(text: str) -> "tuple[str, InputType]":
    """An option `NAME=TYPE` or `NAME=TYPE*SCALE`, such as `image=ui8*0.00390625`."""
    from ..frontends.onnx import InputType

    name, equals, rest = text.rpartition("=")
    kind, star, scale = rest.partition("*")
    element = _element(kind)
    if not equals or not name or element is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=TYPE*SCALE, as in x=ui8*0.00390625")
    return name, InputType(element, _scale(scale) if star else 1.0)


def input_types(given: "Sequence[tuple[str, InputType]]") -> "dict[str, InputType]":
    """The types of inputs by name; each is given once."""
    types = dict(given)
    for name in types:
        if [other for other, _ in given].count(name) > 1:
            raise UserError(f'the type of the input "{name}" is given twice')
    return types


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"the scale {text!r} is no number") from None
    if not SMALLEST <= abs(scale) <= LARGEST:
        raise argparse.ArgumentTypeError(f"the scale {text!r} is zero, or none of float32")
    return scale


SMALLEST, LARGEST = 2.0**-149, (2 - 2.0**-23) * 2.0**127
"""What float32 holds."""


def _element(text: str) -> QuantType | None:
    if text in ("bipolar", "ternary"):
        return BipolarType() if text == "bipolar" else TernaryType()
    match = ELEMENT.fullmatch(text)
    if match is None or int(match[2]) > 64:
        return None
    return (unsigned if match[1] == "u" else signed)(int(match[2]))
