"""Lowers thresholds, sums, products, tables and the choice of the largest scores."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue
from xdsl.rewriter import Rewriter

from ...qdialect.data import Array
from ...qdialect.qnn.base import QnnOp
from ...qdialect.qnn.classify import ArgMaxOp, TopKOp
from ...qdialect.qnn.constants import constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp, BinaryOp, MulOp, ReluOp, SubOp
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
from .lowering import MAX_TABLE_ENTRIES, ElementwiseInput, Lowering, lowers, refused
from .orders import in_frame_order


@lowers(ThresholdOp)
def lower_threshold(lowering: Lowering, op: ThresholdOp) -> None:
    """Lowers a threshold op to a process, or fuses it into the process that computes its input."""
    parameters = [constant_array(value, op) for value in op.operands[1:]]
    producer = lowering.fusable_producer(op, *parameters)
    if producer is None:
        x = lowering.elementwise_input(op.x, op, *parameters)
    else:
        x = lowering.rows_in_frame(op.x, producer.channels, *parameters)
        assert x is not None
    thresholds, *flags = (parameter_name(lowering, value, x, op) for value in op.operands[1:])
    descending, first = flags[0] if flags else None, op.offset.value.data
    output = ChannelType(x.frame, element_of(op.output))
    if producer is None:
        process = compute.ThresholdOp(x.channel, output, thresholds, descending, first)
        return lowering.bind(op.output, lowering.add(process, op).output, x.order)
    producer.activate_with(thresholds, descending, first)
    if "layer" in op.properties:
        producer.attributes["activation"] = op.properties["layer"]
    channel = Rewriter.replace_value_with_new_type(producer.output, output)
    lowering.bind(op.output, channel, x.order)


def constant_array(value: SSAValue, op: QnnOp) -> Array:
    """The elements of a parameter, which must be constant."""
    found = constant_of(value)
    if found is None:
        reason = "its thresholds are computed"
        raise refused(op, reason, "only constant parameters are supported")
    return found


def parameter_name(lowering: Lowering, value: SSAValue, x: ElementwiseInput, op: QnnOp) -> str:
    """The symbol name of a parameter for the channels of an input's frame."""
    rows = constant_array(value, op)
    found = x.parameters(rows)
    if found is rows and (rows.ndim > 1 or len(rows) == x.frame[-1]):
        return lowering.constant_name(value, op)
    if len(found) == 1:  # the flag of a tensor with one channel
        found = found.repeat(x.frame[-1])
    return lowering.add_data(found, element_of(value), value.name_hint or "data")


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
        return lower_pixel_rows(lowering, op, value, factor.astype(np.int64), elements.FactorOp)
    values, offsets = zip(*(lowering.shifted.get(v, (v, 0)) for v in op.operands), strict=True)
    require_same_shapes(op, values)
    a, b, order = lowering.equally_ordered(values[0], values[1], op)
    output = ChannelType(flow.channel_of(a).frame, element_of(op.output))
    process = elements.MulOp(a, b, output, offsets)
    lowering.bind(op.output, lowering.add(process, op).output, order)


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
            constants = factors[1] * constant.astype(np.int64)
            return lower_pixel_rows(lowering, op, value, constants, elements.OffsetOp)
    values, factors = zip(*(lowering.scaled.get(v, (v, 1)) for v in op.operands), strict=True)
    require_same_shapes(op, values)
    a, b, order = lowering.equally_ordered(values[0], values[1], op)
    multipliers = factors[0], sign * factors[1]
    output = ChannelType(flow.channel_of(a).frame, element_of(op.output))
    process = elements.AddOp(a, b, output, multipliers)
    lowering.bind(op.output, lowering.add(process, op).output, order)


def lower_pixel_rows(
    lowering: Lowering,
    op: BinaryOp,
    value: SSAValue,
    constants: Array,
    kind: type[elements.OffsetOp | elements.FactorOp],
) -> None:
    """Lowers a sum or product of a tensor and constants, in the order that the channel has."""
    x = lowering.elementwise_input(value, op)
    full = in_frame_order(np.broadcast_to(constants, shape_of(op.output)), x.order)
    lowering.bind(
        op.output, add_pixel_rows(lowering, op, x.channel, full.reshape(x.frame), kind), x.order
    )


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
    result = ChannelType(flow.channel_of(x).frame, element_of(op.results[0]))
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
    low, high = table_range(lowering, op, op.x)
    entries = np.clip(np.arange(low, high + 1) - first, 0, table.shape[-1] - 1)
    add_lookup(lowering, op, table[..., entries], low)


@lowers(ReluOp, TruncOp, RequantizeOp)
def lower_function_as_table(lowering: Lowering, op: ReluOp | TruncOp | RequantizeOp) -> None:
    """Lowers a function of one integer to a table with the result for every value of the input
    type."""
    low, high = table_range(lowering, op, op.x)
    fixed = [constant_of(value) for value in op.operands[1:]]
    channels = max([row.size for row in fixed if row is not None], default=1)
    values = np.clip(np.arange(low, high + 1), *range_of(op.x)).reshape(-1, 1).repeat(channels, 1)
    rows = as_array(op.evaluate(values, *(row for row in fixed if row is not None))[0]).T
    add_lookup(lowering, op, rows[0] if channels == 1 else rows, low)


def table_range(lowering: Lowering, op: QnnOp, x: SSAValue) -> tuple[int, int]:
    """The range of values that a table must cover, if it is not too large: that of the channel,
    whose type may be wider than the tensor's."""
    low, high = value_range(flow.channel_of(lowering.carried_tensor(x, op).channel).quant_type)
    if high - low >= MAX_TABLE_ENTRIES:
        reason = f"its table would have {high - low + 1} entries, more than {MAX_TABLE_ENTRIES}"
        raise refused(op, reason, "quantize its input to at most 18 bits")
    return low, high


def add_lookup(lowering: Lowering, op: QnnOp, table: Array, first: int) -> None:
    """Adds a process that looks up the results of an op."""
    (value,), result = [v for v in op.operands if v in lowering.carried], op.results[0]
    x = lowering.elementwise_input(value, op, *([table] if table.ndim > 1 else []))
    rows = x.parameters(table) if table.ndim > 1 else table
    if rows.ndim > 1 and len(rows) == 1:
        rows = rows[0]
    name = lowering.add_data(rows, element_of(result), "table")
    output = ChannelType(x.frame, element_of(result))
    process = elements.LookupOp(x.channel, output, name, first)
    lowering.bind(result, lowering.add(process, op).output, x.order)


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
    last = isinstance(op, ArgMaxOp) and op.last is not None
    process = elements.LabelSelectOp(lowering.ordered_channel(op.x, op, True), k, last)
    wanted = ChannelType((k,), element_of(indices))
    channel = Rewriter.replace_value_with_new_type(process.output, wanted)
    lowering.add(process, op)
    lowering.bind(indices, channel)
