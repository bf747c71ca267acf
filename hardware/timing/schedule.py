"""When a process reads and writes: its loop, one iteration a cycle, for one frame.

In each iteration a process reads at most one word of every input and writes at most one of every
output. Most read as late as they can, because they keep nothing; a window keeps lines, and reads
ahead while there is room for them.
"""

from dataclasses import dataclass, replace
from math import ceil, log2

import numpy as np

from ...qdialect.stream import Process
from ...qdialect.stream.compute import MatvecOp, WeightedProcess
from ...qdialect.stream.flow import LinkOp
from ...qdialect.stream.ports import LinkEnd
from ...qdialect.stream.process import Counts
from ...qdialect.stream.window import WindowOp

LATENCY = 2
"""Cycles from the iteration that writes a word to the word, in a short pipeline."""


@dataclass(frozen=True)
class Schedule:
    """The iterations of one frame in which words are read and written, each list in order."""

    interval: int
    """Iterations of a frame."""
    reads: list[Counts]
    writes: list[Counts]
    latency: int = LATENCY
    """Cycles from an iteration to the word that it writes."""

    def narrow(self) -> "Schedule":
        """The same in half the memory."""
        reads = [places.astype(np.int32) for places in self.reads]
        return replace(self, reads=reads, writes=[w.astype(np.int32) for w in self.writes])


def schedule_of(process: Process) -> Schedule:
    """The schedule of a process; every kind has one."""
    if isinstance(process, WindowOp):
        return window(process)
    if isinstance(process, LinkEnd) and process.over is not None:
        return over_link(process)
    if not process.operands:
        return Schedule(process.interval, [], [np.arange(c.words) for c in process.outputs])
    if len(process.results) != 1:
        return word_by_word(process)
    work = process.rows.shape[1] // process.simd if isinstance(process, MatvecOp) else 1
    return in_time(process, work, latency_of(process))


def latency_of(process: Process) -> int:
    """The pipeline of a sum is as deep as its tree of adders; a link takes its time."""
    if isinstance(process, LinkOp):
        return LATENCY + process.delay
    if not isinstance(process, WeightedProcess):
        return LATENCY
    taps = process.inputs[0].lanes.data
    return LATENCY + ceil(log2(taps + 1)) + ("thresholds" in process.properties)


def over_link(process: LinkEnd) -> Schedule:
    """Words that share a link with others of their frame: they pass evenly."""
    (channel, *_), interval = (*process.inputs, *process.outputs), process.interval
    places = np.arange(1, channel.words + 1) * interval // channel.words - 1
    reads, writes = ([places] * len(ends) for ends in (process.inputs, process.outputs))
    return Schedule(interval, reads, writes, latency_of(process))


def word_by_word(process: Process) -> Schedule:
    """A process that writes what it reads, to some of its readers or to all."""
    (channel,) = process.inputs
    writes = [process.needs(number)[0] - 1 for number in range(len(process.results))]
    return Schedule(channel.words, [np.arange(channel.words)], writes)


def in_time(process: Process, work: int, latency: int) -> Schedule:
    """A process that reads just before it writes, and works so many iterations for each word."""
    needs = process.needs()
    fresh = [np.diff(counts, prepend=0) for counts in needs]
    steps = np.maximum(work, np.maximum.reduce(fresh))
    writes = np.cumsum(steps) - 1
    reads: list[Counts] = []
    last = int(writes[-1]) + 1
    for channel, counts in zip(process.inputs, needs, strict=True):
        words = np.arange(1, channel.words + 1)
        reader = np.minimum(np.searchsorted(counts, words), len(writes) - 1)
        reads.append(writes[reader] - (counts[reader] - words))
    end = max(int(read[-1]) + 1 for read in reads)
    return Schedule(max(last, end), reads, [writes], latency)


