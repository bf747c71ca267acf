"""Softmax, log_softmax, arg_max and top_k equal those of onnxruntime."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from qnn.passes.fold_bn.sink_dequantize import MAX_DISTINCT, NORMAL_SCALES
from qnn.qdialect.qnn.classify import ArgMaxOp, LogSoftmaxOp, ScoresOp, SoftmaxOp, TopKOp
from qnn.qdialect.types import BipolarType, FloatType, unsigned
from qnn.qdialect.values import Dequantized
from support.generate import Choices
from support.oracles import assert_close, onnx_op
from support.program import Tensor, run_op
from xdsl.dialects.builtin import f32, f64

DTYPES = pytest.mark.parametrize("element", [f32, f64], ids=str)


@DTYPES
@given(st.data())
def test_log_softmax_is_close_to_onnxruntime_and_torch(
    element: FloatType, data: st.DataObject
) -> None:
    choices = Choices.drawn(data.draw)
    shape = choices.integers(choices.integer(1, 4), 1, 5)
    axis = choices.integer(-len(shape), len(shape) - 1)
    x = choices.array(element, shape) * choices.pick([1, 10])
    (actual,) = run_op(LogSoftmaxOp, Tensor(x, element), axis)
    # near 0 a result is the difference of rounded numbers
    close = {"rtol": 1e-5, "atol": 1e-5}
    np.testing.assert_allclose(actual, torch.log_softmax(torch.from_numpy(x), axis), **close)
    np.testing.assert_allclose(actual, onnx_op("LogSoftmax", x, axis=axis)[0], **close)


@DTYPES
@given(st.data())
def test_softmax_is_close_to_onnxruntime_and_torch(element: FloatType, data: st.DataObject) -> None:
    choices = Choices.drawn(data.draw)
    shape = choices.integers(choices.integer(1, 4), 1, 5)
    axis = choices.integer(-len(shape), len(shape) - 1)
    x = choices.array(element, shape) * choices.pick([1, 10])
    actual = run_op(SoftmaxOp, Tensor(x, element), axis)[0]

    expected = torch.softmax(torch.from_numpy(x), axis).numpy()
    assert_close(actual, expected, ulps=4 + shape[axis])
    assert_close(actual, onnx_op("Softmax", x, axis=axis)[0], 8 + shape[axis], 1e-30)


FUNCTIONS = pytest.mark.parametrize(
    ("kind", "function"), [(SoftmaxOp, torch.softmax), (LogSoftmaxOp, torch.log_softmax)]
)


@DTYPES
@FUNCTIONS
def test_large_scores(
    element: FloatType, kind: type[ScoresOp], function: Callable[..., torch.Tensor]
) -> None:
    """Scores far apart, and far from zero, neither overflow nor lose their sum."""
    x = np.array([[1e4, 0, -1e4], [-1e30, -1e30, -1e30], [700, 710, 720]])
    x = x.astype(np.float32 if element == f32 else np.float64)
    actual = run_op(kind, Tensor(x, element), -1)[0]
    expected = function(torch.from_numpy(x), -1).numpy()
    assert_close(actual, expected, ulps=4)


def ranked(choices: Choices) -> tuple[Tensor, np.ndarray, int]:
    """Scores of any type with many equal ones, their ranks as float64, and an axis."""
    element = choices.pick([choices.quant(), choices.quant(2), f32, f64])
    shape = choices.integers(choices.integer(1, 4), 1, 5)
    x = choices.array(element, shape)
    ranks = np.unique(x, return_inverse=True)[1].reshape(x.shape).astype(np.float64)
    return Tensor(x, element), ranks, choices.integer(-len(shape), len(shape) - 1)


@given(st.data())
def test_arg_max_is_equal_to_onnxruntime(data: st.DataObject) -> None:
    """Of equal scores the first or the last wins; onnxruntime gets ranks, which have the same
    order."""
    choices = Choices.drawn(data.draw)
    (x, ranks, axis), last = ranked(choices), choices.flag()
    (expected,) = onnx_op("ArgMax", ranks, axis=axis, keepdims=0, select_last_index=int(last))
    np.testing.assert_array_equal(run_op(ArgMaxOp, x, axis, None, last)[0], expected)


@given(st.data())
def test_top_k_is_equal_to_onnxruntime(data: st.DataObject) -> None:
    """Largest first, and of equals the one with the lower index."""
    choices = Choices.drawn(data.draw)
    x, ranks, axis = ranked(choices)
    k = choices.integer(1, ranks.shape[axis])
    _, expected = onnx_op("TopK", ranks, np.array([k]), axis=axis, outputs=2)
    values, indices = run_op(TopKOp, x, k, axis)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(x.array, expected, axis))


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("top_k", [False, True])
def test_an_index_is_never_bipolar(size: int, top_k: bool) -> None:
    """Bipolar has no 0, and the first index is 0."""
    x = Tensor(np.zeros((1, size), np.int8), unsigned(1))
    with pytest.raises(Exception, match="bipolar"):
        if top_k:
            run_op(TopKOp, x, 1, element=BipolarType())
        else:
            run_op(ArgMaxOp, x, element=BipolarType())


@given(st.floats(*NORMAL_SCALES), st.integers(1, MAX_DISTINCT))
def test_dequantized_scores_have_the_order_of_their_integers(scale: float, last: int) -> None:
    """So `fold-bn` may compare the integers; the largest ones are the closest to each other."""
    ints = np.arange(max(last - 1000, -MAX_DISTINCT), last + 1)
    floats = Dequantized(ints, np.array(scale)).value
    assert (np.diff(floats) > 0).all()
