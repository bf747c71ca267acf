"""The types and numbers of a process as a struct of C++."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...qdialect.types import (
    BipolarType,
    ElementType,
    FloatType,
    TernaryType,
    bit_width,
    value_range,
)
from ..netlist.netlist import Channel, Port
from .memories import Array


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
            lines.append(f"    static const {_kind(value)} {name} = {number(value)};")
        body = "\n".join(lines)
        return f"{self.before}/// {self.comment}\nstruct {self.name} {{\n{body}\n}};\n"


def _kind(value: int | bool) -> str:
    if isinstance(value, bool):
        return "bool"
    if value < 0:
        return "long long"
    return "unsigned" if value < 1 << 32 else "unsigned long long"


def number(value: int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value == -(1 << 63):
        return "-9223372036854775807LL - 1"
    return str(value) if abs(value) < 1 << 31 else f"{value}ULL" if value > 0 else f"{value}LL"


@dataclass(frozen=True)
class Call:
    """A process at work: a function of the library, and what it is given."""

    function: str
    args: tuple[str, ...]

    def source(self) -> str:
        return f"qnn::{self.function}({', '.join(self.args)});"


@dataclass
class Sources:
    """What the files of a design hold, in order."""

    channels: list[Channel] = field(default_factory=list[Channel])
    shapes: list[Shape] = field(default_factory=list[Shape])
    memories: list[Array] = field(default_factory=list[Array])
    calls: list[Call] = field(default_factory=list[Call])


def word_of(port: Port) -> str:
    """The words of a port that is a memory."""
    return f"ap_uint<{8 * port.word_bytes}>"


def stream_of(channel: Channel) -> str:
    return f"hls::stream<ap_uint<{channel.bits}> >"


def tag(element: ElementType) -> str:
    """The library's name of an element type; floats are only carried, as their bits."""
    if isinstance(element, BipolarType):
        return "qnn::Bipolar"
    if isinstance(element, TernaryType):
        return "qnn::Ternary"
    if isinstance(element, FloatType) or value_range(element)[0] == 0:
        return f"qnn::Unsigned<{bit_width(element)}>"
    return f"qnn::Signed<{bit_width(element)}>"
