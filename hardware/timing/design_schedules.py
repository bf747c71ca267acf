"""The schedules of a design's processes, in the language of its target.

HLS C++ and OpenCL have those of `schedule_of`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from ...qdialect.stream import DesignOp, Process
from .rtl_schedule import rtl_schedule_of
from .schedule import Schedule, schedule_of

Schedules: TypeAlias = Callable[[Process], Schedule]

TARGET_SCHEDULES: Mapping[str, Schedules] = MappingProxyType({"rtl": rtl_schedule_of})
"""The targets whose processes have schedules of their own."""


def schedules_for(design: DesignOp) -> Schedules:
    """The function that returns the schedule of each process of a design."""
    if design.target is None:
        return schedule_of
    return TARGET_SCHEDULES.get(design.target.data, schedule_of)
