"""Ops whose float results are known to be monotone, so that a chain need not be checked.

Each of them rounds a monotone function correctly, and rounding is monotone, so the result is too.
Smooth functions are monotone for floats of at most 32 bits, as `qdialect.qnn.smooth` explains.
"""

from functools import singledispatch

import numpy as np

from ...qdialect.qnn.activations import (
    CeilOp,
    ClipOp,
    FloorOp,
    HardSigmoidOp,
    LeakyReluOp,
    PReluOp,
    RoundOp,
    SignOp,
)
from ...qdialect.qnn.base import QnnOp
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.elementwise import AddOp, DivOp, MulOp, ReluOp, SubOp
from ...qdialect.qnn.normalization import BatchNormOp
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.qnn.smooth import EluOp, SmoothOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.types import bit_width, element_of


@singledispatch
def is_monotone(op: QnnOp) -> bool:
    """Whether an op is monotone in its non-constant operand, in each channel."""
    return False


@is_monotone.register
def _(
    op: ReluOp
    | ClipOp
    | SignOp
    | FloorOp
    | CeilOp
    | RoundOp
    | HardSigmoidOp
    | ThresholdOp
    | AddOp
    | SubOp
    | MulOp
    | BatchNormOp
    | QuantizeOp
    | DequantizeOp,
) -> bool:
    return True


@is_monotone.register
def _(op: DivOp) -> bool:
    return constant_of(op.rhs) is not None


@is_monotone.register
def _(op: LeakyReluOp) -> bool:
    return op.alpha.value.data >= 0


@is_monotone.register
def _(op: PReluOp) -> bool:
    slope = constant_of(op.slope)
    return slope is not None and bool(np.all(slope >= 0))


@is_monotone.register
def _(op: SmoothOp) -> bool:
    return op.turning_point is None and bit_width(element_of(op.x)) <= 32


@is_monotone.register
def _(op: EluOp) -> bool:
    return op.alpha.value.data >= 0 and bit_width(element_of(op.x)) <= 32
