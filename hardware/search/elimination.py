"""The cheapest choice of many that depend on each other, exactly: one after another is eliminated.

What a factor costs depends on the choices it names, as a table with an axis for each. To eliminate
a choice is to add up the tables that name it and to keep, for all values of the other choices in
them, the least and where it was. In what order that is done decides how large the tables become;
in a network, where few branches are open at once, they stay small.
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
    """A cost that depends on some choices; their numbers rise."""

    choices: tuple[int, ...]
    table: FactorTable


@dataclass(frozen=True)
class TableLayout:
    """How the table of a factor gets the axes of a scope, those of length 1 that it lacks too."""

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
    """One choice, and the others that stand in a table with it when it is made."""

    choice: int
    others: tuple[int, ...]
    factors: tuple[TableLayout, ...]
    """Those that name it; the factor that comes of them has the next number."""


def elimination_order(
    scopes: Sequence[tuple[int, ...]], sizes: Sequence[int]
) -> list[EliminationStep]:
    """An order of elimination: always the choice whose table is smallest."""
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
        made = len(scopes) + len(steps)
        scope = (*others, choice)
        spreads = tuple(TableLayout.over(f, live[f], scope, sizes) for f in factors)
        steps.append(EliminationStep(choice, others, spreads))
        live[made] = others
        for number in factors:
            del live[number]
        for other in others:
            naming[other] = naming[other].difference(factors) | {made}
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
    """The least total, and the value of each choice; infinite if nothing is possible."""
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
