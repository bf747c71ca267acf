"""Decides which ops become one step, and how each value of a stage is stored.

A value is stored with the padding that convolutions need around it, and as bits if every op that
reads it accepts bits. The modules of `ops` register for each kind of op the
functions at the end of this file, on which these decisions depend.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatch

from xdsl.ir import Operation, SSAValue

from ...qdialect.qnn import QnnOp
from ...qdialect.types import BipolarType, element_of
from .constants import KnownValues
from .tensors import NO_SIDES, Sides


@dataclass(frozen=True)
class Padding:
    """Padding that is stored around a value."""

    sides: Sides
    fill: int

    def covers(self, needed: "Padding") -> bool:
        """Whether this padding is enough for an op."""
        return (needed.fill == self.fill or not any(needed.sides)) and all(
            a >= b for a, b in zip(self.sides, needed.sides, strict=True)
        )


NO_PADDING = Padding(NO_SIDES, 0)


class StageAnalysis:
    """The ops of a stage, which of them are fused, and how their values are stored."""

    def __init__(self, ops: Sequence[QnnOp], outputs: Sequence[SSAValue], known: KnownValues):
        self.ops = ops
        self.members = set(ops)
        self.outputs = outputs
        self.known = known
        self.paddings = self.find_paddings()
        self.fused = {fused for op in ops for fused in fused_operands(op, self)}
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
            needed = needed_padding(op)
            if not any(needed.sides):
                continue
            there = wanted.setdefault(op.operands[0], needed)
            if there.fill == needed.fill:
                most = tuple(map(max, zip(there.sides, needed.sides, strict=True)))
                sides = (most[0], most[1], most[2], most[3])
                wanted[op.operands[0]] = Padding(sides, needed.fill)
        return wanted

    def bit_planes(self, value: SSAValue) -> int:
        """The number of bit planes of a value; 0 if an op that reads it needs numbers."""
        if isinstance(value.owner, Operation):
            planes = written_planes(value.owner)
        else:
            planes = int(isinstance(element_of(value), BipolarType))
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
            and all(accepts_bits(op, planes, self) for op in uses)
        )


@singledispatch
def can_compute(op: Operation, known: KnownValues) -> bool:
    """Whether the native steps of an op allow its shapes and which of its operands are constant."""
    return True


@singledispatch
def needed_padding(op: Operation) -> Padding:
    """The padding around its first operand that an op reads."""
    return NO_PADDING


@singledispatch
def accepts_bits(op: Operation, planes: int, analysis: StageAnalysis) -> bool:
    """Whether an op can read its first operand as packed bits."""
    return False


@singledispatch
def written_planes(op: Operation) -> int:
    """The number of bit planes as which an op can write its result: 1 if it is bipolar, 2 if it is
    ternary, 0 if it writes numbers."""
    return 0


@singledispatch
def fused_operands(op: Operation, analysis: StageAnalysis) -> Iterable[QnnOp]:
    """The ops before an op that are computed in its step."""
    return ()


def parameters_are_known(op: QnnOp, known: KnownValues) -> bool:
    """Whether all operands of an op but the first are constant."""
    first, *others = op.operands
    return first not in known and all(value in known for value in others)
