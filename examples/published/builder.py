"""Networks of integers with random weights, layer by layer.

Only sizes and bits are those of a publication: the speed and the size of a design depend on
nothing else.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.base import QnnOp
from qnn.qdialect.qnn.constants import range_of
from qnn.qdialect.qnn.elementwise import AddOp
from qnn.qdialect.qnn.layout import ConcatOp, ReshapeOp, SplitOp
from qnn.qdialect.qnn.linear import Conv2dOp, LinearOp, accumulator_range
from qnn.qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from qnn.qdialect.qnn.steps import ThresholdOp
from qnn.qdialect.types import (
    BipolarType,
    QuantType,
    element_of,
    shape_of,
    smallest_type,
    value_range,
)
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import SSAValue


class Builder:
    """A network that is built layer by layer; a layer is named after its kind and its number."""

    def __init__(self, weight: QuantType, activation: QuantType):
        self.weight, self.activation = weight, activation
        self.program = Program()
        self.rng = np.random.default_rng(0)
        self.layers = 0

    def input(self, element: QuantType, *shape: int) -> SSAValue:
        return self.program.input(element, (1, *shape))

    def named(self, op: QnnOp, name: str) -> SSAValue:
        """Adds a layer."""
        op.properties["layer"] = StringAttr(f"{name}{self.layers}")
        self.layers += 1
        return self.program.add(op).results[0]

    def weights(self, *shape: int) -> SSAValue:
        low, high = value_range(self.weight)
        values = self.rng.integers(low, high, shape, np.int8, endpoint=True)
        if isinstance(self.weight, BipolarType):
            values = np.where(values < 0, -1, 1)
        return self.program.constant(values, self.weight, "weights")

    def sums(
        self,
        x: SSAValue,
        channels: int,
        kernel: int,
        stride: int = 1,
        pad: int = 0,
        groups: int = 1,
    ) -> SSAValue:
        """A convolution without an activation."""
        w = self.weights(channels, kernel, kernel, shape_of(x)[-1] // groups)
        element = smallest_type(*accumulator_range(x, w, None))
        filled = -1 if isinstance(element_of(x), BipolarType) else 0
        sizes = [stride] * 2, [pad] * 4
        conv = Conv2dOp(x, w, element, None, *sizes, groups=groups, pad_value=filled)
        return self.named(conv, "conv")

    def conv(
        self,
        x: SSAValue,
        channels: int,
        kernel: int,
        stride: int = 1,
        pad: int = 0,
        groups: int = 1,
    ) -> SSAValue:
        return self.active(self.sums(x, channels, kernel, stride, pad, groups))

    def halves(self, x: SSAValue, channels: int, kernel: int, pad: int) -> SSAValue:
        """Two convolutions, each of half the channels; a device computes both in parallel."""
        split = self.program.add(SplitOp(x, [shape_of(x)[-1] // 2] * 2))
        parts = [self.conv(part, channels // 2, kernel, 1, pad) for part in split.results]
        return self.program.add(ConcatOp(parts)).output

    def active(self, sums: SSAValue) -> SSAValue:
        """Thresholds in the range of random sums, for the activation's type."""
        low, high = value_range(self.activation)
        steps = 1 if isinstance(self.activation, BipolarType) else high - low
        spread = range_of(sums)[1] ** 0.5
        rows = self.rng.normal(0, spread, (shape_of(sums)[-1], steps))
        thresholds = np.sort(np.clip(np.rint(rows), *range_of(sums)), axis=1).astype(np.int64)
        kind = smallest_type(int(thresholds.min()), int(thresholds.max()))
        first = 0 if isinstance(self.activation, BipolarType) else low
        constant = self.program.constant(thresholds, kind, "thresholds")
        return self.program.add(ThresholdOp(sums, constant, self.activation, first)).output

    def linear(self, x: SSAValue, channels: int) -> SSAValue:
        """A fully connected layer without an activation."""
        flat = self.program.add(ReshapeOp(x, (1, prod(shape_of(x))))).output
        w = self.weights(channels, shape_of(flat)[-1])
        element = smallest_type(*accumulator_range(flat, w, None))
        return self.named(LinearOp(flat, w, element), "fc")

    def classified(self, x: SSAValue, sizes: Sequence[int]) -> ModuleOp:
        """Fully connected layers at the end, the last without an activation."""
        for channels in sizes[:-1]:
            x = self.active(self.linear(x, channels))
        return self.program.finish(self.linear(x, sizes[-1]))

    def maximum(self, x: SSAValue, kernel: int, stride: int, pad: int = 0) -> SSAValue:
        return self.named(MaxPoolOp(x, [kernel] * 2, [stride] * 2, [pad] * 4), "pool")

    def mean(self, x: SSAValue) -> SSAValue:
        """The sum over all pixels, quantized as an activation."""
        kernel = shape_of(x)[1:3]
        low, high = (end * prod(kernel) for end in range_of(x))
        total = SumPoolOp(x, kernel, element=smallest_type(low, high))
        return self.active(self.named(total, "mean"))

    def add(self, x: SSAValue, y: SSAValue) -> SSAValue:
        (low, high), (lower, higher) = range_of(x), range_of(y)
        return self.named(AddOp(x, y, smallest_type(low + lower, high + higher)), "add")
