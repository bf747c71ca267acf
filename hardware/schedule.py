"""When a process reads and writes: its loop, one iteration a cycle, for one frame.

In each iteration a process reads at most one word of every input and writes at most one of every
output. Most read as late as they can, because they keep nothing; a window keeps lines, and reads
ahead while there is room for them.
"""

from dataclasses import dataclass
from math import ceil, log2

import numpy as np

from ..qdialect.stream import Process
from ..qdialect.stream.compute import MatvecOp, WeightedProcess
from ..qdialect.stream.process import Counts
from ..qdialect.stream.windows import WindowOp

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


def schedule_of(process: Process) -> Schedule:
    """The schedule of a process; every kind has one."""
    if isinstance(process, WindowOp):
        return window(process)
    if not process.operands:
        return Schedule(process.interval, [], [np.arange(c.words) for c in process.outputs])
    if len(process.results) != 1:
        return word_by_word(process)
    work = process.rows.shape[1] // process.simd if isinstance(process, MatvecOp) else 1
    return in_time(process, work, latency_of(process))


def latency_of(process: Process) -> int:
    """The pipeline of a sum is as deep as its tree of adders."""
    if not isinstance(process, WeightedProcess):
        return LATENCY
    taps = process.inputs[0].lanes.data
    return LATENCY + ceil(log2(taps + 1)) + ("thresholds" in process.properties)


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
    height, width, depth = x.frame
    line = width * depth // x.lanes.data
    (extent, _), (step, _) = process.window.extent, process.window.strides
    rows = patches.frame[0]
    needs = process.needs()[0].reshape(rows, -1)
    reads, writes = np.zeros(height * line, np.int64), np.zeros(needs.shape, np.int64)
    words, next_row = np.arange(needs.shape[1]), 0
    ends = np.zeros(rows, np.int64)
    for row in range(rows):
        for reading in range(next_row, row * step + extent):
            _read_line(reads, reading, line, _free(reading, extent, step, ends))
        next_row = row * step + extent
        start = ends[row - 1] + 1 if row else 0
        ready = np.maximum.accumulate(reads[needs[row] - 1] - words)
        writes[row] = words + np.maximum(ready, start)
        ends[row] = writes[row, -1]
    for reading in range(next_row, height):
        _read_line(reads, reading, line, _free(reading, extent, step, ends))
    interval = max(int(reads[-1]), int(writes[-1, -1])) + 1
    return Schedule(interval, [reads], [writes.reshape(-1)])


def _free(reading: int, extent: int, step: int, ends: Counts) -> int:
    """From which iteration on there is room for a line: that of the first row that is done with."""
    kept = reading - extent - step
    return 0 if kept < 0 else int(ends[min(len(ends) - 1, kept // step)]) + 1


def _read_line(reads: Counts, row: int, line: int, free: int) -> None:
    start = row * line
    first = max(free, int(reads[start - 1]) + 1 if start else 0)
    reads[start : start + line] = first + np.arange(line)
