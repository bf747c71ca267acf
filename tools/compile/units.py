"""Units of a design's ports: the real numbers of the network that their integers represent."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.layout import MoveOp
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.stream import DesignOp, RunOp


@dataclass(frozen=True)
class Unit:
    """A real number of the network is `(number - zero) * scale`; one scale, or one per channel."""

    scale: list[float]
    zero: list[int]

    def formula(self, port: str) -> str:
        """The formula of a port in Markdown, for the README of a project."""
        several = len(self.scale) > 1
        zero = "zero" if len(self.zero) > 1 else next(iter(self.zero), 0)
        scale = "scale" if several else f"{self.scale[0]:.9g}"
        number = f"(number - {zero})" if zero else "number"
        warning = (
            ", with the scale of its channel from `build.json`: **compare channels only after "
            "scaling**, because the largest number need not be the largest score"
        )
        formula = f"`{port}`: a real number of the network is `{number} * {scale}`"
        return f"{formula}{warning}" if several else formula


def units_of(module: ModuleOp, design: DesignOp) -> list[Unit | None]:
    """The units of a design's inputs and results; None where the network does not quantize them."""
    for op in module.walk():
        if isinstance(op, RunOp) and op.design.string_value() == design.sym_name.data:
            return [*map(_unit_of_frame, op.frames), *map(_unit_of_result, op.results_)]
    return [None] * (len(design.sources) + len(design.sinks))


def _unit_of_frame(value: SSAValue) -> Unit | None:
    """The unit of a value that a design reads."""
    op = value.owner
    while isinstance(op, MoveOp):
        op = op.x.owner
    return _unit(op) if isinstance(op, QuantizeOp) else None


def _unit_of_result(value: SSAValue) -> Unit | None:
    """The unit of a value that a design writes."""
    readers = [use.operation for use in value.uses]
    if len(readers) != 1:
        return None
    (op,) = readers
    return _unit_of_result(op.output) if isinstance(op, MoveOp) else _unit(op)


def _unit(op: object) -> Unit | None:
    if not isinstance(op, QuantizeOp | DequantizeOp):
        return None
    scale = constant_of(op.scale)
    zero = None if op.zero_point is None else constant_of(op.zero_point)
    if scale is None or (op.zero_point is not None and zero is None):
        return None
    return Unit(_as_floats(scale), [] if zero is None else [int(n) for n in zero.reshape(-1)])


def _as_floats(array: Array) -> list[float]:
    return [float(n) for n in array.reshape(-1)]
