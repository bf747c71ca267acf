"""The best parts of a design for devices in a row: the fastest, or the fewest devices at a rate.

A part fits on a device if the search over foldings finds one there that is fast enough. Few parts
are asked about: what processes take at least, at several prices, refutes a part, and foldings of
the whole design show that others fit. Then parts are joined cut by cut. Of all ways to a cut with
so many devices the one is kept over whose links least goes, so the result is the best there is
along the cuts that are looked at.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from ...qdialect.qnn.base import describe
from ...qdialect.stream import DesignOp, LinkAttr, Process
from ...qdialect.stream.flow import SourceOp
from ..resources.cost import implementations
from ..resources.device import Device, Use
from ..timing.frame_rate import MAX_CYCLES_PER_FRAME
from .cuts import MAX_CUTS, Cuts, Edge, Mask, reader_of
from .explore import Choices
from .space import CostTable, Space, channel_cost, producer
from .tiling import BudgetExceeded, RateUnreachable, Tiler, Unbuildable

FILL_LEVELS = 20
"""Devices are filled evenly in steps of such a part of what a design may take of them."""

PLENTY = 1e3
"""So many times a device there is room for all that is asked of it."""

SCARCE_BUDGET_SHARE = 0.1
"""Foldings that fit are looked for among those in which one kind is so much dearer, too."""

MAX_TABLES_PER_PART = 3000
"""So many tables are looked at before a part counts as too much for a device."""

UNREACHED_BITS = 1 << 62
"""More bits than cross any cut."""


@dataclass(frozen=True)
class PartitionPlan:
    """A design in parts."""

    parts: list[list[Process]]
    """What is on each device, repacks left out."""
    cycles: int
    """That every part, and every link, takes for a frame at most."""
    link_bits: list[int]
    """Of a frame, over each link."""
    min_link_bits: int
    """No parts on so many devices send less over their links, all together."""
    min_cycles: int
    """Fewer are impossible, wherever the design is cut; 0 if that is not known."""


class Unpartitionable(Exception):
    """No parts are fast enough, or small enough."""


@dataclass(frozen=True)
class PartCosts:
    """What a design may take of the devices of a vendor, layer by layer and channel by channel."""

    cuts: Cuts
    choices: Choices
    groups: list[list[CostTable]]
    """Of each group of processes, the channels within it included."""
    uncut: list[CostTable]
    """Of the channels between groups, where they are not cut."""
    senders: list[CostTable]
    """Of the same where they are, before the cut."""
    receivers: list[CostTable]
    """And behind it."""
    relays: list[Use]
    """Of a device that they only pass."""

    @staticmethod
    def of(cuts: Cuts, choices: Choices, vendor: str, link: LinkAttr) -> "PartCosts":
        space, layers = choices.space, cuts.layers
        by_owner = {part.of: part for part in space.parts}
        inner = [[by_owner[process] for process in group] for group in layers.groups]
        cut = {edge.value for edge in layers.edges}
        for number, group in enumerate(layers.groups):
            values = [value for process in group for value in process.operands]
            inner[number] += [by_owner[v] for v in values if v not in cut and v in by_owner]
        ends = [link_end_costs(space, edge, vendor, link) for edge in layers.edges]
        edges = [by_owner[edge.value] for edge in layers.edges]
        return PartCosts(cuts, choices, inner, edges, *map(list, zip(*ends, strict=True)))

    def can_tile(self, inside: Mask, budget: Use, cycles: int, passed: Use | float = 0.0) -> bool:
        """Whether a search finds a folding of some groups; besides, something passes the device."""
        space, fixed = self.subspace(inside)
        try:
            if (budget < passed).any():
                return False
            tiler = Tiler(space, budget - passed, fixed)
            tiler.tables_left = min(tiler.tables_left, MAX_TABLES_PER_PART)
            tiler.cheapest(cycles)
            return True
        except (BudgetExceeded, Unbuildable, RateUnreachable):
            return False

    def relay_use(self, first: Mask, last: Mask) -> Use | float:
        """What is taken by channels that only pass between two cuts."""
        both = zip(self.relays, self.cuts.layers.edges, strict=True)
        return sum((use for use, e in both if first[e.tail] and not last[e.head]), 0.0)

    def subspace(self, inside: Mask) -> tuple[Space, dict[int, list[int]]]:
        """The choices of some groups, and what is left of them."""
        parts = [part for n in np.flatnonzero(inside) for part in self.groups[n]]
        for number, edge in enumerate(self.cuts.layers.edges):
            tail, head = inside[edge.tail], inside[edge.head]
            if tail and head:
                parts.append(self.uncut[number])
            elif tail:
                parts.append(self.senders[number])
            elif head:
                parts.append(self.receivers[number])
        named = sorted({choice for part in parts for choice in part.choices})
        new = {choice: number for number, choice in enumerate(named)}
        whole, fixed = self.choices.space, self.choices.fixed
        space = Space(
            [whole.widths[choice] for choice in named],
            parts=[replace(part, choices=tuple(new[c] for c in part.choices)) for part in parts],
            inside={new[c]: mask for c, mask in whole.inside.items() if c in new},
        )
        return space, {new[c]: list(v) for c, v in fixed.items() if c in new}


def link_end_costs(
    space: Space, edge: Edge, vendor: str, link: LinkAttr
) -> tuple[CostTable, CostTable, Use]:
    """What a channel takes at both ends of a link, and where it only passes."""
    lanes = np.array(edge.channel.lanes.data)
    end = implementations(SourceOp("", edge.channel, link), vendor, lanes, lanes)[0].use
    given = space.ends[producer(edge.value)].output
    taken = space.ends[reader_of(edge.value)].input
    before = channel_cost(vendor, edge.channel, space.widths[given], lanes)
    behind = channel_cost(vendor, edge.channel, lanes, space.widths[taken])
    return (
        CostTable(edge.value, (given,), before[0], before[1] + end[:, None]),
        CostTable(edge.value, (taken,), behind[0], behind[1] + end[:, None]),
        2 * end + channel_cost(vendor, edge.channel, lanes, lanes)[1],
    )


class Feasibility:
    """Which parts of a design fit on a device, and take at most so many cycles."""

    def __init__(self, ledger: PartCosts, budget: Use, cycles: int):
        self.costs, self.budget, self.cycles = ledger, budget, cycles
        self.searched: dict[tuple[int, int], bool] = {}

    def __call__(self, first: int, last: int) -> bool:
        """Whether what is between two cuts fits."""
        return bool(self.certain[first, last]) or self._search(first, last)

    @cached_property
    def maybe(self) -> Mask:
        """For each two cuts whether nothing shows that what is between them is too much."""
        kinds = np.flatnonzero(self.budget > 0).tolist()
        sets = [c for size in {1, 2, len(kinds)} for c in combinations(kinds, size)]
        prices = np.array([np.isin(np.arange(len(self.budget)), s) for s in sets]) / 1.0
        prices /= np.maximum(self.budget, 1e-9)
        inner = self.costs.groups
        least = np.array([sum(self._min_costs(part, prices) for part in parts) for parts in inner])
        never: Mask = np.asarray(~np.isfinite(least).all(1))
        cuts = self.costs.cuts
        upto = cuts.before @ np.where(never[:, None], 0, least)
        hopeless = cuts.before @ never.astype(np.int64)
        room = np.array([len(s) for s in sets]) * (1 + 1e-9)
        found = [
            follows & (upto - used <= room).all(1) & (hopeless == bad)
            for used, bad, follows in zip(upto, hopeless, cuts.can_follow, strict=True)
        ]
        return np.array(found)

    def _min_costs(self, part: CostTable, prices: Use) -> Use:
        """What a part costs at least, at each prices."""
        use = part.use.reshape(len(part.use), -1)
        built = np.isfinite(use).all(0) & (part.interval.reshape(-1) <= self.cycles)
        built &= ~(use[self.budget == 0] > 0).any(0)
        if not built.any():
            return np.full(len(prices), np.inf)
        return np.asarray((prices @ use[:, built]).min(1))

    @cached_property
    def certain(self) -> Mask:
        """For each two cuts whether a folding of the whole design has what is between them fit."""
        found = np.zeros_like(self.maybe)
        kinds = range(len(self.budget))
        for weights in (
            1.0,
            *(np.where(np.arange(len(self.budget)) == k, SCARCE_BUDGET_SHARE, 1) for k in kinds),
        ):
            found |= self._fits_in_whole_folding(PLENTY * weights * self.budget)
        return found & self.maybe

    def _fits_in_whole_folding(self, budget: Use) -> Mask:
        """For each two cuts whether what is between them fits, in the cheapest of all foldings."""
        ledger, space = self.costs, self.costs.choices.space
        cuts, edges = ledger.cuts, ledger.cuts.layers.edges
        try:
            widths = Tiler(space, budget, ledger.choices.fixed).cheapest(self.cycles).widths
        except (BudgetExceeded, Unbuildable, RateUnreachable):
            return np.zeros_like(self.maybe)

        def use(part: CostTable) -> Use:
            place = [int(np.searchsorted(space.widths[c], widths[c])) for c in part.choices]
            return part.use[:, *place]

        inner = np.array([sum(map(use, parts)) for parts in ledger.groups])
        whole, sent, taken = (
            np.array(list(map(use, parts))).reshape(-1, len(self.budget))
            for parts in (ledger.uncut, ledger.senders, ledger.receivers)
        )
        written = cuts.before[:, [edge.tail for edge in edges]]
        read = cuts.before[:, [edge.head for edge in edges]]
        upto: Use = cuts.before @ inner + read @ whole
        upto_sent: Use = upto + (written & ~read) @ sent
        found: list[Mask] = []
        for here, used in zip(written & ~read, upto, strict=True):
            total = upto_sent - used
            for n in np.flatnonzero(here):
                inside = np.where(read[:, n], 1.0, 0.0)
                total = total + np.outer(inside, taken[n] - whole[n])
                total = total + np.outer(1 - inside, ledger.relays[n] - sent[n])
            found.append(np.asarray((total <= self.budget).all(1)))
        return np.array(found)

    def _search(self, first: int, last: int) -> bool:
        """Looks for a folding of what is between two cuts."""
        if (first, last) not in self.searched:
            here, there = self.costs.cuts.before[[first, last]]
            passed = self.costs.relay_use(here, there)
            fits = self.costs.can_tile(there & ~here, self.budget, self.cycles, passed)
            self.searched[first, last] = fits
        return self.searched[first, last]


def cheapest_cuts(
    fits: Sequence[Feasibility], cuts: Cuts, cycles: int, first_feasible: bool
) -> list[int] | None:
    """The cuts behind each device with which least crosses links; None if no parts fit.

    With `anyhow` any that fit will do.
    """
    usable = cuts.link_cycles <= cycles
    end = len(cuts.bits) - 1
    ahead = [np.arange(end + 1) == end]
    for fit in reversed(fits):
        ahead.insert(0, (fit.maybe & ahead[0]).any(1) & usable)
    if not ahead[0][0]:
        return None
    costs, came = np.full(end + 1, UNREACHED_BITS), list[dict[int, int]]()
    costs[0] = 0
    for fit, useful in zip(fits, ahead[1:], strict=True):
        reached, ways_ = np.full(end + 1, UNREACHED_BITS), dict[int, int]()
        for cut in np.flatnonzero(useful).tolist():
            before = np.flatnonzero(fit.maybe[:, cut] & (costs < UNREACHED_BITS))
            unsure = ~fit.certain[before, cut] if first_feasible else np.zeros(len(before), bool)
            for first in before[np.lexsort((costs[before], unsure))].tolist():
                if fit(first, cut):
                    reached[cut], ways_[cut] = costs[first] + cuts.bits[cut], first
                    break
        costs = reached
        came.append(ways_)
    if costs[end] == UNREACHED_BITS:
        return None
    found = [end]
    for ways_ in reversed(came):
        found.insert(0, ways_[found[0]])
    return found[1:]


class Partitioner:
    """Looks for the best parts of a design, one for each of some devices in a row."""

    def __init__(
        self,
        design: DesignOp,
        devices: Sequence[Device],
        link: LinkAttr,
        clock_mhz: float,
        choices: Mapping[str, Choices],
        most: int = MAX_CUTS,
    ):
        """`choices` are those of the design, for each vendor of the devices."""
        self.design, self.devices, self.link, self.clock_mhz = design, devices, link, clock_mhz
        self.cuts = Cuts.of(design, link, clock_mhz, most)
        self.costs = {
            vendor: PartCosts.of(self.cuts, its, vendor, link) for vendor, its in choices.items()
        }
        self.feasibilities: dict[tuple[int, int, int], Feasibility] = {}

    @cached_property
    def candidate_cycles(self) -> list[int]:
        """All numbers of cycles that a layer or a link can take, rising."""
        spaces = [ledger.choices.space for ledger in self.costs.values()]
        parts = [part.interval.reshape(-1) for space in spaces for part in space.parts]
        return np.unique(np.concatenate([*parts, self.cuts.link_cycles])).tolist()

    def plan(self, cycles: int | None = None, fewest: bool = False) -> PartitionPlan:
        """The best parts that take at most so many cycles, or as few as they can.

        All devices get a part, and are filled evenly; or the fewest of the first ones do.
        """
        counts = range(1 if fewest else len(self.devices), len(self.devices) + 1)
        if cycles is None:
            cycles = self._fastest(counts)
        count = self._min_devices(counts, cycles)
        if count is None:
            raise Unpartitionable(self._why(counts, cycles))
        level = FILL_LEVELS
        if not fewest:
            level = 1 + bisect_left(
                range(1, FILL_LEVELS), True, key=lambda part: self._feasible(count, cycles, part)
            )
        return self._plan_at(count, cycles, level)

    def _fastest(self, counts: Sequence[int]) -> int:
        speeds = self.candidate_cycles
        if self._min_devices(counts, speeds[-1]) is None:
            raise Unpartitionable(self._why(counts, speeds[-1]))

        def reached(cycles: int) -> bool:
            return self._min_devices(counts, cycles) is not None

        return speeds[bisect_left(speeds, True, key=reached)]

    def _min_devices(self, counts: Sequence[int], cycles: int) -> int | None:
        """The first of some numbers of devices that are enough."""
        return next((count for count in counts if self._feasible(count, cycles)), None)

    def _feasible(self, count: int, cycles: int, level: int = FILL_LEVELS) -> bool:
        return self._cheapest_cuts(count, cycles, level, anyhow=True) is not None

    def _cheapest_cuts(self, count: int, cycles: int, level: int, anyhow: bool) -> list[int] | None:
        fits = [self._feasibility(number, cycles, level) for number in range(count)]
        return cheapest_cuts(fits, self.cuts, cycles, anyhow)

    def _feasibility(self, number: int, cycles: int, level: int) -> Feasibility:
        """What fits on a device, filled to a level; equal devices share what is known."""
        device = self.devices[number]
        key = self.devices.index(device), cycles, level
        if key not in self.feasibilities:
            budget = device.budget(self.clock_mhz) * level / FILL_LEVELS
            self.feasibilities[key] = Feasibility(self.costs[device.vendor], budget, cycles)
        return self.feasibilities[key]

    def _plan_at(self, count: int, cycles: int, level: int) -> PartitionPlan:
        found = self._cheapest_cuts(count, cycles, level, anyhow=False)
        assert found is not None
        before, groups = self.cuts.before, self.cuts.layers.groups
        parts: list[list[Process]] = []
        for first, last in zip([0, *found[:-1]], found, strict=True):
            inside = np.flatnonzero(before[last] & ~before[first])
            parts.append([process for number in inside for process in groups[number]])
        bits = [int(self.cuts.bits[cut]) for cut in found[:-1]]
        return PartitionPlan(
            parts, cycles, bits, self._min_link_bits(count, bits), self._min_cycles(cycles)
        )

    def _why(self, counts: Sequence[int], cycles: int) -> str:
        """What is wrong with what was asked for."""
        most = int(self.cuts.layers.has_work.sum())
        if counts[0] > most:
            return f"{counts[0]} devices are too many: the design has {most} parts at most"
        for ledger in self.costs.values():
            for part in (part for parts in ledger.groups for part in parts):
                built = np.isfinite(part.use).all(0)
                if isinstance(part.of, Process) and not (part.interval[built] <= cycles).any():
                    least = int(part.interval[built].min())
                    return f"{describe(part.of)} takes {self.rate(least)} at least"
        for group, fits in enumerate(zip(*self._groups_that_fit_alone(cycles), strict=True)):
            if not any(fits):
                names = " or ".join(dict.fromkeys(device.name for device in self.devices))
                layer = describe(self.cuts.layers.groups[group][-1])
                return f"{layer} alone does not fit on {names}"
        soonest = int(self.cuts.link_cycles[1:-1].min(initial=MAX_CYCLES_PER_FRAME))
        if counts[0] > 1 and soonest > cycles:
            return f"the link is too slow: where least crosses it, it takes {self.rate(soonest)}"
        if self._min_devices(counts, self.candidate_cycles[-1]) is not None:
            fastest = self._fastest(counts)
            return f"the fastest parts for these devices, and this link, take {self.rate(fastest)}"
        return "the devices are too few, or too small, for any folding"

    def _groups_that_fit_alone(self, cycles: int) -> list[list[bool]]:
        """For each device which layers fit on it."""
        found: list[list[bool]] = []
        for device in self.devices:
            ledger, budget = self.costs[device.vendor], device.budget(self.clock_mhz)
            groups = np.eye(len(ledger.groups), dtype=bool)
            found.append([ledger.can_tile(inside, budget, cycles) for inside in groups])
        return found

    def rate(self, cycles: int) -> str:
        rate = self.clock_mhz * 1e6 / cycles
        return f"{cycles:,} cycles a frame, {rate:,.1f} frames/s at {self.clock_mhz:g} MHz"

    def _min_link_bits(self, count: int, found: Sequence[int]) -> int:
        """What crosses the links at least: it was found, or the narrowest place is crossed."""
        return sum(found) if self.cuts.complete else (count - 1) * self.cuts.layers.min_cut_bits()

    def _min_cycles(self, found: int) -> int:
        """Fewer cycles are impossible: that was seen, or all devices together are too small."""
        if self.cuts.complete or len(self.costs) > 1:
            return found if self.cuts.complete else 0
        (ledger,) = self.costs.values()
        budget = sum(device.budget(self.clock_mhz) for device in self.devices)

        def possible(cycles: int) -> bool:
            return bool(Feasibility(ledger, np.asarray(budget), cycles).maybe[0, -1])

        return self.candidate_cycles[bisect_left(self.candidate_cycles, True, key=possible)]
