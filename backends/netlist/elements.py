"""Processes that compute element by element: lookup, add, offset, label_select."""

from dataclasses import dataclass
from math import prod

import numpy as np

from ...qdialect.stream.elements import AddOp, LabelSelectOp, LookupOp, OffsetOp
from ...qdialect.stream.process import constant_integers, data_of
from ...qdialect.types import ElementType, QuantType, bit_width, smallest_type
from .builder import Builder, build_instance
from .memories import Memory, codes_of, constant_type, rows_memory
from .netlist import Instance
from .parameters import ForTypes, PerFrame, Precomputed


@dataclass(frozen=True)
class LookupInstance(Instance):
    """Replaces every element by an entry of a table."""

    kind = "lookup"

    input: QuantType
    output: ElementType
    lanes: int
    groups: int
    """Words of a pixel."""
    words: PerFrame[int]
    first: int
    """The element that selects the first entry."""
    entries: ForTypes[int]
    table: Memory
    """A copy for each lane, with a table for each group, or one table for all."""
    table_groups: Precomputed[int]


@build_instance.register
def build_lookup(process: LookupOp, builder: Builder) -> LookupInstance:
    (x,), (y,) = process.inputs, process.outputs
    table, lanes = data_of(process, process.table), x.lanes.data
    entries = table.array.shape[-1]
    if table.array.ndim == 2:
        groups = table.array.reshape(-1, lanes, entries)
    else:
        groups = np.tile(table.array, (1, lanes, 1))
    copies = groups.swapaxes(0, 1)
    memory = Memory(
        builder.own_name("table"),
        bit_width(table.element),
        copies.shape,
        codes_of(copies, table.element),
        parallel=(0,),
    )
    return LookupInstance(
        *builder.wiring(process),
        input=x.quant_type,
        output=y.element_type,
        lanes=lanes,
        groups=x.frame[-1] // lanes,
        words=x.words,
        first=process.first.value.data,
        entries=entries,
        table=builder.memory(memory),
        table_groups=len(groups),
    )


@dataclass(frozen=True)
class AddInstance(Instance):
    """Adds two streams, each times an integer."""

    kind = "add"

    left: QuantType
    right: QuantType
    output: QuantType
    lanes: int
    words: PerFrame[int]
    left_times: int
    right_times: int


@build_instance.register
def build_add(process: AddOp, builder: Builder) -> AddInstance:
    (left, right), (y,) = process.inputs, process.outputs
    left_times, right_times = process.multipliers.get_values()
    return AddInstance(
        *builder.wiring(process),
        left=left.quant_type,
        right=right.quant_type,
        output=y.quant_type,
        lanes=left.lanes.data,
        words=left.words,
        left_times=left_times,
        right_times=right_times,
    )


@dataclass(frozen=True)
class OffsetInstance(Instance):
    """Adds a row of constants to every pixel; the kind of a pixel selects the row."""

    kind = "offset"

    input: QuantType
    row: QuantType
    output: QuantType
    lanes: int
    groups: int
    """Words of a pixel."""
    pixels: int
    constants: Memory
    """An address for each word of a pixel, kind after kind."""
    kinds: Memory | None
    """The kind of each pixel of a frame, if there are several kinds."""


@build_instance.register
def build_offset(process: OffsetOp, builder: Builder) -> OffsetInstance:
    (x,), (y,) = process.inputs, process.outputs
    lanes = x.lanes.data
    name = builder.own_name("rows")
    rows = builder.memory(rows_memory(process, name, process.rows, (1, lanes)))
    kinds = None
    if process.kinds is not None:
        values = constant_integers(process, process.kinds)
        element = smallest_type(0, int(values.max()))
        name, codes = builder.own_name("kinds"), codes_of(values, element)
        kinds = builder.memory(Memory(name, bit_width(element), values.shape, codes))
    return OffsetInstance(
        *builder.wiring(process),
        input=x.quant_type,
        row=constant_type(process, process.rows),
        output=y.quant_type,
        lanes=lanes,
        groups=x.frame[-1] // lanes,
        pixels=prod(x.frame[:-1]),
        constants=rows,
        kinds=kinds,
    )


@dataclass(frozen=True)
class LabelSelectInstance(Instance):
    """The indices of the K largest scores."""

    kind = "label_select"

    input: QuantType
    output: QuantType
    lanes_in: int
    lanes_out: int
    words: int
    """Words of scores in a frame."""
    k: int


@build_instance.register
def build_label_select(process: LabelSelectOp, builder: Builder) -> LabelSelectInstance:
    (x,), (y,) = process.inputs, process.outputs
    return LabelSelectInstance(
        *builder.wiring(process),
        input=x.quant_type,
        output=y.quant_type,
        lanes_in=x.lanes.data,
        lanes_out=y.lanes.data,
        words=x.words,
        k=y.frame[0],
    )
