"""A wrapper whose ports are Avalon-ST interfaces with packets, for Platform Designer."""

from collections.abc import Iterator, Sequence

from ...netlist.netlist import DesignPort
from ..source_files import RtlSource
from .signals import Signal, Wrapper, core_instance, core_signals, frame_words

ROLES = "valid", "ready", "data", "startofpacket", "endofpacket"


def avalon_signals(port: DesignPort) -> list[Signal]:
    """The signals of a port; weights have no packets."""
    sends, bits = port.is_output, 8 * port.design_word_bytes
    roles = ROLES if port.weights is None else ROLES[:3]
    return [
        Signal(f"{port.name}_{role}", bits if role == "data" else 1, sends != (role == "ready"))
        for role in roles
    ]


def avalon(source: RtlSource) -> Wrapper:
    """The wrapper: the top module, and at each port the ends of packets."""
    signals = [Signal("clk"), Signal("reset")]
    signals += [signal for port in source.ports for signal in avalon_signals(port)]
    body = "    logic rst;\n    always_ff @(posedge clk) rst <= reset;\n\n"
    body += core_signals(source.ports) + core_instance(source)
    body += "".join(map(avalon_port, source.ports))
    comment = "The design with Avalon-ST interfaces: ready latency 0, the first byte is the lowest."
    return Wrapper(source, "avalon", comment, signals, body)


def avalon_port(port: DesignPort) -> str:
    name = port.name
    if port.weights is not None:
        return (
            f"\n    assign {name}_tvalid = {name}_valid;\n"
            f"    assign {name}_ready = {name}_tready;\n"
            f"    assign {name}_tdata = {name}_data;\n"
        )
    if port.is_output:
        return (
            f"\n    assign {name}_valid = {name}_tvalid;\n"
            f"    assign {name}_tready = {name}_ready;\n"
            f"    assign {name}_data = {name}_tdata;\n"
            f"    assign {name}_endofpacket = {name}_tlast;\n"
            f"    qnn_packet_out {name}_packets (\n"
            f"        .clk, .rst, .tvalid({name}_tvalid), .tready({name}_tready),\n"
            f"        .tlast({name}_tlast), .startofpacket({name}_startofpacket)\n    );\n"
        )
    parameters = f".WIDTH({8 * port.design_word_bytes}), .FRAME_WORDS({frame_words(port)})"
    outer = ",\n".join(f"        .{role}({name}_{role})" for role in ROLES)
    inner = ", ".join(f".{role}({name}_{role})" for role in ("tvalid", "tready", "tdata"))
    return (
        f"\n    qnn_packet_in #({parameters}) {name}_packets (\n"
        f"        .clk, .rst,\n{outer},\n        {inner}\n    );\n"
    )


def platform_designer(wrapper: Wrapper, files: Sequence[str]) -> str:
    """The component as Platform Designer reads it, `NAME_hw.tcl`; `files` are SystemVerilog."""
    return PLATFORM_DESIGNER.format(
        name=wrapper.module,
        files="\n".join(f"add_fileset_file {f} SYSTEM_VERILOG PATH ../{f}" for f in files),
        folder=FOLDER_COMMANDS if wrapper.source.netlist.memories else "",
        interfaces="\n".join(line for port in wrapper.source.ports for line in interface(port)),
    )


PLATFORM_DESIGNER = """\
# A component of Platform Designer: add this folder to its IP search path.

package require -exact qsys 16.1

set_module_property NAME {name}
set_module_property DISPLAY_NAME {name}
set_module_property VERSION 1.0
set_module_property GROUP qnn

add_fileset synthesis QUARTUS_SYNTH
set_fileset_property synthesis TOP_LEVEL {name}
{files}
{folder}
add_interface clk clock end
add_interface_port clk clk clk Input 1

add_interface reset reset end
set_interface_property reset associatedClock clk
add_interface_port reset reset reset Input 1
{interfaces}
"""

FOLDER_COMMANDS = """
# The memory files are read from the folder of the project.
add_parameter FOLDER STRING ""
set_parameter_property FOLDER DERIVED true
set_parameter_property FOLDER HDL_PARAMETER true
set_module_property ELABORATION_CALLBACK elaborate
proc elaborate {} {
    set_parameter_value FOLDER "[file dirname [get_module_property MODULE_DIRECTORY]]/"
}
"""


def interface(port: DesignPort) -> Iterator[str]:
    """The commands that declare a port of the design."""
    name = port.name
    yield ""
    yield f"add_interface {name} avalon_streaming {'start' if port.is_output else 'end'}"
    yield f"set_interface_property {name} associatedClock clk"
    yield f"set_interface_property {name} associatedReset reset"
    yield f"set_interface_property {name} dataBitsPerSymbol 8"
    yield f"set_interface_property {name} firstSymbolInHighOrderBits false"
    yield f"set_interface_property {name} readyLatency 0"
    for signal in avalon_signals(port):
        role = signal.name.removeprefix(f"{name}_")
        direction = "Output" if signal.is_output else "Input"
        yield f"add_interface_port {name} {signal.name} {role} {direction} {signal.bits}"
