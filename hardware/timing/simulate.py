"""Simulates a design in cycles: when every word is written and read.

A process is a loop of iterations, one per cycle. In an iteration it waits for the words that it
reads and for room for those that it writes. So iteration `i` runs at cycle `i + wait(i)`, where the
wait is a running maximum: once delayed, a process stays delayed. All iterations of a process are
computed together by such maxima, without stepping through cycles.

With unbounded channels, a process depends only on those before it, and one pass in the order of the
data is exact. With bounded channels, writers depend on their readers too (back-pressure). Passes
are then repeated until no time changes. Each pass applies the same monotone max-plus equations to
times that are never too late: first those of unbounded channels, then those of the pass before. So
the times rise to the least solution, which is the self-timed execution. It exists if and only if
the design does not deadlock, and that is checked first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import maxsize

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.process import Counts
from ...qdialect.stream.types import channel_of
from .channel_times import ChannelTimes, repeat_frames
from .deadlock import DeadlockChecker
from .design_schedules import Schedules, schedules_for
from .schedule import Schedule, schedule_of
from .step_through import step_through

MAX_PASSES = 30
"""Passes after which the rest is simulated cycle by cycle. A design at the rate of its slowest
process needs a few."""


class Deadlock(Exception):
    """A design in which no process can continue; the message names full and empty channels."""


class SimulationTooLong(Exception):
    """The simulation needs more iterations than the caller allowed."""


@dataclass
class Timeline(ChannelTimes):
    """When the words of some frames are written and read, from an empty design on."""

    frames: int
    written: dict[SSAValue, Counts] = field(default_factory=dict[SSAValue, Counts])
    """When each word leaves the writer's pipeline; it can be read one cycle later."""

    @property
    def cycles(self) -> int:
        """Cycles until the last word is read."""
        return 1 + max(int(times[-1]) for times in self.read.values())

    def finished(self, design: DesignOp) -> Counts:
        """When each frame has left the design."""
        ends = [self.read[sink.x].reshape(self.frames, -1)[:, -1] for sink in design.sinks]
        return np.maximum.reduce(ends) + 1


@dataclass(frozen=True)
class ProcessTimeline:
    """A process, and the iterations in which it reads and writes over some frames."""

    process: Process
    schedule: Schedule
    reads: list[Counts]
    """For each input, the iteration that reads each word."""
    writes: list[Counts]
    """For each output, the iteration that writes each word."""

    @staticmethod
    def of(process: Process, frames: int, schedules: Schedules = schedule_of) -> "ProcessTimeline":
        schedule = schedules(process)
        reads, writes = (
            [repeat_frames(iterations, frames, schedule.interval) for iterations in lists]
            for lists in (schedule.reads, schedule.writes)
        )
        return ProcessTimeline(process, schedule, reads, writes)

    def advance(self, timeline: Timeline, depths: Mapping[SSAValue, int]) -> None:
        """Computes the times of the process from those of the channels around it.

        Word `n` of a channel of depth `d` needs the room of word `n - d`, which is free one cycle
        after that word is read.
        """
        events: list[tuple[Counts, Counts]] = []
        for value, iterations in zip(self.process.operands, self.reads, strict=True):
            late = timeline.written[value] + 1 - iterations
            events.append((iterations, np.maximum.accumulate(late)))
        for value, iterations in zip(self.process.results, self.writes, strict=True):
            depth = depths.get(value, 0)
            if depth and value in timeline.read and depth < len(iterations):
                late = timeline.read[value][:-depth] + 1 - iterations[depth:]
                events.append((iterations[depth:], np.maximum.accumulate(late)))
        for value, iterations in zip(self.process.operands, self.reads, strict=True):
            timeline.read[value] = iterations + self._wait(events, iterations)
        for value, iterations in zip(self.process.results, self.writes, strict=True):
            timeline.reserved[value] = iterations + self._wait(events, iterations)
            timeline.written[value] = timeline.reserved[value] + self.schedule.latency

    @staticmethod
    def _wait(events: list[tuple[Counts, Counts]], iterations: Counts) -> Counts:
        """The wait before each of some iterations: the largest of any event up to it.

        An event is a list of iterations, and the running maximum of the waits that they need.
        """
        wait = np.zeros(len(iterations), np.int64)
        for event_iterations, needed in events:
            if event_iterations is not iterations:
                before = np.searchsorted(event_iterations, iterations, side="right")
                needed = np.concatenate([[0], needed])[before]
            wait = np.maximum(wait, needed)
        return wait


def simulate_unbounded(design: DesignOp, frames: int = 1) -> Timeline:
    """The timeline of a design whose channels hold any number of words."""
    return simulate_in_order(process_timelines(design, frames), frames)


