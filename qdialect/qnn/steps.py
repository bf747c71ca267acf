"""Step functions: threshold, which counts thresholds reached, and lookup, which reads a table."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType, UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.exceptions import InterpretationError, VerifyException

from ..convolution import exact_dtype, max_magnitude
from ..data import Array
from ..types import (
    BipolarType,
    ElementType,
    QnnTensor,
    QuantType,
    element_of,
    is_quant,
    shape_of,
    tensor_of,
    unsigned,
    value_range,
)
from ..values import Value, as_array, exact_numbers, move_elements
from .base import (
    ElementwiseOp,
    IntProperty,
    QnnOp,
    Shape,
    cast_exactly,
    describe,
    int_attr,
    require,
    require_range,
    text_of,
)
from .constants import ConstantOp, constant_of


@irdl_op_definition
class ThresholdOp(ElementwiseOp):
    """Counts the thresholds that each element has reached. This is any monotone step function.

    The result is `offset + #{t : x >= t}`, or `offset + #{t : x < t}` in a descending channel. A
    bipolar result has one threshold, and is +1 if the count is 1, else -1.

        %y = qnn.threshold %acc, %t : (tensor<1x8xsi14>, tensor<8x3xsi14>) -> tensor<1x8xui2>
    """

    name = "qnn.threshold"

    x = operand_def()
    thresholds = operand_def()
    """An ascending row for each channel of the last axis, or one row for all channels."""
    offset = prop_def(IntProperty, default_value=int_attr(0))
    """The result where the count is 0."""
    descending = opt_operand_def()
    """A flag for each channel, 1 if its function is descending."""
    output = result_def()

    assembly_format = (
        "$x `,` $thresholds (`descending` $descending^)? (`offset` `=` $offset^)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        thresholds: SSAValue | Operation,
        element: QuantType,
        offset: int = 0,
        descending: SSAValue | Operation | None = None,
    ):
        self.init_with_inferred_types(
            [x, thresholds, descending], {"offset": int_attr(offset)}, element
        )

    def verify_types(self) -> None:
        x, t, y = map(element_of, (self.x, self.thresholds, self.output))
        require(isinstance(y, QuantType), "the result must be an integer type")
        require(shape_of(self.x) != (), "the input needs an axis of channels")
        channels = shape_of(self.x)[-1]
        check_threshold_shape(shape_of(self.thresholds), channels, y, self.offset.value.data)
        if self.descending is not None:
            check_descending(tensor_of(self.descending), channels)
        require(
            is_quant(x) == is_quant(t),
            f"thresholds of {t} cannot be compared with an input of {x}",
        )
        values = constant_of(self.thresholds)
        if values is not None:
            check_threshold_values(values, x)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        flags = as_array(args[2]) if args[2:] else None
        result, first = element_of(self.output), self.offset.value.data
        levels = threshold_levels(as_array(args[0]), as_array(args[1]), flags, result, first)
        return (cast_exactly(self, levels),)


@irdl_op_definition
class LookupOp(QnnOp):
    """Reads a table at `x - first`: codebook weights, embeddings, or non-monotone functions.

    In a table of rank 1 an index selects a number. In a table of rank 2 an index selects a row,
    which becomes the last axis of the result; with `per_channel` each channel instead has its own
    row, and an index selects a number of it.

        %w = qnn.lookup %i, %codebook : (tensor<8x4xui2>, tensor<4xsi8>) -> tensor<8x4xsi8>
    """

    name = "qnn.lookup"

    x = operand_def()
    table = operand_def()
    first = prop_def(IntProperty, default_value=int_attr(0))
    """The index of the table's first entry."""
    per_channel = opt_prop_def(UnitAttr)
    """Gives each channel of the last axis its own row of the table."""
    output = result_def()

    assembly_format = (
        "$x `,` $table (`first` `=` $first^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        table: SSAValue | Operation,
        first: int = 0,
        per_channel: bool = False,
    ):
        tables = SSAValue.get(table)
        properties = {
            "first": int_attr(first),
            "per_channel": UnitAttr() if per_channel else None,
        }
        self.init_with_inferred_types([x, tables], properties, element_of(tables))

    @property
    def entries(self) -> int:
        """The number of indices of the table."""
        return shape_of(self.table)[-1 if self.per_channel is not None else 0]

    def is_foldable(self) -> bool:
        """False, because indices into a table are narrower than its entries."""
        return False

    def result_shapes(self) -> Sequence[Shape]:
        x, table = shape_of(self.x), shape_of(self.table)
        if self.per_channel is not None:
            require(x != (), "with per_channel the input needs an axis of channels")
            require(
                len(table) == 2 and table[0] == x[-1],
                f"with per_channel the table must be {x[-1]}xN, it is {text_of(table)}",
            )
            return (x,)
        require(len(table) in (1, 2), f"the table must have rank 1 or 2, it is {text_of(table)}")
        return (x + table[1:],)

    def verify_types(self) -> None:
        x = element_of(self.x)
        require(isinstance(x, QuantType), "the index must be an integer type")
        require(
            element_of(self.output) == element_of(self.table),
            f"a table of {element_of(self.table)} cannot produce {element_of(self.output)}",
        )
        index = constant_of(self.x)
        if index is not None:
            self._check_index(index)

    def _check_index(self, index: Array) -> None:
        first = self.first.value.data
        require(
            first <= int(index.min()) and int(index.max()) < first + self.entries,
            f"index {index.min()} to {index.max()} is outside the table, "
            f"which has the indices {first} to {first + self.entries - 1}",
        )

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.varies_in_first_operand(varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, first = as_array(args[0]), self.first.value.data
        index = x.astype(exact_dtype(max_magnitude(x) + abs(first))) - first
        try:
            self._check_index(x)
        except VerifyException as error:
            raise InterpretationError(f"{describe(self)}: {error}") from None
        index, table = index.astype(np.intp), args[1]
        if exact_numbers(table) is not None:
            return (move_elements(table, lambda entries: self._read_table(entries, index)),)
        return (self._read_table(as_array(table), index),)

    def constant_result(self) -> Array | None:
        """The entries of a constant table at constant indices; computed once and cached."""
        index, table = self.x.owner, self.table.owner
        if not isinstance(index, ConstantOp) or not isinstance(table, ConstantOp):
            return None
        key = (index.data, table.data, self.first.value.data)
        cached: tuple[object, Array] | None = vars(self).get("_constant_result")
        if cached is None or cached[0] != key:
            values = as_array(self.evaluate(index.data.array, table.data.array)[0])
            cached = vars(self)["_constant_result"] = (key, values)
        return cached[1]

    def _read_table(self, table: Array, index: Array) -> Array:
        if self.per_channel is None:
            return table[index]
        return table[np.arange(len(table)), index]


def check_threshold_shape(shape: Shape, channels: int, result: ElementType, first: int) -> None:
    """Raises VerifyException unless the thresholds are rows and the result holds all levels."""
    require(
        len(shape) == 2 and shape[0] in (1, channels),
        f"the thresholds must be 1xN or {channels}xN, they are {text_of(shape)}",
    )
    if isinstance(result, BipolarType):
        require(shape[1] == 1, f"a bipolar result has one threshold, not {shape[1]}")
        require(first == 0, f"a bipolar result must have offset 0, not {first}")
    else:
        require_range(result, first, first + shape[1], "the result")


def check_descending(type: QnnTensor, channels: int) -> None:
    """Raises VerifyException unless the flags are one bit for each channel."""
    require(
        type == TensorType(unsigned(1), [channels]),
        f"descending must be a tensor<{channels}xui1>, not {type}",
    )


def check_threshold_values(rows: Array, x: ElementType) -> None:
    """Raises VerifyException unless rows ascend within the range of the input type.

    One step above the range is allowed: a threshold that no input reaches.
    """
    require(bool(np.all(rows[:, 1:] >= rows[:, :-1])), "the thresholds must be ascending")
    if isinstance(x, QuantType):
        low, high = value_range(x)
        require(
            int(rows.min()) >= low and int(rows.max()) <= high + 1,
            f"thresholds from {rows.min()} to {rows.max()} exceed the range of {x}: "
            f"use {low} (always reached) to {high + 1} (never reached)",
        )


def threshold_levels(
    x: Array, rows: Array, flags: Array | None, result: ElementType, first: int
) -> Array:
    """The result of a threshold op for each element, from the number of thresholds it reached."""
    count = count_reached_thresholds(x, rows)
    if flags is not None:
        count = np.where(flags == 1, rows.shape[1] - count, count)
    return 2 * count - 1 if isinstance(result, BipolarType) else count + first


def count_reached_thresholds(x: Array, thresholds: Array) -> npt.NDArray[np.int64]:
    """The number of thresholds of its channel that each element has reached."""
    channels, count = thresholds.shape
    if np.result_type(x, thresholds).kind == "f" and x.dtype.kind != "f":
        x, thresholds = x.astype(object), thresholds.astype(object)
    if channels == 1:
        return np.searchsorted(thresholds[0], x, side="right")
    if count <= 4:
        reached = np.zeros(x.shape, np.int64)
        for column in thresholds.T:
            reached += x >= column
        return reached
    rows = x.reshape(-1, channels)
    reached = [
        np.searchsorted(row, rows[:, channel], side="right")
        for channel, row in enumerate(thresholds)
    ]
    return np.stack(reached, axis=-1).reshape(x.shape)
