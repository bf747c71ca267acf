"""Quantization: quantize, dequantize, requantize, trunc."""

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, UnitAttr, f32
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
    ElementwiseOp,
    IntProperty,
    describe,
    int_attr,
    normalized_axis,
    require,
    require_float,
    text_of,
)
from .constants import constant_of


def check_parameter(parameter: SSAValue, x: SSAValue, axis: int, what: str) -> None:
    """Raises VerifyException unless a parameter has one number, or one per index of the axis."""
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
    require(values is None or bool(np.all(values)), "the scale must not be zero")


def check_saturating(result: SSAValue) -> None:
    """Raises VerifyException unless the result is an integer type that includes 0."""
    element = element_of(result)
    require(is_quant(element), "the result must be an integer type")
    require(
        not isinstance(element, BipolarType),
        "the result may be 0, but !qnn.bipolar holds only -1 and 1",
    )


def check_scale_and_zero_point(op: "QuantizeOp | DequantizeOp") -> None:
    """Raises VerifyException unless both parameters of a quantizer fit its input."""
    axis = op.axis.value.data
    check_scale(op.scale)
    check_parameter(op.scale, op.x, axis, "the scale")
    if op.zero_point is not None:
        require(is_quant(element_of(op.zero_point)), "the zero point must be an integer")
        check_parameter(op.zero_point, op.x, axis, "the zero point")


def check_shift(shift: IntegerAttr) -> None:
    require(0 <= shift.value.data <= 62, f"the shift is {shift.value.data}: it must be 0 to 62")


def broadcast_along(parameter: Array, rank: int, axis: int) -> Array:
    """Reshapes a parameter so that it broadcasts along its axis of a tensor of this rank."""
    if parameter.size == 1:
        return parameter.reshape(())
    shape = [1] * rank
    shape[normalized_axis(axis, rank)] = parameter.size
    return parameter.reshape(shape)


@irdl_op_definition
class QuantizeOp(ElementwiseOp):
    """Rounds `x / scale` to an integer and saturates it to the result type.

    A zero point z is added after rounding, `round(x / scale) + z` as in ONNX's QuantizeLinear, or
    before it with `zero_point_first`, `round(x / scale + z)` as in QONNX's Quant. A bipolar result
    is +1 where x >= 0 and else -1, as in QONNX.

        %q = qnn.quantize %x, %scale : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
    """

    name = "qnn.quantize"

    x = operand_def()
    scale = operand_def()
    zero_point = opt_operand_def()
    rounding = prop_def(RoundingAttr, default_value=RoundingAttr(Rounding.HALF_EVEN))
    narrow = opt_prop_def(UnitAttr)
    """Excludes the lowest value of a signed type, the highest of an unsigned one, as in QONNX."""
    zero_point_first = opt_prop_def(UnitAttr)
    """Adds the zero point before rounding."""
    axis = prop_def(IntProperty, default_value=int_attr(-1))
    """The axis of the input along which parameters differ."""
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

    def verify_types(self) -> None:
        require_float(self.x, "the input")
        require(is_quant(element_of(self.output)), "the result must be an integer type")
        check_scale_and_zero_point(self)
        low, high = self.limits
        plain_range = not isinstance(element_of(self.output), BipolarType | TernaryType)
        require(self.narrow is None or plain_range, "narrow applies only to siN and uiN")
        require(low < high, f"narrow leaves only one value of {element_of(self.output)}")

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x: FloatArray = as_array(args[0])
        if np.isnan(x).any():
            raise InterpretationError(f"{describe(self)}: the input contains a NaN")
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
class DequantizeOp(ElementwiseOp):
    """The real numbers that quantized integers represent: `(x - zero_point) * scale`.

    The product is computed in float64 and rounded to float32. The scale may be f64, to hold the
    exact product of two f32 scales.

    %y = qnn.dequantize %q, %scale : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>
    """

    name = "qnn.dequantize"

    x = operand_def()
    scale = operand_def()
    zero_point = opt_operand_def()
    axis = prop_def(IntProperty, default_value=int_attr(-1))
    """The axis of the input along which parameters differ."""
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

    def verify_types(self) -> None:
        require(is_quant(element_of(self.x)), "the input must be an integer type")
        require(element_of(self.output) == f32, "the result must be f32")
        check_scale_and_zero_point(self)

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
class RequantizeOp(ElementwiseOp):
    """Fixed-point rescaling: `round(x * multiplier / 2^shift) + offset`, saturated.

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

    def verify_types(self) -> None:
        for value, what in (
            (self.x, "the input"),
            (self.multiplier, "the multiplier"),
        ):
            require(is_quant(element_of(value)), f"{what} must be an integer type")
        check_saturating(self.output)
        check_parameter(self.multiplier, self.x, -1, "the multiplier")
        check_shift(self.shift)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x = as_array(args[0])
        multiplier = broadcast_along(as_array(args[1]), x.ndim, -1)
        offset = self.offset.value.data
        exact = exact_dtype(max_magnitude(x) * max_magnitude(multiplier) + abs(offset))
        product = x.astype(exact) * multiplier.astype(exact)
        y = round_shift(product, self.shift.value.data, self.rounding.data) + self.offset.value.data
        return (saturate(y, element_of(self.output)),)


@irdl_op_definition
class TruncOp(ElementwiseOp):
    """Drops low bits: `round(x / 2^shift)`, saturated. QONNX's Trunc without its quantizers.

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

    def verify_types(self) -> None:
        require(is_quant(element_of(self.x)), "the input must be an integer type")
        check_saturating(self.output)
        check_shift(self.shift)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x = as_array(args[0])
        exact = x.astype(exact_dtype(max_magnitude(x)))
        y = round_shift(exact, self.shift.value.data, self.rounding.data)
        return (saturate(y, element_of(self.output)),)


def round_shift(x: Array, shift: int, rounding: Rounding) -> Array:
    """Rounds `x / 2^shift` with integer arithmetic only."""
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
    """Clips values to the range of a quantized type and converts them to its numpy type."""
    assert isinstance(element, QuantType)
    return np.clip(values, *value_range(element)).astype(dtype_of(element))


def _to_integers(y: FloatArray, low: int, high: int, dtype: np.dtype[np.generic]) -> Array:
    """Converts rounded floats to integers.

    The limits of a type wider than the float's significand are not floats, so clipping before
    the conversion may have rounded up past a limit; such values are clipped again.
    """
    if max(-low, high) <= 1 << 24:
        return y.astype(dtype)
    if max(-low, high) < 1 << 53:
        return np.clip(y.astype(np.float64), low, high).astype(dtype)
    exact = np.array([min(max(int(value), low), high) for value in y.flat], object)
    return exact.astype(dtype).reshape(y.shape)
