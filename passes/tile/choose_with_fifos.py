"""Chooses a folding that fits on its device together with its FIFOs.

The depths of FIFOs depend on the folding, so their cost is known only after the folding is chosen.
A lower throughput does not make FIFOs cheaper, because words wait longer for slow processes. So the
cheapest folding without FIFOs may not fit with them, while one for a higher throughput fits.

The cost of a design is the sum, over the kinds of resources, of the share of the budget that it
uses, FIFOs included. For a rate, `tile` compares the cheapest folding at that rate with those at
higher rates, as long as these may cost less. All rates but the first are those of a fixed list, so
that a lower target has all the candidates of a higher one. Without a rate, it takes the first
folding that fits, from the fastest on. At each rate, weights are outside the device only if no
folding fits with all weights on it.
"""

import logging
from dataclasses import dataclass

import numpy as np

from ...hardware.resources.device import RESOURCE_KINDS, Device, Use
from ...hardware.search.space import Space
from ...hardware.search.tiling import Infeasible, Tiler, Tiling, best_tiling
from ...hardware.timing.fifo_depths import MAX_FRAME_CYCLES, quick_depth_cost
from ...qdialect.stream import DesignOp
from .choose import ChosenFolding, FixedValues
from .explain import format_use
from .goal import Goal
from .layer_folding import apply_tiling

LOG = logging.getLogger(__name__)

MAX_FIFO_ROUNDS = 4
"""Maximum foldings that are tried at a rate; each may need deeper FIFOs than the one before."""

LISTED_RATES_PER_DOUBLING = 2
"""Rates that are compared with the target: the cycles are powers of two, and one between each."""


@dataclass(frozen=True)
class SizedFolding:
    """A folding that fits together with its FIFOs."""

    tiling: Tiling
    use: Use
    """Its resources, FIFOs included."""
    cost: float
    """The sum of its shares of the budget."""


@dataclass(frozen=True)
class FifoAwareSearch:
    """Folds a design, again and again, until it fits on its device together with its FIFOs."""

    design: DesignOp
    device: Device
    budget: Use
    space: Space
    fixed: FixedValues

    def tiler(self, reserved: Use | float = 0.0) -> Tiler:
        """The search of foldings, with part of the budget reserved."""
        return Tiler(self.space, self.budget - reserved, self.fixed, off_chip=True)

    def apply(self, tiling: Tiling) -> None:
        """Folds the design."""
        apply_tiling(self.design, self.space, tiling)

    def at_rate(self, cycles: int | None, tiling: Tiling | None = None) -> SizedFolding | None:
        """The cheapest folding for at most `cycles` per frame (the fastest for None) that fits with
        its FIFOs; None if there is none. `tiling` is a folding without FIFOs to try first.

        The reserved part of the budget is a running maximum over all foldings tried, so it never
        falls and the loop does not alternate between two foldings.
        """
        reserved = np.zeros(len(RESOURCE_KINDS))
        for _ in range(MAX_FIFO_ROUNDS):
            if tiling is None:
                try:
                    tiling = best_tiling(self.tiler(reserved), cycles)
                except Infeasible:
                    return None
            found = self.sized(tiling)
            if (found.use <= self.budget).all():
                return found
            reserved, tiling = np.maximum(reserved, found.use - tiling.use), None
        return None

    def sized(self, tiling: Tiling) -> SizedFolding:
        """Adds the FIFOs to a folding, and applies the folding to the design."""
        self.apply(tiling)
        available = self.budget - tiling.use
        fifos = quick_depth_cost(self.design, self.device.vendor, available)
        use = tiling.use + np.maximum(0, fifos)
        return SizedFolding(tiling, use, float((use / np.maximum(self.budget, 1e-9)).sum()))

    def cheapest(self, cycles: int, first: Tiling) -> SizedFolding | None:
        """The cheapest folding at a rate or a higher one. A faster folding without FIFOs costs no
        less than a slower one, so the comparison ends where the bound on its cost is too high."""
        best = self.at_rate(cycles, first)
        for faster in rates_below(first.interval):
            bound = self.tiler().lower_bound(faster)
            if bound >= (best.cost if best is not None else np.inf):
                break
            found = self.at_rate(faster)
            if found is not None and (best is None or found.cost < best.cost):
                best = found
        return best

    def fastest(self, first: Tiling) -> SizedFolding | None:
        """The fastest folding that fits with its FIFOs, or one at the next lower listed rate."""
        found = self.at_rate(None, first)
        slowest = int(self.tiler().candidate_cycles()[-1])
        for slower in rates_above(first.interval, slowest):
            if found is not None:
                break
            found = self.at_rate(slower)
        return found


def leave_room_for_fifos(
    design: DesignOp, goal: Goal, space: Space, fixed: FixedValues, chosen: ChosenFolding
) -> ChosenFolding:
    """Folds a design again if it does not fit with its FIFOs, or costs less at a higher rate.

    Depths are computed cycle by cycle, which needs memory for each cycle; a design of more than
    `MAX_FRAME_CYCLES` keeps its first folding. So does one for which no folding is found: the
    search here is quick, and the final depths may fit after all.
    """
    assert goal.device is not None and goal.budget is not None
    if chosen.tiling.interval > MAX_FRAME_CYCLES:
        return chosen
    search = FifoAwareSearch(design, goal.device, goal.budget, space, fixed)
    if goal.max_cycles is None:
        found = search.fastest(chosen.tiling)
    else:
        found = search.cheapest(goal.max_cycles, chosen.tiling)
    if found is None:
        search.apply(chosen.tiling)
        more = np.maximum(0, quick_depth_cost(design, goal.device.vendor, 0 * goal.budget))
        LOG.info(
            "tile: the FIFOs need %s more, and no folding leaves room for that",
            format_use(goal.device, more),
        )
        return chosen
    search.apply(found.tiling)
    return ChosenFolding(found.tiling, chosen.min_cycles)


def listed_cycles(number: int) -> int:
    """Cycles per frame of one of the listed rates."""
    return int(2 ** (number / LISTED_RATES_PER_DOUBLING))


def rates_below(cycles: int) -> list[int]:
    """Cycles per frame of the listed rates that are faster, the slowest first."""
    numbers = range(LISTED_RATES_PER_DOUBLING * cycles.bit_length(), -1, -1)
    return [listed for number in numbers if (listed := listed_cycles(number)) < cycles]


def rates_above(cycles: int, slowest: int) -> list[int]:
    """Cycles per frame of the listed rates that are slower, the fastest first."""
    numbers = range(LISTED_RATES_PER_DOUBLING * slowest.bit_length() + 1)
    return [listed for number in numbers if (listed := listed_cycles(number)) > cycles]
