"""Which element type of the IR holds what: numpy's types, ONNX's, and FINN's names."""

import re
from typing import Any

import numpy as np
from onnx import TensorProto
from xdsl.dialects.builtin import IntegerType, f32

from ...qdialect.types import BipolarType, ElementType, QuantType, TernaryType, signed, unsigned

MAX_ANNOTATED_BITS = 16
"""FINN writes INT32 where it only means a number."""


def element_of_name(name: str) -> IntegerType | None:
    """The type called `int4` or `UINT8`; None for any other name."""
    match = re.fullmatch(r"(U?)INT([1-9]\d?)", name.upper())
    if match is None or int(match[2]) > 64:
        return None
    return (unsigned if match[1] else signed)(int(match[2]))


def element_of_dtype(dtype: np.dtype[Any]) -> ElementType | None:
    """The element type of a numpy type; None for what the IR does not hold."""
    return f32 if dtype == np.float32 else element_of_name(dtype.name)


def element_of_onnx(data_type: int) -> ElementType | None:
    """The element type of one of ONNX's, which has integers that numpy does not have."""
    if data_type == TensorProto.FLOAT:
        return f32
    try:
        return element_of_name(TensorProto.DataType.Name(data_type))
    except ValueError:
        return None


def name_of_onnx(data_type: int) -> str:
    """What ONNX calls an element type."""
    try:
        return TensorProto.DataType.Name(data_type).lower()
    except ValueError:
        return f"the unknown type {data_type}"


def element_of_annotation(name: str) -> QuantType | None:
    """The element type that FINN calls by this name, where it says more than "a number"."""
    if name == "BIPOLAR":
        return BipolarType()
    if name == "TERNARY":
        return TernaryType()
    element = element_of_name(name)
    if element is None or element.width.data > MAX_ANNOTATED_BITS:
        return None
    return element
