"""The files of an emitted design.

top.sv             the top module: a FIFO for each channel, and the modules of each process
memories/NAME.hex  the words of a memory; tables and search trees have a file for each lane
weights/NAME.dat   weights that come through a port
ports.hpp          the ports of the top module, for the testbench
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from ..golden_vectors import Files
from ..netlist.netlist import Channel, DesignPort, Instance
from ..project import DesignSource
from .memories import file_prefix, hex_files
from .modules import ModuleInstance, vector

CHANNEL_SIGNALS = "room", "take", "push", "push_data", "valid", "data", "pop"

STALL_FACTOR = 64
"""Cycles that a design may take for each iteration of a frame before it counts as stalled. As long
as no deadlock stops it, some process starts an iteration, or waits no longer than a pipeline is
deep; random waits at the ports take a few cycles more."""


FOLDER_PARAMETER = """\
#(
    // The start of the paths of memory files.
    parameter string FOLDER = ""
) """


@dataclass(frozen=True)
class RtlSource(DesignSource):
    """A design as source files."""

    modules: Mapping[str, Sequence[ModuleInstance]]
    """The modules of each instance of the netlist."""
    iterations: int
    """Iterations of all processes for a frame."""

    @cached_property
    def files(self) -> Files:
        top = self._top()
        # Some memories are part of others: biases and thresholds of the starts of sums.
        used = [memory for memory in self.netlist.memories if f'"{file_prefix(memory)}' in top]
        files: dict[str, str | bytes] = {"top.sv": top, "ports.hpp": ports_header([self])}
        files.update(file for memory in used for file in hex_files(memory))
        for module in chain.from_iterable(self.modules.values()):
            files.update(module.files)
        return {**files, **self.weight_data}

    def word_bytes(self, port: DesignPort) -> int:
        return port.design_word_bytes

    @property
    def stall_cycles(self) -> int:
        """Cycles without a word at any port after which the design has stalled."""
        return STALL_FACTOR * self.iterations + 1000

    def port_signals(self, prefix: str = "") -> list[str]:
        """The declarations of all ports but clock and reset."""
        lines: list[str] = []
        for port in self.ports:
            inward, outward = ("output", "input") if port.is_output else ("input", "output")
            name = prefix + port.name
            lines.append(f"{inward} logic {name}_tvalid")
            lines.append(f"{outward} logic {name}_tready")
            lines.append(f"{inward} logic {vector(8 * port.design_word_bytes)}{name}_tdata")
            if port.is_output:
                lines.append(f"output logic {name}_tlast")
        return lines

    def _top(self) -> str:
        lines = ["input logic clk", "input logic rst", *self.port_signals()]
        ports = ",\n".join(f"    {line}" for line in lines)
        channels = "\n".join(map(channel_source, self.netlist.channels))
        processes = "\n".join(map(self._process, self.netlist.instances))
        parameter = FOLDER_PARAMETER if self.netlist.memories else ""
        return (
            "// The design: a FIFO for each channel, and the modules of each process.\n"
            f"module {self.top} {parameter}(\n{ports}\n);\n"
            f"{channels}\n{processes}endmodule\n"
        )

    def _process(self, instance: Instance) -> str:
        modules = "".join(module.source() for module in self.modules[instance.name])
        return f"    // {instance.comment}\n{modules}"


def channel_source(channel: Channel) -> str:
    """The signals of a channel, and its FIFO."""
    name = channel.name
    flags = ", ".join(f"{name}_{signal}" for signal in ("room", "take", "push", "valid", "pop"))
    ports = "".join(f",\n        .{signal}({name}_{signal})" for signal in CHANNEL_SIGNALS)
    return (
        f"    logic {flags};\n"
        f"    logic {vector(channel.bits)}{name}_push_data, {name}_data;\n"
        f"    qnn_fifo #(.WIDTH({channel.bits}), .DEPTH({channel.depth})) {name} (\n"
        f"        .clk,\n        .rst{ports}\n    );\n"
    )


def port_calls(source: RtlSource, prefix: str, folder: str) -> list[str]:
    """The statements that give the ports of a design to the testbench."""
    lines: list[str] = []
    for port in source.ports:
        signals = ["tvalid", "tready", "tdata", *(["tlast"] if port.is_output else [])]
        names = ", ".join(f"top.{prefix}{port.name}_{signal}" for signal in signals)
        kind, file = "output" if port.is_output else "input", f"{folder}{port.name}"
        if port.weights is not None:
            kind, file = "weights", f"{folder}{port.weights.data_path}"
        sizes = f"{port.design_word_bytes}, {port.frame_bytes}"
        lines.append(f'design.{kind}("{file}", {sizes}, {names});')
    return lines


def ports_header(sources: Sequence[RtlSource], several: bool = False) -> str:
    """The function that gives all ports to the testbench; the files and signals of several designs
    begin with the names of their designs."""
    lines: list[str] = []
    for source in sources:
        prefix, folder = (f"{source.top}_", f"{source.top}/") if several else ("", "")
        lines += ["    {", f"        qnn::Design& design = bench.design({source.stall_cycles});"]
        lines += [f"        {line}" for line in port_calls(source, prefix, folder)]
        lines.append("    }")
    body = "\n".join(lines)
    return (
        '#include "Vdesign.h"\n#include "bench.hpp"\n\n'
        f"inline void add_ports(qnn::Bench& bench, Vdesign& top) {{\n{body}\n}}\n"
    )
