"""FIFO depths: how deep channels must be for the design to run at the rate of its slowest process.

A steady-state schedule at that rate, in which no word finds its channel full, proves that its peak
occupancies are sufficient depths. For the actual, self-timed execution starts every iteration as
soon as its words and its room are there. By induction, none of them is later than in any schedule
that respects the same depths, so the rate is at least that of the schedule.

The first schedule makes little wait: processes upstream of the slowest one work as late as possible
(ALAP), all others as soon as possible (ASAP). Then one channel after another is made less deep. A
smaller depth delays the writer, and that may delay its neighbours. If the delays settle, the result
is another steady-state schedule of the same period, and proves the smaller depth. If they do not
settle soon, the depth is kept. So the result is always sufficient; and unless the search ran out of
iterations, no single channel could have one word less.
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

MIN_DEPTH_WORDS = 2
"""With room for a single word, writing and reading would have to alternate."""

MAX_DELAYS_PER_PROCESS_FIRST = 2
"""Delays per process, on average, before a depth is rejected in the bisection of each channel."""

MAX_DELAYS_PER_PROCESS_LAST = 20
"""The same in the last round, which removes single words and can afford longer searches."""

MAX_DELAYS_PER_PROCESS_GIVEN = 200
"""The same where depths are given: the search that chose them settled in many small steps."""

MAX_ITERATIONS_SEARCHED = 130_000_000
"""Process iterations that are rescheduled before the remaining channels keep their depths.

