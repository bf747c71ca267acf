"""Builds the names, channels, memories and ports that all kinds of instances need.

The functions that build instances are registered here, each beside the dataclass that it fills:

    @build_instance.register
    def build_fork(process: ForkOp, builder: Builder) -> Fork:
        (x,) = process.inputs
        return Fork(*builder.wiring(process), words=x.words)
"""

from collections.abc import Callable
from functools import singledispatch
from typing import TypeAlias

from xdsl.ir import SSAValue

from ...qdialect.diagnostics import last_name
from ...qdialect.stream import Process
from ...qdialect.stream.compute import ThresholdedProcess
from ...qdialect.stream.types import channel_of
from .memories import Memory
from .names import MAX_NAME_LENGTH, abbreviated, unique_identifier, unused_name
from .netlist import Channel, DesignPort, EmitError, Instance, Netlist, channel_comment

Wiring: TypeAlias = tuple[str, str, list[Channel], list[Channel]]
"""The first fields of every instance: its name, its comment, the channels it reads and writes."""

ThresholdSearch: TypeAlias = Callable[[ThresholdedProcess], bool]
"""Whether the thresholds of a process are searched; otherwise they are compared in parallel."""


class Builder:
    """The netlist of a design so far, and the process that is being added."""

    def __init__(self, top: str, vendor: str, searched: ThresholdSearch):
        self.vendor = vendor
        self.searched = searched
        self.netlist = Netlist(top, used_names={top.lower()})
        self.channels: dict[SSAValue, Channel] = {}
        self.process_name = ""

    def add(self, process: Process) -> None:
        """Adds a process, the channels that it writes, and all that it needs."""
        kind = process.name.removeprefix("stream.")
        layer = process.layer.data if process.layer is not None else ""
        short = abbreviated(last_name(layer), MAX_NAME_LENGTH - len(kind) - 1)
        self.process_name = unique_identifier(f"{short}_{kind}", self.netlist.used_names)
        self.netlist.processes.append(self.process_name)
        for value in process.results:
            channel = channel_of(value)
            if not channel.depth.data:
                raise EmitError(
                    f"an output channel of {self.process_name!r} has no depth: run size-fifos first"
                )
            self.channels[value] = self.channel(channel.word_bits, channel.depth.data)
        self.netlist.instances.append(build_instance(process, self))

    def wiring(self, process: Process) -> Wiring:
        """The name and the channels of a process, for its instance."""
        ends = channel_comment(process.inputs), channel_comment(process.outputs)
        return (
            self.process_name,
            " -> ".join(text for text in ends if text) + ".",
            [self.channels[value] for value in process.operands],
            [self.channels[value] for value in process.results],
        )

    def channel(self, bits: int, depth: int = 2, suffix: str = "words") -> Channel:
        """A new channel that belongs to the process."""
        channel = Channel(self.own_name(suffix), bits, depth)
        self.netlist.channels.append(channel)
        return channel

    def memory(self, memory: Memory) -> Memory:
        """Adds a memory inside the design, and returns it."""
        self.netlist.memories.append(memory)
        return memory

    def port(self, port: DesignPort) -> DesignPort:
        """Adds a port of the design, and returns it."""
        self.netlist.ports.append(port)
        return port

    def own_name(self, suffix: str) -> str:
        """A new name for something that belongs to the process, such as `conv1_matvec_weights`."""
        return unused_name(f"{self.process_name}_{suffix}", self.netlist.used_names)


@singledispatch
def build_instance(process: Process, builder: Builder) -> Instance:
    """The instance of a process whose name and output channels the builder has added."""
    raise EmitError(f"{process.name} has no hardware: it cannot be emitted")
