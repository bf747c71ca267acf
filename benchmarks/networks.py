"""Writes networks of well-known sizes, with random weights, as ONNX files.

    python benchmarks/networks.py "ResNet-50 int8" resnet.onnx

Each network exists in two formats. QONNX has float weights that pass through `Quant` nodes, and a
batch norm after each convolution. QDQ is ONNX's own: integer weights, and a bias instead of the
batch norm. Weights and scales are chosen so that activations fill the range of their type at every
depth.
"""

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]

QONNX = "qonnx.custom_op.general"
OPSETS = [helper.make_opsetid("", 13), helper.make_opsetid(QONNX, 1)]

CLIP_SIGMAS = 3.0
"""The largest activation that is not clipped, in standard deviations."""


class Writer(ABC):
    """A graph that grows node by node; a tensor is represented by its name."""

    def __init__(self, size: int):
        self.rng = np.random.default_rng(0)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.shape = (1, 3, size, size)
        self.channels: dict[str, int] = {}
        """The number of channels of each tensor."""

    def constant(self, array: npt.ArrayLike) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def number(self, value: float) -> str:
        return self.constant(np.float32(value))

    def node(self, op: str, *inputs: str, **attributes: Any) -> str:
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        self.channels[name] = self.channels.get(inputs[0], 0)
        return name

    def random_scale(self, widest: float, steps: int) -> np.float32:
        """A random scale with which `steps` steps are about `widest` wide."""
        return np.float32(widest * self.rng.uniform(0.8, 1.2) / steps)

    def random_weights(self, *shape: int) -> Array:
        """Random weights whose weighted sums vary about as much as their inputs."""
        spread = np.sqrt(2 / np.prod(shape[1:]))
        return (self.rng.standard_normal(shape, np.float32) * spread).astype(np.float32)

    def start(self) -> str:
        """The quantized image; its pixels are from 0 to 1."""
        self.channels["image"] = 3
        return self.quantized("image", np.float32(1 / 255), True)

    def conv(
        self,
        x: str,
        outputs: int,
        kernel: int,
        stride: int = 1,
        pad: int | None = None,
        groups: int = 1,
        relu: bool = True,
    ) -> str:
        """A convolution, its normalization, and a quantizer."""
        weights = self.random_weights(outputs, self.channels[x] // groups, kernel, kernel)
        pads = [kernel // 2 if pad is None else pad] * 4
        y = self.weighted("Conv", x, weights, strides=[stride] * 2, pads=pads, group=groups)
        self.channels[y] = outputs
        return self.activated(self.normalized(y), relu)

    def linear(self, x: str, outputs: int) -> str:
        """A fully connected layer with a float result."""
        weights = self.random_weights(outputs, self.channels[x])
        y = self.weighted("Gemm", x, weights, transB=1)
        self.channels[y] = outputs
        return y

    def add(self, x: str, y: str) -> str:
        return self.activated(self.node("Add", x, y), True)

    def max_pool(self, x: str, kernel: int, stride: int, pad: int = 0) -> str:
        sizes = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [pad] * 4}
        return self.node("MaxPool", x, **sizes)

    def mean(self, x: str) -> str:
        """The quantized mean of each channel, as a row."""
        y = self.quantized(self.node("GlobalAveragePool", x), np.float32(1 / 64), True)
        return self.node("Flatten", y)

    @abstractmethod
    def activated(self, x: str, relu: bool) -> str:
        """The quantized activation of a tensor."""

    @abstractmethod
    def normalized(self, x: str) -> str:
        """The normalization of a tensor."""

    @abstractmethod
    def quantized(self, x: str, scale: np.float32, positive: bool) -> str:
        """A tensor quantized to eight bits."""

    @abstractmethod
    def weighted(self, op: str, x: str, weights: Array, **attributes: Any) -> str:
        """An operator with quantized weights."""

    def model(self, result: str) -> onnx.ModelProto:
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, self.shape)
        output = onnx.ValueInfoProto(name=result)
        graph = helper.make_graph(self.nodes, "network", [image], [output], self.constants)
        return helper.make_model(graph, opset_imports=OPSETS, ir_version=8)


