"""Tabulates an activation that no quantizer follows, so that an average of it is an integer sum.

    avg_pool(elu(dequantize(q, s)))   becomes   avg_pool(dequantize(lookup(q, table), 2^-k))

Every float is a multiple of some power of 2. The activation of an integer of few bits takes few
floats, so with a common power all of them become integers. The floats of the table are those of the
activation, bit for bit, and their sum is exact in 64-bit floats, as `qnn.avg_pool` computes it.
"""

import numpy as np
from xdsl.dialects.builtin import f64
from xdsl.ir import SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.data import Array
from ...qdialect.qnn.constants import ConstantPool, range_of
from ...qdialect.qnn.pooling import AvgPoolOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import shape_of, smallest_type
from ...qdialect.values import Value, as_array
from ..arrays import Ints
from .affine_inputs import affine_input
from .chains import common_input, differs_between_channels, evaluate_ops, ops_before

MAX_TABLE_ENTRIES = 1 << 12
"""Maximum number of integers for which an activation is tabulated."""

EXACT_BITS = 53
"""A float64 represents every integer of this many bits."""


class TabulateAverages(RewritePattern):
    """Replaces the activation before an average by a table of integers."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: AvgPoolOp, rewriter: PatternRewriter) -> None:
        if affine_input(op.x) is not None:
            return
        found = activation_values(op.x)
        if found is None:
            return
        source, values = found
        taps = int(np.prod(op.kernel.get_values())) * int((op.common_count // op.counts).max())
        exponent = common_exponent(values, EXACT_BITS - taps.bit_length())
        if exponent is None:
            return
        entries = np.ldexp(values, -exponent).astype(np.int64)
        kind = smallest_type(min(int(entries.min()), -1), int(entries.max()))
        table = self.pool.constant(entries[0] if len(entries) == 1 else entries, kind, "table")
        scale = self.pool.constant(np.float64(2.0**exponent), f64, "scale")
        low, _ = range_of(source)
        lookup = LookupOp(source, table, low, len(entries) > 1)
        result = DequantizeOp(lookup, scale)
        mean = AvgPoolOp.create(
            operands=[result.output], result_types=[op.output.type], properties=dict(op.properties)
        )
        rewriter.replace(op, [table, scale, lookup, result, mean])


def activation_values(x: SSAValue) -> tuple[SSAValue, Array] | None:
    """The integers of which a float tensor is a function, and its value for each of them.

    The values are a row for each channel, or one row for all of them. None if the tensor is not a
    function of one integer of few bits.
    """
    ops = ops_before(x)
    if isinstance(ops, Refusal):
        return None
    inputs, steps = common_input([op.x for op in ops if isinstance(op, DequantizeOp)])
    if len(set(inputs)) != 1 or shape_of(inputs[0]) != shape_of(x):
        return None
    low, high = range_of(inputs[0])
    if high - low >= MAX_TABLE_ENTRIES:
        return None
    width = shape_of(x)[-1] if any(map(differs_between_channels, (*steps, *ops))) else 1
    numbers: Ints = np.arange(low, high + 1, dtype=np.int64).reshape(-1, 1, 1, 1).repeat(width, -1)
    values: dict[SSAValue, Value] = {inputs[0]: numbers}
    evaluate_ops((*steps, *ops), values)
    return inputs[0], as_array(values[x]).reshape(-1, width).T.astype(np.float64)


def common_exponent(values: Array, bits: int) -> int | None:
    """The largest power of 2 of which all values are multiples of at most so many bits.

    None if there is none.
    """
    if not np.isfinite(values).all():
        return None
    largest = float(np.abs(values).max())
    finest = np.frexp(largest)[1] - bits
    scaled = np.ldexp(values, -finest)
    if (scaled != np.rint(scaled)).any():
        return None
    shared = np.bitwise_or.reduce(scaled.astype(np.int64), axis=None)
    return finest + int(np.frexp(float(shared & -shared))[1]) - 1 if shared else 0
