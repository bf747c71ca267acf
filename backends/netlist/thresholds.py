"""Builds the stages after a sum, its bias and its thresholds, and their memories."""

import numpy as np
from xdsl.dialects.builtin import SymbolRefAttr

from ...qdialect.data import Array
from ...qdialect.stream import Process
from ...qdialect.stream.compute import ThresholdedProcess
from ...qdialect.stream.process import data_of
from ...qdialect.types import BipolarType, QuantType, bit_width, signed, unsigned, value_range
from .builder import Builder
from .memories import Memory, codes_of, constant_type, rows_memory, search_levels
from .names import unused_name
from .netlist import ActivationStages, Bias, EmitError, ThresholdSteps


def build_activation(
    builder: Builder, process: ThresholdedProcess, symbol: SymbolRefAttr | None
) -> ActivationStages:
    """The activation of a process, whose bias has this symbol if it has one."""
    bias = None
    if symbol is not None:
        memory = channel_memory(builder, process, "bias", symbol)
        bias = Bias(constant_type(process, symbol), memory)
    if process.thresholds is None:
        return ActivationStages(bias)
    return ActivationStages(bias, build_steps(builder, process, process.thresholds))


def channel_memory(
    builder: Builder, process: Process, suffix: str, symbol: SymbolRefAttr
) -> Memory:
    """A memory with a number for each channel."""
    parallelism = (process.outputs[0].lanes.data, 1)
    return builder.memory(rows_memory(process, builder.own_name(suffix), symbol, parallelism))


def build_steps(
    builder: Builder, process: ThresholdedProcess, symbol: SymbolRefAttr
) -> ThresholdSteps:
    """Few thresholds are compared in parallel, many are searched."""
    descending = None
    if process.descending is not None:
        descending = channel_memory(builder, process, "descending", process.descending)
    rows, element = data_of(process, symbol).array, constant_type(process, symbol)
    if element == unsigned(64) and value_range(process.sum_type)[0] < 0:
        if int(rows.max()) >= 1 << 63:
            raise EmitError(
                f"{builder.process_name!r} has thresholds of 2^63 or more, which its signed sums "
                "never reach: remove them"
            )
        element = signed(64)
    y, name = process.outputs[0], builder.own_name("thresholds")
    shared, count, lanes = len(rows) == 1 < process.channels, rows.shape[1], y.lanes.data
    searched = builder.searched(process)
    if searched:
        all_rows = np.tile(rows, (lanes, 1)) if shared else rows
        memories = level_memories(builder, name, all_rows, element, lanes)
    else:
        parallelism = (1 if shared else lanes, count)
        memories = [builder.memory(rows_memory(process, name, symbol, parallelism))]
    return ThresholdSteps(
        element,
        count,
        name,
        memories,
        searched=searched,
        offset=process.offset.value.data,
        signs=isinstance(y.element_type, BipolarType),
        shared=shared,
        descending=descending,
    )


def level_memories(
    builder: Builder, name: str, rows: Array, element: QuantType, lanes: int
) -> list[Memory]:
    """A memory for each level of the search tree, since all levels are read in the same cycle.

    Each lane has a copy, even of thresholds that all channels share."""
    memories: list[Memory] = []
    for n, level in enumerate(search_levels(rows)):
        groups = level.reshape(-1, lanes, 1 << n)
        memory = Memory(
            unused_name(f"{name}_{n}", builder.netlist.used_names),
            bit_width(element),
            groups.shape,
            codes_of(groups, element),
            parallel=(1,),
            group=name,
        )
        memories.append(builder.memory(memory))
    return memories
