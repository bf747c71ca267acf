"""What a sum goes through: its bias, its thresholds, and the memories that hold them."""

import numpy as np
from xdsl.dialects.builtin import SymbolRefAttr

from ...hardware.resources.cost import MAX_PARALLEL_THRESHOLDS
from ...qdialect.data import Array
from ...qdialect.stream import Process
from ...qdialect.stream.compute import ThresholdedProcess
from ...qdialect.stream.process import data_of
from ...qdialect.types import BipolarType, QuantType, bit_width, signed, unsigned, value_range
from .builder import Builder
from .memories import Memory, codes_of, quant_of, rows_memory, search_levels
from .names import unused
from .netlist import Activation, EmitError, ThresholdSteps


def activation_of(
    builder: Builder, process: ThresholdedProcess, bias: SymbolRefAttr | None
) -> tuple[Activation, list[Memory]]:
    """What follows a sum, and its memories."""
    element, steps, memories = None, None, list[Memory]()
    if bias is not None:
        memories.append(by_channel(builder, process, "bias", bias))
        element = quant_of(process, bias)
    if process.descending is not None:
        memories.append(by_channel(builder, process, "descending", process.descending))
    if process.thresholds is not None:
        steps, thresholds = steps_of(builder, process, process.thresholds)
        memories += thresholds
    return Activation(element, steps, process.descending is not None), memories


def by_channel(builder: Builder, process: Process, what: str, symbol: SymbolRefAttr) -> Memory:
    """A memory with a number for each channel."""
    at_once = (process.outputs[0].lanes.data, 1)
    return builder.memory(rows_memory(process, builder.own_name(what), symbol, at_once))


def steps_of(
    builder: Builder, process: ThresholdedProcess, symbol: SymbolRefAttr
) -> tuple[ThresholdSteps, list[Memory]]:
    """Thresholds: few are compared at once, many are searched."""
    rows, element = data_of(process, symbol).array, quant_of(process, symbol)
    if element == unsigned(64) and value_range(process.sum_type)[0] < 0:
        if int(rows.max()) >= 1 << 63:
            raise EmitError(f"{builder.process_name!r} has thresholds that its sums never reach")
        element = signed(64)
    y, name = process.outputs[0], builder.own_name("thresholds")
    shared, count, lanes = len(rows) == 1 < process.channels, rows.shape[1], y.lanes.data
    if count <= MAX_PARALLEL_THRESHOLDS:
        at_once = (1 if shared else lanes, count)
        memories = [builder.memory(rows_memory(process, name, symbol, at_once))]
    else:
        every = np.tile(rows, (lanes, 1)) if shared else rows
        memories = searched(builder, name, every, element, lanes)
    levels = len(memories) if count > MAX_PARALLEL_THRESHOLDS else 0
    signs, offset = isinstance(y.element_type, BipolarType), process.offset.value.data
    return ThresholdSteps(element, count, levels, offset, signs, shared), memories


def searched(
    builder: Builder, name: str, rows: Array, element: QuantType, lanes: int
) -> list[Memory]:
    """A memory for each level, since all are read in the same cycle; what all channels share is
    there once for each lane."""
    memories: list[Memory] = []
    for n, level in enumerate(search_levels(rows)):
        groups = level.reshape(-1, lanes, 1 << n)
        memory = Memory(
            unused(f"{name}_{n}", builder.parts.taken),
            bit_width(element),
            groups.shape,
            codes_of(groups, element),
            (1,),
            group=name,
        )
        memories.append(builder.memory(memory))
    return memories
