"""Constant data: packing and unpacking, printing and parsing give the same values."""

from io import StringIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.qdialect.data import (
    MAX_PRINTED_ELEMENTS,
    DataAttr,
    packed_size,
    parse_data,
    print_data,
    storage_bits,
)
from qnn.qdialect.dialects import new_context
from qnn.qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    TernaryType,
    bit_width,
    dtype_of,
    signed,
    unsigned,
    value_range,
)
from support.generate import Choices
from xdsl.dialects.builtin import BytesAttr, TensorType, f32, f64
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import ParseError, VerifyException

ELEMENTS: list[ElementType] = [
    BipolarType(),
    TernaryType(),
    *(kind(width) for kind in (signed, unsigned) for width in range(1, 65)),
    f32,
    f64,
]
QUICK_WIDTHS = (1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64)
"""Around the sizes of machine words."""

EACH_ELEMENT = pytest.mark.parametrize(
    "element",
    [
        pytest.param(element, marks=() if bit_width(element) in QUICK_WIDTHS else pytest.mark.slow)
        for element in ELEMENTS
    ],
    ids=str,
)
ANY_ELEMENT = st.sampled_from(ELEMENTS)


def text_of(data: DataAttr) -> str:
    stream = StringIO()
    print_data(Printer(stream), data)
    return stream.getvalue()


def read(text: str) -> DataAttr:
    return parse_data(Parser(new_context(), text))


def hex_of(data: DataAttr) -> str:
    return f'"0x{data.data.data.hex()}" : {data.type}'


@st.composite
def constants(draw: st.DrawFn, element: ElementType | None = None) -> DataAttr:
    """A constant of any rank, type and length, with the ends of its type among its values."""
    choices = Choices.drawn(draw)
    kind = element or draw(ANY_ELEMENT)
    shape = choices.integers(choices.integer(0, 4), 1, 5)
    return DataAttr.from_array(choices.array(kind, shape), kind)


@EACH_ELEMENT
@settings(max_examples=settings().max_examples // 4)
@given(st.data())
def test_packing_keeps_every_value(element: ElementType, data: st.DataObject) -> None:
    choices = Choices.drawn(data.draw)
    array = choices.array(element, choices.integers(choices.integer(0, 4), 1, 5))
    packed = DataAttr.from_array(array, element)
    again = DataAttr(packed.type, BytesAttr(packed.data.data))
    for attribute in (packed, again):
        assert attribute.array.dtype == dtype_of(element) and attribute.array.shape == array.shape
        np.testing.assert_array_equal(attribute.array, array)
        assert not attribute.array.flags.writeable


@EACH_ELEMENT
def test_packed_elements_have_no_gaps(element: ElementType) -> None:
    """The elements lie one after another, the first in the lowest bits."""
    count, bits = 11, storage_bits(element)
    assert bits >= bit_width(element) > bits // 2 or bits == 1
    data = DataAttr.from_array(np.full(count, -1 if element == signed(1) else 1), element)
    assert len(data.data.data) == packed_size(data.type) == -(-count * bits // 8)


def test_the_layout_of_packed_bits() -> None:
    """As other tools write it: little-endian, low bits first, two's complement."""
    layout = {
        "02": DataAttr.from_array([-1, 1], BipolarType()),
        "07": DataAttr.from_array([-1, 1], TernaryType()),
        "f1": DataAttr.from_array([1, -1], signed(4)),
        "21": DataAttr.from_array([1, 2], unsigned(3)),
        "0502": DataAttr.from_array([[5], [2]], unsigned(8)),
        "feff": DataAttr.from_array(-2, signed(9)),
        "0000803f": DataAttr.from_array(1.0, f32),
    }
    assert {text: data.data.data.hex() for text, data in layout.items()} == {t: t for t in layout}


@EACH_ELEMENT
@settings(max_examples=settings().max_examples // 4)
@given(st.data())
def test_text_reads_back(element: ElementType, data: st.DataObject) -> None:
    """Short data is printed as numbers, long data as hex; short data in hex is parsed as well."""
    constant = data.draw(constants(element))
    text = text_of(constant)
    assert ('"0x' in text) == (constant.array.size > MAX_PRINTED_ELEMENTS)
    assert read(text) == constant
    assert read(hex_of(constant)) == constant


@given(ANY_ELEMENT, st.integers(1, 60), st.integers(0, 2**32))
def test_numbers_read_back_at_any_length(element: ElementType, size: int, seed: int) -> None:
    """Long constants are printed as hex, but may be written as numbers."""
    array = Choices.seeded(seed).array(element, (size,))
    data = DataAttr.from_array(array, element)
    assert read(f"{array.tolist()} : {data.type}") == data


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FLOATS, min_size=1, max_size=8))
def test_float64_numbers_read_back(values: list[float]) -> None:
    data = DataAttr.from_array(values, f64)
    assert read(text_of(data)) == data


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=16))
def test_float32_numbers_read_back(bits: list[int]) -> None:
    """Every pattern of bits, small ones and those near a tie of two roundings included."""
    values = np.array([*bits, 0x15AE43FD, 0x15AE43FE], np.uint32).view(np.float32)[-16:]
    data = DataAttr.from_array(np.where(np.isfinite(values), values, np.float32(0)), f32)
    assert read(text_of(data)) == data


