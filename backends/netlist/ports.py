"""Processes at the ports of a design: sources, sinks, and the ends of links."""

from dataclasses import dataclass
from typing import TypeVar

from ...qdialect.stream.ports import SinkOp, SourceOp
from ...qdialect.stream.types import ChannelType, channel_of
from ...qdialect.types import ElementType, dtype_of
from .builder import Builder, build_instance
from .names import port_name
from .netlist import DesignPort, PortInstance
from .parameters import ForTypes


@dataclass(frozen=True)
class HostPortInstance(PortInstance):
    """A process at a port of the host: it packs or unpacks the host's elements."""

    element: ElementType
    lanes: int
    bytes: ForTypes[int]
    """Bytes of an element in the host's memory."""
    words: int
    """Words of the design in a frame."""


class SourceInstance(HostPortInstance):
    """Passes frames from the host into the design."""

    kind = "source"


class SinkInstance(HostPortInstance):
    """Passes frames from the design to the host."""

    kind = "sink"


HostPortT = TypeVar("HostPortT", SourceInstance, SinkInstance)


@dataclass(frozen=True)
class LinkPortInstance(PortInstance):
    """A process at the end of a link to another device: words pass unchanged."""

    element: ElementType
    words: int
    lanes: int


class LinkSourceInstance(LinkPortInstance):
    """Passes words from a link into the design."""

    kind = "link_source"


class LinkSinkInstance(LinkPortInstance):
    """Passes words from the design to a link."""

    kind = "link_sink"


LinkPortT = TypeVar("LinkPortT", LinkSourceInstance, LinkSinkInstance)


@build_instance.register
def build_source(process: SourceOp, builder: Builder) -> SourceInstance | LinkSourceInstance:
    channel, name = channel_of(process.output), process.port.data
    if process.over is not None:
        return link_port(process, LinkSourceInstance, name, channel, builder)
    return host_port(process, SourceInstance, name, channel, builder)


@build_instance.register
def build_sink(process: SinkOp, builder: Builder) -> SinkInstance | LinkSinkInstance:
    channel, name = channel_of(process.x), process.port.data
    if process.over is not None:
        return link_port(process, LinkSinkInstance, name, channel, builder)
    return host_port(process, SinkInstance, name, channel, builder)


def link_port(
    process: SourceOp | SinkOp,
    kind: type[LinkPortT],
    name: str,
    channel: ChannelType,
    builder: Builder,
) -> LinkPortT:
    used_names = builder.netlist.used_names
    port = builder.port(
        DesignPort.of_link(port_name(name, used_names), channel, kind is LinkSinkInstance)
    )
    return kind(
        *builder.wiring(process),
        port=port,
        element=channel.element_type,
        words=channel.words,
        lanes=channel.lanes.data,
    )


def host_port(
    process: SourceOp | SinkOp,
    kind: type[HostPortT],
    name: str,
    channel: ChannelType,
    builder: Builder,
) -> HostPortT:
    lanes, dtype = channel.lanes.data, dtype_of(channel.element_type)
    port = builder.port(
        DesignPort(
            port_name(name, builder.netlist.used_names),
            design_word_bytes=lanes * dtype.itemsize,
            frame=channel.frame,
            dtype=dtype,
            is_output=kind is SinkInstance,
        )
    )
    return kind(
        *builder.wiring(process),
        port=port,
        element=channel.element_type,
        lanes=lanes,
        bytes=dtype.itemsize,
        words=channel.words,
    )
