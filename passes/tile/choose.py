"""Chooses the folding that meets a goal.

The functions here raise `Infeasible` with what the search found out; `explain.py` makes a message
of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from xdsl.utils.exceptions import PassFailedException

from ...hardware.search.space import Space, space_of
from ...hardware.search.tiling import (
    UNLIMITED_BUDGET_FACTOR,
    Tiler,
    Tiling,
    best_tiling,
)
from ...qdialect.packing import PackedAttr
from ...qdialect.stream import DesignOp
from ...qdialect.stream.process import data_of
from .goal import Goal

FixedValues: TypeAlias = Mapping[int, Collection[int]]
"""The allowed values of some choices of a space, by the number of the choice."""


@dataclass(frozen=True)
class ChosenFolding:
    """A folding that meets a goal."""

    tiling: Tiling
    min_cycles: int
    """A lower bound for the cycles per frame of all foldings that meet the goal."""


def open_space(design: DesignOp, vendor: str) -> Space:
    """The space of a design's foldings; raises if its memories are packed for one of them."""
    for process in design.processes:
        for key in process.memories():
            name = process.constant(key)
            if isinstance(data_of(process, name), PackedAttr):
                raise PassFailedException(
                    f"tile: {name} is packed for the current folding; run tile before pack-bits"
                )
    return space_of(design, vendor)


def choose_folding(goal: Goal, space: Space, fixed: FixedValues) -> ChosenFolding:
    """The best folding of a space for a goal, before the depths of its FIFOs are known."""
    tiler = Tiler(space, goal.budget, fixed, off_chip=True)
    if goal.fps is None and goal.budget is not None:
        return ChosenFolding(best_tiling(tiler, None), tiler.proven_min_cycles)
    cycles = _allowed_cycles(goal, tiler, fixed)
    return ChosenFolding(best_tiling(tiler, cycles), cycles)


def choose_oversized_folding(goal: Goal, space: Space, fixed: FixedValues) -> ChosenFolding:
    """The best folding for a goal as if the device had room for any design."""
    assert goal.budget is not None
    tiler = Tiler(space, UNLIMITED_BUDGET_FACTOR * goal.budget, fixed, off_chip=True)
    cycles = _allowed_cycles(goal, tiler, fixed)
    return ChosenFolding(best_tiling(tiler, cycles), cycles)


def _allowed_cycles(goal: Goal, tiler: Tiler, fixed: FixedValues) -> int:
    """The cycles a frame may take: from the rate, the target, or the layers with a folding.

    Without any of these, a design may be as slow as its slowest folding.
    """
    if goal.max_cycles is not None:
        return goal.max_cycles
    if goal.target_cycles is not None:
        return max(goal.target_cycles, tiler.min_cycles())
    fixed_tables = [
        cycles
        for cycles, table in zip(tiler.min_cycles_by_table(), tiler.tables, strict=True)
        if all(choice in fixed for choice in table.choices)
    ]
    if not fixed_tables:
        return int(tiler.candidate_cycles()[-1])
    return max(tiler.min_cycles(), *fixed_tables)
