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
from xdsl.ir import SSAValue

from ..qdialect.data import Array
from ..qdialect.interpreter import argument_names, entry_of
from ..qdialect.qnn.constants import constant_of
from ..qdialect.qnn.layout import MoveOp
from ..qdialect.qnn.quantization import QuantizeOp
from ..qdialect.types import BipolarType, QuantType, element_of, value_range

LOG = logging.getLogger(__name__)

USUAL_SHARE = 0.01
"""A larger share of saturating elements is worth a warning: quantizers that clip outliers on
purpose stay below it."""


@dataclass(frozen=True)
class InputRange:
    """The real numbers that an input quantizer distinguishes."""

    name: str
    low: float
    high: float
    step: float

    def outside(self, x: Array) -> int:
        """The number of elements that round to a number outside the range."""
        margin = self.step / 2
        return int(np.count_nonzero((x < self.low - margin) | (x > self.high + margin)))


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
                *(100 * share, range_.name, range_.low, range_.high, scaling),
            )


def quantizer_range(name: str, value: SSAValue) -> InputRange | None:
    """The range of the quantizer of a float input, behind moves of its elements.

    None for a bipolar quantizer, which saturates for every number, and if there are several.
    """
    ops = [use.operation for use in value.uses]
    while len(ops) == 1 and isinstance(ops[0], MoveOp):
        ops = [use.operation for use in ops[0].output.uses]
    if len(ops) != 1 or not isinstance(ops[0], QuantizeOp):
        return None
    op, element = ops[0], element_of(ops[0].output)
    scale = constant_of(op.scale)
    zero = np.zeros(1) if op.zero_point is None else constant_of(op.zero_point)
    if not isinstance(element, QuantType) or isinstance(element, BipolarType):
        return None
    if scale is None or zero is None or scale.size != 1 or zero.size != 1:
        return None
    step, offset = abs(float(scale.item())), float(zero.item())
    low, high = value_range(element)
    return InputRange(name, (low - offset) * step, (high - offset) * step, step)
