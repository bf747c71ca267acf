"""From real numbers to integers and back: quantize, dequantize, requantize, trunc."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import UnitAttr, f32
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.exceptions import InterpretationError

from ..attributes import ROUNDING_FUNCTIONS, FloatArray, Rounding, RoundingAttr
from ..convolution import exact_dtype, max_magnitude
from ..data import Array
from ..types import (
    BipolarType,
    ElementType,
    QuantType,
    TernaryType,
    dtype_of,
    element_of,
    is_quant,
    shape_of,
    value_range,
)
from ..values import Dequantized, Value, as_array
from .base import (
    IntProperty,
    QnnOp,
    Shape,
    describe,
    int_attr,
    normalized_axis,
    require,
    require_float,
    text_of,
)
from .constants import constant_of


def check_parameter(parameter: SSAValue, x: SSAValue, axis: int, what: str) -> None:
    """A parameter holds one number, or one for each index of `x` along the axis."""
    shape = shape_of(parameter)
    if shape in ((), (1,)):
        return
    size = shape_of(x)[normalized_axis(axis, len(shape_of(x)))]
    require(
        shape == (size,),
        f"{what} must hold one number, or {size} along axis {axis}; it is {text_of(shape)}",
    )


def check_scale(scale: SSAValue) -> None:
    require_float(scale, "the scale")
    values = constant_of(scale)
    require(values is None or bool(np.all(values)), "the scale is zero")


def check_saturating(result: SSAValue) -> None:
    """A result that is rounded and clipped may be any number, 0 as well."""
    element = element_of(result)
    require(is_quant(element), "the result must be an integer type")
    require(
        not isinstance(element, BipolarType), "the result may be 0, !qnn.bipolar holds -1 and 1"
    )


def broadcast_along(parameter: Array, rank: int, axis: int) -> Array:
    """Shapes a parameter so that it broadcasts along its axis."""
    if parameter.size == 1:
        return parameter.reshape(())
    shape = [1] * rank
    shape[normalized_axis(axis, rank)] = parameter.size
    return parameter.reshape(shape)


@irdl_op_definition
class QuantizeOp(QnnOp):
    """Rounds `x / scale` to the integers of the result type, saturating.

    With a zero point z: `round(x / scale) + z` as ONNX's QuantizeLinear, or with `zero_point_first`
    `round(x / scale + z)` as QONNX's Quant. A bipolar result is +1 where x >= 0, as in QONNX.

        %q = qnn.quantize %x, %scale : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
    """

    name = "qnn.quantize"

    x = operand_def()
    scale = operand_def()
    zero_point = opt_operand_def()
    rounding = prop_def(RoundingAttr, default_value=RoundingAttr(Rounding.HALF_EVEN))
    narrow = opt_prop_def(UnitAttr)
    """Leaves out the lowest value if signed, the highest if not, as QONNX does."""
    zero_point_first = opt_prop_def(UnitAttr)
    axis = prop_def(IntProperty, default_value=int_attr(-1))
    """Where per-channel parameters lie."""
    output = result_def()

    assembly_format = (
        "$x `,` $scale (`zero_point` $zero_point^)? (`rounding` `=` $rounding^)? "
        "(`axis` `=` $axis^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue,
        scale: SSAValue | Operation,
        element: QuantType,
        zero_point: SSAValue | Operation | None = None,
        rounding: Rounding = Rounding.HALF_EVEN,
        narrow: bool = False,
        zero_point_first: bool = False,
        axis: int = -1,
    ):
        self.init_with_inferred_types(
            [x, scale, zero_point],
            {
                "rounding": RoundingAttr(rounding),
                "narrow": UnitAttr() if narrow else None,
                "zero_point_first": UnitAttr() if zero_point_first else None,
                "axis": int_attr(axis),
            },
            element,
        )

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and the largest result."""
        element = element_of(self.output)
        assert isinstance(element, QuantType)
        low, high = value_range(element)
        if self.narrow is None:
            return low, high
        return (low + 1, high) if low < 0 else (low, high - 1)

    def result_shapes(self) -> Sequence[Shape]:
        return (shape_of(self.x),)

    def verify_types(self) -> None:
        axis = self.axis.value.data
        require_float(self.x, "the input")
        require(is_quant(element_of(self.output)), "the result must be an integer type")
        check_scale(self.scale)
        check_parameter(self.scale, self.x, axis, "the scale")
        if self.zero_point is not None:
            require(is_quant(element_of(self.zero_point)), "the zero point must be an integer")
            check_parameter(self.zero_point, self.x, axis, "the zero point")
        low, high = self.limits
        plain_range = not isinstance(element_of(self.output), BipolarType | TernaryType)
        require(self.narrow is None or plain_range, "narrow is for siN and uiN")
        require(low < high, f"narrow leaves {element_of(self.output)} no two values")

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.varies_in_first_operand(varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x: FloatArray = as_array(args[0])
        if np.isnan(x).any():
            raise InterpretationError(f"{describe(self)}: the input holds a NaN")
        element, axis = element_of(self.output), self.axis.value.data
        if isinstance(element, BipolarType):
            return (np.where(x >= 0, np.int8(1), np.int8(-1)),)
        scale = broadcast_along(as_array(args[1]), x.ndim, axis)
        if not np.all(scale):
            raise InterpretationError(f"{describe(self)}: the scale is zero")
        with np.errstate(over="ignore"):
            y = x / scale
        zero = (
            broadcast_along(as_array(args[2]), x.ndim, axis).astype(x.dtype)
            if args[2:]
            else x.dtype.type(0)
        )
        low, high = self.limits
        if self.zero_point_first is not None:
            y = ROUNDING_FUNCTIONS[self.rounding.data](np.clip(y + zero, low, high))
        else:
            y = np.clip(ROUNDING_FUNCTIONS[self.rounding.data](y) + zero, low, high)
        return (_to_integers(y, low, high, dtype_of(element)),)


@irdl_op_definition
class DequantizeOp(QnnOp):
    """The real numbers that integers stand for: `(x - zero_point) * scale`.

    A scale may be f64, as the exact product of two f32 scales is; the result is computed so.

    %y = qnn.dequantize %q, %scale : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>
    """

    name = "qnn.dequantize"

    x = operand_def()
    scale = operand_def()
    zero_point = opt_operand_def()
    axis = prop_def(IntProperty, default_value=int_attr(-1))
    """Where per-channel parameters lie."""
    output = result_def()

    assembly_format = (
        "$x `,` $scale (`zero_point` $zero_point^)? (`axis` `=` $axis^)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        scale: SSAValue | Operation,
        zero_point: SSAValue | Operation | None = None,
        axis: int = -1,
    ):
        self.init_with_inferred_types([x, scale, zero_point], {"axis": int_attr(axis)}, f32)

    def is_foldable(self) -> bool:
        """False, because the ops that use the result compute with its integers."""
        return False

    def result_shapes(self) -> Sequence[Shape]:
        return (shape_of(self.x),)

    def verify_types(self) -> None:
        axis = self.axis.value.data
        require(is_quant(element_of(self.x)), "the input must be an integer type")
        require(element_of(self.output) == f32, "the result must be f32")
        check_scale(self.scale)
        check_parameter(self.scale, self.x, axis, "the scale")
        if self.zero_point is not None:
            require(is_quant(element_of(self.zero_point)), "the zero point must be an integer")
            check_parameter(self.zero_point, self.x, axis, "the zero point")

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.varies_in_first_operand(varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, axis = as_array(args[0]), self.axis.value.data
        ints = x
        if args[2:]:
            zero = broadcast_along(as_array(args[2]), x.ndim, axis)
            exact = exact_dtype(max_magnitude(x) + max_magnitude(zero))
            ints = x.astype(exact) - zero.astype(exact)
        scale = broadcast_along(as_array(args[1]), x.ndim, axis).astype(np.float64)
        return (Dequantized(ints, scale),)


@irdl_op_definition
class RequantizeOp(QnnOp):
    """Fixed-point rescaling: `round(x * multiplier / 2^shift) + offset`, saturating.

    %y = qnn.requantize %x, %m shift = 16 : (tensor<1x8xsi20>, tensor<8xui16>) -> tensor<1x8xsi8>
    """

    name = "qnn.requantize"

    x = operand_def()
    multiplier = operand_def()
    """One integer, or one for each channel of the last axis."""
    shift = prop_def(IntProperty)
    offset = prop_def(IntProperty, default_value=int_attr(0))
    rounding = prop_def(RoundingAttr, default_value=RoundingAttr(Rounding.HALF_EVEN))
    output = result_def()

    assembly_format = (
        "$x `,` $multiplier `shift` `=` $shift (`offset` `=` $offset^)? "
        "(`rounding` `=` $rounding^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        multiplier: SSAValue | Operation,
        element: QuantType,
        shift: int,
        offset: int = 0,
        rounding: Rounding = Rounding.HALF_EVEN,
    ):
        properties = {
            "shift": int_attr(shift),
            "offset": int_attr(offset),
            "rounding": RoundingAttr(rounding),
        }
        self.init_with_inferred_types([x, multiplier], properties, element)

    def result_shapes(self) -> Sequence[Shape]:
        return (shape_of(self.x),)

    def verify_types(self) -> None:
        for value, what in (
            (self.x, "the input"),
            (self.multiplier, "the multiplier"),
        ):
            require(is_quant(element_of(value)), f"{what} must be an integer type")
        check_saturating(self.output)
        check_parameter(self.multiplier, self.x, -1, "the multiplier")
        require(0 <= self.shift.value.data <= 62, "the shift must be from 0 to 62")

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.varies_in_first_operand(varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x = as_array(args[0])
        multiplier = broadcast_along(as_array(args[1]), x.ndim, -1)
        offset = self.offset.value.data
        exact = exact_dtype(max_magnitude(x) * max_magnitude(multiplier) + abs(offset))
        product = x.astype(exact) * multiplier.astype(exact)
        y = round_shift(product, self.shift.value.data, self.rounding.data) + self.offset.value.data
        return (saturate(y, element_of(self.output)),)


@irdl_op_definition
class TruncOp(QnnOp):
    """Drops low bits: `round(x / 2^shift)`, saturating; QONNX's Trunc between its quantizers.

    %y = qnn.trunc %x shift = 3 rounding = floor : (tensor<1x8xui8>) -> tensor<1x8xui5>
    """

    name = "qnn.trunc"

    x = operand_def()
    shift = prop_def(IntProperty)
    rounding = prop_def(RoundingAttr, default_value=RoundingAttr(Rounding.HALF_EVEN))
    output = result_def()

    assembly_format = (
        "$x `shift` `=` $shift (`rounding` `=` $rounding^)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        element: QuantType,
        shift: int,
        rounding: Rounding = Rounding.HALF_EVEN,
    ):
        properties = {"shift": int_attr(shift), "rounding": RoundingAttr(rounding)}
        self.init_with_inferred_types([x], properties, element)

    def result_shapes(self) -> Sequence[Shape]:
        return (shape_of(self.x),)

    def verify_types(self) -> None:
        require(is_quant(element_of(self.x)), "the input must be an integer type")
        check_saturating(self.output)
        require(0 <= self.shift.value.data <= 62, "the shift must be from 0 to 62")

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.varies_in_first_operand(varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x = as_array(args[0])
        exact = x.astype(exact_dtype(max_magnitude(x)))
        y = round_shift(exact, self.shift.value.data, self.rounding.data)
        return (saturate(y, element_of(self.output)),)


def round_shift(x: Array, shift: int, rounding: Rounding) -> Array:
    """Rounds `x / 2^shift`, in integers throughout."""
    if shift == 0:
        return x
    floor, rest = x >> shift, x & ((1 << shift) - 1)
    half = 1 << (shift - 1)
    negative = x < 0
    match rounding:
        case Rounding.FLOOR:
            up = np.zeros(x.shape, np.bool_)
        case Rounding.CEIL:
            up = rest > 0
        case Rounding.DOWN:
            up = negative & (rest > 0)
        case Rounding.UP:
            up = ~negative & (rest > 0)
        case Rounding.HALF_EVEN:
            up = (rest > half) | ((rest == half) & ((floor & 1) == 1))
        case Rounding.HALF_UP:
            up = (rest > half) | ((rest == half) & ~negative)
        case Rounding.HALF_DOWN:
            up = (rest > half) | ((rest == half) & negative)
    return floor + up


def saturate(values: Array, element: ElementType) -> Array:
    """Clips to the range of a quantized type and stores in its numpy type."""
    assert isinstance(element, QuantType)
    return np.clip(values, *value_range(element)).astype(dtype_of(element))


def _to_integers(y: FloatArray, low: int, high: int, dtype: np.dtype[np.generic]) -> Array:
    """Converts rounded floats, clipped again where the ends of a wide type are no floats."""
    if max(-low, high) <= 1 << 24:
        return y.astype(dtype)
    if max(-low, high) < 1 << 53:
        return np.clip(y.astype(np.float64), low, high).astype(dtype)
    exact = np.array([min(max(int(value), low), high) for value in y.flat], object)
    return exact.astype(dtype).reshape(y.shape)
