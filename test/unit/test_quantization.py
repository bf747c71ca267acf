"""Quantizing and dequantizing, compared with QONNX, onnxruntime, and exact fractions."""

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from qnn.qdialect.attributes import Rounding
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.linear import LinearOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp, RequantizeOp, TruncOp
from qnn.qdialect.qnn.steps import LookupOp, ThresholdOp
from qnn.qdialect.text import TextError
from qnn.qdialect.types import (
    BipolarType,
    FloatType,
    QuantType,
    dtype_of,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from qonnx.custom_op.general.bipolar_quant import binary_quant
from qonnx.custom_op.general.multithreshold import multithreshold
from qonnx.custom_op.general.quant import quant
from qonnx.custom_op.general.trunc import trunc_v1
from support.generate import Choices
from support.oracles import ROUND_EXACTLY, Array, assert_same, onnx_op, scaled
from support.program import Tensor, constant, read_module, run_checked, run_op
from xdsl.dialects.builtin import IntegerType, f32, f64
from xdsl.utils.exceptions import InterpretationError

ROUNDINGS = pytest.mark.parametrize("rounding", list(Rounding), ids=lambda mode: mode.value)


def reals(rng: np.random.Generator, shape: tuple[int, ...], scale: npt.ArrayLike) -> Array:
    """Numbers to quantize: many are ties or whole multiples of the scale, some are extreme."""
    steps = rng.integers(-40, 40, shape) / rng.choice([1, 2, 4])
    near = steps.astype(np.float32) * scale
    values = np.where(rng.random(shape) < 0.7, near, rng.normal(scale=9, size=shape))
    rare = rng.choice([0.0, -0.0, 3e38, -3e38, 1e-45, 0.49999997, -0.49999997], shape)
    return np.where(rng.random(shape) < 0.15, rare, values).astype(np.float32)


def parameter(rng: np.random.Generator, shape: tuple[int, ...], axis: int, options: Array) -> Array:
    """One number, or one for each index along an axis, broadcast against the shape."""
    if rng.integers(2):
        return rng.choice(options, ())
    return rng.choice(options, [size if at == axis else 1 for at, size in enumerate(shape)])


SCALES = np.array([1.0, 0.5, 0.1, 0.3, 1.7, -0.25, -0.3], np.float32)


@ROUNDINGS
@settings(max_examples=settings().max_examples * 2)
@given(st.booleans(), st.integers(1, 8), st.integers(0, 2**32))
def test_quantize_is_equal_to_qonnx(rounding: Rounding, sign: bool, width: int, seed: int) -> None:
    """QONNX rounds after the zero point is added, and clamps before; one signed bit is bipolar."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 4, rng.integers(1, 4)))
    axis = int(rng.integers(len(shape)))
    scale = parameter(rng, shape, axis, SCALES)
    zero = parameter(rng, shape, axis, np.array([0, 0, 1, -2], np.float32))
    x, narrow = reals(rng, shape, scale), width > 1 and bool(rng.integers(2))
    element: QuantType = signed(width) if sign else unsigned(width)
    if sign and width == 1:
        element, scale, zero = BipolarType(), np.abs(scale), np.zeros((), np.float32)
    bits = np.array(width, np.float32)
    with np.errstate(over="ignore"):
        expected = quant(x, scale, zero, bits, sign, narrow, rounding.value.upper())
    options = {"rounding": rounding, "narrow": narrow, "zero_point_first": True, "axis": axis}
    assert_same(run_quantize(x, element, scale, zero, axis=axis, options=options), expected)


def run_quantize(
    x: Array, element: QuantType, scale: Array, zero: Array, axis: int, options: dict[str, Any]
) -> Array:
    """Quantizes and dequantizes, as a Quant node does."""
    program = Program()
    scales = program.constant(scale.ravel() if scale.ndim else scale, f32)
    point = None
    if zero.any():
        whole = zero.ravel().astype(np.int64) if zero.size > 1 else zero.reshape(1).astype(np.int64)
        point = program.constant(whole, signed(8))
    q = QuantizeOp(program.input(f32, x.shape), scales, element, zero_point=point, **options)
    y = DequantizeOp(program.add(q), scales, point, axis)
    return run_checked(program.finish(program.add(y).output), [x])[0]


@given(st.integers(0, 2**32))
def test_bipolar_quantize_is_equal_to_qonnx(seed: int) -> None:
    """The sign of the scale does not change which inputs become +1."""
    rng = np.random.default_rng(seed)
    scale = parameter(rng, (4, 3), 1, SCALES)
    x = reals(rng, (4, 3), scale)
    actual = run_quantize(x, BipolarType(), scale, np.zeros(()), axis=1, options={"axis": 1})
    assert_same(actual, binary_quant(x, scale))


ONNX_TYPES = pytest.mark.parametrize(
    "element", [signed(8), unsigned(8), signed(16), unsigned(16)], ids=str
)


def whole_along(rng: np.random.Generator, element: QuantType, size: int | None) -> Array:
    low, high = value_range(element)
    options = np.array([low, high, 0, high // 2], dtype_of(element))
    return rng.choice(options, () if size is None else size)


@ONNX_TYPES
@given(st.integers(0, 2**32))
def test_quantize_is_equal_to_onnxruntime(element: IntegerType, seed: int) -> None:
    """ONNX adds the zero point after rounding, and saturates last."""
    rng = np.random.default_rng(seed)
    shape, axis = (3, 4, 2), int(rng.integers(3))
    size = shape[axis] if rng.integers(2) else None
    scale = rng.choice(np.abs(SCALES), () if size is None else size)
    zero = whole_along(rng, element, size)
    x = reals(rng, shape, np.float32(0.1))
    actual = run_op(
        QuantizeOp,
        Tensor(x, f32),
        constant(scale, f32),
        element,
        zero_point=constant(zero, element),
        axis=axis,
    )
    assert_same(actual[0], onnx_op("QuantizeLinear", x, scale, zero, axis=axis)[0])


@ONNX_TYPES
@given(st.integers(0, 2**32))
def test_dequantize_is_equal_to_onnxruntime(element: IntegerType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    choices = Choices.seeded(seed)
    shape, axis = (3, 4, 2), int(rng.integers(3))
    size = shape[axis] if rng.integers(2) else None
    scale = rng.choice(np.abs(SCALES), () if size is None else size)
    zero = whole_along(rng, element, size)
    x = choices.array(element, shape)
    parameters = constant(scale, f32), constant(zero, element)
    actual = run_op(DequantizeOp, Tensor(x, element), *parameters, axis=axis)[0]
    assert_same(actual, onnx_op("DequantizeLinear", x, scale, zero, axis=axis)[0])


@given(st.data())
def test_dequantize_is_exact_for_every_type(data: st.DataObject) -> None:
    """The difference from the zero point times the scale, rounded once, for integers of any
    width."""
    choices = Choices.drawn(data.draw)
    elements = choices.quant(), choices.quant()
    x, zero = choices.array(elements[0], (3, 2)), choices.array(elements[1], (2,))
    actual = run_op(
        DequantizeOp, Tensor(x, elements[0]), constant(0.3, f32), constant(zero, elements[1])
    )
    difference = x.astype(object) - zero.astype(object)
    assert_same(actual[0], scaled(difference, [np.float32(0.3)]))


def test_dequantize_by_a_float64_scale_is_rounded_once() -> None:
    """A float64 scale can be the exact product of two float32 scales."""
    scale = float(np.float32(0.3)) * float(np.float32(0.7))
    x = Choices.seeded(0).array(signed(24), (500,))
    (actual,) = run_op(DequantizeOp, Tensor(x, signed(24)), constant(scale, f64))
    assert_same(actual, scaled(x, [np.float64(scale)]))


def test_dequantize_result_must_be_float32() -> None:
    """Dequantize is evaluated in float32."""
    with pytest.raises(TextError, match="f32"):
        read_module(
            """
            func.func @main(%x: tensor<1x2xsi4>, %s: tensor<f64>) -> tensor<1x2xf64> {
              %y = qnn.dequantize %x, %s : (tensor<1x2xsi4>, tensor<f64>) -> tensor<1x2xf64>
              func.return %y : tensor<1x2xf64>
            }
            """
        )


MANY = (2, 24, 25, 31, 32, 33, 53, 54, 63, 64)
WIDTHS = pytest.mark.parametrize(
    "element", [kind(width) for kind in (signed, unsigned) for width in MANY], ids=str
)


@WIDTHS
@pytest.mark.parametrize("kind", [f32, f64], ids=str)
@pytest.mark.parametrize("first", [False, True], ids=["", "zero_point_first"])
def test_quantize_saturates_at_any_width(element: QuantType, kind: FloatType, first: bool) -> None:
    """The limits of a wide type cannot be represented as floats."""
    low, high = value_range(element)
    x = np.array([-1e30, -(2.0**70), 2.0**70, 1e30, -np.inf, np.inf], dtype_of(kind))
    x = x[np.isfinite(x)]
    options = {"element": element, "zero_point_first": first}
    (actual,) = run_op(QuantizeOp, Tensor(x, kind), constant(1.0, kind), **options)
    assert actual.tolist() == [low, low, high, high]


@WIDTHS
@ROUNDINGS
@pytest.mark.parametrize("first", [False, True], ids=["", "zero_point_first"])
def test_quantize_is_exact_at_any_width(
    element: QuantType, rounding: Rounding, first: bool
) -> None:
    """The input is float64, which represents every quotient here exactly."""
    low, high = value_range(element)
    rng = np.random.default_rng(0)
    x = rng.integers(max(low, -(2**51)) - 2, min(high, 2**51) + 2, 50) + rng.choice(4, 50) / 4
    options = {"element": element, "rounding": rounding, "zero_point_first": first}
    (actual,) = run_op(QuantizeOp, Tensor(x, f64), constant(1.0, f64), **options)
    rounded = [ROUND_EXACTLY[rounding](Fraction(value)) for value in x]
    np.testing.assert_array_equal(actual.astype(object), np.clip(rounded, low, high))


@pytest.mark.parametrize("sign", [1, -1])
def test_quantize_saturates_infinities(sign: int) -> None:
    """An infinity cannot be an input, but a float op may produce one."""
    low, high = value_range(signed(4))
    x = np.array([np.inf, -np.inf], np.float32) * sign
    assert_same(evaluate_quantize(x), np.array([high, low][::sign], np.int8))


def test_quantize_refuses_nan() -> None:
    with pytest.raises(InterpretationError, match=r"qnn.quantize: .*NaN"):
        evaluate_quantize(np.array([1.0, np.nan], np.float32))


def evaluate_quantize(x: Array) -> Array:
    program = Program()
    op = QuantizeOp(program.input(f32, x.shape), program.constant(1.0, f32), signed(4))
    op.verify()
    (result,) = op.evaluate(x, np.array(1.0, np.float32))
    assert isinstance(result, np.ndarray)
    return result


def test_quantize_refuses_a_scale_of_zero() -> None:
    """A scale that is an input of the program can only be checked at run time."""
    x, scale = Tensor(np.zeros((1, 2), np.float32), f32), Tensor(np.zeros((), np.float32), f32)
    with pytest.raises(InterpretationError, match="scale"):
        run_op(QuantizeOp, x, scale, signed(4))


@st.composite
def wide_integers(draw: st.DrawFn) -> tuple[Array, QuantType, QuantType]:
    """Integers of any type, and the type of a result."""
    choices = Choices.drawn(draw)
    element, result = choices.quant(), choices.quant()
    assume(not isinstance(result, BipolarType))
    return choices.array(element, (2, 8)), element, result


@ROUNDINGS
@given(wide_integers(), st.integers(0, 62))
def test_trunc_is_exact(
    rounding: Rounding, case: tuple[Array, QuantType, QuantType], shift: int
) -> None:
    x, element, result = case
    actual = run_op(TruncOp, Tensor(x, element), result, shift, rounding)[0]
    rounded = [ROUND_EXACTLY[rounding](Fraction(int(value), 1 << shift)) for value in x.flat]
    expected = np.clip(np.array(rounded, object), *value_range(result)).reshape(x.shape)
    np.testing.assert_array_equal(actual.astype(object), expected)


@ROUNDINGS
@given(st.integers(0, 2**32), st.integers(2, 8), st.integers(0, 6))
def test_trunc_is_equal_to_qonnx(rounding: Rounding, seed: int, width: int, shift: int) -> None:
    x = Choices.seeded(seed).array(signed(width), (4, 5))
    actual = run_op(TruncOp, Tensor(x, signed(width)), signed(width), shift, rounding)[0]
    one, zero = np.float32(1), np.float32(0)
    expected = trunc_v1(
        x.astype(np.float32), one, zero, width, width - shift, rounding.value.upper()
    )
    np.testing.assert_array_equal(actual, expected)


@ROUNDINGS
@given(st.data(), wide_integers(), st.integers(0, 62))
def test_requantize_is_exact(
    rounding: Rounding,
    data: st.DataObject,
    case: tuple[Array, QuantType, QuantType],
    shift: int,
) -> None:
    x, element, result = case
    choices = Choices.drawn(data.draw)
    kind, offset = choices.quant(), choices.integer(-(2**63), 2**63 - 1) >> choices.integer(0, 63)
    multiplier = choices.array(kind, choices.pick([(), (1,), (8,)]))
    actual = run_op(
        RequantizeOp, Tensor(x, element), Tensor(multiplier, kind), result, shift, offset, rounding
    )[0]
    products = x.astype(object) * multiplier.astype(object)
    rounded = [
        ROUND_EXACTLY[rounding](Fraction(int(value), 1 << shift)) + offset
        for value in products.flat
    ]
    expected = np.clip(np.array(rounded, object), *value_range(result)).reshape(x.shape)
    np.testing.assert_array_equal(actual.astype(object), expected)


@pytest.mark.parametrize("offset", [2**63 - 1, -(2**63)])
def test_requantize_saturates_whatever_the_offset(offset: int) -> None:
    x, one = Tensor(np.array([[5, -5]], np.int8), signed(8)), constant(1, unsigned(1))
    (actual,) = run_op(RequantizeOp, x, one, signed(8), shift=0, offset=offset)
    assert actual.tolist() == ([[127, 127]] if offset > 0 else [[-128, -128]])


@pytest.mark.parametrize("kind", [TruncOp, RequantizeOp])
def test_a_result_that_saturates_is_never_a_bipolar_zero(
    kind: type[TruncOp | RequantizeOp],
) -> None:
    """Bipolar cannot represent 0: either the verifier or the interpreter reports that."""
    x = Tensor(np.array([[0, 3]], np.int8), signed(4))
    more = [constant(1, unsigned(1))] if kind is RequantizeOp else []
    with pytest.raises((TextError, InterpretationError), match="bipolar"):
        run_op(kind, x, *more, BipolarType(), shift=0)


@st.composite
def threshold_cases(draw: st.DrawFn) -> tuple[Tensor, Tensor, Array]:
    """An input, ascending thresholds for each channel or for all, and flags of descending
    channels."""
    choices = Choices.drawn(draw)
    channels, count = choices.integer(1, 4), choices.pick([1, 2, 5, 15])
    flags = choices.array(unsigned(1), (channels,))
    shape = choices.pick([(1, channels), (2, 3, channels), (1, 2, 2, channels)])
    rows = choices.pick([1, channels]), count
    if choices.integer(0, 3) == 3:
        kind = choices.pick([f32, f64])
        x = Tensor(choices.array(kind, shape), kind)
        return x, constant(np.sort(choices.array(kind, rows)), kind), flags
    element = choices.quant()
    low, high = value_range(element)
    x = Tensor(choices.array(element, shape), element)
    rng = choices.generator()
    near = rng.choice(x.array.ravel(), rows).astype(object) + rng.integers(-1, 2, rows)
    thresholds = np.sort(np.clip(near, low, high + 1))
    kind = choices.pick([element, signed(64), unsigned(64)])
    least, most = value_range(kind)
    if thresholds.min() < least or thresholds.max() > most:
        kind, thresholds = element, np.clip(thresholds, low, high)
    if isinstance(kind, BipolarType):
        thresholds[thresholds == 0] = -1
    return x, constant(np.sort(thresholds), kind), flags


@given(threshold_cases(), st.integers(-9, 9))
def test_threshold_is_equal_to_qonnx(case: tuple[Tensor, Tensor, Array], offset: int) -> None:
    x, thresholds, _ = case
    count = thresholds.array.shape[1]
    element = smallest_type(offset, offset + count)
    actual = run_op(ThresholdOp, x, thresholds, element, offset)[0]
    expected = multithreshold(*comparable(x, thresholds), channels_last=True)
    np.testing.assert_array_equal(actual, expected + offset)


@given(threshold_cases())
def test_descending_channels_count_thresholds_not_reached(
    case: tuple[Tensor, Tensor, Array],
) -> None:
    x, thresholds, flags = case
    count = thresholds.array.shape[1]
    descending = constant(flags, unsigned(1))
    actual = run_op(ThresholdOp, x, thresholds, unsigned(5), descending=descending)[0]
    reached = multithreshold(*comparable(x, thresholds), channels_last=True)
    np.testing.assert_array_equal(actual, np.where(flags == 1, count - reached, reached))


@given(threshold_cases())
def test_bipolar_threshold_is_one_comparison(case: tuple[Tensor, Tensor, Array]) -> None:
    x, thresholds, _ = case
    one = constant(thresholds.array[:, :1], thresholds.element)
    actual = run_op(ThresholdOp, x, one, BipolarType())[0]
    expected = 2 * multithreshold(*comparable(x, one), channels_last=True) - 1
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("count", [1, 4, 5])
@pytest.mark.parametrize("rows", [1, 2])
def test_threshold_compares_unsigned_and_signed_exactly(rows: int, count: int) -> None:
    """Values above 2^53: numpy would compare int64 with uint64 in float64."""
    middle = 2**60
    x = Tensor(np.array([[middle - 1, middle], [middle + 1, 0]], np.uint64), unsigned(61))
    thresholds = constant(np.full((rows, count), middle, np.int64), signed(62))
    actual = run_op(ThresholdOp, x, thresholds, unsigned(8))[0]
    np.testing.assert_array_equal(actual, [[0, count], [count, 0]])


def comparable(x: Tensor, thresholds: Tensor) -> tuple[Array, Array]:
    """Python numbers, which compare exactly in every width."""
    return x.array.astype(object), thresholds.array.astype(object)


@given(st.data())
def test_lookup_is_numpy_take(data: st.DataObject) -> None:
    choices = Choices.drawn(data.draw)
    first, entries, channels = choices.integer(-4, 4), choices.integer(1, 9), choices.integer(1, 3)
    element = smallest_type(first, first + entries - 1)
    table_element = choices.pick([choices.quant(), f32, f64])
    rng = choices.generator()
    shape = choices.pick([(channels,), (2, channels), (1, 2, 2, channels)])
    x = rng.integers(first, first + entries, shape)
    per_channel = choices.flag()
    columns = choices.pick([(), (1,), (3,)])
    table = choices.array(
        table_element, (channels, entries) if per_channel else (entries, *columns)
    )
    actual = run_op(
        LookupOp,
        Tensor(x.astype(dtype_of(element)), element),
        constant(table, table_element),
        first,
        per_channel,
    )[0]
    if per_channel:
        expected = np.stack(
            [np.take(row, x[..., at] - first) for at, row in enumerate(table)], axis=-1
        )
    else:
        expected = np.take(table, x - first, axis=0)
    assert_same(actual, expected)


@pytest.mark.parametrize("index", [-1, 4, 7])
def test_lookup_refuses_an_index_outside_the_table(index: int) -> None:
    x, table = Tensor(np.array([index, 1]), signed(4)), constant([1, 2, 3, 4], unsigned(3))
    with pytest.raises(InterpretationError, match=f"{min(index, 1)} to {max(index, 1)}.*0 to 3"):
        run_op(LookupOp, x, table)


@given(st.integers(0, 2**32))
def test_weights_from_a_codebook_stay_exact(seed: int) -> None:
    """A dequantized codebook, looked up, is still integers times a scale."""
    choices = Choices.seeded(seed)
    program = Program()
    codebook, index = choices.array(signed(8), (4,)), choices.array(unsigned(2), (3, 50))
    x = choices.array(unsigned(8), (2, 50))
    table = DequantizeOp(program.constant(codebook, signed(8)), program.constant(0.3, f32))
    weights = LookupOp(program.constant(index, unsigned(2)), program.add(table))
    images = DequantizeOp(program.input(unsigned(8), x.shape), program.constant(0.7, f32))
    linear = LinearOp(program.add(images), program.add(weights))
    (actual,) = run_checked(program.finish(program.add(linear).output), [x])
    sums = x.astype(np.int64) @ codebook[index].astype(np.int64).T
    assert_same(actual, scaled(sums, [np.float32(0.3), np.float32(0.7)]))
