"""Units of ports: from the quantizers of a network, and as formulas for a README."""

from qnn.tools.compile.units import Unit, units_of
from support.design import design_of
from support.program import read_module

NETWORK = """
func.func @main(%x: tensor<1x2x2xf32>) -> (tensor<1x4xf32>, tensor<1x4xui8>) {
  %half = qnn.constant 0.5 : tensor<f32>
  %zero = qnn.constant 3 : tensor<ui8>
  %q = qnn.quantize %x, %half zero_point %zero
    : (tensor<1x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2xui8>
  %r = qnn.reshape %q : (tensor<1x2x2xui8>) -> tensor<1x4xui8>
  %a, %b = stream.run @design %r : (tensor<1x4xui8>) -> (tensor<1x4xui8>, tensor<1x4xui8>)
  %scales = qnn.constant [0.25, 0.5, 0.125, 1.0] : tensor<4xf64>
  %y = qnn.dequantize %a, %scales : (tensor<1x4xui8>, tensor<4xf64>) -> tensor<1x4xf32>
  func.return %y, %b : tensor<1x4xf32>, tensor<1x4xui8>
}
stream.design @design {
  %x = stream.source "x" : !stream.channel<4xui8>
  %a, %b = stream.fork %x
    : (!stream.channel<4xui8>) -> (!stream.channel<4xui8>, !stream.channel<4xui8>)
  stream.sink "a" %a : !stream.channel<4xui8>
  stream.sink "b" %b : !stream.channel<4xui8>
}
"""


def test_units_come_from_quantizers_around_a_design() -> None:
    """Through ops that move elements; results that are not scaled have no unit."""
    module = read_module(NETWORK)
    x, a, b = units_of(module, design_of(module))
    assert (x, b) == (Unit([0.5], [3]), None)
    assert a == Unit([0.25, 0.5, 0.125, 1.0], [])
    alone = read_module(str(design_of(module)))
    assert units_of(alone, design_of(alone)) == [None] * 3


def test_scales_per_channel_have_a_warning() -> None:
    """Numbers with different scales cannot be compared."""
    assert Unit([0.5], [3]).formula("x") == (
        "`x`: a real number of the network is `(number - 3) * 0.5`"
    )
    text = Unit([0.5, 1.0], [0, 4]).formula("y")
    assert text.startswith("`y`: a real number of the network is `(number - zero) * scale`")
    assert "**compare channels only after scaling**" in text
