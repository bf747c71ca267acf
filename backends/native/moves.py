"""Elements that move, and functions of single ones: everything that is no layer."""

from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.base import text_of
from ...qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.types import shape_of
from .expressions import expression, compute_type
from .loops import Loops, LoopInput, copy_loops
from .region import StageAnalysis
from .steps import StepList, layer_name
from .tensors import NO_SIDES, TensorView


class ElementSteps:
    """Adds the steps of ops on elements."""

    def __init__(self, region: StageAnalysis, steps: StepList):
        self.region = region
        self.steps = steps

    def reshape(self, op: ReshapeOp) -> None:
        x = self.steps.tensors[op.x]
        shape = shape_of(op.output)
        if x.border == NO_SIDES and op.output not in self.region.paddings:
            self.steps.tensors[op.output] = TensorView(x, shape)
            return
        flat = self.steps.temporary(x.element, x.shape)
        if x.border != NO_SIDES:
            self.steps.add("flat", self.steps.describe([x], flat), copy_loops(x, flat), [x], flat)
            x = flat
        y = self.steps.new_tensor(op.output)
        again = TensorView(x, shape)
        self.steps.add(layer_name(op), self.steps.describe([x], y), copy_loops(again, y), [x], y)

    def concat_or_split(self, op: ConcatOp | SplitOp) -> None:
        """Boxes of one tensor that are others."""
        whole = op.output if isinstance(op, ConcatOp) else op.x
        parts = op.inputs if isinstance(op, ConcatOp) else op.outputs
        axis = op.axis.value.data % len(shape_of(whole))
        big = self.steps.new_tensor(whole) if isinstance(op, ConcatOp) else self.steps.tensors[whole]
        start = 0
        for value in parts:
            joins = isinstance(op, ConcatOp)
            small = self.steps.operand(value) if joins else self.steps.new_tensor(value)
            skip = start * big.strides[axis]
            start += small.shape[axis]
            x, y = (small, big) if joins else (big, small)
            lines = Loops.over(small.shape).copy(
                x, y, at_x=0 if joins else skip, at_y=skip if joins else 0
            )
            self.steps.add(layer_name(op), self.steps.describe([x], y), lines, [x], y)

    def rearrange(self, op: TransposeOp | SliceOp | PadOp | ResizeOp) -> None:
        x, y = self.steps.tensors[op.x], self.steps.new_tensor(op.output)
        loops = Loops.over(y.shape)
        match op:
            case TransposeOp():
                strides = [x.strides[axis] for axis in op.order.get_values()]
                lines = loops.copy(x, y, strides_x=strides)
            case SliceOp():
                at = sum(a * b for a, b in zip(op.starts.get_values(), x.strides, strict=True))
                steps = op.steps.get_values()
                strides = [a * b for a, b in zip(steps, x.strides, strict=True)]
                lines = loops.copy(x, y, at_x=at, strides_x=strides)
            case PadOp():
                at = sum(a * b for a, b in zip(op.low.get_values(), y.strides, strict=True))
                fill = loops.fill(y, op.value.value.data - y.zero_point)
                self.steps.add("fill", f"{text_of(y.shape)} of one value", fill, [], y)
                lines = Loops.over(x.shape).copy(x, y, at_y=at)
            case ResizeOp():
                scales = op.scales.get_values()
                strides = [f" / {n} * {s}" for n, s in zip(scales, x.strides, strict=True)]
                lines = loops.copy(x, y, strides_x=strides)
        self.steps.add(layer_name(op), self.steps.describe([x], y), lines, [x], y)

    def elementwise(self, op: QnnOp) -> None:
        """Element by element."""
        values = op.operands[:1] if isinstance(op, LookupOp) else op.operands
        y = self.steps.new_tensor(op.results[0])
        shape = y.shape
        sources = [self.steps.loop_input(value).broadcast(shape, shape_of(value)) for value in values]
        heads = list[str]()
        if isinstance(op, LookupOp):
            (x,) = sources
            if len(shape) > len(shape_of(op.x)):
                strides = [*self.steps.tensors[op.x].strides, 0]
                sources = [LoopInput(x.pointer, strides, x.start, x.low)]
            heads = [
                f"const auto* table = {self.steps.constants.pointer(self.region.known[op.table])};"
            ]
        reads = [self.steps.tensors[value] for value in values if value in self.steps.tensors]
        lines = Loops.over(shape).elementwise(sources, y, compute_type(op), expression(op), heads)
        self.steps.add(layer_name(op), self.steps.describe(reads, y), lines, reads, y)
