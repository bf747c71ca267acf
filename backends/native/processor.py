"""What this processor can do: the instructions that a network is compiled for."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class InstructionSet:
    """A set of instructions."""

    name: str
    flags: tuple[str, ...]
    """For the compiler."""
    required_features: frozenset[str]
    """What the processor must have, as Linux calls it."""
    accumulators: int
    """How many vectors of sums its registers hold."""


INSTRUCTION_SETS = (
    InstructionSet(
        "avx512",
        (
            *("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512vnni"),
            *("-mavx512vpopcntdq", "-mavx2", "-mfma", "-mpopcnt", "-mprefer-vector-width=512"),
        ),
        frozenset(
            ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_vpopcntdq"]
        ),
        16,
    ),
    InstructionSet("avx2", ("-mavx2", "-mpopcnt"), frozenset({"avx2", "popcnt"}), 6),
    InstructionSet("plain", (), frozenset(), 4),
)
"""The best first; the last runs everywhere, and on ARM has the vectors that all of them have."""


def best_instruction_set() -> InstructionSet:
    """The best that this processor has."""
    has = processor_features()
    return next(level for level in INSTRUCTION_SETS if level.required_features <= has)


def instruction_set_named(name: str) -> InstructionSet:
    return next(level for level in INSTRUCTION_SETS if level.name == name)


def processor_features() -> frozenset[str]:
    """The processor's instruction sets; none are known where the system does not tell."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return frozenset()
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return frozenset()
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


def processor_count() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
