"""How deep channels must be so that a design runs at the rate of its slowest process.

A rhythm in which no process waits for room shows that channels as deep as what waits in them are
enough. At first whatever stands before the slowest process works as late as it may, and all others
as early as they can, so that little waits. Then one channel after another is made less deep, as
long as processes that are held up by it find another rhythm of the same period: what is found is
always enough; unless the effort was used up before, no channel alone could do with less.
"""

from collections.abc import Mapping

import numpy as np
from xdsl.ir import Operation, SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.types import channel_of
from ..resources.cost import fifo_cost
from ..resources.device import RESOURCE_KINDS, Use
from .deadlock import DeadlockChecker
from .steady_state import SteadyState

SHALLOWEST = 2
"""With room for one word alone, writing and reading would take turns."""

MAX_MOVES_PER_PROCESS_FIRST, MAX_MOVES_PER_PROCESS_LAST = 2, 20
"""A rhythm is given up when processes were moved so many times as often as there are processes."""

MAX_MOVES_PER_PROCESS_GIVEN = 200
"""The same where depths are given: a search that chose them came to its rhythm step by step."""

EFFORT = 130_000_000
"""Iterations that are looked at before the channels that are left keep the depth they have."""

TRY = 100
"""What a try takes for each channel, in iterations."""

PUSH = 8_000
"""What moving a process takes besides, in iterations."""

MAX_FRAME_CYCLES = 50_000_000
"""Cycles of a frame that are planned at most: memory is needed for each."""

EVER = 1 << 40
"""An effort that no design needs."""


def depths_for(design: DesignOp) -> dict[SSAValue, int]:
    """Depths for the full rate, of which none could be less alone."""
    steady = initial_schedule(design)
    return Shrinking(steady, sufficient_depths(steady), EFFORT).shrink()


def depths_for_any_rate(design: DesignOp) -> dict[SSAValue, int]:
    """Depths with which the design never stops, of which none could be less alone.

    Only where channels part and meet again can processes wait for each other.
    """
    steady = initial_schedule(design)
    depths, progress = sufficient_depths(steady), DeadlockChecker(steady.schedules)
    circles = [set(circle) for circle in progress.circles]
    depths = {v: d if any(v in c for c in circles) else SHALLOWEST for v, d in depths.items()}
    for value in largest_first(depths):
        low = SHALLOWEST
        while low < depths[value]:
            middle = (low + depths[value]) // 2
            if progress.can_deadlock({**depths, value: middle}, value):
                low = middle + 1
            else:
                depths[value] = middle
    return depths


def depth_cost(vendor: str, depths: Mapping[SSAValue, int]) -> Use:
    """What channels of these depths take more than those that have none yet."""
    more = np.zeros(len(RESOURCE_KINDS))
    for value, depth in depths.items():
        channel = channel_of(value)
        lanes = np.array([channel.lanes.data])
        more += (fifo_cost(vendor, channel, lanes, depth) - fifo_cost(vendor, channel, lanes))[:, 0]
    return more


def shortfall(design: DesignOp, vendor: str, left: Use) -> Use | None:
    """What the channels of a design take that is not left for them; None if they have room.

    Depths that are enough are known soon; less deep ones are searched for, though not for long,
    only if those are too large.
    """
    steady = initial_schedule(design)
    depths = sufficient_depths(steady)
    if (depth_cost(vendor, depths) <= left).all():
        return None
    more = depth_cost(vendor, Shrinking(steady, depths, EFFORT // 10).shrink())
    return None if (more <= left).all() else more


def sufficient_depths(steady: SteadyState) -> dict[SSAValue, int]:
    """As deep as what waits in a rhythm."""
    return {
        value: SHALLOWEST if steady.holds(value, SHALLOWEST) else steady.occupancy(value)
        for value in steady.read
    }


def largest_first(depths: Mapping[SSAValue, int]) -> list[SSAValue]:
    return sorted(depths, key=lambda value: -depths[value] * channel_of(value).word_bits)


def initial_schedule(design: DesignOp) -> SteadyState:
    """A rhythm in which no word comes too early."""
    steady = SteadyState.of(design)
    slowest = max(reversed(design.processes), key=lambda p: steady.schedules[p].interval)
    before = sources_of(slowest)
    late = before | {slowest}
    for process in reversed(design.processes):
        if process in before:
            read = {v for v in process.results if any(use.operation in late for use in v.uses)}
            steady.schedule_alap(process, read)
    for process in design.processes:
        if process not in before:
            steady.schedule_asap(process)
    return steady


def steady_state_with(design: DesignOp, depths: Mapping[SSAValue, int]) -> SteadyState | None:
    """A rhythm at the rate of the slowest process, in channels of these depths, if one is found."""
    found = Shrinking(initial_schedule(design), depths, effort=EVER)
    kept = all(
        found.try_depth(value, depth, MAX_MOVES_PER_PROCESS_GIVEN)
        for value, depth in depths.items()
    )
    return found.steady if kept else None


def sources_of(process: Operation) -> set[Operation]:
    """All processes that a process waits for."""
    found: set[Operation] = set()
    open_ = [process]
    while open_:
        for value in open_.pop().operands:
            if isinstance(value.owner, Operation) and value.owner not in found:
                found.add(value.owner)
                open_.append(value.owner)
    return found


class Shrinking:
    """Depths that are enough, and a rhythm that shows it."""

    def __init__(self, steady: SteadyState, depths: Mapping[SSAValue, int], effort: int):
        self.steady = steady
        self.depths = dict(depths)
        self.left = effort

    def shrink(self) -> dict[SSAValue, int]:
        """Makes every channel as little deep as it can be, the largest first; then looks again."""
        for value in largest_first(self.depths):
            low = SHALLOWEST
            while low < self.depths[value]:
                depth = (low + self.depths[value]) // 2
                if not self.try_depth(value, depth, MAX_MOVES_PER_PROCESS_FIRST):
                    low = depth + 1
        for value, depth in self.depths.items():
            while depth > SHALLOWEST and self.try_depth(
                value, depth - 1, MAX_MOVES_PER_PROCESS_LAST
            ):
                depth -= 1
        return self.depths

    def try_depth(self, channel: SSAValue, depth: int, patience: int) -> bool:
        """Whether a channel can be so deep; if it can, it is from now on."""
        if self.left < 0 and not self.steady.holds(channel, depth):
            return False
        self.left -= TRY * len(self.depths)
        steady, depths = self.steady.copy(), {**self.depths, channel: depth}
        waiting, moves = {channel.owner: None}, patience * len(steady.schedules)
        while waiting:
            process = next(iter(waiting))
            del waiting[process]
            assert isinstance(process, Process)
            self.left -= steady.schedules[process].interval + PUSH
            if not steady.delay(process, depths):
                continue
            moves -= 1
            if not moves or self.left < 0:
                return False
            neighbours = [value.owner for value in process.operands]
            neighbours += [use.operation for value in process.results for use in value.uses]
            waiting |= dict.fromkeys(neighbours)
        self.steady, self.depths = steady, depths
        return True
