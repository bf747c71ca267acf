"""The best folding of a design: the cheapest at a rate, or the fastest that a device holds.

At a given rate every process has its choices, and the cheapest combination is found exactly. A
budget of several resources binds the choices of all processes together; it enters as prices, which
rise for what runs short. For any prices, the cheapest combination is a lower bound on what every
design within the budget costs. Where that does not decide, the values of a choice are parted in two
and both halves are searched.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count

import numpy as np
import numpy.typing as npt

from ..resources.device import RESOURCE_KINDS, Use
from ..resources.memory import BLOCK_LUTS
from .elimination import Factor, cheapest_choice, elimination_order
from .space import CostTable, Space, on_axis

TYPICAL_PRICES = np.array([1.0, 0.5, BLOCK_LUTS, 1500.0, 160.0, 100.0])
"""Prices of the kinds, in LUTs, where no device is given: about what devices have for each."""

MAX_PRICE_STEPS = 30
"""So often prices change before choices are parted."""

MAX_TABLES_SEARCHED = 200_000
"""So many tables are looked at before rates are left undecided."""

MIN_OFF_CHIP_SPEEDUP = 1.25
"""So many times as fast the fastest design is with weights outside the device, where any are."""

OPTIMALITY_GAP = 1e-2
"""A design this close to the bound is not searched for further: no cost is known so well."""

UNLIMITED_BUDGET_FACTOR = 1e3
"""So many times a device there is room for all that is asked of it."""

EVER = 1 << 60
"""Cycles that every folding takes fewer than."""


def cycles_of_frame(clock_mhz: float, fps: float) -> int:
    """The cycles that a frame may take at a rate."""
    return int(min(clock_mhz * 1e6 / fps * (1 + 1e-12), EVER))


@dataclass(frozen=True)
class Tiling:
    """A choice of everything that can be chosen."""

    widths: list[int]
    """For each choice of the space."""
    interval: int
    """Cycles of a frame."""
    use: Use
    cost: float
    bound: float
    """No design as fast, and within the budget, costs less."""
    off_chip_interval: int | None = None
    """Cycles of a faster one that was passed over, as its weights are outside the device."""


class RateUnreachable(Exception):
    """No folding is as fast."""


class Unbuildable(Exception):
    """A part that can't be built, whatever its other choices are."""

    def __init__(self, part: CostTable):
        super().__init__("a part can't be built")
        self.part = part


class BudgetExceeded(Exception):
    """No folding fits into the budget."""


Masks = dict[int, npt.NDArray[np.bool_]]
"""The values that are left of some choices."""


