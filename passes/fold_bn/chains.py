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
from ...qdialect.qnn.layout import MoveOp, PadOp, ResizeOp, SliceOp, TransposeOp
from ...qdialect.qnn.linear import LinearOpBase, accumulator_ranges
from ...qdialect.qnn.normalization import BatchNormOp
from ...qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import BipolarType, element_of, is_quant, shape_of
from ...qdialect.values import Value, as_array
from ..arrays import Ints
from .quant_params import dequantize_of, varies_by_channel_only

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
    """The elementwise ops from one integer tensor, or two, to a quantizer.

    An op may read two tensors of the chain, as in `x * sigmoid(x)`.
    """

    inputs: Sequence[SSAValue]
    ops: Sequence[QnnOp]
    """In an order in which each op follows those that it reads; the dequantize ops are included."""
    quantizer: QuantizerOp

    @property
    def channels(self) -> int:
        return shape_of(self.quantizer.x)[-1]

    @property
    def width(self) -> int:
        """The number of channels to evaluate: 1 if all channels have the same function."""
        differ = any(map(differs_between_channels, (*self.ops, self.quantizer)))
        return self.channels if differ else 1

    @property
    def combining_ops(self) -> list[QnnOp]:
        """The ops that read two tensors of the chain."""
        return [op for op in self.ops if len(split_operands(op)[0]) == 2]

    def dequantize_of(self, value: SSAValue) -> DequantizeOp:
        """The op that dequantizes an input."""
        return next(op for op in self.ops if isinstance(op, DequantizeOp) and op.x is value)

    def levels(self, *inputs: Ints) -> Ints:
        """Evaluates the original ops, in their own float arithmetic, on rows of integers.

        There is one array per input, and each of its rows has one integer per channel. The result
        has the levels in the same shape; a bipolar level is 0 or 1.
        """
        values: dict[SSAValue, Value] = {
            value: self.as_image(rows) for value, rows in zip(self.inputs, inputs, strict=True)
        }
        evaluate_ops((*self.ops, self.quantizer), values)
        return self.as_levels(values[self.quantizer.output]).reshape(inputs[0].shape)

    def as_image(self, rows: Array) -> Array:
        """Rows with one number per channel, in the rank of the chain's tensors."""
        rank = len(shape_of(self.quantizer.x))
        return rows.reshape(-1, *[1] * (rank - 2), rows.shape[-1])

    def as_levels(self, value: Value) -> Ints:
        """A result of the quantizer as levels: -1 and +1 of a bipolar type are 0 and 1."""
        found = as_array(value).astype(np.int64)
        bipolar = isinstance(element_of(self.quantizer.output), BipolarType)
        return (found + 1) >> 1 if bipolar else found


def evaluate_ops(ops: Iterable[QnnOp], values: dict[SSAValue, Value]) -> None:
    """Evaluates ops one after another; `values` has their inputs, and gets their results."""
    with np.errstate(all="ignore"):
        for op in ops:
            known = [values.get(value, constant_of(value)) for value in op.operands]
            values[op.results[0]] = op.evaluate(*(v for v in known if v is not None))[0]


def split_operands(op: Operation) -> tuple[list[SSAValue], list[tuple[int, ...]]]:
    """The operands that depend on the image, and the shapes of those that are constant."""
    free = [value for value in op.operands if constant_of(value) is None]
    return free, [shape_of(value) for value in op.operands if value not in free]


def differs_between_channels(op: QnnOp) -> bool:
    """Whether the parameters of an op differ between channels."""
    match op:
        case LookupOp():
            return op.per_channel is not None
        case ThresholdOp():
            return shape_of(op.thresholds)[0] > 1 or op.descending is not None
        case _:
            return any(prod(shape) > 1 for shape in split_operands(op)[1])


def varies_by_position(shapes: Iterable[Sequence[int]]) -> bool:
    """Whether a constant of one of these shapes may vary between positions of an image."""
    return any(prod(shape[:-1]) > 1 for shape in shapes)


SCALE_REMEDY = "use one scale per tensor or one per channel"


