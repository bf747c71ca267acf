"""Computes moves, joins and averages on integers, and applies the scales to their results."""

import numpy as np
from xdsl.dialects.builtin import TensorType, f32, f64
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.qnn.base import int_attr, ints_attr
from ...qdialect.qnn.classify import ArgMaxOp
from ...qdialect.qnn.constants import ConstantPool, range_of
from ...qdialect.qnn.elementwise import AddOp, DivOp, MulOp, SubOp, SumOp
from ...qdialect.qnn.layout import ConcatOp, MoveOp, PadOp, SplitOp
from ...qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp, SumPoolOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.types import (
    element_of,
    shape_of,
    smallest_type,
)
from ..sum_types import fits_sum_type, sum_type
from .affine_inputs import AffineInput, affine_input
from .chains import keeps_channels
from .quant_params import (
    dequantize_of,
    is_per_tensor,
    is_representable,
    scale_row,
    varies_by_channel_only,
    zero_point_row,
)


class SinkDequantize(RewritePattern):
    """Moves integers instead of the floats that they represent."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: MoveOp | MaxPoolOp | SplitOp | PadOp, rewriter: PatternRewriter
    ) -> None:
        source = dequantize_of(op.x)
        if source is None or not varies_by_channel_only(source):
            return
        if not (is_per_tensor(source) or keeps_channels(op)):
            return
        properties = dict(op.properties)
        if isinstance(op, MaxPoolOp) and (scale_row(source) < 0).any():
            return  # the largest integer of such a channel is the smallest real number
        if isinstance(op, PadOp):
            zero = zero_padding(op, source)
            if zero is None:
                return
            properties["value"] = int_attr(zero)
        element = element_of(source.x)
        moved = type(op).create(
            operands=[source.x],
            result_types=[TensorType(element, shape_of(result)) for result in op.results],
            properties=properties,
        )
        results = [DequantizeOp(value, source.scale, source.zero_point) for value in moved.results]
        rewriter.replace(op, [moved, *results], [result.output for result in results])


def zero_padding(op: PadOp, source: DequantizeOp) -> int | None:
    """The integer for a padding with 0; None if the channels differ or another number is padded."""
    zeros = zero_point_row(source)
    if op.value.value.data != 0 or zeros.size > 1 or not is_representable(source.x, int(zeros[0])):
        return None
    return int(zeros[0])


MAX_DISTINCT = 1 << 22
"""Products of a scale and different integers up to this magnitude are different floats.

They differ by at least the scale, which is two units in the last place of the largest product or
more, so they are rounded differently.
"""

NORMAL_SCALES = 2.0**-100, 2.0**100
"""Scales whose products with these integers are neither subnormal nor infinite."""


class SinkArgMax(RewritePattern):
    """Compares the integers of one image's scores instead of the floats, to find the largest."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ArgMaxOp, rewriter: PatternRewriter) -> None:
        source = dequantize_of(op.x)
        is_row = len(shape_of(op.x)) == 2 and op.axis_from_front == 1
        if source is None or not is_row or not is_per_tensor(source):
            return
        zero, (smallest, largest) = int(zero_point_row(source)[0]), NORMAL_SCALES
        reach = max(abs(end - zero) for end in range_of(source.x))
        if reach > MAX_DISTINCT or not smallest <= scale_row(source)[0] <= largest:
            return
        found = ArgMaxOp.create(
            operands=[source.x], result_types=[op.output.type], properties=dict(op.properties)
        )
        rewriter.replace(op, found)


class SinkLookup(RewritePattern):
    """Looks up integers in a codebook, and scales the results instead of the codebook."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: LookupOp, rewriter: PatternRewriter) -> None:
        table = dequantize_of(op.table)
        if table is None or not is_per_tensor(table):
            return
        read = LookupOp(op.x, table.x, op.first.value.data, op.per_channel is not None)
        if op.layer is not None:
            read.layer = op.layer
        rewriter.replace(op, [read, DequantizeOp(read, table.scale, table.zero_point)])


def dequantize_with(
    value: SSAValue, scale: SSAValue, zero: int, pool: ConstantPool
) -> list[Operation]:
    """The ops that dequantize with a scale and one zero point; the last one has the result."""
    if not zero:
        return [DequantizeOp(value, scale)]
    offset = pool.constant(zero, smallest_type(min(zero, 0), max(zero, 0)), "zero")
    return [offset, DequantizeOp(value, scale, offset)]


def per_tensor_sources(op: ConcatOp | SumOp) -> list[DequantizeOp]:
    """The dequantize ops of all operands, if they share one scale; else an empty list."""
    sources = [dequantize_of(value) for value in op.operands]
    found = [source for source in sources if source is not None and is_per_tensor(source)]
    same_scale = len({float(scale_row(source)[0]) for source in found}) == 1
    return found if len(found) == len(sources) and same_scale else []


class ConcatIntegers(RewritePattern):
    """Concatenates integers that share a scale, a zero point and a type."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ConcatOp, rewriter: PatternRewriter) -> None:
        sources = per_tensor_sources(op)
        kinds = {(int(zero_point_row(s)[0]), element_of(s.x)) for s in sources}
        if len(kinds) != 1:
            return
        ((zero, _),) = kinds
        joined = ConcatOp([source.x for source in sources], op.axis.value.data)
        joined.layer = op.layer
        result = dequantize_with(joined.output, sources[0].scale, zero, self.pool)
        rewriter.replace(op, [joined, *result])


