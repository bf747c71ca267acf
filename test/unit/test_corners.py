"""Programs that no importer produces, but a person may write: passes keep them exact, or refuse."""

import numpy as np
import pytest
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import (
    CheckSemantics,
    Observation,
    equal_layers,
    first_difference,
    samples,
)
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.qnn.elementwise import MulOp
from qnn.qdialect.qnn.linear import LinearOp
from qnn.qdialect.qnn.steps import LookupOp, ThresholdOp
from qnn.qdialect.types import element_of, signed
from support.program import read_module
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import InterpretationError, PassFailedException


def passed(text: str, passes: str = "fold-bn,minimize-accumulators") -> ModuleOp:
    """A module after passes, which must not change its results."""
    module = read_module(text)
    Pipeline.parse(passes, [CheckSemantics()]).apply(module)
    return module


def refused(text: str, reason: str) -> None:
    with pytest.raises(PassFailedException, match=reason):
        passed(text)


def test_a_quantizer_with_a_scale_per_column_is_refused() -> None:
    """There are as many columns as channels, so the number of scales does not show their axis."""
    refused(
        """
func.func @main(%x: tensor<1x3x3x3xsi8>) -> tensor<1x3x3x3xsi4> {
  %one = qnn.constant 0.5 : tensor<f32>
  %s = qnn.constant [0.5, 2.0, 4.0] : tensor<3xf32>
  %a = qnn.dequantize %x, %one : (tensor<1x3x3x3xsi8>, tensor<f32>) -> tensor<1x3x3x3xf32>
  %t = qnn.transpose %a order = [0, 2, 1, 3] : (tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  %q = qnn.quantize %t, %s axis = 2 : (tensor<1x3x3x3xf32>, tensor<3xf32>) -> tensor<1x3x3x3xsi4>
  func.return %q : tensor<1x3x3x3xsi4>
}""",
        "its scale varies along an axis other than the last",
    )


def test_a_dequantize_with_a_scale_per_row_is_refused() -> None:
    refused(
        """
func.func @main(%x: tensor<1x2x3x2xsi8>) -> tensor<1x2x3x2xsi4> {
  %one = qnn.constant 0.5 : tensor<f32>
  %s = qnn.constant [0.5, 2.0, 4.0] : tensor<3xf32>
  %a = qnn.dequantize %x, %s axis = 2 : (tensor<1x2x3x2xsi8>, tensor<3xf32>) -> tensor<1x2x3x2xf32>
  %q = qnn.quantize %a, %one : (tensor<1x2x3x2xf32>, tensor<f32>) -> tensor<1x2x3x2xsi4>
  func.return %q : tensor<1x2x3x2xsi4>
}""",
        "qnn.dequantize has a scale that varies along another axis than the last",
    )


def test_integers_too_wide_for_the_threshold_search_are_refused() -> None:
    refused(
        """
func.func @main(%x: tensor<1x2xui64>) -> tensor<1x2xui2> {
  %s = qnn.constant 1.0e18 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xui64>, tensor<f32>) -> tensor<1x2xf32>
  %t = qnn.constant 3.0e36 : tensor<f32>
  %q = qnn.quantize %a, %t : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xui2>
  func.return %q : tensor<1x2xui2>
}""",
        "its input ranges from 0 to 18446744073709551615, too wide for the threshold search",
    )


def test_thresholds_beyond_63_bits() -> None:
    module = passed(
        """
func.func @main(%x: tensor<1x1xui64>) -> tensor<1x1xui2> {
  %t = qnn.constant [[5, 9223372036854775808, 18446744073709551615]] : tensor<1x3xui64>
  %q = qnn.threshold %x, %t : (tensor<1x1xui64>, tensor<1x3xui64>) -> tensor<1x1xui2>
  func.return %q : tensor<1x1xui2>
}""",
        "minimize-accumulators",
    )
    x = np.array([[4], [5], [2**63 - 1], [2**63], [2**64 - 1]], np.uint64)
    assert run(module, [x])[0].ravel().tolist() == [0, 1, 1, 2, 3]