class Qonnx(Writer):
    """The QONNX format: `Quant` nodes of few bits, and batch norms."""

    def __init__(self, size: int, bits: int):
        super().__init__(size)
        self.bits = bits

    def quant(self, x: str, scale: npt.ArrayLike, bits: int, signed: bool) -> str:
        scales = self.constant(np.asarray(scale, np.float32))
        if bits == 1:
            return self.node("BipolarQuant", x, scales, domain=QONNX)
        inputs = (x, scales, self.number(0), self.number(bits))
        flags = {"signed": int(signed), "narrow": int(signed), "rounding_mode": "ROUND"}
        return self.node("Quant", *inputs, domain=QONNX, **flags)

    def weighted(self, op: str, x: str, weights: Array, **attributes: Any) -> str:
        axes = tuple(range(1, weights.ndim))
        steps = max(1, (1 << self.bits - 1) - 1)
        widest = np.abs(weights).max(axes, keepdims=True)
        scale = weights.std(axes, keepdims=True) if self.bits <= 2 else widest / steps
        quant = self.quant(self.constant(weights), scale, self.bits, True)
        return self.node(op, x, quant, **attributes)

    def normalized(self, x: str) -> str:
        shape, uniform = self.channels[x], self.rng.uniform
        rows = uniform(0.5, 1.5, shape), uniform(-0.5, 0.5, shape), uniform(-0.5, 0.5, shape)
        given = map(self.constant, np.float32([*rows, uniform(0.5, 2, shape)]))
        return self.node("BatchNormalization", x, *given)

    def activated(self, x: str, relu: bool) -> str:
        if self.bits == 1:
            return self.quant(x, 1, 1, True)
        relu_or_not = self.node("Relu", x) if relu else x
        steps = (1 << self.bits) - 1 if relu else (1 << self.bits - 1) - 1
        scale = self.random_scale(CLIP_SIGMAS, steps)
        return self.quant(relu_or_not, scale, self.bits, not relu)

    def quantized(self, x: str, scale: np.float32, positive: bool) -> str:
        return self.quant(x, scale, 8, not positive)


class Qdq(Writer):
    """The QDQ format: QuantizeLinear and DequantizeLinear, in int8."""

    def __init__(self, size: int):
        super().__init__(size)
        self.scales: dict[str, np.float32] = {}

    def weighted(self, op: str, x: str, weights: Array, **attributes: Any) -> str:
        scale = np.abs(weights).reshape(len(weights), -1).max(1) / np.float32(127)
        ints = np.rint(weights / scale.reshape(-1, *[1] * (weights.ndim - 1))).astype(np.int8)
        unit = self.scales[x] * scale
        bias = np.rint(self.rng.normal(0, 0.3, len(weights)) / unit).astype(np.int32)
        operands = (self.dequantized(ints, scale), self.dequantized(bias, unit))
        return self.node(op, x, *operands, **attributes)

    def dequantized(self, ints: Array, scale: Array) -> str:
        zero = self.constant(np.zeros(len(ints), ints.dtype))
        return self.node(
            "DequantizeLinear", self.constant(ints), self.constant(scale), zero, axis=0
        )

    def normalized(self, x: str) -> str:
        return x

    def activated(self, x: str, relu: bool) -> str:
        widest = CLIP_SIGMAS if relu else 2 * CLIP_SIGMAS
        scale = self.random_scale(widest, 255)
        return self.quantized(self.node("Relu", x) if relu else x, scale, relu)

    def quantized(self, x: str, scale: np.float32, positive: bool) -> str:
        zero = self.constant(np.int8(-128 if positive else self.rng.integers(-10, 10)))
        given = self.constant(scale), zero
        y = self.node("DequantizeLinear", self.node("QuantizeLinear", x, *given), *given)
        self.scales[y] = scale
        return y

    def node(self, op: str, *inputs: str, **attributes: Any) -> str:
        y = super().node(op, *inputs, **attributes)
        self.scales[y] = self.scales.get(inputs[0], np.float32(1))
        return y


