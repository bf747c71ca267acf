"""A wrapper with registers (AXI4-Lite) that reads and writes frames in memory (AXI4)."""

from collections.abc import Iterator, Sequence

from ...netlist.netlist import DesignPort
from ...netlist.weighted import CopiedWeightsInstance, WeightsInstance
from ..source_files import RtlSource
from .signals import (
    Bus,
    Signal,
    Wrapper,
    core_instance,
    core_signals,
    frame_words,
    stream_bus,
)

MIN_BUS_BYTES = 4
"""The narrowest data bus of AXI4."""

FIRST_BUFFER = 0x10
BUFFER_STEP = 12
FINGERPRINT_ADDRESS = 0xFF8

CLOCK = [Signal("aclk"), Signal("aresetn")]
INTERRUPT = Signal("irq", 1, True)


def memory_ports(source: RtlSource) -> list[DesignPort]:
    """The ports whose frames are in memory: all but the ends of links."""
    return [port for port in source.ports if port.link is None]


def registers_of(source: RtlSource) -> Iterator[tuple[int, str, str, bool]]:
    """The registers: the address, the name, what they hold, and whether the host writes them."""
    yield 0x0, "CONTROL", "bit 0 start, bit 1 done, bit 2 idle, bit 3 ready", True
    yield 0x4, "INTERRUPT_ENABLE", "bit 0 enables the interrupt", True
    yield 0x8, "DONE_ENABLE", "bit 0 lets done interrupt", True
    yield 0xC, "INTERRUPT", "bit 0 is the interrupt; writing a one inverts it", True
    ports = memory_ports(source)
    for number, port in enumerate(ports):
        address = FIRST_BUFFER + BUFFER_STEP * number
        text = f"the address of the {port.role} buffer, a multiple of {bus_bytes(port)}"
        yield address, f"{port.name}_LOW", f"{text}: bits 31 to 0", True
        yield address + 4, f"{port.name}_HIGH", f"{text}: bits 63 to 32", True
    yield FIRST_BUFFER + BUFFER_STEP * len(ports), "FRAMES", "the number of frames of a run", True
    yield 0xFF4, "STATUS", "bit 0: an access to memory failed since the last start", False
    yield FINGERPRINT_ADDRESS, "FINGERPRINT_LOW", "the fingerprint: bits 31 to 0", False
    yield FINGERPRINT_ADDRESS + 4, "FINGERPRINT_HIGH", "the fingerprint: bits 63 to 32", False


def bus_bytes(port: DesignPort) -> int:
    """Bytes of a beat of the bus that reads or writes a port's frames."""
    return max(MIN_BUS_BYTES, port.word_bytes)


def control_bus() -> Bus:
    roles = [
        *(Signal("awaddr", 12), Signal("awvalid"), Signal("awready", 1, True)),
        *(Signal("wdata", 32), Signal("wstrb", 4), Signal("wvalid"), Signal("wready", 1, True)),
        *(Signal("bresp", 2, True), Signal("bvalid", 1, True), Signal("bready")),
        *(Signal("araddr", 12), Signal("arvalid"), Signal("arready", 1, True)),
        *(Signal("rdata", 32, True), Signal("rresp", 2, True), Signal("rvalid", 1, True)),
        Signal("rready"),
    ]
    return Bus("s_axi_control", "axilite", False, roles)


def memory_bus(port: DesignPort) -> Bus:
    """The bus of a port; it only reads, or it only writes."""
    size, a = bus_bytes(port), "aw" if port.is_output else "ar"
    roles = [
        *(Signal(f"{a}addr", 64, True), Signal(f"{a}len", 8, True), Signal(f"{a}size", 3, True)),
        *(Signal(f"{a}burst", 2, True), Signal(f"{a}cache", 4, True), Signal(f"{a}prot", 3, True)),
        *(Signal(f"{a}valid", 1, True), Signal(f"{a}ready")),
    ]
    if port.is_output:
        roles += [Signal("wdata", 8 * size, True), Signal("wstrb", size, True)]
        roles += [Signal("wlast", 1, True), Signal("wvalid", 1, True), Signal("wready")]
        roles += [Signal("bresp", 2), Signal("bvalid"), Signal("bready", 1, True)]
    else:
        roles += [Signal("rdata", 8 * size), Signal("rresp", 2), Signal("rlast")]
        roles += [Signal("rvalid"), Signal("rready", 1, True)]
    return Bus(f"m_axi_{port.name}", "aximm", True, roles)


