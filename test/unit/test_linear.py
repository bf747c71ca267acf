"""Linear ops equal torch and onnxruntime, exactly where the arithmetic is exact."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from qnn.qdialect.program import Program
from qnn.qdialect.qnn import QnnOp
from qnn.qdialect.qnn.elementwise import SubOp
from qnn.qdialect.qnn.layout import ConcatOp, PadOp
from qnn.qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp, accumulator_range
from qnn.qdialect.qnn.normalization import BatchNormOp
from qnn.qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp, SumPoolOp
from qnn.qdialect.qnn.quantization import DequantizeOp
from qnn.qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from support.generate import Choices
from support.oracles import (
    Array,
    assert_same,
    channels_first,
    channels_last,
    exact_bilinear,
    onnx_op,
    scaled,
)
from support.program import Tensor, constant, run_checked, run_op
from torch.nn import functional
from xdsl.dialects.builtin import f32, f64
from xdsl.ir import SSAValue


@dataclass(frozen=True)
class Case:
    """The operands of a convolution and its properties."""

    x: Array
    weights: Array
    bias: Array | None
    options: dict[str, Any]

    @property
    def groups(self) -> int:
        return self.options["groups"]


Elements = tuple[ElementType, ElementType, ElementType]


def draw_case(choices: Choices, elements: Elements, transposed: bool = False) -> Case:
    """A convolution: strided, padded, dilated, grouped or depthwise, of any small shape."""
    size = [choices.integer(1, 2), choices.pick([5, 4, 1]), choices.integer(1, 6)]
    window: dict[str, Any] = {**choices.window(size[1], size[2])}
    groups = choices.integer(1, 4)
    share = choices.pick([1, 2, 3])
    outputs = groups * choices.pick([1, 2, 3])
    if transposed:
        strides, dilations = window["strides"], window["dilations"]
        kernel = window["kernel"]
        window["output_pads"] = tuple(
            choices.integer(0, max(pair) - 1) for pair in zip(strides, dilations, strict=True)
        )
        sizes = [
            (n - 1) * s + d * (k - 1) + 1
            for n, s, d, k in zip(size[1:], strides, dilations, kernel, strict=True)
        ]
        top, left, bottom, right = window["pads"]
        assume(top + bottom < sizes[0] and left + right < sizes[1])
    else:
        window["pad_value"] = pad_value_of(choices, elements[0])
    x = choices.array(elements[0], (*size, groups * share))
    weights = choices.array(elements[1], (outputs, *window.pop("kernel"), share))
    bias = choices.array(elements[2], (outputs,)) if choices.flag() else None
    return Case(x, weights, bias, {"groups": groups, **window})


def pad_value_of(choices: Choices, element: ElementType) -> int:
    if isinstance(element, BipolarType):
        return choices.pick([-1, 1])
    if not isinstance(element, QuantType):
        return choices.integer(-1, 1)
    low, high = value_range(element)
    return choices.pick([0, max(low, -(2**62)), min(high, 2**62)])


def torch_conv(case: Case) -> Array:
    """The convolution of integers, by torch, as Python integers."""
    top, left, bottom, right = case.options["pads"]
    padded = np.pad(
        case.x.astype(object),
        ((0, 0), (top, bottom), (left, right), (0, 0)),
        constant_values=case.options["pad_value"],
    )
    sums = exact_bilinear(
        lambda x, w: functional.conv2d(
            x, w, None, case.options["strides"], 0, case.options["dilations"], case.groups
        ),
        channels_first(padded),
        channels_first(case.weights),
    )
    return with_bias(channels_last(sums), case.bias)


def torch_conv_transposed(case: Case) -> Array:
    """The transposed convolution of integers; torch pads evenly, so padding is cut off here."""
    (down, right_), (top, left, bottom, right) = case.options["output_pads"], case.options["pads"]
    sums = exact_bilinear(
        lambda x, w: functional.conv_transpose2d(
            x,
            w,
            None,
            case.options["strides"],
            0,
            0,
            case.groups,
            case.options["dilations"],
        ),
        channels_first(case.x),
        transposed_weights(case),
    )
    sums = np.pad(channels_last(sums), ((0, 0), (0, down), (0, right_), (0, 0)))
    rows, cols = sums.shape[1:3]
    return with_bias(sums[:, top : rows - bottom, left : cols - right], case.bias)


def transposed_weights(case: Case) -> Array:
    """OHWI as ONNX and torch have them for a transposed convolution: all inputs, O of a group."""
    outputs, kh, kw, share = case.weights.shape
    groups = case.weights.reshape(case.groups, outputs // case.groups, kh, kw, share)
    return groups.transpose(0, 4, 1, 2, 3).reshape(-1, outputs // case.groups, kh, kw)


def with_bias(sums: Array, bias: Array | None) -> Array:
    return sums if bias is None else sums + bias.astype(sums.dtype)


def accumulator(x: QuantType, weights: Tensor, bias: Tensor | None) -> QuantType:
    """The narrowest type for the result of a linear op."""
    program = Program()
    values = [program.input(x, (1,)), program.constant(weights.array, weights.element)]
    more = None if bias is None else program.constant(bias.array, bias.element)
    low, high = accumulator_range(values[0], values[1], more)
    return smallest_type(low, high)


def run_integers(kind: type[Conv2dOp | ConvTranspose2dOp], case: Case, elements: Elements) -> Array:
    weights = constant(case.weights, elements[1])
    bias = None if case.bias is None else constant(case.bias, elements[2])
    assert isinstance(elements[0], QuantType)
    element = accumulator(elements[0], weights, bias)
    x = Tensor(case.x, elements[0])
    return run_op(kind, x, weights, element=element, bias=bias, **case.options)[0]


@st.composite
def integer_elements(draw: st.DrawFn) -> Elements:
    """Types of input, weights and bias; wide enough in sum to pass 2^24, 2^53 and 2^63."""
    choices = Choices.drawn(draw)
    width = choices.pick([8, 12, 24, 32, 44, 54])
    return (
        choices.quant(width),
        choices.quant(min(56 - width, 32)),
        choices.quant(choices.pick([8, 40, 60])),
    )


@given(st.data(), integer_elements())
def test_integer_conv2d_is_exact(data: st.DataObject, elements: Elements) -> None:
    case = data.draw(cases(elements))
    actual = run_integers(Conv2dOp, case, elements)
    np.testing.assert_array_equal(actual.astype(object), torch_conv(case))


@given(st.data(), integer_elements())
def test_integer_conv_transpose2d_is_exact(data: st.DataObject, elements: Elements) -> None:
    case = data.draw(cases(elements, transposed=True))
    actual = run_integers(ConvTranspose2dOp, case, elements)
    np.testing.assert_array_equal(actual.astype(object), torch_conv_transposed(case))


@st.composite
def cases(draw: st.DrawFn, elements: Elements, transposed: bool = False) -> Case:
    return draw_case(Choices.drawn(draw), elements, transposed)


@given(st.integers(0, 2**32), st.integers(1, 3), integer_elements())
def test_integer_linear_is_exact(seed: int, rank: int, elements: Elements) -> None:
    choices = Choices.seeded(seed)
    inputs, outputs = choices.integer(1, 40), choices.integer(1, 5)
    x = choices.array(elements[0], (*choices.integers(rank - 1, 1, 3), inputs))
    weights = constant(choices.array(elements[1], (outputs, inputs)), elements[1])
    bias = constant(choices.array(elements[2], (outputs,)), elements[2])
    assert isinstance(elements[0], QuantType)
    element = accumulator(elements[0], weights, bias)
    actual = run_op(LinearOp, Tensor(x, elements[0]), weights, element=element, bias=bias)[0]
    expected = exact_bilinear(lambda a, b: a @ b.T, x, weights.array) + bias.array.astype(object)
    np.testing.assert_array_equal(actual.astype(object), expected)


WIDE: list[tuple[QuantType, int, int]] = [
    (signed(8), -128, 2**16),
    (signed(32), -(2**31), 2**21),
    (unsigned(32), 2**32 - 1, 2**20 - 1),
    (signed(48), 2**47 - 1, 2**11),
    (unsigned(60), 2**60 - 1, 1),
    (signed(59), -(2**58), -1),
]
"""Inputs whose sums over 16 taps pass 2^24, 2^53, and come near 2^63 and 2^64."""


@pytest.mark.parametrize("element, value, weight", WIDE, ids=lambda item: str(item))
@pytest.mark.parametrize("groups", [1, 2, 4], ids="groups{}".format)
@pytest.mark.parametrize("kind", [Conv2dOp, ConvTranspose2dOp])
def test_sums_at_the_end_of_their_type(
    kind: type[Conv2dOp | ConvTranspose2dOp],
    groups: int,
    element: QuantType,
    value: int,
    weight: int,
) -> None:
    """The largest possible sums, and one less in one place, so that a lost bit is visible."""
    x = np.full((1, 2, 3, 4), value, object)
    x[0, 1, 1, 2] -= 1 if value > 0 else -1
    weights = np.full((4, 2, 2, 4 // groups), weight * groups, object)
    weights[0, 0, 0, 0] -= 1
    pads = {"pad_value": 0} if kind is Conv2dOp else {"output_pads": (0, 0)}
    case = Case(
        x.astype(np.uint64 if value > 0 else np.int64),
        weights.astype(np.int64),
        None,
        {"groups": groups, "strides": (1, 1), "pads": (0,) * 4, "dilations": (1, 1), **pads},
    )
    expected = torch_conv(case) if kind is Conv2dOp else torch_conv_transposed(case)
    actual = run_integers(kind, case, (element, signed(32), signed(8)))
    np.testing.assert_array_equal(actual.astype(object), expected)


@pytest.mark.parametrize("bias_element", [unsigned(33), unsigned(62), signed(63)], ids=str)
def test_a_wide_bias_is_added_exactly(bias_element: QuantType) -> None:
    """Sums, bias and result may have different numpy types, signed and unsigned."""
    x = Tensor(np.array([[3, 1]], np.uint8), unsigned(2))
    weights = constant(np.array([[1, 0], [-1, 1]], np.int8), signed(2))
    high = value_range(bias_element)[1]
    bias = constant(np.array([high, high - 2], object), bias_element)
    element = accumulator(unsigned(2), weights, bias)
    actual = run_op(LinearOp, x, weights, element=element, bias=bias)[0]
    np.testing.assert_array_equal(actual.astype(object), [[high + 3, high - 4]])


def test_an_unsigned_sum_fills_all_64_bits() -> None:
    x = Tensor(np.array([[2**63 - 1, 2**63 - 1]], np.uint64), unsigned(63))
    weights, bias = constant(np.ones((1, 2), np.int8), unsigned(1)), constant([1], unsigned(1))
    actual = run_op(LinearOp, x, weights, element=unsigned(64), bias=bias)[0]
    np.testing.assert_array_equal(actual, np.array([[2**64 - 1]], np.uint64))


def onnx_conv(case: Case) -> Array:
    """The convolution as onnxruntime computes it; it pads with zero only."""
    (result,) = onnx_op(
        "Conv",
        channels_first(case.x),
        channels_first(case.weights),
        case.bias,
        strides=case.options["strides"],
        pads=case.options["pads"],
        dilations=case.options["dilations"],
        group=case.groups,
    )
    return channels_last(result)


def onnx_conv_transposed(case: Case) -> Array:
    (result,) = onnx_op(
        "ConvTranspose",
        channels_first(case.x),
        transposed_weights(case),
        case.bias,
        strides=case.options["strides"],
        pads=case.options["pads"],
        dilations=case.options["dilations"],
        output_padding=case.options["output_pads"],
        group=case.groups,
    )
    return channels_last(result)


FLOATS = (f32, f32, f32)


@given(cases(FLOATS))
def test_float_conv2d_is_close_to_onnxruntime(case: Case) -> None:
    case.options["pad_value"] = 0
    arrays = {"x": case.x, "weights": case.weights, "bias": case.bias}
    assert_sums_close(run_floats(Conv2dOp, case, f32), onnx_conv(case), **arrays)


@given(cases(FLOATS, transposed=True))
def test_float_conv_transpose2d_is_close_to_onnxruntime(case: Case) -> None:
    """With less output padding than a stride; onnxruntime leaves more of it uninitialised."""
    pairs = zip(case.options["output_pads"], case.options["strides"], strict=True)
    case.options["output_pads"] = tuple(min(pad, stride - 1) for pad, stride in pairs)
    arrays = {"x": case.x, "weights": case.weights, "bias": case.bias}
    assert_sums_close(
        run_floats(ConvTranspose2dOp, case, f32), onnx_conv_transposed(case), **arrays
    )


@given(cases((f64, f64, f64)))
def test_float_conv2d_pads_with_its_value(case: Case) -> None:
    """Sums of integers do not depend on the order of addition."""
    whole = Case(
        np.rint(case.x * 4),
        np.rint(case.weights * 4),
        None if case.bias is None else np.rint(case.bias),
        case.options,
    )
    actual = run_floats(Conv2dOp, whole, f64)
    np.testing.assert_array_equal(actual.astype(object), torch_conv(whole))


def run_floats(kind: type[Conv2dOp | ConvTranspose2dOp], case: Case, element: ElementType) -> Array:
    bias = None if case.bias is None else constant(case.bias, element)
    x, weights = Tensor(case.x, element), constant(case.weights, element)
    return run_op(kind, x, weights, bias=bias, **case.options)[0]


def assert_sums_close(
    actual: Array, expected: Array, x: Array, weights: Array, bias: Array | None
) -> None:
    """Two orders of a float sum differ by less than terms times the largest rounding error."""
    terms = weights[0].size + 1
    largest = np.abs(x).max() * np.abs(weights).max() * terms + (
        0 if bias is None else np.abs(bias).max()
    )
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    assert np.abs(actual - expected).max() <= 2 * terms * np.spacing(np.float32(largest))


@given(st.integers(0, 2**32))
def test_float_linear_is_close_to_torch(seed: int) -> None:
    choices = Choices.seeded(seed)
    inputs, outputs = choices.integer(1, 40), choices.integer(1, 5)
    x, weights, bias = (
        choices.array(f32, shape) for shape in ((3, 2, inputs), (outputs, inputs), (outputs,))
    )
    actual = run_op(LinearOp, Tensor(x, f32), constant(weights, f32), bias=constant(bias, f32))
    expected = functional.linear(*map(torch.from_numpy, (x, weights, bias))).numpy()
    assert_sums_close(actual[0], expected, x, weights, bias)


HARD_PRODUCT = (9876080, (16531789 / 2**23, 14508069 / 2**24))
"""A sum of 24 bits and two float32 scales, whose product is 2^-54 from the middle of two floats."""


@st.composite
def scales(draw: st.DrawFn, count: int) -> Array:
    """Positive and negative scales, mostly no power of two."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return (rng.uniform(0.01, 4, count) * rng.choice([1, 1, -1], count)).astype(np.float32)


