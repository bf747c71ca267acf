"""What a design is made of, free of any vendor's spelling: parts, channels, ports, memories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TypeAlias

import numpy as np

from ...hardware.resources.cost import MAX_PORT_BYTES
from ...hardware.resources.memory import DualPortMemory
from ...qdialect.data import Array
from ...qdialect.stream import ChannelType
from ...qdialect.stream.folding import Storage
from ...qdialect.types import ElementType, QuantType, dtype_of
from .memories import Memory


class EmitError(Exception):
    """A design that can't be written as source code; the message says what and why."""


@dataclass(frozen=True)
class Port:
    """An edge of a design: frames of elements in whole bytes."""

    name: str
    at_once: int
    """Bytes of a word of the design."""
    frame: tuple[int, ...]
    dtype: np.dtype[np.generic]
    """How the host holds an element."""
    written: bool = False
    weights: Memory | None = None
    """What it must hold, if it is not for frames."""
    link: ChannelType | None = None
    """What comes or goes here over a link: its words as they are, each in whole bytes."""

    @property
    def role(self) -> str:
        """What a host has to do with it."""
        return "result" if self.written else "input" if self.weights is None else "weights"

    @staticmethod
    def of_link(name: str, channel: ChannelType, written: bool) -> "Port":
        size = -(-channel.word_bits // 8)
        return Port(name, size, (channel.words, size), np.dtype(np.uint8), written, link=channel)

    @property
    def by_element(self) -> "Port":
        """The same for hosts that hold element by element what comes over a link."""
        if self.link is None:
            return self
        dtype = dtype_of(self.link.element_type)
        size = self.link.lanes.data * dtype.itemsize
        return Port(self.name, size, self.link.frame, dtype, self.written)

    @property
    def word_bytes(self) -> int:
        """The bytes of a word of the memory: a power of two; those of a word over a link."""
        if self.link is not None:
            return self.at_once
        return min(MAX_PORT_BYTES, 1 << (self.at_once - 1).bit_length())

    @property
    def frame_bytes(self) -> int:
        return prod(self.frame) * self.dtype.itemsize

    @property
    def frame_words(self) -> int:
        """The words of a frame that begins with a new one."""
        return -(-self.frame_bytes // self.word_bytes)


@dataclass(frozen=True)
class Channel:
    """A bounded queue of words between two processes."""

    name: str
    bits: int
    depth: int


@dataclass(frozen=True)
class Codebook:
    """Weights that are indices into a small table."""

    name: str
    bits: int
    values: Array
    entry: QuantType


@dataclass(frozen=True)
class ThresholdSteps:
    """Thresholds: so many rows of `count`, compared at once or, with `levels`, searched."""

    element: QuantType
    count: int
    levels: int
    """Of a search tree, each a memory; 0 where all are compared."""
    offset: int
    """The lowest level of the result."""
    signs: bool
    """The result is -1 or +1."""
    shared: bool
    """One row stands for all channels."""


@dataclass(frozen=True)
class Activation:
    """What a sum goes through: a bias, thresholds, both or nothing.

    Memories come in this order: the bias, which channels are descending, the thresholds."""

    bias: QuantType | None = None
    steps: ThresholdSteps | None = None
    descending: bool = False
    """Some channels count the thresholds that are not reached; a memory says which."""


Number: TypeAlias = int | bool


KEPT = "Kept"
"""The choice of weights that are read once, and kept in a memory that can't start with them."""


@dataclass(frozen=True)
class Instance:
    """A process as one of the library's kinds, with what it is built from."""

    name: str
    kind: str
    comment: str
    reads: Sequence[Channel]
    writes: Sequence[Channel]
    numbers: Mapping[str, Number]
    types: Mapping[str, ElementType | Codebook] = field(
        default_factory=dict[str, ElementType | Codebook]
    )
    weights: Memory | Channel | None = None
    """A memory, or the channel in which they come from outside."""
    activation: Activation | None = None
    memories: Sequence[Memory] = ()
    """All but the weights, in the order in which a process takes them."""
    choice: str = ""
    """How it computes: products in Fabric or Dsp, the Maximum of a pool or its Total; KEPT."""
    port: Port | None = None
    in_registers: bool = False
    """Registers keep the vector of a matvec, whatever its size."""

    def vector_storage(self, vendor: str) -> Storage | None:
        """Where a matvec keeps its vector for all but the first rows, if there are more."""
        if self.kind != "matvec" or self.numbers["FOLDS"] == 1:
            return None
        words = self.numbers["STEPS"]
        if self.in_registers or words == 1:
            return Storage.REGISTERS
        memory = DualPortMemory(np.array(words), np.array(self.reads[0].bits))
        return Storage.LUT if memory.in_luts(vendor) else Storage.BLOCK


@dataclass
class Netlist:
    """What a design is made of, in order."""

    top: str
    processes: list[str] = field(default_factory=list[str])
    """What the design's processes are called; a port for weights has a part as well."""
    parts: list[Instance] = field(default_factory=list[Instance])
    channels: list[Channel] = field(default_factory=list[Channel])
    ports: list[Port] = field(default_factory=list[Port])
    memories: list[Memory] = field(default_factory=list[Memory])
    """Those that lie inside."""
    taken: set[str] = field(default_factory=set[str])
    """Names that can't be given again."""


def channel_comment(channels: Sequence[ChannelType]) -> str:
    """What some channels carry, for a comment: all of it is ours, none of it a model's text."""
    return ", ".join(
        f"{'x'.join(map(str, channel.frame))} {channel.element} by {channel.lanes.data}"
        for channel in channels
    )
