"""Pools compared with onnxruntime and torch: bit-exact where the sum is exact, else to rounding."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp, PoolOp, SumPoolOp
from qnn.qdialect.qnn.quantization import DequantizeOp
from qnn.qdialect.text import TextError
from qnn.qdialect.types import (
    ElementType,
    QuantType,
    bit_width,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from support.generate import Choices
from support.oracles import (
    Array,
    assert_close,
    assert_same,
    channels_first,
    channels_last,
    exact_bilinear,
    onnx_op,
    scaled,
)
from support.program import Tensor, run_checked, run_op
from torch.nn import functional
from xdsl.dialects.builtin import UnitAttr, f32, f64
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException


@dataclass(frozen=True)
class Case:
    """An image and the window that slides over it."""

    x: Array
    element: ElementType
    window: dict[str, Any]

    @property
    def taps(self) -> int:
        return int(np.prod(self.window["kernel"]))

    def onnx(self, name: str, x: Array, **more: int) -> Array:
        """The pool, under its ONNX name, as onnxruntime computes it."""
        window = {"kernel_shape" if key == "kernel" else key: v for key, v in self.window.items()}
        return channels_last(onnx_op(name, channels_first(x), **window, **more)[0])


@st.composite
def cases(draw: st.DrawFn, *elements: ElementType, quant: int = 0) -> Case:
    """Pools with padding smaller than the window, and dilated ones without padding."""
    choices = Choices.drawn(draw)
    height, width = choices.integer(1, 6), choices.integer(1, 7)
    window = choices.pool_window(height, width)
    element = choices.quant(quant) if quant else choices.pick(elements)
    x = choices.array(element, (choices.integer(1, 2), height, width, choices.integer(1, 3)))
    return Case(x, element, window)


def run_pool(kind: type[PoolOp], case: Case, **options: Any) -> Array:
    return run_op(kind, Tensor(case.x, case.element), **case.window, **options)[0]


@given(cases(f32, f64, signed(8), unsigned(8)))
def test_max_pool_is_equal_to_onnxruntime(case: Case) -> None:
    assert_same(run_pool(MaxPoolOp, case), case.onnx("MaxPool", case.x))


@given(cases(quant=64))
def test_integer_max_pool_is_equal_to_torch(case: Case) -> None:
    """For integers of any width; torch pools the ranks of the values, which are exact in
    float64."""
    values, ranks = np.unique(case.x, return_inverse=True)
    expected = values[
        case.onnx("MaxPool", ranks.reshape(case.x.shape).astype(np.float64)).astype(int)
    ]
    assert_same(run_pool(MaxPoolOp, case), expected)


def sums_by_torch(x: Array, window: dict[str, Any]) -> Array:
    """Exact integer sums under windows, as a depthwise convolution with ones in torch."""
    top, left, bottom, right = window.get("pads", [0] * 4)
    padded = np.pad(x.astype(object), ((0, 0), (top, bottom), (left, right), (0, 0)))
    channels = x.shape[-1]
    ones = np.ones((channels, 1, *window["kernel"]), np.int64)
    sums = exact_bilinear(
        lambda a, b: functional.conv2d(
            a, b, None, window["strides"], 0, window.get("dilations", 1), channels
        ),
        channels_first(padded),
        ones,
    )
    return channels_last(sums)


@given(cases(quant=60))
def test_integer_sum_pool_is_exact(case: Case) -> None:
    assert isinstance(case.element, QuantType)
    low, high = value_range(case.element)
    element = smallest_type(min(low, 0) * case.taps, high * case.taps)
    actual = run_pool(SumPoolOp, case, element=element)
    np.testing.assert_array_equal(actual.astype(object), sums_by_torch(case.x, case.window))


@pytest.mark.parametrize("element", [unsigned(62), unsigned(63)], ids=str)
def test_sum_pool_in_all_64_bits(element: QuantType) -> None:
    taps = 2 ** (64 - bit_width(element))
    most = value_range(element)[1]
    case = Case(np.full((1, 1, taps, 1), most, np.uint64), element, {"kernel": (1, taps)})
    actual = run_pool(SumPoolOp, case, element=unsigned(64))
    np.testing.assert_array_equal(actual, np.full((1, 1, 1, 1), most * taps, np.uint64))


def quarter_images(case: Case) -> Array:
    """Images of multiples of 1/4, whose sums are exact in every order."""
    return np.rint(case.x * 4) / 4


@given(cases(f32, f64))
def test_float_sum_pool_of_quarters_is_exact(case: Case) -> None:
    exact = Case(quarter_images(case), case.element, case.window)
    expected = sums_by_torch(exact.x * 4, case.window).astype(exact.x.dtype) / 4
    assert_same(run_pool(SumPoolOp, exact), expected)


@pytest.mark.parametrize("count_padding", [False, True])
@given(cases(f32))
def test_avg_pool_of_quarters_is_equal_to_onnxruntime(count_padding: bool, case: Case) -> None:
    """The sums are exact, so this compares the division."""
    exact = Case(quarter_images(case), case.element, case.window)
    expected = exact.onnx("AveragePool", exact.x, count_include_pad=int(count_padding))
    assert_same(run_avg_pool(exact, count_padding), expected)


@pytest.mark.parametrize("count_padding", [False, True])
@given(cases(f32))
def test_avg_pool_is_close_to_onnxruntime(count_padding: bool, case: Case) -> None:
    expected = case.onnx("AveragePool", case.x, count_include_pad=int(count_padding))
    floor = float(np.abs(case.x).max())
    assert_close(run_avg_pool(case, count_padding), expected, ulps=case.taps, floor=floor)


def run_avg_pool(case: Case, count_padding: bool) -> Array:
    def pool(x: SSAValue, **window: Any) -> AvgPoolOp:
        op = AvgPoolOp(x, **window)
        op.count_padding = UnitAttr() if count_padding else None
        return op

    return run_op(pool, Tensor(case.x, case.element), **case.window)[0]


@given(cases(f64))
def test_avg_pool_in_float64_is_close_to_torch(case: Case) -> None:
    """The cases have no dilation and symmetric padding, because torch supports nothing else
    here."""
    window = {"kernel": case.window["kernel"], "strides": case.window["strides"]}
    kernel = [min(pair) for pair in zip(window["kernel"], case.x.shape[1:3], strict=True)]
    window["kernel"] = tuple(kernel)
    images = torch.from_numpy(channels_first(case.x).copy())
    expected = functional.avg_pool2d(images, kernel, window["strides"]).numpy()
    actual = run_avg_pool(Case(case.x, f64, window), False)
    floor = float(np.abs(case.x).max())
    assert_close(actual, channels_last(expected), ulps=case.taps, floor=floor)


def run_dequantized(kind: type[PoolOp], case: Case, scale: npt.ArrayLike) -> Array:
    program = Program()
    x = DequantizeOp(program.input(case.element, case.x.shape), program.constant(scale, f32))
    op = kind(program.add(x), **case.window)
    return run_checked(program.finish(program.add(op).output), [case.x])[0]


SCALES = st.sampled_from([0.3, 1.7, -0.3])


@given(cases(quant=12), SCALES)
def test_dequantized_sum_pool_is_rounded_once(case: Case, scale: float) -> None:
    actual = run_dequantized(SumPoolOp, case, np.float32(scale))
    assert_same(actual, scaled(sums_by_torch(case.x, case.window), [np.float32(scale)]))


@given(cases(quant=12), SCALES)
def test_dequantized_avg_pool_rounds_the_exact_mean(case: Case, scale: float) -> None:
    sums = sums_by_torch(case.x, case.window).astype(np.float64) * np.float32(scale)
    counts = sums_by_torch(np.ones((1, *case.x.shape[1:3], 1), np.int64), case.window)
    actual = run_dequantized(AvgPoolOp, case, np.float32(scale))
    assert_close(actual, (sums / counts.astype(np.float64)).astype(np.float32), ulps=1)


@pytest.mark.parametrize("per_channel", [False, True])
@given(cases(quant=12), st.lists(SCALES, min_size=3, max_size=3))
def test_dequantized_max_pool_is_equal_to_onnxruntime(
    per_channel: bool, case: Case, scales: list[float]
) -> None:
    """A negative scale reverses the order of the values; scales may differ between channels."""
    scale = np.array(scales[: case.x.shape[-1]] if per_channel else scales[0], np.float32)
    values = scaled(case.x, [scale])
    actual = run_dequantized(MaxPoolOp, case, scale)
    assert_same(actual, case.onnx("MaxPool", values))


@pytest.mark.parametrize("kind", [MaxPoolOp, AvgPoolOp, SumPoolOp])
def test_window_that_covers_only_padding_is_refused(kind: type[PoolOp]) -> None:
    """With dilation, both taps of the middle window are in the padding, left and right of the
    image."""
    x = Tensor(np.ones((1, 1, 1, 1), np.float32), f32)
    with pytest.raises((TextError, VerifyException), match="only padding"):
        run_op(kind, x, kernel=(1, 2), pads=(0, 3, 0, 3), dilations=(1, 4))
