"""Lowers thresholds, sums, products, tables and the choice of the largest scores."""

from collections.abc import Sequence

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
"""Entries of a table that replaces a function of one integer: an input of 18 bits."""


@lowers(ThresholdOp)
def lower_threshold(lowering: Lowering, op: ThresholdOp) -> None:
    """Lowers a threshold op to a process, or fuses it into the process that computes its input."""
    thresholds = lowering.constant_name(op.thresholds, op)
    flags = None if op.descending is None else lowering.constant_name(op.descending, op)
    first, producer = op.offset.value.data, lowering.fusable_producer(op)
    if producer is not None:
        producer.activate_with(thresholds, flags, first)
        if "layer" in op.properties:
            producer.attributes["activation"] = op.properties["layer"]
        fused = ChannelType(producer.outputs[0].frame, element_of(op.output))
        channel = Rewriter.replace_value_with_new_type(producer.output, fused)
        return lowering.bind(op.output, channel)
    x, output = lowering.ordered_channel(op.x, op), lowering.channel_type(op.output)
    process = compute.ThresholdOp(x, output, thresholds, flags, first)
    lowering.bind(op.output, lowering.add(process, op).output)


@lowers(MulOp)
def lower_product(lowering: Lowering, op: MulOp) -> None:
    """Lowers a product of two channels, or of a channel and constants.

    A factor needs no process if only sums read the product: it becomes their multiplier.
    """
    for value, other in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
        factor = constant_of(other)
        if factor is None:
            continue
        summed = all(isinstance(use.operation, AddOp | SubOp) for use in op.output.uses)
        if factor.size == 1 and summed:
            lowering.scaled[op.output] = (value, int(factor.reshape(())[()]))
            return None
        x = lowering.ordered_channel(value, op)
        full = np.broadcast_to(factor.astype(np.int64), shape_of(op.output))[0]
        return lowering.bind(op.output, add_pixel_rows(lowering, op, x, full, elements.FactorOp))
    values, offsets = zip(*(lowering.shifted.get(v, (v, 0)) for v in op.operands), strict=True)
    require_same_shapes(op, values)
    a, b = (lowering.ordered_channel(value, op) for value in values)
    process = elements.MulOp(a, b, lowering.channel_type(op.output), offsets)
    lowering.bind(op.output, lowering.add(process, op).output)


def require_same_shapes(op: QnnOp, values: Sequence[SSAValue]) -> None:
    if shape_of(values[0]) != shape_of(values[1]):
        raise refused(op, "its operands differ in shape", "only constants are broadcast")


def is_offset_of_products(op: AddOp | SubOp, constant: Array) -> bool:
    """Whether only products of two tensors read a sum with one constant number."""
    users = [use.operation for use in op.output.uses]
    return constant.size == 1 and all(
        isinstance(user, MulOp) and all(constant_of(value) is None for value in user.operands)
        for user in users
    )


@lowers(AddOp, SubOp)
def lower_sum(lowering: Lowering, op: AddOp | SubOp) -> None:
    """Lowers a sum of two channels, or of a channel and constants."""
    sign = -1 if isinstance(op, SubOp) else 1
    for value, other, factors in ((op.lhs, op.rhs, (1, sign)), (op.rhs, op.lhs, (sign, 1))):
        constant = constant_of(other)
        if constant is not None and factors[0] == 1 and value not in lowering.scaled:
            if is_offset_of_products(op, constant):
                lowering.shifted[op.output] = (value, factors[1] * int(constant.reshape(())[()]))
                return None
            x = lowering.ordered_channel(value, op)
            full = np.broadcast_to(factors[1] * constant.astype(np.int64), shape_of(op.output))[0]
            total = add_pixel_rows(lowering, op, x, full, elements.OffsetOp)
            return lowering.bind(op.output, total)
    values, factors = zip(*(lowering.scaled.get(v, (v, 1)) for v in op.operands), strict=True)
    require_same_shapes(op, values)
    a, b = (lowering.ordered_channel(value, op) for value in values)
    multipliers = factors[0], sign * factors[1]
    process = elements.AddOp(a, b, lowering.channel_type(op.output), multipliers)
    lowering.bind(op.output, lowering.add(process, op).output)


