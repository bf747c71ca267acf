"""The best folding of a design: the cheapest at a rate, or the fastest within a device's budget.

At a fixed rate, the cheapest combination of choices is found exactly, by variable elimination. A
budget couples the choices of all processes. It is relaxed: its kinds of resources get prices, and
the price of a kind rises while the folding exceeds its budget. At any prices, the cheapest folding
is a Lagrangian lower bound on the cost of every folding within the budget. Where the bound leaves a
gap, branch and bound splits the values of one choice and searches both halves.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from math import inf, isfinite

import numpy as np
import numpy.typing as npt

from ..resources.device import RESOURCE_KINDS, Use
from ..resources.memory import BLOCK_LUTS
from .elimination import Factor, cheapest_choice, elimination_order
from .space import CostTable, Space, on_axis

TYPICAL_PRICES = np.array([1.0, 0.5, BLOCK_LUTS, 1500.0, 160.0, 100.0])
"""LUTs that a unit of each resource kind is worth where no device sets a budget.

They follow the ratio of LUTs to the other kinds on common devices.
"""

MAX_PRICE_STEPS = 30
"""Price updates before branch and bound splits a choice."""

MAX_TABLES_SEARCHED = 200_000
"""Cost tables that one `Tiler` evaluates before branch and bound ends."""

MIN_OFF_CHIP_SPEEDUP = 1.25
"""Off-chip weights are used only if they make the fastest design at least this much faster."""

OPTIMALITY_GAP = 1e-2
"""The search ends at a cost this close to the lower bound: cost models are less exact than that."""

UNLIMITED_BUDGET_FACTOR = 1e3
"""A budget this many times the device's never binds, yet kinds that the device lacks stay at 0."""


@dataclass(frozen=True)
class Tiling:
    """A value for every choice of a space, and the figures of the resulting design."""

    widths: list[int]
    """The value of each choice, in the order of the space."""
    interval: int
    """Cycles per frame."""
    use: Use
    cost: float
    bound: float
    """Lower bound on the cost of any folding that is as fast and within the budget."""
    off_chip_interval: int | None = None
    """Cycles per frame of a faster folding that was rejected because it needs off-chip weights."""


class Infeasible(Exception):
    """No folding meets the request."""


class Unbuildable(Infeasible):
    """A process or a channel cannot be built with any of the values that its choices may have."""

    def __init__(self, table: CostTable):
        super().__init__("a process or a channel cannot be built")
        self.table = table


class RateUnreachable(Infeasible):
    """No folding takes at most `cycles` cycles per frame, whatever its cost."""

    def __init__(self, tiler: "Tiler", cycles: int):
        super().__init__("no folding is fast enough")
        self.tiler, self.cycles = tiler, cycles


class BudgetExceeded(Infeasible):
    """Foldings of at most `cycles` cycles per frame exist, but none was found within the budget."""

    def __init__(self, tiler: "Tiler", cycles: int):
        super().__init__("no folding fits into the budget")
        self.tiler, self.cycles = tiler, cycles


Masks = dict[int, npt.NDArray[np.bool_]]
"""For some choices, which of their values are allowed."""


