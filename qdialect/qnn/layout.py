"""Ops that move elements: reshape, transpose, concat, split, slice, pad, resize."""

from abc import abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from math import prod
from operator import itemgetter

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    var_operand_def,
    var_result_def,
)

from ..data import Array
from ..types import element_of, shape_of
from ..values import Value, concatenate, move_elements, pad_elements
from .base import (
    AxisOp,
    IntProperty,
    IntsProperty,
    QnnOp,
    Shape,
    check_pad_value,
    int_attr,
    ints_attr,
    require,
    require_same_element,
    require_sizes,
    text_of,
)


class MoveOp(QnnOp):
    """Moves the elements of one tensor, without computing on them."""

    x = operand_def()
    output = result_def()

    def verify_types(self) -> None:
        require_same_element((self.x, self.output))

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return True

    def simplified(self) -> "MoveOp | None":
        """A new, simpler op with the same result, or None if this one is the simplest."""
        return None

    @abstractmethod
    def move(self, x: Array) -> Array:
        """The operation on a numpy array."""

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        return (move_elements(args[0], self.move),)

    def is_identity(self) -> bool:
        return shape_of(self.x) == shape_of(self.output)


@irdl_op_definition
class ReshapeOp(MoveOp):
    """The same elements in the same order, in the shape of the result type.

    %y = qnn.reshape %x : (tensor<1x2x2x8xui2>) -> tensor<1x32xui2>
    """

    name = "qnn.reshape"

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, shape: Sequence[int]):
        x = SSAValue.get(x)
        super(QnnOp, self).__init__(operands=[x], result_types=[TensorType(element_of(x), shape)])

    def result_shapes(self) -> Sequence[Shape]:
        x, y = shape_of(self.x), shape_of(self.output)
        require(
            prod(x) == prod(y),
            f"cannot reshape {text_of(x)} to {text_of(y)}: the numbers of elements differ",
        )
        return (y,)

    def move(self, x: Array) -> Array:
        before, after = shape_of(self.x), shape_of(self.output)
        batched = before and after and before[0] == after[0]
        return x.reshape((len(x), *after[1:]) if batched else after)

    def simplified(self) -> MoveOp | None:
        source = self.x.owner
        if not isinstance(source, ReshapeOp):
            return None
        return ReshapeOp(source.x, shape_of(self.output))


@irdl_op_definition
class TransposeOp(MoveOp):
    """Permutes the axes: axis i of the result is axis `order[i]` of the input.

    %y = qnn.transpose %x order = [0, 3, 1, 2] : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
    """

    name = "qnn.transpose"

    order = prop_def(IntsProperty)
    """The input axis of each result axis: a permutation of 0 to rank - 1."""

    assembly_format = "$x `order` `=` $order attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, order: Sequence[int]):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {"order": ints_attr(order)}, element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        x, order = shape_of(self.x), self.order.get_values()
        require(
            sorted(order) == list(range(len(x))),
            f"order {list(order)} is not a permutation of the {len(x)} axes",
        )
        return (tuple(x[axis] for axis in order),)

    def move(self, x: Array) -> Array:
        return x.transpose(self.order.get_values())

    def is_identity(self) -> bool:
        order = self.order.get_values()
        return list(order) == sorted(order)

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.order.get_values()[:1] == (0,)

    def simplified(self) -> MoveOp | None:
        """A reshape if only axes of size 1 move, or one transpose in place of two."""
        source, order = self.x.owner, self.order.get_values()
        wide = [axis for axis in order if shape_of(self.x)[axis] > 1]
        if order[:1] == (0,) and wide == sorted(wide):
            return ReshapeOp(self.x, shape_of(self.output))
        if not isinstance(source, TransposeOp):
            return None
        inner = source.order.get_values()
        return TransposeOp(source.x, [inner[axis] for axis in order])


