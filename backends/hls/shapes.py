"""The constants of a process as a struct of C++, and its call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from ...qdialect.stream import ChannelType
from ...qdialect.types import (
    BipolarType,
    ElementType,
    FloatType,
    TernaryType,
    bit_width,
    value_range,
)
from .memories import Memory


@dataclass(frozen=True)
class Shape:
    """A struct: the types and numbers that a process is built from."""

    name: str
    comment: str
    types: Mapping[str, str]
    numbers: Mapping[str, int | bool]
    before: str = ""
    """What it refers to."""

    def source(self) -> str:
        lines = [f"    typedef {type} {name};" for name, type in self.types.items()]
        for name, value in self.numbers.items():
            lines.append(f"    static const {_kind(value)} {name} = {_number(value)};")
        body = "\n".join(lines)
        return f"{self.before}/// {self.comment}\nstruct {self.name} {{\n{body}\n}};\n"


def _kind(value: int | bool) -> str:
    if isinstance(value, bool):
        return "bool"
    if value < 0:
        return "long long"
    return "unsigned" if value < 1 << 32 else "unsigned long long"


def _number(value: int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value == -(1 << 63):
        return "-9223372036854775807LL - 1"
    return str(value) if abs(value) < 1 << 31 else f"{value}ULL" if value > 0 else f"{value}LL"


@dataclass(frozen=True)
class Port:
    """A memory or a stream at the edge of a design: frames of so many bytes in words."""

    name: str
    word_bytes: int
    frame: tuple[int, ...]
    dtype: np.dtype[np.generic]
    """How the host holds an element."""
    written: bool = False
    weights: Memory | None = None
    """What it must hold, if it is not for frames."""

    @property
    def frame_bytes(self) -> int:
        return prod(self.frame) * self.dtype.itemsize

    @property
    def frame_words(self) -> int:
        """The words of a frame that begins with a new one."""
        return -(-self.frame_bytes // self.word_bytes)

    @property
    def word(self) -> str:
        return f"ap_uint<{8 * self.word_bytes}>"


@dataclass(frozen=True)
class Channel:
    """A stream between two processes."""

    name: str
    bits: int
    depth: int

    @property
    def type(self) -> str:
        return f"hls::stream<ap_uint<{self.bits}> >"


@dataclass(frozen=True)
class Call:
    """A process at work: a function of the library, and what it is given."""

    function: str
    args: tuple[str, ...]

    def source(self) -> str:
        return f"qnn::{self.function}({', '.join(self.args)});"


@dataclass
class Parts:
    """What a design is made of, in order."""

    processes: list[str] = field(default_factory=list[str])
    """Their names."""
    ports: list[Port] = field(default_factory=list[Port])
    channels: list[Channel] = field(default_factory=list[Channel])
    shapes: list[Shape] = field(default_factory=list[Shape])
    memories: list[Memory] = field(default_factory=list[Memory])
    calls: list[Call] = field(default_factory=list[Call])


def tag(element: ElementType) -> str:
    """The library's name of an element type; floats are only carried, as their bits."""
    if isinstance(element, BipolarType):
        return "qnn::Bipolar"
    if isinstance(element, TernaryType):
        return "qnn::Ternary"
    if isinstance(element, FloatType) or value_range(element)[0] == 0:
        return f"qnn::Unsigned<{bit_width(element)}>"
    return f"qnn::Signed<{bit_width(element)}>"


def describe(channels: Sequence[ChannelType]) -> str:
    """What some channels carry, for a comment: all of it is ours, none of it a model's text."""
    return ", ".join(
        f"{'x'.join(map(str, channel.frame))} {channel.element} by {channel.lanes.data}"
        for channel in channels
    )
