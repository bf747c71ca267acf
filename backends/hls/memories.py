"""A memory as an array of C++."""

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from ...qdialect.stream.folding import Storage
from ..netlist.memories import Memory

MAX_INITIALIZER = 1 << 12
"""Characters of the largest initializer that g++ compiles; a simulation reads larger memories from
files, which is faster."""

BINDINGS = {
    Storage.LUT: "BIND_STORAGE variable={} type=rom_1p impl=lutram",
    Storage.BLOCK: "BIND_STORAGE variable={} type=rom_1p impl=bram",
    Storage.REGISTERS: "ARRAY_PARTITION variable={} complete dim=0",
}
"""The pragmas that place a memory of weights; weights in UltraRAM come through a port."""


@dataclass(frozen=True)
class MemoryArray:
    """A memory as the declaration of an array, and the pragmas that place it."""

    memory: Memory

    @property
    def axes(self) -> str:
        return "".join(f"[{size}]" for size in self.memory.sizes)

    @property
    def path(self) -> str:
        """The file with the declarations of the memory and of its group."""
        return f"weights/{self.memory.group or self.memory.name}.hpp"

    @property
    def text_path(self) -> str:
        """The file with the initializer of a large memory, for synthesis."""
        return f"weights/{self.memory.name}.inc"

    @property
    def pragmas(self) -> list[str]:
        name, storage = self.memory.name, self.memory.storage
        parallel = [
            f"ARRAY_PARTITION variable={name} complete dim={axis + 1}"
            for axis in self.memory.parallel
            if self.memory.sizes[axis] > 1
        ]
        return parallel + ([BINDINGS[storage].format(name)] if storage is not None else [])

    @property
    def is_large(self) -> bool:
        return prod(self.memory.sizes) * (self.memory.bits // 4 + 6) > MAX_INITIALIZER

    def source(self) -> str:
        """The declaration."""
        name, word = self.memory.name, f"ap_uint<{self.memory.bits}>"
        if not self.is_large:
            return f"static const {word} {name}{self.axes} = {self.initializer()};\n"
        return (
            f"#ifdef __SYNTHESIS__\nstatic const {word} {name}{self.axes} =\n"
            f'#include "{self.text_path}"\n;\n#else\n'
            f"static const qnn::Loaded<{word}{self.axes}> {name}_file"
            f'(QNN_DATA "/{self.memory.data_path}");\n'
            f"static const {word} (&{name}){self.axes} = {name}_file.words;\n#endif\n"
        )

    def initializer(self) -> str:
        """The words as nested lists; all words have the same number of digits."""
        sizes = self.memory.sizes
        words = self.memory.words.reshape(prod(sizes), -1)
        digits = np.frombuffer(words[:, ::-1].tobytes().hex().encode(), np.uint8)
        before, after = self._word_format()
        text = wrapped(before, digits.reshape(len(words), -1), after + b", ")
        for size in reversed(sizes):
            text = wrapped(b"{", text.reshape(-1, size * text.shape[1]), b"},\n")
        flat = text.tobytes().replace(b", }", b"}").replace(b",\n}", b"}")
        return flat.decode("ascii").removesuffix(",\n")

    def _word_format(self) -> tuple[bytes, bytes]:
        """The text before and after the digits of a word."""
        bits = self.memory.bits
        if bits <= 64:
            return b"0x", b"ULL" if bits > 32 else b""
        return f'ap_uint<{bits}>("0x'.encode(), b'", 16)'


def wrapped(before: bytes, text: npt.NDArray[np.uint8], after: bytes) -> npt.NDArray[np.uint8]:
    """Rows of text, each with one text before it and another after it."""
    sides = [np.tile(np.frombuffer(side, np.uint8), (len(text), 1)) for side in (before, after)]
    return np.concatenate([sides[0], text, sides[1]], 1)