def dequantized(
    program: Program,
    value: SSAValue,
    scale: npt.ArrayLike,
    zero: Array | None = None,
    axis: int = 0,
) -> SSAValue:
    point = None if zero is None else program.constant(zero, signed(16))
    op = DequantizeOp(value, program.constant(scale, f32), point, axis)
    return program.add(op).output


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("transposed", [False, True])
@given(st.data())
def test_dequantized_convolution_is_rounded_once(
    transposed: bool, per_channel: bool, data: st.DataObject
) -> None:
    """The exact integer sum, times both scales, to the nearest float32; then the bias."""
    choices = Choices.drawn(data.draw)
    elements = choices.quant(8), choices.quant(8), f32
    case = data.draw(cases(elements, transposed=transposed))
    if not transposed:
        case.options["pad_value"] = 0
    outputs = len(case.weights)
    x_scale = data.draw(scales(1))[0]
    w_scale = data.draw(scales(outputs)) if per_channel else data.draw(scales(1))[0]
    zero = np.array(choices.integer(-9, 9)) if choices.flag() else None

    program = Program()
    x = dequantized(program, program.input(elements[0], case.x.shape), x_scale, zero)
    w = dequantized(program, program.constant(case.weights, elements[1]), w_scale)
    bias = None if case.bias is None else program.constant(case.bias, f32)
    kind = ConvTranspose2dOp if transposed else Conv2dOp
    module = program.finish(program.add(kind(x, w, bias=bias, **case.options)).output)

    ints = case.x.astype(np.int64) - (0 if zero is None else zero)
    whole = Case(ints, case.weights, None, case.options)
    sums = torch_conv_transposed(whole) if transposed else torch_conv(whole)
    expected = scaled(sums, [x_scale, w_scale])
    (actual,) = run_checked(module, [case.x])
    assert_same(actual, with_bias(expected, case.bias))