class Tiler:
    """Searches the foldings of a design, with a budget or without one."""

    def __init__(
        self,
        space: Space,
        budget: Use | None = None,
        fixed: Mapping[int, Collection[int]] | None = None,
        off_chip: bool = False,
    ):
        """`fixed` leaves choices few values; weights lie outside the device only if they may."""
        self.space, self.budget, self.allowed_values = space, budget, fixed
        self.prices = TYPICAL_PRICES if budget is None else 1 / np.maximum(budget, 1e-9)
        self.parts = [_exclude_missing_kinds(part, budget) for part in space.parts]
        self.masks: Masks = {
            choice: np.isin(space.widths[choice], list(values))
            for choice, values in (fixed or {}).items()
        }
        if not off_chip:
            for built, inside in space.inside.items():
                given = self.masks.get(built, np.ones(len(inside), bool))
                self.masks[built] = given & inside if (given & inside).any() else given
        self.steps = elimination_order([part.choices for part in space.parts], space.sizes)
        seen = set[int]()
        self.masked_choices: list[set[int]] = []
        """For each part the choices that no part before it names."""
        for part in space.parts:
            self.masked_choices.append(set(part.choices) - seen)
            seen.update(part.choices)
        self.flat_use = np.hstack([part.use.reshape(len(part.use), -1) for part in self.parts])
        """What all parts take, one behind the other; and their cycles, and where each ends."""
        self.flat_intervals = np.hstack([part.interval.reshape(-1) for part in self.parts])
        self.table_ends: list[int] = np.cumsum([part.interval.size for part in self.parts]).tolist()
        self.tables_left, self.tables_reserved = MAX_TABLES_SEARCHED, 0
        """Tables that may be looked at, and those that are to be left for others."""
        for part in self.parts:
            if not self._buildable(part).any():
                raise Unbuildable(part)
        self.refuted_cycles = 0
        """So many cycles are known to be too few for the budget."""

    def on_chip(self) -> "Tiler":
        """The same search with all weights on the device."""
        return Tiler(self.space, self.budget, self.allowed_values)

    def min_cycles(self) -> int:
        """The fewest cycles that any folding takes, whatever it costs."""
        return self._first(
            lambda cycles: bool(
                np.isfinite(self._cheapest_at_prices(cycles, self.prices, self.masks)[0])
            )
        )

    def cheapest(self, cycles: int) -> Tiling:
        """The cheapest folding that takes at most so many cycles a frame."""
        tiling = self._branch_and_bound(cycles)
        if tiling is not None:
            return tiling
        possible = np.isfinite(self._cheapest_at_prices(cycles, self.prices, self.masks)[0])
        raise BudgetExceeded() if possible else RateUnreachable()

    def fastest(self) -> Tiling:
        """The cheapest of the fastest foldings within the budget; `least` tells what was missed."""
        speeds = self.candidate_cycles()
        best = self._branch_and_bound(int(speeds[-1]))
        if best is None:
            raise BudgetExceeded()

        def fits(cycles: int, share: int) -> bool:
            nonlocal best
            self.tables_reserved = max(self.tables_left - share, 0)
            found = self._branch_and_bound(cycles, split=share > 0)
            if found is not None:
                best = found
            return found is not None

        soon = _first_where(speeds, lambda cycles: fits(cycles, 0))
        open_ = speeds[(speeds > self.refuted_cycles) & (speeds <= soon)]
        share = self.tables_left // max(len(open_).bit_length(), 1)
        _first_where(open_, lambda cycles: fits(cycles, share))
        self.tables_reserved = 0
        return best

    @property
    def proven_min_cycles(self) -> int:
        """Fewer cycles than these were shown to be impossible within the budget."""
        speeds = self.candidate_cycles()
        return int(speeds[np.searchsorted(speeds, self.refuted_cycles, side="right")])

    def min_cycles_by_part(self) -> list[int]:
        """For each part, the fewest cycles of a frame that it can take."""
        return [int(part.interval[self._buildable(part)].min()) for part in self.parts]

    def _buildable(self, part: CostTable) -> npt.NDArray[np.bool_]:
        """Where a part can be built, with the values that are left of its choices."""
        open_: npt.NDArray[np.bool_] = np.asarray(np.isfinite(part.use).all(0))
        for choice in part.choices:
            if choice in self.masks:
                open_ = open_ & on_axis(self.masks[choice], choice, part.choices)
        return open_

    def candidate_cycles(self) -> npt.NDArray[np.int64]:
        """All numbers of cycles that a part can take, rising."""
        return np.unique(np.concatenate([part.interval.reshape(-1) for part in self.parts]))

    def _first(self, holds: Callable[[int], bool]) -> int:
        return _first_where(self.candidate_cycles(), holds)

    def _cheapest_at_prices(
        self, cycles: int, prices: Use, masks: Masks
    ) -> tuple[float, list[int]]:
        """The cheapest folding at some prices, whether it fits or not."""
        self.tables_left -= len(self.parts)
        costs = prices @ self.flat_use
        costs[self.flat_intervals > cycles] = np.inf
        factors: list[Factor] = []
        for part, owned, end in zip(self.parts, self.masked_choices, self.table_ends, strict=True):
            table = costs[end - part.interval.size : end].reshape(part.interval.shape)
            for choice in owned & masks.keys():
                table = np.where(on_axis(masks[choice], choice, part.choices), table, np.inf)
            factors.append(Factor(part.choices, table))
        return cheapest_choice(factors, self.space.sizes, self.steps)

    def _branch_and_bound(self, cycles: int, split: bool = True) -> Tiling | None:
        """The cheapest folding that fits; None if there is none, or none is found."""
        kinds = len(self.prices) if self.budget is None else int((self.budget > 0).sum())
        limit, best = float(kinds), None
        ticket = count()
        queue = [(-np.inf, next(ticket), self.masks, np.zeros(len(self.prices)))]
        least = np.inf
        while queue:
            bound, _, masks, extra = heappop(queue)
            given_up = best is not None and self.tables_left < self.tables_reserved
            if given_up or bound >= limit * (1 - OPTIMALITY_GAP):
                least = min(least, bound)
                continue
            found = self._raise_prices(cycles, masks, extra, limit, bound)
            if found.best is not None and (best is None or found.best.cost < best.cost):
                best, limit = found.best, found.best.cost
            done = found.bound >= limit * (1 - OPTIMALITY_GAP) or len(found.foldings) < 2
            if done or not split or self.tables_left < self.tables_reserved:
                least = min(least, found.bound)
                continue
            for half in self._branch(masks, found.foldings[-2], found.foldings[-1]):
                heappush(queue, (found.bound, next(ticket), half, found.extra))
        if best is None:
            if least > limit:
                self.refuted_cycles = max(self.refuted_cycles, cycles)
            return None
        return replace(best, bound=min(least, best.cost))

    def _raise_prices(
        self, cycles: int, masks: Masks, extra: Use, limit: float, bound: float
    ) -> "PriceSearch":
        """Raises the prices of what runs short, for the best bound.

        Costs are shares of the budget, added up. A kind that takes more than its budget gets dearer
        by `extra`: the cheapest folding at those prices, less the whole budget at what was put on,
        costs no more than any folding that fits.
        """
        found = PriceSearch(bound, extra)
        for _ in range(MAX_PRICE_STEPS):
            total, chosen = self._cheapest_at_prices(cycles, self.prices * (1 + extra), masks)
            if total - extra.sum() > found.bound:
                found.bound, found.extra = total - extra.sum(), extra
            if not np.isfinite(total):
                return found
            tiling = self._evaluate(chosen)
            if not found.foldings or chosen != found.foldings[-1]:
                found.foldings.append(chosen)
            excess = tiling.use * self.prices - 1
            if self.budget is None or (excess <= 0).all():
                if found.best is None or tiling.cost < found.best.cost:
                    found.best = tiling
                limit = min(limit, tiling.cost)
            if found.bound >= limit * (1 - OPTIMALITY_GAP):
                return found
            slope = np.where((excess > 0) | (extra > 0), excess, 0)
            extra = np.maximum(
                0, extra + slope * (limit - found.bound + OPTIMALITY_GAP) / (slope @ slope)
            )
        return found

    def _branch(self, masks: Masks, first: list[int], second: list[int]) -> list[Masks]:
        """Parts the values of the choice on which most of the difference of two foldings hangs."""
        weights = np.zeros(len(first))
        for part in self.parts:
            here, there = (tuple(chosen[c] for c in part.choices) for chosen in (first, second))
            weights[list(part.choices)] += (
                np.abs(part.use[:, *here] - part.use[:, *there]) @ self.prices
            )
        weights[np.equal(first, second)] = -1
        choice = int(weights.argmax())
        values = np.arange(self.space.sizes[choice])
        low = values <= min(first[choice], second[choice])
        left = masks.get(choice, np.ones(len(values), bool))
        return [{**masks, choice: left & half} for half in (low, ~low)]

    def _evaluate(self, chosen: list[int]) -> Tiling:
        """What a folding comes to."""
        places = [tuple(chosen[choice] for choice in part.choices) for part in self.parts]
        both = list(zip(self.parts, places, strict=True))
        use = np.sum([part.use[:, *place] for part, place in both], axis=0)
        interval = max(int(part.interval[place]) for part, place in both)
        widths = [int(w[place]) for w, place in zip(self.space.widths, chosen, strict=True)]
        cost = float(use @ self.prices)
        return Tiling(widths, interval, use, cost, cost)


