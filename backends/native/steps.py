"""Steps of a network, in the order in which they run for each image."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatch

from xdsl.ir import SSAValue

from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.base import Shape, text_of
from ...qdialect.types import QuantType, shape_of
from ..netlist.names import unique_identifier
from .analysis import NO_PADDING, Padding, StageAnalysis
from .constants import Constants
from .loops import LoopInput, Loops
from .processor import InstructionSet
from .products import KernelSelector
from .tensors import NO_SIDES, NativeTensor, quant_type_of, type_name


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

    def __init__(self, analysis: StageAnalysis, level: InstructionSet):
        self.analysis = analysis
        self.known = analysis.known
        self.constants = Constants()
        self.kernels = KernelSelector(self.constants, level)
        self.all: list[Step] = []
        self.names: set[str] = set()
        self.tensors: dict[SSAValue, NativeTensor] = {}
        self.tensor_count = 0

    def new_tensor(self, value: SSAValue, planes: int = 0) -> NativeTensor:
        """A new tensor that holds a value."""
        padding = self.analysis.paddings.get(value, NO_PADDING)
        tensor = self.temporary(quant_type_of(value), shape_of(value), planes, padding)
        self.tensors[value] = tensor
        return tensor

    def temporary(
        self, element: QuantType, shape: Shape, planes: int = 0, padding: Padding = NO_PADDING
    ) -> NativeTensor:
        """A new tensor that holds no value of the network."""
        number, border, fill = self.tensor_count, padding.sides, padding.fill
        self.tensor_count += 1
        return NativeTensor(element, shape, number, planes=planes, border=border, fill=fill)

    def add(
        self,
        name: str,
        lines: Iterable[str],
        reads: Sequence[NativeTensor],
        y: NativeTensor,
        comment: str | None = None,
    ) -> None:
        """Adds a step that writes `y`, and its border if it has one. The default comment is the
        types of the tensors that it reads and writes."""
        body = [*lines]
        if y.border != NO_SIDES:
            body += fill_border(y)
        inputs = ", ".join(f"{text_of(x.shape)} {x.element}" for x in reads)
        comment = comment or f"{inputs} -> {text_of(y.shape)} {y.element}"
        self.all.append(Step(unique_identifier(name, self.names), comment, body, reads, y))

    def operand(self, value: SSAValue) -> NativeTensor:
        """The tensor of a value; a constant gets a step that writes it for each image."""
        if value not in self.tensors:
            y = self.new_tensor(value)
            source = self.loop_input(value).broadcast(y.shape, y.shape)
            lines = Loops(y.shape).elementwise([source], y, "std::int64_t", "a")
            self.add("constant", lines, [], y, f"a constant: {text_of(y.shape)}")
        return self.tensors[value]

    def loop_input(self, value: SSAValue) -> LoopInput:
        """A value, or a constant, as an input of a loop."""
        if value in self.tensors:
            return LoopInput.tensor(self.tensors[value])
        return LoopInput.array(self.known[value], self.constants)


@singledispatch
def add_steps(op: QnnOp, steps: StepList) -> None:
    """Adds the steps of an op. numpy computes the ops for which no function is registered."""
    raise AssertionError(f"{op.name} has no native steps")


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
