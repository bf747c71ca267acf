"""Constant data: packed bytes with a tensor type.

A constant is stored as bytes, in memory and in text. An element takes 1, 2 or 4 bits, the first in
the lowest bits of a byte, or 1, 2, 4 or 8 bytes, little-endian. The printer writes a short constant
as numbers (`[[1, -1], [0, 3]]`) and a long one as hex (`"0x1f03"`); the parser reads both at any
length.
"""

from collections.abc import Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import BytesAttr, IntegerType, TensorType
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from .types import (
    BipolarType,
    ElementType,
    FloatType,
    QnnTensor,
    bit_width,
    check_element,
    check_tensor,
    dtype_of,
    value_range,
)

Array: TypeAlias = npt.NDArray[Any]

MAX_RANK = 32
"""The rank that every version of numpy supports."""

MAX_PRINTED_ELEMENTS = 16
"""Constants with at most this many elements are printed as numbers."""


@irdl_attr_definition
class DataAttr(ParametrizedAttribute):
    """The elements of a constant tensor, as packed bytes."""

    name = "qnn.data"

    type: QnnTensor
    data: BytesAttr

    @staticmethod
    def from_array(array: npt.ArrayLike, element: ElementType) -> "DataAttr":
        """Packs an array; raises VerifyException if a value is not one of the element type."""
        values = np.asarray(array)
        if isinstance(element, FloatType):
            with np.errstate(over="ignore"):  # overflow gives infinity, an error below
                values = values.astype(dtype_of(element))
        check_values(values, element)
        type = TensorType(element, values.shape)
        return DataAttr(type, BytesAttr(_pack(values, element)))

    @property
    def element(self) -> ElementType:
        return check_element(self.type.element_type)

    @property
    def array(self) -> Array:
        """The elements, unpacked once and read-only."""
        values: Array | None = self.__dict__.get("_array")
        if values is None:
            values = _unpack(self.data.data, self.element, self.type.get_shape())
            values.flags.writeable = False
            object.__setattr__(self, "_array", values)
        return values

    def verify(self) -> None:
        shape = check_tensor(self.type).get_shape()
        if len(shape) > MAX_RANK:
            raise VerifyException(f"a constant has at most {MAX_RANK} axes, not {len(shape)}")
        expected = packed_size(self.type)
        if len(self.data.data) != expected:
            raise VerifyException(
                f"{self.type} takes {expected} bytes of data, {len(self.data.data)} are given"
            )
        if not every_code_is_valid(self.element):
            check_values(self.array, self.element)

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            data = parse_data(parser)
        return data.type, data.data

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            print_data(printer, self)


def storage_bits(element: ElementType) -> int:
    """The bits of an element in packed data: 1, 2, 4, 8, 16, 32 or 64."""
    return 1 << (bit_width(element) - 1).bit_length()


def every_code_is_valid(element: ElementType) -> bool:
    """Whether every bit pattern of packed data is a valid value of this type."""
    return isinstance(element, IntegerType | BipolarType) and (
        bit_width(element) == storage_bits(element)
    )


