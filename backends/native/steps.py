"""Steps over the memory of one image, one after another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.base import Shape, text_of
from ...qdialect.types import QuantType, shape_of
from ..netlist.names import identifier
from .constants import Constants
from .loops import Loops, LoopInput
from .region import Padding, StageAnalysis
from .support import quant_type_of
from .tensors import NO_SIDES, NativeTensor, type_name


@dataclass(frozen=True)
class Step:
    """What is done between two tensors, as the body of a C++ function."""

    name: str
    comment: str
    lines: Sequence[str]
    reads: Sequence[NativeTensor]
    writes: NativeTensor


class StepList:
    """What has been planned so far: steps, and the tensors that they write."""

    def __init__(self, region: StageAnalysis, constants: Constants):
        self.region = region
        self.constants = constants
        self.all: list[Step] = []
        self.names: set[str] = set()
        self.tensors: dict[SSAValue, NativeTensor] = {}
        self.count = 0

    def new_tensor(self, value: SSAValue, planes: int = 0) -> NativeTensor:
        """The new tensor of a value."""
        padding = self.region.paddings.get(value, Padding(NO_SIDES, 0))
        made = self.temporary(quant_type_of(value), shape_of(value), planes, padding)
        self.tensors[value] = made
        return made

    def temporary(
        self, element: QuantType, shape: Shape, planes: int = 0, padding: Padding | None = None
    ) -> NativeTensor:
        self.count += 1
        padding = padding or Padding(NO_SIDES, 0)
        return NativeTensor(
            element,
            shape,
            self.count - 1,
            planes=planes,
            border=padding.sides,
            fill=padding.fill,
        )

    def add(
        self, name: str, comment: str, lines: Iterable[str], reads: Sequence[NativeTensor], y: NativeTensor
    ) -> None:
        body = [*lines]
        if y.border != NO_SIDES:
            body += fill_border(y)
        self.all.append(Step(identifier(name, self.names), comment, body, reads, y))

    def describe(self, reads: Sequence[NativeTensor], y: NativeTensor) -> str:
        froms = ", ".join(f"{text_of(x.shape)} {x.element}" for x in reads)
        return f"{froms} -> {text_of(y.shape)} {y.element}"

    def operand(self, value: SSAValue) -> NativeTensor:
        """The tensor of a value; one that is known is written anew for each image."""
        if value not in self.tensors:
            y = self.new_tensor(value)
            source = self.loop_input(value).broadcast(y.shape, y.shape)
            lines = Loops.over(y.shape).elementwise([source], y, "std::int64_t", "a")
            self.add("constant", f"a constant: {text_of(y.shape)}", lines, [], y)
        return self.tensors[value]

    def loop_input(self, value: SSAValue) -> LoopInput:
        """A value as a loop reads it."""
        if value in self.tensors:
            return LoopInput.tensor(self.tensors[value])
        return LoopInput.array(self.region.known[value], self.constants)


def fill_border(y: NativeTensor) -> list[str]:
    """Fills the border of an image."""
    height, width, channels = y.stored_shape[1:]
    numbers = ", ".join(map(str, (height, width, channels, *y.border)))
    value = 0 if y.planes else y.fill - y.zero_point
    of = type_name(y.dtype)
    return ["if (part.number == 0)", f"    border<{of}>({y.pointer}, {numbers}, {value});"]


def layer_name(op: QnnOp) -> str:
    return op.layer.data if op.layer is not None else op.name.partition(".")[2]
