"""The values of a graph during import: constants, quantized constants, and program values."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.types import ElementType, QuantType, shape_of
from .elements import element_of_dtype

TO_CHANNELS_LAST = {3: (0, 2, 1), 4: (0, 2, 3, 1)}
"""The permutation from NCL to NLC, and from NCHW to NHWC, by rank."""


@dataclass(frozen=True)
class Constant:
    """Numbers from the model, or computed from its constants and shapes."""

    array: Array
    element: ElementType | None
    """The element type; None if the IR has none, as for float64."""

    @staticmethod
    def of(array: Array) -> "Constant":
        return Constant(array, element_of_dtype(array.dtype))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    def transposed(self, order: tuple[int, ...]) -> "Constant":
        return replace(self, array=self.array.transpose(order))

    def with_axis(self, axis: int) -> "Constant":
        """A copy with a new axis of size 1."""
        return replace(self, array=np.expand_dims(self.array, axis))


@dataclass(frozen=True)
class QuantizedConstant:
    """Real numbers, represented by constant integers: `(ints - zero) * scale`."""

    ints: Array
    element: QuantType
    scale: Array
    """One number, or one for each index along the axis."""
    zero: Array
    """The zero point: one number, or one for each index along the axis."""
    axis: int = 0
    table: Array | None = None
    """A codebook: the distinct integers, ascending, if they are to be stored as indices into it."""

    @property
    def shape(self) -> tuple[int, ...]:
        return self.ints.shape

    @property
    def array(self) -> Array:
        """The real numbers in float32; infinite on overflow, as in ONNX."""
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
        """A copy with a new axis of size 1."""
        moved = self.axis + (self.axis >= axis)
        return replace(self, ints=np.expand_dims(self.ints, axis), axis=moved)


@dataclass(frozen=True)
class GraphTensor:
    """A value of the program, with the layout of its axes.

    If `channels_last`, an NCHW image of the model is NHWC in the program, and an NCL signal is an
    NHWC image of one row. `rank` is the rank in the model.
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
        """The axis of the program for an axis of the model."""
        if not self.channels_last:
            return axis
        return (0, 3, 2)[axis] if self.rank == 3 else (0, 3, 1, 2)[axis]

    def parameter_axis(self, axis: int) -> int:
        """The same for the axis of quantization parameters, where -1 means a single number."""
        return self.axis(axis) if axis >= 0 else -1

    def like(self, value: SSAValue) -> "GraphTensor":
        """Another value with the same rank and layout."""
        return replace(self, value=value)


GraphValue: TypeAlias = Constant | QuantizedConstant | GraphTensor
