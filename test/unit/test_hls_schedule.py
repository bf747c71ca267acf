"""The emitted loops of HLS C++ read and write each word in the iteration of the schedule."""

from pathlib import Path

import pytest
from qnn.hardware.timing.schedule import schedule_of
from qnn.qdialect.stream import Process
from qnn.qdialect.stream.window import WindowOp
from support.generate import Choices
from support.processes import MAKERS, one_process
from support.schedule_log import logged_accesses, over_frames
from xdsl.dialects.builtin import ModuleOp

FRAMES = 3


def check_schedules(modules: list[ModuleOp], choices: Choices, folder: Path) -> None:
    for accesses in logged_accesses(modules, FRAMES, choices, folder):
        for process, (reads, writes) in accesses.items():
            schedule = schedule_of(process)
            expected_reads, expected_writes = (
                [over_frames(places, schedule.interval, FRAMES) for places in lists]
                for lists in (schedule.reads, schedule.writes)
            )
            assert reads == expected_reads, process
            assert writes == expected_writes, process


def test_loops_follow_the_schedule(tmp_path: Path) -> None:
    """All kinds of processes, which also give the interpreter's numbers.

    Windows have strides above the kernel, dilations, and words of a few channels or many pixels.
    """
    choices = Choices.seeded(22)
    kinds = [*MAKERS, *[WindowOp] * 3]
    check_schedules([one_process(kind, choices) for kind in kinds], choices, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.name)
def test_many_loops_follow_the_schedule(kind: type[Process], tmp_path: Path) -> None:
    choices = Choices.seeded(23)
    check_schedules([one_process(kind, choices) for _ in range(30)], choices, tmp_path)