@irdl_op_definition
class ConcatOp(AxisOp):
    """Concatenates tensors along an axis.

    %y = qnn.concat %a, %b axis = -1 : (tensor<1x8xui2>, tensor<1x4xui2>) -> tensor<1x12xui2>
    """

    name = "qnn.concat"

    inputs = var_operand_def()
    """Tensors whose shapes differ along `axis` only."""
    output = result_def()

    assembly_format = "$inputs `axis` `=` $axis attr-dict `:` functional-type(operands, results)"

    def __init__(self, inputs: Sequence[SSAValue], axis: int = -1):
        self.init_with_inferred_types([inputs], {"axis": int_attr(axis)}, element_of(inputs[0]))

    def result_shapes(self) -> Sequence[Shape]:
        require(len(self.inputs) > 0, "it needs at least one input")
        axis, shapes = self.axis_from_front, [shape_of(value) for value in self.inputs]
        first = shapes[0]
        for shape in shapes:
            require(
                len(shape) == len(first)
                and shape[:axis] == first[:axis]
                and shape[axis + 1 :] == first[axis + 1 :],
                f"cannot join {text_of(shape)} to {text_of(first)} along axis {axis}: "
                "all other axes must be equal",
            )
        return ((*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :]),)

    def verify_types(self) -> None:
        require_same_element((*self.inputs, self.output))

    def is_identity(self) -> bool:
        return len(self.inputs) == 1

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return super().keeps_images_apart(varying) and set(varying) == set(self.inputs)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        return (concatenate(args, self.axis.value.data),)


@irdl_op_definition
class SplitOp(AxisOp):
    """Cuts a tensor along an axis into consecutive parts.

    %a, %b = qnn.split %x sizes = [8, 4] axis = -1
        : (tensor<1x12xui2>) -> (tensor<1x8xui2>, tensor<1x4xui2>)
    """

    name = "qnn.split"

    x = operand_def()
    sizes = prop_def(IntsProperty)
    """The size of each part along the axis, at least 1; they add up to the size of the axis."""
    outputs = var_result_def()

    assembly_format = (
        "$x `sizes` `=` $sizes `axis` `=` $axis attr-dict `:` functional-type(operands, results)"
    )

    def __init__(self, x: SSAValue | Operation, sizes: Sequence[int], axis: int = -1):
        x = SSAValue.get(x)
        shape = list(shape_of(x))
        types = [
            TensorType(element_of(x), (*shape[:axis], size, *shape[axis:][1:])) for size in sizes
        ]
        super(QnnOp, self).__init__(
            operands=[x],
            properties={"sizes": ints_attr(sizes), "axis": int_attr(axis)},
            result_types=[types],
        )

    def result_shapes(self) -> Sequence[Shape]:
        x, sizes = shape_of(self.x), self.sizes.get_values()
        axis = self.axis_from_front
        require_sizes(sizes, len(self.outputs), 1, "sizes")
        require(
            sum(sizes) == x[axis],
            f"sizes {list(sizes)} don't add up to {x[axis]}, the size of axis {axis}",
        )
        return [(*x[:axis], size, *x[axis + 1 :]) for size in sizes]

    def verify_types(self) -> None:
        require_same_element((self.x, *self.outputs))

    def is_identity(self) -> bool:
        return len(self.outputs) == 1

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        cuts, axis = [0, *np.cumsum(self.sizes.get_values())], self.axis_from_front
        places = [(slice(None),) * axis + (slice(*ends),) for ends in pairwise(cuts)]
        return tuple(move_elements(args[0], itemgetter(place)) for place in places)