def chain_of(quantizer: QuantizerOp) -> Chain | Refusal:
    """Walks back from a quantizer to the integers it depends on."""
    if not varies_by_channel_only(quantizer):
        reason = "its scale varies along an axis other than the last (channels)"
        return Refusal(reason, SCALE_REMEDY)
    if len(shape_of(quantizer.x)) < 2:
        return Refusal("its input lacks an axis of images or an axis of channels")
    ops = ops_before(quantizer.x)
    if isinstance(ops, Refusal):
        return ops
    found = {op.x: None for op in ops if isinstance(op, DequantizeOp)}
    inputs, steps = common_input(list(found))
    if len(inputs) > 2:
        reason = f"it depends on {len(inputs)} tensors, at most 2 are supported"
        return Refusal(reason, "quantize the sum of two of them")
    if len({shape_of(value) for value in inputs}) > 1:
        reason = "it combines tensors of different shapes"
        return Refusal(reason, "combine two tensors of one shape")
    return Chain(inputs, [*steps, *ops], quantizer)


def ops_before(value: SSAValue) -> list[QnnOp] | Refusal:
    """The ops between integers and a value, each after those that it reads."""
    shape = shape_of(value)
    ops: list[QnnOp] = []
    seen: set[SSAValue] = set()
    stack: list[tuple[SSAValue, bool]] = [(value, False)]
    while stack:
        value, inputs_done = stack.pop()
        op = value.owner
        if inputs_done:
            assert isinstance(op, QnnOp)
            ops.append(op)
            continue
        if value in seen:
            continue
        seen.add(value)
        if (source := dequantize_of(value)) is not None:
            if not varies_by_channel_only(source):
                reason = f"{describe(source)} has a scale that varies along another axis"
                return Refusal(f"{reason} than the last", SCALE_REMEDY)
            ops.append(source)
            continue
        if not isinstance(op, ElementwiseOp):
            return _refuse_source(value)
        refusal = _refuse_elementwise(op, shape)
        if refusal is not None:
            return refusal
        stack.append((value, True))
        stack += [(operand, False) for operand in reversed(split_operands(op)[0])]
    return ops


def common_input(inputs: list[SSAValue]) -> tuple[list[SSAValue], list[QnnOp]]:
    """The integers from which thresholds and tables compute all inputs, and these ops.

    `x * sigmoid(x)`, with both factors quantized, reads a tensor and a table of that tensor.
    """
    paths = [_steps_before(value) for value in inputs]
    for common in paths[0]:
        if all(common in path for path in paths):
            steps: dict[QnnOp | None, None] = {}
            for path in paths:
                values = list(path)
                steps.update({path[value]: None for value in values[: values.index(common)][::-1]})
            return [common], [op for op in steps if op is not None]
    return inputs, []


def _steps_before(value: SSAValue) -> dict[SSAValue, QnnOp | None]:
    """An integer tensor and those from which steps compute it, each with its step; latest first."""
    path: dict[SSAValue, QnnOp | None] = {}
    while isinstance(op := value.owner, ThresholdOp | LookupOp) and _is_step(op):
        path[value] = op
        value = op.x
    path[value] = None
    return path


def _is_step(op: ThresholdOp | LookupOp) -> bool:
    """Whether an op computes each integer from one integer."""
    same_shape = shape_of(op.x) == shape_of(op.output)
    return same_shape and is_quant(element_of(op.x)) and len(split_operands(op)[0]) == 1


def declare_input(value: SSAValue) -> str:
    """The remedy for a float input of the network."""
    example = f"`qnn import --input {value.name_hint or 'NAME'}=ui8*0.00390625`"
    return f"declare the type and scale of that input, as in {example}"


def _refuse_source(value: SSAValue) -> Refusal:
    """Why a value that is neither dequantized nor elementwise cannot start a chain."""
    while isinstance(value.owner, MoveOp):
        value = value.owner.x
    owner = value.owner
    if isinstance(owner, Block):
        reason = "its input comes from a float input of the network"
        return Refusal(reason, declare_input(value))
    if isinstance(owner, AvgPoolOp):
        reason = f"its input comes from {describe(owner)}, which averages floats"
        return Refusal(reason, "put a quantizer before the average")
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
