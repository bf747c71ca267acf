"""Chains: what stands between integers and a quantizer, as a function that can be evaluated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.ir import Operation, SSAValue

from ...qdialect.convolution import exact_dtype, max_magnitude
from ...qdialect.data import Array
from ...qdialect.qnn.activations import PReluOp
from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.constants import ConstantOp, constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp, BinaryOp, UnaryOp
from ...qdialect.qnn.layout import PadOp, ResizeOp, SliceOp, TransposeOp
from ...qdialect.qnn.linear import LinearOpBase, accumulator_ranges
from ...qdialect.qnn.normalization import BatchNormOp
from ...qdialect.qnn.pooling import MaxPoolOp
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.types import BipolarType, element_of, is_quant, shape_of
from ...qdialect.values import Value, as_array
from .threshold_search import Ints

Elementwise = UnaryOp | BinaryOp | BatchNormOp | PReluOp
Quantizer = QuantizeOp | ThresholdOp


def dequantized(value: SSAValue) -> DequantizeOp | None:
    """The op that a value was dequantized by, if its scale and zero point are known."""
    owner = value.owner
    if not isinstance(owner, DequantizeOp):
        return None
    known = all(isinstance(operand.owner, ConstantOp) for operand in owner.operands[1:])
    return owner if known else None


def scale_of(op: DequantizeOp) -> Array:
    """The scales, as a row."""
    scale = constant_of(op.scale)
    assert scale is not None
    return scale.reshape(-1).astype(np.float64)


def zero_point_of(op: DequantizeOp) -> Array:
    """The zero points, as a row; a single 0 if there are none."""
    if op.zero_point is None:
        return np.zeros(1, np.int64)
    zero = constant_of(op.zero_point)
    assert zero is not None
    return zero.reshape(-1).astype(exact_dtype(max_magnitude(zero)))


def is_uniform(op: DequantizeOp) -> bool:
    """Whether one scale and one zero point serve the whole tensor."""
    return scale_of(op).size == 1 and zero_point_of(op).size == 1


def keeps_channels(op: Operation) -> bool:
    """Whether an op moves whole channels: each one's elements stay together, at the same index."""
    match op:
        case MaxPoolOp():
            return True
        case ResizeOp():
            return op.scales.get_values()[-1] == 1
        case TransposeOp():
            return op.order.get_values()[-1] == len(shape_of(op.x)) - 1
        case SliceOp():
            return shape_of(op.output)[-1] == shape_of(op.x)[-1]
        case PadOp():
            return shape_of(op.output)[-1] == shape_of(op.x)[-1]
        case _:
            return False


def limits_of(quantizer: Quantizer) -> tuple[int, int]:
    """The smallest and the largest level that a quantizer gives; 0 and 1 for a bipolar one."""
    if isinstance(element_of(quantizer.output), BipolarType):
        return 0, 1
    if isinstance(quantizer, QuantizeOp):
        return quantizer.limits
    first = quantizer.offset.value.data
    return first, first + shape_of(quantizer.thresholds)[1]


@dataclass(frozen=True)
class Chain:
    """The ops from dequantized tensors to a quantizer, each of them element by element.

    There is one source, or two that the first op joins.
    """

    sources: Sequence[DequantizeOp]
    ops: Sequence[Elementwise]
    quantizer: Quantizer

    @property
    def channels(self) -> int:
        return shape_of(self.quantizer.x)[-1]

    @property
    def width(self) -> int:
        """How many channels differ: 1 if no op has parameters of its own for each."""
        constants = [
            shape_of(value)
            for op in (*self.ops, self.quantizer)
            for value in op.operands
            if constant_of(value) is not None
        ]
        return self.channels if any(np.prod(shape) > 1 for shape in constants) else 1

    def levels(self, *sources: Ints) -> Ints:
        """The quantized levels of rows of integers, in the original arithmetic.

        Rows have a number for each channel; a bipolar level is 0 or 1.
        """
        rank = len(shape_of(self.quantizer.x))
        values: dict[SSAValue, Value] = {}
        for source, rows in zip(self.sources, sources, strict=True):
            values[source.x] = rows.reshape(-1, *[1] * (rank - 2), rows.shape[-1])
        op: QnnOp
        with np.errstate(all="ignore"):
            for op in (*self.sources, *self.ops, self.quantizer):
                known = [_known(values, value) for value in op.operands]
                values[op.results[0]] = op.evaluate(*known)[0]
        found = as_array(values[self.quantizer.output]).astype(np.int64).reshape(sources[0].shape)
        return (
            (found + 1) >> 1
            if isinstance(element_of(self.quantizer.output), BipolarType)
            else found
        )


