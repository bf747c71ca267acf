"""The modules at the ports of a design: sources, sinks, ends of links, and weights."""

from collections.abc import Iterator, Mapping

from ...qdialect.types import BipolarType, bit_width
from ..netlist.netlist import PortInstance
from ..netlist.ports import LinkSinkInstance, LinkSourceInstance, SinkInstance, SourceInstance
from ..netlist.weighted import CopiedWeightsInstance, WeightsInstance
from .modules import (
    ModuleInstance,
    ParameterValue,
    flow_ports,
    print_instance,
    reader_ports,
    type_parameters,
    writer_ports,
)

STREAM_SIGNALS = "tvalid", "tready", "tdata"


@print_instance.register
def print_source(instance: SourceInstance) -> Iterator[ModuleInstance]:
    bipolar = isinstance(instance.element, BipolarType)
    parameters: dict[str, ParameterValue] = {
        "LANES": instance.lanes,
        "BITS": bit_width(instance.element),
        "BYTES": instance.bytes,
        **({"IS_BIPOLAR": 1} if bipolar else {}),
    }
    return port_reader("qnn_source", instance, parameters)


@print_instance.register
def print_link_source(instance: LinkSourceInstance) -> Iterator[ModuleInstance]:
    """A word passes the link as the low bits of whole bytes."""
    bits, size = instance.writes[0].bits, instance.port.design_word_bytes
    return port_reader("qnn_source", instance, {"BITS": bits, "BYTES": size})


@print_instance.register
def print_weights(instance: WeightsInstance) -> Iterator[ModuleInstance]:
    """A row of weights passes the port as an element of whole bytes."""
    parameters: dict[str, ParameterValue] = {
        "LANES": instance.rows,
        "BITS": instance.bits,
        "BYTES": instance.bytes,
    }
    if isinstance(instance, CopiedWeightsInstance):
        return port_reader("qnn_weights", instance, {**parameters, "WORDS": instance.words})
    return port_reader("qnn_source", instance, parameters)


def port_reader(
    module: str, instance: PortInstance, parameters: Mapping[str, ParameterValue]
) -> Iterator[ModuleInstance]:
    """A module between a port of the design and a channel."""
    (y,) = instance.writes
    ports = {signal: f"{instance.port.name}_{signal}" for signal in STREAM_SIGNALS}
    ports |= {**flow_ports(y), **writer_ports(y)}
    yield ModuleInstance(module, instance.name, parameters, ports)


@print_instance.register
def print_sink(instance: SinkInstance) -> Iterator[ModuleInstance]:
    types = type_parameters("", instance.element)
    return sink(instance, {"LANES": instance.lanes, **types, "BYTES": instance.bytes})


@print_instance.register
def print_link_sink(instance: LinkSinkInstance) -> Iterator[ModuleInstance]:
    bits, size = instance.reads[0].bits, instance.port.design_word_bytes
    return sink(instance, {"BITS": bits, "BYTES": size})


def sink(
    instance: SinkInstance | LinkSinkInstance, parameters: Mapping[str, ParameterValue]
) -> Iterator[ModuleInstance]:
    (x,) = instance.reads
    signals = (*STREAM_SIGNALS, "tlast")
    ports = reader_ports(x) | {signal: f"{instance.port.name}_{signal}" for signal in signals}
    yield ModuleInstance("qnn_sink", instance.name, {**parameters, "WORDS": instance.words}, ports)