@given(st.integers(0, 2**32), scales(1), scales(1), st.integers(1, 64))
def test_dequantized_linear_is_rounded_once(
    seed: int, x_scale: Array, w_scale: Array, inputs: int
) -> None:
    choices = Choices.seeded(seed)
    elements = choices.quant(16), choices.quant(16)
    x, weights = choices.array(elements[0], (2, inputs)), choices.array(elements[1], (3, inputs))
    actual = run_dequantized_linear(x, weights, elements, x_scale, w_scale)
    sums = exact_bilinear(lambda a, b: a @ b.T, x, weights)
    assert_same(actual, scaled(sums, [x_scale, w_scale]))


def run_dequantized_linear(
    x: Array,
    weights: Array,
    elements: tuple[QuantType, QuantType],
    x_scale: npt.ArrayLike,
    w_scale: npt.ArrayLike,
    axis: int = 0,
) -> Array:
    program = Program()
    left = dequantized(program, program.input(elements[0], x.shape), x_scale)
    right = dequantized(program, program.constant(weights, elements[1]), w_scale, axis=axis)
    return run_checked(program.finish(program.add(LinearOp(left, right)).output), [x])[0]


def test_a_product_is_rounded_to_float64_then_to_float32() -> None:
    """This one tells the difference: rounded once, it would be the float32 on the other side."""
    total, factors = HARD_PRODUCT
    x, weights = np.array([[total]]), np.array([[1]])
    elements = signed(32), signed(2)
    actual = run_dequantized_linear(x, weights, elements, factors[0], factors[1])
    assert actual.item() == np.float32(np.float64(total) * (factors[0] * factors[1]))


