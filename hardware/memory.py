"""What a memory takes: so many words of so many bits, in blocks of the shapes that there are."""

from typing import Any

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[Any]

SHAPES = {
    "xilinx": ((16384, 1), (8192, 2), (4096, 4), (2048, 9), (1024, 18), (512, 36)),
    "intel": ((16384, 1), (8192, 2), (4096, 5), (2048, 10), (1024, 20), (512, 40)),
}
"""The words and bits of a BRAM18, and of an M20K."""

LUT_WORDS = {"xilinx": 64, "intel": 32}
"""Words of one bit in a LUT, or of two in an ALM."""

LOGIC = {"xilinx": 1.0, "intel": 0.6}
"""LUTs, or ALMs, for each LUT of a formula; the second is a guess."""

ULTRA = (4096, 72)

BLOCK_IN_LUTS = 160
"""LUTs that a device has for each of its blocks, or about so many."""


def blocks(vendor: str, words: Counts, bits: Counts) -> Counts:
    """The fewest blocks that hold the words, all blocks in one shape."""
    ways = [-(-words // deep) * -(-bits // wide) for deep, wide in SHAPES[vendor]]
    return np.minimum.reduce(ways)


def ultras(words: Counts, bits: Counts) -> Counts:
    deep, wide = ULTRA
    return -(-words // deep) * -(-bits // wide)


def luts(vendor: str, words: Counts, bits: Counts) -> Counts:
    """LUTs that hold the words; on other devices what counts as so many LUTs."""
    per_bit = 1 if vendor == "xilinx" else 0.5 / LOGIC[vendor]
    return -(-words // LUT_WORDS[vendor]) * bits * per_bit


def held(vendor: str, words: Counts, bits: Counts) -> tuple[Counts, Counts]:
    """LUTs and blocks of a memory that goes where it is cheaper."""
    in_luts, in_blocks = luts(vendor, words, bits), blocks(vendor, words, bits)
    small = in_luts <= BLOCK_IN_LUTS * in_blocks
    return np.where(small, in_luts, 0), np.where(small, 0, in_blocks)
