"""Carrying scales past ops that move, join or average elements."""

import numpy as np
from xdsl.dialects.builtin import TensorType, f32
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.qnn.base import int_attr
from ...qdialect.qnn.constants import ConstantPool, range_of
from ...qdialect.qnn.elementwise import AddOp, DivOp, SubOp
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
    """Moves integers rather than what they stand for."""

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
            return
        if isinstance(op, PadOp):
            zero = int(zero_point_row(source)[0])
            same = zero_point_row(source).size == 1
            if op.value.value.data != 0 or not same or not is_representable(source.x, zero):
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


class SinkLookup(RewritePattern):
    """Reads integers from a codebook, and scales what was read."""

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
    """The ops that dequantize by a scale and one zero point; the last gives the result."""
    if not zero:
        return [DequantizeOp(value, scale)]
    offset = pool.constant(zero, smallest_type(min(zero, 0), max(zero, 0)), "zero")
    return [offset, DequantizeOp(value, scale, offset)]


class JoinDequantized(RewritePattern):
    """Concatenates, adds and subtracts integers that share a scale."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ConcatOp | AddOp | SubOp, rewriter: PatternRewriter) -> None:
        sources = [dequantize_of(value) for value in op.operands]
        found = [source for source in sources if source is not None and is_per_tensor(source)]
        if len(found) != len(sources) or not found:
            return
        if len({float(scale_row(source)[0]) for source in found}) > 1:
            return
        zeros = [int(zero_point_row(source)[0]) for source in found]
        integers = [source.x for source in found]
        new: list[Operation] = []
        if isinstance(op, ConcatOp):
            elements = {element_of(value) for value in integers}
            if len(set(zeros)) > 1 or len(elements) > 1:
                return
            new.append(ConcatOp(integers, op.axis.value.data))
            zero = zeros[0]
        else:
            zero = zeros[0] + zeros[1] if isinstance(op, AddOp) else zeros[0] - zeros[1]
            low, high = self._ends(op, integers)
            if not fits_sum_type(low, high):
                return
            new.append(type(op)(integers[0], integers[1], sum_type(low, high)))
        new += dequantize_with(new[0].results[0], found[0].scale, zero, self.pool)
        if "layer" in op.properties:
            new[0].properties["layer"] = op.properties["layer"]
        rewriter.replace(op, new)

    def _ends(self, op: AddOp | SubOp, integers: list[SSAValue]) -> tuple[int, int]:
        """The range of the result."""
        (low, high), (least, most) = map(range_of, integers)
        if isinstance(op, AddOp):
            return low + least, high + most
        return low - most, high - least


class SumAverages(RewritePattern):
    """Splits an average of dequantized elements into an integer sum and the division."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: AvgPoolOp, rewriter: PatternRewriter) -> None:
        source = dequantize_of(op.x)
        if source is None or not is_per_tensor(source):
            return
        zero, padded = int(zero_point_row(source)[0]), any(op.pads.get_values())
        if padded and (zero or op.count_padding is None):
            return
        taps = int(np.prod(op.kernel.get_values()))
        low, high = (end * taps for end in range_of(source.x))
        low, high = min(low, 0), max(high, 0)
        if not fits_sum_type(low, high):
            return
        sums = SumPoolOp.create(
            operands=[source.x],
            result_types=[TensorType(smallest_type(low, high), shape_of(op.output))],
            properties={k: v for k, v in op.properties.items() if k != "count_padding"},
        )
        count = self.pool.constant(np.float32(taps), f32, "count")
        new = dequantize_with(sums.results[0], source.scale, zero * taps, self.pool)
        rewriter.replace(op, [sums, count, *new, DivOp(new[-1], count)])
