"""Wrappers for small boards: a host sends frames and receives results byte by byte, over a UART or
an SPI bus."""

from collections.abc import Sequence

from ...netlist.netlist import DesignPort
from ..modules import vector, widths
from ..source_files import RtlSource
from .signals import Signal, Wrapper, core_instance, core_signals, frame_words

MAX_FRAME_BYTES = 1 << 16
"""The largest frame of a port that a small board holds in its memories."""

BAUD = 115_200


def serial_obstacle(source: RtlSource) -> str:
    """Why a design has no serial wrapper; empty if it has one."""
    for port in source.ports:
        if port.link is not None:
            return f"port {port.name} is a link to another device"
        if port.weights is not None:
            return f"port {port.name} reads weights during each frame"
        if port.frame_bytes > MAX_FRAME_BYTES:
            return f"a frame of port {port.name} has more than {MAX_FRAME_BYTES:,} bytes"
    return ""


def uart(source: RtlSource, fingerprint: str, clock_hz: int) -> Wrapper:
    """The wrapper for a serial line."""
    signals = [Signal("clk"), Signal("rst"), Signal("rx"), Signal("tx", 1, True)]
    parameters = [f"parameter int CLOCK_HZ = {clock_hz}", f"parameter int BAUD = {BAUD}"]
    body = UART_LINE + host(source, fingerprint)
    comment = "The design behind a serial line (8N1); README.md describes the commands."
    return Wrapper(source, "uart", comment, signals, body, parameters)


def spi(source: RtlSource, fingerprint: str) -> Wrapper:
    """The wrapper for an SPI bus."""
    signals = [Signal("clk"), Signal("rst"), Signal("sck"), Signal("cs_n"), Signal("mosi")]
    signals.append(Signal("miso", 1, True))
    body = SPI_LINE + host(source, fingerprint)
    comment = "The design as an SPI slave (mode 0); README.md describes the commands."
    return Wrapper(source, "spi", comment, signals, body)


def host(source: RtlSource, fingerprint: str) -> str:
    """The commands of the host, a frame of each port, and the design."""
    inputs, outputs = source.inputs, source.outputs
    body = HOST.format(
        fingerprint=fingerprint,
        inputs=len(inputs),
        outputs=len(outputs),
        input_bytes=widths([port.frame_bytes for port in inputs]),
        output_bytes=widths([port.frame_bytes for port in outputs]),
        in_range=vector(len(inputs)),
        out_range=vector(len(outputs)),
        data_range=vector(8 * len(outputs)),
    )
    body += f"\n{core_signals(source.ports)}{core_instance(source, rst='core_rst')}"
    body += "".join(frame_in(port, bit(n, inputs)) for n, port in enumerate(inputs))
    body += "".join(frame_out(n, port, bit(n, outputs)) for n, port in enumerate(outputs))
    lasts = ", ".join(f"{port.name}_tlast" for port in outputs)
    return body + f"\n    logic unused;\n    assign unused = &{{1'b0, {lasts}}};\n"


def bit(number: int, ports: Sequence[DesignPort]) -> str:
    """The index of a port in a vector with a bit for each port."""
    return f"[{number}]" if len(ports) > 1 else ""


def frame_in(port: DesignPort, index: str) -> str:
    name, words = port.name, frame_words(port)
    return (
        f"\n    qnn_frame_in #(.WORD_BYTES({port.design_word_bytes}), .FRAME_WORDS({words}))"
        f" {name}_frame (\n"
        f"        .clk, .rst(core_rst), .valid(in_valid{index}), .data(in_data),\n"
        f"        .empty(in_empty{index}),\n        {stream_connections(name)}\n    );\n"
    )


def frame_out(number: int, port: DesignPort, index: str) -> str:
    name, words = port.name, frame_words(port)
    return (
        f"\n    qnn_frame_out #(.WORD_BYTES({port.design_word_bytes}), .FRAME_WORDS({words}))"
        f" {name}_frame (\n"
        f"        .clk, .rst(core_rst), {stream_connections(name)},\n"
        f"        .full(out_full{index}), .pop(out_pop{index}), .data(out_data[{8 * number}+:8])\n"
        "    );\n"
    )


def stream_connections(name: str) -> str:
    return ", ".join(f".{role}({name}_{role})" for role in ("tvalid", "tready", "tdata"))


UART_LINE = """\
    localparam int CYCLES_PER_BIT = (CLOCK_HZ + BAUD / 2) / BAUD;
    logic valid, reply_valid, reply_ready, aborts;
    logic [7:0] data, reply;
    qnn_uart_receive #(.CYCLES_PER_BIT(CYCLES_PER_BIT)) receive (
        .clk, .rst, .line(rx), .valid, .data, .broken(aborts)
    );
    qnn_uart_send #(.CYCLES_PER_BIT(CYCLES_PER_BIT)) send (
        .clk, .rst, .valid(reply_valid), .ready(reply_ready), .data(reply), .line(tx)
    );
"""

SPI_LINE = """\
    logic valid, reply_valid, reply_ready, aborts;
    logic [7:0] data, reply;
    qnn_spi_slave slave (
        .clk, .rst, .sck, .cs_n, .mosi, .miso, .deselected(aborts),
        .valid, .data, .reply_valid, .reply_ready, .reply
    );
"""

HOST = """\

    logic core_rst;
    logic {in_range}in_valid, in_empty;
    logic {out_range}out_full, out_pop;
    logic [7:0] in_data;
    logic {data_range}out_data;
    qnn_byte_host #(
        .FINGERPRINT(64'h{fingerprint}),
        .INPUTS({inputs}),
        .OUTPUTS({outputs}),
        .INPUT_BYTES({input_bytes}),
        .OUTPUT_BYTES({output_bytes})
    ) host (
        .clk, .rst, .aborts, .valid, .data, .reply_valid, .reply_ready, .reply,
        .core_rst, .in_valid, .in_data, .in_empty, .out_full, .out_pop, .out_data
    );
"""
