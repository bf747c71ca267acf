"""Lowers thresholds, sums, tables and the choice of the largest scores."""

import numpy as np
from xdsl.ir import SSAValue
from xdsl.rewriter import Rewriter

from ...qdialect.data import Array
from ...qdialect.qnn.base import QnnOp
from ...qdialect.qnn.classify import ArgMaxOp, TopKOp
from ...qdialect.qnn.constants import constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp, MulOp, ReluOp, SubOp
from ...qdialect.qnn.quantization import RequantizeOp, TruncOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.stream import ChannelType, compute, elements, flow
from ...qdialect.types import (
    element_of,
    shape_of,
    smallest_type,
    value_range,
)
from ...qdialect.values import as_array
from .lowering import Lowering, lowers, refused

MAX_TABLE_ENTRIES = 1 << 18
"""Entries of the largest table that stands for a function of integers."""


@lowers(ThresholdOp)
def lower_threshold(d: Lowering, op: ThresholdOp) -> None:
    """Thresholds of their own, or those of the process that gives what they compare."""
    thresholds = d.constant_name(op.thresholds, op)
    flags = None if op.descending is None else d.constant_name(op.descending, op)
    first, process = op.offset.value.data, d.fusable_producer(op)
    if process is not None:
        process.activate_with(thresholds, flags, first)
        if "layer" in op.properties:
            process.attributes["activation"] = op.properties["layer"]
        fused = ChannelType(process.outputs[0].frame, element_of(op.output))
        value = Rewriter.replace_value_with_new_type(process.output, fused)
        return d.bind(op.output, value)
    x = d.ordered_channel(op.x, op)
    own = compute.ThresholdOp(x, d.channel_type(op.output), thresholds, flags, first)
    d.bind(op.output, d.add(own, op).output)


@lowers(MulOp)
def lower_product(d: Lowering, op: MulOp) -> None:
    """A factor, which the sum that reads the product multiplies with."""
    for value, other in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
        factor = constant_of(other)
        summed = all(isinstance(use.operation, AddOp | SubOp) for use in op.output.uses)
        if factor is not None and factor.size == 1 and summed:
            d.scaled[op.output] = (value, int(factor.reshape(())[()]))
            return
    raise refused(op, "a product is lowered with a constant number, as part of a sum")


@lowers(AddOp, SubOp)
def lower_sum(d: Lowering, op: AddOp | SubOp) -> None:
    """The sum of two streams, or of a stream and constants."""
    sign = -1 if isinstance(op, SubOp) else 1
    for value, other, factors in ((op.lhs, op.rhs, (1, sign)), (op.rhs, op.lhs, (sign, 1))):
        constant = constant_of(other)
        if constant is not None and factors[0] == 1 and value not in d.scaled:
            full = np.broadcast_to(factors[1] * constant.astype(np.int64), shape_of(op.output))[0]
            return d.bind(op.output, add_offset(d, op, d.ordered_channel(value, op), full))
    values, factors = zip(*(d.scaled.get(v, (v, 1)) for v in op.operands), strict=True)
    if shape_of(values[0]) != shape_of(values[1]):
        raise refused(op, "its operands differ in shape")
    streams = [d.ordered_channel(value, op) for value in values]
    multipliers = factors[0], sign * factors[1]
    process = elements.AddOp(streams[0], streams[1], d.channel_type(op.output), multipliers)
    d.bind(op.output, d.add(process, op).output)


def add_offset(d: Lowering, op: QnnOp, x: SSAValue, constants: Array) -> SSAValue:
    """Adds a constant for each element, as a row for each kind of pixels."""
    pixels = constants.reshape(-1, constants.shape[-1])
    rows, kinds = np.unique(pixels, axis=0, return_inverse=True)
    name = d.add_data(rows, smallest_type(min(int(rows.min()), -1), int(rows.max())), "offsets")
    where = None
    if len(rows) > 1:
        where = d.add_data(kinds.reshape(-1), smallest_type(0, len(rows) - 1), "kinds")
    result, (low, high) = d.channel_type(op.results[0]), value_range(flow.channel_of(x).quant_type)
    least, most = low + int(rows.min()), high + int(rows.max())
    known = value_range(result.quant_type)
    if least < known[0] or most > known[1]:  # no process knows what its input really reaches
        result = ChannelType(result.frame, smallest_type(least, most))
    return d.add(elements.OffsetOp(x, result, name, where), op).output


@lowers(LookupOp)
def lower_lookup(d: Lowering, op: LookupOp) -> None:
    """A table with an entry for every value that the index may have."""
    table, first = constant_of(op.table), op.first.value.data
    per_channel = op.per_channel is not None
    if table is None or table.ndim != (2 if per_channel else 1):
        raise refused(op, "a table of numbers is lowered, which must be constant")
    low, high = range_of(op.x)
    if high - low >= MAX_TABLE_ENTRIES:
        raise refused(op, f"a table for {high - low + 1} values is too large")
    reached = np.clip(np.arange(low, high + 1) - first, 0, table.shape[-1] - 1)
    add_lookup(d, op, table[..., reached], low)


def add_lookup(d: Lowering, op: QnnOp, table: Array, first: int) -> None:
    """Reads the results of an op from a table."""
    (x,), result = [v for v in op.operands if v in d.carried], op.results[0]
    name = d.add_data(table, element_of(result), "table")
    process = elements.LookupOp(d.ordered_channel(x, op), d.channel_type(result), name, first)
    d.bind(result, d.add(process, op).output)


@lowers(ReluOp, TruncOp, RequantizeOp)
def lower_function_as_table(d: Lowering, op: ReluOp | TruncOp | RequantizeOp) -> None:
    """Any function of few integers, as a table."""
    low, high = range_of(op.x)
    if high - low >= MAX_TABLE_ENTRIES:
        raise refused(op, f"a table for {high - low + 1} values is too large")
    fixed = [constant_of(value) for value in op.operands[1:]]
    channels = max([row.size for row in fixed if row is not None], default=1)
    values = np.arange(low, high + 1).reshape(-1, 1).repeat(channels, 1)
    rows = as_array(op.evaluate(values, *(row for row in fixed if row is not None))[0]).T
    add_lookup(d, op, rows[0] if channels == 1 else rows, low)


@lowers(ArgMaxOp, TopKOp)
def lower_label_select(d: Lowering, op: ArgMaxOp | TopKOp) -> None:
    """The indices of the largest scores."""
    rank = len(shape_of(op.x))
    indices, k = op.results[-1], op.k.value.data if isinstance(op, TopKOp) else 1
    if rank != 2 or op.axis.value.data % rank != 1:
        raise refused(op, "it chooses among the scores of one image, nothing else")
    if isinstance(op, TopKOp) and list(op.values.uses):
        raise refused(op, "the scores it chose are read, not only their indices")
    process = elements.LabelSelectOp(d.ordered_channel(op.x, op), k)
    wanted = ChannelType((k,), element_of(indices))
    channel = Rewriter.replace_value_with_new_type(process.output, wanted)
    d.add(process, op)
    d.bind(indices, channel)
