"""What the numbers at a design's ports stand for in its network."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from ..qdialect.data import Array
from ..qdialect.qnn.constants import constant_of
from ..qdialect.qnn.layout import MoveOp
from ..qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ..qdialect.stream import DesignOp, RunOp


@dataclass(frozen=True)
class Unit:
    """A network's real number is `(number - zero) * scale`: one scale for all, or one a channel."""

    scale: list[float]
    zero: list[int]

    def told(self, port: str) -> str:
        """For the README of a project."""
        several = len(self.scale) > 1
        zero = "zero" if len(self.zero) > 1 else next(iter(self.zero), 0)
        scale = "scale" if several else f"{self.scale[0]:.9g}"
        number = f"(number - {zero})" if zero else "number"
        warning = (
            ", with the scale of its channel, which is in `build.json`: **compare channels after "
            "that**, since the largest number need not be the largest score"
        )
        formula = f"`{port}`: a real number of the network is `{number} * {scale}`"
        return f"{formula}{warning}" if several else formula


def units_of(module: ModuleOp, design: DesignOp) -> list[Unit | None]:
    """Those of the inputs of a design and of its results, where the network has them beside it."""
    for op in module.walk():
        if isinstance(op, RunOp) and op.design.string_value() == design.sym_name.data:
            return [*map(_made, op.frames), *map(_read, op.results_)]
    return [None] * (len(design.sources) + len(design.sinks))


def _made(value: SSAValue) -> Unit | None:
    """The unit in which a design is given numbers."""
    op = value.owner
    while isinstance(op, MoveOp):
        op = op.x.owner
    return _unit(op) if isinstance(op, QuantizeOp) else None


def _read(value: SSAValue) -> Unit | None:
    """The unit in which the results of a design are read."""
    readers = [use.operation for use in value.uses]
    if len(readers) != 1:
        return None
    (op,) = readers
    return _read(op.output) if isinstance(op, MoveOp) else _unit(op)


def _unit(op: object) -> Unit | None:
    if not isinstance(op, QuantizeOp | DequantizeOp):
        return None
    scale = constant_of(op.scale)
    zero = None if op.zero_point is None else constant_of(op.zero_point)
    if scale is None or (op.zero_point is not None and zero is None):
        return None
    return Unit(numbers(scale), [] if zero is None else [int(n) for n in zero.reshape(-1)])


def numbers(array: Array) -> list[float]:
    return [float(n) for n in array.reshape(-1)]
