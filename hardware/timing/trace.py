"""A simulated design in the Chrome trace format, for trace viewers; a cycle is shown as 1 us.

Each process has a track with an event per frame. Each channel has a counter of its words.
"""

from typing import Any, TypeAlias

import numpy as np
from xdsl.ir import Operation, SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.process import Counts
from ..estimate import name_of
from .channel_times import repeat_frames
from .fifo_depths import steady_state_with
from .simulate import (
    SimulationTooLong,
    Timeline,
    declared_depths,
    simulate,
    simulate_unbounded,
)
from .steady_state import SteadyState

Event: TypeAlias = dict[str, Any]

TRACED_FRAMES = 3
"""One frame that fills the empty design, and two that follow it."""

MAX_COUNTER_POINTS = 200
"""The maximum number of points of a channel's counter, so that files stay small."""

PROCESS_GROUP, CHANNEL_GROUP = 1, 2
"""The ids of the two groups of tracks."""

MAX_ITERATIONS_SIMULATED = 20_000_000
"""Process iterations that are simulated before the trace shows the steady state instead."""


def simulated_frames(design: DesignOp, frames: int = TRACED_FRAMES) -> Timeline:
    """Some frames in channels of the depths that their types have.

    They start in an empty design if its simulation is short. Otherwise all frames are in the steady
    state; if that is not found either, the long simulation is run.
    """
    depths = declared_depths(design)
    if not all(depths.values()):
        return simulate_unbounded(design, frames)
    try:
        return simulate(design, frames, depths, MAX_ITERATIONS_SIMULATED)
    except SimulationTooLong:
        steady = steady_state_with(design, depths)
    if steady is None:
        return simulate(design, frames, depths)
    return repeat_steady_state(steady, frames)


def repeat_steady_state(steady: SteadyState, frames: int) -> Timeline:
    """The timeline of some frames in the steady state."""
    timeline = Timeline(frames)
    for value in steady.read:
        written = steady.arrivals(value) - 1
        timeline.reserved[value] = repeat_frames(steady.reserved[value], frames, steady.period)
        timeline.written[value] = repeat_frames(written, frames, steady.period)
        timeline.read[value] = repeat_frames(steady.read[value], frames, steady.period)
    return timeline


def trace(design: DesignOp, timeline: Timeline) -> dict[str, Any]:
    """The trace of a timeline, for `json.dump`."""
    events = [
        _name_event("process_name", "processes", PROCESS_GROUP),
        _name_event("process_name", "channels", CHANNEL_GROUP),
    ]
    titles = dict[Operation, str]()
    for number, process in enumerate(design.processes):
        titles[process] = f"{number} {name_of(process)} {process.kind}"
        events.append(_name_event("thread_name", titles[process], PROCESS_GROUP, number))
        events += _frame_events(process, timeline, number)
    for value in timeline.read:
        (use,) = value.uses
        title = f"{titles[_writer_of(value)]} -> {titles[use.operation]}"
        events += _counter_events(title, timeline, value)
    return {"traceEvents": events, "displayTimeUnit": "ms", "otherData": {"1 us": "1 cycle"}}


def _name_event(kind: str, name: str, group: int, track: int = 0) -> Event:
    """A metadata event that names a group or a track."""
    return {"ph": "M", "name": kind, "pid": group, "tid": track, "args": {"name": name}}


def _frame_events(process: Process, timeline: Timeline, track: int) -> list[Event]:
    """An event for each frame of a process, from its first word to its last.

    Cycles beyond those of its schedule were spent waiting for words or for room.
    """
    cycles = process.interval
    times = [timeline.read[v] for v in process.operands]
    times += [timeline.reserved[v] for v in process.results]
    read, written = (sum(c.words for c in ends) for ends in (process.inputs, process.outputs))
    events: list[Event] = []
    for frame in range(timeline.frames):
        of_frame = [each.reshape(timeline.frames, -1)[frame] for each in times]
        begin = min(int(each[0]) for each in of_frame)
        end = max(int(each[-1]) for each in of_frame) + 1
        args = {
            "frame": frame,
            "kind": process.kind,
            "words read": read,
            "words written": written,
            "cycles": cycles,
            "waited": end - begin - cycles,
        }
        event = {"ph": "X", "name": name_of(process), "ts": begin, "dur": end - begin}
        events.append({**event, "pid": PROCESS_GROUP, "tid": track, "args": args})
    return events


def _writer_of(value: SSAValue) -> Process:
    assert isinstance(value.owner, Process)
    return value.owner


def _counter_events(title: str, timeline: Timeline, channel: SSAValue) -> list[Event]:
    """The words of a channel over time; each point is a maximum, so no peak is lost."""
    levels = peak_levels(timeline.reserved[channel], timeline.read[channel], timeline.cycles)
    step = cycles_per_point(timeline.cycles)
    changes = np.flatnonzero(np.diff(levels, prepend=-1))
    points = [(int(n) * step, int(levels[n])) for n in changes]
    counter = {"ph": "C", "name": title, "pid": CHANNEL_GROUP, "tid": 0}
    return [
        {**counter, "ts": at, "args": {"words": words}}
        for at, words in [*points, (timeline.cycles, 0)]
    ]


def cycles_per_point(cycles: int) -> int:
    """The number of cycles that a point of a counter covers."""
    return -(-cycles // MAX_COUNTER_POINTS)


def peak_levels(reserved: Counts, read: Counts, cycles: int) -> Counts:
    """The most words that have room reserved at the same time, for each point of a counter.

    The number of words rises only when a word reserves its room. So the maximum over the cycles of
    a point is at their begin, or where a word does that.
    """
    step = cycles_per_point(cycles)
    begins = np.arange(0, cycles, step)
    peaks = np.asarray(np.searchsorted(reserved, begins, side="right"))
    peaks = peaks - np.searchsorted(read, begins, side="left")
    held = np.arange(1, len(reserved) + 1) - np.searchsorted(read, reserved, side="left")
    np.maximum.at(peaks, reserved // step, held)
    return peaks
