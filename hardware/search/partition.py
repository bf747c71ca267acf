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
from ...qdialect.stream.ports import SourceOp
from ..resources.cost import implementations
from ..resources.device import Device, Use
from .cuts import MOST_CUTS, Cuts, Edge, Mask, reader_of
from .explore import Choices
from .space import CostTable, Space, channel_cost, producer
from .tiling import EVER, Tiler, TooSmall, Unbuildable, Unreachable

FINE = 20
"""Devices are filled evenly in steps of such a part of what a design may take of them."""

PLENTY = 1e3
"""So many times a device there is room for all that is asked of it."""

LEAN = 0.1
"""Foldings that fit are looked for among those in which one kind is so much dearer, too."""

EFFORT = 3000
"""So many tables are looked at before a part counts as too much for a device."""

NEVER = 1 << 62
"""More bits than cross any cut."""


@dataclass(frozen=True)
class PartitionPlan:
    """A design in parts."""

    parts: list[list[Process]]
    """What is on each device, repacks left out."""
    cycles: int
    """That every part, and every link, takes for a frame at most."""
    bits: list[int]
    """Of a frame, over each link."""
    least_bits: int
    """No parts on so many devices send less over their links, all together."""
    least_cycles: int
    """Fewer are impossible, wherever the design is cut; 0 if that is not known."""


class Unpartitionable(Exception):
    """No parts are fast enough, or small enough."""


@dataclass(frozen=True)
class PartCosts:
    """What a design may take of the devices of a vendor, layer by layer and channel by channel."""

    cuts: Cuts
    choices: Choices
    inner: list[list[CostTable]]
    """Of each group of processes, the channels within it included."""
    edges: list[CostTable]
    """Of the channels between groups, where they are not cut."""
    sent: list[CostTable]
    """Of the same where they are, before the cut."""
    taken: list[CostTable]
    """And behind it."""
    passed: list[Use]
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
        ends = [_ends(space, edge, vendor, link) for edge in layers.edges]
        edges = [by_owner[edge.value] for edge in layers.edges]
        return PartCosts(cuts, choices, inner, edges, *map(list, zip(*ends, strict=True)))

    def fits(self, inside: Mask, budget: Use, cycles: int, passed: Use | float = 0.0) -> bool:
        """Whether a search finds a folding of some groups; besides, something passes the device."""
        space, fixed = self.part(inside)
        try:
            if (budget < passed).any():
                return False
            tiler = Tiler(space, budget - passed, fixed)
            tiler.left = min(tiler.left, EFFORT)
            tiler.at(cycles)
            return True
        except (TooSmall, Unbuildable, Unreachable):
            return False

    def passing(self, first: Mask, last: Mask) -> Use | float:
        """What is taken by channels that only pass between two cuts."""
        both = zip(self.passed, self.cuts.layers.edges, strict=True)
        return sum((use for use, e in both if first[e.tail] and not last[e.head]), 0.0)

    def part(self, inside: Mask) -> tuple[Space, dict[int, list[int]]]:
        """The choices of some groups, and what is left of them."""
        parts = [part for n in np.flatnonzero(inside) for part in self.inner[n]]
        for number, edge in enumerate(self.cuts.layers.edges):
            tail, head = inside[edge.tail], inside[edge.head]
            if tail and head:
                parts.append(self.edges[number])
            elif tail:
                parts.append(self.sent[number])
            elif head:
                parts.append(self.taken[number])
        named = sorted({choice for part in parts for choice in part.choices})
        new = {choice: number for number, choice in enumerate(named)}
        whole, fixed = self.choices.space, self.choices.fixed
        space = Space(
            [whole.widths[choice] for choice in named],
            parts=[replace(part, choices=tuple(new[c] for c in part.choices)) for part in parts],
            on_device={new[c]: mask for c, mask in whole.on_device.items() if c in new},
        )
        return space, {new[c]: list(v) for c, v in fixed.items() if c in new}