def add_pixel_rows(
    lowering: Lowering,
    op: QnnOp,
    x: SSAValue,
    constants: Array,
    kind: type[elements.OffsetOp | elements.FactorOp],
) -> SSAValue:
    """Combines each element with a constant; pixels with equal constants share one row of them."""
    pixels = constants.reshape(-1, constants.shape[-1])
    rows, row_of_pixel = np.unique(pixels, axis=0, return_inverse=True)
    lowest, highest = int(rows.min()), int(rows.max())
    name = lowering.add_data(rows, smallest_type(min(lowest, -1), highest), "rows")
    kinds = None
    if len(rows) > 1:
        element = smallest_type(0, len(rows) - 1)
        kinds = lowering.add_data(row_of_pixel.reshape(-1), element, "kinds")
    result = lowering.channel_type(op.results[0])
    ends = value_range(flow.channel_of(x).quant_type)
    results = [kind.combine(a, b) for a in ends for b in (lowest, highest)]
    low, high = min(results), max(results)
    result_low, result_high = value_range(result.quant_type)
    # The type of the tensor may rely on a narrower range of its operand than the operand's type.
    # A process knows only the type, so its result may have to be wider.
    if low < result_low or high > result_high:
        result = ChannelType(result.frame, smallest_type(low, high))
    return lowering.add(kind(x, result, name, kinds), op).output


@lowers(LookupOp)
def lower_lookup(lowering: Lowering, op: LookupOp) -> None:
    """Lowers a lookup to a table with an entry for every value of the index type."""
    table, first = constant_of(op.table), op.first.value.data
    per_channel = op.per_channel is not None
    if table is None or table.ndim != (2 if per_channel else 1):
        reason = "its table is not constant, or its entries are not numbers"
        raise refused(op, reason, "only constant tables of numbers are supported")
    low, high = table_range(op, op.x)
    entries = np.clip(np.arange(low, high + 1) - first, 0, table.shape[-1] - 1)
    add_lookup(lowering, op, table[..., entries], low)


@lowers(ReluOp, TruncOp, RequantizeOp)
def lower_function_as_table(lowering: Lowering, op: ReluOp | TruncOp | RequantizeOp) -> None:
    """Lowers a function of one integer to a table with the result for every value of the input
    type."""
    low, high = table_range(op, op.x)
    fixed = [constant_of(value) for value in op.operands[1:]]
    channels = max([row.size for row in fixed if row is not None], default=1)
    values = np.arange(low, high + 1).reshape(-1, 1).repeat(channels, 1)
    rows = as_array(op.evaluate(values, *(row for row in fixed if row is not None))[0]).T
    add_lookup(lowering, op, rows[0] if channels == 1 else rows, low)


def table_range(op: QnnOp, x: SSAValue) -> tuple[int, int]:
    """The range of values that a table must cover, if it is not too large."""
    low, high = range_of(x)
    if high - low >= MAX_TABLE_ENTRIES:
        reason = f"its table would have {high - low + 1} entries, more than {MAX_TABLE_ENTRIES}"
        raise refused(op, reason, "quantize its input to at most 18 bits")
    return low, high


def add_lookup(lowering: Lowering, op: QnnOp, table: Array, first: int) -> None:
    """Adds a process that looks up the results of an op."""
    (x,), result = [v for v in op.operands if v in lowering.carried], op.results[0]
    name = lowering.add_data(table, element_of(result), "table")
    channel, output = lowering.ordered_channel(x, op), lowering.channel_type(result)
    process = elements.LookupOp(channel, output, name, first)
    lowering.bind(result, lowering.add(process, op).output)


@lowers(ArgMaxOp, TopKOp)
def lower_label_select(lowering: Lowering, op: ArgMaxOp | TopKOp) -> None:
    """Lowers the choice of the largest scores; only the indices are computed."""
    rank = len(shape_of(op.x))
    indices, k = op.results[-1], op.k.value.data if isinstance(op, TopKOp) else 1
    if rank != 2 or op.axis.value.data % rank != 1:
        reason = "its input is not a row of scores for each image"
        raise refused(op, reason, "only the scores of one image can be compared")
    if isinstance(op, TopKOp) and list(op.values.uses):
        raise refused(op, "its scores are used", "only the indices of a top_k are supported")
    process = elements.LabelSelectOp(lowering.ordered_channel(op.x, op), k)
    wanted = ChannelType((k,), element_of(indices))
    channel = Rewriter.replace_value_with_new_type(process.output, wanted)
    lowering.add(process, op)
    lowering.bind(indices, channel)
