"""Networks in FINN's own dialect, as its streamlining leaves them: thresholds, Add and Mul.

The reference is QONNX's own execution of these operators.
"""

from typing import Any

import numpy as np
import pytest
from qnn.backends.build_cache import user_cache
from qnn.backends.hls import HlsEngine
from qnn.backends.hls.engine import SIMULATION_CYCLES
from qnn.backends.native import load
from qnn.frontends.inputs import InputType
from qnn.frontends.onnx import import_model
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.passes.tile.goal import Goal
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.qdialect.qnn.linear import LinearOpBase
from qnn.qdialect.types import BipolarType, element_of
from qnn.tools.designs import design_in
from support.onnx_networks import PASSES, QONNX, Net
from xdsl.dialects.builtin import ModuleOp

MNIST_MEAN, MNIST_STD = 0.1307, 0.3081
BETWEEN_SUMS = 1 / 3
"""Added to thresholds, so that no float sum lies within its rounding error of one."""


class FinnNet(Net):
    """A network of MultiThreshold and float matrices with integer elements."""

    def threshold(self, x: str, rows: Any, scale: float = 1.0, zero: int = 0, **given: Any) -> str:
        """Counts the thresholds that an element reaches; levels are recorded as integers."""
        result = self.add(
            "MultiThreshold", x, np.float32(rows), domain=QONNX, out_dtype="INT4", **given
        )
        return self.quantized(result, scale, zero)

    def random_thresholds(self, x: str, channels: int, count: int, reach: float) -> str:
        rows = np.sort(np.rint(self.rng.uniform(-reach, reach, (channels, count))), axis=1)
        return self.threshold(x, rows + BETWEEN_SUMS)

    def matmul(self, x: str, inputs: int, outputs: int, levels: list[float]) -> str:
        return self.add("MatMul", x, self.rng.choice(np.float32(levels), (inputs, outputs)))

    def signed_two_bit(self, x: str, channels: int, step: float, reach: float) -> str:
        """Two-bit activations as FINN converts Quant nodes: levels, then an offset and a scale."""
        levels = self.random_thresholds(x, channels, 3, reach)
        return self.add("Mul", self.add("Add", levels, np.float32(-2)), np.float32(step))

    def bipolar(self, x: str, channels: int, reach: float) -> str:
        """One-bit activations as 0 or 1, then `2 * (x - 0.5)`."""
        rows = np.rint(self.rng.uniform(-reach, reach, (channels, 1))) + BETWEEN_SUMS
        levels = self.threshold(x, rows, 0.5, -1)
        return self.add("Mul", self.add("Add", levels, np.float32(-0.5)), np.float32(2))

    def byte_images(self, count: int) -> Array:
        ends = [np.full((1, *self.shape), end) for end in (0, 255)]
        images = self.rng.integers(0, 256, (count, *self.shape))
        return np.concatenate([images, *ends]).astype(np.float32)


def tfc(bits: int) -> FinnNet:
    """TFC: four fully connected layers of weights with one or two bits, activations of two."""
    net = FinnNet((64,))
    levels = [-1.0, 1.0] if bits == 1 else [-1.0, 0.0, 1.0]
    x = net.add("Div", "x", np.float32(255))
    x = net.add("Div", net.add("Sub", x, np.float32(MNIST_MEAN)), np.float32(MNIST_STD))
    x = net.threshold(x, [[-0.25, 0.5, 1.25]])
    x = net.add("Mul", net.add("Add", x, np.float32(-2)), np.float32(0.7))
    for inputs in (64, 16):
        x = net.signed_two_bit(net.matmul(x, inputs, 16, levels), 16, 0.7, 6)
    x = net.bipolar(net.matmul(x, 16, 16, levels), 16, 4)
    x = net.matmul(x, 16, 10, levels)
    net.add("Add", net.add("Mul", x, np.float32(0.3)), np.float32(-0.1))
    return net


def lenet() -> FinnNet:
    """Convolutions with zero padding, a max pool and an average pool before the last layer."""
    net = FinnNet((1, 8, 8))
    levels = np.float32([-2, -1, 0, 1])
    x = net.threshold(net.add("Mul", "x", np.float32(1 / 255)), [[0.25, 0.5, 0.75]])
    for inputs, outputs in ((1, 4), (4, 6)):
        kernel = net.rng.choice(levels, (outputs, inputs, 3, 3))
        x = net.add("Conv", x, kernel, pads=[1, 1, 1, 1], kernel_shape=[3, 3])
        rows = np.sort(np.rint(net.rng.uniform(-9, 9, (outputs, 3))), axis=1) + BETWEEN_SUMS
        x = net.threshold(x, rows, 2.0, out_scale=2.0, out_bias=-4.0)
        x = net.add("Mul", x, np.float32(0.35))
        x = net.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = net.add("AveragePool", x, kernel_shape=[2, 2])
    x = net.matmul(net.add("Flatten", x), 6, 10, [-2.0, -1.0, 0.0, 1.0])
    return net


def padded_bipolar() -> FinnNet:
    """Bipolar activations from 0 and 1 before a convolution that pads with 0."""
    net = FinnNet((2, 5, 5))
    x = net.bipolar("x", 2, 100)
    kernel = net.rng.choice(np.float32([-1, 1]), (3, 2, 3, 3))
    x = net.add("Conv", x, kernel, pads=[1, 1, 1, 1], kernel_shape=[3, 3])
    net.threshold(x, np.sort(np.rint(net.rng.uniform(-9, 9, (3, 3))), axis=1))
    return net


def as_design(module: ModuleOp) -> ModuleOp:
    design = module.clone()
    Pipeline.parse("stream-lower").apply(design)
    return design


@pytest.mark.parametrize("bits", [1, 2])
def test_tfc(bits: int) -> None:
    net = tfc(bits)
    images = net.byte_images(30)
    net.check(images)


def test_lenet() -> None:
    net = lenet()
    images = net.byte_images(20)
    as_design(net.check(images))


def test_zero_and_one_become_one_bit() -> None:
    net = padded_bipolar()
    module = net.check(net.byte_images(20))
    (conv,) = (op for op in module.walk() if isinstance(op, LinearOpBase))
    assert isinstance(element_of(conv.x), BipolarType)


@pytest.mark.parametrize("hls", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_tfc_on_all_engines(hls: bool) -> None:
    """With bytes as its input, the whole network is hardware, up to the scale of the scores."""
    net = tfc(2)
    images = net.byte_images(6).astype(np.uint8)
    module = import_model(net.model(), {"x": InputType.parse("ui8")})
    Pipeline.parse(PASSES, [CheckSemantics(inputs=[images])]).apply(module)
    expected = run(module, [images])[0]
    design = as_design(module)
    np.testing.assert_array_equal(run(design, [images])[0], expected)
    np.testing.assert_array_equal(load(module).run([images])[0], expected)
    design_in(design, Goal(target_cycles=SIMULATION_CYCLES))
    if hls:
        np.testing.assert_array_equal(
            run(design, [images], engine=HlsEngine(user_cache("hls")))[0], expected
        )
