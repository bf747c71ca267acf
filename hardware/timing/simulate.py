"""Playing a design through: when every word is written and read, by running maxima.

A process is its loop, and waits in an iteration for the words it reads and for room for those it
writes. In between it never stops, so its time is the iteration plus the longest wait so far. With
channels of any depth one pass over the design is exact. With bounded ones the times of readers are
those of the pass before, until nothing changes: that it comes to an end is shown first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import maxsize

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.process import Counts
from ...qdialect.stream.types import channel_of
from .deadlock import DeadlockChecker
from .schedule import Schedule, schedule_of


class Deadlock(Exception):
    """A design that stops; the message names the channels that are full and that are empty."""


class SimulationTooLong(Exception):
    """It would take more effort than was allowed to play a design through."""


@dataclass
class Timeline:
    """When the words of some frames were written to each channel, and read from it."""

    frames: int
    reserved: dict[SSAValue, Counts] = field(default_factory=dict[SSAValue, Counts])
    """When the iterations began that write words: from then on these have their room."""
    written: dict[SSAValue, Counts] = field(default_factory=dict[SSAValue, Counts])
    """A word is there one cycle after it was written."""
    read: dict[SSAValue, Counts] = field(default_factory=dict[SSAValue, Counts])

    @property
    def cycles(self) -> int:
        """Until the last word was read."""
        return 1 + max(int(times[-1]) for times in self.read.values())

    def finished(self, design: DesignOp) -> Counts:
        """When each frame had left the design."""
        ends = [self.read[sink.x].reshape(self.frames, -1)[:, -1] for sink in design.sinks]
        return np.maximum.reduce(ends) + 1

    def occupancy(self, channel: SSAValue) -> int:
        """The most words that a channel had room for at once: so deep, it never stops a process."""
        reserved, read = self.reserved[channel], self.read[channel]
        gone = np.searchsorted(read, reserved, side="left")
        return int((np.arange(1, len(reserved) + 1) - gone).max())


@dataclass(frozen=True)
class ProcessTimeline:
    """A process over some frames."""

    process: Process
    schedule: Schedule
    reads: list[Counts]
    writes: list[Counts]

    @staticmethod
    def of(process: Process, frames: int) -> "ProcessTimeline":
        schedule = schedule_of(process)
        starts = np.arange(frames)[:, None] * schedule.interval

        def repeat(places: Counts) -> Counts:
            return (starts + places).reshape(-1)

        reads, writes = schedule.reads, schedule.writes
        return ProcessTimeline(
            process, schedule, list(map(repeat, reads)), list(map(repeat, writes))
        )

    def advance(self, run: Timeline, depths: Mapping[SSAValue, int]) -> None:
        """Works out its times from those of the channels around it."""
        events: list[tuple[Counts, Counts]] = []
        for value, places in zip(self.process.operands, self.reads, strict=True):
            events.append((places, np.maximum.accumulate(run.written[value] + 1 - places)))
        for value, places in zip(self.process.results, self.writes, strict=True):
            depth = depths.get(value, 0)
            if depth and value in run.read and depth < len(places):
                room = run.read[value][:-depth] + 1
                later = places[depth:]
                events.append((later, np.maximum.accumulate(room - later)))
        for value, places in zip(self.process.operands, self.reads, strict=True):
            run.read[value] = places + self._wait(events, places)
        for value, places in zip(self.process.results, self.writes, strict=True):
            run.reserved[value] = places + self._wait(events, places)
            run.written[value] = run.reserved[value] + self.schedule.latency

    @staticmethod
    def _wait(events: list[tuple[Counts, Counts]], places: Counts) -> Counts:
        """How long it has waited when it comes to some iterations."""
        wait = np.zeros(len(places), np.int64)
        for at, slack in events:
            if at is not places:
                before = np.searchsorted(at, places, side="right")
                slack = np.concatenate([[0], slack])[before]
            wait = np.maximum(wait, slack)
        return wait


def simulate_unbounded(design: DesignOp, frames: int = 1) -> Timeline:
    """A design whose channels hold any number of words."""
    return simulate_in_order(
        (ProcessTimeline.of(process, frames) for process in design.processes), frames
    )


def simulate_in_order(loops: Iterable[ProcessTimeline], frames: int) -> Timeline:
    """The same for the loops of a design."""
    run = Timeline(frames)
    for loop in loops:
        loop.advance(run, {})
    return run


def simulate(
    design: DesignOp,
    frames: int = 1,
    depths: Mapping[SSAValue, int] | None = None,
    max_iterations: int = maxsize,
) -> Timeline:
    """A design whose channels hold as many words as their types say, or as given.

    Effort is counted in iterations of processes, each as often as it is played.
    """
    depths = declared_depths(design) if depths is None else depths
    loops = [ProcessTimeline.of(process, frames) for process in design.processes]
    rounds = max_iterations // (frames * sum(loop.schedule.interval for loop in loops))
    if not rounds:
        raise SimulationTooLong()
    if DeadlockChecker({loop.process: loop.schedule for loop in loops}).can_deadlock(depths):
        raise Deadlock(describe_deadlock(loops, depths))
    run = simulate_in_order(loops, frames)
    backwards = False
    for _ in range(rounds):
        before = {**run.read}, {**run.written}
        for loop in reversed(loops) if backwards else loops:
            loop.advance(run, depths)
        if _equal_times(before[0], run.read) and _equal_times(before[1], run.written):
            return run
        backwards = not backwards
    raise SimulationTooLong()


def _equal_times(before: Mapping[SSAValue, Counts], now: Mapping[SSAValue, Counts]) -> bool:
    return all(np.array_equal(before[value], times) for value, times in now.items())


def declared_depths(design: DesignOp) -> dict[SSAValue, int]:
    """The depths in the types of the channels; 0 where none is chosen."""
    values = [value for process in design.processes for value in process.results]
    return {value: channel_of(value).depth.data for value in values}


def describe_deadlock(loops: list[ProcessTimeline], depths: Mapping[SSAValue, int]) -> str:
    """Which channels are full and which are empty where a design stops.

    A process goes as far as its words and its room allow, word for word; where all of them end does
    not depend on the order in which they go.
    """
    totals: dict[SSAValue, int] = {}
    for loop in loops:
        totals |= {v: len(w) for v, w in zip(loop.process.results, loop.writes, strict=True)}
    written, read = dict.fromkeys(totals, 0), dict.fromkeys(totals, 0)
    while any([_advance_untimed(loop, depths, written, read) for loop in loops]):
        pass
    stuck = [value for value, total in totals.items() if read[value] < total]
    full = [
        _channel_name(v) for v in stuck if depths.get(v, 0) and written[v] - read[v] >= depths[v]
    ]
    empty = [_channel_name(v) for v in stuck if written[v] == read[v]]
    return (
        f"the design stops: full are {', '.join(full) or 'none'}; "
        f"empty are {', '.join(empty) or 'none'}"
    )


def _advance_untimed(
    loop: ProcessTimeline,
    depths: Mapping[SSAValue, int],
    written: dict[SSAValue, int],
    read: dict[SSAValue, int],
) -> bool:
    """Goes on until a word or room is missing; says whether it moved at all."""
    stop = np.iinfo(np.int64).max
    for value, places in zip(loop.process.operands, loop.reads, strict=True):
        if written[value] < len(places):
            stop = min(stop, int(places[written[value]]))
    for value, places in zip(loop.process.results, loop.writes, strict=True):
        limit = read[value] + depths.get(value, 0)
        if depths.get(value, 0) and limit < len(places):
            stop = min(stop, int(places[limit]))
    moved = False
    for values, lists, counts in (
        (loop.process.operands, loop.reads, read),
        (loop.process.results, loop.writes, written),
    ):
        for value, places in zip(values, lists, strict=True):
            done = int(np.searchsorted(places, stop, side="left"))
            moved |= done > counts[value]
            counts[value] = max(counts[value], done)
    return moved


def _channel_name(value: SSAValue) -> str:
    return f"%{value.name_hint}" if value.name_hint else "a channel without a name"
