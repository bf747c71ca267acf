"""Simulates a design cycle by cycle, all channels and processes side by side.

This takes the same time per cycle whatever the depths are. The passes of `simulate` are faster
where words seldom wait for room. But where a reader and a writer wait for each other in turn, a
pass moves the waits on by the few words that the channel holds.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream.process import Counts
from .timeline import ProcessTimeline

NEVER = np.iinfo(np.int64).max // 2
"""The time of an event that has not happened yet."""


class ChannelLists:
    """A list of numbers for each channel, all in one array, with a place in each list."""

    def __init__(self, lists: Sequence[Counts], filler: int):
        """Each list ends with a number that matches nothing."""
        lengths = [len(numbers) + 1 for numbers in lists]
        self.starts = np.cumsum([0, *lengths[:-1]])
        self.numbers = np.full(sum(lengths), filler)
        for start, numbers in zip(self.starts, lists, strict=True):
            self.numbers[start : start + len(numbers)] = numbers
        self.lengths = lengths

    def __getitem__(self, places: Counts) -> Counts:
        return self.numbers[self.starts + places]

    def put(self, chosen: Counts, places: Counts, number: int) -> None:
        """Sets the number at the place of each chosen channel."""
        self.numbers[(self.starts + places)[chosen]] = number

    def of(self, channel: int, skipped: int = 0) -> Counts:
        """The list of a channel, without its first numbers."""
        start = int(self.starts[channel])
        return self.numbers[start + skipped : start + self.lengths[channel] - 1].copy()


def step_through(
    processes: Sequence[ProcessTimeline], depths: Mapping[SSAValue, int]
) -> tuple[dict[SSAValue, Counts], dict[SSAValue, Counts]]:
    """When the word of each iteration is reserved and read, by channel.

    An iteration starts in the first cycle in which the words that it reads have arrived and those
    that it writes have room. Both depend on earlier cycles only, so all processes move at once. The
    design must be free of deadlock.
    """
    ends = {
        value: (number, iterations)
        for number, each in enumerate(processes)
        for value, iterations in zip(each.process.operands, each.reads, strict=True)
    }
    channels = [
        (value, number, iterations)
        for number, each in enumerate(processes)
        for value, iterations in zip(each.process.results, each.writes, strict=True)
    ]
    values = [value for value, _, _ in channels]
    writer = np.array([number for _, number, _ in channels])
    reader = np.array([ends[value][0] for value in values])
    writes = ChannelLists([iterations for _, _, iterations in channels], -1)
    reads = ChannelLists([ends[value][1] for value in values], -1)
    words = [len(iterations) for _, _, iterations in channels]
    depth = np.array([depths.get(v, 0) or n for v, n in zip(values, words, strict=True)])
    reserved = ChannelLists([np.full(n, NEVER) for n in words], NEVER)
    # The first words of a channel need no room of others: it was free before the first cycle.
    room = [
        np.concatenate([np.full(d, -1), np.full(n, NEVER)])
        for d, n in zip(depth, words, strict=True)
    ]
    read = ChannelLists(room, NEVER)
    latency = np.array([each.schedule.latency for each in processes])
    arrival = 1 + latency[writer]
    last = np.array([last_event(each) for each in processes])

    iteration = np.zeros(len(processes), np.int64)
    written, taken = np.zeros(len(values), np.int64), np.zeros(len(values), np.int64)
    cycle = 0
    while (iteration < last).any():
        reading = reads[taken] == iteration[reader]
        writing = writes[written] == iteration[writer]
        ready = reserved[taken] + arrival
        free = read[written] + 1
        waits = iteration >= last
        waits[reader[reading & (ready > cycle)]] = True
        waits[writer[writing & (free > cycle)]] = True
        if waits.all():
            # Nothing moves before the next word arrives or the next room is free.
            times = np.concatenate([ready[ready > cycle], free[free > cycle]])
            cycle = int(times.min())
            continue
        reading &= ~waits[reader]
        writing &= ~waits[writer]
        read.put(reading, taken + depth, cycle)
        reserved.put(writing, written, cycle)
        taken += reading
        written += writing
        iteration += ~waits
        cycle += 1
    return (
        {value: reserved.of(n) for n, value in enumerate(values)},
        {value: read.of(n, int(depth[n])) for n, value in enumerate(values)},
    )


def last_event(each: ProcessTimeline) -> int:
    """The number of iterations of a process up to the last that reads or writes."""
    return 1 + max(int(iterations[-1]) for iterations in (*each.reads, *each.writes))