def best_tiling(tiler: Tiler, cycles: int | None) -> Tiling:
    """The cheapest folding for so many cycles, or the fastest.

    Of a search that may put weights outside the device: they are there only where nothing as fast
    fits otherwise, and the fastest must be faster by a good part for that.
    """
    if cycles is not None:
        try:
            return tiler.on_chip().cheapest(cycles)
        except BudgetExceeded:
            return tiler.cheapest(cycles)
    found = tiler.fastest()
    if found.use[RESOURCE_KINDS.index("port")]:
        with suppress(BudgetExceeded):
            home = tiler.on_chip().fastest()
            if home.interval <= found.interval:
                return home
            if home.interval <= found.interval * MIN_OFF_CHIP_SPEEDUP:
                return replace(home, outside=found.interval)
    return found


@dataclass
class PriceSearch:
    """What a search over prices came to."""

    bound: float
    extra: Use
    best: Tiling | None = None
    foldings: list[list[int]] = field(default_factory=list[list[int]])
    """The foldings that were cheapest at some prices, each different from the one before."""


def _exclude_missing_kinds(part: CostTable, budget: Use | None) -> CostTable:
    """What takes a kind that is not there can't be built."""
    if budget is None:
        return part
    missing = (part.use[budget == 0] > 0).any(0)
    return replace(part, use=np.where(missing, np.inf, part.use))


def _first_where(values: npt.NDArray[np.int64], holds: Callable[[int], bool]) -> int:
    """The first of rising values for which something holds that holds for the last."""
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if holds(int(values[middle])):
            high = middle
        else:
            low = middle + 1
    return int(values[low])
