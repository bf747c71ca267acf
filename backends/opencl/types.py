"""Types, words, memories and numbers as the library's macros."""

from collections.abc import Sequence

import numpy as np

from ...qdialect.types import (
    BipolarType,
    ElementType,
    FloatType,
    TernaryType,
    bit_width,
    value_range,
)
from ..netlist.memories import Memory
from ..netlist.netlist import Codebook

A_LINE = 4
"""Numbers on a line of a memory."""

PARTS = {8: "uchar", 16: "ushort", 32: "uint", 64: "ulong"}


def tag(element: ElementType | Codebook) -> str:
    """The library's name of an element type; floats are only carried, as their bits."""
    match element:
        case Codebook():
            return element.name
        case BipolarType():
            return "bipolar"
        case TernaryType():
            return "ternary"
        case _:
            return f"{'ui' if is_unsigned(element) else 'si'}{bit_width(element)}"


def is_unsigned(element: ElementType) -> bool:
    return isinstance(element, FloatType) or value_range(element)[0] == 0


def definition(element: ElementType | Codebook) -> str:
    """What defines a type, if it is not always there."""
    if isinstance(element, BipolarType | TernaryType):
        return ""
    if isinstance(element, Codebook):
        table = " | ".join(f"ENTRY({at}, {value})" for at, value in enumerate(element.values))
        return f"CODEBOOK({element.name}, {element.bits}, INT({number_bits(element)}), {table})"
    bits = bit_width(element)
    if is_unsigned(element):
        return f"UNSIGNED({bits}, {bits + 1})" if bits < 64 else "UNSIGNED_64"
    return f"SIGNED({bits})" if bits > 1 else "SIGNED_1"


def number_bits(element: ElementType | Codebook) -> int:
    """The bits of a number of a type, with its sign."""
    if isinstance(element, Codebook):
        return max(2, bit_width(element.entry))
    if isinstance(element, BipolarType):
        return 2
    return max(2, bit_width(element) + is_unsigned(element))


def words(bits: int) -> str:
    """What defines words of so many bits."""
    part = part_bits(bits)
    return f"DEFINE_WORD({bits}, {PARTS[part]}, {-(-bits // part)})"


def bank_bytes(bits: int) -> int:
    """The bytes of a bank that holds words of so many bits: a power of two."""
    return 1 << (-(-bits // part_bits(bits)) * part_bits(bits) // 8 - 1).bit_length()


def part_bits(bits: int) -> int:
    return next((part for part in PARTS if part >= bits), 64)


def declared(memory: Memory) -> str:
    """The file that holds a memory."""
    if len(memory.sizes) < 3:
        return array(memory.name, memory.bits, memory.sizes, list(memory.codes))
    return by_lane(memory)


def by_lane(memory: Memory) -> str:
    """An array for each lane, since each reads an entry of its own; and what reads them."""
    (axis,) = memory.parallel
    sizes = [size for at, size in enumerate(memory.sizes) if at != axis]
    codes = np.moveaxis(np.array(list(memory.codes), object).reshape(memory.sizes), axis, 0)
    names = [f"{memory.name}__{lane}" for lane in range(memory.sizes[axis])]
    arrays = [
        array(name, memory.bits, sizes, lane.ravel().tolist())
        for name, lane in zip(names, codes, strict=True)
    ]
    cases = [f"        case {n}: return {name}[group][entry];" for n, name in enumerate(names[:-1])]
    cases.append(f"        default: return {names[-1]}[group][entry];")
    head = f"word_{memory.bits} {memory.name}(uint lane, uint group, uint entry) {{"
    return "\n".join([*arrays, head, "    switch (lane) {", *cases, "    }", "}", ""])


def array(name: str, bits: int, sizes: Sequence[int], codes: Sequence[int]) -> str:
    axes = "".join(f"[{size}]" for size in sizes)
    parts = range(-(-bits // 64))
    values = [f"0x{code >> 64 * part & (1 << 64) - 1:x}" for code in codes for part in parts]
    lines = [", ".join(values[i : i + A_LINE]) for i in range(0, len(values), A_LINE)]
    body = ",\n    ".join(lines)
    return f"__constant word_{bits} {name}{axes} = {{\n    {body}\n}};\n"


def number(value: int | bool) -> str:
    """A number as C has it."""
    if value == -(1 << 63):
        return "(-9223372036854775807 - 1)"
    if value < 0:
        return f"({value})"
    return f"{int(value)}" if value < 1 << 63 else f"{value}UL"
