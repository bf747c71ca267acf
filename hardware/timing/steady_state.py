"""A design in its rhythm: each frame goes as the one before it did, a period later.

All that is known of one frame is known of all. A process waits in an iteration for its words and
its room; the wait never falls within a frame, and from one frame to the next it may grow by what
the period has left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.process import Counts
from .schedule import Schedule, schedule_of

UNCONSTRAINED_CYCLES = np.iinfo(np.int64).max // 4


@dataclass
class SteadyState:
    """When the words of one frame are written and read; those of the next follow a period later."""

    period: int
    schedules: dict[Process, Schedule]
    reserved: dict[SSAValue, Counts] = field(default_factory=dict[SSAValue, Counts])
    """When the iterations began that write words: from then on these have their room."""
    read: dict[SSAValue, Counts] = field(default_factory=dict[SSAValue, Counts])

    @staticmethod
    def of(design: DesignOp) -> "SteadyState":
        """Every process as early as it can, at the rate of the slowest."""
        schedules = {process: schedule_of(process).narrow() for process in design.processes}
        steady = SteadyState(max(s.interval for s in schedules.values()), schedules)
        for process in schedules:
            steady.schedule_asap(process)
        return steady

    def copy(self) -> "SteadyState":
        """Another rhythm, the same so far."""
        return SteadyState(self.period, self.schedules, dict(self.reserved), dict(self.read))

    def schedule_asap(self, process: Process) -> None:
        """Moves a process to where its words have come."""
        schedule = self.schedules[process]
        wait = np.zeros(schedule.interval, np.int64)
        for value, places in zip(process.operands, schedule.reads, strict=True):
            wait[places] = np.maximum(wait[places], self.arrivals(value) - places)
        self._apply_wait(process, self.propagate_wait(wait, schedule))

    def delay(self, process: Process, depths: Mapping[SSAValue, int]) -> bool:
        """Moves a process on to where its words have come and has room; says whether it moved."""
        schedule = self.schedules[process]
        possible = [(self.read[v], self.arrivals(v)) for v in process.operands]
        for value in process.results:
            room = self.earlier_words(self.read[value], depths[value]) + 1
            possible.append((self.reserved[value], room))
        if all((now >= soonest).all() for now, soonest in possible):
            return False
        wait = np.zeros(schedule.interval, np.int64)
        events = zip(possible, (*schedule.reads, *schedule.writes), strict=True)
        for (now, soonest), places in events:
            wait[places] = np.maximum(wait[places], np.maximum(now, soonest) - places)
        self._apply_wait(process, self.propagate_wait(wait, schedule))
        return True

    def arrivals(self, channel: SSAValue) -> Counts:
        """When the words of a channel can be read."""
        writer = channel.owner
        assert isinstance(writer, Process)
        return self.reserved[channel] + self.schedules[writer].latency + 1

    def propagate_wait(self, wait: Counts, schedule: Schedule) -> Counts:
        """Who has waited goes on later, in this frame and in the next."""
        wait = np.maximum.accumulate(wait)
        return np.maximum(wait, wait[-1] - (self.period - schedule.interval))

    def schedule_alap(self, process: Process, values: Iterable[SSAValue]) -> None:
        """Moves a process as late as the readers of these channels allow."""
        schedule = self.schedules[process]
        wait, early = (
            np.full(schedule.interval, UNCONSTRAINED_CYCLES),
            np.zeros(schedule.interval, np.int64),
        )
        for value, places in zip(process.results, schedule.writes, strict=True):
            early[places] = self.reserved[value] - places
            if value in values:
                latest = self.read[value] - 1 - schedule.latency - places
                wait[places] = np.minimum(wait[places], latest)
        for value, places in zip(process.operands, schedule.reads, strict=True):
            early[places] = self.read[value] - places
        wait = np.minimum.accumulate(wait[::-1])[::-1]
        wait = np.minimum(wait, wait[0] + self.period - schedule.interval)
        self._apply_wait(process, np.maximum(wait, np.maximum.accumulate(early)))

    def _apply_wait(self, process: Process, wait: Counts) -> None:
        """Takes over how long a process has waited before each of its iterations."""
        schedule = self.schedules[process]
        for value, places in zip(process.operands, schedule.reads, strict=True):
            self.read[value] = places + wait[places]
        for value, places in zip(process.results, schedule.writes, strict=True):
            self.reserved[value] = places + wait[places]

    def earlier_words(self, times: Counts, words: int) -> Counts:
        """The times of the words that come so many before each word."""
        frames, words = divmod(words, len(times))
        if words:
            times = np.concatenate([times[-words:] - self.period, times[:-words]])
        return times - frames * self.period

    def sustains_depth(self, channel: SSAValue, depth: int) -> bool:
        """Whether a channel of some depth never has a process wait."""
        return bool((self.earlier_words(self.read[channel], depth) < self.reserved[channel]).all())

    def occupancy(self, channel: SSAValue) -> int:
        """The most words that a channel has room for at once: so deep, it stops no process."""
        reserved, read = self.reserved[channel], self.read[channel]
        frames = (reserved - read[0]) // self.period
        rest: Counts = reserved - frames * self.period
        gone: Counts = np.asarray(np.searchsorted(read, rest, side="left"))
        gone = gone + frames * len(read)
        return int((np.arange(1, len(reserved) + 1) - gone).max())
