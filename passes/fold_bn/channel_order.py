"""Puts channels last where elementwise ops read an image in the order of the model.

A model often normalizes its image before the first convolution, in NCHW and with a constant for
each channel. A transpose between the two makes NHWC of it, which the convolution reads:

    transpose(quantize(sub(x, mean: 3x1x1)))   becomes   quantize(sub(transpose(x), mean: 3))

Moved to the input of the network, the transpose is computed by the host.

`hoist_permuted.py` moves the other way: a whole chain, above permutations that exist already. Here
none exists yet, no quantizer may follow, and one op at a time gets transposes that cancel.
"""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.qnn.activations import PReluOp
from ...qdialect.qnn.base import int_attr
from ...qdialect.qnn.constants import ConstantPool, constant_of
from ...qdialect.qnn.elementwise import BinaryOp, UnaryOp
from ...qdialect.qnn.layout import MoveOp, TransposeOp
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp, TruncOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.types import element_of, is_quant, shape_of
from .chains import split_operands

MIN_RANK = 3
"""Tensors of fewer axes have no positions beside images and channels."""


class ChannelsLast(RewritePattern):
    """Transposes around an elementwise op of floats whose constants vary along axis 1."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: BinaryOp | PReluOp | QuantizeOp | DequantizeOp, rewriter: PatternRewriter
    ) -> None:
        free, _ = split_operands(op)
        shape = shape_of(op.output)
        if len(free) != 1 or len(shape) < MIN_RANK or shape_of(free[0]) != shape:
            return
        if is_integer_op(op) or constant_axis(op) != 1:
            return
        rank = len(shape)
        order, back = [0, *range(2, rank), 1], [0, rank - 1, *range(1, rank - 1)]
        moved = TransposeOp(free[0], order)
        new: list[Operation] = [moved]
        operands = [
            moved.output if value is free[0] else self._moved_constant(op, value, order, new)
            for value in op.operands
        ]
        properties = dict(op.properties)
        if isinstance(op, QuantizeOp | DequantizeOp):
            properties["axis"] = int_attr(-1)
        kind = TensorType(element_of(op.output), shape_of(moved.output))
        changed = type(op).create(operands=operands, result_types=[kind], properties=properties)
        rewriter.replace(op, [*new, changed, TransposeOp(changed.results[0], back)])

    def _moved_constant(
        self, op: Operation, value: SSAValue, order: Sequence[int], new_ops: list[Operation]
    ) -> SSAValue:
        """A constant in the new order of axes; parameters of quantizers are rows already."""
        constant = constant_of(value)
        assert constant is not None
        if isinstance(op, QuantizeOp | DequantizeOp) or constant.size == 1:
            return value
        row = constant.reshape(-1)
        hint = value.name_hint or "constant"
        new_ops.append(self.pool.constant(row, element_of(value), hint))
        return new_ops[-1].results[0]


def is_integer_op(op: Operation) -> bool:
    return all(is_quant(element_of(value)) for value in (*op.operands, *op.results))


def constant_axis(op: BinaryOp | PReluOp | QuantizeOp | DequantizeOp) -> int | None:
    """The only axis along which the constants of an op vary, counted from the front."""
    rank = len(shape_of(op.output))
    _, fixed = split_operands(op)
    if isinstance(op, QuantizeOp | DequantizeOp):
        varies = any(np.prod(shape) > 1 for shape in fixed)
        return op.axis.value.data % rank if varies else None
    axes = {
        rank - len(shape) + axis
        for shape in fixed
        for axis, size in enumerate(shape)
        if size > 1 and len(shape) <= rank
    }
    return axes.pop() if len(axes) == 1 else None


UniformOp = UnaryOp | ThresholdOp | LookupOp | TruncOp


class TransposeInput(RewritePattern):
    """Transposes the input of the network in place of integers that depend on it elementwise.

    The op must treat all elements alike, and all its readers must be transposes of one order.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: UniformOp, rewriter: PatternRewriter) -> None:
        users = [use.operation for use in op.results[0].uses]
        orders = {
            user.order.get_values() if isinstance(user, TransposeOp) else None for user in users
        }
        if len(orders) != 1 or None in orders or not is_quant(element_of(op.results[0])):
            return
        if not is_uniform(op) or not depends_on_input_only(op.x):
            return
        (order,) = (order for order in orders if order is not None)
        moved = TransposeOp(op.x, order)
        kind = TensorType(element_of(op.results[0]), shape_of(moved.output))
        changed = type(op).create(
            operands=[moved.output, *op.operands[1:]],
            result_types=[kind],
            properties=dict(op.properties),
        )
        rewriter.insert([moved, changed])
        for user in users:
            rewriter.replace(user, [], [changed.results[0]])
        rewriter.erase(op)


def is_uniform(op: UniformOp) -> bool:
    """Whether an op applies the same function to all elements of its input."""
    match op:
        case ThresholdOp():
            return shape_of(op.thresholds)[0] == 1 and op.descending is None
        case LookupOp():
            return op.per_channel is None
        case _:
            return True


def depends_on_input_only(value: SSAValue) -> bool:
    """Whether a value is an input of the network, or computed from one by moves and functions of
    single elements."""
    while not isinstance(value.owner, Block):
        op = value.owner
        if not isinstance(op, MoveOp | UniformOp | QuantizeOp) or constant_of(value) is not None:
            return False
        value = op.operands[0]
    return True
