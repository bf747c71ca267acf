"""Elementwise ops equal onnxruntime and torch, bit for bit where the arithmetic is exact."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from qnn.qdialect.program import Program
from qnn.qdialect.qnn import QnnOp
from qnn.qdialect.qnn.activations import (
    CeilOp,
    ClipOp,
    FloorOp,
    HardSigmoidOp,
    LeakyReluOp,
    PReluOp,
    RoundOp,
    SignOp,
)
from qnn.qdialect.qnn.elementwise import AddOp, BinaryOp, DivOp, MulOp, ReluOp, SubOp
from qnn.qdialect.qnn.quantization import DequantizeOp
from qnn.qdialect.qnn.smooth import (
    EluOp,
    ErfOp,
    MishOp,
    SigmoidOp,
    SiluOp,
    SoftplusOp,
    SoftsignOp,
    TanhOp,
)
from qnn.qdialect.text import TextError
from qnn.qdialect.types import (
    BipolarType,
    QuantType,
    TernaryType,
    dtype_of,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from support.generate import Choices
from support.oracles import Array, assert_close, assert_same, onnx_op, scaled
from support.program import Tensor, constant, run_checked, run_op
from xdsl.dialects.builtin import f32, f64

KINDS = {np.float32: f32, np.float64: f64}
DTYPES = pytest.mark.parametrize("dtype", list(KINDS), ids=["f32", "f64"])


def reals(seed: int, dtype: type[np.floating], shape: tuple[int, ...] = (3, 50)) -> Array:
    """Ordinary numbers, ties, zeros of both signs, very small and very large ones."""
    rng = np.random.default_rng(seed)
    values = rng.normal(scale=rng.choice([0.1, 2.0, 20.0]), size=shape)
    values = np.where(rng.random(shape) < 0.3, np.rint(values * 4) / 4, values).astype(dtype)
    info = np.finfo(dtype)
    rare = [0.0, -0.0, info.max, info.min, info.tiny, -info.tiny / 4, 0.49999997, -2.5]
    return np.where(rng.random(shape) < 0.15, rng.choice(np.array(rare, dtype), shape), values)


SEEDS = st.integers(0, 2**32)

EXACT: dict[type[QnnOp], str] = {
    ReluOp: "Relu",
    FloorOp: "Floor",
    CeilOp: "Ceil",
    RoundOp: "Round",
    SignOp: "Sign",
}


@DTYPES
@pytest.mark.parametrize("kind", EXACT, ids=lambda kind: kind.name)
@given(SEEDS)
def test_is_bit_equal_to_onnxruntime(
    kind: type[QnnOp], dtype: type[np.floating], seed: int
) -> None:
    x = reals(seed, dtype)
    actual = run_op(kind, Tensor(x, KINDS[dtype]))[0]
    assert_same(actual, onnx_op(EXACT[kind], x)[0])


@given(SEEDS, st.sampled_from([0.01, 0.25, 0.3, 1.0, 0.0, -1.5]))
def test_leaky_relu_is_bit_equal_to_onnxruntime(seed: int, alpha: float) -> None:
    x = reals(seed, np.float32) / np.float32(4)
    actual = run_op(LeakyReluOp, Tensor(x, f32), alpha=alpha)[0]
    assert_same(actual, onnx_op("LeakyRelu", x, alpha=alpha)[0])


@DTYPES
@given(SEEDS, st.floats(-4, 4, width=32), st.floats(0, 4, width=32))
def test_clip_is_bit_equal_to_onnxruntime(
    dtype: type[np.floating], seed: int, low: float, width: float
) -> None:
    x = reals(seed, dtype)
    ends = np.float32(low), np.float32(low + width)
    actual = run_op(ClipOp, Tensor(x, KINDS[dtype]), *map(float, ends))[0]
    assert_same(actual, onnx_op("Clip", x, *(np.array(end, dtype) for end in ends))[0])


@given(
    SEEDS,
    st.sampled_from([0.2, 1 / 6, 0.25, -0.5, 0.3]),
    st.sampled_from([0.5, 0.0, 0.1]),
)
def test_hard_sigmoid_is_bit_equal_to_onnxruntime(seed: int, alpha: float, beta: float) -> None:
    x = reals(seed, np.float32)
    actual = run_op(HardSigmoidOp, Tensor(x, f32), alpha=alpha, beta=beta)[0]
    assert_same(actual, onnx_op("HardSigmoid", x, alpha=alpha, beta=beta)[0])


@DTYPES
@pytest.mark.parametrize("channels", [1, 4])
@given(SEEDS)
def test_prelu_is_bit_equal_to_torch(channels: int, dtype: type[np.floating], seed: int) -> None:
    x = reals(seed, dtype, (15, 4)) / dtype(8)
    slope = np.random.default_rng(seed).choice([0.25, -1.5, 0.3, 0.0], channels).astype(dtype)
    actual = run_op(PReluOp, Tensor(x, KINDS[dtype]), Tensor(slope, KINDS[dtype]))[0]
    expected = torch.nn.functional.prelu(torch.from_numpy(x), torch.from_numpy(slope)).numpy()
    assert_same(actual, expected)
    if dtype is np.float32:
        assert_same(actual, onnx_op("PRelu", x, slope)[0])


SMOOTH: dict[type[QnnOp], Callable[[torch.Tensor], torch.Tensor]] = {
    SigmoidOp: torch.sigmoid,
    TanhOp: torch.tanh,
    EluOp: torch.nn.functional.elu,
    # Above its threshold, 20 by default, torch returns x, which is too coarse for 64 bits.
    SoftplusOp: lambda x: torch.nn.functional.softplus(x, threshold=40),
    SoftsignOp: torch.nn.functional.softsign,
    ErfOp: torch.erf,
    MishOp: torch.nn.functional.mish,
    SiluOp: torch.nn.functional.silu,
}


@DTYPES
@pytest.mark.parametrize("kind", SMOOTH, ids=lambda kind: kind.name)
@given(SEEDS)
def test_is_close_to_torch(kind: type[QnnOp], dtype: type[np.floating], seed: int) -> None:
    """Within a few units of the last place, however small the result is, down to 1e-30."""
    x = reals(seed, dtype)
    expected = SMOOTH[kind](torch.from_numpy(x)).numpy()
    actual = run_op(kind, Tensor(x, KINDS[dtype]))[0]
    assert_close(actual, expected, ulps=4, floor=1e-30)


RISING = [kind for kind in SMOOTH if kind not in (MishOp, SiluOp)]
"""The smooth functions that never descend."""


@pytest.mark.parametrize("kind", RISING, ids=lambda kind: kind.name)
@given(SEEDS)
def test_is_close_to_onnxruntime(kind: type[QnnOp], seed: int) -> None:
    """onnxruntime approximates these, well where results are near 1, less well near 0."""
    x = np.clip(reals(seed, np.float32), -80, 80)
    expected = onnx_op(kind.name.removeprefix("qnn.").capitalize(), x)[0]
    assert_close(run_op(kind, Tensor(x, f32))[0], expected, ulps=8, floor=1.0)


@pytest.mark.parametrize("kind", RISING, ids=lambda kind: kind.name)
def test_never_descends(kind: type[QnnOp]) -> None:
    """Rounding results of 64 bits keeps them monotone; `fold-bn` relies on it."""
    x = np.sort(np.concatenate([np.linspace(-20, 20, 200_001), reals(0, np.float32, (9999,))]))
    y = run_op(kind, Tensor(x.astype(np.float32), f32))[0]
    with np.errstate(invalid="ignore"):
        assert not (np.diff(y) < 0).any()


ALPHAS = st.sampled_from([1.0, 0.3, 1.7])


@given(SEEDS, ALPHAS)
def test_elu_scales_its_negative_part(seed: int, alpha: float) -> None:
    x = reals(seed, np.float32)
    expected = torch.nn.functional.elu(torch.from_numpy(x), float(np.float32(alpha))).numpy()
    actual = run_op(EluOp, Tensor(x, f32), alpha=alpha)[0]
    assert_close(actual, expected, ulps=4)


ARITHMETIC: dict[type[BinaryOp], tuple[str, Callable[[Any, Any], Any]]] = {
    AddOp: ("Add", operator.add),
    SubOp: ("Sub", operator.sub),
    MulOp: ("Mul", operator.mul),
    DivOp: ("Div", operator.truediv),
}
BINARY = pytest.mark.parametrize("kind", ARITHMETIC, ids=lambda kind: kind.name)
INTEGER = pytest.mark.parametrize("kind", [AddOp, SubOp, MulOp], ids=lambda kind: kind.name)


def shapes(choices: Choices) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that broadcast."""
    full = tuple(choices.integers(choices.integer(1, 4), 1, 3))
    pair = [tuple(size if choices.flag() else 1 for size in full) for _ in range(2)]
    return pair[0], pair[1][choices.integer(0, len(full)) :]