def _known(values: dict[SSAValue, Value], value: SSAValue) -> Value:
    if value in values:
        return values[value]
    constant = constant_of(value)
    assert constant is not None
    return constant


def parts_of(op: Operation) -> tuple[list[SSAValue], list[tuple[int, ...]]]:
    """The operands that vary with the image, and the shapes of those that are constant."""
    free = [value for value in op.operands if constant_of(value) is None]
    return free, [shape_of(value) for value in op.operands if value not in free]


def by_position(shapes: Iterable[Sequence[int]]) -> bool:
    """Whether a constant of such a shape may differ between positions, not only channels."""
    return any(prod(shape[:-1]) > 1 for shape in shapes)


def is_by_channel(op: QuantizeOp | DequantizeOp | ThresholdOp) -> bool:
    """Whether parameters differ along the last axis only, if at all."""
    if isinstance(op, ThresholdOp) or all(np.prod(shape_of(p)) == 1 for p in op.operands[1:]):
        return True
    rank = len(shape_of(op.x))
    return op.axis.value.data % rank == rank - 1


def chain_of(quantizer: Quantizer) -> Chain | str:
    """Walks back from a quantizer to the integers it depends on; says why where it can't."""
    ops: list[Elementwise] = []
    shape = shape_of(quantizer.x)
    if not is_by_channel(quantizer):
        return "its scale differs along an axis that is not the last, that of channels"
    if len(shape) < 2:
        return "its input has no axes of images and of channels"
    value = quantizer.x
    while True:
        source = dequantized(value)
        if source is not None and not is_by_channel(source):
            return f"{describe(source)} scales along an axis that is not the last"
        if source is not None:
            return Chain([source], ops[::-1], quantizer)
        owner = value.owner
        if not isinstance(owner, Elementwise):
            name = describe(owner) if isinstance(owner, Operation) else "an input of the network"
            return f"its input comes from {name}, which is not computed element by element"
        free, fixed = parts_of(owner)
        if any(shape_of(operand) != shape for operand in free):
            return f"{describe(owner)} changes the shape of its input"
        if by_position(fixed):
            return f"{describe(owner)} has a constant that differs between positions"
        ops.append(owner)
        if len(free) != 1:
            return _joined(free, ops[::-1], quantizer)
        value = free[0]


def _joined(
    free: Sequence[SSAValue], ops: Sequence[Elementwise], quantizer: Quantizer
) -> Chain | str:
    """A chain that starts where two tensors meet."""
    sources = [dequantized(value) for value in free]
    found = [source for source in sources if source is not None and is_uniform(source)]
    if len(found) != 2 or shape_of(found[0].x) != shape_of(found[1].x):
        return f"{describe(ops[0])} joins tensors that are not both dequantized by one scale"
    return Chain(found, ops, quantizer)


def bounds_of(value: SSAValue) -> tuple[Array, Array]:
    """The smallest and the largest integers that each channel of a value can hold.

    They are Python integers, which don't overflow.
    """
    owner, channels = value.owner, shape_of(value)[-1]
    if isinstance(owner, LinearOpBase) and is_quant(element_of(owner.x)):
        ends = accumulator_ranges(owner.x, owner.weights, owner.bias)
    elif isinstance(owner, AddOp) and (constant := constant_of(owner.rhs)) is not None:
        low, high = bounds_of(owner.lhs)
        rows = np.broadcast_to(constant, shape_of(value)).reshape(-1, channels)
        ends = (low + rows.min(0).astype(object), high + rows.max(0).astype(object))
    else:
        ends = tuple(np.array([end], object) for end in range_of(value))
    low, high = (np.broadcast_to(end, (channels,)) for end in ends)
    return low, high
