"""Processes that compute element by element: lookup, add, mul, offset, factor, label_select."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from ...qdialect.stream.elements import (
    AddOp,
    FactorOp,
    LabelSelectOp,
    LookupOp,
    MulOp,
    OffsetOp,
    PixelRowsProcess,
)
from ...qdialect.stream.process import constant_integers, data_of, int_pair
from ...qdialect.types import MAX_WIDTH, ElementType, QuantType, bit_width, signed, smallest_type
from .builder import Builder, build_instance
from .memories import Memory, codes_of, constant_type, rows_memory
from .netlist import Instance
from .parameters import ForTypes, PerFrame, Precomputed
from .weighted import Multiplier


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
class MulInstance(Instance):
    """Multiplies two streams, after adding an integer to the elements of each."""

    kind = "mul"

    left: QuantType
    right: QuantType
    left_factor: QuantType
    right_factor: QuantType
    product: QuantType
    """A signed type for the product of two factors."""
    output: QuantType
    multiplier: Multiplier
    lanes: int
    words: PerFrame[int]
    left_offset: int
    right_offset: int


@build_instance.register
def build_mul(process: MulOp, builder: Builder) -> MulInstance:
    (left, right), (y,) = process.inputs, process.outputs
    left_factor, right_factor = process.factor_types
    left_offset, right_offset = int_pair(process.offsets)
    bits = bit_width(left_factor) + bit_width(right_factor) + 1
    return MulInstance(
        *builder.wiring(process),
        left=left.quant_type,
        right=right.quant_type,
        left_factor=left_factor,
        right_factor=right_factor,
        product=signed(min(bits, MAX_WIDTH)),
        output=y.quant_type,
        multiplier=Multiplier.FABRIC if process.dsp is None else Multiplier.DSP,
        lanes=left.lanes.data,
        words=left.words,
        left_offset=left_offset,
        right_offset=right_offset,
    )


@dataclass(frozen=True)
class PixelRowsInstance(Instance):
    """Combines every pixel with a row of constants; the kind of a pixel selects the row."""

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


class OffsetInstance(PixelRowsInstance):
    """Adds the row of constants."""

    kind = "offset"


class FactorInstance(PixelRowsInstance):
    """Multiplies by the row of constants."""

    kind = "factor"


@build_instance.register
def build_offset(process: OffsetOp, builder: Builder) -> OffsetInstance:
    return OffsetInstance(*builder.wiring(process), **pixel_rows(process, builder))


@build_instance.register
def build_factor(process: FactorOp, builder: Builder) -> FactorInstance:
    return FactorInstance(*builder.wiring(process), **pixel_rows(process, builder))


def pixel_rows(process: PixelRowsProcess, builder: Builder) -> dict[str, Any]:
    """The fields of an instance with rows of constants."""
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
    return {
        "input": x.quant_type,
        "row": constant_type(process, process.rows),
        "output": y.quant_type,
        "lanes": lanes,
        "groups": x.frame[-1] // lanes,
        "pixels": prod(x.frame[:-1]),
        "constants": rows,
        "kinds": kinds,
    }


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
    last: bool
    """Whether the last of equal scores comes first."""


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
        last=process.last is not None,
    )
