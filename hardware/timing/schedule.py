"""In which cycles a process reads and writes its words: its loop, one iteration in each cycle.

In each iteration a process reads at most one word of every input and writes at most one word of
every output. Most processes read as late as they can, because they store nothing: that is the
default. A kind with another schedule registers it here with `@schedule_of.register`.
"""

from dataclasses import dataclass, replace
from functools import singledispatch
from math import ceil, log2

import numpy as np

from ...qdialect.stream import Process
from ...qdialect.stream.compute import MatvecOp, WeightedProcess
from ...qdialect.stream.flow import LinkOp
from ...qdialect.stream.folding import Counts
from ...qdialect.stream.ports import LinkEnd, SinkOp, SourceOp
from ...qdialect.stream.reorder import ReorderOp
from ...qdialect.stream.window import WindowOp

PIPELINE_LATENCY = 2
"""Cycles from the iteration that writes a word to the word, in a short pipeline."""


@dataclass(frozen=True)
class Schedule:
    """The iterations of one frame in which words are read and written, each list in order."""

    interval: int
    """Iterations of a frame."""
    reads: list[Counts]
    writes: list[Counts]
    latency: int = PIPELINE_LATENCY
    """Cycles from an iteration to the word that it writes."""

    def narrow(self) -> "Schedule":
        """The same schedule in half the memory."""
        reads = [places.astype(np.int32) for places in self.reads]
        return replace(self, reads=reads, writes=[w.astype(np.int32) for w in self.writes])


@singledispatch
def schedule_of(process: Process) -> Schedule:
    """The schedule of a process; by default it reads each word just before it needs it.

    A process with several outputs stores nothing either: it writes each word as it reads it, to
    some of its readers or to all.
    """
    if len(process.results) > 1:
        return copying_schedule(process)
    return late_reads(process)


def late_reads(process: Process, work: int = 1, latency: int = PIPELINE_LATENCY) -> Schedule:
    """The schedule of a process that reads just before it writes, and spends `work` iterations on
    each word."""
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


def copying_schedule(process: Process) -> Schedule:
    """A process that reads a word in each iteration, and writes it in the same iteration."""
    (channel,) = process.inputs
    writes = [process.needs(number)[0] - 1 for number in range(len(process.results))]
    return Schedule(channel.words, [np.arange(channel.words)], writes)


@schedule_of.register
def matvec_schedule(process: MatvecOp) -> Schedule:
    """The schedule of a matvec: each word of rows takes an iteration for each word of columns."""
    work = process.inputs[0].frame[-1] // process.lanes_in
    return late_reads(process, work, sum_latency(process))


@schedule_of.register
def weighted_schedule(process: WeightedProcess) -> Schedule:
    return late_reads(process, latency=sum_latency(process))


def sum_latency(process: WeightedProcess) -> int:
    """The pipeline of a sum is as deep as its adder tree; thresholds add a stage."""
    tree = ceil(log2(process.lanes_in + 1))
    return PIPELINE_LATENCY + tree + ("thresholds" in process.properties)


@schedule_of.register
def port_schedule(process: SourceOp | SinkOp) -> Schedule:
    """The schedule of a port to the host, which sends or receives a word in each iteration."""
    if process.over is not None:
        return link_schedule(process)
    words = np.arange(process.interval)
    return Schedule(process.interval, [words] * len(process.inputs), [words] * len(process.outputs))


@schedule_of.register
def transfer_schedule(process: LinkOp) -> Schedule:
    """The schedule of a link of unknown rate, which transfers a word in each iteration."""
    if process.over is None:
        return late_reads(process)
    return link_schedule(process, PIPELINE_LATENCY + process.delay)


def link_schedule(process: LinkEnd, latency: int = PIPELINE_LATENCY) -> Schedule:
    """The schedule of a link whose rate is known: words pass evenly, because they share it with the
    other channels of the frame."""
    (channel, *_), interval = (*process.inputs, *process.outputs), process.interval
    places = np.arange(1, channel.words + 1) * interval // channel.words - 1
    reads, writes = ([places] * len(ends) for ends in (process.inputs, process.outputs))
    return Schedule(interval, reads, writes, latency)


@schedule_of.register
def window_schedule(process: WindowOp) -> Schedule:
    """The schedule of a window: it stores the lines under its kernel and those of its next step.

    It writes each word in the iteration that reads the last word for it, or after the word before.
    So iteration `writes[k]` is the maximum of `ready[k]` and `writes[k - 1] + 1`; in terms of
    `writes[k] - k` that is a running maximum.
    """
    lines = process.line_schedule(np.array(process.lanes_in), np.array(process.lanes_out))
    starts, _ = lines.starts()
    reads = (starts[:, None] + np.arange(int(lines.line_words))).reshape(-1)
    ready = reads[process.needs()[0] - 1]
    number = np.arange(len(ready))
    writes = np.maximum.accumulate(ready - number) + number
    return Schedule(int(lines.interval), [reads], [writes])


@schedule_of.register
def reorder_schedule(process: ReorderOp) -> Schedule:
    """The schedule of a reorder: it reads a frame without a break, and writes it with a fixed
    delay."""
    words = np.arange(process.inputs[0].words)
    return Schedule(process.interval, [words], [words + process.interval - len(words)])
