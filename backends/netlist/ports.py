"""Processes at the ports of a design: sources, sinks, and the ends of links."""

from dataclasses import dataclass

from ...qdialect.stream.flow import SinkOp, SourceOp
from ...qdialect.stream.types import ChannelType, channel_of
from ...qdialect.types import ElementType, dtype_of
from .builder import Builder, build_instance
from .names import port_name
from .netlist import Port, PortInstance
from .parameters import Typing


@dataclass(frozen=True)
class HostPort(PortInstance):
    """A process at a port of the host: it packs or unpacks the host's elements."""

    element: ElementType
    lanes: int
    bytes: Typing[int]
    """Bytes of an element in the host's memory."""
    words: int
    """Words of the design in a frame."""


class Source(HostPort):
    """Frames enter the design."""

    kind = "source"


class Sink(HostPort):
    """Frames leave the design."""

    kind = "sink"


@dataclass(frozen=True)
class LinkPort(PortInstance):
    """A process at the end of a link to another device: words pass unchanged."""

    element: ElementType
    words: int
    lanes: int


class LinkSource(LinkPort):
    """Words enter the design over a link."""

    kind = "link_source"


class LinkSink(LinkPort):
    """Words leave the design over a link."""

    kind = "link_sink"


@build_instance.register
def build_source(process: SourceOp, builder: Builder) -> PortInstance:
    channel, name = channel_of(process.output), process.port.data
    if process.over is not None:
        return link_port(process, LinkSource, name, channel, builder)
    return host_port(process, Source, name, channel, builder)


@build_instance.register
def build_sink(process: SinkOp, builder: Builder) -> PortInstance:
    channel, name = channel_of(process.x), process.port.data
    if process.over is not None:
        return link_port(process, LinkSink, name, channel, builder)
    return host_port(process, Sink, name, channel, builder)


def link_port(
    process: SourceOp | SinkOp,
    kind: type[LinkPort],
    name: str,
    channel: ChannelType,
    builder: Builder,
) -> LinkPort:
    taken = builder.netlist.taken
    port = builder.port(Port.of_link(port_name(name, taken), channel, kind is LinkSink))
    return kind(
        *builder.wiring(process), port, channel.element_type, channel.words, channel.lanes.data
    )


def host_port(
    process: SourceOp | SinkOp,
    kind: type[HostPort],
    name: str,
    channel: ChannelType,
    builder: Builder,
) -> HostPort:
    lanes, dtype = channel.lanes.data, dtype_of(channel.element_type)
    port = builder.port(
        Port(
            port_name(name, builder.netlist.taken),
            lanes * dtype.itemsize,
            channel.frame,
            dtype,
            kind is Sink,
        )
    )
    return kind(
        *builder.wiring(process), port, channel.element_type, lanes, dtype.itemsize, channel.words
    )