@irdl_op_definition
class SliceOp(MoveOp):
    """The elements `starts`, `starts + steps`, ... below `ends`, along each axis.

    %y = qnn.slice %x starts = [0, 1] ends = [1, 8] steps = [1, 2]
        : (tensor<1x8xui2>) -> tensor<1x4xui2>
    """

    name = "qnn.slice"

    starts = prop_def(IntsProperty)
    """The first index of each axis, at least 0."""
    ends = prop_def(IntsProperty)
    """The index after the last one of each axis, at most its size."""
    steps = prop_def(IntsProperty)
    """The distance of two selected indices of each axis, at least 1."""

    assembly_format = (
        "$x `starts` `=` $starts `ends` `=` $ends `steps` `=` $steps attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        starts: Sequence[int],
        ends: Sequence[int],
        steps: Sequence[int],
    ):
        x = SSAValue.get(x)
        properties = {
            "starts": ints_attr(starts),
            "ends": ints_attr(ends),
            "steps": ints_attr(steps),
        }
        self.init_with_inferred_types([x], properties, element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        x = shape_of(self.x)
        starts, ends = self.starts.get_values(), self.ends.get_values()
        require_sizes(starts, len(x), 0, "starts")
        require_sizes(ends, len(x), 1, "ends")
        require_sizes(self.steps.get_values(), len(x), 1, "steps")
        for axis, (start, end, size) in enumerate(zip(starts, ends, x, strict=True)):
            require(
                start < end <= size,
                f"the range {start} to {end} is empty or exceeds axis {axis} of size {size}",
            )
        return (tuple(len(range(*span)) for span in self._spans()),)

    def move(self, x: Array) -> Array:
        spans = [slice(*span) for span in self._spans()]
        if spans and shape_of(self.output)[0] == shape_of(self.x)[0]:
            spans[0] = slice(None)
        return x[(*spans, ...)]

    def _spans(self) -> list[tuple[int, int, int]]:
        values = (self.starts, self.ends, self.steps)
        return list(zip(*(value.get_values() for value in values), strict=True))


@irdl_op_definition
class PadOp(QnnOp):
    """Adds `low` elements before and `high` elements after each axis, all equal to `value`.

    %y = qnn.pad %x low = [0, 1, 1, 0] high = [0, 1, 1, 0] value = -1
        : (tensor<1x4x4x8x!qnn.bipolar>) -> tensor<1x6x6x8x!qnn.bipolar>
    """

    name = "qnn.pad"

    x = operand_def()
    output = result_def()
    low = prop_def(IntsProperty)
    """The number of elements added before each axis, at least 0."""
    high = prop_def(IntsProperty)
    """The number of elements added after each axis, at least 0."""
    value = prop_def(IntProperty, default_value=int_attr(0))
    """The value of the added elements."""

    assembly_format = (
        "$x `low` `=` $low `high` `=` $high (`value` `=` $value^)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self, x: SSAValue | Operation, low: Sequence[int], high: Sequence[int], value: int = 0
    ):
        x = SSAValue.get(x)
        properties = {"low": ints_attr(low), "high": ints_attr(high), "value": int_attr(value)}
        self.init_with_inferred_types([x], properties, element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        x, low, high = shape_of(self.x), self.low.get_values(), self.high.get_values()
        require_sizes(low, len(x), 0, "low")
        require_sizes(high, len(x), 0, "high")
        return (tuple(map(sum, zip(low, x, high, strict=True))),)

    def verify_types(self) -> None:
        require_same_element((self.x, self.output))
        check_pad_value(self.x, self.value.value.data)

    def is_identity(self) -> bool:
        return not any((*self.low.get_values(), *self.high.get_values()))

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return True

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        ends = self.low.get_values(), self.high.get_values()
        return (pad_elements(args[0], *ends, self.value.value.data),)


@irdl_op_definition
class ResizeOp(MoveOp):
    """Repeats every element `scales` times along each axis: nearest-neighbour upscaling.

    %y = qnn.resize %x scales = [1, 2, 2, 1] : (tensor<1x4x4x8xui2>) -> tensor<1x8x8x8xui2>
    """

    name = "qnn.resize"

    scales = prop_def(IntsProperty)
    """The repetitions along each axis, at least 1."""

    assembly_format = "$x `scales` `=` $scales attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, scales: Sequence[int]):
        x = SSAValue.get(x)
        self.init_with_inferred_types([x], {"scales": ints_attr(scales)}, element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        x, scales = shape_of(self.x), self.scales.get_values()
        require_sizes(scales, len(x), 1, "scales")
        return (tuple(size * scale for size, scale in zip(x, scales, strict=True)),)

    def move(self, x: Array) -> Array:
        for axis, scale in enumerate(self.scales.get_values()):
            x = np.repeat(x, scale, axis) if scale > 1 else x
        return x
