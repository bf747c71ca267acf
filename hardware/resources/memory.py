"""The LUTs and blocks of a memory, for its words and the bits of each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Amounts = npt.NDArray[Any]

BLOCK_SHAPES = {
    "xilinx": ((16384, 1), (8192, 2), (4096, 4), (2048, 9), (1024, 18), (512, 36)),
    "intel": ((16384, 1), (8192, 2), (4096, 5), (2048, 10), (1024, 20), (512, 40)),
}
"""The shapes of a BRAM18 and of an M20K, in words and bits."""

ROM_WORDS_PER_LUT = {"xilinx": 64, "intel": 32}
"""Words of a constant memory: of one bit in each LUT, of two bits in each ALM."""

LOGIC_PER_LUT = {"xilinx": 1.0, "intel": 0.6}
"""LUTs, or ALMs, for each LUT of a formula; the figure for Intel is a guess."""

ULTRA_SHAPE = (4096, 72)

MAX_LUT_MEMORY_BITS = 512
"""Bits of the largest memory that vendors' tools put into LUTs by themselves."""


WRITABLE_LUT_FACTOR = 4 / 3
"""LUTs of a memory that is also written, for each LUT of a constant memory."""

DUAL_PORT_SHAPES = {
    "xilinx": ((32, 6, 4), (64, 3, 4)),
    "intel": ((32, 20, 10 / LOGIC_PER_LUT["intel"]),),
}
"""Words, bits and LUTs of a memory with a write and a read port: RAM32M, RAM64M; an MLAB."""

WORDS_PER_SELECTING_LUT = 4
"""Words among which a LUT selects, for each bit."""

BLOCK_LUTS = 160
"""LUTs that count as much as a block: about what devices have for each block."""


@dataclass(frozen=True)
class MemoryCost:
    """Memories of one size for which the vendor's tool chooses between LUTs and blocks."""

    count: Amounts | int
    words: Amounts | int
    bits: Amounts | int

    def luts_and_blocks(self, vendor: str) -> tuple[Amounts, Amounts]:
        """The LUTs and blocks of all these memories."""
        small = np.asarray(self.words) * self.bits <= MAX_LUT_MEMORY_BITS
        return np.where(small, self.luts(vendor), 0), np.where(small, 0, self.blocks(vendor))

    def luts(self, vendor: str) -> Amounts:
        return (
            self.count
            * WRITABLE_LUT_FACTOR
            * luts(vendor, np.asarray(self.words), np.asarray(self.bits))
        )

    def blocks(self, vendor: str) -> Amounts:
        return self.count * blocks(vendor, np.asarray(self.words), np.asarray(self.bits))


@dataclass(frozen=True)
class DualPortMemory:
    """Memories with a write and a read port, for which our library chooses LUTs or blocks."""

    words: Amounts
    bits: Amounts

    def in_luts(self, vendor: str) -> npt.NDArray[np.bool_]:
        """Whether LUTs hold the words: they do if they count no more than the blocks would."""
        return self.luts(vendor) <= BLOCK_LUTS * blocks(vendor, self.words, self.bits)

    def luts_and_blocks(self, vendor: str) -> tuple[Amounts, Amounts]:
        """The LUTs and blocks of each memory."""
        small = self.in_luts(vendor)
        held = blocks(vendor, self.words, self.bits)
        return np.where(small, self.luts(vendor), 0), np.where(small, 0, held)

    def luts(self, vendor: str) -> Amounts:
        """LUTs of banks side by side and below each other; LUTs select between those below."""
        options: list[Amounts] = []
        for deep, wide, each in DUAL_PORT_SHAPES[vendor]:
            banks = -(-self.words // deep)
            chosen = np.where(banks > 1, -(-banks // WORDS_PER_SELECTING_LUT) * self.bits, 0)
            options.append(banks * -(-self.bits // wide) * each + chosen)
        return np.minimum.reduce(options)


def blocks(vendor: str, words: Amounts, bits: Amounts) -> Amounts:
    """Blocks that hold the words, all of one shape."""
    if vendor == "intel":
        options = [-(-words // deep) * -(-bits // wide) for deep, wide in BLOCK_SHAPES[vendor]]
        return np.minimum.reduce(options)
    return _xilinx_blocks(words, bits)


def _xilinx_blocks(words: Amounts, bits: Amounts) -> Amounts:
    """Blocks as Vivado joins them: each bit of a word is in one block, or in a cascade of two.

    A block is as deep as the memory where a shape allows it, however little of it is used, so that
    no multiplexer is needed between blocks.
    """
    (deepest, _), *_ = BLOCK_SHAPES["xilinx"]
    found = 2 * -(-words // (2 * deepest)) * bits
    for deep, wide in BLOCK_SHAPES["xilinx"]:
        found = np.where(words <= deep, -(-bits // wide), found)
    return found


def ultras(words: Amounts, bits: Amounts) -> Amounts:
    deep, wide = ULTRA_SHAPE
    return -(-words // deep) * -(-bits // wide)


def luts(vendor: str, words: Amounts, bits: Amounts) -> Amounts:
    """LUTs that hold the words of a constant memory; on Intel the equivalent of ALMs."""
    per_bit = 1 if vendor == "xilinx" else 0.5 / LOGIC_PER_LUT[vendor]
    return -(-words // ROM_WORDS_PER_LUT[vendor]) * bits * per_bit
