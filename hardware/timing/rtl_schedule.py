"""The schedules of processes in SystemVerilog.

They have the iterations of `schedule_of` and the latencies of the modules in `backends/rtl`.

A module that only passes words on has no pipeline: its channel has the word in the next cycle.
"""

from dataclasses import replace
from functools import singledispatch

from ...qdialect.stream import Process
from ...qdialect.stream.borders import UpsampleOp
from ...qdialect.stream.compute import ThresholdedProcess, ThresholdOp, WeightedProcess
from ...qdialect.stream.elements import (
    AddOp,
    FactorOp,
    LabelSelectOp,
    LookupOp,
    MulOp,
    OffsetOp,
)
from ...qdialect.stream.flow import LinkOp
from ...qdialect.stream.pool import PoolOp
from ...qdialect.stream.process import data_of
from ...qdialect.stream.reorder import ReorderOp
from ...qdialect.stream.scale import ScaleOp
from ...qdialect.stream.window import WindowOp
from ...qdialect.types import BipolarType, bit_width
from ..resources.cost import MAX_PARALLEL_THRESHOLDS
from .schedule import Schedule, schedule_of

TREE_FAN_IN = 8
"""Terms that an adder tree adds in a cycle; a sum of fewer is part of the accumulator's cycle."""

MAX_STORED_PARALLEL_THRESHOLDS = 7
"""Thresholds of a row that are compared in one cycle if a lane reads its rows from a memory."""

COUNT_FAN_IN = 32
"""Pairs of signs that are counted in a cycle."""


def rtl_schedule_of(process: Process) -> Schedule:
    """The schedule of a process in SystemVerilog."""
    return replace(schedule_of(process), latency=rtl_latency(process))


@singledispatch
def rtl_latency(process: Process) -> int:
    """Cycles from the iteration that writes a word to the word's arrival in the channel."""
    return 0


@rtl_latency.register
def register_latency(
    process: AddOp | LabelSelectOp | LookupOp | MulOp | PoolOp | UpsampleOp,
) -> int:
    """The result is in a register."""
    return 1


@rtl_latency.register
def link_latency(process: LinkOp) -> int:
    """Words are on the way to another device."""
    return 0 if process.over is None else process.delay


@rtl_latency.register
def offset_latency(process: OffsetOp | FactorOp) -> int:
    """If the kind of a pixel selects its row, a memory is read first."""
    return 1 if process.kinds is None else 2


@rtl_latency.register
def scale_latency(process: ScaleOp) -> int:
    """A product, a sum, and the clamp."""
    return 3


@rtl_latency.register
def buffer_latency(process: WindowOp | ReorderOp) -> int:
    """A word is stored, addressed and read."""
    return 3


@rtl_latency.register
def threshold_latency(process: ThresholdOp) -> int:
    return steps_latency(process)


@rtl_latency.register
def weighted_latency(process: WeightedProcess) -> int:
    """The factors, an adder tree, the accumulator, and thresholds, unless the sums start at them.

    The starts of the sums include a bias."""
    _, terms = process.parallelism
    types = process.inputs[0].quant_type, data_of(process, process.weights).element
    signs = process.codebook is None and all(isinstance(each, BipolarType) for each in types)
    steps = 0 if starts_at_threshold(process) else steps_latency(process)
    return 1 + (count_latency(terms) if signs else tree_latency(terms)) + 1 + steps


def tree_latency(terms: int) -> int:
    """The registers of an adder tree."""
    latency = 0
    while terms >= TREE_FAN_IN:
        terms = -(-terms // TREE_FAN_IN)
        latency += 1
    return latency


def count_latency(terms: int) -> int:
    """The registers of a tree that first counts equal pairs of signs."""
    return 0 if terms < TREE_FAN_IN else 1 + tree_latency(-(-terms // COUNT_FAN_IN))


def starts_at_threshold(process: WeightedProcess) -> bool:
    """Whether each sum starts at minus its only threshold, so that its sign is the result."""
    if process.thresholds is None or process.descending is not None:
        return False
    y = process.outputs[0].quant_type
    signs = isinstance(y, BipolarType)
    single = data_of(process, process.thresholds).type.get_shape()[1] == 1
    return single and bit_width(y) == 1 and (signs or process.offset.value.data == 0)


def steps_latency(process: ThresholdedProcess) -> int:
    """Few thresholds are compared in one cycle; a search takes a cycle for each level and one for
    the result."""
    if process.thresholds is None:
        return 0
    count = data_of(process, process.thresholds).type.get_shape()[1]
    return count.bit_length() + 1 if rtl_searches_thresholds(process) else 1


def rtl_searches_thresholds(process: ThresholdedProcess) -> bool:
    """Whether a search takes fewer LUTs and registers than a comparator for each threshold.

    Comparators with constants are small; otherwise they read all thresholds of a channel at once,
    which a search does not (benchmarks/README.md has the figures)."""
    assert process.thresholds is not None
    rows, count = data_of(process, process.thresholds).type.get_shape()
    constant = rows <= process.outputs[0].lanes.data
    return count > (MAX_PARALLEL_THRESHOLDS if constant else MAX_STORED_PARALLEL_THRESHOLDS)
