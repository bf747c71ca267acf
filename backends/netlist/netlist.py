"""The netlist of a design: instances of the library's processes, and the channels between them.

Nothing here depends on a language: a backend prints a netlist in its own. The vendor of the device
only determines which memories store vectors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import ClassVar

import numpy as np

from ...hardware.resources.cost import MAX_PORT_BYTES
from ...qdialect.data import Array
from ...qdialect.stream import ChannelType
from ...qdialect.types import QuantType, dtype_of
from .memories import Memory


class EmitError(Exception):
    """A design that cannot be emitted as source code; the message says which process and why."""


@dataclass(frozen=True)
class DesignPort:
    """An input or output of a design: frames of elements, each in whole bytes."""

    name: str
    design_word_bytes: int
    """Bytes of the port that make up one word of the design."""
    frame: tuple[int, ...]
    dtype: np.dtype[np.generic]
    """The type of an element in the host's memory."""
    is_output: bool = False
    weights: Memory | None = None
    """The weights that the design reads here, if the port carries no frames."""
    link: ChannelType | None = None
    """The channel that continues here over a link, if the port is not the host's: its words pass
    unchanged, each in whole bytes."""

    @property
    def role(self) -> str:
        """`result`, `input` or `weights`: the kind of data that passes the port."""
        return "result" if self.is_output else "input" if self.weights is None else "weights"

    @staticmethod
    def of_link(name: str, channel: ChannelType, is_output: bool) -> "DesignPort":
        size = -(-channel.word_bits // 8)
        return DesignPort(
            name, size, (channel.words, size), np.dtype(np.uint8), is_output, link=channel
        )

    @property
    def by_element(self) -> "DesignPort":
        """The same port for a host that replaces a link and stores its words element by
        element."""
        if self.link is None:
            return self
        dtype = dtype_of(self.link.element_type)
        size = self.link.lanes.data * dtype.itemsize
        return DesignPort(self.name, size, self.link.frame, dtype, self.is_output)

    @property
    def word_bytes(self) -> int:
        """Bytes of a word of the port: a power of two for a memory, whole bytes for a link."""
        if self.link is not None:
            return self.design_word_bytes
        return min(MAX_PORT_BYTES, 1 << (self.design_word_bytes - 1).bit_length())

    @property
    def frame_bytes(self) -> int:
        return prod(self.frame) * self.dtype.itemsize

    @property
    def frame_words(self) -> int:
        """Words of the port in a frame that starts at the beginning of a word."""
        return -(-self.frame_bytes // self.word_bytes)


@dataclass(frozen=True)
class Channel:
    """A bounded FIFO of words between two processes."""

    name: str
    bits: int
    depth: int


@dataclass(frozen=True)
class WeightCodebook:
    """The type of weights that are stored as indices into a small table."""

    name: str
    bits: int
    """Bits of an index."""
    values: Array
    entry: QuantType


@dataclass(frozen=True)
class Instance:
    """A process of a design as one of the library's kinds.

    Each kind is a subclass; its fields are the parameters, memories and ports of the process, and
    `parameters.py` says how backends read them.
    """

    kind: ClassVar[str]
    """The name of the kind, which is the name of its files in the libraries."""

    name: str
    comment: str
    reads: Sequence[Channel]
    writes: Sequence[Channel]

    @property
    def internal_word_bits(self) -> Sequence[int]:
        """Widths of words that the process holds and that no channel or memory has."""
        return ()


@dataclass(frozen=True)
class PortInstance(Instance):
    """A process at a port of the design."""

    port: DesignPort


@dataclass(frozen=True)
class Bias:
    """A constant for each channel that is added to its sums."""

    element: QuantType
    memory: Memory


@dataclass(frozen=True)
class ThresholdSteps:
    """Thresholds that turn a sum into a level: the number of thresholds that it reaches."""

    element: QuantType
    count: int
    """Thresholds of a channel."""
    name: str
    """The name that all memories of the thresholds share."""
    thresholds: Sequence[Memory]
    """One memory if all thresholds of a channel are compared in parallel, or one memory for each
    level of a binary search tree."""
    searched: bool
    offset: int
    """The level of a sum that reaches no threshold."""
    signs: bool
    """Whether the levels are -1 and +1."""
    shared: bool
    """Whether all channels have the same thresholds."""
    descending: Memory | None = None
    """A flag for each channel: whether its level is the number of thresholds not reached."""


@dataclass(frozen=True)
class ActivationStages:
    """The bias and the thresholds that a sum passes through; both are optional."""

    bias: Bias | None = None
    steps: ThresholdSteps | None = None

    @property
    def memories(self) -> Iterator[Memory]:
        """The memories in the order in which a sum meets them, which is the order of arguments."""
        if self.bias is not None:
            yield self.bias.memory
        if self.steps is not None:
            if self.steps.descending is not None:
                yield self.steps.descending
            yield from self.steps.thresholds


@dataclass
class Netlist:
    """The instances of a design in order, and the channels, ports and memories between them."""

    top: str
    processes: list[str] = field(default_factory=list[str])
    """The names of the design's processes; there are more instances if weights come from ports."""
    instances: list[Instance] = field(default_factory=list[Instance])
    channels: list[Channel] = field(default_factory=list[Channel])
    ports: list[DesignPort] = field(default_factory=list[DesignPort])
    memories: list[Memory] = field(default_factory=list[Memory])
    """The memories inside the design."""
    used_names: set[str] = field(default_factory=set[str])
    """All names of the design, in lower case."""


def channel_comment(channels: Sequence[ChannelType]) -> str:
    """The frames, elements and lanes of channels for a comment, without any text of the model."""
    return ", ".join(
        f"{'x'.join(map(str, channel.frame))} {channel.element} by {channel.lanes.data}"
        for channel in channels
    )
