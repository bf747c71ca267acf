"""Building the parts of a design: names, channels, memories, part by part."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from xdsl.ir import SSAValue

from ...qdialect.diagnostics import last_name
from ...qdialect.stream import Process
from ...qdialect.stream.types import channel_of
from ...qdialect.types import ElementType
from .memories import Memory
from .names import LONGEST, identifier, shortened, unused
from .netlist import (
    Activation,
    Channel,
    Codebook,
    EmitError,
    Instance,
    Netlist,
    Number,
    Port,
    channel_comment,
)


class Builder:
    """The parts of a design so far, and the process that is being written."""

    def __init__(self, top: str):
        self.parts = Netlist(top, taken={top.lower()})
        self.channels: dict[SSAValue, Channel] = {}
        self.process_name = ""

    def start(self, process: Process) -> None:
        """Names a process and the channels that it writes."""
        kind = process.name.removeprefix("stream.")
        layer = process.layer.data if process.layer is not None else ""
        short = shortened(last_name(layer), LONGEST - len(kind) - 1)
        self.process_name = identifier(f"{short}_{kind}", self.parts.taken)
        self.parts.processes.append(self.process_name)
        for value in process.results:
            channel = channel_of(value)
            if not channel.depth.data:
                raise EmitError(
                    f"a channel behind {self.process_name!r} has no depth: run size-fifos first"
                )
            self.channels[value] = self.channel(channel.word_bits, channel.depth.data)

    def channel(self, bits: int, depth: int = 2, what: str = "words") -> Channel:
        """A new channel of the process that is being written."""
        channel = Channel(self.own_name(what), bits, depth)
        self.parts.channels.append(channel)
        return channel

    def memory(self, memory: Memory) -> Memory:
        """A memory that lies inside, after adding it to the design."""
        self.parts.memories.append(memory)
        return memory

    def own_name(self, what: str) -> str:
        """A new name for something of the process that is being written."""
        return unused(f"{self.process_name}_{what}", self.parts.taken)

    def part(
        self,
        process: Process,
        kind: str,
        numbers: Mapping[str, Number],
        types: Mapping[str, ElementType | Codebook] = MappingProxyType({}),
        weights: Memory | Channel | None = None,
        activation: Activation | None = None,
        memories: Sequence[Memory] = (),
        choice: str = "",
        port: Port | None = None,
        in_registers: bool = False,
    ) -> None:
        """Adds a process that is one of the library's."""
        ends = channel_comment(process.inputs), channel_comment(process.outputs)
        self.parts.parts.append(
            Instance(
                self.process_name,
                kind,
                " -> ".join(text for text in ends if text) + ".",
                [self.channels[value] for value in process.operands],
                [self.channels[value] for value in process.results],
                numbers,
                types,
                weights,
                activation,
                memories,
                choice,
                port,
                in_registers,
            )
        )
