"""Smooth activations: functions built on `exp`, `tanh` and `erf`.

They are computed in 64 bits and rounded once to the type of the input. This makes results the same
on every machine but for rare last bits, and it keeps monotone functions monotone: between two
neighbouring floats of 32 bits or less such a function either changes by far more than the error of
the computation in 64 bits, or its value lies far from the middle between two floats, where rounding
would show the error.
"""

from abc import abstractmethod
from math import erf, erfc, sqrt

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, opt_prop_def, prop_def

from ..data import Array
from ..types import element_of
from .base import FloatProperty, float_attr
from .elementwise import UnaryOp

Doubles = npt.NDArray[np.float64]


class SmoothOp(UnaryOp):
    """A smooth function of each element."""

    @property
    def turning_point(self) -> float | None:
        """Where the function turns from falling to rising; None if it is rising everywhere."""
        return None

    @abstractmethod
    def function(self, x: Doubles) -> Doubles:
        """The function in 64 bits."""

    def compute(self, x: Array) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            return self.function(x.astype(np.float64)).astype(x.dtype)


def sigmoid(x: Doubles) -> Doubles:
    """`1 / (1 + exp(-x))`, with a small relative error for negative `x` too."""
    # exp never gets a positive argument, so that it cannot overflow
    power = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, power) / (1.0 + power)


@irdl_op_definition
class SigmoidOp(SmoothOp):
    """`1 / (1 + exp(-x))`.

    %y = qnn.sigmoid %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.sigmoid"

    def function(self, x: Doubles) -> Doubles:
        return sigmoid(x)


@irdl_op_definition
class TanhOp(SmoothOp):
    """The hyperbolic tangent.

    %y = qnn.tanh %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.tanh"

    def function(self, x: Doubles) -> Doubles:
        return np.tanh(x)


@irdl_op_definition
class EluOp(SmoothOp):
    """`x` if `x >= 0`, else `alpha * (exp(x) - 1)`.

    %y = qnn.elu %x {alpha = 1.0 : f32} : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.elu"

    alpha = prop_def(FloatProperty, default_value=float_attr(1.0))
    """The negative of the limit for `x` towards minus infinity."""

    def __init__(self, x: SSAValue | Operation, alpha: float = 1.0):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {"alpha": float_attr(alpha)}, element_of(x))

    def function(self, x: Doubles) -> Doubles:
        return np.where(x >= 0, x, self.alpha.value.data * np.expm1(np.minimum(x, 0)))


@irdl_op_definition
class SoftplusOp(SmoothOp):
    """`log(1 + exp(x))`.

    %y = qnn.softplus %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.softplus"

    def function(self, x: Doubles) -> Doubles:
        return np.logaddexp(0.0, x)


@irdl_op_definition
class SoftsignOp(SmoothOp):
    """`x / (1 + |x|)`.

    %y = qnn.softsign %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.softsign"

    def function(self, x: Doubles) -> Doubles:
        return x / (1 + np.abs(x))


_erf = np.vectorize(erf, otypes=[np.float64])
_erfc = np.vectorize(erfc, otypes=[np.float64])


@irdl_op_definition
class ErfOp(SmoothOp):
    """The error function.

    %y = qnn.erf %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.erf"

    def function(self, x: Doubles) -> Doubles:
        return _erf(x)


@irdl_op_definition
class GeluOp(SmoothOp):
    """`x / 2 * (1 + erf(x / sqrt(2)))`, or its approximation by `tanh`.

    %y = qnn.gelu %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.gelu"

    by_tanh = opt_prop_def(UnitAttr)
    """Whether `tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))` takes the place of `erf`."""

    def __init__(self, x: SSAValue | Operation, by_tanh: bool = False):
        x = SSAValue.get(x)
        flag = UnitAttr() if by_tanh else None
        self.init_with_inferred_types([x], {"by_tanh": flag}, element_of(x))

    @property
    def turning_point(self) -> float:
        return -0.7517915246935645 if self.by_tanh is None else -0.7524614220710163

    def function(self, x: Doubles) -> Doubles:
        if self.by_tanh is None:
            return x / 2 * _erfc(-x / sqrt(2))
        # 1 + tanh(z) is 2 * sigmoid(2 * z), whose relative error stays small
        return x * sigmoid(sqrt(8 / np.pi) * (x + 0.044715 * x**3))


@irdl_op_definition
class SiluOp(SmoothOp):
    """`x * sigmoid(x)`, also called swish.

    %y = qnn.silu %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.silu"

    @property
    def turning_point(self) -> float:
        return -1.2784645427610738

    def function(self, x: Doubles) -> Doubles:
        return x * sigmoid(x)


@irdl_op_definition
class MishOp(SmoothOp):
    """`x * tanh(log(1 + exp(x)))`.

    %y = qnn.mish %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.mish"

    @property
    def turning_point(self) -> float:
        return -1.192431214515495

    def function(self, x: Doubles) -> Doubles:
        return x * np.tanh(np.logaddexp(0.0, x))


@irdl_op_definition
class HardSwishOp(SmoothOp):
    """`x` times `x / 6 + 1 / 2` clipped to 0 to 1.

    %y = qnn.hard_swish %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.hard_swish"

    @property
    def turning_point(self) -> float:
        return -1.5

    def function(self, x: Doubles) -> Doubles:
        return x * np.clip(x / 6 + 0.5, 0, 1)
