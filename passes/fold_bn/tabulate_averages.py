"""Tabulates an activation that no quantizer follows, so that an average of it is an integer sum.

    avg_pool(elu(dequantize(q, s)))   becomes   avg_pool(dequantize(lookup(q, table), 2^-k))

Every float is a multiple of some power of 2. The activation of an integer of few bits takes few
floats, so with a common power all of them become integers. The floats of the table are those of the
activation, bit for bit, and their sum is exact in 64-bit floats, as `qnn.avg_pool` computes it.
The activation of a sum of two tensors is a table of all pairs of their values, if these are few.
Concats and max pools between activations and the average select among integers of one scale.
Their result may be negated: a minimum is a negated maximum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.dialects.builtin import f64
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.affine import AffineMap
from ...qdialect.data import Array
from ...qdialect.exponents import common_exponent
from ...qdialect.qnn.constants import ConstantPool, constant_of, range_of
from ...qdialect.qnn.elementwise import MulOp
from ...qdialect.qnn.layout import ConcatOp, MoveOp
from ...qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import shape_of, smallest_type
from ...qdialect.values import Value, as_array, exact_numbers
from ..arrays import Ints
from .affine_inputs import affine_input
from .chains import common_input, differs_between_channels, evaluate_ops, ops_before
from .integer_sums import pair_index

MAX_TABLE_ENTRIES = 1 << 12
"""Maximum number of integers for which an activation is tabulated."""

MAX_PAIR_ENTRIES = 1 << 16
"""Maximum entries of a table over pairs of values: two tensors of eight bits each."""

EXACT_BITS = 53
"""A float64 represents every integer of this many bits."""


class TabulateAverages(RewritePattern):
    """Replaces the activations before an average by tables of integers."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: AvgPoolOp, rewriter: PatternRewriter) -> None:
        if affine_input(op.x) is not None:
            return
        moves, leaves = moves_before(op.x)
        found = {leaf: activation_values(leaf) for leaf in leaves}
        tables = {leaf: table for leaf, table in found.items() if table is not None}
        if len(tables) < len(found) or map_of(op.x, tables) is not None:
            return
        every = np.concatenate([table.values.reshape(-1) for table in tables.values()])
        taps = int(np.prod(op.kernel.get_values())) * int((op.common_count // op.counts).max())
        exponent = common_exponent(every, EXACT_BITS - taps.bit_length())
        if exponent is None:
            return
        ends = [int(np.ldexp(end, -exponent)) for end in (every.min(), every.max())]
        kind = smallest_type(min(ends[0], -1), ends[1])
        scale = self.pool.constant(np.float64(2.0**exponent), f64, "scale")
        new: list[Operation] = [scale]
        copies: dict[SSAValue, SSAValue] = {}
        for leaf, activation in tables.items():
            entries = np.ldexp(activation.values, -exponent).astype(np.int64)
            table = self.pool.constant(entries[0] if len(entries) == 1 else entries, kind, "table")
            index, first = self._index(activation.sources, new)
            lookup = LookupOp(index, table, first, len(entries) > 1)
            new += [table, lookup, DequantizeOp(lookup, scale)]
            copies[leaf] = new[-1].results[0]
        for moved in [*moves, op]:
            new.append(
                type(moved).create(
                    operands=[copies.get(value, value) for value in moved.operands],
                    result_types=[moved.output.type],
                    properties=dict(moved.properties),
                )
            )
            copies[moved.output] = new[-1].results[0]
        rewriter.replace(op, new)

    def _index(self, sources: Sequence[SSAValue], new: list[Operation]) -> tuple[SSAValue, int]:
        """The integer that selects an entry of a table, and that of the first entry."""
        lows = [range_of(source)[0] for source in sources]
        if len(sources) == 1:
            return sources[0], lows[0]
        a, b = sources
        index, factor = pair_index(a, b, self.pool, new)
        return index, factor * lows[0] + lows[1]


Move = MoveOp | MaxPoolOp | ConcatOp | MulOp
"""An op that selects elements, or changes their sign: a product with -1."""


@dataclass(frozen=True)
class Activation:
    """A float tensor that is a function of an integer of few bits, or of a pair of these."""

    sources: Sequence[SSAValue]
    """One tensor of integers, or two."""
    values: Array
    """The float of each integer, or pair in the order of `pair_index`: a row for each channel, or
    one row for all of them."""
    map: AffineMap | None
    """The map from integers to numbers if level 1 sums these integers instead of the floats."""


def moves_before(x: SSAValue) -> tuple[list[Move], list[SSAValue]]:
    """The ops that only select elements of other tensors, in order, and these tensors.

    Elementwise ops directly before a selection are not among them: they belong to the activations.
    """
    owner = x.owner
    if isinstance(owner, MulOp):
        number = owner.constant_number
        moves, leaves = [], [x]
        if number is not None and number[0] == -1:
            moves, leaves = moves_before(owner.operands[1 - number[1]])
        return ([*moves, owner], leaves) if moves else ([], [x])
    if not isinstance(owner, Move):
        return [], [x]
    moves: list[Move] = []
    leaves: list[SSAValue] = []
    for value in owner.operands:
        more, sources = moves_before(value)
        moves += [move for move in more if move not in moves]
        leaves += [source for source in sources if source not in leaves]
    return [*moves, owner], leaves


def map_of(x: SSAValue, leaves: Mapping[SSAValue, Activation]) -> AffineMap | None:
    """The map from integers to numbers if level 1 sums integers behind a tensor, else None.

    It follows the interpreter: such a sum is exact over `integer * scale`, and that of the floats,
    each of which is rounded, differs from it.
    """
    if x in leaves:
        return leaves[x].map
    op = x.owner
    assert isinstance(op, Move)
    maps = [map_of(value, leaves) for value in op.operands if constant_of(value) is None]
    known = [found for found in maps if found is not None]
    if len(known) < len(maps):
        return None
    match op:
        case MulOp():
            return op.map_after(known[0])
        case MaxPoolOp():
            return known[0] if known[0].scale > 0 else None
        case ConcatOp():
            one_scale = len({found.scale for found in known}) == 1
            return known[0] if one_scale and not any(found.offset for found in known) else None
        case _:
            return known[0]


def activation_values(x: SSAValue) -> Activation | None:
    """The values of a float tensor; None if it is not a function of few integers or pairs."""
    ops = ops_before(x)
    if isinstance(ops, Refusal):
        return None
    found = {op.x: None for op in ops if isinstance(op, DequantizeOp)}
    sources, steps = common_input(list(found))
    if len(sources) > 2 or any(shape_of(source) != shape_of(x) for source in sources):
        return None
    width = shape_of(x)[-1] if any(map(differs_between_channels, (*steps, *ops))) else 1
    ranges = [range_of(source) for source in sources]
    counts = [high - low + 1 for low, high in ranges]
    too_many = (
        counts[0] > MAX_TABLE_ENTRIES
        if len(sources) == 1
        else prod(counts) * width > MAX_PAIR_ENTRIES
    )
    if too_many:
        return None
    rows = np.indices(counts).reshape(len(counts), -1)
    values: dict[SSAValue, Value] = {
        source: as_rows(low + row, width, len(shape_of(x)))
        for source, (low, _), row in zip(sources, ranges, rows, strict=True)
    }
    evaluate_ops((*steps, *ops), values)
    known = exact_numbers(values[x])
    return Activation(
        sources,
        as_array(values[x]).reshape(-1, width).T.astype(np.float64),
        None if known is None else AffineMap(known[0].scale.item(), 0, known[1]),
    )


def as_rows(numbers: Ints, width: int, rank: int) -> Ints:
    """Numbers as images of one pixel, equal in all channels."""
    return numbers.reshape(-1, *[1] * (rank - 1)).repeat(width, -1)
