"""How deep channels must be so that a design runs at the rate of its slowest process.

Whatever stands before the slowest process works as late as it may, all others as early as they can:
words wait as little as possible on either side. What waits at most is deep enough, because a design
that is held up by nothing but its words and its room is never slower than a plan that fits into it.
"""

import numpy as np
from xdsl.ir import Operation, SSAValue

from ..qdialect.stream import DesignOp
from ..qdialect.stream.process import Counts
from .cycles import Loop, Run, play_freely

FRAMES = 4
"""So many frames are planned: enough for a design to come to its steady rate."""

SHALLOWEST = 2
"""With room for one word alone, writing and reading would take turns."""


def depths_for(design: DesignOp) -> dict[SSAValue, int]:
    """A depth for every channel."""
    run = plan(design, FRAMES)
    return {value: max(SHALLOWEST, run.occupancy(value)) for value in run.read}


def plan(design: DesignOp, frames: int) -> Run:
    """When each word is written and read if no word comes too early."""
    loops = [Loop.of(process, frames) for process in design.processes]
    run = play_freely(loops, frames)
    slowest = max(reversed(loops), key=lambda loop: loop.schedule.interval)
    before = sources_of(slowest.process)
    for loop in reversed(loops):
        if loop.process in before:
            delay(loop, run, before | {slowest.process})
    for loop in loops:
        if loop.process not in before:
            loop.play(run, {})
    return run


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


def delay(loop: Loop, run: Run, readers: set[Operation]) -> None:
    """Moves all that a process does as late as these readers allow."""
    places: list[Counts] = []
    slacks: list[Counts] = []
    for value, at in zip(loop.process.results, loop.writes, strict=True):
        if any(use.operation in readers for use in value.uses):
            places.append(at)
            slacks.append(run.read[value] - 1 - loop.schedule.latency - at)
    at, slack = np.concatenate(places), np.concatenate(slacks)
    order = np.argsort(at, kind="stable")
    at, latest = at[order], np.minimum.accumulate(slack[order][::-1])[::-1]
    for value, reads in zip(loop.process.operands, loop.reads, strict=True):
        run.read[value] = reads + _slack(reads, at, latest, run.read[value] - reads)
    for value, writes in zip(loop.process.results, loop.writes, strict=True):
        early = run.reserved[value] - writes
        run.reserved[value] = writes + _slack(writes, at, latest, early)
        run.written[value] = run.reserved[value] + loop.schedule.latency


def _slack(places: Counts, at: Counts, latest: Counts, early: Counts) -> Counts:
    """How long a process waits in all before some iterations; behind the last write, no longer."""
    next_write = np.minimum(np.searchsorted(at, places, side="left"), len(at) - 1)
    return np.maximum(latest[next_write], early)
