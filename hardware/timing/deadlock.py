"""Whether a design with bounded channels can stop, whatever the time its processes take.

A process stops for good in an iteration only if that iteration waits, through words and room, for
itself. Such a circle passes through channels that part and meet again, and so through a process
with several outputs: it is enough to ask for each of these what each of its iterations waits for.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream import Process
from ...qdialect.stream.process import Counts
from .schedule import Schedule

UNBOUNDED_DEPTH_WORDS = 1 << 40
"""The depth of a channel that holds any number of words."""

FRAMES_CHECKED = 2
"""What stops a design does so before its second frame has passed."""


@dataclass(frozen=True)
class EventCounts:
    """How the iterations of a process and the words of a channel go together, over all frames."""

    places: Counts
    """The iteration of each word."""
    words: Counts
    """How many words have gone by after so many iterations."""

    @staticmethod
    def of(places: Counts, interval: int) -> "EventCounts":
        frames = np.arange(FRAMES_CHECKED)[:, None] * interval
        repeated = (frames + places).reshape(-1)
        words = np.zeros(FRAMES_CHECKED * interval + 1, np.int64)
        words[repeated + 1] = 1
        return EventCounts(repeated, np.cumsum(words))

    def iterations(self, words: Counts) -> Counts:
        """How many iterations it takes until so many words have gone by."""
        return np.where(words > 0, self.places[np.maximum(words, 1) - 1] + 1, 0)


class DeadlockChecker:
    """The processes among which words can wait for each other, and their paces."""

    def __init__(self, schedules: Mapping[Process, Schedule]):
        self.schedules = schedules
        self.components = reconvergent_components(list(schedules))
        self.reads: dict[SSAValue, EventCounts] = {}
        self.writes: dict[SSAValue, EventCounts] = {}
        for channel in {value for circle in self.components for value in circle}:
            writer, reader = writer_and_reader(channel)
            writing, reading = schedules[writer], schedules[reader]
            results: list[SSAValue] = [*writer.results]
            written = writing.writes[results.index(channel)]
            read = reading.reads[list(reader.operands).index(channel)]
            self.writes[channel] = EventCounts.of(written, writing.interval)
            self.reads[channel] = EventCounts.of(read, reading.interval)

    def can_deadlock(self, depths: Mapping[SSAValue, int], changed: SSAValue | None = None) -> bool:
        """Whether the design stops with channels that hold so many words.

        If it did not before one of them was changed, only what is around that one is looked at.
        """
        circles = [c for c in self.components if changed is None or changed in c]
        return any(self._component_can_deadlock(circle, depths) for circle in circles)

    def _component_can_deadlock(
        self, circle: Sequence[SSAValue], depths: Mapping[SSAValue, int]
    ) -> bool:
        """Whether the channels of a circle can be full and empty for good."""
        around: dict[Process, list[SSAValue]] = {}
        for channel in circle:
            for process in writer_and_reader(channel):
                around.setdefault(process, []).append(channel)
        parting = [p for p, channels in around.items() if sum(c in p.results for c in channels) > 1]
        return any(self._waits_for_itself(process, around, depths) for process in parting)

    def _waits_for_itself(
        self,
        process: Process,
        around: Mapping[Process, Sequence[SSAValue]],
        depths: Mapping[SSAValue, int],
    ) -> bool:
        """Works out how far all others must have come before each iteration of a process."""
        first = np.arange(1, FRAMES_CHECKED * self.schedules[process].interval + 1)
        needed: dict[Process, Counts] = {process: first}
        visits = dict.fromkeys(around, 0)
        open_ = deque([process])
        while open_:
            here = open_.popleft()
            visits[here] += 1
            if visits[here] > 2 * len(around):
                return True
            for channel in around[here]:
                other, wanted = self._required(here, channel, needed[here], depths)
                if other is process:
                    if (wanted >= first).any():
                        return True
                    continue
                before = needed.get(other)
                if before is not None and (wanted <= before).all():
                    continue
                needed[other] = wanted if before is None else np.maximum(before, wanted)
                if other not in open_:
                    open_.append(other)
        return False

    def _required(
        self, process: Process, channel: SSAValue, done: Counts, depths: Mapping[SSAValue, int]
    ) -> tuple[Process, Counts]:
        """How many iterations the process at the other end has done when so many are done here."""
        writer, reader = writer_and_reader(channel)
        if process is reader:
            return writer, self.writes[channel].iterations(self.reads[channel].words[done])
        full = self.writes[channel].words[done] - (depths.get(channel) or UNBOUNDED_DEPTH_WORDS)
        return reader, self.reads[channel].iterations(full)


def writer_and_reader(channel: SSAValue) -> tuple[Process, Process]:
    """Who writes a channel, and who reads it."""
    (use,) = channel.uses
    writer, reader = channel.owner, use.operation
    assert isinstance(writer, Process) and isinstance(reader, Process)
    return writer, reader


def reconvergent_components(processes: Sequence[Process]) -> list[list[SSAValue]]:
    """The channels that part and meet again, in groups with no more than one process in common.

    A walk along channels in either direction numbers the processes; what a part of the walk can
    reach again by another channel is one group with what it reached.
    """
    number: dict[Process, int] = {}
    reached: dict[Process, int] = {}
    groups: list[list[SSAValue]] = []
    for start in processes:
        if start in number:
            continue
        number[start] = reached[start] = len(number)
        walked: list[SSAValue] = []
        path: list[tuple[Process, SSAValue | None, Iterator[SSAValue]]] = []
        path.append((start, None, iter(_adjacent_channels(start))))
        while path:
            here, came, ways = path[-1]
            for channel in ways:
                other = next(p for p in writer_and_reader(channel) if p is not here)
                if channel is came:
                    continue
                if other not in number:
                    walked.append(channel)
                    number[other] = reached[other] = len(number)
                    path.append((other, channel, iter(_adjacent_channels(other))))
                    break
                if number[other] < number[here]:
                    walked.append(channel)
                    reached[here] = min(reached[here], number[other])
            else:
                path.pop()
                if came is None:
                    continue
                before = path[-1][0]
                reached[before] = min(reached[before], reached[here])
                if reached[here] >= number[before]:
                    at = walked.index(came)
                    if len(walked) - at > 1:
                        groups.append(walked[at:])
                    del walked[at:]
    return groups


def _adjacent_channels(process: Process) -> list[SSAValue]:
    return [*process.operands, *process.results]
