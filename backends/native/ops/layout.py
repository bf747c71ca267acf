"""Ops that move elements: copies with other strides, or from or to an offset."""

from ....qdialect.qnn.base import text_of
from ....qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from ....qdialect.types import shape_of
from ..analysis import StageAnalysis, accepts_bits
from ..loops import Loops, copy_loops
from ..steps import StepList, add_steps, layer_name
from ..tensors import NO_SIDES, WORD_BITS, TensorView


@accepts_bits.register
def reshape_accepts_bits(op: ReshapeOp, planes: int, analysis: StageAnalysis) -> bool:
    before, after = shape_of(op.x)[-1:], shape_of(op.output)[-1:]
    whole = before == after or all(n and n[0] % WORD_BITS == 0 for n in (before, after))
    moves = op.x in analysis.paddings or op.output in analysis.paddings
    return whole and not moves and analysis.is_read_as_bits(op.output, planes)


@add_steps.register
def add_reshape(op: ReshapeOp, steps: StepList) -> None:
    """Another shape for the same memory, with a copy only where there is a border."""
    x = steps.tensors[op.x]
    shape = shape_of(op.output)
    if x.border == NO_SIDES and op.output not in steps.analysis.paddings:
        steps.tensors[op.output] = TensorView(x, shape)
        return
    flat = steps.temporary(x.element, x.shape)
    if x.border != NO_SIDES:
        steps.add("flat", copy_loops(x, flat), [x], flat)
        x = flat
    y = steps.new_tensor(op.output)
    steps.add(layer_name(op), copy_loops(TensorView(x, shape), y), [x], y)


@add_steps.register
def add_concat(op: ConcatOp, steps: StepList) -> None:
    """Copies each part into its place in the whole."""
    y = steps.new_tensor(op.output)
    axis, offset = op.axis.value.data % len(y.shape), 0
    for value in op.inputs:
        x = steps.operand(value)
        steps.add(layer_name(op), Loops(x.shape).copy(x, y, y_offset=offset), [x], y)
        offset += x.shape[axis] * y.strides[axis]


@add_steps.register
def add_split(op: SplitOp, steps: StepList) -> None:
    """Copies each part out of its place in the whole."""
    x = steps.tensors[op.x]
    axis, offset = op.axis.value.data % len(x.shape), 0
    for value in op.outputs:
        y = steps.new_tensor(value)
        steps.add(layer_name(op), Loops(y.shape).copy(x, y, x_offset=offset), [x], y)
        offset += y.shape[axis] * x.strides[axis]


@add_steps.register
def add_transpose(op: TransposeOp, steps: StepList) -> None:
    x, y = steps.tensors[op.x], steps.new_tensor(op.output)
    strides = [x.strides[axis] for axis in op.order.get_values()]
    steps.add(layer_name(op), Loops(y.shape).copy(x, y, x_strides=strides), [x], y)


@add_steps.register
def add_slice(op: SliceOp, steps: StepList) -> None:
    x, y = steps.tensors[op.x], steps.new_tensor(op.output)
    offset = sum(a * b for a, b in zip(op.starts.get_values(), x.strides, strict=True))
    strides = [a * b for a, b in zip(op.steps.get_values(), x.strides, strict=True)]
    lines = Loops(y.shape).copy(x, y, x_offset=offset, x_strides=strides)
    steps.add(layer_name(op), lines, [x], y)


@add_steps.register
def add_pad(op: PadOp, steps: StepList) -> None:
    """Fills the result, and copies the input into its middle."""
    x, y = steps.tensors[op.x], steps.new_tensor(op.output)
    offset = sum(a * b for a, b in zip(op.low.get_values(), y.strides, strict=True))
    fill = Loops(y.shape).fill(y, op.value.value.data - y.offset)
    steps.add("fill", fill, [], y, f"{text_of(y.shape)}, all elements equal")
    steps.add(layer_name(op), Loops(x.shape).copy(x, y, y_offset=offset), [x], y)


@add_steps.register
def add_resize(op: ResizeOp, steps: StepList) -> None:
    x, y = steps.tensors[op.x], steps.new_tensor(op.output)
    scales = op.scales.get_values()
    strides = [f" / {n} * {s}" for n, s in zip(scales, x.strides, strict=True)]
    steps.add(layer_name(op), Loops(y.shape).copy(x, y, x_strides=strides), [x], y)
