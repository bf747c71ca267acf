"""Where a design may be cut, and which channels cross each cut.

A cut splits the processes in two, so that no word goes from the second half to the first: a
downward closed set of the graph of layers. Sources are before every cut and sinks after it. A layer
is not split: its padding and its window are on its device. A chain of layers has a cut at each
channel between them. Where several branches are open, each may be cut at any of its channels, so
the number of cuts grows with the product of their lengths.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from ...qdialect.stream import ChannelType, DesignOp, LinkAttr, Process
from ...qdialect.stream.flow import RepackOp
from ...qdialect.stream.ports import SinkOp, SourceOp
from ...qdialect.stream.types import channel_of
from .space import producer, source_before_repacks

Mask = npt.NDArray[np.bool_]

UNLIMITED_CAPACITY_BITS = 1 << 60
"""The capacity of edges that no minimum cut crosses; more bits than any frame has."""

MAX_CUTS = 2000
"""Cuts that are enumerated; of a design with more, only those along two orders of its layers."""


@dataclass(frozen=True)
class Edge:
    """A channel between two layers."""

    value: SSAValue
    """The operand of its reader, after all repacks."""
    tail: int
    """The group of its writer."""
    head: int
    """The group of its reader."""
    channel: ChannelType
    """Its type where it crosses a link."""


@dataclass(frozen=True)
class LayerGraph:
    """The processes of a design, in groups that are never split, and the channels between them."""

    groups: list[list[Process]]
    edges: list[Edge]

    @staticmethod
    def of(design: DesignOp, link: LinkAttr, clock_mhz: float) -> "LayerGraph":
        """The groups of a design: a process that must stay with its reader is in its group."""
        processes = [p for p in design.processes if not isinstance(p, RepackOp)]
        leader = {process: process for process in processes}
        for process in reversed(processes):
            if process.STAYS_WITH_READER:
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
        return LayerGraph(groups, edges)

    @cached_property
    def predecessors(self) -> list[int]:
        """For each group, the groups that it reads from, as a bit set."""
        found = [0] * len(self.groups)
        for edge in self.edges:
            found[edge.head] |= 1 << edge.tail
        return found

    @cached_property
    def has_work(self) -> Mask:
        """For each group, whether it computes anything, so that it can be a part of its own."""
        return np.array([any(process.COMPUTES for process in group) for group in self.groups])

    def groups_with(self, *kinds: type[Process]) -> int:
        """The groups with a process of some kind, as a bit set."""
        return sum(
            1 << n
            for n, group in enumerate(self.groups)
            if any(isinstance(p, kinds) for p in group)
        )

    def cuts(self, max_cuts: int = MAX_CUTS) -> tuple[list[int], bool]:
        """The groups before each cut, as bit sets; and whether these are all cuts.

        Cuts are enumerated by size: each group whose predecessors are all before a cut extends it
        to a new one. Every cut is reached like this, in any topological order of its groups.
        """
        first, last = self.groups_with(SourceOp), self.groups_with(SinkOp)
        newest: set[int] = {first}
        found = newest
        while newest and len(found) <= max_cuts:
            newest = {done | 1 << n for done in newest for n in self._ready_groups(done | last)}
            found = found | newest
        if not newest:
            return list(found), True
        orders = [
            *self._cuts_of_one_order(first, last, 0),
            *self._cuts_of_one_order(first, last, -1),
        ]
        return list(dict.fromkeys(orders)), False

    def _ready_groups(self, done: int) -> list[int]:
        """The groups that are not done, and whose predecessors all are."""
        before = self.predecessors
        return [n for n in range(len(self.groups)) if not done >> n & 1 and not before[n] & ~done]

    def _cuts_of_one_order(self, done: int, last: int, index: int) -> list[int]:
        """The cuts along one topological order: of the ready groups it takes the first or last."""
        found = [done]
        while ready := self._ready_groups(done | last):
            done |= 1 << ready[index]
            found.append(done)
        return found

    def min_cut_bits(self) -> int:
        """The fewest bits of a frame that cross any cut, enumerated or not.

        This is the minimum cut between sources and sinks, and so the maximum flow. Edges against
        the direction of the data have unlimited capacity: no minimum cut sends words backward.
        """
        source, sink = len(self.groups), len(self.groups) + 1
        capacity: dict[int, dict[int, int]] = {number: {} for number in range(sink + 1)}
        for edge in self.edges:
            bits = edge.channel.words * edge.channel.word_bits
            capacity[edge.tail][edge.head] = capacity[edge.tail].get(edge.head, 0) + bits
            capacity[edge.head].setdefault(edge.tail, 0)
            capacity[edge.head][edge.tail] += UNLIMITED_CAPACITY_BITS
        first, last = self.groups_with(SourceOp), self.groups_with(SinkOp)
        for number in range(len(self.groups)):
            if first >> number & 1:
                capacity[source][number] = UNLIMITED_CAPACITY_BITS
            if last >> number & 1:
                capacity[number][sink] = UNLIMITED_CAPACITY_BITS
        return max_flow(capacity, source, sink)


def max_flow(capacity: dict[int, dict[int, int]], source: int, sink: int) -> int:
    """The maximum flow between two nodes, by shortest augmenting paths (Edmonds and Karp).

    `capacity` becomes the residual graph.
    """
    total = 0
    while True:
        parents, queue = {source: source}, deque([source])
        while queue and sink not in parents:
            here = queue.popleft()
            for there, left in capacity[here].items():
                if left and there not in parents:
                    parents[there] = here
                    queue.append(there)
        if sink not in parents:
            return total
        path = [sink]
        while path[-1] != source:
            path.append(parents[path[-1]])
        steps = list(zip(path[1:], path, strict=False))
        amount = min(capacity[here][there] for here, there in steps)
        for here, there in steps:
            capacity[here][there] -= amount
            capacity[there][here] = capacity[there].get(here, 0) + amount
        total += amount


def reader_of(value: SSAValue) -> Process:
    """The process that reads a channel, after any repacks."""
    (use,) = value.uses
    process = use.operation
    assert isinstance(process, Process)
    return reader_of(process.output) if isinstance(process, RepackOp) else process


@dataclass(frozen=True)
class Cuts:
    """The cuts of a design by rising size, from nothing before the cut to all groups before it."""

    layers: LayerGraph
    before: Mask
    """For each cut, which groups are before it."""
    complete: bool
    """Whether all cuts of the design were enumerated."""
    link_cycles: npt.NDArray[np.int64]
    """Cycles that a link at each cut takes for the words of a frame."""
    bits: npt.NDArray[np.int64]
    """Bits of a frame that cross each cut."""

    @staticmethod
    def of(design: DesignOp, link: LinkAttr, clock_mhz: float, max_cuts: int = MAX_CUTS) -> "Cuts":
        layers = LayerGraph.of(design, link, clock_mhz)
        masks, complete = layers.cuts(max_cuts)
        masks = [0, *sorted(masks, key=int.bit_count), (1 << len(layers.groups)) - 1]
        before = np.array([[m >> n & 1 for n in range(len(layers.groups))] for m in masks], bool)
        crossing = [[e.channel for e in crossing_edges(layers.edges, row)] for row in before]
        times = [link.cycles(c, clock_mhz) if c else 0 for c in crossing]
        bits = [sum(c.words * c.word_bits for c in channels) for channels in crossing]
        return Cuts(layers, before, complete, np.array(times), np.array(bits))

    @cached_property
    def can_follow(self) -> Mask:
        """Whether the part between a cut (first axis) and another (second axis) has work to do."""
        # A cut is after another if it includes all of its groups: a subset test on packed bits.
        packed = np.packbits(self.before, axis=1)
        found = np.zeros((len(packed), len(packed)), bool)
        count = self.before @ self.layers.has_work.astype(np.int64)
        for number, row in enumerate(packed):
            found[number] = ~(row & ~packed).any(1) & (count > count[number])
        return found


def crossing_edges(edges: Sequence[Edge], before: Mask) -> list[Edge]:
    """The channels that cross a cut."""
    return [edge for edge in edges if before[edge.tail] and not before[edge.head]]
