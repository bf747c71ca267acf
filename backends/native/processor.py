"""The instruction sets that networks are compiled for, and the one that this processor has."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class InstructionSet:
    """Instructions that a network may use."""

    name: str
    flags: tuple[str, ...]
    """Options of the C++ compiler."""
    required_features: frozenset[str]
    """The features that the processor must have, as /proc/cpuinfo names them."""
    accumulators: int
    """Vectors of 16 sums that fit into its registers."""
    max_tile_vectors: int = 4
    """The most vectors by which a tile of several pixels of the `Bytes` kernel is wide."""
    adds_pairs_in_16_bits: bool = False
    """Whether its fastest dot product of bytes adds two products in 16 bits, which saturates."""


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
    InstructionSet("avx2", ("-mavx2", "-mpopcnt"), frozenset({"avx2", "popcnt"}), 6, 2, True),
    InstructionSet("plain", (), frozenset(), 4),
)
"""The fastest first. The last runs on every processor; on ARM it includes the vector instructions
that every 64-bit ARM processor has."""


def best_instruction_set() -> InstructionSet:
    """The fastest instruction set that this processor has."""
    features = processor_features()
    return next(found for found in INSTRUCTION_SETS if found.required_features <= features)


def instruction_set_named(name: str) -> InstructionSet:
    return next(found for found in INSTRUCTION_SETS if found.name == name)


def processor_features() -> frozenset[str]:
    """The processor's features; none if the system does not report them (only Linux on x86
    does)."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return frozenset()
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return frozenset()
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


def processor_count() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