@DTYPES
@BINARY
@given(st.data())
def test_float_arithmetic_is_bit_equal_to_onnxruntime(
    kind: type[BinaryOp], dtype: type[np.floating], data: st.DataObject
) -> None:
    choices = Choices.drawn(data.draw)
    left, right = shapes(choices)
    x, y = (choices.array(KINDS[dtype], shape) for shape in (left, right))
    y = np.where(y == 0, dtype(3), y)
    actual = run_op(kind, Tensor(x, KINDS[dtype]), Tensor(y, KINDS[dtype]))[0]
    assert_same(actual, onnx_op(ARITHMETIC[kind][0], x, y)[0])


@INTEGER
@given(st.data())
def test_integer_arithmetic_is_exact(kind: type[BinaryOp], data: st.DataObject) -> None:
    """In Python's integers; torch wraps at 64 bits, so it is no reference for 64-bit results."""
    choices = Choices.drawn(data.draw)
    widest = 31 if kind is MulOp else 62
    elements = choices.quant(widest), choices.quant(widest)
    combine = ARITHMETIC[kind][1]
    x, y = (
        Tensor(choices.array(element, shape), element)
        for element, shape in zip(elements, shapes(choices), strict=True)
    )
    ends = [combine(a, b) for a in value_range(elements[0]) for b in value_range(elements[1])]
    actual = run_op(kind, x, y, element=smallest_type(min(ends), max(ends)))[0]
    expected = combine(x.array.astype(object), y.array.astype(object))
    np.testing.assert_array_equal(actual.astype(object), expected)


