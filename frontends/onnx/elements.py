"""The element types of the IR for numpy's types, ONNX's types and FINN's annotations."""

import re
from typing import Any

import numpy as np
from onnx import TensorProto
from xdsl.dialects.builtin import IntegerType, f32

from ...qdialect.types import BipolarType, ElementType, QuantType, TernaryType, signed, unsigned

MAX_ANNOTATED_BITS = 16
"""Wider annotations are ignored: FINN writes INT32 for any number."""


def element_of_name(name: str) -> IntegerType | None:
    """The type with a name like `int4` or `UINT8`, else None."""
    match = re.fullmatch(r"(U?)INT([1-9]\d?)", name.upper())
    if match is None or int(match[2]) > 64:
        return None
    return (unsigned if match[1] else signed)(int(match[2]))


def element_of_dtype(dtype: np.dtype[Any]) -> ElementType | None:
    """The element type for a numpy type; None if the IR has none."""
    return f32 if dtype == np.float32 else element_of_name(dtype.name)


def element_of_onnx(data_type: int) -> ElementType | None:
    """The element type for an ONNX type, which numpy may lack (INT4); None if the IR has none."""
    if data_type == TensorProto.FLOAT:
        return f32
    try:
        return element_of_name(TensorProto.DataType.Name(data_type))
    except ValueError:
        return None


def name_of_onnx(data_type: int) -> str:
    """ONNX's name of an element type."""
    try:
        return TensorProto.DataType.Name(data_type).lower()
    except ValueError:
        return f"the unknown type {data_type}"


def element_of_annotation(name: str) -> QuantType | None:
    """The element type for a FINN annotation; None if it is unknown or too wide to mean a type."""
    if name == "BIPOLAR":
        return BipolarType()
    if name == "TERNARY":
        return TernaryType()
    element = element_of_name(name)
    if element is None or element.width.data > MAX_ANNOTATED_BITS:
        return None
    return element
