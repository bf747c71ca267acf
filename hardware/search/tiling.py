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

TYPICAL = np.array([1.0, 0.5, BLOCK_LUTS, 1500.0, 160.0, 100.0])
"""Prices of the kinds, in LUTs, where no device is given: about what devices have for each."""

ROUNDS = 30
"""So often prices change before choices are parted."""

EFFORT = 200_000
"""So many tables are looked at before rates are left undecided."""

WORTH = 1.25
"""So many times as fast the fastest design is with weights outside the device, where any are."""

CLOSE = 1e-2
"""A design this close to the bound is not searched for further: no cost is known so well."""

PLENTY = 1e3
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
    outside: int | None = None
    """Cycles of a faster one that was passed over, as its weights are outside the device."""


class Unreachable(Exception):
    """No folding is as fast."""


class Unbuildable(Exception):
    """A part that can't be built, whatever its other choices are."""

    def __init__(self, part: CostTable):
        super().__init__("a part can't be built")
        self.part = part


class TooSmall(Exception):
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
        outside: bool = False,
    ):
        """`fixed` leaves choices few values; weights lie outside the device only if they may."""
        self.space, self.budget, self.given = space, budget, fixed
        self.prices = TYPICAL if budget is None else 1 / np.maximum(budget, 1e-9)
        self.parts = [_usable(part, budget) for part in space.parts]
        self.fixed: Masks = {
            choice: np.isin(space.widths[choice], list(values))
            for choice, values in (fixed or {}).items()
        }
        if not outside:
            for built, inside in space.on_device.items():
                given = self.fixed.get(built, np.ones(len(inside), bool))
                self.fixed[built] = given & inside if (given & inside).any() else given
        self.steps = elimination_order([part.choices for part in space.parts], space.sizes)
        seen = set[int]()
        self.owned: list[set[int]] = []
        """For each part the choices that no part before it names."""
        for part in space.parts:
            self.owned.append(set(part.choices) - seen)
            seen.update(part.choices)
        self.uses = np.hstack([part.use.reshape(len(part.use), -1) for part in self.parts])
        """What all parts take, one behind the other; and their cycles, and where each ends."""
        self.intervals = np.hstack([part.interval.reshape(-1) for part in self.parts])
        self.ends: list[int] = np.cumsum([part.interval.size for part in self.parts]).tolist()
        self.left, self.until = EFFORT, 0
        """Tables that may be looked at, and those that are to be left for others."""
        for part in self.parts:
            if not self._open(part).any():
                raise Unbuildable(part)
        self.refuted = 0
        """So many cycles are known to be too few for the budget."""

    def inside(self) -> "Tiler":
        """The same search with all weights on the device."""
        return Tiler(self.space, self.budget, self.given)

    def fewest(self) -> int:
        """The fewest cycles that any folding takes, whatever it costs."""
        return self._first(
            lambda cycles: bool(np.isfinite(self._solve(cycles, self.prices, self.fixed)[0]))
        )

    def at(self, cycles: int) -> Tiling:
        """The cheapest folding that takes at most so many cycles a frame."""
        tiling = self._within(cycles)
        if tiling is not None:
            return tiling
        possible = np.isfinite(self._solve(cycles, self.prices, self.fixed)[0])
        raise TooSmall() if possible else Unreachable()

    def fastest(self) -> Tiling:
        """The cheapest of the fastest foldings within the budget; `least` tells what was missed."""
        speeds = self.speeds()
        best = self._within(int(speeds[-1]))
        if best is None:
            raise TooSmall()

        def fits(cycles: int, share: int) -> bool:
            nonlocal best
            self.until = max(self.left - share, 0)
            found = self._within(cycles, split=share > 0)
            if found is not None:
                best = found
            return found is not None

        soon = _first(speeds, lambda cycles: fits(cycles, 0))
        open_ = speeds[(speeds > self.refuted) & (speeds <= soon)]
        share = self.left // max(len(open_).bit_length(), 1)
        _first(open_, lambda cycles: fits(cycles, share))
        self.until = 0
        return best

    @property
    def least(self) -> int:
        """Fewer cycles than these were shown to be impossible within the budget."""
        speeds = self.speeds()
        return int(speeds[np.searchsorted(speeds, self.refuted, side="right")])

    def shortest(self) -> list[int]:
        """For each part, the fewest cycles of a frame that it can take."""
        return [int(part.interval[self._open(part)].min()) for part in self.parts]

    def _open(self, part: CostTable) -> npt.NDArray[np.bool_]:
        """Where a part can be built, with the values that are left of its choices."""
        open_: npt.NDArray[np.bool_] = np.asarray(np.isfinite(part.use).all(0))
        for choice in part.choices:
            if choice in self.fixed:
                open_ = open_ & on_axis(self.fixed[choice], choice, part.choices)
        return open_

    def speeds(self) -> npt.NDArray[np.int64]:
        """All numbers of cycles that a part can take, rising."""
        return np.unique(np.concatenate([part.interval.reshape(-1) for part in self.parts]))

    def _first(self, holds: Callable[[int], bool]) -> int:
        return _first(self.speeds(), holds)

    def _solve(self, cycles: int, prices: Use, masks: Masks) -> tuple[float, list[int]]:
        """The cheapest folding at some prices, whether it fits or not."""
        self.left -= len(self.parts)
        costs = prices @ self.uses
        costs[self.intervals > cycles] = np.inf
        factors: list[Factor] = []
        for part, owned, end in zip(self.parts, self.owned, self.ends, strict=True):
            table = costs[end - part.interval.size : end].reshape(part.interval.shape)
            for choice in owned & masks.keys():
                table = np.where(on_axis(masks[choice], choice, part.choices), table, np.inf)
            factors.append(Factor(part.choices, table))
        return cheapest_choice(factors, self.space.sizes, self.steps)

    def _within(self, cycles: int, split: bool = True) -> Tiling | None:
        """The cheapest folding that fits; None if there is none, or none is found."""
        kinds = len(self.prices) if self.budget is None else int((self.budget > 0).sum())
        limit, best = float(kinds), None
        ticket = count()
        queue = [(-np.inf, next(ticket), self.fixed, np.zeros(len(self.prices)))]
        least = np.inf
        while queue:
            bound, _, masks, extra = heappop(queue)
            given_up = best is not None and self.left < self.until
            if given_up or bound >= limit * (1 - CLOSE):
                least = min(least, bound)
                continue
            found = self._ascend(cycles, masks, extra, limit, bound)
            if found.best is not None and (best is None or found.best.cost < best.cost):
                best, limit = found.best, found.best.cost
            done = found.bound >= limit * (1 - CLOSE) or len(found.seen) < 2
            if done or not split or self.left < self.until:
                least = min(least, found.bound)
                continue
            for half in self._split(masks, found.seen[-2], found.seen[-1]):
                heappush(queue, (found.bound, next(ticket), half, found.extra))
        if best is None:
            if least > limit:
                self.refuted = max(self.refuted, cycles)
            return None
        return replace(best, bound=min(least, best.cost))

    def _ascend(
        self, cycles: int, masks: Masks, extra: Use, limit: float, bound: float
    ) -> "Ascent":
        """Raises the prices of what runs short, for the best bound.

        Costs are shares of the budget, added up. A kind that takes more than its budget gets dearer
        by `extra`: the cheapest folding at those prices, less the whole budget at what was put on,
        costs no more than any folding that fits.
        """
        found = Ascent(bound, extra)
        for _ in range(ROUNDS):
            total, chosen = self._solve(cycles, self.prices * (1 + extra), masks)
            if total - extra.sum() > found.bound:
                found.bound, found.extra = total - extra.sum(), extra
            if not np.isfinite(total):
                return found
            tiling = self._tiling(chosen)
            if not found.seen or chosen != found.seen[-1]:
                found.seen.append(chosen)
            excess = tiling.use * self.prices - 1
            if self.budget is None or (excess <= 0).all():
                if found.best is None or tiling.cost < found.best.cost:
                    found.best = tiling
                limit = min(limit, tiling.cost)
            if found.bound >= limit * (1 - CLOSE):
                return found
            slope = np.where((excess > 0) | (extra > 0), excess, 0)
            extra = np.maximum(0, extra + slope * (limit - found.bound + CLOSE) / (slope @ slope))
        return found

    def _split(self, masks: Masks, first: list[int], second: list[int]) -> list[Masks]:
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

    def _tiling(self, chosen: list[int]) -> Tiling:
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
            return tiler.inside().at(cycles)
        except TooSmall:
            return tiler.at(cycles)
    found = tiler.fastest()
    if found.use[RESOURCE_KINDS.index("port")]:
        with suppress(TooSmall):
            home = tiler.inside().fastest()
            if home.interval <= found.interval:
                return home
            if home.interval <= found.interval * WORTH:
                return replace(home, outside=found.interval)
    return found


@dataclass
class Ascent:
    """What a search over prices came to."""

    bound: float
    extra: Use
    best: Tiling | None = None
    seen: list[list[int]] = field(default_factory=list[list[int]])
    """The foldings that were cheapest at some prices, each different from the one before."""


def _usable(part: CostTable, budget: Use | None) -> CostTable:
    """What takes a kind that is not there can't be built."""
    if budget is None:
        return part
    missing = (part.use[budget == 0] > 0).any(0)
    return replace(part, use=np.where(missing, np.inf, part.use))


def _first(values: npt.NDArray[np.int64], holds: Callable[[int], bool]) -> int:
    """The first of rising values for which something holds that holds for the last."""
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if holds(int(values[middle])):
            high = middle
        else:
            low = middle + 1
    return int(values[low])
