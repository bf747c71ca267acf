"""Instances of the library's modules as text, and the parameters that describe element types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ...qdialect.types import BipolarType, ElementType, FloatType, bit_width, value_range
from ..netlist.netlist import Channel, WeightCodebook

ParameterValue: TypeAlias = "int | str | list[int]"
"""A number, text that stands for itself, or an array."""


@dataclass(frozen=True)
class ModuleInstance:
    """An instance of a module: its parameters, and the signals at its ports."""

    module: str
    name: str
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict[str, ParameterValue])
    ports: Mapping[str, str] = field(default_factory=dict[str, str])
    wires: Mapping[str, int] = field(default_factory=dict[str, int])
    """The signals between the modules of a process that this one drives, and their bits."""

    def source(self) -> str:
        ports = ["        .clk,", "        .rst,"]
        ports += [f"        .{name}({signal})," for name, signal in self.ports.items()]
        ports[-1] = ports[-1].removesuffix(",")
        wires = [f"    logic {f'[{bits - 1}:0] ' if bits > 1 else ''}{n};\n" for n, bits in self.wires.items()]
        head = "".join(wires) + f"    {self.module} "
        if self.parameters:
            lines = [f"        .{key}({literal(v)})" for key, v in self.parameters.items()]
            head += "#(\n" + ",\n".join(lines) + "\n    ) "
        return head + f"{self.name} (\n" + "\n".join(ports) + "\n    );\n"


def literal(value: ParameterValue) -> str:
    """A parameter's value in SystemVerilog."""
    if isinstance(value, list):
        return "'{" + ", ".join(map(literal, value)) + "}"
    if isinstance(value, str):
        return value
    if -(1 << 31) <= value < 1 << 31:
        return str(int(value))
    return f"{'-' if value < 0 else ''}64'sd{abs(value)}"


def quoted(text: str) -> str:
    return f'"{text}"'


def type_parameters(prefix: str, element: ElementType | WeightCodebook) -> dict[str, ParameterValue]:
    """The bits of an element, and what its codes stand for."""
    if isinstance(element, WeightCodebook | FloatType):
        bits = element.bits if isinstance(element, WeightCodebook) else bit_width(element)
        return {f"{prefix}_BITS": bits}
    found: dict[str, ParameterValue] = {f"{prefix}_BITS": bit_width(element)}
    if isinstance(element, BipolarType):
        found[f"{prefix}_BIPOLAR"] = 1
    elif value_range(element)[0] < 0:
        found[f"{prefix}_SIGNED"] = 1
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
