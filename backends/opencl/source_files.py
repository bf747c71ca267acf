"""The files of an emitted design.

top.cl             types, words, channels and memories, and a kernel for each process
emulation.cl       the same for the emulator, and a kernel that counts the words in channels
design.json        the kernels that a host starts, their ports, and all channels
board.h            the board's I/O channels that are the design's links, if it has any
weights/NAME.h     a memory; weights that come through a port are in weights/NAME.dat
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..golden_vectors import Files
from ..netlist.memories import Memory
from ..netlist.netlist import Channel, DesignPort
from ..netlist.parameters import instance_parameters
from ..netlist.ports import (
    LinkPortInstance,
    LinkSinkInstance,
    LinkSourceInstance,
    SinkInstance,
    SourceInstance,
)
from ..netlist.weighted import WeightedInstance, WeightsInstance
from ..project import DesignSource
from .memories import memory_source
from .types import KernelSource, tag, type_definition, word_definition

TASKS = {
    "sources": (SourceInstance, LinkSourceInstance),
    "sinks": (SinkInstance, LinkSinkInstance),
    "weights": (WeightsInstance,),
}
"""The kinds of processes that a host starts, by the table of the design's interface they are in."""


@dataclass(frozen=True)
class OpenclSource(DesignSource):
    """A design as source files."""

    kernels: Sequence[KernelSource]

    @property
    def ports(self) -> list[DesignPort]:
        """The ports of the design; in an emulation, links are ports of the host as well."""
        return [port.by_element for port in self.netlist.ports]

    @property
    def memories(self) -> list[Memory]:
        """The memories inside the design; weights have one word for all rows at an address."""
        weights = [i.weights for i in self.netlist.instances if isinstance(i, WeightedInstance)]
        names = {memory.name for memory in weights if isinstance(memory, Memory)}
        return [
            memory.side_by_side if memory.name in names else memory
            for memory in self.netlist.memories
        ]

    @property
    def links(self) -> list[LinkPortInstance]:
        """The processes at the ends of links."""
        return [
            process for process in self.netlist.instances if isinstance(process, LinkPortInstance)
        ]

    @property
    def tasks(self) -> dict[str, list[tuple[str, DesignPort]]]:
        """The kernels that a host starts, and the port of each."""
        return {
            table: [
                (process.name, process.port.by_element)
                for process in self.netlist.instances
                if isinstance(process, kinds)
            ]
            for table, kinds in TASKS.items()
        }

    @cached_property
    def files(self) -> Files:
        return {
            "top.cl": self._top(),
            "emulation.cl": self._emulation(),
            "design.json": json.dumps(self._interface(), indent=1) + "\n",
            **({"board.h": self._board()} if self.links else {}),
            **{f"weights/{memory.name}.h": memory_source(memory) for memory in self.memories},
            **self.weight_data,
        }

    def _top(self) -> str:
        texts = [
            f"/// {title}.\n" + "\n".join(lines) + "\n"
            for title, lines in self._declarations().items()
            if lines
        ]
        return "\n".join(['#include "qnn.h"\n', *texts, *(k.source() for k in self.kernels)])

    def _declarations(self) -> dict[str, list[str]]:
        """The sections of `top.cl` before its kernels: a title and the lines of each."""
        netlist = self.netlist
        types = {tag(type): type_definition(type) for k in self.kernels for type in k.types}
        widths = {channel.bits for channel in netlist.channels}
        widths |= {memory.bits for memory in self.memories}
        widths |= {bits for process in netlist.instances for bits in process.internal_word_bits}
        links = ["#ifndef QNN_EMULATION", '#include "board.h"', *self._link_channels(), "#endif"]
        return {
            "Element types": sorted(filter(None, types.values())),
            "Words": [word_definition(bits) for bits in sorted(widths)],
            "Channels": [f"CHANNEL(word_{c.bits}, {c.name}, {c.depth})" for c in netlist.channels],
            "Links: the host stands in for them in an emulation": links if self.links else [],
            "Memories": [f'#include "weights/{memory.name}.h"' for memory in self.memories],
        }

    def _link_channels(self) -> list[str]:
        """The board's channels that carry links."""
        return [
            f"channel word_{link_channel(link).bits} {link.name}_link "
            f"__attribute__((depth(0))) __attribute__((io({link.name}_io)));"
            for link in self.links
        ]

    def _board(self) -> str:
        """The part that depends on a board: which of its I/O channels are the design's links."""
        lines = ["// The board's I/O channels, as its board_spec.xml calls them.", ""]
        for link in self.links:
            way = "from" if isinstance(link, LinkSourceInstance) else "to"
            lines.append(f"// Words of {link_channel(link).bits} bits {way} another device.")
            lines.append(f'#define {link.name}_io "{link.name}"')
        return "\n".join([*lines, ""])

    def _emulation(self) -> str:
        """The design for the emulator, and a kernel that counts the words in its channels."""
        lines = [
            f"    counts[{2 * place + offset}] = {channel.name}_{counter};"
            for place, channel in enumerate(self.netlist.channels)
            for offset, counter in enumerate(("written", "read"))
        ]
        body = "\n".join(lines)
        return (
            '#define QNN_EMULATION\n#include "top.cl"\n\n'
            "/// Counts the words written to each channel, and the words read from it.\n"
            f"__kernel void count_words(__global uint* counts) {{\n{body}\n}}\n"
        )

    def _interface(self) -> dict[str, object]:
        """The kernels, ports and channels, for a host."""
        ports = {
            table: [
                {"kernel": kernel, "port": port.name, "dtype": port.dtype.str, "shape": port.frame}
                for kernel, port in tasks
            ]
            for table, tasks in self.tasks.items()
        }
        links = [link.port.name for link in self.links]
        return {
            **ports,
            "links": links,
            "kernels": len(self.netlist.instances),
            "channels": self._channels(),
        }

    def _channels(self) -> list[dict[str, object]]:
        """Every channel with the kernels at its ends."""
        writers, readers = dict[str, str](), dict[str, str]()
        for process in self.netlist.instances:
            values = [parameter.value for parameter in instance_parameters(process)]
            channels = [value for value in values if isinstance(value, Channel)]
            writers |= {channel.name: process.name for channel in process.writes}
            readers |= {channel.name: process.name for channel in (*process.reads, *channels)}
        return [
            {"name": c.name, "depth": c.depth, "from": writers[c.name], "to": readers[c.name]}
            for c in self.netlist.channels
        ]


def link_channel(link: LinkPortInstance) -> Channel:
    """The channel between the end of a link and the rest of the design."""
    (channel,) = (*link.reads, *link.writes)
    return channel
