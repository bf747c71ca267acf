"""Moves quantizers, and the elementwise ops before them, above ops that only move elements.

    quantize(max_pool(relu(x)))   becomes   max_pool(quantize(relu(x)))

The quantizer then follows the ops that compute its input, so that they form a chain, and narrow
integers are moved instead of floats. The move now has the result of the quantizer, so it gets an
attribute with the quantizer's name: `activation = "Quant_3"`. Elementwise ops between the two are
moved along if they treat all elements alike, such as a relu after a flatten.
"""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.qnn.base import int_attr
from ...qdialect.qnn.constants import ConstantPool, constant_of
from ...qdialect.qnn.elementwise import MulOp
from ...qdialect.qnn.layout import (
    ConcatOp,
    MoveOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    TransposeOp,
)
from ...qdialect.qnn.pooling import MaxPoolOp
from ...qdialect.qnn.quantization import QuantizeOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.types import (
    BipolarType,
    QuantType,
    element_of,
    is_quant,
    shape_of,
    value_range,
)
from ...qdialect.values import as_array
from .affine_inputs import affine_input
from .chains import ElementwiseOp, QuantizerOp, keeps_channels, split_operands, varies_by_position
from .monotone import is_monotone
from .quant_params import varies_by_channel_only

MAX_REVERSED_LEVELS = 1 << 12
"""Maximum number of levels whose order a table reverses."""


def is_same_for_all_channels(quantizer: QuantizerOp) -> bool:
    """Whether a quantizer has the same parameters for all channels."""
    constants = (constant_of(value) for value in quantizer.operands[1:])
    rows = (value for value in constants if value is not None)
    if isinstance(quantizer, ThresholdOp):
        return quantizer.descending is None and all(len(row) == 1 for row in rows)
    return all(row.size == 1 for row in rows)


def is_rising(quantizer: QuantizerOp) -> bool:
    """Whether a larger number never gets a smaller level."""
    if isinstance(quantizer, ThresholdOp):
        return quantizer.descending is None
    scale = constant_of(quantizer.scale)
    return scale is not None and bool(np.all(scale > 0))


