"""Which parts of a design fit on a device at a rate.

A part consists of the processes between two cuts. A search decides whether it fits, but a design
has a part for each pair of its cuts, and most pairs need no search. Lower bounds on the cost of a
part refute it. A folding of the whole design proves that a part fits if the processes of the part
fit in its budget.
"""

from functools import cached_property
from itertools import combinations

import numpy as np

from ..resources.device import Use
from .cuts import Mask
from .part_costs import PartCosts
from .space import CostTable
from .tiling import UNLIMITED_BUDGET_FACTOR, Infeasible, Tiler

SCARCE_BUDGET_SHARE = 0.1
"""Foldings of the whole design are also tried with one kind of resource this much scarcer.

They use little of that kind, and so fit where the cheapest folding exceeds the budget of it.
"""


class Feasibility:
    """The parts of a design that fit within a budget and take at most some cycles per frame."""

    def __init__(self, costs: PartCosts, budget: Use, cycles: int):
        self.costs, self.budget, self.cycles = costs, budget, cycles
        self.searched: dict[tuple[int, int], bool] = {}

    def fits(self, first: int, last: int) -> bool:
        """Whether the part between two cuts fits; a search decides only if no bound does."""
        return bool(self.certain[first, last]) or self._search(first, last)

    @cached_property
    def maybe(self) -> Mask:
        """For each two cuts, whether no lower bound refutes the part between them.

        Let a set of kinds have prices of 1 / budget, and all others none. A part within the budget
        costs at most 1 for each kind of the set. It costs at least the sum of what its tables cost
        when each is minimized alone, because tables that share a choice can only cost more
        together. Channels between groups are left out, which lowers the bound and keeps it safe.
        Sums over prefixes give the bounds for all pairs of cuts. Single kinds, pairs, and all kinds
        together are tried. A group that cannot be built at this rate refutes every part with it.
        """
        kinds = np.flatnonzero(self.budget > 0).tolist()
        sets = [c for size in {1, 2, len(kinds)} for c in combinations(kinds, size)]
        prices = np.array([np.isin(np.arange(len(self.budget)), s) for s in sets]) / 1.0
        prices /= np.maximum(self.budget, 1e-9)
        groups = self.costs.groups
        bounds = np.array(
            [sum(self._min_costs(part, prices) for part in parts) for parts in groups]
        )
        unbuildable: Mask = np.asarray(~np.isfinite(bounds).all(1))
        cuts = self.costs.cuts
        before = cuts.before @ np.where(unbuildable[:, None], 0, bounds)
        unbuildable_before = cuts.before @ unbuildable.astype(np.int64)
        allowed = np.array([len(s) for s in sets]) * (1 + 1e-9)
        found = [
            can_follow & (before - cost <= allowed).all(1) & (unbuildable_before == count)
            for cost, count, can_follow in zip(
                before, unbuildable_before, cuts.can_follow, strict=True
            )
        ]
        return np.array(found)

    def _min_costs(self, part: CostTable, prices: Use) -> Use:
        """The least that a table costs by itself, at each of several price vectors."""
        use = part.use.reshape(len(part.use), -1)
        buildable = np.isfinite(use).all(0) & (part.interval.reshape(-1) <= self.cycles)
        buildable &= ~(use[self.budget == 0] > 0).any(0)
        if not buildable.any():
            return np.full(len(prices), np.inf)
        return np.asarray((prices @ use[:, buildable]).min(1))

    @cached_property
    def certain(self) -> Mask:
        """For each two cuts, whether some folding of the whole design fits when cut there."""
        found = np.zeros_like(self.maybe)
        kinds = np.arange(len(self.budget))
        scarce = (np.where(kinds == kind, SCARCE_BUDGET_SHARE, 1) for kind in kinds)
        for weights in (1.0, *scarce):
            found |= self._fits_in_whole_folding(UNLIMITED_BUDGET_FACTOR * weights * self.budget)
        return found & self.maybe

    def _fits_in_whole_folding(self, budget: Use) -> Mask:
        """For each two cuts, whether the part between them fits in one folding of the design.

        `budget` sets the prices at which that folding is the cheapest. Let `before[c]` be the use
        of all groups and uncut channels before cut `c`, and `sent[c]` the same with the link ends
        of the channels that cross `c`. The part between `a` and `b` uses `sent[b] - before[a]`, but
        for the channels that cross `a`. One whose reader is before `b` was counted as uncut, and
        costs a receiver instead. One that crosses `b` as well was counted as sent, and is relayed.
        """
        costs, space = self.costs, self.costs.choices.space
        cuts, edges = costs.cuts, costs.cuts.layers.edges
        try:
            widths = Tiler(space, budget, costs.choices.fixed).cheapest(self.cycles).widths
        except Infeasible:
            return np.zeros_like(self.maybe)

        def use(part: CostTable) -> Use:
            place = [int(np.searchsorted(space.widths[c], widths[c])) for c in part.choices]
            return part.use[:, *place]

        groups = np.array([sum(map(use, parts)) for parts in costs.groups])
        uncut, senders, receivers = (
            np.array(list(map(use, parts))).reshape(-1, len(self.budget))
            for parts in (costs.uncut, costs.senders, costs.receivers)
        )
        written = cuts.before[:, [edge.tail for edge in edges]]
        read = cuts.before[:, [edge.head for edge in edges]]
        before: Use = cuts.before @ groups + read @ uncut
        sent: Use = before + (written & ~read) @ senders
        found: list[Mask] = []
        for crossing, used in zip(written & ~read, before, strict=True):
            total = sent - used
            for n in np.flatnonzero(crossing):
                received = np.where(read[:, n], 1.0, 0.0)
                total = total + np.outer(received, receivers[n] - uncut[n])
                total = total + np.outer(1 - received, costs.relays[n] - senders[n])
            found.append(np.asarray((total <= self.budget).all(1)))
        return np.array(found)

    def _search(self, first: int, last: int) -> bool:
        """Searches a folding of the part between two cuts; the answer is kept."""
        if (first, last) not in self.searched:
            here, there = self.costs.cuts.before[[first, last]]
            relayed = self.costs.relay_use(here, there)
            fits = self.costs.can_tile(there & ~here, self.budget, self.cycles, relayed)
            self.searched[first, last] = fits
        return self.searched[first, last]
