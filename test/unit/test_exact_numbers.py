"""Floats that are integers times a scale: `fold-bn` and the interpreter read the same integers."""

import numpy as np
import pytest
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.data import Array
from support.program import read_module
from xdsl.utils.exceptions import PassFailedException

X = """
  %s = qnn.constant 0.1 : tensor<f32>
  %h = qnn.constant 0.5 : tensor<f32>
  %x = qnn.dequantize %q, %s : (tensor<1x4xsi8>, tensor<f32>) -> tensor<1x4xf32>
  %w_int = qnn.constant [[1, 2, -3, 1]] : tensor<1x4xsi3>
  %w = qnn.dequantize %w_int, %s : (tensor<1x4xsi3>, tensor<f32>) -> tensor<1x4xf32>
  %v_int = qnn.constant [[3], [-3], [2]] : tensor<3x1xsi3>
  %v = qnn.dequantize %v_int, %s : (tensor<3x1xsi3>, tensor<f32>) -> tensor<3x1xf32>
"""

LINEAR = "(tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x1xf32>"
WIDEN = "(tensor<1x1xf32>, tensor<3x1xf32>) -> tensor<1x3xf32>"
NUMBER = "(tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>"

CASES = {
    "the bias of a single output": f"""
  %b = qnn.constant [0.1234] : tensor<1xf32>
  %y = qnn.linear %x, %w bias %b
      : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %z = qnn.linear %y, %v : {WIDEN}
  func.return %z : tensor<1x3xf32>""",
    "an offset before a single output": f"""
  %o = qnn.constant 0.0612 : tensor<f32>
  %a = qnn.add %x, %o : {NUMBER}
  %y = qnn.linear %a, %w : {LINEAR}
  %z = qnn.linear %y, %v : {WIDEN}
  func.return %z : tensor<1x3xf32>""",
    "a factor of weights": f"""
  %half = qnn.mul %w, %h : {NUMBER}
  %y = qnn.linear %x, %half : {LINEAR}
  func.return %y : tensor<1x1xf32>""",
    "a factor of a table": f"""
  %t_int = qnn.constant @table : tensor<256xsi8>
  %t0 = qnn.dequantize %t_int, %h : (tensor<256xsi8>, tensor<f32>) -> tensor<256xf32>
  %t = qnn.mul %t0, %h : (tensor<256xf32>, tensor<f32>) -> tensor<256xf32>
  %a = qnn.lookup %q, %t first = -128
      : (tensor<1x4xsi8>, tensor<256xf32>) -> tensor<1x4xf32>
  %y = qnn.linear %a, %w : {LINEAR}
  func.return %y : tensor<1x1xf32>""",
    "the sign of zero": """
  %one = qnn.constant 1.0 : tensor<f32>
  %a = qnn.dequantize %q, %h : (tensor<1x4xsi8>, tensor<f32>) -> tensor<1x4xf32>
  %y = qnn.sub %one, %a : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  func.return %y : tensor<1x4xf32>""",
    "a padding value without padding": """
  %i = qnn.reshape %x : (tensor<1x4xf32>) -> tensor<1x2x2x1xf32>
  %k = qnn.reshape %w : (tensor<1x4xf32>) -> tensor<1x2x2x1xf32>
  %y = qnn.conv2d %i, %k pad_value = 1
      : (tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32>) -> tensor<1x1x1x1xf32>
  func.return %y : tensor<1x1x1x1xf32>""",
}


def check_fold(arguments: str, body: str, data: str = "", inputs: list[Array] | None = None) -> str:
    """Runs `fold-bn`, which must not change a result; returns the module."""
    result = body.rsplit(" : ", 1)[1]
    text = f"func.func @main({arguments}) -> {result} {{{body}\n}}\n{data}"
    module = read_module(text)
    Pipeline.parse("fold-bn", [CheckSemantics(inputs=inputs)]).apply(module)
    return str(module)


