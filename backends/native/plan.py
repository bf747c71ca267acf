"""Plans a stage: its ops become steps, and its tensors get places in memory.

A linear op and the thresholds that read it are one step; so are the scaled addition of two tensors
and its thresholds. A reshape is no step at all unless it must copy. Every other op is a loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from ...qdialect.qnn.base import text_of
from ...qdialect.types import BipolarType, shape_of
from .analysis import StageAnalysis
from .constants import KnownValues
from .layers import pack_input_signs
from .loops import copy_loops
from .ops import add_steps
from .processor import InstructionSet
from .stages import Stage
from .steps import Step, StepList
from .tensors import (
    Lifetime,
    MemorySpace,
    NativeTensor,
    TensorView,
    allocate_arena,
    quant_type_of,
)


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


def plan_stage(stage: Stage, known: KnownValues, level: InstructionSet) -> NativePlan:
    """The plan of a stage, whose ops are planned in their order."""
    analysis = StageAnalysis(stage.ops, stage.outputs, known)
    steps = StepList(analysis, level)
    inputs = [add_input(value, number, steps) for number, value in enumerate(stage.inputs)]
    for op in stage.ops:
        if op not in analysis.fused:
            add_steps(op, steps)
    outputs = [add_output(value, number, steps) for number, value in enumerate(stage.outputs)]
    offsets, size = allocate_arena(lifetimes(steps.all))
    return NativePlan(steps.all, inputs, outputs, offsets, size, bytes(steps.constants.bytes))


def add_input(value: SSAValue, number: int, steps: StepList) -> NativeTensor:
    """An input, and the step that copies it into the arena."""
    element = quant_type_of(value)
    tensor = NativeTensor(element, shape_of(value), number, MemorySpace.INPUT)
    if isinstance(element, BipolarType) and steps.analysis.bit_planes(value) == 1:
        pack_input_signs(tensor, value, steps)
    else:
        y = steps.new_tensor(value)
        steps.add("input", copy_loops(tensor, y), [tensor], y, f"an input: {text_of(y.shape)}")
    return tensor


def add_output(value: SSAValue, number: int, steps: StepList) -> NativeTensor:
    """A result, and the step that copies it out of the arena."""
    x = steps.tensors[value]
    tensor = NativeTensor(quant_type_of(value), shape_of(value), number, MemorySpace.OUTPUT)
    steps.add("output", copy_loops(x, tensor), [x], tensor, f"a result: {text_of(x.shape)}")
    return tensor


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
