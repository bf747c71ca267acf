"""Chains: the float ops between integers and a quantizer, as a function that can be evaluated.

    dequantize -> batch_norm -> relu -> quantize

A chain of elementwise ops is a function from integers to the quantizer's levels. `fold-bn` replaces
it by thresholds or a table that give the same levels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from math import prod

import numpy as np
from xdsl.ir import Block, Operation, SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn.activations import PReluOp
from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.constants import constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp, BinaryOp, UnaryOp
from ...qdialect.qnn.layout import PadOp, ResizeOp, SliceOp, TransposeOp
from ...qdialect.qnn.linear import LinearOpBase, accumulator_ranges
from ...qdialect.qnn.normalization import BatchNormOp
from ...qdialect.qnn.pooling import MaxPoolOp
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import BipolarType, element_of, is_quant, shape_of
from ...qdialect.values import Value, as_array
from ..arrays import Ints
from .quant_params import dequantize_of, is_per_tensor, varies_by_channel_only

ElementwiseOp = UnaryOp | BinaryOp | BatchNormOp | PReluOp
QuantizerOp = QuantizeOp | ThresholdOp


@singledispatch
def keeps_channels(op: Operation) -> bool:
    """Whether an op moves whole channels: every element stays in its channel."""
    return False


@keeps_channels.register
def _(op: MaxPoolOp) -> bool:
    return True


@keeps_channels.register
def _(op: ResizeOp) -> bool:
    return op.scales.get_values()[-1] == 1


@keeps_channels.register
def _(op: TransposeOp) -> bool:
    return op.order.get_values()[-1] == len(shape_of(op.x)) - 1


@keeps_channels.register
def _(op: SliceOp | PadOp) -> bool:
    return shape_of(op.output)[-1] == shape_of(op.x)[-1]


def level_range(quantizer: QuantizerOp) -> tuple[int, int]:
    """The lowest and the highest level of a quantizer; 0 and 1 if its type is bipolar."""
    if isinstance(element_of(quantizer.output), BipolarType):
        return 0, 1
    if isinstance(quantizer, QuantizeOp):
        return quantizer.limits
    first = quantizer.offset.value.data
    return first, first + shape_of(quantizer.thresholds)[1]


@dataclass(frozen=True)
class Chain:
    """The elementwise ops from one dequantized tensor, or two, to a quantizer.

    Two sources are the operands of the first op.
    """

    sources: Sequence[DequantizeOp]
    ops: Sequence[ElementwiseOp]
    quantizer: QuantizerOp

    @property
    def channels(self) -> int:
        return shape_of(self.quantizer.x)[-1]

    @property
    def width(self) -> int:
        """The number of channels to evaluate: 1 if all ops treat all channels alike."""
        constants = [
            shape_of(value)
            for op in (*self.ops, self.quantizer)
            for value in op.operands
            if constant_of(value) is not None
        ]
        return self.channels if any(np.prod(shape) > 1 for shape in constants) else 1

    def levels(self, *sources: Ints) -> Ints:
        """Evaluates the original ops, in their own float arithmetic, on rows of integers.

        There is one array per source, and each of its rows has one integer per channel. The result
        has the levels in the same shape; a bipolar level is 0 or 1.
        """
        rank = len(shape_of(self.quantizer.x))
        values: dict[SSAValue, Value] = {}
        for source, rows in zip(self.sources, sources, strict=True):
            values[source.x] = rows.reshape(-1, *[1] * (rank - 2), rows.shape[-1])
        op: QnnOp
        with np.errstate(all="ignore"):
            for op in (*self.sources, *self.ops, self.quantizer):
                known = [_operand_value(values, value) for value in op.operands]
                values[op.results[0]] = op.evaluate(*known)[0]
        found = as_array(values[self.quantizer.output]).astype(np.int64).reshape(sources[0].shape)
        return (
            (found + 1) >> 1
            if isinstance(element_of(self.quantizer.output), BipolarType)
            else found
        )


def _operand_value(values: dict[SSAValue, Value], value: SSAValue) -> Value:
    if value in values:
        return values[value]
    constant = constant_of(value)
    assert constant is not None
    return constant


def split_operands(op: Operation) -> tuple[list[SSAValue], list[tuple[int, ...]]]:
    """The operands that depend on the image, and the shapes of those that are constant."""
    free = [value for value in op.operands if constant_of(value) is None]
    return free, [shape_of(value) for value in op.operands if value not in free]


def varies_by_position(shapes: Iterable[Sequence[int]]) -> bool:
    """Whether a constant of one of these shapes may vary between positions of an image."""
    return any(prod(shape[:-1]) > 1 for shape in shapes)


SCALE_REMEDY = "use one scale per tensor or one per channel"


def chain_of(quantizer: QuantizerOp) -> Chain | Refusal:
    """Walks back from a quantizer to the integers it depends on."""
    ops: list[ElementwiseOp] = []
    shape = shape_of(quantizer.x)
    if not varies_by_channel_only(quantizer):
        reason = "its scale varies along an axis other than the last (channels)"
        return Refusal(reason, SCALE_REMEDY)
    if len(shape) < 2:
        return Refusal("its input lacks an axis of images or an axis of channels")
    value = quantizer.x
    while (source := dequantize_of(value)) is None:
        op = value.owner
        if not isinstance(op, ElementwiseOp):
            return _refuse_source(op)
        refusal = _refuse_elementwise(op, shape)
        if refusal is not None:
            return refusal
        ops.append(op)
        free, _ = split_operands(op)
        if len(free) != 1:
            return _two_source_chain(free, ops[::-1], quantizer)
        value = free[0]
    if not varies_by_channel_only(source):
        reason = f"{describe(source)} has a scale that varies along an axis other than the last"
        return Refusal(reason, SCALE_REMEDY)
    return Chain([source], ops[::-1], quantizer)


def _refuse_source(owner: Operation | Block) -> Refusal:
    """Why a value that is neither dequantized nor elementwise cannot start a chain."""
    if isinstance(owner, Block):
        return Refusal("its input comes from a float input of the network", "quantize that input")
    reason = f"its input comes from {describe(owner)}, which is not an elementwise op"
    return Refusal(reason, "only elementwise ops can stand between integers and a quantizer")


def _refuse_elementwise(op: ElementwiseOp, shape: Sequence[int]) -> Refusal | None:
    """Why an elementwise op cannot belong to a chain of tensors of a shape; None if it can."""
    free, fixed = split_operands(op)
    if any(shape_of(operand) != shape for operand in free):
        reason = f"{describe(op)} changes the shape of its input"
        return Refusal(reason, "only ops that keep the shape can become thresholds")
    if varies_by_position(fixed):
        reason = f"{describe(op)} has a constant that varies between positions"
        return Refusal(reason, "thresholds can vary between channels only")
    return None


def _two_source_chain(
    free: Sequence[SSAValue], ops: Sequence[ElementwiseOp], quantizer: QuantizerOp
) -> Chain | Refusal:
    """A chain whose first op combines two tensors."""
    sources = [dequantize_of(value) for value in free]
    found = [source for source in sources if source is not None and is_per_tensor(source)]
    if len(found) != 2 or shape_of(found[0].x) != shape_of(found[1].x):
        reason = f"{describe(ops[0])} needs two tensors of one shape, each with a single scale"
        return Refusal(reason, "quantize both of its operands, with one scale per tensor")
    return Chain(found, ops, quantizer)


def channel_bounds(value: SSAValue) -> tuple[Array, Array]:
    """The smallest and the largest integer that each channel of a value can reach.

    For the sum of a linear op these follow from its actual weights, which is tighter than its type.
    The bounds are Python integers, which do not overflow.
    """
    owner, channels = value.owner, shape_of(value)[-1]
    if isinstance(owner, LinearOpBase) and is_quant(element_of(owner.x)):
        ends = accumulator_ranges(owner.x, owner.weights, owner.bias)
    elif isinstance(owner, AddOp) and (constant := constant_of(owner.rhs)) is not None:
        low, high = channel_bounds(owner.lhs)
        rows = np.broadcast_to(constant, shape_of(value)).reshape(-1, channels)
        ends = (low + rows.min(0).astype(object), high + rows.max(0).astype(object))
    else:
        ends = tuple(np.array([end], object) for end in range_of(value))
    low, high = (np.broadcast_to(end, (channels,)) for end in ends)
    return low, high
