"""The contents of memories as text that `$readmemh` reads: a word of hexadecimal digits a line."""

from collections.abc import Iterator
from math import prod

import numpy as np

from ...qdialect.packing import Words
from ..netlist.memories import Memory


def hex_files(memory: Memory) -> Iterator[tuple[str, str]]:
    """The files of a memory: all rows of an address side by side, or a file for each lane."""
    if len(memory.sizes) == 3:
        words = memory.words.reshape(*memory.sizes, -1)
        lanes = words if memory.parallel == (0,) else words.swapaxes(0, 1)
        prefix = file_prefix(memory)
        if memory.group:
            # A level of a search tree, which has twice as many thresholds as the one before.
            prefix += f"_{memory.sizes[-1].bit_length() - 1}"
        for lane, rows in enumerate(lanes):
            yield f"{prefix}_{lane}.hex", hex_lines(rows.reshape(-1, rows.shape[-1]), memory.bits)
        return
    whole = memory.side_by_side if len(memory.sizes) == 2 else memory
    yield memory_file(memory), hex_lines(whole.words.reshape(prod(whole.sizes), -1), whole.bits)


def memory_file(memory: Memory) -> str:
    """The file of a memory that has only one."""
    return f"memories/{memory.name}.hex"


def file_prefix(memory: Memory) -> str:
    """The start of the names of all files of a memory, or of the levels of a search tree."""
    return f"memories/{memory.group or memory.name}"


def hex_lines(words: Words, bits: int) -> str:
    """Little-endian words as lines of digits, the highest digit first."""
    digits = -(-bits // 4)
    text = np.frombuffer(np.ascontiguousarray(words[:, ::-1]).tobytes().hex().encode(), np.uint8)
    text = text.reshape(len(words), -1)[:, -digits:]
    lines = np.concatenate([text, np.full((len(words), 1), ord("\n"), np.uint8)], 1)
    return lines.tobytes().decode("ascii")
