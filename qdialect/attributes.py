"""Rounding modes: how a real number becomes an integer, named as in QONNX."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.utils import EnumAttribute
from xdsl.ir import SpacedOpaqueSyntaxAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.utils.str_enum import StrEnum


class Rounding(StrEnum):
    """The rounding modes of QONNX; its ROUND is HALF_EVEN here."""

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"
    HALF_DOWN = "half_down"
    UP = "up"
    DOWN = "down"
    CEIL = "ceil"
    FLOOR = "floor"


@irdl_attr_definition
class RoundingAttr(EnumAttribute[Rounding], SpacedOpaqueSyntaxAttribute):
    """A rounding mode."""

    name = "qnn.rounding"


FloatArray: TypeAlias = npt.NDArray[np.floating]

ROUNDING_FUNCTIONS: dict[Rounding, Callable[[FloatArray], FloatArray]] = {
    Rounding.HALF_EVEN: np.rint,
    Rounding.HALF_UP: lambda x: np.sign(x) * np.floor(np.abs(x) + x.dtype.type(0.5)),
    Rounding.HALF_DOWN: lambda x: np.sign(x) * np.ceil(np.abs(x) - x.dtype.type(0.5)),
    Rounding.UP: lambda x: np.sign(x) * np.ceil(np.abs(x)),
    Rounding.DOWN: np.trunc,
    Rounding.CEIL: np.ceil,
    Rounding.FLOOR: np.floor,
}
"""The function of each mode; "up" is away from zero and "down" towards zero, as in QONNX."""