class Tiler:
    """Searches the foldings of a design, with a budget or without one.

    Raises `Unbuildable` if a process or a channel cannot be built with the allowed values.
    """

    def __init__(
        self,
        space: Space,
        budget: Use | None = None,
        fixed: Mapping[int, Collection[int]] | None = None,
        off_chip: bool = False,
    ):
        """`fixed` restricts choices to some values; `off_chip` allows weights off the device."""
        self.space, self.budget, self.fixed = space, budget, fixed
        self.prices = TYPICAL_PRICES if budget is None else 1 / np.maximum(budget, 1e-9)
        self.tables = [_exclude_missing_kinds(table, budget) for table in space.tables]
        self.masks: Masks = {
            choice: np.isin(space.widths[choice], list(values))
            for choice, values in (fixed or {}).items()
        }
        if not off_chip:
            for choice, on_chip in space.on_device.items():
                allowed = self.masks.get(choice, np.ones(len(on_chip), bool))
                self.masks[choice] = allowed & on_chip if (allowed & on_chip).any() else allowed
        self.steps = elimination_order([table.choices for table in space.tables], space.sizes)
        seen = set[int]()
        self.masked_choices: list[set[int]] = []
        """For each table, the choices that no earlier table names: a mask is applied only once."""
        for table in space.tables:
            self.masked_choices.append(set(table.choices) - seen)
            seen.update(table.choices)
        # All tables stand in one flat array, so that a price vector costs a single product.
        self.flat_use = np.hstack([table.use.reshape(len(table.use), -1) for table in self.tables])
        self.flat_intervals = np.hstack([table.interval.reshape(-1) for table in self.tables])
        self.table_ends: list[int] = np.cumsum(
            [table.interval.size for table in self.tables]
        ).tolist()
        self.tables_left = MAX_TABLES_SEARCHED
        self.tables_reserved = 0
        """The share of `tables_left` that is kept for later searches."""
        for table in self.tables:
            if not self._buildable(table).any():
                raise Unbuildable(table)
        self.refuted_cycles = 0
        """No folding within the budget takes this many cycles per frame, or fewer."""

    def on_chip(self) -> "Tiler":
        """The same search with all weights on the device."""
        return Tiler(self.space, self.budget, self.fixed)

    def min_cycles(self) -> int:
        """The fewest cycles per frame of any folding, whatever its cost."""

        def reachable(cycles: int) -> bool:
            return isfinite(self._cheapest_at_prices(cycles, self.prices, self.masks)[0])

        return _first_where(self.candidate_cycles(), reachable)

    def cheapest(self, cycles: int) -> Tiling:
        """The cheapest folding that takes at most this many cycles per frame."""
        found = self._branch_and_bound(cycles)
        if found.best is not None:
            return found.best
        if isfinite(found.bound):
            raise BudgetExceeded(self, cycles)
        raise RateUnreachable(self, cycles)

    def lower_bound(self, cycles: int) -> float:
        """A lower bound on the cost of the foldings within the budget that take at most this many
        cycles per frame; infinite if there is none. It needs no branch and bound."""
        found = self._branch_and_bound(cycles, split=False)
        return inf if cycles <= self.refuted_cycles else found.bound

    def fastest(self) -> Tiling:
        """The cheapest of the fastest foldings within the budget.

        Two bisections over the cycles of a frame. The first one searches prices only, which is fast
        and finds a rate near the best. The second one searches the rates that are still open by
        branch and bound, and divides the remaining tables evenly among its steps. A search that
        runs out of tables counts as a failure; `proven_min_cycles` shows what may be missed by it.
        """
        candidates = self.candidate_cycles()
        best = self.cheapest(int(candidates[-1]))

        def fits(cycles: int, tables: int) -> bool:
            nonlocal best
            self.tables_reserved = max(self.tables_left - tables, 0)
            found = self._branch_and_bound(cycles, split=tables > 0).best
            best = found or best
            return found is not None

        reached = _first_where(candidates, lambda cycles: fits(cycles, 0))
        undecided = candidates[(candidates > self.refuted_cycles) & (candidates <= reached)]
        tables = self.tables_left // max(len(undecided).bit_length(), 1)
        _first_where(undecided, lambda cycles: fits(cycles, tables))
        self.tables_reserved = 0
        return best

    @property
    def proven_min_cycles(self) -> int:
        """Searches so far proved that no folding within the budget takes fewer cycles."""
        candidates = self.candidate_cycles()
        return int(candidates[np.searchsorted(candidates, self.refuted_cycles, side="right")])

    def min_cycles_by_table(self) -> list[int]:
        """For each table, the fewest cycles per frame of all its entries."""
        return [int(table.interval[self._buildable(table)].min()) for table in self.tables]

    def _buildable(self, table: CostTable) -> npt.NDArray[np.bool_]:
        """The entries of a table that can be built, with allowed values of its choices."""
        buildable: npt.NDArray[np.bool_] = np.asarray(np.isfinite(table.use).all(0))
        for choice in table.choices:
            if choice in self.masks:
                buildable = buildable & on_axis(self.masks[choice], choice, table.choices)
        return buildable

    def candidate_cycles(self) -> npt.NDArray[np.int64]:
        """The cycles per frame of all entries, rising; every design takes one of them."""
        return np.unique(np.concatenate([table.interval.reshape(-1) for table in self.tables]))

    def _cheapest_at_prices(
        self, cycles: int, prices: Use, masks: Masks
    ) -> tuple[float, list[int]]:
        """The cheapest folding at some prices, within the budget or not; exact."""
        self.tables_left -= len(self.tables)
        costs = prices @ self.flat_use
        costs[self.flat_intervals > cycles] = np.inf
        factors: list[Factor] = []
        for table, choices, end in zip(
            self.tables, self.masked_choices, self.table_ends, strict=True
        ):
            cost = costs[end - table.interval.size : end].reshape(table.interval.shape)
            for choice in choices & masks.keys():
                cost = np.where(on_axis(masks[choice], choice, table.choices), cost, np.inf)
            factors.append(Factor(table.choices, cost))
        return cheapest_choice(factors, self.space.sizes, self.steps)

    def _branch_and_bound(self, cycles: int, split: bool = True) -> "SearchResult":
        """The cheapest folding within the budget, best bound first.

        Costs are shares of the budget, summed over its kinds, so no folding within the budget costs
        more than the number of kinds: the initial upper bound. A node whose lower bound is within
        the gap of the upper bound is not split. If all nodes end like this and no folding was
        found, none exists, and the cycles are refuted; the bound is infinite where not even an
        unlimited budget helps. Without a budget the cheapest folding of the root is the answer.
        """
        kinds = len(self.prices) if self.budget is None else int((self.budget > 0).sum())
        upper_bound, best = float(kinds), None
        ticket = count()
        nodes = [(-inf, next(ticket), self.masks, np.zeros(len(self.prices)))]
        lower_bound = inf
        while nodes:
            bound, _, masks, surcharge = heappop(nodes)
            given_up = best is not None and self.tables_left < self.tables_reserved
            if given_up or bound >= upper_bound * (1 - OPTIMALITY_GAP):
                lower_bound = min(lower_bound, bound)
                continue
            found = self._raise_prices(cycles, masks, surcharge, upper_bound, bound)
            if found.best is not None and (best is None or found.best.cost < best.cost):
                best, upper_bound = found.best, found.best.cost
            closed = found.bound >= upper_bound * (1 - OPTIMALITY_GAP) or len(found.foldings) < 2
            if closed or not split or self.tables_left < self.tables_reserved:
                lower_bound = min(lower_bound, found.bound)
                continue
            for half in self._branch(masks, found.foldings[-2], found.foldings[-1]):
                heappush(nodes, (found.bound, next(ticket), half, found.surcharge))
        if best is None:
            if lower_bound > upper_bound:
                self.refuted_cycles = max(self.refuted_cycles, cycles)
            return SearchResult(None, lower_bound)
        return SearchResult(replace(best, bound=min(lower_bound, best.cost)), lower_bound)

    def _raise_prices(
        self, cycles: int, masks: Masks, surcharge: Use, upper_bound: float, bound: float
    ) -> "PriceSearch":
        """Maximizes the Lagrangian bound by a projected subgradient ascent.

        Let `x[k]` be the share of its budget that a folding uses of kind `k`; its cost is `sum(x)`.
        For a surcharge `s >= 0`, every folding with all `x[k] <= 1` satisfies

            sum(x) >= sum(x) + sum(s * (x - 1)) = sum((1 + s) * x) - sum(s)

        and the right side is at least its minimum over all foldings, which the elimination finds
        exactly. So that minimum is a lower bound. Its subgradient in `s` is `x - 1` of the cheapest
        folding. The step size is Polyak's, with the best known cost as the target.
        """
        found = PriceSearch(bound, surcharge)
        for _ in range(MAX_PRICE_STEPS):
            total, chosen = self._cheapest_at_prices(cycles, self.prices * (1 + surcharge), masks)
            if total - surcharge.sum() > found.bound:
                found.bound, found.surcharge = total - surcharge.sum(), surcharge
            if not np.isfinite(total):
                return found
            tiling = self._evaluate(chosen)
            if not found.foldings or chosen != found.foldings[-1]:
                found.foldings.append(chosen)
            excess = tiling.use * self.prices - 1
            if self.budget is None or (excess <= 0).all():
                if found.best is None or tiling.cost < found.best.cost:
                    found.best = tiling
                upper_bound = min(upper_bound, tiling.cost)
            if found.bound >= upper_bound * (1 - OPTIMALITY_GAP):
                return found
            slope = np.where((excess > 0) | (surcharge > 0), excess, 0)
            gap = upper_bound - found.bound + OPTIMALITY_GAP
            surcharge = np.maximum(0, surcharge + slope * gap / (slope @ slope))
        return found

    def _branch(self, masks: Masks, first: list[int], second: list[int]) -> list[Masks]:
        """Splits the values of one choice in two, so that each half excludes one of two foldings.

        Two foldings that alternate as the cheapest hold the bound down. Of the choices in which
        they differ, the one whose tables differ most in cost is split.
        """
        weights = np.zeros(len(first))
        for table in self.tables:
            here, there = (tuple(chosen[c] for c in table.choices) for chosen in (first, second))
            weights[list(table.choices)] += (
                np.abs(table.use[:, *here] - table.use[:, *there]) @ self.prices
            )
        weights[np.equal(first, second)] = -1
        choice = int(weights.argmax())
        values = np.arange(self.space.sizes[choice])
        low = values <= min(first[choice], second[choice])
        allowed = masks.get(choice, np.ones(len(values), bool))
        return [{**masks, choice: allowed & half} for half in (low, ~low)]

    def _evaluate(self, chosen: list[int]) -> Tiling:
        """The figures of a folding, from the positions of its values."""
        places = [tuple(chosen[choice] for choice in table.choices) for table in self.tables]
        located = list(zip(self.tables, places, strict=True))
        use = np.sum([table.use[:, *place] for table, place in located], axis=0)
        interval = max(int(table.interval[place]) for table, place in located)
        widths = [int(w[place]) for w, place in zip(self.space.widths, chosen, strict=True)]
        cost = float(use @ self.prices)
        return Tiling(widths, interval, use, cost, cost)


