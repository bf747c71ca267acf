"""Instances of the library's modules as text, and the parameters that describe element types."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import TypeAlias

from ...qdialect.types import BipolarType, ElementType, FloatType, bit_width, value_range
from ..golden_vectors import Files
from ..netlist.netlist import Channel, EmitError, Instance

ParameterValue: TypeAlias = "int | str | list[int]"
"""A number, text that stands for itself, or an array."""


KEYWORDS = {"fork"}
"""The keywords of SystemVerilog among the names of kinds, which are names of processes without a
layer; all other names have a suffix."""


@dataclass(frozen=True)
class ModuleInstance:
    """An instance of a module: its parameters, and the signals at its ports."""

    module: str
    name: str
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict[str, ParameterValue])
    ports: Mapping[str, str] = field(default_factory=dict[str, str])
    wires: Mapping[str, int] = field(default_factory=dict[str, int])
    """Signals that it drives and no channel declares, with their bits."""
    after: Sequence[str] = ()
    """Statements that connect these signals."""
    files: Files = field(default_factory=dict[str, str])
    """Memories that only this module has."""

    def source(self) -> str:
        lines = [declaration(name, bits) for name, bits in self.wires.items()]
        head = self.module
        if self.parameters:
            values = [f"    .{key}({literal(value)})" for key, value in self.parameters.items()]
            lines += [f"{head} #(", *(",\n".join(values).split("\n"))]
            head = ")"
        ports = ["    .clk", "    .rst"]
        ports += [f"    .{name}({signal})" for name, signal in self.ports.items()]
        name = f"{self.name}_process" if self.name in KEYWORDS else self.name
        lines += [f"{head} {name} (", *(",\n".join(ports).split("\n")), ");", *self.after]
        return "".join(f"    {line}\n" for line in lines)


def declaration(name: str, bits: int) -> str:
    return f"logic {vector(bits)}{name};"


def vector(bits: int) -> str:
    """The range of a signal; signals of one bit have none."""
    return f"[{bits - 1}:0] " if bits > 1 else ""


def literal(value: ParameterValue) -> str:
    """A parameter's value in SystemVerilog."""
    if isinstance(value, list):
        return "'{" + ", ".join(map(literal, value)) + "}"
    if isinstance(value, str):
        return value
    return str(int(value))


def long(value: int) -> str:
    """A number of 64 bits."""
    return f"64'sh{value % (1 << 64):x}"


def widths(values: Sequence[int]) -> str:
    """Numbers of 32 bits side by side, the first in the lowest bits."""
    return "{" + ", ".join(f"32'd{value}" for value in reversed(values)) + "}"


def in_folder(path: str) -> str:
    """The path of a file below the folder that is a parameter of the top module."""
    return f'{{FOLDER, "{path}"}}'


def type_parameters(prefix: str, element: ElementType) -> dict[str, ParameterValue]:
    """The bits of an element, and what its codes stand for; floats are their bits."""
    found: dict[str, ParameterValue] = {f"{prefix}BITS": bit_width(element)}
    flags = prefix or "IS_"
    if isinstance(element, BipolarType):
        found[f"{flags}BIPOLAR"] = 1
    elif not isinstance(element, FloatType) and value_range(element)[0] < 0:
        found[f"{flags}SIGNED"] = 1
    return found


def reader_ports(channel: Channel, prefix: str = "in") -> dict[str, str]:
    """The ports of a module that reads a channel."""
    return {f"{prefix}_{port}": f"{channel.name}_{port}" for port in ("valid", "data", "pop")}


def flow_ports(channel: Channel) -> dict[str, str]:
    """The ports of a module that starts the iterations which write a channel."""
    return {f"out_{port}": f"{channel.name}_{port}" for port in ("room", "take")}


def writer_ports(channel: Channel) -> dict[str, str]:
    """The ports of a module that delivers the words of a channel."""
    return {"out_push": f"{channel.name}_push", "out_data": f"{channel.name}_push_data"}


@singledispatch
def print_instance(instance: Instance) -> Iterator[ModuleInstance]:
    """The modules of a process."""
    raise EmitError(f"{instance.name!r}: the kind {instance.kind!r} is not available in RTL")