@pytest.mark.parametrize("name", CASES)
def test_an_op_reads_the_same_integers_after_the_fold(name: str) -> None:
    data = f"qnn.data @table {list(range(-128, 128))} : tensor<256xsi8>"
    images = np.random.default_rng(0).integers(-128, 128, (64, 4)).astype(np.int8)
    images[0] = 2  # 1 - 2 * 0.5 is +0
    check_fold("%q: tensor<1x4xsi8>", X + CASES[name], data, [images])


def test_a_sum_with_a_factor_is_rounded_once() -> None:
    """The sum of a number of 28 bits and a scaled one; float32 rounds the former to 24 bits."""
    wide = np.arange(256, dtype=np.int32).reshape(64, 4) % 64 + (1 << 25)
    small = np.random.default_rng(0).integers(-8, 9, (64, 4)).astype(np.int8)
    folded = check_fold(
        "%q: tensor<1x4xsi8>, %b: tensor<1x4xsi28>",
        f"""
  %half = qnn.constant 0.5 : tensor<f32>
  %one = qnn.constant 1.0 : tensor<f32>
  %two = qnn.constant 2.0 : tensor<f32>
  %n = qnn.constant 33554436.0 : tensor<f32>
  %four = qnn.constant 4.0 : tensor<f32>
  %x = qnn.dequantize %q, %half : (tensor<1x4xsi8>, tensor<f32>) -> tensor<1x4xf32>
  %a = qnn.mul %x, %two : {NUMBER}
  %y = qnn.dequantize %b, %one : (tensor<1x4xsi28>, tensor<f32>) -> tensor<1x4xf32>
  %t = qnn.add %a, %y : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %u = qnn.sub %t, %n : {NUMBER}
  %l = qnn.quantize %u, %four : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xui4>
  func.return %l : tensor<1x4xui4>""",
        inputs=[small, wide],
    )
    assert "qnn.threshold" in folded


def test_a_constant_that_rounds_is_not_seen_through() -> None:
    """`(x + 1.5 * 2**23) - 1.5 * 2**23` rounds to whole numbers."""
    body = f"""{X}
  %m = qnn.constant 12582912.0 : tensor<f32>
  %a = qnn.add %x, %m : {NUMBER}
  %r = qnn.sub %a, %m : {NUMBER}
  %y = qnn.linear %r, %w : {LINEAR}
  func.return %y : tensor<1x1xf32>"""
    with pytest.raises(PassFailedException, match="its input is float"):
        check_fold("%q: tensor<1x4xsi8>", body)


def test_the_difference_of_unknown_bounds_is_evaluated() -> None:
    """Nothing bounds a leaky relu that turns, so the bounds of a difference of two are unknown."""
    unary = "(tensor<1x4xf32>) -> tensor<1x4xf32>"
    folded = check_fold(
        "%q: tensor<1x4xsi8>",
        f"""{X}
  %a = qnn.leaky_relu %x {{alpha = -1.0 : f32}} : {unary}
  %b = qnn.leaky_relu %x {{alpha = -0.5 : f32}} : {unary}
  %d = qnn.sub %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %l = qnn.quantize %d, %s : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xui4>
  func.return %l : tensor<1x4xui4>""",
    )
    assert "qnn.threshold" in folded


def test_parameters_with_more_axes_than_the_source_of_a_permutation() -> None:
    """The chain moves above the reshape; its constant must not give the result more axes."""
    check_fold(
        "%x: tensor<1x16xf32>",
        """
  %s = qnn.constant 0.1 : tensor<f32>
  %c = qnn.constant [[[[0.3]]]] : tensor<1x1x1x1xf32>
  %t = qnn.constant [[[[1.0], [0.0]]]] : tensor<1x1x2x1xf32>
  %i = qnn.reshape %x : (tensor<1x16xf32>) -> tensor<1x2x2x4xf32>
  %m = qnn.add %i, %t
      : (tensor<1x2x2x4xf32>, tensor<1x1x2x1xf32>) -> tensor<1x2x2x4xf32>
  %n = qnn.mul %m, %c
      : (tensor<1x2x2x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x2x2x4xf32>
  %l = qnn.quantize %n, %s : (tensor<1x2x2x4xf32>, tensor<f32>) -> tensor<1x2x2x4xsi8>
  func.return %l : tensor<1x2x2x4xsi8>""",
    )