def test_an_index_beyond_63_bits_is_outside_the_table() -> None:
    module = read_module(
        """
func.func @main(%x: tensor<1x1xui64>) -> tensor<1x1xui2> {
  %t = qnn.constant [0, 1, 2, 3] : tensor<4xui2>
  %q = qnn.lookup %x, %t first = -1 : (tensor<1x1xui64>, tensor<4xui2>) -> tensor<1x1xui2>
  func.return %q : tensor<1x1xui2>
}"""
    )
    with pytest.raises(InterpretationError, match="is outside the table"):
        run(module, [np.array([[2**64 - 1]], np.uint64)])


BIASED = """
func.func @main(%x: tensor<1x2xsi8>) -> tensor<1x2xf32> {{
  %s = qnn.constant 0.1 : tensor<f32>
  %w = qnn.constant [[3, -4], [2, 1]] : tensor<2x2xsi4>
  %b = qnn.constant [16777217, -33554435] : tensor<2xsi32>
  %t = qnn.constant {scale} : tensor<f64>
  %xf = qnn.dequantize %x, %s : (tensor<1x2xsi8>, tensor<f32>) -> tensor<1x2xf32>
  %wf = qnn.dequantize %w, %s : (tensor<2x2xsi4>, tensor<f32>) -> tensor<2x2xf32>
  %bf = qnn.dequantize %b, %t : (tensor<2xsi32>, tensor<f64>) -> tensor<2xf32>
  %y = qnn.linear %xf, %wf bias %bf
    : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  func.return %y : tensor<1x2xf32>
}}"""


def test_a_bias_of_the_same_scale_is_added_to_integers() -> None:
    scale = float(np.float64(np.float32(0.1)) * np.float64(np.float32(0.1)))
    module = passed(BIASED.format(scale=scale))
    (linear,) = (op for op in module.walk() if isinstance(op, LinearOp))
    assert element_of(linear.output) == signed(11)
    x = np.array([[1, 2]], np.int8)
    exact = np.array([[(-5 + 16777217) * scale, (4 - 33554435) * scale]])
    np.testing.assert_array_equal(run(module, [x])[0], exact.astype(np.float32))


def test_a_bias_of_another_scale_is_added_to_floats() -> None:
    passed(BIASED.format(scale=0.5))


WEIGHTS_ARRIVE = """
func.func @main(%x: tensor<1x2xsi8>, %w: tensor<1x2xsi4>) -> tensor<1x1xf32> {{
  %s = qnn.constant 0.5 : tensor<f32>
  %z = qnn.constant {zero} : tensor<si4>
  %xf = qnn.dequantize %x, %s : (tensor<1x2xsi8>, tensor<f32>) -> tensor<1x2xf32>
  %wf = qnn.dequantize %w, %s zero_point %z
    : (tensor<1x2xsi4>, tensor<f32>, tensor<si4>) -> tensor<1x2xf32>
  %y = qnn.linear %xf, %wf : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  func.return %y : tensor<1x1xf32>
}}"""


def test_computed_weights_with_a_zero_point_are_refused() -> None:
    refused(WEIGHTS_ARRIVE.format(zero=3), "its weights are not constant, which zero points")
    passed(WEIGHTS_ARRIVE.format(zero=0), "fold-bn")


def test_padding_that_the_input_type_cannot_represent_is_refused() -> None:
    refused(
        """
func.func @main(%x: tensor<1x1x4x1xui2>) -> tensor<1x1x6x1xf32> {
  %s = qnn.constant 0.5 : tensor<f32>
  %w = qnn.constant [[[[1]]]] : tensor<1x1x1x1xsi4>
  %xf = qnn.dequantize %x, %s : (tensor<1x1x4x1xui2>, tensor<f32>) -> tensor<1x1x4x1xf32>
  %wf = qnn.dequantize %w, %s : (tensor<1x1x1x1xsi4>, tensor<f32>) -> tensor<1x1x1x1xf32>
  %y = qnn.conv2d %xf, %wf pads = [0, 1, 0, 1] pad_value = 5 {layer = "Conv_3"}
    : (tensor<1x1x4x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x6x1xf32>
  func.return %y : tensor<1x1x6x1xf32>
}""",
        'qnn.conv2d "Conv_3": its padding value 5 is not representable in its input type ui2 with '
        "scale 0.5 and zero point 0; pad with a multiple of the scale from 0 to 1.5",
    )


