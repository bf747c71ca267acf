"""A memory as an array of C++."""

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from ...qdialect.stream.folding import Storage
from ..netlist.memories import Memory

MOST_TEXT = 1 << 12
"""Characters of a memory that g++ compiles; a larger one it reads from a file."""

BINDINGS = {
    Storage.LUT: "BIND_STORAGE variable={} type=rom_1p impl=lutram",
    Storage.BLOCK: "BIND_STORAGE variable={} type=rom_1p impl=bram",
    Storage.REGISTERS: "ARRAY_PARTITION variable={} complete dim=0",
}
"""What places a memory of weights; those outside, or in UltraRAM, come through a port."""


@dataclass(frozen=True)
class Array:
    """Words of so many bits, and the pragmas that place them."""

    memory: Memory

    @property
    def axes(self) -> str:
        return "".join(f"[{size}]" for size in self.memory.sizes)

    @property
    def path(self) -> str:
        """The file that declares it, and others of its group."""
        return f"weights/{self.memory.group or self.memory.name}.hpp"

    @property
    def text_path(self) -> str:
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
        return prod(self.memory.sizes) * (self.memory.bits // 4 + 6) > MOST_TEXT

    def source(self) -> str:
        """The file that declares it."""
        name, word = self.memory.name, f"ap_uint<{self.memory.bits}>"
        if not self.is_large:
            return f"static const {word} {name}{self.axes} = {self.initialiser()};\n"
        return (
            f"#ifdef __SYNTHESIS__\nstatic const {word} {name}{self.axes} =\n"
            f'#include "{self.text_path}"\n;\n#else\n'
            f"static const qnn::Loaded<{word}{self.axes}> {name}_file"
            f'(QNN_DATA "/{self.memory.data_path}");\n'
            f"static const {word} (&{name}){self.axes} = {name}_file.words;\n#endif\n"
        )

    def initialiser(self) -> str:
        """The words as nested lists, all with as many digits."""
        sizes = self.memory.sizes
        words = self.memory.words.reshape(prod(sizes), -1)
        digits = np.frombuffer(words[:, ::-1].tobytes().hex().encode(), np.uint8)
        before, behind = self._spelling()
        text = between(before, digits.reshape(len(words), -1), behind + b", ")
        for size in reversed(sizes):
            text = between(b"{", text.reshape(-1, size * text.shape[1]), b"},\n")
        flat = text.tobytes().replace(b", }", b"}").replace(b",\n}", b"}")
        return flat.decode("ascii").removesuffix(",\n")

    def _spelling(self) -> tuple[bytes, bytes]:
        """What stands around the digits of a word."""
        bits = self.memory.bits
        if bits <= 64:
            return b"0x", b"ULL" if bits > 32 else b""
        return f'ap_uint<{bits}>("0x'.encode(), b'", 16)'


def between(before: bytes, text: npt.NDArray[np.uint8], behind: bytes) -> npt.NDArray[np.uint8]:
    """Rows of text with the same in front of each, and the same behind."""
    sides = [np.tile(np.frombuffer(side, np.uint8), (len(text), 1)) for side in (before, behind)]
    return np.concatenate([sides[0], text, sides[1]], 1)