def test_scales_of_each_weight_column_are_not_scales_of_each_row() -> None:
    """Square weights with a scale for each input: as many scales as there are outputs."""
    x, weights = np.array([[1, 2]], np.int8), np.array([[1, 1], [1, -1]], np.int8)
    scale = np.array([1.0, 10.0], np.float32)
    elements = signed(8), signed(2)
    actual = run_dequantized_linear(
        x, weights, elements, np.array([0.5], np.float32), scale, axis=1
    )
    assert_same(actual, np.array([[10.5, -9.5]], np.float32))


@pytest.mark.parametrize("pad_value", [-1, 1, 2, 1000])
@pytest.mark.parametrize("x_scale", [0.5, 0.3, 2.0**-70], ids=str)
def test_dequantized_padding_is_in_real_units(pad_value: int, x_scale: float) -> None:
    """Padding need not be a value that the integers could hold."""
    x = np.array([3, 0], np.uint8).reshape(1, 1, 2, 1)
    program = Program()
    scale = np.array([x_scale], np.float32)
    left = dequantized(program, program.input(unsigned(2), x.shape), scale)
    kernel = program.constant(np.ones((1, 1, 3, 1), np.int8), signed(2))
    right = dequantized(program, kernel, np.array([2.0], np.float32))
    conv = Conv2dOp(left, right, pads=(0, 1, 0, 1), pad_value=pad_value)
    (actual,) = run_checked(program.finish(program.add(conv).output), [x])
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual.ravel(), 2 * (pad_value + 3 * scale.repeat(2)), 1e-6)


