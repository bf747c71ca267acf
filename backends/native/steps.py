"""Steps over the memory of one image, one after another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.base import Shape, text_of
from ...qdialect.types import QuantType, shape_of
from ..netlist.names import unique_identifier
from .constants import Constants
from .loops import Loops, Source
from .region import Padding, Region
from .support import quant_of
from .tensors import NO_SIDES, Tensor, type_name


@dataclass(frozen=True)
class Step:
    """What is done between two tensors, as the body of a C++ function."""

    name: str
    comment: str
    lines: Sequence[str]
    reads: Sequence[Tensor]
    writes: Tensor


class Steps:
    """What has been planned so far: steps, and the tensors that they write."""

    def __init__(self, region: Region, constants: Constants):
        self.region = region
        self.constants = constants
        self.done: list[Step] = []
        self.names: set[str] = set()
        self.tensors: dict[SSAValue, Tensor] = {}
        self.count = 0

    def tensor(self, value: SSAValue, planes: int = 0) -> Tensor:
        """The new tensor of a value."""
        padding = self.region.paddings.get(value, Padding(NO_SIDES, 0))
        made = self.fresh(quant_of(value), shape_of(value), planes, padding)
        self.tensors[value] = made
        return made

    def fresh(
        self, element: QuantType, shape: Shape, planes: int = 0, padding: Padding | None = None
    ) -> Tensor:
        self.count += 1
        padding = padding or Padding(NO_SIDES, 0)
        return Tensor(
            element,
            shape,
            self.count - 1,
            planes=planes,
            border=padding.sides,
            fill=padding.fill,
        )

    def add(
        self, name: str, comment: str, lines: Iterable[str], reads: Sequence[Tensor], y: Tensor
    ) -> None:
        body = [*lines]
        if y.border != NO_SIDES:
            body += around(y)
        self.done.append(Step(unique_identifier(name, self.names), comment, body, reads, y))

    def describe(self, reads: Sequence[Tensor], y: Tensor) -> str:
        froms = ", ".join(f"{text_of(x.shape)} {x.element}" for x in reads)
        return f"{froms} -> {text_of(y.shape)} {y.element}"

    def operand(self, value: SSAValue) -> Tensor:
        """The tensor of a value; one that is known is written anew for each image."""
        if value not in self.tensors:
            y = self.tensor(value)
            source = self.source(value).along(y.shape, y.shape)
            lines = Loops.over(y.shape).each([source], y, "std::int64_t", "a")
            self.add("constant", f"a constant: {text_of(y.shape)}", lines, [], y)
        return self.tensors[value]

    def source(self, value: SSAValue) -> Source:
        """A value as a loop reads it."""
        if value in self.tensors:
            return Source.tensor(self.tensors[value])
        return Source.array(self.region.known[value], self.constants)


def around(y: Tensor) -> list[str]:
    """Fills the border of an image."""
    height, width, channels = y.stored_shape[1:]
    numbers = ", ".join(map(str, (height, width, channels, *y.border)))
    value = 0 if y.planes else y.fill - y.low
    of = type_name(y.dtype)
    return ["if (part.number == 0)", f"    border<{of}>({y.pointer}, {numbers}, {value});"]


def layer_name(op: QnnOp) -> str:
    return op.layer.data if op.layer is not None else op.name.partition(".")[2]
