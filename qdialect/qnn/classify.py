"""The last ops of a classifier: softmax, log_softmax, arg_max, top_k."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, result_def

from ..types import QuantType, element_of, shape_of, unsigned
from ..values import Value, as_array
from .base import (
    AxisOp,
    IntProperty,
    Shape,
    cast_exactly,
    checked_storage,
    int_attr,
    require,
    require_float,
    require_range,
    require_same_element,
)


def check_index(value: SSAValue, size: int) -> None:
    """Raises VerifyException unless a value can hold every index along an axis of this size."""
    element = element_of(value)
    require(isinstance(element, QuantType), f"the index must be an integer, it is {element}")
    require_range(element, 0, size - 1, "the index")


def index_type(x: SSAValue, axis: int) -> QuantType:
    """The narrowest type for indices along an axis."""
    return unsigned(max(1, (shape_of(x)[axis] - 1).bit_length()))


class ScoresOp(AxisOp):
    """A function of the scores along an axis, which has a result for each of them."""

    x = operand_def()
    output = result_def()

    assembly_format = "$x `axis` `=` $axis attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, axis: int = -1):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {"axis": int_attr(axis)}, element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        _ = self.axis_from_front  # raises if there is no such axis
        return (shape_of(self.x),)

    def verify_types(self) -> None:
        require_float(self.x, "the input")
        require_same_element((self.x, self.output))


@irdl_op_definition
class SoftmaxOp(ScoresOp):
    """Converts scores to probabilities along an axis: `exp(x) / sum(exp(x))`.

    %y = qnn.softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
    """

    name = "qnn.softmax"

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, axis = as_array(args[0]), self.axis.value.data
        powers = np.exp(x - x.max(axis, keepdims=True))
        return (powers / powers.sum(axis, keepdims=True),)


@irdl_op_definition
class LogSoftmaxOp(ScoresOp):
    """The logarithms of the probabilities of a softmax: `x - log(sum(exp(x)))`.

    %y = qnn.log_softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
    """

    name = "qnn.log_softmax"

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, axis = as_array(args[0]), self.axis.value.data
        below = x - x.max(axis, keepdims=True)
        return (below - np.log(np.exp(below).sum(axis, keepdims=True)),)


@irdl_op_definition
class ArgMaxOp(AxisOp):
    """The index of the largest element along an axis, which the result no longer has.

    If several elements are the largest, it is the index of the first, or with `last` of the last.

    %y = qnn.arg_max %x axis = -1 : (tensor<1x10xsi9>) -> tensor<1xui4>
    """

    name = "qnn.arg_max"

    x = operand_def()
    last = opt_prop_def(UnitAttr)
    """Whether the last of several largest elements is chosen."""
    output = result_def()

    assembly_format = "$x `axis` `=` $axis attr-dict `:` functional-type(operands, results)"

    def __init__(
        self,
        x: SSAValue | Operation,
        axis: int = -1,
        element: QuantType | None = None,
        last: bool = False,
    ):
        x = SSAValue.get(x)
        properties = {"axis": int_attr(axis), "last": UnitAttr() if last else None}
        self.init_with_inferred_types([x], properties, element or index_type(x, axis))

    def result_shapes(self) -> Sequence[Shape]:
        x = shape_of(self.x)
        axis = self.axis_from_front
        return ((*x[:axis], *x[axis + 1 :]),)

    def verify_types(self) -> None:
        check_index(self.output, shape_of(self.x)[self.axis.value.data])

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, axis = as_array(args[0]), self.axis.value.data
        if self.last is None:
            return (cast_exactly(self, x.argmax(axis)),)
        return (cast_exactly(self, x.shape[axis] - 1 - np.flip(x, axis).argmax(axis)),)


@irdl_op_definition
class TopKOp(AxisOp):
    """The k largest elements along an axis, largest first, and their indices.

    Equal elements are ordered by their indices.

    %v, %i = qnn.top_k %x k = 5 axis = -1 : (tensor<1x10xsi9>) -> (tensor<1x5xsi9>, tensor<1x5xui4>)
    """

    name = "qnn.top_k"

    x = operand_def()
    k = prop_def(IntProperty)
    """The number of elements, from 1 to the size of the axis."""
    values = result_def()
    indices = result_def()

    assembly_format = (
        "$x `k` `=` $k `axis` `=` $axis attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self, x: SSAValue | Operation, k: int, axis: int = -1, element: QuantType | None = None
    ):
        x = SSAValue.get(x)
        properties = {"k": int_attr(k), "axis": int_attr(axis)}
        self.init_with_inferred_types(
            [x], properties, element_of(x), element or index_type(x, axis)
        )

    def result_shapes(self) -> Sequence[Shape]:
        x, k = shape_of(self.x), self.k.value.data
        axis = self.axis_from_front
        require(1 <= k <= x[axis], f"k is {k}: it must be 1 to {x[axis]}, the size of axis {axis}")
        shape = (*x[:axis], k, *x[axis + 1 :])
        return shape, shape

    def verify_types(self) -> None:
        require_same_element((self.x, self.values))
        check_index(self.indices, shape_of(self.x)[self.axis.value.data])

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, axis = as_array(args[0]), self.axis.value.data
        last = x.shape[axis] - 1
        # a stable sort of the reversed scores, reversed again, has the first of equals first
        order = last - np.flip(np.argsort(np.flip(x, axis), axis, kind="stable"), axis)
        indices = order.take(range(self.k.value.data), axis)
        values = np.take_along_axis(x, indices, axis)
        return values, checked_storage(self, indices, element_of(self.indices))
