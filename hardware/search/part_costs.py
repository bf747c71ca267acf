"""Cost tables of a design that is cut: for each group of processes and each channel between them.

A channel within a part costs what it costs in the whole design. A channel that is cut costs a link
end and a FIFO on both sides. A device between a channel's writer and its reader relays the channel:
it has both link ends and a FIFO between them.
"""

from dataclasses import dataclass, replace

import numpy as np

from ...qdialect.stream import LinkAttr
from ...qdialect.stream.ports import SourceOp
from ..resources.cost import implementations
from ..resources.device import Use
from .cuts import Cuts, Edge, Mask, reader_of
from .explore import Choices
from .space import CostTable, Space, channel_cost, producer
from .tiling import Infeasible, Tiler

MAX_TABLES_PER_PART = 3000
"""Cost tables that are searched before a part counts as too large for a device.

Partitioning asks about many parts, so each search is short.
"""


@dataclass(frozen=True)
class PartCosts:
    """The cost tables of a design on devices of one vendor."""

    cuts: Cuts
    choices: Choices
    groups: list[list[CostTable]]
    """For each group of processes, its tables and those of the channels inside it."""
    uncut: list[CostTable]
    """For each channel between groups, its table where it is not cut."""
    senders: list[CostTable]
    """For each of these channels, its table on the writer's device where it is cut."""
    receivers: list[CostTable]
    """For each of these channels, its table on the reader's device where it is cut."""
    relays: list[Use]
    """For each of these channels, its cost on a device that relays it."""

    @staticmethod
    def of(cuts: Cuts, choices: Choices, vendor: str, link: LinkAttr) -> "PartCosts":
        space, layers = choices.space, cuts.layers
        by_owner = {table.of: table for table in space.tables}
        groups = [[by_owner[process] for process in group] for group in layers.groups]
        between = {edge.value for edge in layers.edges}
        for number, group in enumerate(layers.groups):
            values = [value for process in group for value in process.operands]
            groups[number] += [by_owner[v] for v in values if v not in between and v in by_owner]
        ends = [link_end_costs(space, edge, vendor, link) for edge in layers.edges]
        uncut = [by_owner[edge.value] for edge in layers.edges]
        return PartCosts(cuts, choices, groups, uncut, *map(list, zip(*ends, strict=True)))

    def can_tile(self, inside: Mask, budget: Use, cycles: int, relayed: Use | float = 0.0) -> bool:
        """Whether a search finds a folding of some groups beside the channels that are relayed."""
        space, fixed = self.subspace(inside)
        if (budget < relayed).any():
            return False
        try:
            tiler = Tiler(space, budget - relayed, fixed)
            tiler.tables_left = min(tiler.tables_left, MAX_TABLES_PER_PART)
            tiler.cheapest(cycles)
        except Infeasible:
            return False
        return True

    def relay_use(self, first: Mask, last: Mask) -> Use | float:
        """The cost of the channels that cross both of two cuts."""
        channels = zip(self.relays, self.cuts.layers.edges, strict=True)
        return sum((use for use, e in channels if first[e.tail] and not last[e.head]), 0.0)

    def subspace(self, inside: Mask) -> tuple[Space, dict[int, list[int]]]:
        """The choices of some groups, renumbered, and the values that are fixed for them."""
        tables = [table for n in np.flatnonzero(inside) for table in self.groups[n]]
        for number, edge in enumerate(self.cuts.layers.edges):
            tail, head = inside[edge.tail], inside[edge.head]
            if tail and head:
                tables.append(self.uncut[number])
            elif tail:
                tables.append(self.senders[number])
            elif head:
                tables.append(self.receivers[number])
        named = sorted({choice for table in tables for choice in table.choices})
        new = {choice: number for number, choice in enumerate(named)}
        whole, fixed = self.choices.space, self.choices.fixed
        space = Space(
            [whole.widths[choice] for choice in named],
            tables=[replace(t, choices=tuple(new[c] for c in t.choices)) for t in tables],
            on_device={new[c]: mask for c, mask in whole.on_device.items() if c in new},
        )
        return space, {new[c]: list(v) for c, v in fixed.items() if c in new}


def link_end_costs(
    space: Space, edge: Edge, vendor: str, link: LinkAttr
) -> tuple[CostTable, CostTable, Use]:
    """The costs of a cut channel: on the writer's device, on the reader's, and where relayed."""
    lanes = np.array(edge.channel.lanes.data)
    end = implementations(SourceOp("", edge.channel, link), vendor, lanes, lanes)[0].use
    written = space.axes[producer(edge.value)].output
    read = space.axes[reader_of(edge.value)].input
    before = channel_cost(vendor, edge.channel, space.widths[written], lanes)
    after = channel_cost(vendor, edge.channel, lanes, space.widths[read])
    return (
        CostTable(edge.value, (written,), before[0], before[1] + end[:, None]),
        CostTable(edge.value, (read,), after[0], after[1] + end[:, None]),
        2 * end + channel_cost(vendor, edge.channel, lanes, lanes)[1],
    )