def cnv(m: Writer) -> str:
    """CNV: six convolutions and three fully connected layers, for images of 32 by 32."""
    x = m.start()
    for channels in (64, 128, 256):
        x = m.conv(m.conv(x, channels, 3, pad=0), channels, 3, pad=0)
        x = m.max_pool(x, 2, 2) if channels < 256 else m.node("Flatten", x)
    for _ in range(2):
        x = m.activated(m.normalized(m.linear(x, 512)), True)
    return m.linear(x, 10)


def alexnet(m: Writer) -> str:
    """AlexNet: five convolutions, three of them in two groups, then 59 million weights."""
    x = m.conv(m.start(), 96, 12, 4, pad=0)
    x = m.max_pool(m.conv(x, 256, 5, groups=2), 3, 2, 1)
    x = m.max_pool(m.conv(x, 384, 3), 3, 2)
    x = m.conv(m.conv(x, 384, 3, groups=2), 256, 3, groups=2)
    x = m.node("Flatten", m.max_pool(x, 3, 2))
    m.channels[x] *= 36
    for _ in range(2):
        x = m.activated(m.normalized(m.linear(x, 4096)), True)
    return m.linear(x, 1000)


def mobilenet(m: Writer) -> str:
    """MobileNet-v1: depthwise and pointwise convolutions alternate."""
    x = m.conv(m.start(), 32, 3, 2)
    strided = {128: 64, 256: 128, 512: 256, 1024: 512}
    for channels in (64, 128, 128, 256, 256, *[512] * 6, 1024, 1024):
        before = m.channels[x]
        x = m.conv(x, before, 3, 2 if strided.get(channels) == before else 1, groups=before)
        x = m.conv(x, channels, 1)
    return m.linear(m.mean(x), 1000)


def resnet50(m: Writer) -> str:
    """ResNet-50: sixteen bottleneck blocks."""
    x = m.max_pool(m.conv(m.start(), 64, 7, 2), 3, 2, 1)
    for channels, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            stride = 2 if block == 0 and channels > 64 else 1
            y = m.conv(m.conv(x, channels, 1), channels, 3, stride)
            y = m.conv(y, 4 * channels, 1, relu=False)
            x = m.add(y, x if block else m.conv(x, 4 * channels, 1, stride, relu=False))
    return m.linear(m.mean(x), 1000)


def write_chain(layers: int, size: int, channels: int, path: str) -> None:
    """Writes a chain of 3x3 convolutions in two bits, all of one size."""
    m = Qonnx(size, 2)
    x = m.start()
    for _ in range(layers):
        x = m.conv(x, channels, 3)
    onnx.save(m.model(x), path)


Network = tuple[Callable[[Writer], str], Callable[[], Writer]]

NETWORKS: dict[str, Network] = {
    "CNV W1A1": (cnv, lambda: Qonnx(32, 1)),
    "CNV W2A2": (cnv, lambda: Qonnx(32, 2)),
    "CNV int8": (cnv, lambda: Qdq(32)),
    "AlexNet W2A2": (alexnet, lambda: Qonnx(227, 2)),
    "MobileNet-v1 W4A4": (mobilenet, lambda: Qonnx(224, 4)),
    "MobileNet-v1 int8": (mobilenet, lambda: Qdq(224)),
    "ResNet-50 W4A4": (resnet50, lambda: Qonnx(224, 4)),
    "ResNet-50 int8": (resnet50, lambda: Qdq(224)),
}


def write(name: str, path: str) -> None:
    build, writer = NETWORKS[name]
    m = writer()
    onnx.save(m.model(build(m)), path)


if __name__ == "__main__":
    write(*sys.argv[1:])
