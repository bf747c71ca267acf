"""Steady-state schedule: every frame repeats the previous one, one period later.

So the times of one frame describe all. Iteration `i` of frame `f` runs at

    f * period + i + wait[i]

where `wait` obeys two rules. Within a frame it never falls, because iterations run in order. From
the last iteration of a frame to the first of the next it may fall by the slack of the process, the
period less its iterations: `wait[-1] <= wait[0] + period - interval`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.process import Counts
from .channel_times import ChannelTimes
from .design_schedules import schedules_for
from .schedule import Schedule

UNCONSTRAINED_CYCLES = np.iinfo(np.int64).max // 4
"""The wait of an iteration that no reader limits; sums of a few do not overflow."""


@dataclass
class SteadyState(ChannelTimes):
    """When the words of one frame are written and read; those of the next follow a period later."""

    period: int
    schedules: dict[Process, Schedule]

    @staticmethod
    def of(design: DesignOp) -> "SteadyState":
        """Every process as soon as possible, at the rate of the slowest, in unbounded channels."""
        schedule_of = schedules_for(design)
        schedules = {process: schedule_of(process).narrow() for process in design.processes}
        steady = SteadyState(max(s.interval for s in schedules.values()), schedules)
        for process in schedules:
            steady.schedule_asap(process)
        return steady

    def copy(self) -> "SteadyState":
        """A schedule with the same times, which can be changed independently."""
        return SteadyState(
            self.period, self.schedules, reserved=dict(self.reserved), read=dict(self.read)
        )

    def schedule_asap(self, process: Process) -> None:
        """Schedules a process as soon as its words arrive."""
        schedule = self.schedules[process]
        wait = np.zeros(schedule.interval, np.int64)
        for value, iterations in zip(process.operands, schedule.reads, strict=True):
            wait[iterations] = np.maximum(wait[iterations], self.arrivals(value) - iterations)
        self._apply_wait(process, self.propagate_wait(wait, schedule))

    def delay(self, process: Process, depths: Mapping[SSAValue, int]) -> bool:
        """Delays a process until its words have arrived and have room; returns whether it moved.

        The process only moves later: the earliest possible times of its words are combined with
        their present times by a maximum.
        """
        schedule = self.schedules[process]
        events = [(self.read[v], self.arrivals(v)) for v in process.operands]
        for value in process.results:
            room = self.earlier_words(self.read[value], depths[value]) + 1
            events.append((self.reserved[value], room))
        if all((now >= earliest).all() for now, earliest in events):
            return False
        wait = np.zeros(schedule.interval, np.int64)
        for (now, earliest), iterations in zip(
            events, (*schedule.reads, *schedule.writes), strict=True
        ):
            needed = np.maximum(now, earliest) - iterations
            wait[iterations] = np.maximum(wait[iterations], needed)
        self._apply_wait(process, self.propagate_wait(wait, schedule))
        return True

    def arrivals(self, channel: SSAValue) -> Counts:
        """When the words of a channel can be read at the earliest."""
        writer = channel.owner
        assert isinstance(writer, Process)
        return self.reserved[channel] + self.schedules[writer].latency + 1

    def propagate_wait(self, wait: Counts, schedule: Schedule) -> Counts:
        """The least waits that obey both rules of a steady state, from those that are needed.

        A running maximum makes them rise within the frame. The last wait, less the slack, then
        bounds those of the next frame, which are the same ones, from below.
        """
        wait = np.maximum.accumulate(wait)
        return np.maximum(wait, wait[-1] - (self.period - schedule.interval))

    def schedule_alap(self, process: Process, values: Iterable[SSAValue]) -> None:
        """Schedules a process as late as the readers of some channels allow, but not earlier.

        This mirrors `propagate_wait`: a running minimum from the end of the frame, and the first
        wait plus the slack as an upper bound.
        """
        schedule = self.schedules[process]
        latest = np.full(schedule.interval, UNCONSTRAINED_CYCLES)
        present = np.zeros(schedule.interval, np.int64)
        for value, iterations in zip(process.results, schedule.writes, strict=True):
            present[iterations] = self.reserved[value] - iterations
            if value in values:
                limit = self.read[value] - 1 - schedule.latency - iterations
                latest[iterations] = np.minimum(latest[iterations], limit)
        for value, iterations in zip(process.operands, schedule.reads, strict=True):
            present[iterations] = self.read[value] - iterations
        latest = np.minimum.accumulate(latest[::-1])[::-1]
        latest = np.minimum(latest, latest[0] + self.period - schedule.interval)
        self._apply_wait(process, np.maximum(latest, np.maximum.accumulate(present)))

    def _apply_wait(self, process: Process, wait: Counts) -> None:
        """Sets the times of a process from the wait before each of its iterations."""
        schedule = self.schedules[process]
        for value, iterations in zip(process.operands, schedule.reads, strict=True):
            self.read[value] = iterations + wait[iterations]
        for value, iterations in zip(process.results, schedule.writes, strict=True):
            self.reserved[value] = iterations + wait[iterations]

    def earlier_words(self, times: Counts, words: int) -> Counts:
        """For each word of a frame, the time of the word that comes `words` before it."""
        frames, words = divmod(words, len(times))
        if words:
            times = np.concatenate([times[-words:] - self.period, times[:-words]])
        return times - frames * self.period

    def sustains_depth(self, channel: SSAValue, depth: int) -> bool:
        """Whether the writer of a channel of this depth never waits for room."""
        room_free = self.earlier_words(self.read[channel], depth)
        return bool((room_free < self.reserved[channel]).all())

    def words_read_before(self, channel: SSAValue, times: Counts) -> Counts:
        """The number of words read before each time, counted from the first of this frame.

        Words of earlier and later frames count too: each time is moved into the period that begins
        with the frame's first read, and each such shift adds or removes a frame of words.
        """
        read = self.read[channel]
        frames = (times - read[0]) // self.period
        within: Counts = times - frames * self.period
        return super().words_read_before(channel, within) + frames * len(read)
