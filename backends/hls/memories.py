"""A memory as an array of C++."""

from dataclasses import dataclass
from math import prod

from ...qdialect.stream.compute import Storage
from ..memories import Memory, nested

MOST_TEXT = 1 << 16
"""Characters of a memory that g++ compiles; a larger one it reads from a file."""

BINDINGS = {
    Storage.LUT: "BIND_STORAGE variable={} type=rom_1p impl=lutram",
    Storage.BLOCK: "BIND_STORAGE variable={} type=rom_1p impl=bram",
    Storage.ULTRA: "BIND_STORAGE variable={} type=rom_1p impl=uram",
    Storage.REGISTERS: "ARRAY_PARTITION variable={} complete dim=0",
}
"""What places a memory of weights; those outside come through a port."""


@dataclass(frozen=True)
class Array:
    """Words of so many bits, and the pragmas that place them."""

    memory: Memory

    @property
    def path(self) -> str:
        return f"weights/{self.memory.name}.hpp"

    @property
    def pragmas(self) -> list[str]:
        name, storage = self.memory.name, self.memory.storage
        parallel = [
            f"ARRAY_PARTITION variable={name} complete dim={axis + 1}"
            for axis in self.memory.parallel
        ]
        return parallel + ([BINDINGS[storage].format(name)] if storage is not None else [])

    @property
    def is_large(self) -> bool:
        return prod(self.memory.sizes) * (self.memory.bits // 4 + 6) > MOST_TEXT

    def source(self) -> str:
        """The file that declares it."""
        name, bits, sizes = self.memory.name, self.memory.bits, self.memory.sizes
        word, axes = f"ap_uint<{bits}>", "".join(f"[{size}]" for size in sizes)
        initialiser = nested([self._word(code) for code in self.memory.codes], sizes)
        values = f"static const {word} {name}{axes} = {initialiser};\n"
        if not self.is_large:
            return values
        return (
            f"#ifdef __SYNTHESIS__\n{values}#else\n"
            f"static const qnn::Loaded<{word}{axes}> {name}_file"
            f'(QNN_DATA "/{self.memory.data_path}");\n'
            f"static const {word} (&{name}){axes} = {name}_file.words;\n#endif\n"
        )

    def _word(self, value: int) -> str:
        bits = self.memory.bits
        if bits <= 32:
            return f"0x{value:x}"
        return f"0x{value:x}ULL" if bits <= 64 else f'ap_uint<{bits}>("{value:x}", 16)'
