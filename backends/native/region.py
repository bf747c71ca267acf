"""What of a network belongs together: which ops are one step, and in which form values pass.

A value may have pixels around its image, as windows want them; and it may be bits, if all that read
it can take those. Additions of scaled tensors that a threshold reads are one step with it.
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
from .support import Known, needs_wide, quant_type_of
from .tensors import NO_SIDES, WORD_BITS, Sides


@dataclass(frozen=True)
class Padding:
    """What ops want to stand around a value."""

    sides: Sides
    fill: int

    def covers(self, sides: Sides, fill: int) -> bool:
        """Whether this is enough for an op."""
        return (fill == self.fill or not any(sides)) and all(
            a >= b for a, b in zip(self.sides, sides, strict=True)
        )


class StageAnalysis:
    """The ops of a plan, and what they have to do with one another."""

    def __init__(self, ops: Sequence[QnnOp], outputs: Sequence[SSAValue], known: Known):
        self.ops = ops
        self.members = set(ops)
        self.outputs = outputs
        self.known = known
        self.paddings = self.find_paddings()
        self.fused = set(self.fusible_adds())
        """Ops that are done with others."""

    def uses(self, value: SSAValue) -> list[Operation]:
        """The ops that read a value, in this plan; those of others read what it hands over."""
        return [use.operation for use in value.uses if use.operation in self.members]

    def only_use(self, value: SSAValue) -> Operation | None:
        """The op that alone reads a value, anywhere."""
        uses = self.uses(value)
        return uses[0] if len(uses) == 1 and value not in self.outputs else None

    def find_paddings(self) -> dict[SSAValue, Padding]:
        """What stands around values: as much as the first op to want something, and others that
        want the same, can use."""
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
        """The planes of bits that a value may have: how many all ops that read it can take."""
        planes = required_planes(value)
        return planes if planes and self.is_read_as_bits(value, planes) else 0

    def is_read_as_bits(self, value: SSAValue, planes: int) -> bool:
        """Whether all that read a value take bits, and what stands around it is all zeros."""
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
        """Whether a convolution needs nothing but a value and what stands around it."""
        padding = self.paddings.get(value, Padding(NO_SIDES, fill_of(op)))
        return op.groups.value.data == 1 and padding.covers(op.window.pads, fill_of(op))

    def fusible_adds(self) -> Iterable[QnnOp]:
        """Additions of two tensors, each times a number or not, that a threshold alone reads."""
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
    """How many planes of bits a value's numbers need, if they are -1, 0 and 1."""
    element, op = element_of(value), value.owner
    if isinstance(element, BipolarType):
        return 1 if isinstance(op, ThresholdOp) or not isinstance(op, Operation) else 0
    if isinstance(op, ThresholdOp) and op.offset.value.data == -1:
        return 2 if shape_of(op.thresholds)[1] == 2 else 0
    return 0


def factor_of(op: MulOp, known: Known) -> tuple[SSAValue, int] | None:
    """The value that an op multiplies by one number, and the number."""
    for value, factor in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
        if factor in known and known[factor].size == 1 and value not in known:
            return value, int(known[factor].reshape(-1)[0])
    return None
