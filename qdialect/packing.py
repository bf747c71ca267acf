"""Memory words: a constant matrix in the layout in which the hardware reads it.

A process with `parallelism = [P, S]` reads P rows and S columns per cycle. Each address holds these
elements as P words, one for each row. A word holds S columns, the first in the lowest bits, without
gaps, and is stored in whole bytes, the lowest first. Successive addresses advance along the columns
first, then along the rows.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ArrayAttr, BytesAttr, IntAttr
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from .data import Array, DataAttr, bytes_of_hex, check_values
from .types import (
    BipolarType,
    QnnTensor,
    QuantType,
    TernaryType,
    bit_width,
    check_element,
    check_tensor,
    dtype_of,
    is_quant,
    value_range,
)

Words = npt.NDArray[np.uint8]


@irdl_attr_definition
class PackedAttr(ParametrizedAttribute):
    """The elements of a constant tensor in memory words.

    The first axis of the tensor is the rows of the matrix; all others together are its columns.
    `parallelism = [16, 3] "0x1f03..." : tensor<64x3x3x3x!qnn.bipolar>` has 16 rows of 3 columns at
    each address.
    """

    name = "stream.packed"

    type: QnnTensor
    block: ArrayAttr[IntAttr]
    """Rows and columns per cycle."""
    data: BytesAttr

    @staticmethod
    def of(data: "DataAttr | PackedAttr", parallelism: tuple[int, int]) -> "PackedAttr":
        """Packs a constant of integers."""
        words = words_of(data, parallelism)
        block = ArrayAttr([IntAttr(number) for number in parallelism])
        return PackedAttr(data.type, block, BytesAttr(words.tobytes()))

    @property
    def parallelism(self) -> tuple[int, int]:
        rows, cols = self.block
        return rows.data, cols.data

    @property
    def element(self) -> QuantType:
        return integer_element(self.type)

    @property
    def words(self) -> Words:
        """The words as an array: addresses x rows per cycle x bytes of a word."""
        flat = np.frombuffer(self.data.data, np.uint8)
        return flat.reshape(-1, self.parallelism[0], word_bytes(self.element, self.parallelism))

    @property
    def array(self) -> Array:
        """The elements, unpacked once and read-only."""
        values: Array | None = self.__dict__.get("_array")
        if values is None:
            shape = self.type.get_shape()
            matrix = unpack_words(self.words, _rows_and_cols(shape), self.element, self.parallelism)
            values = matrix.reshape(shape)
            values.flags.writeable = False
            object.__setattr__(self, "_array", values)
        return values

    def verify(self) -> None:
        shape = check_tensor(self.type).get_shape()
        if not shape or not is_quant(self.type.element_type):
            raise VerifyException(f"a memory must hold rows of integers, not {self.type}")
        (rows, cols), block = _rows_and_cols(shape), [n.data for n in self.block]
        if len(block) != 2 or min(block) < 1 or rows % block[0] or cols % block[1]:
            raise VerifyException(
                f"parallelism is {block}: it must be two divisors of {rows} rows and {cols} columns"
            )
        addresses = rows * cols // prod(block)
        expected = addresses * block[0] * word_bytes(self.element, self.parallelism)
        if len(self.data.data) != expected:
            raise VerifyException(
                f"{addresses} addresses take {expected} bytes, {len(self.data.data)} are given"
            )
        used = cols_bits % 8 if (cols_bits := block[1] * bit_width(self.element)) % 8 else 8
        if (self.words[..., -1] >> used).any():
            raise VerifyException("the bits after the last element of a word must be 0")
        if isinstance(self.element, TernaryType):
            check_values(self.array, self.element)

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            return parse_packed(parser).parameters

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            print_packed(printer, self)


def parse_packed(parser: AttrParser) -> PackedAttr:
    """Parses the output of `print_packed`."""
    start = parser.pos
    parser.parse_keyword("parallelism")
    parser.parse_punctuation("=")
    block = parser.parse_comma_separated_list(
        parser.Delimiter.SQUARE, lambda: IntAttr(parser.parse_integer(allow_boolean=False))
    )
    text = parser.parse_str_literal()
    parser.parse_punctuation(":")
    type = parser.parse_type()
    try:
        data = BytesAttr(bytes_of_hex(text))
        return PackedAttr(check_tensor(type), ArrayAttr(block), data)
    except VerifyException as error:
        parser.raise_error(str(error), start, parser.pos)


def print_packed(printer: Printer, packed: PackedAttr) -> None:
    rows, cols = packed.parallelism
    printer.print_string(f'parallelism = [{rows}, {cols}] "0x{packed.data.data.hex()}" : ')
    printer.print_attribute(packed.type)


def integer_element(type: QnnTensor) -> QuantType:
    """The element type of a tensor of integers."""
    element = check_element(type.element_type)
    assert isinstance(element, QuantType)
    return element


def _rows_and_cols(shape: Sequence[int]) -> tuple[int, int]:
    return shape[0], prod(shape[1:])


def words_of(data: DataAttr | PackedAttr, parallelism: tuple[int, int]) -> Words:
    """The memory words of a constant of integers; not packed again if it has them."""
    if isinstance(data, PackedAttr) and data.parallelism == parallelism:
        return data.words
    matrix = data.array.reshape(_rows_and_cols(data.array.shape))
    return pack_words(matrix, integer_element(data.type), parallelism)


def pack_words(matrix: Array, element: QuantType, parallelism: tuple[int, int]) -> Words:
    """The memory words of a matrix: addresses x rows per cycle x bytes of a word."""
    (rows, cols), (pe, simd), bits = matrix.shape, parallelism, bit_width(element)
    codes = matrix > 0 if isinstance(element, BipolarType) else matrix.astype(dtype_of(element))
    blocks = codes.reshape(rows // pe, pe, cols // simd, simd).swapaxes(1, 2)
    words = np.ascontiguousarray(blocks).reshape(-1, pe, simd)
    if bits == 1:
        return np.packbits(words.view(np.uint8), -1, bitorder="little")
    octets = words.astype(words.dtype.newbyteorder("<")).view(np.uint8)
    if bits == 8 * words.itemsize:
        return octets
    if bits in (2, 4) and simd * bits % 8 == 0:
        return _pack_into_bytes(words.view(np.uint8), bits)
    parts = np.unpackbits(octets.reshape(*words.shape, -1), -1, bits, bitorder="little")
    return np.packbits(parts.reshape(*words.shape[:2], -1), -1, bitorder="little")


def _pack_into_bytes(codes: Words, bits: int) -> Words:
    """Packs four codes of 2 bits, or two of 4, into each byte, the first in the lowest bits."""
    share = 8 // bits
    codes = codes.reshape(*codes.shape[:2], -1, share) & np.uint8((1 << bits) - 1)
    octets = codes[..., 0]
    for place in range(1, share):
        octets = octets | codes[..., place] << np.uint8(place * bits)
    return octets


def unpack_words(
    words: Words, shape: tuple[int, int], element: QuantType, parallelism: tuple[int, int]
) -> Array:
    """The inverse of `pack_words`."""
    (rows, cols), (pe, simd), bits = shape, parallelism, bit_width(element)
    dtype = dtype_of(element)
    parts = np.unpackbits(words, -1, simd * bits, bitorder="little")
    codes = np.zeros((*words.shape[:2], simd, 8 * dtype.itemsize), np.uint8)
    codes[..., :bits] = parts.reshape(*words.shape[:2], simd, bits)
    if value_range(element)[0] < 0 and not isinstance(element, BipolarType):
        codes[..., bits:] = codes[..., bits - 1 : bits]
    values: Array = np.packbits(codes, -1, bitorder="little").view(dtype.newbyteorder("<"))
    if isinstance(element, BipolarType):
        values = values * 2 - 1
    blocks = values.reshape(rows // pe, cols // simd, pe, simd).swapaxes(1, 2)
    return np.ascontiguousarray(blocks).reshape(shape).astype(dtype, copy=False)


def word_bytes(element: QuantType, parallelism: tuple[int, int]) -> int:
    """The bytes of a word, which holds the columns of one row."""
    return -(-parallelism[1] * bit_width(element) // 8)
