"""The plan of a network: its integer ops as steps over the memory of one image.

A linear op and the thresholds behind it are one step; so are two tensors that are scaled and added
up. What only gives a tensor another shape is no step at all. Everything else is a loop.
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
from .constants import Constants
from .layers import LayerSteps
from .loops import copy_loops
from .moves import ElementSteps
from .processor import InstructionSet
from .region import StageAnalysis
from .steps import Step, StepList
from .support import Known, quant_type_of
from .tensors import MemorySpace, NativeTensor, TensorView, allocate_arena


@dataclass(frozen=True)
class NativePlan:
    """All that a library is made of."""

    steps: Sequence[Step]
    inputs: Sequence[NativeTensor]
    outputs: Sequence[NativeTensor]
    offsets: dict[NativeTensor, int]
    arena_bytes: int
    """The bytes of one image."""
    constants: bytes


class Planner:
    """Makes the plan of some ops, in their order."""

    def __init__(
        self,
        ops: Sequence[QnnOp],
        inputs: Sequence[SSAValue],
        outputs: Sequence[SSAValue],
        known: Known,
        level: InstructionSet,
    ):
        self.region = StageAnalysis(ops, outputs, known)
        self.steps = StepList(self.region, Constants())
        self.layers = LayerSteps(self.region, self.steps, level)
        self.moves = ElementSteps(self.region, self.steps)
        self.inputs = [self.input(value, number) for number, value in enumerate(inputs)]

    def plan(self) -> NativePlan:
        """Of all ops."""
        for op in self.region.ops:
            if op not in self.region.fused:
                self.add_steps(op)
        results = [self.output(value, number) for number, value in enumerate(self.region.outputs)]
        lives = [
            (tensor, first, last)
            for tensor, (first, last) in lifetimes(self.steps.all).items()
            if tensor.space is MemorySpace.ARENA
        ]
        offsets, size = allocate_arena(lives)
        constants = bytes(self.steps.constants.bytes)
        return NativePlan(self.steps.all, self.inputs, results, offsets, size, constants)

    def input(self, value: SSAValue, number: int) -> NativeTensor:
        """An input, which a first step takes over."""
        given = NativeTensor(quant_type_of(value), shape_of(value), number, MemorySpace.INPUT)
        if self.region.bit_planes(value) == 1 and isinstance(quant_type_of(value), BipolarType):
            self.layers.pack_input_signs(given, value)
        else:
            y = self.steps.new_tensor(value)
            self.steps.add("input", f"an input: {text_of(y.shape)}", copy_loops(given, y), [given], y)
        return given

    def output(self, value: SSAValue, number: int) -> NativeTensor:
        """A result, which a last step hands over."""
        x = self.steps.tensors[value]
        given = NativeTensor(quant_type_of(value), shape_of(value), number, MemorySpace.OUTPUT)
        lines = copy_loops(x, given)
        self.steps.add("output", f"a result: {text_of(x.shape)}", lines, [x], given)
        return given

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
                self.moves.reshape(op)
            case ConcatOp() | SplitOp():
                self.moves.concat_or_split(op)
            case TransposeOp() | SliceOp() | PadOp() | ResizeOp():
                self.moves.rearrange(op)
            case _:
                self.moves.elementwise(op)


def lifetimes(steps: Sequence[Step]) -> dict[NativeTensor, tuple[int, int]]:
    """The first and the last step that each tensor takes part in."""
    lives: dict[NativeTensor, tuple[int, int]] = {}
    for number, step in enumerate(steps):
        for tensor in (*step.reads, step.writes):
            base = tensor.base if isinstance(tensor, TensorView) else tensor
            lives[base] = (lives.get(base, (number, 0))[0], number)
    return lives