This is the unit of work, because the time of a delay is proportional to the iterations of a frame.
"""

ITERATIONS_PER_TRIAL_CHANNEL = 100
"""The overhead of trying a depth, per channel, in the time of that many iterations."""

ITERATIONS_PER_DELAY = 8_000
"""The overhead of delaying a process once, in the time of that many iterations."""

MAX_FRAME_CYCLES = 50_000_000
"""Frames of more cycles are not scheduled, because the times of each cycle are held in memory."""

UNLIMITED_ITERATIONS = 1 << 40
"""More iterations than any search needs."""


def depths_for(design: DesignOp) -> dict[SSAValue, int]:
    """Depths for the full rate; no single channel could have one word less."""
    steady = initial_schedule(design)
    return DepthSearch(steady, sufficient_depths(steady), MAX_ITERATIONS_SEARCHED).shrink()


def depths_for_any_rate(design: DesignOp) -> dict[SSAValue, int]:
    """Depths with which the design never deadlocks; no single channel could have one word less.

    Channels outside of reconvergent paths cannot take part in a deadlock. The others are bisected
    from depths that are sufficient for the full rate, and hence free of deadlock.
    """
    steady = initial_schedule(design)
    depths, checker = sufficient_depths(steady), DeadlockChecker(steady.schedules)
    reconvergent = {value for component in checker.components for value in component}
    depths = {v: depth if v in reconvergent else MIN_DEPTH_WORDS for v, depth in depths.items()}
    for value in by_falling_bits(depths):
        low = MIN_DEPTH_WORDS
        while low < depths[value]:
            middle = (low + depths[value]) // 2
            if checker.can_deadlock({**depths, value: middle}, value):
                low = middle + 1
            else:
                depths[value] = middle
    return depths


def depth_cost(vendor: str, depths: Mapping[SSAValue, int]) -> Use:
    """The resources of channels of these depths beyond those of channels without a depth."""
    more = np.zeros(len(RESOURCE_KINDS))
    for value, depth in depths.items():
        channel = channel_of(value)
        lanes = np.array([channel.lanes.data])
        more += (fifo_cost(vendor, channel, lanes, depth) - fifo_cost(vendor, channel, lanes))[:, 0]
    return more


def quick_depth_cost(design: DesignOp, vendor: str, available: Use) -> Use:
    """An upper bound of the resources that FIFO depths need, close enough to choose a folding.

    Sufficient depths need no search. Only if they exceed what is available are smaller ones
    searched, with a tenth of the iterations, because `tile` asks this about several foldings.
    """
    steady = initial_schedule(design)
    depths = sufficient_depths(steady)
    needed = depth_cost(vendor, depths)
    if (needed <= available).all():
        return needed
    return depth_cost(vendor, DepthSearch(steady, depths, MAX_ITERATIONS_SEARCHED // 10).shrink())


def sufficient_depths(steady: SteadyState) -> dict[SSAValue, int]:
    """The peak occupancies of a steady-state schedule, which prove themselves sufficient."""
    return {
        value: MIN_DEPTH_WORDS
        if steady.sustains_depth(value, MIN_DEPTH_WORDS)
        else steady.occupancy(value)
        for value in steady.read
    }


def by_falling_bits(depths: Mapping[SSAValue, int]) -> list[SSAValue]:
    """Channels by their memory, the largest first: there a smaller depth saves most."""
    return sorted(depths, key=lambda value: -depths[value] * channel_of(value).word_bits)


def initial_schedule(design: DesignOp) -> SteadyState:
    """A steady-state schedule in which few words wait.

    Upstream of the slowest process, words that come as late as possible do not wait for it. All
    other processes read their words as soon as they arrive.
    """
    steady = SteadyState.of(design)
    slowest = max(reversed(design.processes), key=lambda p: steady.schedules[p].interval)
    upstream = upstream_processes(slowest)
    late = upstream | {slowest}
    for process in reversed(design.processes):
        if process in upstream:
            read = {v for v in process.results if any(use.operation in late for use in v.uses)}
            steady.schedule_alap(process, read)
    for process in design.processes:
        if process not in upstream:
            steady.schedule_asap(process)
    return steady


def steady_state_with(design: DesignOp, depths: Mapping[SSAValue, int]) -> SteadyState | None:
    """A steady-state schedule at the full rate with these depths, or None if none is found."""
    search = DepthSearch(initial_schedule(design), depths, UNLIMITED_ITERATIONS)
    settled = all(
        search.try_depth(value, depth, MAX_DELAYS_PER_PROCESS_GIVEN)
        for value, depth in depths.items()
    )
    return search.steady if settled else None


def upstream_processes(process: Operation) -> set[Operation]:
    """All processes whose words reach a process."""
    found: set[Operation] = set()
    stack = [process]
    while stack:
        for value in stack.pop().operands:
            if isinstance(value.owner, Operation) and value.owner not in found:
                found.add(value.owner)
                stack.append(value.owner)
    return found


class DepthSearch:
    """Depths that are sufficient, and the steady-state schedule that proves it."""

    def __init__(self, steady: SteadyState, depths: Mapping[SSAValue, int], max_iterations: int):
        self.steady = steady
        self.depths = dict(depths)
        self.iterations_left = max_iterations

    def shrink(self) -> dict[SSAValue, int]:
        """Minimizes the depth of one channel after another, the largest first.

        The first round bisects each channel with short searches. The last round removes single
        words with longer ones, so that a depth that was rejected too early is found after all.
        """
        for value in by_falling_bits(self.depths):
            low = MIN_DEPTH_WORDS
            while low < self.depths[value]:
                depth = (low + self.depths[value]) // 2
                if not self.try_depth(value, depth, MAX_DELAYS_PER_PROCESS_FIRST):
                    low = depth + 1
        for value, depth in self.depths.items():
            while depth > MIN_DEPTH_WORDS and self.try_depth(
                value, depth - 1, MAX_DELAYS_PER_PROCESS_LAST
            ):
                depth -= 1
        return self.depths

    def try_depth(self, channel: SSAValue, depth: int, max_delays_per_process: int) -> bool:
        """Gives a channel a depth if a steady-state schedule with it is found; returns whether.

        Starting at the writer, processes are delayed until all words arrive and have room. A delay
        affects only the neighbours, which are examined next. Delays only grow, so they settle at
        the earliest schedule that is not before the present one, or grow for ever, if the depth
        is too small for the rate. The limit ends that; a depth rejected by it may be sufficient.
        """
        if self.iterations_left < 0 and not self.steady.sustains_depth(channel, depth):
            return False
        self.iterations_left -= ITERATIONS_PER_TRIAL_CHANNEL * len(self.depths)
        steady, depths = self.steady.copy(), {**self.depths, channel: depth}
        delays_left = max_delays_per_process * len(steady.schedules)
        queue = {channel.owner: None}
        while queue:
            process = next(iter(queue))
            del queue[process]
            assert isinstance(process, Process)
            self.iterations_left -= steady.schedules[process].interval + ITERATIONS_PER_DELAY
            if not steady.delay(process, depths):
                continue
            delays_left -= 1
            if not delays_left or self.iterations_left < 0:
                return False
            neighbours = [value.owner for value in process.operands]
            neighbours += [use.operation for value in process.results for use in value.uses]
            queue |= dict.fromkeys(neighbours)
        self.steady, self.depths = steady, depths
        return True
