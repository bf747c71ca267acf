"""Decides which ops become one step, and how each value of a stage is stored.

A value is stored with the padding that convolutions need around it, and as bits if every op that
reads it accepts bits. The addition of two scaled tensors is fused into the threshold that reads it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.elementwise import AddOp, MulOp
from ...qdialect.qnn.layout import ReshapeOp
from ...qdialect.qnn.linear import Conv2dOp, LinearOp
from ...qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.types import BipolarType, element_of, shape_of
from .support import KnownValues, needs_wide, quant_type_of
from .tensors import NO_SIDES, WORD_BITS, Sides


@dataclass(frozen=True)
class Padding:
    """Padding that is stored around a value."""

    sides: Sides
    fill: int

    def covers(self, sides: Sides, fill: int) -> bool:
        """Whether this padding is enough for an op that needs `sides` of `fill`."""
        return (fill == self.fill or not any(sides)) and all(
            a >= b for a, b in zip(self.sides, sides, strict=True)
        )


class StageAnalysis:
    """The ops of a stage, which of them are fused, and how their values are stored."""

    def __init__(self, ops: Sequence[QnnOp], outputs: Sequence[SSAValue], known: KnownValues):
        self.ops = ops
        self.members = set(ops)
        self.outputs = outputs
        self.known = known
        self.paddings = self.find_paddings()
        self.fused = set(self.fusible_adds())
        """Ops that are computed in the step of another op."""

    def uses(self, value: SSAValue) -> list[Operation]:
        """The ops of this stage that read a value."""
        return [use.operation for use in value.uses if use.operation in self.members]

    def only_use(self, value: SSAValue) -> Operation | None:
        """The op that reads a value, if it is the only one in any stage."""
        uses = self.uses(value)
        return uses[0] if len(uses) == 1 and value not in self.outputs else None

    def find_paddings(self) -> dict[SSAValue, Padding]:
        """The padding of each value: the fill of the first op that needs padding, and on each side
        the maximum of all ops that need the same fill. Other ops get a padded copy."""
        wanted: dict[SSAValue, Padding] = {}
        for op in self.ops:
            if not isinstance(op, Conv2dOp | SumPoolOp) or not any(op.pads.get_values()):
                continue
            fill, sides = fill_of(op), op.window.pads
            there = wanted.setdefault(op.x, Padding(sides, fill))
            if there.fill == fill:
                most = tuple(map(max, zip(there.sides, sides, strict=True)))
                wanted[op.x] = Padding((most[0], most[1], most[2], most[3]), fill)
        return wanted

    def bit_planes(self, value: SSAValue) -> int:
        """The number of bit planes of a value; 0 if an op that reads it needs numbers."""
        planes = required_planes(value)
        return planes if planes and self.is_read_as_bits(value, planes) else 0

    def is_read_as_bits(self, value: SSAValue, planes: int) -> bool:
        """Whether every op that reads a value accepts bits, and its padding is stored as zero
        bits."""
        padding, uses = self.paddings.get(value), self.uses(value)
        zeros = padding is None or padding.fill == (-1 if planes == 1 else 0)
        return (
            zeros
            and bool(uses)
            and value not in self.outputs
            and all(self.accepts_bits(op, value, planes) for op in uses)
        )

    def accepts_bits(self, op: Operation, value: SSAValue, planes: int) -> bool:
        match op:
            case Conv2dOp() | LinearOp():
                weights = self.known[op.weights]
                return (
                    -1 <= weights.min() <= weights.max() <= 1
                    and op.bias is None
                    and needs_wide(quant_type_of(op.output)) is False
                    and (isinstance(op, LinearOp) or self.reads_in_place(op, value))
                )
            case MaxPoolOp():
                return self.is_read_as_bits(op.output, planes)
            case ReshapeOp():
                before, after = shape_of(value)[-1:], shape_of(op.output)[-1:]
                whole = before == after or all(n and n[0] % WORD_BITS == 0 for n in (before, after))
                moves = value in self.paddings or op.output in self.paddings
                return whole and not moves and self.is_read_as_bits(op.output, planes)
            case _:
                return False

    def reads_in_place(self, op: Conv2dOp, value: SSAValue) -> bool:
        """Whether a convolution can read a value with its stored padding, without a copy."""
        padding = self.paddings.get(value, Padding(NO_SIDES, fill_of(op)))
        return op.groups.value.data == 1 and padding.covers(op.window.pads, fill_of(op))

    def fusible_adds(self) -> Iterable[QnnOp]:
        """Additions of two tensors that only a threshold reads, and the multiplications by a
        constant number that only such an addition reads."""
        for op in self.ops:
            if not isinstance(op, AddOp) or not isinstance(self.only_use(op.output), ThresholdOp):
                continue
            sides = (op.lhs, op.rhs)
            if needs_wide(quant_type_of(op.output)) is not False:
                continue
            if any(v in self.known or shape_of(v) != shape_of(op.output) for v in sides):
                continue
            yield op
            for side in sides:
                owner = side.owner
                if isinstance(owner, MulOp) and self.only_use(side) is op and owner in self.members:
                    found = factor_of(owner, self.known)
                    if found is not None and shape_of(found[0]) == shape_of(side):
                        yield owner


def fill_of(op: Conv2dOp | SumPoolOp) -> int:
    return op.pad_value.value.data if isinstance(op, Conv2dOp) else 0


def required_planes(value: SSAValue) -> int:
    """The number of bit planes that represent a value: 1 if bipolar, 2 if ternary, 0 if neither."""
    element, op = element_of(value), value.owner
    if isinstance(element, BipolarType):
        return 1 if isinstance(op, ThresholdOp) or not isinstance(op, Operation) else 0
    if isinstance(op, ThresholdOp) and op.offset.value.data == -1:
        return 2 if shape_of(op.thresholds)[1] == 2 else 0
    return 0


def factor_of(op: MulOp, known: KnownValues) -> tuple[SSAValue, int] | None:
    """The value that an op multiplies by a single constant number, and the number."""
    for value, factor in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
        if factor in known and known[factor].size == 1 and value not in known:
            return value, int(known[factor].reshape(-1)[0])
    return None