def window(process: WindowOp) -> Schedule:
    """A window that keeps as many lines as its kernel spans, and those of its next step."""
    (x,), (patches,) = process.inputs, process.outputs
    rhythm = Rhythm.of(process, np.array(x.lanes.data), np.array(patches.lanes.data))
    lines, rows = rhythm.starts()
    reads = (lines[:, None] + np.arange(int(rhythm.line))).reshape(-1)
    writes = (rows[:, None] + np.arange(int(rhythm.row))).reshape(-1)
    return Schedule(int(rhythm.interval), [reads], [writes])


@dataclass(frozen=True)
class Rhythm:
    """How a window goes line by line; for words of one width, or for arrays of widths at once.

    A line is read without a break. A row of patches waits until it can be written without one:
    begun earlier, it would end no sooner, and a reader that is not ready would stop the window.
    """

    process: WindowOp
    line: Counts
    """Words of a line of the image."""
    row: Counts
    """Words of a row of patches."""
    delays: Counts
    """How long after the start of each line of its kernel a row of patches may start."""

    @staticmethod
    def of(process: WindowOp, lanes_in: Counts, lanes_out: Counts) -> "Rhythm":
        (x,), (patches,) = process.inputs, process.outputs
        _, width, depth = x.frame
        _, cols, size = patches.frame
        widths = np.broadcast(lanes_in, lanes_out)
        delays = [_delays(process, int(a), int(b)) for a, b in widths]
        stacked = np.array(delays).T.reshape(-1, *widths.shape)
        return Rhythm(process, width * depth // lanes_in, cols * size // lanes_out, stacked)

    def starts(self) -> tuple[Counts, Counts]:
        """When each line is begun, and each row of patches if it is written without a break."""
        (x,), (patches,) = self.process.inputs, self.process.outputs
        height, rows = x.frame[0], patches.frame[0]
        window = self.process.window
        (extent, _), (step, _), (apart, _) = window.extent, window.strides, window.dilations
        shape = self.delays.shape[1:]
        lines, begun = np.zeros((height, *shape), np.int64), np.zeros((rows, *shape), np.int64)
        known = 0
        for row in range(rows):
            until = height if row == rows - 1 else row * step + extent
            for line in range(known, row * step + extent):
                self._read(lines, begun, line, line - extent - step)
            known = row * step + extent
            kernel = lines[row * step : known : apart]
            begun[row] = np.max(kernel + self.delays, axis=0)
            if row:
                begun[row] = np.maximum(begun[row], begun[row - 1] + self.row)
            for line in range(known, until):
                self._read(lines, begun, line, line - extent - step)
        return lines, begun

    def _read(self, lines: Counts, rows: Counts, line: int, kept: int) -> None:
        """A line starts behind the one before, and when there is room: a row is done with one."""
        if line:
            lines[line] = lines[line - 1] + self.line
        if kept >= 0:
            (step, _) = self.process.window.strides
            done = rows[min(len(rows) - 1, kept // step)] + self.row
            lines[line] = np.maximum(lines[line], done)

    @property
    def interval(self) -> Counts:
        """Iterations of a frame."""
        lines, rows = self.starts()
        return np.maximum(lines[-1] + self.line, rows[-1] + self.row)


def _delays(process: WindowOp, lanes_in: int, lanes_out: int) -> list[int]:
    """The longest wait for a word of each line: of those the first patch reads, and the last."""
    (x,), (patches,) = process.inputs, process.outputs
    window, pixel = process.window, x.frame[-1] // lanes_in
    line = x.frame[1] * pixel
    reach = process.reach(lanes_in, lanes_out)
    words = np.arange(len(reach))
    kernel_row = (reach - 1) // line
    last = patches.frame[1] - 1
    ahead = max(0, last * (window.strides[1] * pixel - len(reach)))
    wait = (reach - 1) % line - words + ahead
    longest = np.full(window.kernel[0], np.iinfo(np.int32).min, np.int64)
    np.maximum.at(longest, kernel_row // window.dilations[0], wait)
    return longest.tolist()