def _ends(
    space: Space, edge: Edge, vendor: str, link: LinkAttr
) -> tuple[CostTable, CostTable, Use]:
    """What a channel takes at both ends of a link, and where it only passes."""
    lanes = np.array(edge.channel.lanes.data)
    end = implementations(SourceOp("", edge.channel, link), vendor, lanes, lanes)[0].use
    given = space.axes[producer(edge.value)].output
    taken = space.axes[reader_of(edge.value)].input
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
        self.ledger, self.budget, self.cycles = ledger, budget, cycles
        self.asked: dict[tuple[int, int], bool] = {}

    def __call__(self, first: int, last: int) -> bool:
        """Whether what is between two cuts fits."""
        return bool(self.certain[first, last]) or self._ask(first, last)

    @cached_property
    def maybe(self) -> Mask:
        """For each two cuts whether nothing shows that what is between them is too much."""
        kinds = np.flatnonzero(self.budget > 0).tolist()
        sets = [c for size in {1, 2, len(kinds)} for c in combinations(kinds, size)]
        prices = np.array([np.isin(np.arange(len(self.budget)), s) for s in sets]) / 1.0
        prices /= np.maximum(self.budget, 1e-9)
        inner = self.ledger.inner
        least = np.array([sum(self._least(part, prices) for part in parts) for parts in inner])
        never: Mask = np.asarray(~np.isfinite(least).all(1))
        cuts = self.ledger.cuts
        upto = cuts.before @ np.where(never[:, None], 0, least)
        hopeless = cuts.before @ never.astype(np.int64)
        room = np.array([len(s) for s in sets]) * (1 + 1e-9)
        found = [
            follows & (upto - used <= room).all(1) & (hopeless == bad)
            for used, bad, follows in zip(upto, hopeless, cuts.follows, strict=True)
        ]
        return np.array(found)

    def _least(self, part: CostTable, prices: Use) -> Use:
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
        for weights in (1.0, *(np.where(np.arange(len(self.budget)) == k, LEAN, 1) for k in kinds)):
            found |= self._fit_in(PLENTY * weights * self.budget)
        return found & self.maybe

    def _fit_in(self, budget: Use) -> Mask:
        """For each two cuts whether what is between them fits, in the cheapest of all foldings."""
        ledger, space = self.ledger, self.ledger.choices.space
        cuts, edges = ledger.cuts, ledger.cuts.layers.edges
        try:
            widths = Tiler(space, budget, ledger.choices.fixed).at(self.cycles).widths
        except (TooSmall, Unbuildable, Unreachable):
            return np.zeros_like(self.maybe)

        def use(part: CostTable) -> Use:
            place = [int(np.searchsorted(space.widths[c], widths[c])) for c in part.choices]
            return part.use[:, *place]

        inner = np.array([sum(map(use, parts)) for parts in ledger.inner])
        whole, sent, taken = (
            np.array(list(map(use, parts))).reshape(-1, len(self.budget))
            for parts in (ledger.edges, ledger.sent, ledger.taken)
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
                total = total + np.outer(1 - inside, ledger.passed[n] - sent[n])
            found.append(np.asarray((total <= self.budget).all(1)))
        return np.array(found)

    def _ask(self, first: int, last: int) -> bool:
        """Looks for a folding of what is between two cuts."""
        if (first, last) not in self.asked:
            here, there = self.ledger.cuts.before[[first, last]]
            passed = self.ledger.passing(here, there)
            fits = self.ledger.fits(there & ~here, self.budget, self.cycles, passed)
            self.asked[first, last] = fits
        return self.asked[first, last]


def cheapest(
    fits: Sequence[Feasibility], cuts: Cuts, cycles: int, first_feasible: bool
) -> list[int] | None:
    """The cuts behind each device with which least crosses links; None if no parts fit.

    With `anyhow` any that fit will do.
    """
    usable = cuts.times <= cycles
    end = len(cuts.bits) - 1
    ahead = [np.arange(end + 1) == end]
    for fit in reversed(fits):
        ahead.insert(0, (fit.maybe & ahead[0]).any(1) & usable)
    if not ahead[0][0]:
        return None
    costs, came = np.full(end + 1, NEVER), list[dict[int, int]]()
    costs[0] = 0
    for fit, useful in zip(fits, ahead[1:], strict=True):
        reached, ways_ = np.full(end + 1, NEVER), dict[int, int]()
        for cut in np.flatnonzero(useful).tolist():
            before = np.flatnonzero(fit.maybe[:, cut] & (costs < NEVER))
            unsure = ~fit.certain[before, cut] if first_feasible else np.zeros(len(before), bool)
            for first in before[np.lexsort((costs[before], unsure))].tolist():
                if fit(first, cut):
                    reached[cut], ways_[cut] = costs[first] + cuts.bits[cut], first
                    break
        costs = reached
        came.append(ways_)
    if costs[end] == NEVER:
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
        most: int = MOST_CUTS,
    ):
        """`choices` are those of the design, for each vendor of the devices."""
        self.design, self.devices, self.link, self.clock_mhz = design, devices, link, clock_mhz
        self.cuts = Cuts.of(design, link, clock_mhz, most)
        self.ledgers = {
            vendor: PartCosts.of(self.cuts, its, vendor, link) for vendor, its in choices.items()
        }
        self.known: dict[tuple[int, int, int], Feasibility] = {}

    @cached_property
    def speeds(self) -> list[int]:
        """All numbers of cycles that a layer or a link can take, rising."""
        spaces = [ledger.choices.space for ledger in self.ledgers.values()]
        parts = [part.interval.reshape(-1) for space in spaces for part in space.parts]
        return np.unique(np.concatenate([*parts, self.cuts.times])).tolist()

    def plan(self, cycles: int | None = None, fewest: bool = False) -> PartitionPlan:
        """The best parts that take at most so many cycles, or as few as they can.

        All devices get a part, and are filled evenly; or the fewest of the first ones do.
        """
        counts = range(1 if fewest else len(self.devices), len(self.devices) + 1)
        if cycles is None:
            cycles = self._fastest(counts)
        count = self._enough(counts, cycles)
        if count is None:
            raise Unpartitionable(self._why(counts, cycles))
        level = FINE
        if not fewest:
            level = 1 + bisect_left(
                range(1, FINE), True, key=lambda part: self._feasible(count, cycles, part)
            )
        return self._planned(count, cycles, level)

    def _fastest(self, counts: Sequence[int]) -> int:
        speeds = self.speeds
        if self._enough(counts, speeds[-1]) is None:
            raise Unpartitionable(self._why(counts, speeds[-1]))

        def reached(cycles: int) -> bool:
            return self._enough(counts, cycles) is not None

        return speeds[bisect_left(speeds, True, key=reached)]

    def _enough(self, counts: Sequence[int], cycles: int) -> int | None:
        """The first of some numbers of devices that are enough."""
        return next((count for count in counts if self._feasible(count, cycles)), None)

    def _feasible(self, count: int, cycles: int, level: int = FINE) -> bool:
        return self._cut(count, cycles, level, anyhow=True) is not None

    def _cut(self, count: int, cycles: int, level: int, anyhow: bool) -> list[int] | None:
        fits = [self._fits(number, cycles, level) for number in range(count)]
        return cheapest(fits, self.cuts, cycles, anyhow)

    def _fits(self, number: int, cycles: int, level: int) -> Feasibility:
        """What fits on a device, filled to a level; equal devices share what is known."""
        device = self.devices[number]
        key = self.devices.index(device), cycles, level
        if key not in self.known:
            budget = device.budget(self.clock_mhz) * level / FINE
            self.known[key] = Feasibility(self.ledgers[device.vendor], budget, cycles)
        return self.known[key]

    def _planned(self, count: int, cycles: int, level: int) -> PartitionPlan:
        found = self._cut(count, cycles, level, anyhow=False)
        assert found is not None
        before, groups = self.cuts.before, self.cuts.layers.groups
        parts: list[list[Process]] = []
        for first, last in zip([0, *found[:-1]], found, strict=True):
            inside = np.flatnonzero(before[last] & ~before[first])
            parts.append([process for number in inside for process in groups[number]])
        bits = [int(self.cuts.bits[cut]) for cut in found[:-1]]
        return PartitionPlan(
            parts, cycles, bits, self._least_bits(count, bits), self._least_cycles(cycles)
        )

    def _why(self, counts: Sequence[int], cycles: int) -> str:
        """What is wrong with what was asked for."""
        most = int(self.cuts.layers.works.sum())
        if counts[0] > most:
            return f"{counts[0]} devices are too many: the design has {most} parts at most"
        for ledger in self.ledgers.values():
            for part in (part for parts in ledger.inner for part in parts):
                built = np.isfinite(part.use).all(0)
                if isinstance(part.of, Process) and not (part.interval[built] <= cycles).any():
                    least = int(part.interval[built].min())
                    return f"{describe(part.of)} takes {self.rate(least)} at least"
        for group, fits in enumerate(zip(*self._alone(cycles), strict=True)):
            if not any(fits):
                names = " or ".join(dict.fromkeys(device.name for device in self.devices))
                layer = describe(self.cuts.layers.groups[group][-1])
                return f"{layer} alone does not fit on {names}"
        soonest = int(self.cuts.times[1:-1].min(initial=EVER))
        if counts[0] > 1 and soonest > cycles:
            return f"the link is too slow: where least crosses it, it takes {self.rate(soonest)}"
        if self._enough(counts, self.speeds[-1]) is not None:
            fastest = self._fastest(counts)
            return f"the fastest parts for these devices, and this link, take {self.rate(fastest)}"
        return "the devices are too few, or too small, for any folding"

    def _alone(self, cycles: int) -> list[list[bool]]:
        """For each device which layers fit on it."""
        found: list[list[bool]] = []
        for device in self.devices:
            ledger, budget = self.ledgers[device.vendor], device.budget(self.clock_mhz)
            groups = np.eye(len(ledger.inner), dtype=bool)
            found.append([ledger.fits(inside, budget, cycles) for inside in groups])
        return found

    def rate(self, cycles: int) -> str:
        rate = self.clock_mhz * 1e6 / cycles
        return f"{cycles:,} cycles a frame, {rate:,.1f} frames/s at {self.clock_mhz:g} MHz"

    def _least_bits(self, count: int, found: Sequence[int]) -> int:
        """What crosses the links at least: it was found, or the narrowest place is crossed."""
        return sum(found) if self.cuts.all else (count - 1) * self.cuts.layers.narrowest()

    def _least_cycles(self, found: int) -> int:
        """Fewer cycles are impossible: that was seen, or all devices together are too small."""
        if self.cuts.all or len(self.ledgers) > 1:
            return found if self.cuts.all else 0
        (ledger,) = self.ledgers.values()
        budget = sum(device.budget(self.clock_mhz) for device in self.devices)

        def possible(cycles: int) -> bool:
            return bool(Feasibility(ledger, np.asarray(budget), cycles).maybe[0, -1])

        return self.speeds[bisect_left(self.speeds, True, key=possible)]