@st.composite
def statistics(draw: st.DrawFn, dtype: type[np.floating], channels: int) -> list[Array]:
    """Gamma, beta, mean and variance; gamma may be negative or zero, a variance very small."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    gamma, beta, mean = (rng.normal(size=channels) * rng.choice([0, 1, 30]) for _ in range(3))
    variance = rng.choice([1e-8, 0.01, 1.0, 100.0]) * rng.random(channels)
    return [array.astype(dtype) for array in (gamma, beta, mean, variance)]


def run_batch_norm(x: Array, parameters: list[Array], epsilon: float) -> Array:
    element = f32 if x.dtype == np.float32 else f64
    values = [constant(array, element) for array in parameters]
    return run_op(BatchNormOp, Tensor(x, element), *values, epsilon=epsilon)[0]


def onnx_batch_norm(x: Array, parameters: list[Array], epsilon: float) -> Array:
    (result,) = onnx_op("BatchNormalization", channels_first(x), *parameters, epsilon=epsilon)
    return channels_last(result)


FOLLOWERS: dict[str, Callable[[Program, SSAValue], QnnOp]] = {
    "max_pool": lambda p, x: MaxPoolOp(x, (2, 2), pads=(1, 0, 0, 1)),
    "sum_pool": lambda p, x: SumPoolOp(x, (2, 2), pads=(1, 0, 0, 1)),
    "avg_pool": lambda p, x: AvgPoolOp(x, (2, 2), pads=(1, 0, 0, 1)),
    "pad": lambda p, x: PadOp(x, [0, 1, 0, 0], [0, 0, 2, 0], 3),
    "concat": lambda p, x: ConcatOp([x, x], 2),
    "sub": lambda p, x: SubOp(x, x),
    "conv2d": lambda p, x: Conv2dOp(x, unit_weights(p), pads=(1, 1, 1, 1), pad_value=1),
    "conv_transpose2d": lambda p, x: ConvTranspose2dOp(x, unit_weights(p), pads=(1, 1, 1, 1)),
    "linear": lambda p, x: LinearOp(x, dequantized(p, p.constant([[1]], signed(2)), 1.0)),
}


def unit_weights(program: Program) -> SSAValue:
    return dequantized(program, program.constant(np.ones((1, 2, 2, 1)), unsigned(1)), 1.0)


@pytest.mark.parametrize("name", FOLLOWERS)
@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("summed", [False, True], ids=["integers", "sums"])
def test_wide_dequantized_integers_may_go_anywhere(summed: bool, width: int, name: str) -> None:
    """Integers that fill 64 bits, and sums that pass them, are seen only by their float value."""
    x = np.full((1, 2, 3, 1), 2**width - 1, np.uint64)
    x[0, 1, 1, 0] = 7
    program = Program()
    value = dequantized(program, program.input(unsigned(width), x.shape), 1.0)
    if summed:
        factor = program.constant([[2**32 - 1]], unsigned(32))
        value = program.add(LinearOp(value, dequantized(program, factor, 1.0))).output
    result = program.add(FOLLOWERS[name](program, value)).results[0]
    (actual,) = run_checked(program.finish(result), [x])

    program = Program()
    floats = program.input(f32, x.shape)
    module = program.finish(program.add(FOLLOWERS[name](program, floats)).results[0])
    (expected,) = run_checked(module, [x.astype(np.float32) * (2.0**32 if summed else 1)])
    np.testing.assert_allclose(actual, expected, 1e-6, atol=1e-6 * float(expected.max()))


EPSILONS = st.sampled_from([1e-5, 1e-3, 1e-4, 0.1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.data(), st.integers(1, 9), EPSILONS)
def test_batch_norm_is_bit_equal_to_onnxruntime(
    dtype: type[np.floating], data: st.DataObject, channels: int, epsilon: float
) -> None:
    """Up to three float32 channels at a time: of every four, onnxruntime starts the square roots
    from the CPU's estimate of a reciprocal root, so its last bit depends on the machine."""
    parameters = data.draw(statistics(dtype, channels))
    seed = data.draw(st.integers(0, 2**32))
    x = (np.random.default_rng(seed).normal(size=(2, 3, 4, channels)) * 9).astype(dtype)
    actual = run_batch_norm(x, parameters, epsilon)
    step = 3 if dtype is np.float32 else channels
    expected = [
        onnx_batch_norm(x[..., at : at + step], [p[at : at + step] for p in parameters], epsilon)
        for at in range(0, channels, step)
    ]
    assert_same(actual, np.concatenate(expected, axis=-1))