@EACH_ELEMENT
def test_values_out_of_range_are_refused(element: ElementType) -> None:
    """In an array, in numbers and in hex; nothing wraps."""
    if not isinstance(element, QuantType):
        wrong = [float("nan"), float("inf"), float("-inf")]
    else:
        low, high = value_range(element)
        wrong = [low - 1, high + 1]
        wrong += [0] if isinstance(element, BipolarType) else []
    for value in wrong:
        with pytest.raises(VerifyException, match=r"does not fit|NaN"):
            DataAttr.from_array(
                np.array([value], object if isinstance(value, int) else None), element
            )
        if isinstance(value, int):
            with pytest.raises(ParseError, match=f"value {value} does not fit"):
                read(f"[{value}] : tensor<1x{element}>")


@pytest.mark.parametrize("element", [signed(3), unsigned(5), signed(33), TernaryType()], ids=str)
def test_bit_patterns_out_of_range_are_refused(element: QuantType) -> None:
    """Bytes can hold more than the type: the parser does not check them, the verifier does."""
    wrong = bytes([0b10]) if isinstance(element, TernaryType) else b"\x55" * 8
    size = storage_bits(element) // 8 or 1
    with pytest.raises(VerifyException, match="does not fit"):
        DataAttr(TensorType(element, [8 * size // storage_bits(element)]), BytesAttr(wrong[:size]))


@pytest.mark.parametrize("value", [0.5, -1.5, 1e-9])
@pytest.mark.parametrize("element", [signed(4), BipolarType(), TernaryType(), signed(64)], ids=str)
def test_fractions_are_no_integers(element: QuantType, value: float) -> None:
    """Packing must not truncate a fraction."""
    with pytest.raises(VerifyException):
        DataAttr.from_array([value, 1.0], element)
    with pytest.raises(ParseError, match="whole numbers"):
        read(f"[{value:.9f}, 1.0] : tensor<2x{element}>")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("element", [signed(4), BipolarType(), unsigned(64)], ids=str)
def test_nan_is_no_integer(element: QuantType, value: float) -> None:
    with pytest.raises(VerifyException):
        DataAttr.from_array([value, 1.0], element)


def test_a_float_beyond_its_type_is_refused() -> None:
    """It must not become infinity."""
    with pytest.raises(VerifyException):
        DataAttr.from_array(np.array([1e300]), f32)
    with pytest.raises(ParseError):
        read("[1.0e300] : tensor<1xf32>")


MISTAKES = {
    '"0x12" : tensor<3xui8>': "takes 3 bytes of data, 1 are given",
    '"12" : tensor<1xui8>': "starts with",
    '"0x1" : tensor<1xui8>': "even number of hex digits",
    '"0xgg" : tensor<1xui8>': "hex digits",
    "[1, 2] : tensor<3xui8>": "the numbers form 2",
    "[[1, 2], [3]] : tensor<2x2xui8>": "differ in length",
    "1 : tensor<1xui8>": "a single number",
    "[1] : tensor<1xi8>": "has no sign",
    "[1] : tensor<?xui8>": "has a dimension",
    "[1] : ui8": "expected a tensor",
}


@pytest.mark.parametrize("text, message", MISTAKES.items(), ids=list(MISTAKES))
def test_errors_in_text(text: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        read(text)
