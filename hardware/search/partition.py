"""The best cut of a design for a chain of devices: the fastest, or the fewest devices at a rate.

A cut of the design into one part per device is found by dynamic programming over cuts: for each cut
and each number of devices, the prefix with the least link traffic is kept. Whether a part fits on a
device is decided by `Feasibility`. The result is optimal among the cuts that are enumerated, up to
the parts whose search ended without an answer. The best rate, and the most even filling, are found
by bisection, because a slower rate and a larger budget only make more parts fit.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...qdialect.stream import DesignOp, LinkAttr, Process
from ..resources.device import Device
from .cuts import MAX_CUTS, Cuts
from .explore import Choices
from .feasibility import Feasibility
from .part_costs import PartCosts

FILL_LEVELS = 20
"""Devices are filled evenly in steps of one twentieth of their budgets."""

UNREACHED_BITS = 1 << 62
"""The traffic of a cut that no prefix reaches; more bits than cross any cut."""


@dataclass(frozen=True)
class PartitionPlan:
    """A cut of a design into parts."""

    parts: list[list[Process]]
    """The processes on each device, without repacks."""
    cycles: int
    """Upper bound on the cycles per frame of every part and every link."""
    link_bits: list[int]
    """Bits of a frame over each link."""
    min_link_bits: int
    """No cut for as many devices sends fewer bits over all links together."""
    min_cycles: int
    """No cut of the design takes fewer cycles per frame; 0 if that is not known."""


class Unpartitionable(Exception):
    """No cut for any of `counts` devices takes at most `cycles` cycles per frame."""

    def __init__(self, counts: Sequence[int], cycles: int):
        super().__init__("the design cannot be cut for these devices")
        self.counts, self.cycles = counts, cycles


def cheapest_cuts(
    devices: Sequence[Feasibility], cuts: Cuts, cycles: int, first_feasible: bool
) -> list[int] | None:
    """The cut after each device, with the least link traffic; None if no parts fit.

    `bits[c]` is the least traffic with which the first devices hold all that is before cut `c`. One
    step adds a device: it tries the cuts where its part may begin by rising traffic, so the first
    part that fits is the best. Cuts from which the end cannot be reached are skipped.

    With `first_feasible`, any cut with parts that fit is enough: parts that certainly fit are tried
    first, which saves their search.
    """
    usable = cuts.link_cycles <= cycles
    end = len(cuts.bits) - 1
    useful = [np.arange(end + 1) == end]
    for device in reversed(devices):
        useful.insert(0, (device.maybe & useful[0]).any(1) & usable)
    if not useful[0][0]:
        return None
    bits, steps = np.full(end + 1, UNREACHED_BITS), list[dict[int, int]]()
    bits[0] = 0
    for device, targets in zip(devices, useful[1:], strict=True):
        next_bits, begins = np.full(end + 1, UNREACHED_BITS), dict[int, int]()
        for cut in np.flatnonzero(targets).tolist():
            before = np.flatnonzero(device.maybe[:, cut] & (bits < UNREACHED_BITS))
            unsure = ~device.certain[before, cut] if first_feasible else np.zeros(len(before), bool)
            for first in before[np.lexsort((bits[before], unsure))].tolist():
                if device.fits(first, cut):
                    next_bits[cut], begins[cut] = bits[first] + cuts.bits[cut], first
                    break
        bits = next_bits
        steps.append(begins)
    if bits[end] == UNREACHED_BITS:
        return None
    found = [end]
    for begins in reversed(steps):
        found.insert(0, begins[found[0]])
    return found[1:]


class Partitioner:
    """Searches the best cut of a design, with a part for each device of a chain."""

    def __init__(
        self,
        design: DesignOp,
        devices: Sequence[Device],
        link: LinkAttr,
        clock_mhz: float,
        choices: Mapping[str, Choices],
        max_cuts: int = MAX_CUTS,
    ):
        """`choices` are those of the design, for each vendor of the devices."""
        self.design, self.devices, self.link, self.clock_mhz = design, devices, link, clock_mhz
        self.cuts = Cuts.of(design, link, clock_mhz, max_cuts)
        self.costs = {
            vendor: PartCosts.of(self.cuts, each, vendor, link) for vendor, each in choices.items()
        }
        self.feasibilities: dict[tuple[int, int, int], Feasibility] = {}

    @cached_property
    def candidate_cycles(self) -> list[int]:
        """All cycles per frame that a layer or a link can take, rising."""
        spaces = [costs.choices.space for costs in self.costs.values()]
        tables = [table.interval.reshape(-1) for space in spaces for table in space.tables]
        return np.unique(np.concatenate([*tables, self.cuts.link_cycles])).tolist()

    def plan(self, cycles: int | None = None, fewest: bool = False) -> PartitionPlan:
        """The best cut that takes at most these cycles per frame, or as few as possible.

        Every device gets a part, and all are filled as evenly as possible; with `fewest`, only as
        many devices get one as are needed, from the first on. Raises `Unpartitionable`.
        """
        counts = range(1 if fewest else len(self.devices), len(self.devices) + 1)
        if cycles is None:
            cycles = self.min_cycles(counts)
        count = self._min_devices(counts, cycles)
        if count is None:
            raise Unpartitionable(counts, cycles)
        level = FILL_LEVELS
        if not fewest:
            level = 1 + bisect_left(
                range(1, FILL_LEVELS), True, key=lambda level: self._feasible(count, cycles, level)
            )
        return self._plan_at(count, cycles, level)

    def min_cycles(self, counts: Sequence[int]) -> int:
        """The fewest cycles per frame with any of some numbers of devices."""
        candidates = self.candidate_cycles
        if self._min_devices(counts, candidates[-1]) is None:
            raise Unpartitionable(counts, candidates[-1])

        def reached(cycles: int) -> bool:
            return self._min_devices(counts, cycles) is not None

        return candidates[bisect_left(candidates, True, key=reached)]

    def _min_devices(self, counts: Sequence[int], cycles: int) -> int | None:
        """The first of some numbers of devices that is enough."""
        return next((count for count in counts if self._feasible(count, cycles)), None)

    def _feasible(self, count: int, cycles: int, level: int = FILL_LEVELS) -> bool:
        return self._cheapest_cuts(count, cycles, level, first_feasible=True) is not None

    def _cheapest_cuts(
        self, count: int, cycles: int, level: int, first_feasible: bool
    ) -> list[int] | None:
        devices = [self._feasibility(number, cycles, level) for number in range(count)]
        return cheapest_cuts(devices, self.cuts, cycles, first_feasible)

    def _feasibility(self, number: int, cycles: int, level: int) -> Feasibility:
        """The parts that fit on a device filled to a level; shared between equal devices."""
        device = self.devices[number]
        key = self.devices.index(device), cycles, level
        if key not in self.feasibilities:
            budget = device.budget(self.clock_mhz) * level / FILL_LEVELS
            self.feasibilities[key] = Feasibility(self.costs[device.vendor], budget, cycles)
        return self.feasibilities[key]

    def _plan_at(self, count: int, cycles: int, level: int) -> PartitionPlan:
        found = self._cheapest_cuts(count, cycles, level, first_feasible=False)
        assert found is not None
        before, groups = self.cuts.before, self.cuts.layers.groups
        parts: list[list[Process]] = []
        for first, last in zip([0, *found[:-1]], found, strict=True):
            inside = np.flatnonzero(before[last] & ~before[first])
            parts.append([process for number in inside for process in groups[number]])
        bits = [int(self.cuts.bits[cut]) for cut in found[:-1]]
        return PartitionPlan(
            parts, cycles, bits, self._min_link_bits(count, bits), self._proven_min_cycles(cycles)
        )

    def _min_link_bits(self, count: int, found: Sequence[int]) -> int:
        """Lower bound on the bits of a frame over all links.

        With all cuts enumerated, the result is the least. Otherwise each link carries at least the
        minimum cut of the design, whether it was enumerated or not.
        """
        return sum(found) if self.cuts.complete else (count - 1) * self.cuts.layers.min_cut_bits()

    def _proven_min_cycles(self, found: int) -> int:
        """Lower bound on the cycles per frame.

        With all cuts enumerated, the result is the least. Otherwise the chain is relaxed to one
        device with the budgets of all: what that cannot hold, no cut can. Devices of two vendors
        have no common budget, so nothing is known then.
        """
        if self.cuts.complete or len(self.costs) > 1:
            return found if self.cuts.complete else 0
        (costs,) = self.costs.values()
        budget = sum(device.budget(self.clock_mhz) for device in self.devices)

        def possible(cycles: int) -> bool:
            return bool(Feasibility(costs, np.asarray(budget), cycles).maybe[0, -1])

        return self.candidate_cycles[bisect_left(self.candidate_cycles, True, key=possible)]
