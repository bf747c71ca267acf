"""Input elements outside the range of a network's own input quantizer, where they saturate.

They are the trace of a wrong scale: of bytes given to a network that takes pixels from 0 to 1, all
but 0 and 1 become 1, and only the accuracy suffers.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation, SSAValue

from ..qdialect.data import Array
from ..qdialect.interpreter import argument_names, entry_of
from ..qdialect.qnn.constants import constant_of
from ..qdialect.qnn.elementwise import AddOp, BinaryOp, DivOp, MulOp, SubOp
from ..qdialect.qnn.layout import MoveOp
from ..qdialect.qnn.quantization import QuantizeOp
from ..qdialect.types import BipolarType, QuantType, element_of, shape_of, value_range

LOG = logging.getLogger(__name__)

USUAL_SHARE = 0.01
"""A larger share of saturating elements is worth a warning: quantizers that clip outliers on
purpose stay below it."""


@dataclass(frozen=True)
class InputRange:
    """The real numbers that an input quantizer distinguishes: one range, or one per channel."""

    name: str
    low: Array
    high: Array
    step: Array

    def outside(self, x: Array) -> int:
        """The number of elements that round to a number outside the range."""
        margin = self.step / 2
        return int(np.count_nonzero((x < self.low - margin) | (x > self.high + margin)))

    def before(self, op: BinaryOp, number: Array) -> "InputRange":
        """The range in front of an op that computes with a constant."""
        low, high, step = self.low, self.high, self.step
        if isinstance(op, AddOp | SubOp):
            sign = 1 if isinstance(op, SubOp) else -1
            return InputRange(self.name, low + sign * number, high + sign * number, step)
        factor = number if isinstance(op, DivOp) else 1 / number
        ends = low * factor, high * factor
        return InputRange(self.name, np.minimum(*ends), np.maximum(*ends), step * abs(factor))


class InputSaturation:
    """Counts the elements of a network's inputs that saturate."""

    def __init__(self, module: ModuleOp):
        entry = entry_of(module)
        self.ranges: list[InputRange | None] = []
        if isinstance(entry, FuncOp):
            names = argument_names(entry)
            for name, value in zip(names, entry.args, strict=True):
                self.ranges.append(quantizer_range(name, value))
        self.elements = [0] * len(self.ranges)
        self.saturated = [0] * len(self.ranges)

    def counted(self, batches: Iterable[Array]) -> Iterable[Array]:
        """Passes on the batches of the only input, and counts their elements."""
        for batch in batches:
            self.count([batch])
            yield batch

    def count(self, inputs: Sequence[Array]) -> None:
        for number, (range_, x) in enumerate(zip(self.ranges, inputs, strict=False)):
            if range_ is not None and x.dtype.kind in "iuf":
                self.elements[number] += x.size
                self.saturated[number] += range_.outside(x)

    def share(self, number: int = 0) -> float | None:
        """The share of an input's elements that saturate; None if it has no quantizer."""
        if number >= len(self.ranges) or self.ranges[number] is None or not self.elements[number]:
            return None
        return self.saturated[number] / self.elements[number]

    def warn(self, scaling: str) -> None:
        """Logs each input of which many elements saturate; `scaling` is what changes its scale."""
        for number, range_ in enumerate(self.ranges):
            share = self.share(number)
            if range_ is None or share is None or share <= USUAL_SHARE:
                continue
            LOG.warning(
                "warning: %.2f %% of the elements of the input %s saturate in the network's input "
                "quantizer, which takes %.6g to %.6g: %s",
                *(100 * share, range_.name, range_.low.min(), range_.high.max(), scaling),
            )


def quantizer_range(name: str, value: SSAValue) -> InputRange | None:
    """The range of the quantizer of a float input, behind a normalization and moves of elements.

    None for a bipolar quantizer, which saturates for every number, and if there are several.
    """
    normalization: list[tuple[BinaryOp, Array]] = []
    op = _only_user(value)
    while isinstance(op, BinaryOp):
        number = _constant_operand(op, value)
        if number is None or shape_of(op.output) != shape_of(value):
            return None
        normalization.append((op, number))
        value = op.output
        op = _only_user(value)
    while isinstance(op, MoveOp):
        op = _only_user(op.output)
    if not isinstance(op, QuantizeOp):
        return None
    element = element_of(op.output)
    scale = constant_of(op.scale)
    zero = np.zeros(1) if op.zero_point is None else constant_of(op.zero_point)
    if not isinstance(element, QuantType) or isinstance(element, BipolarType):
        return None
    if scale is None or zero is None or scale.size != 1 or zero.size != 1:
        return None
    step, offset = abs(float(scale.item())), float(zero.item())
    low, high = (np.array((end - offset) * step) for end in value_range(element))
    range_ = InputRange(name, low, high, np.array(step))
    with np.errstate(over="ignore", invalid="ignore"):
        for binary, number in reversed(normalization):
            range_ = range_.before(binary, number)
    return range_


def _only_user(value: SSAValue) -> Operation | None:
    users = [use.operation for use in value.uses]
    return users[0] if len(users) == 1 else None


def _constant_operand(op: BinaryOp, value: SSAValue) -> Array | None:
    """The constant that an op adds to a value, or multiplies it by; None for other ops."""
    first = op.rhs is value
    if not isinstance(op, AddOp | MulOp if first else AddOp | SubOp | MulOp | DivOp):
        return None
    number = constant_of(op.lhs if first else op.rhs)
    if number is None or (isinstance(op, MulOp | DivOp) and not number.all()):
        return None
    return number.astype(np.float64)
