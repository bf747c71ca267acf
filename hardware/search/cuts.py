"""Where a design may be cut, and what crosses each cut.

A cut parts the processes in two: none behind it sends words to one before it. The sources are
before all cuts and the sinks behind them. A layer stays whole: what pads and arranges its input is
on its device. A chain has as many cuts as channels between layers; where branches are open at the
same time, each may be cut at a place of its own.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from ...qdialect.stream import ChannelType, DesignOp, LinkAttr, Process
from ...qdialect.stream.borders import PadOp
from ...qdialect.stream.flow import ForkOp, RepackOp
from ...qdialect.stream.ports import SinkOp, SourceOp
from ...qdialect.stream.types import channel_of
from ...qdialect.stream.window import WindowOp
from .space import producer, source_before_repacks

Mask = npt.NDArray[np.bool_]

ENDLESS = 1 << 60
"""More bits than any frame has."""

MOST_CUTS = 2000
"""A design with more cuts is only cut along two of its orders."""


@dataclass(frozen=True)
class Edge:
    """A channel between two layers."""

    value: SSAValue
    """As its reader takes it."""
    tail: int
    head: int
    channel: ChannelType
    """As it crosses a link."""


@dataclass(frozen=True)
class Layers:
    """The processes of a design, in groups that are not cut, and the channels between them."""

    groups: list[list[Process]]
    edges: list[Edge]

    @staticmethod
    def of(design: DesignOp, link: LinkAttr, clock_mhz: float) -> "Layers":
        processes = [p for p in design.processes if not isinstance(p, RepackOp)]
        leader = {process: process for process in processes}
        for process in reversed(processes):
            if isinstance(process, PadOp | WindowOp):
                leader[process] = leader[reader_of(process.results[0])]
        numbers = {first: n for n, first in enumerate(dict.fromkeys(leader.values()))}
        groups: list[list[Process]] = [[] for _ in numbers]
        edges: list[Edge] = []
        for process in processes:
            head = numbers[leader[process]]
            groups[head].append(process)
            for value in process.operands:
                tail = numbers[leader[producer(value)]]
                channel = channel_of(source_before_repacks(value))
                crossing = channel.with_depth(0).with_lanes(link.lanes(channel, clock_mhz))
                if tail != head:
                    edges.append(Edge(value, tail, head, crossing))
        return Layers(groups, edges)

    @cached_property
    def before(self) -> list[int]:
        """For each group, those that it reads from, as bits."""
        found = [0] * len(self.groups)
        for edge in self.edges:
            found[edge.head] |= 1 << edge.tail
        return found

    @cached_property
    def works(self) -> Mask:
        """For each group whether there is work for a device in it."""
        idle = SourceOp | SinkOp | ForkOp
        return np.array([not all(isinstance(p, idle) for p in group) for group in self.groups])

    def those(self, *kinds: type[Process]) -> int:
        """The groups with a process of some kind, as bits."""
        return sum(
            1 << n
            for n, group in enumerate(self.groups)
            if any(isinstance(p, kinds) for p in group)
        )

    def cuts(self, most: int = MOST_CUTS) -> tuple[list[int], bool]:
        """The groups before each cut, as bits; and whether these are all cuts there are."""
        first, last = self.those(SourceOp), self.those(SinkOp)
        newest: set[int] = {first}
        found = newest
        while newest and len(found) <= most:
            newest = {done | 1 << n for done in newest for n in self._ready(done | last)}
            found = found | newest
        if not newest:
            return list(found), True
        orders = [*self._order(first, last, 0), *self._order(first, last, -1)]
        return list(dict.fromkeys(orders)), False

    def _ready(self, done: int) -> list[int]:
        """The groups that may come next."""
        before = self.before
        return [n for n in range(len(self.groups)) if not done >> n & 1 and not before[n] & ~done]

    def _order(self, done: int, last: int, turn: int) -> list[int]:
        """The cuts along one order: always the first of those that are ready, or the last."""
        found = [done]
        while ready := self._ready(done | last):
            done |= 1 << ready[turn]
            found.append(done)
        return found

    def narrowest(self) -> int:
        """The least bits of a frame that cross any cut, seen or not: as much as can flow."""
        source, sink = len(self.groups), len(self.groups) + 1
        room: dict[int, dict[int, int]] = {number: {} for number in range(sink + 1)}
        for edge in self.edges:
            bits = edge.channel.words * edge.channel.word_bits
            room[edge.tail][edge.head] = room[edge.tail].get(edge.head, 0) + bits
            room[edge.head].setdefault(edge.tail, 0)
            room[edge.head][edge.tail] += ENDLESS
        first, last = self.those(SourceOp), self.those(SinkOp)
        for number in range(len(self.groups)):
            if first >> number & 1:
                room[source][number] = ENDLESS
            if last >> number & 1:
                room[number][sink] = ENDLESS
        return _flow(room, source, sink)


def _flow(room: dict[int, dict[int, int]], source: int, sink: int) -> int:
    """The most that flows from a place to another, by one shortest way after another."""
    total = 0
    while True:
        came, open_ = {source: source}, deque([source])
        while open_ and sink not in came:
            here = open_.popleft()
            for there, left in room[here].items():
                if left and there not in came:
                    came[there] = here
                    open_.append(there)
        if sink not in came:
            return total
        way = [sink]
        while way[-1] != source:
            way.append(came[way[-1]])
        steps = list(zip(way[1:], way, strict=False))
        most = min(room[here][there] for here, there in steps)
        for here, there in steps:
            room[here][there] -= most
            room[there][here] = room[there].get(here, 0) + most
        total += most


def reader_of(value: SSAValue) -> Process:
    """The process that reads a channel, whatever repacks stand before it."""
    (use,) = value.uses
    process = use.operation
    assert isinstance(process, Process)
    return reader_of(process.output) if isinstance(process, RepackOp) else process


@dataclass(frozen=True)
class Cuts:
    """The cuts of a design; nothing is before the first, and all is before the last."""

    layers: Layers
    before: Mask
    """For each cut which groups are before it."""
    all: bool
    """Whether these are all cuts there are."""
    times: npt.NDArray[np.int64]
    """Cycles of a frame that the link takes at each cut."""
    bits: npt.NDArray[np.int64]
    """Bits of a frame that cross each cut."""

    @staticmethod
    def of(design: DesignOp, link: LinkAttr, clock_mhz: float, most: int = MOST_CUTS) -> "Cuts":
        layers = Layers.of(design, link, clock_mhz)
        masks, every = layers.cuts(most)
        masks = [0, *sorted(masks, key=int.bit_count), (1 << len(layers.groups)) - 1]
        before = np.array([[m >> n & 1 for n in range(len(layers.groups))] for m in masks], bool)
        crossing = [[e.channel for e in crossed(layers.edges, row)] for row in before]
        times = [link.cycles(c, clock_mhz) if c else 0 for c in crossing]
        bits = [sum(c.words * c.word_bits for c in channels) for channels in crossing]
        return Cuts(layers, before, every, np.array(times), np.array(bits))

    @cached_property
    def follows(self) -> Mask:
        """Whether one cut, on the second axis, lies behind another with work for a device."""
        packed = np.packbits(self.before, axis=1)
        found = np.zeros((len(packed), len(packed)), bool)
        count = self.before @ self.layers.works.astype(np.int64)
        for number, row in enumerate(packed):
            found[number] = ~(row & ~packed).any(1) & (count > count[number])
        return found


def crossed(edges: Sequence[Edge], before: Mask) -> list[Edge]:
    """The channels that cross a cut."""
    return [edge for edge in edges if before[edge.tail] and not before[edge.head]]
