"""Element by element: activations of one operand, arithmetic of two."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def

from ..data import Array
from ..types import (
    BipolarType,
    ElementType,
    QuantType,
    bit_width,
    element_of,
    is_quant,
    shape_of,
    value_range,
)
from ..values import Value, as_array, combine_exactly
from .base import (
    FloatProperty,
    QnnOp,
    Shape,
    broadcast,
    cast_exactly,
    float_attr,
    require,
    require_float,
    require_range,
    require_same_element,
)
from .constants import range_of


def have_rank_of(result: SSAValue, operands: Sequence[SSAValue]) -> bool:
    """Whether no operand gains axes by broadcasting, which would move its first axis."""
    return {len(shape_of(value)) for value in operands} == {len(shape_of(result))}


class UnaryOp(QnnOp):
    """A function of each element."""

    x = operand_def()
    output = result_def()

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, element: ElementType | None = None):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {}, element or element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        return (shape_of(self.x),)

    def verify_types(self) -> None:
        require_float(self.x, "the input")
        require_same_element((self.x, self.output))

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return True

    @abstractmethod
    def compute(self, x: Array) -> Array:
        """The function, in the type of its input."""

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        return (cast_exactly(self, self.compute(as_array(args[0]))),)


@irdl_op_definition
class ReluOp(UnaryOp):
    """The larger of an element and 0, for floats and for integers."""

    name = "qnn.relu"

    def verify_types(self) -> None:
        x = element_of(self.x)
        if not isinstance(x, QuantType):
            return super().verify_types()
        require(is_quant(element_of(self.output)), "the relu of integers is integers")
        require_range(element_of(self.output), 0, max(0, value_range(x)[1]), "the result")

    def compute(self, x: Array) -> Array:
        return np.maximum(x, x.dtype.type(0))


@irdl_op_definition
class LeakyReluOp(UnaryOp):
    """`x` where it is not negative, else `alpha * x`."""

    name = "qnn.leaky_relu"

    alpha = prop_def(FloatProperty, default_value=float_attr(0.01))

    def __init__(self, x: SSAValue | Operation, alpha: float = 0.01):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {"alpha": float_attr(alpha)}, element_of(x))

    def compute(self, x: Array) -> Array:
        return np.where(x >= 0, x, x * x.dtype.type(self.alpha.value.data))


@irdl_op_definition
class ClipOp(UnaryOp):
    """Limits elements to `low ... high`; a hard tanh is the clip from -1 to 1."""

    name = "qnn.clip"

    low = prop_def(FloatProperty)
    high = prop_def(FloatProperty)

    def __init__(self, x: SSAValue | Operation, low: float, high: float):
        x = SSAValue.get(x)
        self.init_with_inferred_types(
            [x], {"low": float_attr(low), "high": float_attr(high)}, element_of(x)
        )

    def verify_types(self) -> None:
        super().verify_types()
        low, high = self.low.value.data, self.high.value.data
        require(low <= high, f"nothing lies between {low} and {high}")

    def compute(self, x: Array) -> Array:
        return np.clip(x, x.dtype.type(self.low.value.data), x.dtype.type(self.high.value.data))


@irdl_op_definition
class HardSigmoidOp(UnaryOp):
    """`alpha * x + beta`, limited to 0 ... 1."""

    name = "qnn.hard_sigmoid"

    alpha = prop_def(FloatProperty, default_value=float_attr(0.2))
    beta = prop_def(FloatProperty, default_value=float_attr(0.5))

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
class SigmoidOp(UnaryOp):
    """`1 / (1 + exp(-x))`."""

    name = "qnn.sigmoid"

    def compute(self, x: Array) -> Array:
        one, power = x.dtype.type(1), np.exp(-np.abs(x))
        return np.where(x >= 0, one, power) / (one + power)


@irdl_op_definition
class TanhOp(UnaryOp):
    """The hyperbolic tangent."""

    name = "qnn.tanh"

    def compute(self, x: Array) -> Array:
        return np.tanh(x)


@irdl_op_definition
class EluOp(UnaryOp):
    """`x` where it is not negative, else `alpha * (exp(x) - 1)`."""

    name = "qnn.elu"

    alpha = prop_def(FloatProperty, default_value=float_attr(1.0))

    def __init__(self, x: SSAValue | Operation, alpha: float = 1.0):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {"alpha": float_attr(alpha)}, element_of(x))

    def compute(self, x: Array) -> Array:
        below = x.dtype.type(self.alpha.value.data) * np.expm1(np.minimum(x, x.dtype.type(0)))
        return np.where(x >= 0, x, below)


@irdl_op_definition
class SignOp(UnaryOp):
    """-1, 0 or 1, by the sign of an element."""

    name = "qnn.sign"

    def compute(self, x: Array) -> Array:
        return np.sign(x)


@irdl_op_definition
class FloorOp(UnaryOp):
    """The largest whole number that is not above an element."""

    name = "qnn.floor"

    def compute(self, x: Array) -> Array:
        return np.floor(x)


@irdl_op_definition
class CeilOp(UnaryOp):
    """The smallest whole number that is not below an element."""

    name = "qnn.ceil"

    def compute(self, x: Array) -> Array:
        return np.ceil(x)


@irdl_op_definition
class RoundOp(UnaryOp):
    """The nearest whole number, the even one of two."""

    name = "qnn.round"

    def compute(self, x: Array) -> Array:
        return np.rint(x)


@irdl_op_definition
class PReluOp(QnnOp):
    """A leaky relu whose slope is an operand, one number or one a channel."""

    name = "qnn.prelu"

    x = operand_def()
    slope = operand_def()
    output = result_def()

    assembly_format = "$x `,` $slope attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, slope: SSAValue | Operation):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x, slope], {}, element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        x = shape_of(self.x)
        require(broadcast((x, shape_of(self.slope))) == x, "the slope is larger than the input")
        return (x,)

    def verify_types(self) -> None:
        require_float(self.x, "the input")
        require_same_element((self.x, self.slope, self.output))

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return have_rank_of(self.output, varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, slope = map(as_array, args)
        return (np.where(x >= 0, x, x * slope),)


class BinaryOp(QnnOp):
    """Arithmetic of two tensors, which broadcast as in numpy."""

    lhs = operand_def()
    rhs = operand_def()
    output = result_def()

    assembly_format = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)"

    def __init__(
        self,
        lhs: SSAValue | Operation,
        rhs: SSAValue | Operation,
        element: ElementType | None = None,
    ):
        lhs = SSAValue.get(lhs)
        self.init_with_inferred_types([lhs, rhs], {}, element or element_of(lhs))

    def result_shapes(self) -> Sequence[Shape]:
        return (broadcast((shape_of(self.lhs), shape_of(self.rhs))),)

    def verify_types(self) -> None:
        lhs, rhs, result = (element_of(v) for v in (self.lhs, self.rhs, self.output))
        if not (isinstance(lhs, QuantType) and isinstance(rhs, QuantType)):
            return require_same_element((self.lhs, self.rhs, self.output))
        require(isinstance(result, QuantType), f"integers give integers, not {result}")
        ends = [self.combine(a, b) for a in range_of(self.lhs) for b in range_of(self.rhs)]
        signs = isinstance(lhs, BipolarType) and isinstance(rhs, BipolarType)
        require_range(result, min(ends), max(ends), "the result", zero=not signs)

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return have_rank_of(self.output, varying)

    @abstractmethod
    def combine(self, a: Any, b: Any) -> Any:
        """The op, on numbers or arrays."""

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        lhs, rhs = map(as_array, args)
        if lhs.dtype.kind == "f":
            return (self.combine(lhs, rhs),)
        exact = np.int64 if bit_width(element_of(self.output)) < 63 else object
        return (cast_exactly(self, self.combine(lhs.astype(exact), rhs.astype(exact))),)


class SumOp(BinaryOp):
    """Adds or subtracts: dequantized operands of one scale stay exact."""

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        exact = combine_exactly(args, self.combine)
        return super().evaluate(*args) if exact is None else (exact,)


@irdl_op_definition
class AddOp(SumOp):
    """`lhs + rhs`."""

    name = "qnn.add"

    def combine(self, a: Any, b: Any) -> Any:
        return a + b


@irdl_op_definition
class SubOp(SumOp):
    """`lhs - rhs`."""

    name = "qnn.sub"

    def combine(self, a: Any, b: Any) -> Any:
        return a - b


@irdl_op_definition
class MulOp(BinaryOp):
    """`lhs * rhs`."""

    name = "qnn.mul"

    def combine(self, a: Any, b: Any) -> Any:
        return a * b


@irdl_op_definition
class DivOp(BinaryOp):
    """`lhs / rhs`, of floats."""

    name = "qnn.div"

    def verify_types(self) -> None:
        require_float(self.lhs, "the dividend")
        require_same_element((self.lhs, self.rhs, self.output))

    def combine(self, a: Any, b: Any) -> Any:
        return a / b