WIDE: list[tuple[type[BinaryOp], QuantType, QuantType]] = [
    (AddOp, unsigned(63), unsigned(64)),
    (AddOp, signed(63), signed(64)),
    (SubOp, unsigned(63), signed(64)),
    (SubOp, signed(63), signed(64)),
    (MulOp, unsigned(32), unsigned(64)),
    (MulOp, signed(32), signed(64)),
]


@pytest.mark.parametrize("kind, element, result", WIDE)
def test_arithmetic_fills_all_64_bits(
    kind: type[BinaryOp], element: QuantType, result: QuantType
) -> None:
    """At every pair of ends."""
    low, high = value_range(element)
    ends = np.array([low, high], dtype_of(element))
    x, y = Tensor(ends[:, None], element), Tensor(ends, element)
    actual = run_op(kind, x, y, element=result)[0]
    exact = ends.astype(object)
    np.testing.assert_array_equal(actual.astype(object), ARITHMETIC[kind][1](exact[:, None], exact))


@given(st.data())
def test_integer_relu_is_equal_to_torch(data: st.DataObject) -> None:
    choices = Choices.drawn(data.draw)
    element = choices.quant(63)
    x = choices.array(element, (2, 9))
    result = smallest_type(0, value_range(element)[1])
    actual = run_op(ReluOp, Tensor(x, element), result)[0]
    np.testing.assert_array_equal(actual, torch.relu(torch.from_numpy(x.astype(np.int64))).numpy())


NO_ZERO: list[tuple[str, type[QnnOp], list[QuantType]]] = [
    ("relu of bits", ReluOp, [unsigned(1)]),
    ("relu of bipolar", ReluOp, [BipolarType()]),
    ("product of ternary", MulOp, [TernaryType(), BipolarType()]),
    ("sum of a bit", AddOp, [unsigned(1), BipolarType()]),
]


@pytest.mark.parametrize(
    "kind, elements", [case[1:] for case in NO_ZERO], ids=[c[0] for c in NO_ZERO]
)
def test_a_bipolar_result_that_may_be_0_is_refused(
    kind: type[QnnOp], elements: list[QuantType]
) -> None:
    """A range of -1 to +1 contains 0, which bipolar does not."""
    operands = [Tensor(np.array([1], np.int8), element) for element in elements]
    with pytest.raises(TextError, match="bipolar"):
        run_op(kind, *operands, element=BipolarType())


@pytest.mark.parametrize("kind, combine", [(AddOp, operator.add), (SubOp, operator.sub)])
@given(st.data())
def test_a_sum_of_one_scale_is_rounded_once(
    kind: type[BinaryOp], combine: Callable[[Any, Any], Any], data: st.DataObject
) -> None:
    """Dequantized operands of one scale add up as integers, of any width; with two, as floats."""
    choices = Choices.drawn(data.draw)
    elements = choices.quant(), choices.quant()
    arrays = [choices.array(element, (2, 3)) for element in elements]
    scales = [np.float32(0.3), np.float32(choices.pick([0.3, 0.7]))]
    program = Program()
    values = [
        program.add(DequantizeOp(program.input(element, (2, 3)), program.constant(scale, f32)))
        for element, scale in zip(elements, scales, strict=True)
    ]
    module = program.finish(program.add(kind(*values)).output)
    (actual,) = run_checked(module, arrays)
    if scales[0] == scales[1]:
        expected = scaled(combine(*(array.astype(object) for array in arrays)), scales[:1])
    else:
        expected = combine(*(scaled(a, [s]) for a, s in zip(arrays, scales, strict=True)))
    assert_same(actual, expected)


def test_a_dequantized_difference_may_pass_64_bits() -> None:
    """Its integers are no tensor of the program; only their product with the scale is."""
    program = Program()
    scale, ends = program.constant(0.5, f32), (signed(64), unsigned(64))
    arrays = [np.array([value_range(ends[0])[0]]), np.array([value_range(ends[1])[1]], np.uint64)]
    values = [program.add(DequantizeOp(program.input(end, (1,)), scale)).output for end in ends]
    (actual,) = run_checked(program.finish(program.add(SubOp(*values)).output), arrays)
    assert_same(actual, np.array([-(2.0**62) - 2.0**63], np.float32))


@pytest.mark.parametrize("kind", [SigmoidOp, SignOp, FloorOp, ReluOp], ids=lambda kind: kind.name)
def test_a_tensor_without_axes(kind: type[QnnOp]) -> None:
    (actual,) = run_op(kind, constant(-0.5, f32))
    assert actual.shape == () and isinstance(actual, np.ndarray)
