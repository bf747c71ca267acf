"""The memories of a design and their contents, word by word, independent of any language."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from xdsl.dialects.builtin import SymbolRefAttr

from ...qdialect.data import Array
from ...qdialect.packing import Words, pack_words, words_of
from ...qdialect.stream import Process
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.process import data_of
from ...qdialect.types import FloatType, QuantType, bit_width, check_element, unsigned


@dataclass(frozen=True)
class Memory:
    """An array of words that all have the same number of bits."""

    name: str
    bits: int
    sizes: tuple[int, ...]
    """The axes of the array; if it has three, each lane reads its own entry."""
    words: Words
    """The bytes of each word, the lowest byte first."""
    parallel: tuple[int, ...] = ()
    """The axes along which all words are read in the same cycle."""
    storage: Storage | None = None
    """The kind of memory, if the design chooses one."""
    group: str = ""
    """The name that it shares with the other memories of a search tree, if it belongs to one."""

    @property
    def data_path(self) -> str:
        """The file of its bytes in the folder of a design."""
        return f"weights/{self.name}.dat"

    @property
    def codes(self) -> Iterator[int]:
        """The words as integers."""
        flat = self.words.reshape(prod(self.sizes), -1)
        return (int.from_bytes(row.tobytes(), "little") for row in flat)

    @property
    def side_by_side(self) -> "Memory":
        """The same contents with one word for all rows at an address, without unused bits between
        them."""
        addresses, rows = self.sizes
        bits = np.unpackbits(self.words, axis=-1, bitorder="little")[..., : self.bits]
        words = np.packbits(bits.reshape(addresses, -1), axis=-1, bitorder="little")
        return replace(self, bits=rows * self.bits, sizes=(addresses,), words=words)


def codes_of(values: Array, element: QuantType | FloatType) -> Words:
    """The elements as words of one element each."""
    if isinstance(element, FloatType):
        values = values.astype(f"<f{bit_width(element) // 8}").view(f"<u{bit_width(element) // 8}")
        element = unsigned(bit_width(element))
    return pack_words(np.ascontiguousarray(values).reshape(-1, 1), element, (1, 1))


def constant_type(process: Process, symbol: SymbolRefAttr) -> QuantType:
    """The element type of a constant that holds integers."""
    element = check_element(data_of(process, symbol).element)
    assert isinstance(element, QuantType)
    return element


def rows_memory(
    process: Process,
    name: str,
    symbol: SymbolRefAttr,
    parallelism: tuple[int, int],
    storage: Storage | None = None,
) -> Memory:
    """A memory of a matrix: an address for each iteration, and a word for each of its rows.

    An iteration reads `parallelism` rows and columns."""
    words = words_of(data_of(process, symbol), parallelism)
    addresses, rows, _ = words.shape
    bits = parallelism[1] * bit_width(constant_type(process, symbol))
    return Memory(name, bits, (addresses, rows), words, (1,), storage)


def search_levels(rows: Array) -> list[Array]:
    """Sorted rows as binary trees: level l has 2^l entries of each row.

    The last threshold is repeated to fill the tree, so a search may count more thresholds than the
    row has: the hardware clamps the count.
    """
    count = rows.shape[1]
    levels = count.bit_length()
    full = np.repeat(rows[:, -1:], (1 << levels) - 1, 1)
    full[:, :count] = rows
    steps = [1 << (levels - level) for level in range(levels)]
    return [full[:, step // 2 - 1 :: step] for step in steps]
