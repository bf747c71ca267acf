"""Plans a stage: its ops become steps, and its tensors get places in memory.

A linear op and the thresholds that read it are one step; so are the scaled addition of two tensors
and its thresholds. A reshape is no step at all unless it must copy. Every other op is a loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

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
from ...qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp
from ...qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.types import BipolarType, shape_of
from .analysis import StageAnalysis
from .constants import Constants
from .elements import ElementSteps
from .layers import LayerSteps
from .loops import copy_loops
from .processor import InstructionSet
from .steps import Step, StepList
from .support import KnownValues, quant_type_of
from .tensors import Lifetime, MemorySpace, NativeTensor, TensorView, allocate_arena


@dataclass(frozen=True)
class NativePlan:
    """The steps of a stage, and the memory that they need."""

    steps: Sequence[Step]
    inputs: Sequence[NativeTensor]
    outputs: Sequence[NativeTensor]
    offsets: dict[NativeTensor, int]
    """Where each tensor is in the arena, in bytes."""
    arena_bytes: int
    """The size of the arena of one image."""
    constants: bytes


class Planner:
    """Plans ops in their order."""

    def __init__(
        self,
        ops: Sequence[QnnOp],
        inputs: Sequence[SSAValue],
        outputs: Sequence[SSAValue],
        known: KnownValues,
        level: InstructionSet,
    ):
        self.analysis = StageAnalysis(ops, outputs, known)
        self.steps = StepList(self.analysis, Constants())
        self.layers = LayerSteps(self.analysis, self.steps, level)
        self.elements = ElementSteps(self.analysis, self.steps)
        self.inputs = [self.input(value, number) for number, value in enumerate(inputs)]

    def plan(self) -> NativePlan:
        """The plan of all ops."""
        for op in self.analysis.ops:
            if op not in self.analysis.fused:
                self.add_steps(op)
        results = [self.output(value, number) for number, value in enumerate(self.analysis.outputs)]
        offsets, size = allocate_arena(lifetimes(self.steps.all))
        constants = bytes(self.steps.constants.bytes)
        return NativePlan(self.steps.all, self.inputs, results, offsets, size, constants)

    def input(self, value: SSAValue, number: int) -> NativeTensor:
        """An input, and the step that copies it into the arena."""
        tensor = NativeTensor(quant_type_of(value), shape_of(value), number, MemorySpace.INPUT)
        if self.analysis.bit_planes(value) == 1 and isinstance(quant_type_of(value), BipolarType):
            self.layers.pack_input_signs(tensor, value)
        else:
            y = self.steps.new_tensor(value)
            self.steps.add(
                "input", f"an input: {text_of(y.shape)}", copy_loops(tensor, y), [tensor], y
            )
        return tensor

    def output(self, value: SSAValue, number: int) -> NativeTensor:
        """A result, and the step that copies it out of the arena."""
        x = self.steps.tensors[value]
        tensor = NativeTensor(quant_type_of(value), shape_of(value), number, MemorySpace.OUTPUT)
        lines = copy_loops(x, tensor)
        self.steps.add("output", f"a result: {text_of(x.shape)}", lines, [x], tensor)
        return tensor

    def add_steps(self, op: QnnOp) -> None:
        """Adds the steps of an op."""
        match op:
            case Conv2dOp() | LinearOp():
                self.layers.linear(op)
            case ConvTranspose2dOp():
                self.layers.transposed(op)
            case SumPoolOp():
                self.layers.sum_pool(op)
            case MaxPoolOp():
                self.layers.max_pool(op)
            case ThresholdOp():
                self.layers.threshold(op)
            case ReshapeOp():
                self.elements.reshape(op)
            case ConcatOp() | SplitOp():
                self.elements.concat_or_split(op)
            case TransposeOp() | SliceOp() | PadOp() | ResizeOp():
                self.elements.rearrange(op)
            case _:
                self.elements.elementwise(op)


def lifetimes(steps: Sequence[Step]) -> list[Lifetime]:
    """The first and the last step that reads or writes each tensor of the arena."""
    lives: dict[NativeTensor, Lifetime] = {}
    for number, step in enumerate(steps):
        for tensor in (*step.reads, step.writes):
            base = tensor.base if isinstance(tensor, TensorView) else tensor
            if base.space is MemorySpace.ARENA:
                first = lives[base].first if base in lives else number
                lives[base] = Lifetime(base, first, number)
    return list(lives.values())
