"""Memories of a design: what they hold, and how that is written into source files."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.dialects.builtin import SymbolRefAttr

from ...qdialect.data import Array
from ...qdialect.packing import Words, pack_words
from ...qdialect.stream import Process
from ...qdialect.stream.process import data_of, integers_of
from ...qdialect.types import FloatType, QuantType, bit_width, unsigned

MOST_TEXT = 1 << 16
"""Characters of a memory that g++ compiles; a larger one it reads from a file."""


@dataclass(frozen=True)
class Memory:
    """Words of so many bits in an array of C++."""

    name: str
    bits: int
    sizes: tuple[int, ...]
    """The axes of the array."""
    words: Words
    """The bytes of each word, the lowest first."""
    pragmas: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"weights/{self.name}.hpp"

    @property
    def data_path(self) -> str:
        return f"weights/{self.name}.dat"

    @property
    def is_large(self) -> bool:
        return prod(self.sizes) * (self.bits // 4 + 6) > MOST_TEXT

    def source(self) -> str:
        """The file that declares it."""
        word, axes = f"ap_uint<{self.bits}>", "".join(f"[{size}]" for size in self.sizes)
        values = f"static const {word} {self.name}{axes} = {self.initialiser()};\n"
        if not self.is_large:
            return values
        return (
            f"#ifdef __SYNTHESIS__\n{values}#else\n"
            f"static const qnn::Loaded<{word}{axes}> {self.name}_file"
            f'(QNN_DATA "/{self.data_path}");\n'
            f"static const {word} (&{self.name}){axes} = {self.name}_file.words;\n#endif\n"
        )

    def initialiser(self) -> str:
        """The words as nested lists."""
        flat = self.words.reshape(prod(self.sizes), -1)
        rows = [self._word(int.from_bytes(row.tobytes(), "little")) for row in flat]
        for size in reversed(self.sizes):
            rows = ["{" + ", ".join(rows[i : i + size]) + "}" for i in range(0, len(rows), size)]
        return rows[0].replace("}, {", "},\n    {")

    def _word(self, value: int) -> str:
        if self.bits <= 32:
            return f"0x{value:x}"
        return f"0x{value:x}ULL" if self.bits <= 64 else f'ap_uint<{self.bits}>("{value:x}", 16)'


def memory_of(process: Process, symbol: SymbolRefAttr, at_once: tuple[int, int]) -> Words:
    """A constant of a process as memory words: addresses x rows at once x bytes."""
    data = data_of(process, symbol)
    matrix = integers_of(process, symbol)
    element = data.element
    assert isinstance(element, QuantType)
    return pack_words(matrix.reshape(len(matrix), -1), element, at_once)


def codes_of(values: Array, element: QuantType | FloatType) -> Words:
    """Each element as a word of its own."""
    if isinstance(element, FloatType):
        values = values.astype(f"<f{bit_width(element) // 8}").view(f"<u{bit_width(element) // 8}")
        element = unsigned(bit_width(element))
    return pack_words(np.ascontiguousarray(values).reshape(-1, 1), element, (1, 1))


def rows_memory(
    process: Process,
    name: str,
    symbol: SymbolRefAttr,
    at_once: tuple[int, int],
    pragmas: Sequence[str] = (),
) -> Memory:
    """A memory with an address for each iteration and a word for each of the rows at once."""
    words = memory_of(process, symbol, at_once)
    element = data_of(process, symbol).element
    addresses, rows, _ = words.shape
    bits = at_once[1] * bit_width(element)
    partition = (f"ARRAY_PARTITION variable={name} complete dim=2",) if rows > 1 else ()
    return Memory(name, bits, (addresses, rows), words, (*partition, *pragmas))
