"""A netlist as HLS C++.

    source = emit(design)
    source.files["top.cpp"]

An instance becomes a struct with its parameters and a call of its kind's library function in one
dataflow region. Its memories are in files of their own.
"""

from collections.abc import Iterator, Sequence
from functools import singledispatch

from ...qdialect.stream import DesignOp
from ...qdialect.stream.types import MAX_WORD_BITS
from ..netlist.build import build_netlist
from ..netlist.flow import (
    ConcatInstance,
    ForkInstance,
    LinkInstance,
    RegroupInstance,
    RepackInstance,
    SplitInstance,
)
from ..netlist.memories import Memory
from ..netlist.names import unused_name
from ..netlist.netlist import ActivationStages, Channel, EmitError, Instance, Netlist, PortInstance
from ..netlist.parameters import instance_parameters
from ..netlist.ports import HostPortInstance, LinkSinkInstance, LinkSourceInstance, SourceInstance
from ..netlist.weighted import CopiedWeightsInstance, WeightsInstance
from ..netlist.windows import PoolInstance
from .memories import MemoryArray
from .source_files import HlsSource
from .types import LibraryCall, ProcessStruct, Sources, process_struct

ONE_RUN = "1"
"""The argument for the number of frames of a process whose words come once for all frames."""


def emit(design: DesignOp, name: str = "", streams: bool = False) -> HlsSource:
    """The source files of a design; its ports are memories, or AXI streams if `streams` is set."""
    netlist = build_netlist(design, "xilinx", name)
    return HlsSource(netlist, streams, Printer(netlist, streams).sources)


class Printer:
    """Prints a netlist instance by instance; `print_instance` is registered for each kind."""

    def __init__(self, netlist: Netlist, streams: bool):
        self.streams = streams
        self.used_names = netlist.used_names
        for memory in netlist.memories:
            self.check_width(memory.name, memory.bits)
        self.sources = Sources(memories=[MemoryArray(memory) for memory in netlist.memories])
        for instance in netlist.instances:
            self.sources.channels += instance.writes
            self.check_width(instance.name, sum(instance.internal_word_bits))
            print_instance(instance, self)

    def call(self, function: str, *args: str) -> None:
        self.sources.calls.append(LibraryCall(function, args))

    def struct(self, struct: ProcessStruct) -> None:
        self.sources.structs.append(struct)

    def channel(self, name: str, bits: int) -> str:
        """A new channel between the calls that make up one process."""
        name = unused_name(name, self.used_names)
        self.sources.channels.append(Channel(name, bits, 2))
        return name

    def port_words(self, instance: PortInstance) -> str:
        """A new channel for the words of an instance's port."""
        return self.channel(f"{instance.name}_bytes", 8 * instance.port.word_bytes)

    def check_width(self, name: str, bits: int) -> None:
        """Raises an error if the vendor's integers cannot hold a word."""
        if bits > MAX_WORD_BITS:
            raise EmitError(
                f"{name!r} holds a word of {bits:,} bits, at most {MAX_WORD_BITS:,} are possible: "
                "choose a folding that is less parallel"
            )


@singledispatch
def print_instance(instance: Instance, printer: Printer) -> None:
    """A struct, and a call with the input, the output, the number of frames and the memories."""
    printer.struct(process_struct(instance))
    print_call(instance, printer, f"{instance.kind}<{instance.name}>")


def print_call(instance: Instance, printer: Printer, function: str) -> None:
    streams = channel_names(instance.reads, instance.writes)
    printer.call(function, *streams, "frames", *constant_arguments(instance))


def constant_arguments(instance: Instance) -> Iterator[str]:
    """The memories that a process reads; weights from a port come through a channel instead."""
    for parameter in instance_parameters(instance):
        match parameter.value:
            case Memory() | Channel() as source:
                yield source.name
            case ActivationStages() as activation:
                yield from (memory.name for memory in activation.memories)
            case _:
                pass


def channel_names(*channels: Sequence[Channel]) -> list[str]:
    return [channel.name for group in channels for channel in group]


