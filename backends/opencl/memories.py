"""A memory as an array of OpenCL C."""

from collections.abc import Sequence

import numpy as np

from ..netlist.memories import Memory

NUMBERS_PER_LINE = 4


def memory_source(memory: Memory) -> str:
    """The file that declares a memory."""
    if len(memory.sizes) < 3:
        return constant_array(memory.name, memory.bits, memory.sizes, list(memory.codes))
    return lane_arrays(memory)


def lane_arrays(memory: Memory) -> str:
    """An array for each lane, because each lane reads its own entry, and a function that reads an
    entry of a lane."""
    (axis,) = memory.parallel
    sizes = [size for at, size in enumerate(memory.sizes) if at != axis]
    codes = np.moveaxis(np.array(list(memory.codes), object).reshape(memory.sizes), axis, 0)
    names = [f"{memory.name}__{lane}" for lane in range(memory.sizes[axis])]
    arrays = [
        constant_array(name, memory.bits, sizes, lane.ravel().tolist())
        for name, lane in zip(names, codes, strict=True)
    ]
    cases = [f"        case {n}: return {name}[group][entry];" for n, name in enumerate(names[:-1])]
    cases.append(f"        default: return {names[-1]}[group][entry];")
    head = f"word_{memory.bits} {memory.name}(uint lane, uint group, uint entry) {{"
    return "\n".join([*arrays, head, "    switch (lane) {", *cases, "    }", "}", ""])


def constant_array(name: str, bits: int, sizes: Sequence[int], codes: Sequence[int]) -> str:
    axes = "".join(f"[{size}]" for size in sizes)
    parts = range(-(-bits // 64))
    values = [f"0x{code >> 64 * part & (1 << 64) - 1:x}" for code in codes for part in parts]
    starts = range(0, len(values), NUMBERS_PER_LINE)
    body = ",\n    ".join(", ".join(values[i : i + NUMBERS_PER_LINE]) for i in starts)
    return f"__constant word_{bits} {name}{axes} = {{\n    {body}\n}};\n"