def test_sums_of_more_than_64_bits_are_refused() -> None:
    refused(
        """
func.func @main(%x: tensor<1x4xsi64>) -> tensor<1x1xf32> {
  %s = qnn.constant 0.5 : tensor<f32>
  %w = qnn.constant [[1, 1, 1, 1]] : tensor<1x4xsi4>
  %xf = qnn.dequantize %x, %s : (tensor<1x4xsi64>, tensor<f32>) -> tensor<1x4xf32>
  %wf = qnn.dequantize %w, %s : (tensor<1x4xsi4>, tensor<f32>) -> tensor<1x4xf32>
  %y = qnn.linear %xf, %wf {layer = "Gemm_3"}
    : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x1xf32>
  func.return %y : tensor<1x1xf32>
}""",
        r'qnn.linear "Gemm_3": its sums could reach \d+, more than 64 bits hold',
    )


def test_a_sum_with_a_constant_becomes_a_table_of_all_pairs() -> None:
    """The range of a constant is the range of its values, which is narrower than its type."""
    module = passed(
        """
func.func @main(%x: tensor<1x4xsi4>) -> tensor<1x4xui3> {
  %s = qnn.constant 0.3 : tensor<f32>
  %t = qnn.constant 0.077 : tensor<f32>
  %c = qnn.constant [[2, -1, 0, 1]] : tensor<1x4xsi8>
  %a = qnn.dequantize %x, %s : (tensor<1x4xsi4>, tensor<f32>) -> tensor<1x4xf32>
  %b = qnn.dequantize %c, %t : (tensor<1x4xsi8>, tensor<f32>) -> tensor<1x4xf32>
  %y = qnn.add %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %z = qnn.tanh %y : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %q = qnn.quantize %z, %t : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xui3>
  func.return %q : tensor<1x4xui3>
}"""
    )
    assert any(isinstance(op, LookupOp | ThresholdOp) for op in module.walk())


def test_types_are_never_widened() -> None:
    """A product of two bipolar values stays bipolar; the signed type of its range is si2."""
    module = passed(
        """
func.func @main(%x: tensor<1x2x!qnn.bipolar>, %y: tensor<1x2x!qnn.bipolar>) -> tensor<1x2xsi8> {
  %p = qnn.mul %x, %y : (tensor<1x2x!qnn.bipolar>, tensor<1x2x!qnn.bipolar>) -> tensor<1x2x!qnn.bipolar>
  %s = qnn.add %p, %x : (tensor<1x2x!qnn.bipolar>, tensor<1x2x!qnn.bipolar>) -> tensor<1x2xsi8>
  func.return %s : tensor<1x2xsi8>
}""",  # noqa: E501
        "minimize-accumulators",
    )
    (product,) = (op for op in module.walk() if isinstance(op, MulOp))
    assert str(element_of(product.output)) == "!qnn.bipolar"


def test_constants_that_overflow_stay_as_they_are() -> None:
    module = passed(
        """
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %big = qnn.constant [[1.0e38, 2.0]] : tensor<1x2xf32>
  %c = qnn.mul %big, %big : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = qnn.mul %x, %c : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  func.return %y : tensor<1x2xf32>
}""",
        "canonicalize",
    )
    assert sum(isinstance(op, MulOp) for op in module.walk()) == 2


