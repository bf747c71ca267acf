"""Pixels as a network takes them: scaled, rounded, and with their axes in its order."""

from dataclasses import dataclass
from math import prod

import numpy as np

from ..qdialect.data import Array
from ..qdialect.qnn.base import text_of
from ..qdialect.types import BipolarType, QnnTensor, QuantType, check_element, dtype_of, value_range
from .files import UserError


@dataclass(frozen=True)
class Pixels:
    """How pixels become the input of a network: `x * scale + offset`, rounded for integers."""

    scale: tuple[float, float] | None = None
    """A number, and one it is divided by."""
    offset: float | None = None

    def prepared(self, images: Array, type: QnnTensor) -> Array:
        """Images for an input of a type."""
        ordered = arranged(images, type.get_shape())
        if (self.scale is None and self.offset is None) or images.dtype.kind not in "biuf":
            check_fit(ordered, type)
            return ordered
        if images.dtype != np.uint8:
            return self.scaled(ordered, type)
        table = self.scaled(np.arange(256), type)
        return table[ordered]

    def scaled(self, x: Array, type: QnnTensor) -> Array:
        """Numbers as an input of a type takes them."""
        above, below = self.scale or (1.0, 1.0)
        y = x.astype(np.float64) * above / below + (self.offset or 0.0)
        if not np.isfinite(y).all():
            raise UserError("a pixel that is scaled is NaN or infinite: finite numbers are taken")
        return rounded(y, type)


def rounded(x: Array, type: QnnTensor) -> Array:
    """Numbers as the nearest that a type holds: halves go up, and 0 counts as +1 in one bit."""
    element = check_element(type.element_type)
    if not isinstance(element, QuantType):
        return x.astype(np.float32)
    if isinstance(element, BipolarType):
        return np.where(x >= 0, 1, -1).astype(np.int8)
    low, high = value_range(element)
    return np.clip(np.floor(x + 0.5), low, high).astype(dtype_of(element))


def check_fit(x: Array, type: QnnTensor) -> None:
    """Refuses whole numbers that a type has not, and says what makes them fit."""
    element = check_element(type.element_type)
    if x.dtype.kind not in "iu" or not isinstance(element, QuantType) or not x.size:
        return
    (low, high), ends = value_range(element), (int(x.min()), int(x.max()))
    if low > ends[0] or high < ends[1]:
        way = f"--offset {low}" if high - low == 255 else "--scale A/B and --offset X"
        raise UserError(
            f"the images have pixels from {ends[0]} to {ends[1]}, the network takes {element}, "
            f"{low} to {high}: {way} may make them so"
        )


def arranged(images: Array, shape: tuple[int, ...]) -> Array:
    """Images in the shape that an input has, but for their number.

    Images have their channels last or none at all; a network may want them first, or all in a row.
    """
    wanted = shape[1:]
    if images.shape[1:] == wanted or images.ndim < 2:
        return images
    if images.ndim == 4 and wanted == (images.shape[3], *images.shape[1:3]):
        return images.transpose(0, 3, 1, 2)
    grey = images.ndim == 3 or images.shape[-1] == 1
    if prod(images.shape[1:]) == prod(wanted) and (grey or images.ndim == 2):
        return images.reshape(len(images), *wanted)
    raise UserError(
        f"the images are {text_of(images.shape[1:])} each, the network takes {text_of(wanted)}"
    )
