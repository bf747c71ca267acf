"""Random modules of Brevitas: bits from 1 to 8, scales per tensor or channel, the usual heads."""

import random
from dataclasses import dataclass

import brevitas.nn as bnn
import torch
from brevitas.quant import (
    Int8ActPerTensorFloat,
    Int8Bias,
    Int8WeightPerChannelFloat,
    Int8WeightPerTensorFloat,
    SignedBinaryWeightPerTensorConst,
    SignedTernaryWeightPerTensorConst,
    Uint8ActPerTensorFloat,
)
from torch import Tensor, nn

from .float_networks import random_norm


class Normalize(nn.Module):
    """Subtracts a mean and divides by a standard deviation, one per channel."""

    def __init__(self, channels: int, bytes_in: bool):
        super().__init__()
        scale = 255.0 if bytes_in else 1.0
        self.register_buffer("mean", scale * torch.rand(1, channels, 1, 1) * 0.5)
        self.register_buffer("std", scale * (0.2 + 0.2 * torch.rand(1, channels, 1, 1)))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std


class QuantResidual(nn.Module):
    """Adds two branches with one scale, or with two, and quantizes the sum."""

    def __init__(self, inner: nn.Module, channels: int, shared: bool, bits: int):
        super().__init__()
        self.inner = inner
        self.first = bnn.QuantIdentity(bit_width=bits, return_quant_tensor=True)
        self.second = (
            self.first if shared else bnn.QuantIdentity(bit_width=bits, return_quant_tensor=True)
        )
        self.out = bnn.QuantReLU(bit_width=bits, return_quant_tensor=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.first(self.inner(x)) + self.second(x))


@dataclass(frozen=True)
class DrawnModule:
    """A module, the shape of its input, and the input's type if the module does not quantize it."""

    module: nn.Module
    shape: tuple[int, ...]
    input_type: str | None = None


class ModuleGenerator:
    """Draws one module; the same seed draws the same module."""

    def __init__(self, seed: int, form: str):
        self.choice = random.Random(seed)
        torch.manual_seed(seed)
        self.form = form
        self.channels = self.choice.choice([1, 3, 3, 3])
        self.size = self.choice.choice([8, 12])
        self.weight_bits = self.choice.choice([2, 3, 4, 4, 8])
        self.bits = self.choice.choice([2, 3, 4, 4, 8])
        self.per_channel = self.choice.random() < 0.4
        self.bias = self.choice.choice([None, None, Int8Bias])
        if form == "qonnx" and self.choice.random() < 0.15:
            self.weight_bits = 1

    @property
    def weights(self) -> dict[str, object]:
        if self.weight_bits == 1:
            return {"weight_quant": SignedBinaryWeightPerTensorConst}
        if self.weight_bits == 2 and self.choice.random() < 0.5:
            return {"weight_quant": SignedTernaryWeightPerTensorConst}
        quantizer = Int8WeightPerChannelFloat if self.per_channel else Int8WeightPerTensorFloat
        return {"weight_quant": quantizer, "weight_bit_width": self.weight_bits}

    def module(self) -> DrawnModule:
        if self.choice.random() < 0.2:
            return self.perceptron()
        shape = (1, self.channels, self.size, self.size)
        layers: list[nn.Module] = []
        input_type = None
        if self.choice.random() < 0.4:
            bytes_in = self.choice.random() < 0.5
            layers.append(Normalize(self.channels, bytes_in))
            input_type = "ui8" if bytes_in else "ui8*0.00392156862745098"
        layers.append(self.input_quantizer())
        for _ in range(self.choice.randint(1, 3)):
            layers += self.block()
        layers += self.head()
        return DrawnModule(nn.Sequential(*layers), shape, input_type)

    def input_quantizer(self) -> nn.Module:
        quantizer = self.choice.choice([Int8ActPerTensorFloat, Uint8ActPerTensorFloat])
        return bnn.QuantIdentity(act_quant=quantizer, bit_width=8, return_quant_tensor=True)

    def activation(self) -> nn.Module:
        kind = self.choice.choice(["relu", "relu", "relu", "identity", "hardtanh", "sigmoid"])
        bits = self.bits
        if kind == "relu":
            return bnn.QuantReLU(bit_width=bits, return_quant_tensor=True)
        if kind == "identity":
            return bnn.QuantIdentity(bit_width=bits, return_quant_tensor=True)
        if kind == "hardtanh":
            return bnn.QuantHardTanh(
                bit_width=bits, min_val=-1.0, max_val=1.0, return_quant_tensor=True
            )
        return bnn.QuantSigmoid(bit_width=bits, return_quant_tensor=True)

    def perceptron(self) -> DrawnModule:
        size = self.choice.choice([16, 30])
        shape, layers = (1, size), [self.input_quantizer()]
        for _ in range(self.choice.randint(1, 3)):
            outputs = self.choice.choice([8, 20])
            layers.append(self.linear(size, outputs))
            if self.choice.random() < 0.4:
                layers.append(nn.BatchNorm1d(outputs))
            layers.append(self.activation())
            size = outputs
        return DrawnModule(nn.Sequential(*layers, self.linear(size, 5)), shape)

    def linear(self, inputs: int, outputs: int) -> nn.Module:
        return bnn.QuantLinear(
            inputs,
            outputs,
            bias=self.choice.random() < 0.5,
            bias_quant=self.bias,
            return_quant_tensor=False,
            **self.weights,
        )

    def conv(self, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Module:
        inputs, self.channels = self.channels, outputs
        return bnn.QuantConv2d(
            inputs,
            outputs,
            kernel,
            stride,
            padding=kernel // 2,
            groups=groups,
            bias=self.choice.random() < 0.4,
            bias_quant=self.bias,
            **self.weights,
        )

    def block(self) -> list[nn.Module]:
        kind = self.choice.choice(["plain", "plain", "pooled", "average", "depthwise", "residual"])
        if kind == "depthwise":
            channels = self.channels
            return [
                self.conv(channels, 3, groups=channels),
                self.activation(),
                self.conv(8, 1),
                random_norm(8),
                self.activation(),
            ]
        if kind == "residual":
            channels = self.channels
            inner = nn.Sequential(self.conv(channels, 3), random_norm(channels))
            return [QuantResidual(inner, channels, self.choice.random() < 0.5, self.bits)]
        outputs = self.choice.choice([4, 8])
        layers = [self.conv(outputs, self.choice.choice([1, 3]))]
        if self.choice.random() < 0.6:
            layers.append(random_norm(outputs))
        layers.append(self.activation())
        if kind == "pooled" and self.size >= 8:
            layers.append(nn.MaxPool2d(2))
            self.size //= 2
        if kind == "average" and self.size >= 8:
            layers.append(bnn.TruncAvgPool2d(2) if self.choice.random() < 0.3 else nn.AvgPool2d(2))
            self.size //= 2
        return layers

    def head(self) -> list[nn.Module]:
        kind = self.choice.choice(["flatten", "average", "requantized", "conv"])
        if kind == "conv":
            return [self.conv(5, 1)]
        if kind == "flatten":
            return [nn.Flatten(), self.linear(self.channels * self.size**2, 5)]
        layers: list[nn.Module] = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        if kind == "requantized":
            layers.append(bnn.QuantIdentity(bit_width=self.bits, return_quant_tensor=True))
        return [*layers, self.linear(self.channels, 5)]


def random_module(seed: int, form: str) -> DrawnModule:
    """A module that Brevitas can export in a form."""
    return ModuleGenerator(seed, form).module()
