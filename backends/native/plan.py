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
from .layers import Layers
from .loops import moved
from .moves import Moves
from .processor import Level
from .region import Region
from .steps import Step, Steps
from .support import Known, quant_of
from .tensors import Place, Tensor, View, place_all


@dataclass(frozen=True)
class Plan:
    """All that a library is made of."""

    steps: Sequence[Step]
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    offsets: dict[Tensor, int]
    arena: int
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
        level: Level,
    ):
        self.region = Region(ops, outputs, known)
        self.steps = Steps(self.region, Constants())
        self.layers = Layers(self.region, self.steps, level)
        self.moves = Moves(self.region, self.steps)
        self.inputs = [self.input(value, number) for number, value in enumerate(inputs)]

    def plan(self) -> Plan:
        """Of all ops."""
        for op in self.region.ops:
            if op not in self.region.absorbed:
                self.take(op)
        results = [self.output(value, number) for number, value in enumerate(self.region.outputs)]
        lives = [
            (tensor, first, last)
            for tensor, (first, last) in lifetimes(self.steps.done).items()
            if tensor.place is Place.ARENA
        ]
        offsets, size = place_all(lives)
        constants = bytes(self.steps.constants.bytes)
        return Plan(self.steps.done, self.inputs, results, offsets, size, constants)

    def input(self, value: SSAValue, number: int) -> Tensor:
        """An input, which a first step takes over."""
        given = Tensor(quant_of(value), shape_of(value), number, Place.INPUT)
        if self.region.as_bits(value) == 1 and isinstance(quant_of(value), BipolarType):
            self.layers.signs(given, value)
        else:
            y = self.steps.tensor(value)
            self.steps.add("input", f"an input: {text_of(y.shape)}", moved(given, y), [given], y)
        return given

    def output(self, value: SSAValue, number: int) -> Tensor:
        """A result, which a last step hands over."""
        x = self.steps.tensors[value]
        given = Tensor(quant_of(value), shape_of(value), number, Place.OUTPUT)
        lines = moved(x, given)
        self.steps.add("output", f"a result: {text_of(x.shape)}", lines, [x], given)
        return given

    def take(self, op: QnnOp) -> None:
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
                self.moves.join_or_cut(op)
            case TransposeOp() | SliceOp() | PadOp() | ResizeOp():
                self.moves.rearrange(op)
            case _:
                self.moves.each(op)


def lifetimes(steps: Sequence[Step]) -> dict[Tensor, tuple[int, int]]:
    """The first and the last step that each tensor takes part in."""
    lives: dict[Tensor, tuple[int, int]] = {}
    for number, step in enumerate(steps):
        for tensor in (*step.reads, step.writes):
            base = tensor.base if isinstance(tensor, View) else tensor
            lives[base] = (lives.get(base, (number, 0))[0], number)
    return lives
