"""Activations of floats: elementwise functions that `fold-bn` turns into thresholds or tables."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def

from ..data import Array
from ..types import element_of, shape_of
from ..values import Value, as_array
from .base import (
    FloatProperty,
    QnnOp,
    Shape,
    broadcast,
    float_attr,
    require,
    require_float,
    require_same_element,
    text_of,
)
from .elementwise import UnaryOp, have_rank_of


@irdl_op_definition
class LeakyReluOp(UnaryOp):
    """`x` if `x >= 0`, else `alpha * x`.

    %y = qnn.leaky_relu %x {alpha = 0.125 : f32} : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.leaky_relu"

    alpha = prop_def(FloatProperty, default_value=float_attr(0.01))
    """The slope for negative elements."""

    def __init__(self, x: SSAValue | Operation, alpha: float = 0.01):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {"alpha": float_attr(alpha)}, element_of(x))

    def compute(self, x: Array) -> Array:
        return np.where(x >= 0, x, x * x.dtype.type(self.alpha.value.data))


@irdl_op_definition
class PReluOp(QnnOp):
    """`x` if `x >= 0`, else `slope * x`: a leaky relu with a trained slope.

    %y = qnn.prelu %x, %slope : (tensor<1x8xf32>, tensor<8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.prelu"

    x = operand_def()
    slope = operand_def()
    """The slope for negative elements: any shape that broadcasts, such as one per channel."""
    output = result_def()

    assembly_format = "$x `,` $slope attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, slope: SSAValue | Operation):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x, slope], {}, element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        x = shape_of(self.x)
        slope = shape_of(self.slope)
        require(
            broadcast((x, slope)) == x,
            f"a slope of shape {text_of(slope)} does not broadcast to an input of {text_of(x)}",
        )
        return (x,)

    def verify_types(self) -> None:
        require_float(self.x, "the input")
        require_same_element((self.x, self.slope, self.output))

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return have_rank_of(self.output, varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, slope = map(as_array, args)
        return (np.where(x >= 0, x, x * slope),)


@irdl_op_definition
class ClipOp(UnaryOp):
    """`min(max(x, low), high)`. A hard tanh is the clip from -1 to 1.

    %y = qnn.clip %x {low = -1.0 : f32, high = 1.0 : f32} : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.clip"

    low = prop_def(FloatProperty)
    """The smallest result."""
    high = prop_def(FloatProperty)
    """The largest result, at least `low`."""

    def __init__(self, x: SSAValue | Operation, low: float, high: float):
        x = SSAValue.get(x)
        self.init_with_inferred_types(
            [x], {"low": float_attr(low), "high": float_attr(high)}, element_of(x)
        )

    def verify_types(self) -> None:
        super().verify_types()
        low, high = self.low.value.data, self.high.value.data
        require(low <= high, f"low is {low} and high is {high}: low must not exceed high")

    def compute(self, x: Array) -> Array:
        return np.clip(x, x.dtype.type(self.low.value.data), x.dtype.type(self.high.value.data))


@irdl_op_definition
class HardSigmoidOp(UnaryOp):
    """`alpha * x + beta`, clipped to 0 to 1.

    %y = qnn.hard_sigmoid %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.hard_sigmoid"

    alpha = prop_def(FloatProperty, default_value=float_attr(0.2))
    """The slope."""
    beta = prop_def(FloatProperty, default_value=float_attr(0.5))
    """The result for `x = 0`."""

    def __init__(self, x: SSAValue | Operation, alpha: float = 0.2, beta: float = 0.5):
        x = SSAValue.get(x)
        self.init_with_inferred_types(
            [x], {"alpha": float_attr(alpha), "beta": float_attr(beta)}, element_of(x)
        )

    def compute(self, x: Array) -> Array:
        kind = x.dtype.type
        line = x * kind(self.alpha.value.data) + kind(self.beta.value.data)
        return np.clip(line, kind(0), kind(1))


@irdl_op_definition
class SignOp(UnaryOp):
    """The sign of each element: -1, 0 or 1.

    %y = qnn.sign %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.sign"

    def compute(self, x: Array) -> Array:
        return np.sign(x)


@irdl_op_definition
class FloorOp(UnaryOp):
    """The largest integer that is at most `x`, as a float.

    %y = qnn.floor %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.floor"

    def compute(self, x: Array) -> Array:
        return np.floor(x)


@irdl_op_definition
class CeilOp(UnaryOp):
    """The smallest integer that is at least `x`, as a float.

    %y = qnn.ceil %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.ceil"

    def compute(self, x: Array) -> Array:
        return np.ceil(x)


@irdl_op_definition
class RoundOp(UnaryOp):
    """The nearest integer, as a float; the even one if two are equally near.

    %y = qnn.round %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    """

    name = "qnn.round"

    def compute(self, x: Array) -> Array:
        return np.rint(x)
