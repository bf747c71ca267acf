"""Element types, words and numbers as the library's macros, and the kernels that use them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...qdialect.types import (
    BipolarType,
    ElementType,
    FloatType,
    TernaryType,
    bit_width,
    value_range,
)
from ..netlist.netlist import WeightCodebook

WORD_PARTS = {8: "uchar", 16: "ushort", 32: "uint", 64: "ulong"}
"""The integers that words are made of, by their bits."""


@dataclass(frozen=True)
class KernelSource:
    """A process as definitions, and the file of the library that makes a kernel of them."""

    kind: str
    comment: str
    definitions: Mapping[str, str]
    """The text of each macro, by its name and parameters."""
    types: Sequence[ElementType | WeightCodebook]

    def source(self) -> str:
        defined = "".join(f"#define {name} {text}\n" for name, text in self.definitions.items())
        names = (name.partition("(")[0] for name in self.definitions)
        undone = "".join(f"#undef {name}\n" for name in names)
        return f'/// {self.comment}\n{defined}#include "qnn/{self.kind}.cl"\n{undone}'


def tag(element: ElementType | WeightCodebook) -> str:
    """The library's name of an element type; floats pass through unchanged, as their bits."""
    match element:
        case WeightCodebook():
            return element.name
        case BipolarType():
            return "bipolar"
        case TernaryType():
            return "ternary"
        case _:
            return f"{'ui' if is_unsigned(element) else 'si'}{bit_width(element)}"


def is_unsigned(element: ElementType) -> bool:
    return isinstance(element, FloatType) or value_range(element)[0] == 0


def type_definition(element: ElementType | WeightCodebook) -> str:
    """The macro that defines a type; empty for the types that the library always has."""
    if isinstance(element, BipolarType | TernaryType):
        return ""
    if isinstance(element, WeightCodebook):
        table = " | ".join(f"ENTRY({at}, {value})" for at, value in enumerate(element.values))
        bits = number_bits(element.entry)
        return f"CODEBOOK({element.name}, {element.bits}, INT({bits}), {table})"
    bits = bit_width(element)
    if is_unsigned(element):
        return f"UNSIGNED({bits}, {bits + 1})" if bits < 64 else "UNSIGNED_64"
    return f"SIGNED({bits})" if bits > 1 else "SIGNED_1"


def number_bits(element: ElementType) -> int:
    """Bits of a number of a type, with its sign."""
    if isinstance(element, BipolarType):
        return 2
    return max(2, bit_width(element) + is_unsigned(element))


def word_definition(bits: int) -> str:
    """The macro that defines words with this number of bits."""
    part = next((part for part in WORD_PARTS if part >= bits), 64)
    return f"DEFINE_WORD({bits}, {WORD_PARTS[part]}, {-(-bits // part)})"


def number(value: int | bool) -> str:
    """A number as a literal of C."""
    if value == -(1 << 63):
        return "(-9223372036854775807 - 1)"
    if value < 0:
        return f"({value})"
    return f"{int(value)}" if value < 1 << 63 else f"{value}UL"
