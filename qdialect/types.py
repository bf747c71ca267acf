"""Element types of the IR: their widths, their ranges, and the numpy types that hold them.

Integers are the builtin `uiN` and `siN`. The dialect adds two types: `!qnn.bipolar`, -1 or +1 in
one bit, and `!qnn.ternary`, -1, 0 or +1 in two bits.
"""

from math import prod
from typing import TypeAlias, cast

import numpy as np
from xdsl.dialects.builtin import (
    Float32Type,
    Float64Type,
    IntegerType,
    ShapedType,
    Signedness,
    TensorType,
)
from xdsl.ir import Attribute, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.utils.exceptions import VerifyException

MAX_WIDTH = 64
"""Bits of the widest integer type."""


@irdl_attr_definition
class BipolarType(ParametrizedAttribute, TypeAttribute):
    """-1 or +1, stored as one bit: 0 means -1, 1 means +1."""

    name = "qnn.bipolar"


@irdl_attr_definition
class TernaryType(ParametrizedAttribute, TypeAttribute):
    """-1, 0 or +1, stored as two bits in two's complement."""

    name = "qnn.ternary"


QuantType: TypeAlias = IntegerType | BipolarType | TernaryType
FloatType: TypeAlias = Float32Type | Float64Type
ElementType: TypeAlias = QuantType | FloatType
QnnTensor: TypeAlias = TensorType[Attribute]


def unsigned(width: int) -> IntegerType:
    """The type `uiN`."""
    return IntegerType(width, Signedness.UNSIGNED)


def signed(width: int) -> IntegerType:
    """The type `siN`."""
    return IntegerType(width, Signedness.SIGNED)


def is_quant(type: Attribute) -> bool:
    return isinstance(type, QuantType)


MAX_ELEMENTS = 1 << 30
"""Elements of a tensor; the largest networks have some hundred million."""


def check_element(type: Attribute) -> ElementType:
    """Returns `type` if it is an element type of the dialect; raises VerifyException if not."""
    match type:
        case BipolarType() | TernaryType() | Float32Type() | Float64Type():
            return type
        case IntegerType():
            width = type.width.data
            if type.signedness.data == Signedness.SIGNLESS:
                raise VerifyException(
                    f"i{width} has no sign: write si{width} for signed or ui{width} for unsigned"
                )
            if not 1 <= width <= MAX_WIDTH:
                raise VerifyException(f"{type} is not between 1 and {MAX_WIDTH} bits wide")
            return type
        case _:
            raise VerifyException(
                f"{type} can't be an element: use siN, uiN, !qnn.bipolar, !qnn.ternary, f32 or f64"
            )


def check_tensor(type: Attribute) -> QnnTensor:
    """Returns `type` if it is a tensor of static shape and valid elements; raises if not."""
    if not isinstance(type, TensorType):
        raise VerifyException(f"expected a tensor, got {type}")
    tensor = cast(QnnTensor, type)
    if min(tensor.get_shape(), default=1) < 1:
        raise VerifyException(
            f"{tensor} has a dimension that is unknown or 0: every size must be at least 1"
        )
    check_element(tensor.element_type)
    if prod(tensor.get_shape()) > MAX_ELEMENTS:
        raise VerifyException(
            f"{tensor} is too large: a tensor has at most {MAX_ELEMENTS:,} elements"
        )
    return tensor


def tensor_of(value: SSAValue) -> QnnTensor:
    """The type of a value of a verified op, as a tensor type."""
    return check_tensor(value.type)


def shape_of(value: SSAValue) -> tuple[int, ...]:
    assert isinstance(value.type, ShapedType)
    return value.type.get_shape()


def element_of(value: SSAValue) -> ElementType:
    return check_element(tensor_of(value).element_type)


def bit_width(type: ElementType) -> int:
    """The bits of a value of this type in hardware."""
    match type:
        case BipolarType():
            return 1
        case TernaryType():
            return 2
        case Float32Type():
            return 32
        case Float64Type():
            return 64
        case _:
            return type.width.data


def value_range(type: QuantType) -> tuple[int, int]:
    """The smallest and the largest value of a quantized type."""
    if isinstance(type, BipolarType | TernaryType):
        return -1, 1
    width = type.width.data
    if type.signedness.data == Signedness.UNSIGNED:
        return 0, (1 << width) - 1
    return -(1 << (width - 1)), (1 << (width - 1)) - 1


def smallest_type(low: int, high: int) -> IntegerType:
    """The narrowest integer type that holds every value from `low` to `high`."""
    if low >= 0:
        return unsigned(max(1, high.bit_length()))
    return signed(max((~low).bit_length(), high.bit_length() if high > 0 else 0) + 1)


def dtype_of(type: ElementType) -> np.dtype[np.generic]:
    """The numpy type of an array with these elements in the interpreter."""
    match type:
        case Float32Type():
            return np.dtype(np.float32)
        case Float64Type():
            return np.dtype(np.float64)
        case BipolarType() | TernaryType():
            return np.dtype(np.int8)
        case _:
            size = max(1, 1 << (type.width.data - 1).bit_length() >> 3)
            kind = "u" if type.signedness.data == Signedness.UNSIGNED else "i"
            return np.dtype(f"{kind}{size}")
