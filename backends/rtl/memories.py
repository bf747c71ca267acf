"""The contents of memories as text that `$readmemh` reads: a word of hexadecimal digits a line."""

from collections.abc import Iterator
from math import prod

import numpy as np

from ..netlist.memories import Memory


def hex_files(memory: Memory) -> Iterator[tuple[str, str]]:
    """The files of a memory: all rows of an address side by side, or a file for each lane."""
    if len(memory.sizes) == 3:
        words = memory.words.reshape(*memory.sizes, -1)
        lanes = words if memory.parallel == (0,) else words.swapaxes(0, 1)
        for lane, rows in enumerate(lanes):
            yield lane_path(memory, lane), hex_lines(rows.reshape(-1, rows.shape[-1]), memory.bits)
        return
    whole = memory.side_by_side if len(memory.sizes) == 2 else memory
    yield path(memory), hex_lines(whole.words.reshape(prod(whole.sizes), -1), whole.bits)


def path(memory: Memory) -> str:
    return f"memories/{memory.name}.hex"


def lane_path(memory: Memory, lane: int) -> str:
    return f"memories/{memory.name}_{lane}.hex"


def hex_lines(words: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], bits: int) -> str:
    """Little-endian words as lines of digits, the highest digit first."""
    digits = -(-bits // 4)
    text = np.frombuffer(np.ascontiguousarray(words[:, ::-1]).tobytes().hex().encode(), np.uint8)
    text = text.reshape(len(words), -1)[:, -digits:]
    lines = np.concatenate([text, np.full((len(words), 1), ord("\n"), np.uint8)], 1)
    return lines.tobytes().decode("ascii")
