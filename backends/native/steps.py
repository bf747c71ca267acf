"""Steps of a network, in the order in which they run for each image."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.base import Shape, text_of
from ...qdialect.types import QuantType, shape_of
from ..netlist.names import unique_identifier
from .analysis import Padding, StageAnalysis
from .constants import Constants
from .loops import LoopInput, Loops
from .support import quant_type_of
from .tensors import NO_SIDES, NativeTensor, type_name


@dataclass(frozen=True)
class Step:
    """A C++ function that computes one tensor from others."""

    name: str
    comment: str
    lines: Sequence[str]
    """The body."""
    reads: Sequence[NativeTensor]
    writes: NativeTensor


class StepList:
    """The steps planned so far, and the tensor of each value."""

    def __init__(self, analysis: StageAnalysis, constants: Constants):
        self.analysis = analysis
        self.constants = constants
        self.all: list[Step] = []
        self.names: set[str] = set()
        self.tensors: dict[SSAValue, NativeTensor] = {}
        self.tensor_count = 0

    def new_tensor(self, value: SSAValue, planes: int = 0) -> NativeTensor:
        """A new tensor that holds a value."""
        padding = self.analysis.paddings.get(value, Padding(NO_SIDES, 0))
        tensor = self.temporary(quant_type_of(value), shape_of(value), planes, padding)
        self.tensors[value] = tensor
        return tensor

    def temporary(
        self, element: QuantType, shape: Shape, planes: int = 0, padding: Padding | None = None
    ) -> NativeTensor:
        """A new tensor that holds no value of the network."""
        self.tensor_count += 1
        padding = padding or Padding(NO_SIDES, 0)
        return NativeTensor(
            element,
            shape,
            self.tensor_count - 1,
            planes=planes,
            border=padding.sides,
            fill=padding.fill,
        )

    def add(
        self,
        name: str,
        comment: str,
        lines: Iterable[str],
        reads: Sequence[NativeTensor],
        y: NativeTensor,
    ) -> None:
        """Adds a step that writes `y`, and its border if it has one."""
        body = [*lines]
        if y.border != NO_SIDES:
            body += fill_border(y)
        self.all.append(Step(unique_identifier(name, self.names), comment, body, reads, y))

    def describe(self, reads: Sequence[NativeTensor], y: NativeTensor) -> str:
        """A comment: the types of the tensors that a step reads and writes."""
        inputs = ", ".join(f"{text_of(x.shape)} {x.element}" for x in reads)
        return f"{inputs} -> {text_of(y.shape)} {y.element}"

    def operand(self, value: SSAValue) -> NativeTensor:
        """The tensor of a value; a constant gets a step that writes it for each image."""
        if value not in self.tensors:
            y = self.new_tensor(value)
            source = self.loop_input(value).broadcast(y.shape, y.shape)
            lines = Loops(y.shape).elementwise([source], y, "std::int64_t", "a")
            self.add("constant", f"a constant: {text_of(y.shape)}", lines, [], y)
        return self.tensors[value]

    def loop_input(self, value: SSAValue) -> LoopInput:
        """A value, or a constant, as an input of a loop."""
        if value in self.tensors:
            return LoopInput.tensor(self.tensors[value])
        return LoopInput.array(self.analysis.known[value], self.constants)


def fill_border(y: NativeTensor) -> list[str]:
    """C++ that fills the border of an image.

    Bits are filled with 0, which is -1 in a bipolar tensor and 0 in a ternary one:
    `is_read_as_bits` allows no other padding.
    """
    height, width, channels = y.stored_shape[1:]
    numbers = ", ".join(map(str, (height, width, channels, *y.border)))
    value = 0 if y.planes else y.fill - y.offset
    dtype = type_name(y.dtype)
    return ["if (part.number == 0)", f"    border<{dtype}>({y.pointer}, {numbers}, {value});"]


def layer_name(op: QnnOp) -> str:
    """The name of an op's layer, or that of the op if it has none."""
    return op.layer.data if op.layer is not None else op.name.partition(".")[2]
