"""A design at work, for a viewer of traces: the Chrome trace format, a cycle shown as 1 us.

Each process has a track with its frames, each channel a counter of the words that wait in it.
"""

from typing import Any, TypeAlias

import numpy as np
from xdsl.ir import Operation, SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.process import Counts
from ..estimate import name_of
from .fifo_depths import steady_state_with
from .schedule import schedule_of
from .simulate import Timeline, TooLong, declared, simulate, simulate_unbounded
from .steady_state import SteadyState

Event: TypeAlias = dict[str, Any]

TRACED_FRAMES = 3
"""One that fills the design, and some that follow."""

MAX_TRACE_EVENTS = 200
"""The most points of a counter, so that files stay small."""

PROCESSES, CHANNELS = 1, 2
"""The two groups of tracks."""

EFFORT = 20_000_000
"""Iterations of processes that are played, before a design is shown in its rhythm instead."""


def simulated_frames(design: DesignOp, frames: int = TRACED_FRAMES) -> Timeline:
    """Some frames that go through a design, in channels as deep as their types say.

    From an empty design on, if that is soon found out; else in its rhythm, from the first frame on.
    """
    depths = declared(design)
    if not all(depths.values()):
        return simulate_unbounded(design, frames)
    try:
        return simulate(design, frames, depths, EFFORT)
    except TooLong:
        steady = steady_state_with(design, depths)
    return simulate(design, frames, depths) if steady is None else repeated(steady, frames)


def repeated(steady: SteadyState, frames: int) -> Timeline:
    """A rhythm over some frames."""
    starts = np.arange(frames)[:, None] * steady.period

    def repeat(times: Counts) -> Counts:
        return (starts + times).reshape(-1)

    run = Timeline(frames)
    for value in steady.read:
        run.reserved[value] = repeat(steady.reserved[value])
        run.written[value] = repeat(steady.arrived(value) - 1)
        run.read[value] = repeat(steady.read[value])
    return run


def trace(design: DesignOp, run: Timeline) -> dict[str, Any]:
    """All events of a run, for `json.dump`."""
    events = [
        named("process_name", "processes", PROCESSES),
        named("process_name", "channels", CHANNELS),
    ]
    titles = dict[Operation, str]()
    for number, process in enumerate(design.processes):
        titles[process] = f"{number} {name_of(process)} {process.kind}"
        events.append(named("thread_name", titles[process], PROCESSES, number))
        events += frames_of(process, run, number)
    for value in run.read:
        (use,) = value.uses
        title = f"{titles[writer_of(value)]} -> {titles[use.operation]}"
        events += counter(title, run, value)
    return {"traceEvents": events, "displayTimeUnit": "ms", "otherData": {"1 us": "1 cycle"}}


def named(what: str, name: str, group: int, track: int = 0) -> Event:
    return {"ph": "M", "name": what, "pid": group, "tid": track, "args": {"name": name}}


def frames_of(process: Process, run: Timeline, track: int) -> list[Event]:
    """An event for each frame of a process, from its first word to its last.

    What it takes longer than its schedule does, it has waited for words or for room.
    """
    cycles = schedule_of(process).interval
    times = [run.read[v] for v in process.operands] + [run.reserved[v] for v in process.results]
    read, written = (sum(c.words for c in ends) for ends in (process.inputs, process.outputs))
    events: list[Event] = []
    for frame in range(run.frames):
        parts = [part.reshape(run.frames, -1)[frame] for part in times]
        begin = min(int(part[0]) for part in parts)
        end = max(int(part[-1]) for part in parts) + 1
        args = {
            "frame": frame,
            "kind": process.kind,
            "words read": read,
            "words written": written,
            "cycles": cycles,
            "waited": end - begin - cycles,
        }
        event = {"ph": "X", "name": name_of(process), "ts": begin, "dur": end - begin}
        events.append({**event, "pid": PROCESSES, "tid": track, "args": args})
    return events


def writer_of(value: SSAValue) -> Process:
    assert isinstance(value.owner, Process)
    return value.owner


def counter(title: str, run: Timeline, channel: SSAValue) -> list[Event]:
    """The words of a channel over time: of each stretch the most, so that no peak is lost."""
    levels = most_of(run.reserved[channel], run.read[channel], run.cycles)
    stretch = stretch_of(run.cycles)
    changes = np.flatnonzero(np.diff(levels, prepend=-1))
    points = [(int(n) * stretch, int(levels[n])) for n in changes]
    return [
        {"ph": "C", "name": title, "ts": at, "pid": CHANNELS, "tid": 0, "args": {"words": words}}
        for at, words in [*points, (run.cycles, 0)]
    ]


def stretch_of(cycles: int) -> int:
    return -(-cycles // MAX_TRACE_EVENTS)


def most_of(reserved: Counts, read: Counts, cycles: int) -> Counts:
    """The most words that have their room at once, in each stretch of time.

    That is where a stretch begins, or where a word is written.
    """
    stretch = stretch_of(cycles)
    starts = np.arange(0, cycles, stretch)
    most = np.asarray(np.searchsorted(reserved, starts, side="right"))
    most = most - np.searchsorted(read, starts, side="left")
    waiting = np.arange(1, len(reserved) + 1) - np.searchsorted(read, reserved, side="left")
    np.maximum.at(most, reserved // stretch, waiting)
    return most
