"""What a name of the model stands for while it is imported."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.types import ElementType, QuantType, shape_of
from .elements import element_of_dtype

TO_CHANNELS_LAST = {3: (0, 2, 1), 4: (0, 2, 3, 1)}
"""How the axes of an NCL or NCHW tensor are put channels last."""


@dataclass(frozen=True)
class Constant:
    """Numbers that the model holds, or that follow from its shapes."""

    array: Array
    element: ElementType | None
    """None for what the IR does not hold, such as float64."""

    @staticmethod
    def of(array: Array) -> "Constant":
        return Constant(array, element_of_dtype(array.dtype))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    def transposed(self, order: tuple[int, ...]) -> "Constant":
        return replace(self, array=self.array.transpose(order))

    def with_axis(self, axis: int) -> "Constant":
        """With a new axis of size 1."""
        return replace(self, array=np.expand_dims(self.array, axis))


@dataclass(frozen=True)
class QuantizedConstant:
    """Constant integers that stand for real numbers: `(ints - zero) * scale`."""

    ints: Array
    element: QuantType
    scale: Array
    zero: Array
    """Both are one number, or one for each index along the axis."""
    axis: int = 0
    table: Array | None = None
    """The few integers that there are, ascending, where each is stored as an index into them."""

    @property
    def shape(self) -> tuple[int, ...]:
        return self.ints.shape

    @property
    def array(self) -> Array:
        """The real numbers, in float32; infinite where that ends, as in ONNX."""
        shape = [1] * self.ints.ndim
        if self.per_axis:
            shape[self.axis] = -1
        scale = self.scale.reshape(shape if self.scale.size > 1 else ())
        zero = self.zero.reshape(shape if self.zero.size > 1 else ())
        steps = (self.ints.astype(np.int64) - zero).astype(np.float32)
        return steps * scale.astype(np.float32)

    @property
    def per_axis(self) -> bool:
        return self.scale.size > 1 or self.zero.size > 1

    def transposed(self, order: tuple[int, ...]) -> "QuantizedConstant":
        axis = order.index(self.axis) if order else 0
        return replace(self, ints=self.ints.transpose(order), axis=axis)

    def with_axis(self, axis: int) -> "QuantizedConstant":
        """With a new axis of size 1."""
        moved = self.axis + (self.axis >= axis)
        return replace(self, ints=np.expand_dims(self.ints, axis), axis=moved)


@dataclass(frozen=True)
class GraphTensor:
    """A value of the program.

    Where the model has channels second, the program may hold them last; a 1-D signal then has one
    row. `rank` is the rank in the model.
    """

    value: SSAValue
    rank: int
    channels_last: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in the model."""
        shape = shape_of(self.value)
        if not self.channels_last:
            return shape
        if self.rank == 3:
            return shape[0], shape[3], shape[2]
        return shape[0], shape[3], shape[1], shape[2]

    def axis(self, axis: int) -> int:
        """Where an axis of the model is in the program."""
        if not self.channels_last:
            return axis
        return (0, 3, 2)[axis] if self.rank == 3 else (0, 3, 1, 2)[axis]

    def like(self, value: SSAValue) -> "GraphTensor":
        """Another value whose axes lie as they do here."""
        return replace(self, value=value)


GraphValue: TypeAlias = Constant | QuantizedConstant | GraphTensor