@dataclass(frozen=True)
class SearchResult:
    """The outcome of branch and bound at some cycles per frame."""

    best: Tiling | None
    """The cheapest folding found within the budget."""
    bound: float
    """Lower bound on the cost of every folding that is as fast; infinite if there is none."""


@dataclass
class PriceSearch:
    """The state of a subgradient ascent: its best bound, and the foldings that it found."""

    bound: float
    surcharge: Use
    """The increase of the price of each kind at the best bound, as a fraction of the price."""
    best: Tiling | None = None
    """The cheapest folding within the budget among those seen."""
    foldings: list[list[int]] = field(default_factory=list[list[int]])
    """The cheapest foldings at successive prices, without repetitions in a row."""


def best_tiling(tiler: Tiler, cycles: int | None) -> Tiling:
    """The cheapest folding at some cycles per frame, or the fastest for None.

    `tiler` may use off-chip weights. The result has them only if no on-chip folding is as fast, and
    the fastest one only if it is `MIN_OFF_CHIP_SPEEDUP` times as fast as without.
    """
    if cycles is not None:
        try:
            return tiler.on_chip().cheapest(cycles)
        except Infeasible:
            return tiler.cheapest(cycles)
    found = tiler.fastest()
    if found.use[RESOURCE_KINDS.index("port")]:
        with suppress(Infeasible):
            on_chip = tiler.on_chip().fastest()
            if on_chip.interval <= found.interval:
                return on_chip
            if on_chip.interval <= found.interval * MIN_OFF_CHIP_SPEEDUP:
                return replace(on_chip, off_chip_interval=found.interval)
    return found


def _exclude_missing_kinds(table: CostTable, budget: Use | None) -> CostTable:
    """A table whose entries are infinite where they need a kind that the budget lacks."""
    if budget is None:
        return table
    missing = (table.use[budget == 0] > 0).any(0)
    return replace(table, use=np.where(missing, np.inf, table.use))


def _first_where(values: npt.NDArray[np.int64], holds: Callable[[int], bool]) -> int:
    """The first of rising values for which a monotone condition holds; it holds for the last."""
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if holds(int(values[middle])):
            high = middle
        else:
            low = middle + 1
    return int(values[low])