def test_inputs_with_fixed_numbers_of_images() -> None:
    """One input holds one image, the other three; no other numbers are accepted."""
    module = read_module(
        """
func.func @main(%x: tensor<1x4xsi8>, %y: tensor<3x4xsi8>) -> tensor<3x4xsi9> {
  %z = qnn.add %x, %y : (tensor<1x4xsi8>, tensor<3x4xsi8>) -> tensor<3x4xsi9>
  func.return %z : tensor<3x4xsi9>
}"""
    )
    with pytest.raises(InterpretationError, match='input "x" has shape 9x4, tensor<1x4xsi8>'):
        run(module, [np.zeros((9, 4), np.int8), np.zeros((3, 4), np.int8)])
    Pipeline.parse("canonicalize", [CheckSemantics()]).apply(module)


def test_the_check_draws_the_same_number_of_images_for_each_type() -> None:
    module = read_module(
        """
func.func @main(%x: tensor<1x4xsi8>, %y: tensor<1x4xf32>, %z: tensor<1x4x!qnn.bipolar>)
    -> tensor<1x4xsi8> {
  func.return %x : tensor<1x4xsi8>
}"""
    )
    drawn = samples(entry_input_types(entry_of(module)), np.random.default_rng(0))
    assert [x.shape for x in drawn] == [(9, 4)] * 3
    run(module, drawn)


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [(np.nan, np.nan, False), (0.0, -0.0, True), (np.nan, 0.0, True), (1.0, 1.0, False)],
)
def test_floats_are_compared_bit_for_bit(old: float, new: float, differs: bool) -> None:
    observed = [Observation({}, [np.array([value], np.float32)]) for value in (old, new)]
    assert (first_difference(*observed) is not None) == differs


def test_a_broadcast_over_channels_is_refused() -> None:
    refused(
        """
func.func @main(%x: tensor<1x4x4x1xui4>) -> tensor<1x4x4x3xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %r = qnn.constant [0.1, 0.2, 0.3] : tensor<3xf32>
  %a = qnn.dequantize %x, %s : (tensor<1x4x4x1xui4>, tensor<f32>) -> tensor<1x4x4x1xf32>
  %b = qnn.mul %a, %r : (tensor<1x4x4x1xf32>, tensor<3xf32>) -> tensor<1x4x4x3xf32>
  %q = qnn.quantize %b, %s : (tensor<1x4x4x3xf32>, tensor<f32>) -> tensor<1x4x4x3xui2>
  func.return %q : tensor<1x4x4x3xui2>
}""",
        "qnn.mul changes the shape of its input",
    )


def test_a_scalar_is_refused() -> None:
    refused(
        """
func.func @main(%x: tensor<ui4>) -> tensor<ui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<ui4>, tensor<f32>) -> tensor<f32>
  %q = qnn.quantize %a, %s : (tensor<f32>, tensor<f32>) -> tensor<ui2>
  func.return %q : tensor<ui2>
}""",
        "its input lacks an axis of images or an axis of channels",
    )


def test_a_difference_falls_even_where_floats_hide_it() -> None:
    """`c - x` rounds to `c` for small x, but it falls, so a max pool must not pass it."""
    passed(
        """
func.func @main(%x: tensor<1x2x2x1xsi32>) -> tensor<1x1x1x1xui2> {
  %s = qnn.constant 10000.0 : tensor<f32>
  %c = qnn.constant 3.0e14 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2x2x1xsi32>, tensor<f32>) -> tensor<1x2x2x1xf32>
  %b = qnn.sub %c, %a : (tensor<f32>, tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32>
  %m = qnn.max_pool %b kernel = [2, 2] : (tensor<1x2x2x1xf32>) -> tensor<1x1x1x1xf32>
  %t = qnn.constant 1.0e14 : tensor<f32>
  %q = qnn.quantize %m, %t : (tensor<1x1x1x1xf32>, tensor<f32>) -> tensor<1x1x1x1xui2>
  func.return %q : tensor<1x1x1x1xui2>
}"""
    )


