"""Memories of a design: what they hold, and how that is written into source files."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import SymbolRefAttr

from ...qdialect.data import Array
from ...qdialect.packing import Words, pack_words
from ...qdialect.stream import Process
from ...qdialect.stream.process import data_of, integers_of
from ...qdialect.types import FloatType, QuantType, bit_width, unsigned

MOST_TEXT = 1 << 12
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
    file: str = ""
    """The name of the file that declares it, together with others; its own if there is none."""

    @property
    def axes(self) -> str:
        return "".join(f"[{size}]" for size in self.sizes)

    @property
    def path(self) -> str:
        return f"weights/{self.file or self.name}.hpp"

    @property
    def data_path(self) -> str:
        return f"weights/{self.name}.dat"

    @property
    def is_large(self) -> bool:
        return prod(self.sizes) * (self.bits // 4 + 6) > MOST_TEXT

    @property
    def text_path(self) -> str:
        return f"weights/{self.name}.inc"

    def source(self) -> str:
        """The file that declares it."""
        word, axes = f"ap_uint<{self.bits}>", self.axes
        if not self.is_large:
            return f"static const {word} {self.name}{axes} = {self.initialiser()};\n"
        return (
            f"#ifdef __SYNTHESIS__\nstatic const {word} {self.name}{axes} =\n"
            f'#include "{self.text_path}"\n;\n#else\n'
            f"static const qnn::Loaded<{word}{axes}> {self.name}_file"
            f'(QNN_DATA "/{self.data_path}");\n'
            f"static const {word} (&{self.name}){axes} = {self.name}_file.words;\n#endif\n"
        )

    def initialiser(self) -> str:
        """The words as nested lists, all with as many digits."""
        words = self.words.reshape(prod(self.sizes), -1)
        digits = np.frombuffer(words[:, ::-1].tobytes().hex().encode(), np.uint8)
        before, behind = self._spelling()
        text = between(before, digits.reshape(len(words), -1), behind + b", ")
        for size in reversed(self.sizes):
            text = between(b"{", text.reshape(-1, size * text.shape[1]), b"},\n")
        flat = text.tobytes().replace(b", }", b"}").replace(b",\n}", b"}")
        return flat.decode("ascii").removesuffix(",\n")

    def _spelling(self) -> tuple[bytes, bytes]:
        """What stands around the digits of a word."""
        if self.bits <= 64:
            return b"0x", b"ULL" if self.bits > 32 else b""
        return f'ap_uint<{self.bits}>("'.encode(), b'", 16)'


def between(before: bytes, text: npt.NDArray[np.uint8], behind: bytes) -> npt.NDArray[np.uint8]:
    """Rows of text with the same in front of each, and the same behind."""
    sides = [np.tile(np.frombuffer(side, np.uint8), (len(text), 1)) for side in (before, behind)]
    return np.concatenate([sides[0], text, sides[1]], 1)


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
