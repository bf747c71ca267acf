"""Elementwise ops: the base class of activations, relu, and arithmetic of two tensors."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, result_def

from ..affine import AffineMap
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
from ..values import Value, as_array, combine_exactly, multiply_exactly, with_map
from .base import (
    ElementwiseOp,
    QnnOp,
    Shape,
    broadcast,
    cast_exactly,
    require,
    require_float,
    require_range,
    require_same_element,
)
from .constants import constant_of, range_of


def have_rank_of(result: SSAValue, operands: Sequence[SSAValue]) -> bool:
    """Whether no operand gains axes by broadcasting, which would move its first axis."""
    return {len(shape_of(value)) for value in operands} == {len(shape_of(result))}


class UnaryOp(ElementwiseOp):
    """A function of each element by itself."""

    x = operand_def()
    output = result_def()

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, element: ElementType | None = None):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {}, element or element_of(x))

    def verify_types(self) -> None:
        require_float(self.x, "the input")
        require_same_element((self.x, self.output))

    @abstractmethod
    def compute(self, x: Array) -> Array:
        """The function, computed in the numpy type of its input."""

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        return (cast_exactly(self, self.compute(as_array(args[0]))),)


class BinaryOp(QnnOp):
    """Arithmetic of two tensors, whose shapes broadcast as in numpy."""

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
        require(
            isinstance(result, QuantType),
            f"the result of integers must be an integer type, not {result}",
        )
        # a sum, difference or product takes its extremes where both operands take theirs
        ends = [self.combine(a, b) for a in range_of(self.lhs) for b in range_of(self.rhs)]
        both_bipolar = isinstance(lhs, BipolarType) and isinstance(rhs, BipolarType)
        require_range(result, min(ends), max(ends), "the result", zero=not both_bipolar)

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return have_rank_of(self.output, varying)

    @abstractmethod
    def combine(self, a: Any, b: Any) -> Any:
        """The operation on numbers or arrays."""

    def step(self, before: AffineMap, number: float, number_first: bool) -> AffineMap | None:
        """The map from integers to numbers after the op with a constant number; None if unknown."""
        return None

    @property
    def constant_number(self) -> tuple[float, int] | None:
        """A constant operand of a single float, and its index; None if there is none."""
        for index, value in enumerate(self.operands):
            constant = constant_of(value)
            other = self.operands[1 - index]
            if constant is not None and constant.size == 1 and constant.dtype == np.float32:
                same_shape = shape_of(other) == shape_of(self.output)
                return (float(constant.reshape(())[()]), index) if same_shape else None
        return None

    def map_after(self, before: AffineMap) -> AffineMap | None:
        """The map from integers to numbers after this op; None unless it has a constant number."""
        number = self.constant_number
        return None if number is None else self.step(before, number[0], number[1] == 0)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        lhs, rhs = map(as_array, args)
        if lhs.dtype.kind == "f":
            result, number = self.combine(lhs, rhs), self.constant_number
            return (
                result if number is None else with_map(args[1 - number[1]], self.map_after, result),
            )
        exact = np.int64 if bit_width(element_of(self.output)) < 63 else object
        return (cast_exactly(self, self.combine(lhs.astype(exact), rhs.astype(exact))),)


class SumOp(BinaryOp):
    """A sum or difference; it is exact for dequantized operands with a common scale."""

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        exact = combine_exactly(args, self.combine)
        return super().evaluate(*args) if exact is None else (exact,)


@irdl_op_definition
class AddOp(SumOp):
    """`lhs + rhs`.

    %y = qnn.add %a, %b : (tensor<1x8xsi4>, tensor<1x8xsi4>) -> tensor<1x8xsi5>
    """

    name = "qnn.add"

    def combine(self, a: Any, b: Any) -> Any:
        return a + b

    def step(self, before: AffineMap, number: float, number_first: bool) -> AffineMap | None:
        return before.plus(number)


@irdl_op_definition
class SubOp(SumOp):
    """`lhs - rhs`.

    %y = qnn.sub %a, %b : (tensor<1x8xsi4>, tensor<1x8xsi4>) -> tensor<1x8xsi5>
    """

    name = "qnn.sub"

    def combine(self, a: Any, b: Any) -> Any:
        return a - b

    def step(self, before: AffineMap, number: float, number_first: bool) -> AffineMap | None:
        return before.times(-1).plus(number) if number_first else before.plus(-number)


@irdl_op_definition
class MulOp(BinaryOp):
    """`lhs * rhs`; it is exact for dequantized operands with a single scale each.

    %y = qnn.mul %a, %b : (tensor<1x8xsi4>, tensor<1x8xsi4>) -> tensor<1x8xsi8>
    """

    name = "qnn.mul"

    def combine(self, a: Any, b: Any) -> Any:
        return a * b

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        exact = multiply_exactly(args)
        return super().evaluate(*args) if exact is None else (exact,)

    def step(self, before: AffineMap, number: float, number_first: bool) -> AffineMap:
        return before.times(number)


@irdl_op_definition
class DivOp(BinaryOp):
    """`lhs / rhs`, of floats only.

    %y = qnn.div %a, %b : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
    """

    name = "qnn.div"

    def verify_types(self) -> None:
        require_float(self.lhs, "the dividend")
        require_same_element((self.lhs, self.rhs, self.output))

    def combine(self, a: Any, b: Any) -> Any:
        return a / b

    def step(self, before: AffineMap, number: float, number_first: bool) -> AffineMap | None:
        return None if number_first or number == 0 else before.over(number)


@irdl_op_definition
class ReluOp(UnaryOp):
    """`max(x, 0)`, of floats or of integers.

    %y = qnn.relu %x : (tensor<1x8xsi4>) -> tensor<1x8xui3>
    """

    name = "qnn.relu"

    def verify_types(self) -> None:
        x = element_of(self.x)
        if not isinstance(x, QuantType):
            return super().verify_types()
        require(
            is_quant(element_of(self.output)),
            f"the result of integers must be an integer type, not {element_of(self.output)}",
        )
        require_range(element_of(self.output), 0, max(0, value_range(x)[1]), "the result")

    def compute(self, x: Array) -> Array:
        return np.maximum(x, x.dtype.type(0))
