"""The resources of processes of single elements: scale, lookup, add, mul, offset, factor."""

import numpy as np

from ....qdialect.stream.elements import (
    AddOp,
    FactorOp,
    LookupOp,
    MulOp,
    OffsetOp,
    PixelRowsProcess,
)
from ....qdialect.stream.folding import Counts
from ....qdialect.stream.process import data_of
from ....qdialect.stream.scale import ScaleOp
from ....qdialect.types import bit_width, check_element
from ..memory import MemoryCost
from .arithmetic import multiplier, wide_product
from .model import Implementation, datapaths, memories, shape_of_widths, usage


@datapaths.register
def scale_datapaths(
    process: ScaleOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A product, an addition, a comparator for each exception of a channel, and two for the clamp.

    A DSP contains the adder and the registers as well.
    """
    shape, (x,), (y,) = shape_of_widths(lanes_in, lanes_out), process.inputs, process.outputs
    factor = check_element(data_of(process, process.factors).element)
    product, bits = multiplier(factor, x.quant_type)
    sums = bit_width(process.sum_type)
    logic = sums + 2 * bit_width(y.element_type)
    if process.exceptions is not None:
        count = data_of(process, process.exceptions).type.get_shape()[1]
        logic += count * (bit_width(x.element_type) / 2 + 2)
    dsp = lanes_out * wide_product(vendor, factor, x.quant_type)
    return [
        Implementation(
            usage(shape, logic=lanes_out * (logic + product), ff=lanes_out * (bits + sums))
        ),
        Implementation(usage(shape, logic=lanes_out * (logic - sums), dsp=dsp), dsp=True),
    ]


@memories.register
def scale_memories(process: ScaleOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """Memories of factors, offsets and exceptions, a row for each channel or one row for all."""
    groups, found = -(-process.rows // lanes_out), list[MemoryCost]()
    for key, (_, columns) in process.memories().items():
        bits = columns * bit_width(data_of(process, process.constant(key)).element)
        found.append(MemoryCost(np.minimum(lanes_out, process.rows), groups, bits))
    return found


@memories.register
def lookup_memories(process: LookupOp, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """A table for each element of a word."""
    table = data_of(process, process.table).type.get_shape()
    entries = table[-1] * (process.inputs[0].frame[-1] // lanes_in if len(table) == 2 else 1)
    return [MemoryCost(lanes_out, entries, bit_width(process.outputs[0].element_type))]


@datapaths.register
def add_datapath(
    process: AddOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """An adder, and a constant multiplier for each operand whose multiplier is not 1 or -1."""
    bits = bit_width(process.outputs[0].element_type)
    for factor, channel in zip(process.multipliers.get_values(), process.inputs, strict=True):
        if abs(factor) != 1:
            bits += abs(factor).bit_length() * bit_width(channel.element_type)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=lanes_out * bits))]


@datapaths.register
def mul_datapaths(
    process: MulOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """An adder for each offset that is not 0, and a multiplier; a DSP contains its registers."""
    shape, factors = shape_of_widths(lanes_in, lanes_out), process.factor_types
    adders = sum(
        bit_width(factor)
        for factor, offset in zip(factors, process.offsets.get_values(), strict=True)
        if offset
    )
    product, bits = multiplier(*factors)
    dsp = lanes_out * wide_product(vendor, *factors)
    return [
        Implementation(usage(shape, logic=lanes_out * (adders + product), ff=lanes_out * bits)),
        Implementation(usage(shape, logic=lanes_out * adders, dsp=dsp), dsp=True),
    ]


@datapaths.register
def offset_datapath(
    process: OffsetOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    bits = bit_width(process.outputs[0].element_type)
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=lanes_out * bits))]


@datapaths.register
def factor_datapath(
    process: FactorOp, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    factor = check_element(data_of(process, process.rows).element)
    product, bits = multiplier(factor, process.inputs[0].quant_type)
    shape = shape_of_widths(lanes_in, lanes_out)
    return [Implementation(usage(shape, logic=lanes_out * product, ff=lanes_out * bits))]


@memories.register
def pixel_rows_memories(
    process: PixelRowsProcess, lanes_in: Counts, lanes_out: Counts
) -> list[MemoryCost]:
    """The rows of constants, and the index of the row of each pixel."""
    rows = data_of(process, process.rows)
    count, channels = rows.type.get_shape()
    found = [MemoryCost(1, count * channels // lanes_out, lanes_out * bit_width(rows.element))]
    if process.kinds is not None:
        kinds = data_of(process, process.kinds)
        found.append(MemoryCost(1, kinds.type.get_shape()[0], bit_width(kinds.element)))
    return found