@given(st.data(), st.integers(4, 20), EPSILONS)
def test_batch_norm_is_within_onnxruntime_s_estimate(
    data: st.DataObject, channels: int, epsilon: float
) -> None:
    """With more channels, the factor may be off by the error of that estimate, and no more."""
    parameters = data.draw(statistics(np.float32, channels))
    gamma, _, mean, variance = parameters
    x = np.random.default_rng(channels).normal(size=(2, 3, channels)).astype(np.float32)
    actual = run_batch_norm(x, parameters, epsilon)
    expected = onnx_batch_norm(x, parameters, epsilon)
    factor = np.abs(gamma) / np.sqrt(variance + np.float32(epsilon))
    terms = (np.abs(x) + np.abs(mean)) * factor + np.abs(parameters[1])
    assert np.all(np.abs(actual - expected) <= 4 * np.spacing(terms))


@given(st.data(), st.integers(1, 9))
def test_batch_norm_is_close_to_torch(data: st.DataObject, channels: int) -> None:
    gamma, beta, mean, variance = parameters = data.draw(statistics(np.float32, channels))
    x = np.random.default_rng(channels).normal(size=(5, channels)).astype(np.float32)
    expected = functional.batch_norm(
        *map(torch.from_numpy, (x, mean, variance, gamma, beta)), eps=1e-3
    ).numpy()
    factor = np.abs(gamma) / np.sqrt(variance + np.float32(1e-3))
    terms = (np.abs(x) + np.abs(mean)) * factor + np.abs(beta)
    assert np.all(np.abs(run_batch_norm(x, parameters, 1e-3) - expected) <= 4 * np.spacing(terms))
