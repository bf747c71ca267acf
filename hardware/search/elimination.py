"""Exact minimization of a sum of cost tables over many choices, by variable elimination.

Each factor is a table with an axis for each choice that it depends on. To eliminate a choice, the
tables that name it are added up. For all values of the other choices in them, the minimum over the
eliminated one is kept as a new factor, and the value that attains it is remembered. After the last
choice the sum is the minimum, and the remembered values are read back in reverse order.

The order of elimination decides how large the tables become: their size is exponential in the
number of choices that are open together. A network has few branches open at any place, so a greedy
order keeps its tables small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import prod

import numpy as np
import numpy.typing as npt

FactorTable = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """A cost that depends on some choices, which are numbered in rising order."""

    choices: tuple[int, ...]
    table: FactorTable


@dataclass(frozen=True)
class TableLayout:
    """How the table of a factor is permuted and reshaped to the axes of a scope, for broadcasting.

    Axes that the factor does not have get length 1.
    """

    factor: int
    order: tuple[int, ...]
    shape: tuple[int, ...]

    @staticmethod
    def over(
        factor: int, choices: tuple[int, ...], scope: tuple[int, ...], sizes: Sequence[int]
    ) -> "TableLayout":
        order = sorted(range(len(choices)), key=lambda axis: scope.index(choices[axis]))
        shape = tuple(sizes[choice] if choice in choices else 1 for choice in scope)
        return TableLayout(factor, tuple(order), shape)


@dataclass(frozen=True)
class EliminationStep:
    """The elimination of one choice."""

    choice: int
    others: tuple[int, ...]
    """The choices that share a table with it at that time: the axes of the new factor."""
    factors: tuple[TableLayout, ...]
    """The factors that name it. The new factor gets the next free number."""


def elimination_order(
    scopes: Sequence[tuple[int, ...]], sizes: Sequence[int]
) -> list[EliminationStep]:
    """A greedy order of elimination: always the choice whose joined table is smallest.

    The queue may hold outdated sizes of a choice; an entry counts only if it is the current one.
    """
    live = dict(enumerate(scopes))
    naming: dict[int, set[int]] = {choice: set() for choice in range(len(sizes))}
    for number, scope in live.items():
        for choice in scope:
            naming[choice].add(number)
    weights = {choice: _joined_table_size(live, naming, choice, sizes) for choice in naming}
    queue = [(weight, choice) for choice, weight in weights.items()]
    heapify(queue)
    steps: list[EliminationStep] = []
    while queue:
        weight, choice = heappop(queue)
        if weights.get(choice) != weight:
            continue
        factors = tuple(sorted(naming.pop(choice)))
        del weights[choice]
        others = tuple(sorted({c for f in factors for c in live[f]} - {choice}))
        new = len(scopes) + len(steps)
        scope = (*others, choice)
        spreads = tuple(TableLayout.over(f, live[f], scope, sizes) for f in factors)
        steps.append(EliminationStep(choice, others, spreads))
        live[new] = others
        for number in factors:
            del live[number]
        for other in others:
            naming[other] = naming[other].difference(factors) | {new}
        for other in others:
            weights[other] = _joined_table_size(live, naming, other, sizes)
            heappush(queue, (weights[other], other))
    return steps


def _joined_table_size(
    live: dict[int, tuple[int, ...]],
    naming: dict[int, set[int]],
    choice: int,
    sizes: Sequence[int],
) -> int:
    scope = {choice}.union(*(live[factor] for factor in naming[choice]))
    return prod(sizes[c] for c in scope)


def cheapest_choice(
    factors: Sequence[Factor], sizes: Sequence[int], steps: Sequence[EliminationStep]
) -> tuple[float, list[int]]:
    """The minimum, and the position of each choice's value; infinite if nothing is possible."""
    tables = [factor.table for factor in factors]
    best: list[npt.NDArray[np.intp]] = []
    total = 0.0
    for step in steps:
        scope = (*step.others, step.choice)
        joined = np.zeros([sizes[choice] for choice in scope])
        for each in step.factors:
            joined += tables[each.factor].transpose(each.order).reshape(each.shape)
        best.append(joined.argmin(-1))
        rest = joined.min(-1)
        tables.append(rest)
        if not step.others:
            total += float(rest)
    chosen = [0] * len(sizes)
    for step, where in zip(reversed(steps), reversed(best), strict=True):
        chosen[step.choice] = int(where[tuple(chosen[other] for other in step.others)])
    return total, chosen
