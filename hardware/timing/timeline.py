"""When the words of a design are written and read, and how one process adds its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.process import Counts
from .channel_times import ChannelTimes, repeat_frames
from .design_schedules import Schedules
from .schedule import Schedule, schedule_of


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