@print_instance.register
def print_pool(instance: PoolInstance, printer: Printer) -> None:
    printer.struct(process_struct(instance))
    reduction = "Total" if instance.total else "Maximum"
    print_call(instance, printer, f"pool<{instance.name}, qnn::{reduction}>")


@print_instance.register
def print_fork(instance: ForkInstance, printer: Printer) -> None:
    streams = channel_names(instance.reads, instance.writes)
    printer.call(f"fork<{instance.words}>", "frames", *streams)


@print_instance.register
def print_concat(instance: ConcatInstance, printer: Printer) -> None:
    numbers = ", ".join(map(str, [instance.runs, *instance.widths]))
    streams = channel_names(instance.writes, instance.reads)
    printer.call(f"concat<{numbers}>", "frames", *streams)


@print_instance.register
def print_split(instance: SplitInstance, printer: Printer) -> None:
    numbers = ", ".join(map(str, [instance.runs, *instance.widths]))
    streams = channel_names(instance.reads, instance.writes)
    printer.call(f"split<{numbers}>", "frames", *streams)


@print_instance.register(RepackInstance)
@print_instance.register(LinkInstance)
def print_repack(instance: RepackInstance | LinkInstance, printer: Printer) -> None:
    print_call(instance, printer, f"{instance.kind}<{instance.words}>")


@print_instance.register
def print_regroup(instance: RegroupInstance, printer: Printer) -> None:
    print_call(instance, printer, f"regroup<{instance.iterations}>")


@print_instance.register
def print_link_source(instance: LinkSourceInstance, printer: Printer) -> None:
    function = f"link_source<{instance.words}>"
    printer.call(function, instance.port.name, *channel_names(instance.writes), "frames")


@print_instance.register
def print_link_sink(instance: LinkSinkInstance, printer: Printer) -> None:
    function = f"link_sink<{instance.words}>"
    printer.call(function, *channel_names(instance.reads), instance.port.name, "frames")


@print_instance.register
def print_host_port(instance: HostPortInstance, printer: Printer) -> None:
    """A process between words of the port and words of the design, and one that moves the former
    from or to the memory or stream at the port."""
    port = instance.port
    printer.struct(process_struct(instance, PORT_BYTES=port.word_bytes))
    printer.check_width(instance.name, 8 * (port.design_word_bytes + port.word_bytes))
    words = printer.port_words(instance)
    process = f"{instance.kind}<{instance.name}{', true' if printer.streams else ''}>"
    size = port.frame_words if printer.streams else port.frame_bytes
    if isinstance(instance, SourceInstance):
        function = f"receive<{size}>" if printer.streams else f"fetch<{size}>"
        printer.call(function, port.name, words, "frames")
        printer.call(process, words, instance.writes[0].name, "frames")
    else:
        function = f"send<{size}>" if printer.streams else f"store<{size}>"
        printer.call(process, instance.reads[0].name, words, "frames")
        printer.call(function, words, port.name, "frames")


@print_instance.register
def print_weights(instance: WeightsInstance, printer: Printer) -> None:
    print_reader(instance, printer, instance.times, instance.writes[0].name, "frames")


@print_instance.register
def print_copied_weights(instance: CopiedWeightsInstance, printer: Printer) -> None:
    """Fills the memory in one run, and repeats its words for all frames."""
    (rows,) = instance.writes
    once = printer.channel(f"{instance.name}_once", rows.bits)
    print_reader(instance, printer, 1, once, ONE_RUN)
    printer.call(f"repeat<{instance.name}>", once, rows.name, "frames")


def print_reader(
    instance: WeightsInstance, printer: Printer, times: int, rows: str, frames: str
) -> None:
    """Reads the weights a number of times for each frame."""
    port = instance.port
    bits = 8 * (port.design_word_bytes + port.word_bytes), instance.writes[0].bits
    printer.check_width(instance.name, max(bits))
    printer.struct(process_struct(instance, PORT_BYTES=port.word_bytes))
    words = printer.port_words(instance)
    printer.call(f"fetch_again<{port.frame_words}, {times}>", port.name, words, frames)
    printer.call(f"weights<{instance.name}, {times}>", words, rows, frames)