class HoistQuantize(RewritePattern):
    """Moves a quantizer above the move that it reads."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QuantizeOp | ThresholdOp, rewriter: PatternRewriter) -> None:
        scalar_ops = scalar_ops_above(op.x)
        if scalar_ops:
            return self._hoist_with(scalar_ops, op, rewriter)
        move = op.x.owner
        if is_quant(element_of(op.x)) or not self._commutes_with(op, move):
            return
        assert isinstance(move, Operation)
        new: list[Operation] = []
        copies: list[Operation] = []
        start = 0
        for value in move.operands:
            constants = list(op.operands[1:])
            if isinstance(move, ConcatOp) and concatenates_channels(move):
                stop = start + shape_of(value)[-1]
                constants = [self._parameter_rows(row, start, stop, new) for row in constants]
                start = stop
            copies.append(self._quantize_value(op, value, constants))
        rewriter.replace(op, [*new, *copies, self._move_quantized(op, move, copies)])

    def _hoist_with(
        self, scalar_ops: Sequence[ElementwiseOp], op: QuantizerOp, rewriter: PatternRewriter
    ) -> None:
        """Moves a quantizer and elementwise ops above the move that the first of them reads."""
        (first,), _ = split_operands(scalar_ops[0])
        move = first.owner
        if isinstance(move, MaxPoolOp):
            return self._hoist_above_pool(move, scalar_ops, op, rewriter)
        if not isinstance(move, ReshapeOp | TransposeOp | SliceOp | ResizeOp | ConcatOp):
            return
        rank = len(shape_of(move.operands[0]))
        shapes = [shape for scalar_op in scalar_ops for shape in split_operands(scalar_op)[1]]
        if not is_same_for_all_channels(op) or any(len(shape) > rank for shape in shapes):
            return
        parts = [self._quantize_above(value, scalar_ops, op) for value in move.operands]
        moved = self._move_quantized(op, move, [part[-1] for part in parts])
        rewriter.replace(op, [*(step for part in parts for step in part), moved])

    def _quantize_above(
        self, x: SSAValue, scalar_ops: Sequence[ElementwiseOp], op: QuantizerOp
    ) -> list[Operation]:
        """Copies of elementwise ops and of a quantizer that read another value."""
        new: list[Operation] = []
        value = x
        for scalar_op in scalar_ops:
            new.append(apply_to(scalar_op, value, shape_of(value)))
            value = new[-1].results[0]
        return [*new, self._quantize_value(op, value, list(op.operands[1:]))]

    def _hoist_above_pool(
        self,
        pool: MaxPoolOp,
        scalar_ops: Sequence[ElementwiseOp],
        op: QuantizerOp,
        rewriter: PatternRewriter,
    ) -> None:
        """Moves a quantizer above a max pool, whose result may be negated: then it is a minimum.

        The smallest level is the largest one, if the order of the levels is reversed.
        """
        negations = [scalar_op for scalar_op in scalar_ops if is_negation(scalar_op)]
        others = [scalar_op for scalar_op in scalar_ops if scalar_op not in negations]
        element = element_of(op.output)
        if not (is_same_for_all_channels(op) and is_rising(op) and all(map(is_rising_op, others))):
            return
        new = self._quantize_above(pool.x, scalar_ops, op)
        if len(negations) % 2 == 0:
            return rewriter.replace(op, [*new, self._move_quantized(op, pool, [new[-1]])])
        if not isinstance(element, QuantType) or isinstance(element, BipolarType):
            return
        low, high = value_range(element)
        if high - low >= MAX_REVERSED_LEVELS:
            return
        levels = np.arange(high, low - 1, -1, dtype=np.int64)
        table = self.pool.constant(levels, element, "reversed")
        reversed_levels = LookupOp(new[-1], table, low)
        largest = MaxPoolOp.create(
            operands=[reversed_levels.output],
            result_types=[op.output.type],
            properties=dict(pool.properties),
        )
        smallest = LookupOp(largest, table, low)
        if "layer" in op.properties:
            smallest.attributes["activation"] = op.properties["layer"]
        rewriter.replace(op, [*new, table, reversed_levels, largest, smallest])

    def _move_quantized(
        self, op: QuantizerOp, move: Operation, sources: Sequence[Operation]
    ) -> Operation:
        """A copy of the move that reads quantized values."""
        moved = type(move).create(
            operands=[source.results[0] for source in sources],
            result_types=[op.output.type],
            properties=self._properties(op, move),
        )
        if "layer" in op.properties:
            moved.attributes["activation"] = op.properties["layer"]
        return moved

    def _commutes_with(self, op: QuantizerOp, move: object) -> bool:
        """Whether quantizing before a move gives the same result as after it."""
        if not varies_by_channel_only(op):
            return False
        match move:
            case MaxPoolOp():
                return is_rising(op)
            case ConcatOp():
                return True
            case PadOp():
                return is_same_for_all_channels(op)
            case ReshapeOp() | TransposeOp() | SliceOp() | ResizeOp():
                return is_same_for_all_channels(op) or keeps_channels(move)
            case _:
                return False

    def _properties(self, op: QuantizerOp, move: Operation) -> dict[str, Attribute]:
        """The properties of the move; a padding value is quantized."""
        properties = dict(move.properties)
        if isinstance(move, PadOp):
            value = np.full((1, 1), move.value.value.data, np.float32)
            constants = (constant_of(operand) for operand in op.operands[1:])
            level = op.evaluate(value, *(row for row in constants if row is not None))[0]
            properties["value"] = int_attr(int(as_array(level).item()))
        return properties

    def _parameter_rows(
        self, row: SSAValue, start: int, stop: int, new: list[Operation]
    ) -> SSAValue:
        """The rows from `start` to `stop` of a parameter; itself if it has a single row."""
        values = constant_of(row)
        if values is None or values.size == 1 or len(values) == 1:
            return row
        some = self.pool.constant(values[start:stop], element_of(row), row.name_hint or "part")
        new.append(some)
        return some.output

    def _quantize_value(
        self, op: QuantizerOp, value: SSAValue, constants: list[SSAValue]
    ) -> Operation:
        """A copy of the quantizer that reads another value."""
        return type(op).create(
            operands=[value, *constants],
            result_types=[TensorType(element_of(op.output), shape_of(value))],
            properties=dict(op.properties),
        )


def concatenates_channels(op: ConcatOp) -> bool:
    """Whether a concat joins tensors along the axis of channels."""
    rank = len(shape_of(op.output))
    return op.axis.value.data % rank == rank - 1


class SinkScalarElementwise(RewritePattern):
    """Moves elements before an op that treats all of them alike, so that integers are moved."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MoveOp, rewriter: PatternRewriter) -> None:
        source = op.x.owner
        if isinstance(source, ElementwiseOp) and not has_parameter_rows(source):
            swap_with_producer(op, source, rewriter)


