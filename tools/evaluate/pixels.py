"""Pixels as the input of a network: scaled, rounded, and with their axes in its order."""

from dataclasses import dataclass
from math import prod

import numpy as np

from ...qdialect.data import Array
from ...qdialect.qnn.base import text_of
from ...qdialect.types import (
    BipolarType,
    QnnTensor,
    QuantType,
    check_element,
    dtype_of,
    value_range,
)
from ..errors import UserError


@dataclass(frozen=True)
class Pixels:
    """The conversion of pixels to the input of a network: `x * scale + offset`, then rounding."""

    scale: tuple[float, float] | None = None
    """A numerator and a denominator."""
    offset: float | None = None
    file: str = "the test set"
    """The file that the images come from, for messages."""

    def prepared(self, images: Array, type: QnnTensor, label: str = "the input") -> Array:
        """Converts images to an input of a type; without scale and offset, only their axes."""
        ordered = arranged(images, type.get_shape())
        if ordered is None:
            raise UserError(
                f"{self.file}: the shape of an image is {text_of(images.shape[1:])}, but {label} "
                f"of the network is {text_of(type.get_shape()[1:])}"
            )
        if (self.scale is None and self.offset is None) or images.dtype.kind not in "biuf":
            check_fit(ordered, type)
            return ordered
        if images.dtype != np.uint8:
            return self.scaled(ordered, type)
        table = self.scaled(np.arange(256), type)
        return table[ordered]

    def scaled(self, x: Array, type: QnnTensor) -> Array:
        """Scaled numbers, rounded to a type."""
        above, below = self.scale or (1.0, 1.0)
        y = x.astype(np.float64) * above / below + (self.offset or 0.0)
        if not np.isfinite(y).all():
            raise UserError(
                "a scaled pixel is NaN or infinite: --scale and --offset must keep all finite"
            )
        return rounded_pixels(y, type)


def rounded_pixels(x: Array, type: QnnTensor) -> Array:
    """The nearest values of a type; halves are rounded up, and 0 becomes +1 in a bipolar type."""
    element = check_element(type.element_type)
    if not isinstance(element, QuantType):
        return x.astype(np.float32)
    if isinstance(element, BipolarType):
        return np.where(x >= 0, 1, -1).astype(np.int8)
    low, high = value_range(element)
    return np.clip(np.floor(x + 0.5), low, high).astype(dtype_of(element))


def check_fit(x: Array, type: QnnTensor) -> None:
    """Raises if integers are outside the range of a type; the message suggests a conversion."""
    element = check_element(type.element_type)
    if x.dtype.kind not in "iu" or not isinstance(element, QuantType) or not x.size:
        return
    (low, high), ends = value_range(element), (int(x.min()), int(x.max()))
    if low > ends[0] or high < ends[1]:
        way = f"--offset {low}" if high - low == 255 else "--scale A/B and --offset X"
        raise UserError(
            f"the pixels range from {ends[0]} to {ends[1]}, but the input type {element} of the "
            f"network from {low} to {high}: convert them with {way}"
        )


def arranged(images: Array, shape: tuple[int, ...]) -> Array | None:
    """Images in the shape of an input, apart from their number; None if they have another size.

    Images have their channels last, or none. A network may have them first, or flatten the image.
    """
    wanted = shape[1:]
    if images.shape[1:] == wanted or images.ndim < 2:
        return images
    if images.ndim == 4 and wanted == (images.shape[3], *images.shape[1:3]):
        return images.transpose(0, 3, 1, 2)
    grey = images.ndim == 3 or images.shape[-1] == 1
    if prod(images.shape[1:]) == prod(wanted) and (grey or images.ndim == 2):
        return images.reshape(len(images), *wanted)
    return None
