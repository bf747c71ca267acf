"""Steps that move elements or compute them one by one: every op that is not a layer."""

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
from .analysis import StageAnalysis
from .expressions import compute_type, expression
from .loops import LoopInput, Loops, copy_loops
from .steps import StepList, layer_name
from .tensors import NO_SIDES, TensorView


class ElementSteps:
    """Adds the steps of ops that move elements or compute them one by one."""

    def __init__(self, analysis: StageAnalysis, steps: StepList):
        self.analysis = analysis
        self.steps = steps

    def reshape(self, op: ReshapeOp) -> None:
        """Another shape for the same memory, with a copy only where there is a border."""
        x = self.steps.tensors[op.x]
        shape = shape_of(op.output)
        if x.border == NO_SIDES and op.output not in self.analysis.paddings:
            self.steps.tensors[op.output] = TensorView(x, shape)
            return
        flat = self.steps.temporary(x.element, x.shape)
        if x.border != NO_SIDES:
            self.steps.add("flat", self.steps.describe([x], flat), copy_loops(x, flat), [x], flat)
            x = flat
        y = self.steps.new_tensor(op.output)
        reshaped = TensorView(x, shape)
        self.steps.add(layer_name(op), self.steps.describe([x], y), copy_loops(reshaped, y), [x], y)

    def concat_or_split(self, op: ConcatOp | SplitOp) -> None:
        """Copies each part into its place in the whole, or out of it."""
        whole = op.output if isinstance(op, ConcatOp) else op.x
        parts = op.inputs if isinstance(op, ConcatOp) else op.outputs
        axis = op.axis.value.data % len(shape_of(whole))
        joined = (
            self.steps.new_tensor(whole) if isinstance(op, ConcatOp) else self.steps.tensors[whole]
        )
        start = 0
        for value in parts:
            concat = isinstance(op, ConcatOp)
            part = self.steps.operand(value) if concat else self.steps.new_tensor(value)
            offset = start * joined.strides[axis]
            start += part.shape[axis]
            x, y = (part, joined) if concat else (joined, part)
            x_offset, y_offset = (0, offset) if concat else (offset, 0)
            lines = Loops(part.shape).copy(x, y, x_offset=x_offset, y_offset=y_offset)
            self.steps.add(layer_name(op), self.steps.describe([x], y), lines, [x], y)

    def rearrange(self, op: TransposeOp | SliceOp | PadOp | ResizeOp) -> None:
        """Copies elements with other strides, or to another offset."""
        x, y = self.steps.tensors[op.x], self.steps.new_tensor(op.output)
        loops = Loops(y.shape)
        match op:
            case TransposeOp():
                strides = [x.strides[axis] for axis in op.order.get_values()]
                lines = loops.copy(x, y, x_strides=strides)
            case SliceOp():
                offset = sum(a * b for a, b in zip(op.starts.get_values(), x.strides, strict=True))
                steps = op.steps.get_values()
                strides = [a * b for a, b in zip(steps, x.strides, strict=True)]
                lines = loops.copy(x, y, x_offset=offset, x_strides=strides)
            case PadOp():
                offset = sum(a * b for a, b in zip(op.low.get_values(), y.strides, strict=True))
                fill = loops.fill(y, op.value.value.data - y.offset)
                self.steps.add("fill", f"{text_of(y.shape)}, all elements equal", fill, [], y)
                lines = Loops(x.shape).copy(x, y, y_offset=offset)
            case ResizeOp():
                scales = op.scales.get_values()
                strides = [f" / {n} * {s}" for n, s in zip(scales, x.strides, strict=True)]
                lines = loops.copy(x, y, x_strides=strides)
        self.steps.add(layer_name(op), self.steps.describe([x], y), lines, [x], y)

    def elementwise(self, op: QnnOp) -> None:
        """Computes each element of the result from one element of each operand."""
        values = op.operands[:1] if isinstance(op, LookupOp) else op.operands
        y = self.steps.new_tensor(op.results[0])
        shape = y.shape
        inputs = [
            self.steps.loop_input(value).broadcast(shape, shape_of(value)) for value in values
        ]
        declarations = list[str]()
        if isinstance(op, LookupOp):
            (x,) = inputs
            if len(shape) > len(shape_of(op.x)):
                strides = [*self.steps.tensors[op.x].strides, 0]
                inputs = [LoopInput(x.pointer, strides, x.start, x.offset)]
            table = self.steps.constants.pointer(self.analysis.known[op.table])
            declarations = [f"const auto* table = {table};"]
        reads = [self.steps.tensors[value] for value in values if value in self.steps.tensors]
        lines = Loops(shape).elementwise(inputs, y, compute_type(op), expression(op), declarations)
        self.steps.add(layer_name(op), self.steps.describe(reads, y), lines, reads, y)