def process_timelines(design: DesignOp, frames: int) -> list[ProcessTimeline]:
    schedules = schedules_for(design)
    return [ProcessTimeline.of(process, frames, schedules) for process in design.processes]


def simulate_in_order(processes: Iterable[ProcessTimeline], frames: int) -> Timeline:
    """One pass over the processes in the order of the data, with unbounded channels."""
    timeline = Timeline(frames)
    for process in processes:
        process.advance(timeline, {})
    return timeline


def simulate(
    design: DesignOp,
    frames: int = 1,
    depths: Mapping[SSAValue, int] | None = None,
    max_iterations: int = maxsize,
) -> Timeline:
    """The timeline of a design with bounded channels; by default with the depths of their types.

    `max_iterations` limits the iterations of all processes over all passes. Passes alternate
    between the order of the data, which carries words forward in one pass, and the reverse order,
    which carries back-pressure.
    """
    depths = declared_depths(design) if depths is None else depths
    processes = process_timelines(design, frames)
    max_passes = max_iterations // (frames * sum(p.schedule.interval for p in processes))
    if not max_passes:
        raise SimulationTooLong()
    if DeadlockChecker({p.process: p.schedule for p in processes}).can_deadlock(depths):
        raise Deadlock(describe_deadlock(processes, depths))
    timeline = simulate_in_order(processes, frames)
    backwards = False
    for _ in range(min(max_passes, MAX_PASSES)):
        read, written = {**timeline.read}, {**timeline.written}
        for process in reversed(processes) if backwards else processes:
            process.advance(timeline, depths)
        if _equal_times(read, timeline.read) and _equal_times(written, timeline.written):
            return timeline
        backwards = not backwards
    if max_passes <= MAX_PASSES:
        raise SimulationTooLong()
    timeline.reserved, timeline.read = step_through(processes, depths)
    for each in processes:
        for value in each.process.results:
            timeline.written[value] = timeline.reserved[value] + each.schedule.latency
    return timeline


def _equal_times(before: Mapping[SSAValue, Counts], now: Mapping[SSAValue, Counts]) -> bool:
    return all(np.array_equal(before[value], times) for value, times in now.items())


def declared_depths(design: DesignOp) -> dict[SSAValue, int]:
    """The depths in the types of the channels; 0 where none is set."""
    values = [value for process in design.processes for value in process.results]
    return {value: channel_of(value).depth.data for value in values}


def describe_deadlock(processes: list[ProcessTimeline], depths: Mapping[SSAValue, int]) -> str:
    """Names the channels that are full and those that are empty when the design stops.

    Every process advances, without regard to time, until a word or room is missing. Such a dataflow
    network is determinate: where it stops does not depend on the order of the processes.
    """
    totals: dict[SSAValue, int] = {}
    for each in processes:
        totals |= {v: len(w) for v, w in zip(each.process.results, each.writes, strict=True)}
    written, read = dict.fromkeys(totals, 0), dict.fromkeys(totals, 0)
    while any([_advance_untimed(process, depths, written, read) for process in processes]):
        pass
    stuck = [value for value, total in totals.items() if read[value] < total]
    full = [v for v in stuck if depths.get(v, 0) and written[v] - read[v] >= depths[v]]
    empty = [v for v in stuck if written[v] == read[v]]
    return (
        f"the design deadlocks: full channels: {', '.join(map(_channel_name, full)) or 'none'}; "
        f"empty channels: {', '.join(map(_channel_name, empty)) or 'none'}; "
        "increase the depths of the full channels (size-fifos computes sufficient ones)"
    )


def _advance_untimed(
    timeline: ProcessTimeline,
    depths: Mapping[SSAValue, int],
    written: dict[SSAValue, int],
    read: dict[SSAValue, int],
) -> bool:
    """Advances a process until a word or room is missing; returns whether it moved."""
    blocked = np.iinfo(np.int64).max
    for value, iterations in zip(timeline.process.operands, timeline.reads, strict=True):
        if written[value] < len(iterations):
            blocked = min(blocked, int(iterations[written[value]]))
    for value, iterations in zip(timeline.process.results, timeline.writes, strict=True):
        limit = read[value] + depths.get(value, 0)
        if depths.get(value, 0) and limit < len(iterations):
            blocked = min(blocked, int(iterations[limit]))
    moved = False
    for values, lists, counts in (
        (timeline.process.operands, timeline.reads, read),
        (timeline.process.results, timeline.writes, written),
    ):
        for value, iterations in zip(values, lists, strict=True):
            done = int(np.searchsorted(iterations, blocked, side="left"))
            moved |= done > counts[value]
            counts[value] = max(counts[value], done)
    return moved


def _channel_name(value: SSAValue) -> str:
    return f"%{value.name_hint}" if value.name_hint else "an unnamed channel"