TWO = """
func.func @main(%x: tensor<1x4x{kind}>, %y: tensor<1x4x{kind}>) -> tensor<1x4x{out}> {{
  %s = qnn.constant 0.5 : tensor<f32>
  %t = qnn.constant 0.25 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x4x{kind}>, tensor<f32>) -> tensor<1x4xf32>
  %b = qnn.dequantize %y, %t : (tensor<1x4x{kind}>, tensor<f32>) -> tensor<1x4xf32>
  %c = qnn.{op} %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %q = qnn.quantize %c, %s : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4x{out}>
  func.return %q : tensor<1x4x{out}>
}}"""


def test_differences_of_two_scales_are_weighted_sums() -> None:
    module = passed(TWO.format(kind="si9", op="sub", out="si6"))
    assert not any(isinstance(op, LookupOp) for op in module.walk())
    assert any(isinstance(op, ThresholdOp) for op in module.walk())


@pytest.mark.parametrize("out", ["si2", "ui1", "si3"])
def test_products_of_two_tensors_are_integers(out: str) -> None:
    module = passed(TWO.format(kind="si2", op="mul", out=out))
    assert not any(isinstance(op, LookupOp) for op in module.walk())
    assert any(isinstance(op, ThresholdOp) for op in module.walk())


def test_a_division_by_zero_is_refused() -> None:
    refused(
        TWO.format(kind="si3", op="div", out="si3"),
        "it cannot be evaluated for some inputs",
    )


def test_calls_keep_the_types_of_their_operands() -> None:
    passed(
        """
func.func @main(%x: tensor<1x2xui2>) -> tensor<1x2xsi16> {
  %y = qnn.add %x, %x : (tensor<1x2xui2>, tensor<1x2xui2>) -> tensor<1x2xsi16>
  %z = func.call @same(%y) : (tensor<1x2xsi16>) -> tensor<1x2xsi16>
  func.return %z : tensor<1x2xsi16>
}
func.func @same(%x: tensor<1x2xsi16>) -> tensor<1x2xsi16> {
  func.return %x : tensor<1x2xsi16>
}""",
        "minimize-accumulators",
    )


def test_weights_of_zero_and_one_stay_one_bit() -> None:
    module = passed(
        """
func.func @main(%x: tensor<1x2xui2>) -> tensor<1x1xsi16> {
  %w = qnn.constant [[0, 1]] : tensor<1x2xui1>
  %y = qnn.linear %x, %w : (tensor<1x2xui2>, tensor<1x2xui1>) -> tensor<1x1xsi16>
  func.return %y : tensor<1x1xsi16>
}""",
        "minimize-accumulators",
    )
    (linear,) = (op for op in module.walk() if isinstance(op, LinearOp))
    assert str(element_of(linear.weights)) == "ui1"


def test_check_semantics_needs_an_image() -> None:
    module = read_module(BIASED.format(scale=0.5))
    hook = CheckSemantics(inputs=[np.zeros((0, 2), np.int8)])
    with pytest.raises(PassFailedException, match="an input is empty"):
        Pipeline.parse("fold-bn", [hook]).apply(module)


NHWC: Array = np.arange(24, dtype=np.int8).reshape(1, 2, 3, 4)
"""An activation in which the order of the axes shows."""


@pytest.mark.parametrize(
    ("new", "compared", "differs"),
    [
        (NHWC, True, False),
        (NHWC.transpose(0, 3, 1, 2).reshape(1, 24), True, False),
        (NHWC[:, ::-1], False, False),
        (NHWC[:, :1], False, False),
        (NHWC + 1, False, True),
    ],
    ids=["equal", "transposed", "unknown order", "part", "other values"],
)
def test_check_semantics_compares_only_the_same_activation(
    new: Array, compared: bool, differs: bool
) -> None:
    old, new_run = (Observation({"a": [values]}, []) for values in (NHWC, new))
    assert equal_layers(old, new_run) == ({"a"} if compared else set())
    assert (first_difference(old, new_run) is not None) == differs
    assert (first_difference(new_run, old) is not None) == differs