class SinkElementwise(RewritePattern):
    """Moves whole channels before an elementwise op, if no quantizer could be hoisted."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MoveOp | MaxPoolOp, rewriter: PatternRewriter) -> None:
        source = op.x.owner
        if not isinstance(source, ElementwiseOp):
            return
        keeps_order = not isinstance(op, MaxPoolOp) or is_rising_op(source)
        if keeps_order and keeps_channels(op):
            swap_with_producer(op, source, rewriter)


def scalar_ops_above(value: SSAValue) -> list[ElementwiseOp]:
    """The ops that compute a value, back to the first one whose parameters vary between elements
    or whose result has another reader; in order."""
    found: list[ElementwiseOp] = []
    while isinstance(owner := value.owner, ElementwiseOp) and not has_parameter_rows(owner):
        free, _ = split_operands(owner)
        if len(free) != 1 or len(list(value.uses)) > 1 or shape_of(free[0]) != shape_of(value):
            break
        found.insert(0, owner)
        value = free[0]
    return found


def apply_to(op: ElementwiseOp, value: SSAValue, shape: Sequence[int]) -> Operation:
    """A copy of an op that reads another value."""
    free, _ = split_operands(op)
    return type(op).create(
        operands=[value if operand is free[0] else operand for operand in op.operands],
        result_types=[TensorType(element_of(op.results[0]), shape)],
        properties=dict(op.properties),
    )


def has_parameter_rows(op: ElementwiseOp) -> bool:
    """Whether an op has parameters that vary between channels or positions."""
    _, fixed = split_operands(op)
    return any(np.prod(shape) > 1 for shape in fixed)


def is_negation(op: ElementwiseOp) -> bool:
    """Whether an op multiplies by a negative number."""
    number = op.constant_number if isinstance(op, MulOp) else None
    return number is not None and number[0] < 0


def is_rising_op(op: ElementwiseOp) -> bool:
    """Whether an op never falls in any channel.

    A monotone op rises if it is higher at the upper end of all floats than at the lower end.
    """
    if not is_monotone(op):
        return False
    free, fixed = split_operands(op)
    if len(free) != 1 or varies_by_position(fixed):
        return False
    channels = shape_of(op.results[0])[-1]
    most = np.finfo(np.float32).max
    ends = np.repeat(np.array([[-most], [most]], np.float32), channels, axis=1)
    args = [ends if value is free[0] else constant_of(value) for value in op.operands]
    with np.errstate(all="ignore"):
        low, high = as_array(op.evaluate(*(arg for arg in args if arg is not None))[0]).reshape(
            2, -1
        )
    return bool(np.all(low <= high))


def swap_with_producer(
    op: MoveOp | MaxPoolOp, source: ElementwiseOp, rewriter: PatternRewriter
) -> None:
    """Moves the operand of an elementwise op instead of its result, if both give the same.

    An op with other readers stays for them. Its copy is worth it only if a linear layer absorbs it.
    """
    free, fixed = split_operands(source)
    if is_quant(element_of(op.x)):
        return
    if len(free) != 1 or shape_of(free[0]) != shape_of(op.x):
        return
    if len(list(op.x.uses)) > 1 and affine_input(op.x) is None:
        return
    rank = len(shape_of(op.output))
    if varies_by_position(fixed) or any(len(shape) > rank for shape in fixed):
        return
    moved = type(op).create(
        operands=[free[0]], result_types=[op.output.type], properties=dict(op.properties)
    )
    rewriter.replace(op, [moved, apply_to(source, moved.results[0], shape_of(op.output))])