class AddIntegers(RewritePattern):
    """Adds and subtracts integers that share a scale; zero points are added or subtracted too."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: AddOp | SubOp, rewriter: PatternRewriter) -> None:
        sources = per_tensor_sources(op)
        if not sources:
            return
        a, b = (source.x for source in sources)
        ends = [op.combine(x, y) for x in range_of(a) for y in range_of(b)]
        low, high = min(ends), max(ends)
        if not fits_sum_type(low, high):
            return
        zero = op.combine(*(int(zero_point_row(source)[0]) for source in sources))
        total = type(op)(a, b, sum_type(low, high))
        total.layer = op.layer
        result = dequantize_with(total.output, sources[0].scale, zero, self.pool)
        rewriter.replace(op, [total, *result])


class SumAverages(RewritePattern):
    """Splits an average of dequantized elements into an integer sum and the division."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: AvgPoolOp, rewriter: PatternRewriter) -> None:
        source = affine_input(op.x)
        if source is None:
            return
        zero, offset, common = source.map.zero, source.map.offset, op.common_count
        if offset and any(op.pads.get_values()):
            return
        taps = int(np.prod(op.kernel.get_values()))
        low, high = (end * taps for end in range_of(source.x))
        low, high = min(low, 0), max(high, 0)
        if not common or not fits_sum_type(low * common, high * common):
            return
        if (op.counts != common).any():
            return self._weigh_sums(op, source, rewriter)
        x, new = source.x, list[Operation]()
        properties = {k: v for k, v in op.properties.items() if k != "count_padding"}
        if zero and op.count_padding is not None:  # the padding is the real number 0
            if not is_representable(x, zero):
                return
            top, left, bottom, right = op.pads.get_values()
            new.append(PadOp(x, (0, top, left, 0), (0, bottom, right, 0), zero))
            x, properties["pads"] = new[-1].results[0], ints_attr([0, 0, 0, 0])
        sums = SumPoolOp.create(
            operands=[x],
            result_types=[TensorType(smallest_type(low, high), shape_of(op.output))],
            properties=properties,
        )
        count = self.pool.constant(np.float32(common), f32, "count")
        scale = self.pool.constant(source.map.scale, f64, "scale")
        result = dequantize_with(sums.results[0], scale.output, zero * common, self.pool)
        if offset:
            shift = self.pool.constant(np.float32(offset * taps), f32, "offset")
            result += [shift, AddOp(result[-1], shift)]
        rewriter.replace(op, [*new, sums, count, scale, *result, DivOp(result[-1], count)])

    def _weigh_sums(self, op: AvgPoolOp, source: AffineInput, rewriter: PatternRewriter) -> None:
        """Multiplies each sum so that all of them are divided by the same number.

        The sums over windows with 4, 6 and 9 elements are multiplied by 9, 6 and 4: then all are 36
        times the mean.
        """
        common, factors = op.common_count, op.common_count // op.counts
        taps = int(np.prod(op.kernel.get_values()))
        low, high = (end * taps for end in range_of(source.x))
        low, high = min(low, 0), max(high, 0)
        sums = SumPoolOp.create(
            operands=[source.x],
            result_types=[TensorType(smallest_type(low, high), shape_of(op.output))],
            properties=dict(op.properties),
        )
        multiples = self.pool.constant(factors, smallest_type(0, int(factors.max())), "multiples")
        low, high = (end * int(factors.max()) for end in range_of(sums.results[0]))
        weighed = MulOp(sums, multiples, sum_type(low, high))
        scale = self.pool.constant(source.map.scale / common, f64, "scale")
        result = dequantize_with(weighed.output, scale.output, source.map.zero * common, self.pool)
        rewriter.replace(op, [sums, multiples, weighed, scale, *result])
