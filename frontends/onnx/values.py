"""What a name of the model stands for while it is imported."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.types import QuantType, shape_of

TO_LAST = {3: (0, 2, 1), 4: (0, 2, 3, 1)}
"""How the axes of an NCL or NCHW tensor are put channels last."""


@dataclass(frozen=True)
class Constant:
    """Numbers that the model holds, or that follow from its shapes."""

    array: Array

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape


@dataclass(frozen=True)
class QuantizedConstant:
    """Constant integers that stand for real numbers: `(ints - zero) * scale`."""

    ints: Array
    element: QuantType
    scale: Array
    zero: Array
    """Both are one number, or one for each index along the axis."""
    axis: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        return self.ints.shape

    @property
    def array(self) -> Array:
        """The real numbers, in float32."""
        shape = [1] * self.ints.ndim
        if self.scale.size > 1 or self.zero.size > 1:
            shape[self.axis] = -1
        scale, zero = self.scale.reshape(shape), self.zero.reshape(shape)
        return (self.ints.astype(np.int64) - zero).astype(np.float32) * scale.astype(np.float32)

    def transposed(self, order: tuple[int, ...]) -> "QuantizedConstant":
        return replace(self, ints=self.ints.transpose(order), axis=order.index(self.axis))


@dataclass(frozen=True)
class Tensor:
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
        axis %= self.rank
        if not self.channels_last:
            return axis
        return (0, 3, 2)[axis] if self.rank == 3 else (0, 3, 1, 2)[axis]


Value: TypeAlias = Constant | QuantizedConstant | Tensor