def packed_size(type: QnnTensor) -> int:
    """The bytes of the packed elements of a tensor."""
    return -(-prod(type.get_shape()) * storage_bits(check_element(type.element_type)) // 8)


def check_values(values: Array, element: ElementType) -> None:
    """Raises VerifyException unless every value is finite and in the range of the element type."""
    if values.size == 0:
        return
    if isinstance(element, FloatType):
        if not np.isfinite(values).all():
            raise VerifyException("a NaN or an infinite value is among the elements")
        return
    if values.dtype.kind == "f" and not (np.isfinite(values) & (values == np.trunc(values))).all():
        raise VerifyException(f"{element} holds whole and finite numbers only")
    low, high = value_range(element)
    least, most = values.min(), values.max()
    if int(least) < low or int(most) > high:
        worst = least if int(least) < low else most
        raise VerifyException(f"value {worst} does not fit in {element} ({low} to {high})")
    if isinstance(element, BipolarType) and not values.all():
        raise VerifyException("value 0 does not fit in !qnn.bipolar (-1 or +1)")


def _pack(values: Array, element: ElementType) -> bytes:
    bits = storage_bits(element)
    if bits >= 8:
        return values.astype(dtype_of(element).newbyteorder("<")).tobytes()
    per_byte = 8 // bits
    ints = values > 0 if isinstance(element, BipolarType) else values.astype(dtype_of(element))
    codes = np.zeros((-(-values.size // per_byte), per_byte), np.uint8)
    used = codes.reshape(-1)[: values.size]
    used[:] = ints.reshape(-1).view(np.uint8)
    used &= (1 << bits) - 1
    for place in range(1, per_byte):
        codes[:, 0] |= codes[:, place] << (place * bits)
    return codes[:, 0].tobytes()


def _unpack(data: bytes, element: ElementType, shape: tuple[int, ...]) -> Array:
    """The inverse of `_pack`. Works in place, as unpacked bits take eight times the memory."""
    bits, dtype = storage_bits(element), dtype_of(element)
    if bits >= 8:
        return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype, copy=False).reshape(shape)
    packed = np.frombuffer(data, np.uint8)
    codes = np.empty((packed.size, 8 // bits), np.uint8)
    for place in range(8 // bits):
        np.left_shift(packed, 8 - bits * (place + 1), out=codes[:, place])
    flat = codes.reshape(-1)[: prod(shape)]
    values = flat.view(np.int8) if dtype.kind == "i" else flat
    values >>= 8 - bits
    if isinstance(element, BipolarType):
        values *= -2
        values -= 1
    return values.reshape(shape)


def print_data(printer: Printer, data: DataAttr) -> None:
    """Prints `[1, 2] : tensor<2xui4>`, or more than `MAX_PRINTED_ELEMENTS` elements as hex."""
    if prod(data.type.get_shape()) <= MAX_PRINTED_ELEMENTS:
        _print_numbers(printer, data.array, data.element)
    else:
        printer.print_string('"0x')
        printer.print_string(data.data.data.hex())
        printer.print_string('"')
    printer.print_string(" : ")
    printer.print_attribute(data.type)


def _print_numbers(printer: Printer, values: Array, element: ElementType) -> None:
    if values.ndim > 0:
        with printer.in_square_brackets():
            printer.print_list(values, lambda row: _print_numbers(printer, row, element))
    elif isinstance(element, FloatType):
        printer.print_string(_float_text(values))
    else:
        printer.print_string(str(int(values)))


def _float_text(value: Array) -> str:
    """The shortest decimal number that parses to the same float, in MLIR's syntax.

    MLIR parses numbers as doubles, so a few float32 values need the digits of a double.
    """
    text = str(value[()])
    if value.dtype.type(float(text)) != value:
        text = str(float(value))
    mantissa, exponent, power = text.partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + exponent + power


def parse_data(parser: AttrParser) -> DataAttr:
    """Parses the output of `print_data`."""
    start = parser.pos
    text = parser.parse_optional_str_literal()
    rows = None if text is not None else _parse_numbers(parser)
    end = parser.pos
    parser.parse_punctuation(":")
    type_start = parser.pos
    type = parser.parse_type()
    try:
        tensor = check_tensor(type)
    except VerifyException as error:
        parser.raise_error(str(error), type_start, parser.pos)
    try:
        if text is not None:
            return DataAttr(tensor, BytesAttr(bytes_of_hex(text)))
        return _data_of_numbers(rows, tensor)
    except VerifyException as error:
        parser.raise_error(str(error), start, end)


Numbers: TypeAlias = int | float | list["Numbers"]


def _parse_numbers(parser: AttrParser) -> Numbers:
    """Parses nested lists of numbers, with a stack instead of recursion, to any depth."""
    root: list[Numbers] = []
    stack = [root]
    while True:
        if parser.parse_optional_punctuation("["):
            row: list[Numbers] = []
            stack[-1].append(row)
            stack.append(row)
            if not parser.parse_optional_punctuation("]"):
                continue
            stack.pop()
        else:
            stack[-1].append(parser.parse_number())
        while len(stack) > 1 and parser.parse_optional_punctuation("]"):
            stack.pop()
        if len(stack) == 1:
            return root[0]
        parser.parse_punctuation(",")


def _data_of_numbers(rows: Numbers | None, type: QnnTensor) -> DataAttr:
    element = check_element(type.element_type)
    values = np.array(rows, object)
    if any(isinstance(value, list) for value in values.flat):
        raise VerifyException("rows of a constant differ in length")
    if values.shape != type.get_shape():
        actual = "x".join(map(str, values.shape)) or "a single number"
        raise VerifyException(f"the numbers form {actual}, which is not the shape of {type}")
    if isinstance(element, FloatType):
        return DataAttr.from_array(values.astype(np.float64), element)
    if not all(isinstance(value, int) for value in values.flat):
        raise VerifyException(f"{element} holds whole numbers only")
    return DataAttr.from_array(values, element)


def bytes_of_hex(text: str) -> bytes:
    """The bytes of a constant from its text, `0x` and hex digits."""
    if not text.startswith("0x"):
        raise VerifyException('constant data must be numbers, or hex that starts with "0x"')
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        raise VerifyException("constant data must be an even number of hex digits") from None