def axi_memory_buses(source: RtlSource) -> list[Bus]:
    links = [port for port in source.ports if port.link is not None]
    return [control_bus(), *map(memory_bus, memory_ports(source)), *map(stream_bus, links)]


def axi_memory(source: RtlSource, fingerprint: str) -> Wrapper:
    """The wrapper: the registers, a reader or a writer for each port, and the top module."""
    ports = memory_ports(source)
    copied = any(isinstance(i, CopiedWeightsInstance) for i in source.netlist.instances)
    body = CONTROL.format(
        count=len(ports),
        high=len(ports) - 1,
        address_high=64 * len(ports) - 1,
        fingerprint=fingerprint,
        control=control_bus().connections().replace(", .", ",\n        ."),
    )
    body += WEIGHTS_COPIED if copied else ""
    body += f"\n{core_signals(ports)}{core_instance(source, 'aclk')}"
    body += "".join(memory_access(source, number, port) for number, port in enumerate(ports))
    comment = "The design with registers (AXI4-Lite); it reads and writes frames in memory (AXI4)."
    buses = [signal for bus in axi_memory_buses(source) for signal in bus.signals]
    return Wrapper(source, "axi_memory", comment, [*CLOCK, *buses, INTERRUPT], body)


def memory_access(source: RtlSource, number: int, port: DesignPort) -> str:
    """The reader or the writer of a port, and the constants of its bus."""
    bus, size, a = memory_bus(port), bus_bytes(port), "aw" if port.is_output else "ar"
    constants = {
        f"{a}size": f"3'd{size.bit_length() - 1}",
        f"{a}burst": "2'b01",
        f"{a}cache": "4'b0011",
        f"{a}prot": "3'b000",
    }
    parameters = {"BUS_BYTES": size, "WORD_BYTES": port.design_word_bytes}
    parameters["FRAME_WORDS"] = frame_words(port)
    frames = "frames"
    for instance in source.netlist.instances:
        if isinstance(instance, WeightsInstance) and instance.port is port:
            copied = isinstance(instance, CopiedWeightsInstance)
            parameters["TIMES"] = 1 if copied else instance.times
            frames = "32'(!weights_copied)" if copied else "frames"
    ports = [".clk(aclk)", ".rst", ".start", f".address(addresses[{64 * number}+:64])"]
    ports += [f".frames({frames})", f".busy(busy[{number}])", f".error(error[{number}])"]
    ports += [
        f".{role.name}({bus.name}_{role.name})" for role in bus.roles if role.name not in constants
    ]
    streams = [role for role in stream_bus(port).roles if role.name != "tlast"]
    ports += [f".{role.name}({port.name}_{role.name})" for role in streams]
    kind = "qnn_axi_write" if port.is_output else "qnn_axi_read"
    return (
        "\n"
        + "".join(f"    assign {bus.name}_{key} = {value};\n" for key, value in constants.items())
        + f"    {kind} #(\n        {listed(f'.{k}({v})' for k, v in parameters.items())}\n"
        + f"    ) access_{number} (\n        {listed(ports)}\n    );\n"
        + (unused_last(number, port) if port.is_output else "")
    )


def listed(items: Iterator[str] | Sequence[str]) -> str:
    return ",\n        ".join(items)


def unused_last(number: int, port: DesignPort) -> str:
    """A use of TLAST, which the writer does not need."""
    return (
        f"    logic unused_{number};\n    assign unused_{number} = &{{1'b0, {port.name}_tlast}};\n"
    )


CONTROL = """\
    logic rst;
    always_ff @(posedge aclk) rst <= !aresetn;

    logic start;
    logic [{address_high}:0] addresses;
    logic [31:0] frames;
    logic [{high}:0] busy, error;
    qnn_axi_registers #(.BUFFERS({count}), .FINGERPRINT(64'h{fingerprint})) registers (
        .clk(aclk),
        .rst,
        {control},
        .start,
        .addresses,
        .frames,
        .busy(|busy),
        .error(|error),
        .irq
    );
"""

WEIGHTS_COPIED = """\

    // The design keeps a copy of some weights, which the first run after a reset makes.
    logic weights_copied;
    always_ff @(posedge aclk) begin
        if (rst) weights_copied <= 1'b0;
        else if (start) weights_copied <= 1'b1;
    end
"""
