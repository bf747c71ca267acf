"""Whether a design with bounded channels can deadlock, whatever the time its processes take.

An iteration of a process depends on others: on the iterations that write the words it reads, and
through back-pressure on those that free the room it writes to. The design deadlocks if and only if
an iteration depends on itself.

A dependency follows a channel forward or backward, so such a cycle of dependencies runs along an
undirected cycle of channels: paths that fork and reconverge. All channels of an undirected cycle
are in one biconnected component, so the components are checked one by one. Channels are acyclic as
a directed graph. So an undirected cycle has a process from which two of its channels lead away, and
only iterations of processes with two outputs in the component need to be checked.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream import Process
from ...qdialect.stream.process import Counts
from .channel_times import repeat_frames
from .schedule import Schedule

UNBOUNDED_DEPTH_WORDS = 1 << 40
"""The depth of a channel without one: more words than two frames have."""

FRAMES_CHECKED = 2
"""Two frames suffice: the dependencies of the second repeat in all later ones, shifted."""


@dataclass(frozen=True)
class EventCounts:
    """The iterations of a process, and the words it has read or written on a channel after them."""

    iteration_of_word: Counts
    words_after: Counts
    """For each number of iterations, the words that they read or write."""

    @staticmethod
    def of(iterations: Counts, interval: int) -> "EventCounts":
        repeated = repeat_frames(iterations, FRAMES_CHECKED, interval)
        words = np.zeros(FRAMES_CHECKED * interval + 1, np.int64)
        words[repeated + 1] = 1
        return EventCounts(repeated, np.cumsum(words))

    def iterations_for(self, words: Counts) -> Counts:
        """How many iterations the process must have done to have read or written some words."""
        return np.where(words > 0, self.iteration_of_word[np.maximum(words, 1) - 1] + 1, 0)


class DeadlockChecker:
    """The reconvergent channels of a design, and the event counts at both ends of each."""

    def __init__(self, schedules: Mapping[Process, Schedule]):
        self.schedules = schedules
        self.components = reconvergent_components(list(schedules))
        self.reads: dict[SSAValue, EventCounts] = {}
        self.writes: dict[SSAValue, EventCounts] = {}
        for channel in {value for component in self.components for value in component}:
            writer, reader = writer_and_reader(channel)
            writing, reading = schedules[writer], schedules[reader]
            results: list[SSAValue] = [*writer.results]
            written = writing.writes[results.index(channel)]
            read = reading.reads[list(reader.operands).index(channel)]
            self.writes[channel] = EventCounts.of(written, writing.interval)
            self.reads[channel] = EventCounts.of(read, reading.interval)

    def can_deadlock(self, depths: Mapping[SSAValue, int], changed: SSAValue | None = None) -> bool:
        """Whether the design deadlocks with channels of these depths.

        If only one channel has changed since the design was free of deadlock, `changed` names it,
        and only its component is checked.
        """
        components = [c for c in self.components if changed is None or changed in c]
        return any(self._component_can_deadlock(channels, depths) for channels in components)

    def _component_can_deadlock(
        self, component: Sequence[SSAValue], depths: Mapping[SSAValue, int]
    ) -> bool:
        """Whether an iteration of a process with two outputs in the component waits for itself."""
        adjacent: dict[Process, list[SSAValue]] = {}
        for channel in component:
            for process in writer_and_reader(channel):
                adjacent.setdefault(process, []).append(channel)
        forks = [p for p, channels in adjacent.items() if sum(c in p.results for c in channels) > 1]
        return any(self._waits_for_itself(process, adjacent, depths) for process in forks)

    def _waits_for_itself(
        self,
        process: Process,
        adjacent: Mapping[Process, Sequence[SSAValue]],
        depths: Mapping[SSAValue, int],
    ) -> bool:
        """Whether an iteration of a process depends on itself, by propagating requirements.

        `required[other][n]` is how many iterations of `other` must be done before this process has
        done `n + 1`. It is the longest path in the graph of dependencies, relaxed channel by
        channel as in the algorithm of Bellman and Ford, for all `n` at once. If the process itself
        is required to have done `n + 1` iterations before, it waits for itself. Without a cycle
        of dependencies, a longest path visits no process twice. A process that is relaxed more than
        twice as often as there are processes therefore counts as a deadlock.
        """
        own = np.arange(1, FRAMES_CHECKED * self.schedules[process].interval + 1)
        required: dict[Process, Counts] = {process: own}
        visits = dict.fromkeys(adjacent, 0)
        queue = deque([process])
        while queue:
            here = queue.popleft()
            visits[here] += 1
            if visits[here] > 2 * len(adjacent):
                return True
            for channel in adjacent[here]:
                other, needed = self._required(here, channel, required[here], depths)
                if other is process:
                    if (needed >= own).any():
                        return True
                    continue
                before = required.get(other)
                if before is not None and (needed <= before).all():
                    continue
                required[other] = needed if before is None else np.maximum(before, needed)
                if other not in queue:
                    queue.append(other)
        return False

    def _required(
        self, process: Process, channel: SSAValue, done: Counts, depths: Mapping[SSAValue, int]
    ) -> tuple[Process, Counts]:
        """The process at the other end of a channel, and the iterations that it must have done.

        A reader needs its words to be written. A writer needs all but the last `depth` words that
        it writes to be read.
        """
        writer, reader = writer_and_reader(channel)
        if process is reader:
            words = self.reads[channel].words_after[done]
            return writer, self.writes[channel].iterations_for(words)
        words = self.writes[channel].words_after[done]
        freed = words - (depths.get(channel) or UNBOUNDED_DEPTH_WORDS)
        return reader, self.reads[channel].iterations_for(freed)


def writer_and_reader(channel: SSAValue) -> tuple[Process, Process]:
    """The processes at both ends of a channel."""
    (use,) = channel.uses
    writer, reader = channel.owner, use.operation
    assert isinstance(writer, Process) and isinstance(reader, Process)
    return writer, reader


def reconvergent_components(processes: Sequence[Process]) -> list[list[SSAValue]]:
    """The channels of each biconnected component that has a cycle.

    The algorithm of Hopcroft and Tarjan, without recursion: a depth-first search along channels in
    either direction numbers the processes. `lowest[p]` is the lowest number that the subtree of `p`
    reaches by a channel outside the tree. Where a subtree reaches nothing above its parent, the
    parent separates it, and the channels walked since are one component.
    """
    number: dict[Process, int] = {}
    lowest: dict[Process, int] = {}
    components: list[list[SSAValue]] = []
    for start in processes:
        if start in number:
            continue
        number[start] = lowest[start] = len(number)
        walked: list[SSAValue] = []
        path: list[tuple[Process, SSAValue | None, Iterator[SSAValue]]] = []
        path.append((start, None, iter(_adjacent_channels(start))))
        while path:
            here, entered_by, channels = path[-1]
            for channel in channels:
                other = next(p for p in writer_and_reader(channel) if p is not here)
                if channel is entered_by:
                    continue
                if other not in number:
                    walked.append(channel)
                    number[other] = lowest[other] = len(number)
                    path.append((other, channel, iter(_adjacent_channels(other))))
                    break
                if number[other] < number[here]:
                    walked.append(channel)
                    lowest[here] = min(lowest[here], number[other])
            else:
                path.pop()
                if entered_by is None:
                    continue
                parent = path[-1][0]
                lowest[parent] = min(lowest[parent], lowest[here])
                if lowest[here] >= number[parent]:
                    at = walked.index(entered_by)
                    if len(walked) - at > 1:
                        components.append(walked[at:])
                    del walked[at:]
    return components


def _adjacent_channels(process: Process) -> list[SSAValue]:
    return [*process.operands, *process.results]
