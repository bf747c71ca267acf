"""Which ops never turn back: for them thresholds are right without trying every value.

Each of these rounds a monotone function correctly, so its float results are monotone too. Ops built
on `exp` or `tanh` are not: a library's last bit may turn back, and they are tried on every value.
"""

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
from ...qdialect.qnn.steps import ThresholdOp


def is_monotone(op: QnnOp) -> bool:
    """Whether an op, as a function of its one operand that varies, is monotone in each channel."""
    match op:
        case ReluOp() | ClipOp() | SignOp() | FloorOp() | CeilOp() | RoundOp() | ThresholdOp():
            return True
        case AddOp() | SubOp() | MulOp() | BatchNormOp() | QuantizeOp() | DequantizeOp():
            return True
        case DivOp():
            return constant_of(op.rhs) is not None
        case LeakyReluOp() | HardSigmoidOp():
            return op.alpha.value.data >= 0
        case PReluOp():
            slope = constant_of(op.slope)
            return slope is not None and bool(np.all(slope >= 0))
        case _:
            return False
