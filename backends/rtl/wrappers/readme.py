"""The README of the folder `wrappers`: which one to take, its registers, commands and ports."""

from collections.abc import Iterator

from ..source_files import RtlSource
from .axi_memory import memory_ports, registers_of
from .serial import serial_obstacle


def wrappers_readme(source: RtlSource, fingerprint: str) -> str:
    return README.format(
        top=source.top,
        fingerprint=fingerprint,
        table="\n".join(rows(source)),
        axi=axi_text(source) if memory_ports(source) else "",
        serial=serial_text(source),
    )


def rows(source: RtlSource) -> Iterator[str]:
    """The wrappers that exist, each as a row of a table."""
    if memory_ports(source):
        yield (
            f"| `axi_memory.sv` | `{source.top}_axi_memory` | a system with a processor and AXI: a "
            "program writes addresses to registers, and the design reads and writes memory |"
        )
    yield (
        "| `../top.sv` | "
        f"`{source.top}` | AXI streams, for example to DMA engines or other blocks; no wrapper |"
    )
    yield f"| `avalon.sv` | `{source.top}_avalon` | Platform Designer: Avalon-ST interfaces |"
    if not serial_obstacle(source):
        yield (
            f"| `uart.sv` | `{source.top}_uart` | a small board with a serial line; parameters "
            "`CLOCK_HZ` and `BAUD` |"
        )
        yield f"| `spi.sv` | `{source.top}_spi` | a small board beside a microcontroller |"


def axi_text(source: RtlSource) -> str:
    lines = [
        f"| 0x{address:03x} | {name} | {'' if writable else 'read only: '}{text} |"
        for address, name, text, writable in registers_of(source)
    ]
    return AXI.format(registers="\n".join(lines))


def serial_text(source: RtlSource) -> str:
    obstacle = serial_obstacle(source)
    if obstacle:
        return f"\n## UART and SPI\n\nThere is no wrapper for a UART or SPI: {obstacle}.\n"
    frames = ", ".join(f"`{port.name}` {port.frame_bytes:,}" for port in source.inputs)
    results = ", ".join(f"`{port.name}` {port.frame_bytes:,}" for port in source.outputs)
    return SERIAL.format(frames=frames, results=results)


README = """\
# Wrappers of {top}

Each wrapper is a module that contains the design of `../top.sv`. Take one of them as the top
module; its sources are its own file, `../top.sv`, `../qnn/*.sv` and `qnn/*.sv`.

| file | module | where |
|---|---|---|
{table}

The fingerprint of the design is `{fingerprint}`. A host reads it from the hardware to be
sure that the bitstream contains this design.

All resets are synchronous. Frames have the layout of the table of ports in `../README.md`.
{axi}
## Avalon-ST

`{top}_avalon_hw.tcl` declares the component. Ready latency is 0,
symbols have 8 bits, and the first symbol is in the lowest bits. A packet is a frame. Words that do
not begin a packet where a frame begins are dropped, so that the design recovers after a packet of a
wrong length.
{serial}"""

AXI = """
## AXI4-Lite and AXI4

| address | register | content |
|---|---|---|
{registers}

The first registers are those of a kernel of HLS. A program writes the addresses of the buffers and
the number of frames, writes 1 to CONTROL, and waits until bit 1 is set there; reading clears it.
The frames in a buffer follow one another without a gap. Each buffer has an AXI4 master of its own,
with bursts of at most 16 beats; it needs no cache coherence, so flush and invalidate caches.
"""

SERIAL = """
## UART and SPI

A host sends a byte as a command:

| byte | reply |
|---|---|
| `F` | the 8 bytes of the fingerprint, the lowest first |
| `D` | 1, and then the host sends a frame; or 0 if the design still holds one |
| `R` | 1 and a result; or 0 if no result is complete |

A frame is the bytes of each input in turn ({frames}), a result those of
each output ({results}). Other commands are ignored. The wrapper holds a
frame and a result besides those in the design.

UART: 8 data bits, no parity, one stop bit. A break (the line is low for more than 10 bits) ends a
command; if it was within a frame or a result, it resets the design.

SPI: mode 0, the highest bit first, at most a sixteenth of the frequency of `clk`. The host sends
any byte while it receives a reply, which begins with the byte after the command. Deselecting the
slave within a frame or a result resets the design.
"""
