"""Quantized layers in training, and the integer layers that replace them afterwards."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .activations import ActivationQuantizer
from .errors import TrainingError
from .weights import Levels, WeightQuantizer

Linear: TypeAlias = nn.Conv1d | nn.Conv2d | nn.Linear
"""A layer whose weights can be quantized."""

LINEAR_TYPES = (nn.Conv1d, nn.Conv2d, nn.Linear)
NORM_TYPES = (nn.BatchNorm1d, nn.BatchNorm2d)


class Mode(Enum):
    """The weights that a layer computes with."""

    FLOAT = "float"
    NOISY = "noisy"
    """Quantization noise in training, quantized in evaluation."""
    FROZEN = "frozen"
    """Quantized, and no longer learned."""


def apply_layer(layer: Linear, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Applies a layer with the given weights instead of its own."""
    if isinstance(layer, nn.Linear):
        return F.linear(x, weight, bias)
    convolve: Any = F.conv2d if isinstance(layer, nn.Conv2d) else F.conv1d
    where = (layer.stride, layer.padding, layer.dilation, layer.groups)
    return convolve(x, weight, bias, *where)


class QuantLayer(nn.Module):
    """A layer with quantizers for its input and its weights."""

    def __init__(self, layer: Linear, weights: WeightQuantizer, activations: ActivationQuantizer):
        super().__init__()
        self.layer = layer
        self.weights = weights
        self.activations = activations
        self.mode = Mode.FLOAT

    def enter(self, mode: Mode) -> None:
        self.mode = mode
        self.layer.weight.requires_grad_(mode is not Mode.FROZEN)

    def forward(self, x: Tensor) -> Tensor:
        if self.mode is Mode.FLOAT:
            return self.layer(x)
        learns = self.training and self.mode is Mode.NOISY
        weight = (self.weights.noisy if learns else self.weights)(self.layer.weight)
        return apply_layer(self.layer, self.activations(x), weight, self.layer.bias)


class StoredWeights(nn.Module):
    """Weights as hardware stores them: integers, or indices into a codebook of integers."""

    def __init__(self, levels: Levels):
        super().__init__()
        table = levels.table
        self.table: Tensor | None
        self.stored: Tensor
        self.register_buffer("table", table)
        self.register_buffer(
            "stored",
            levels.integers if table is None else torch.searchsorted(table, levels.integers),
        )

    def forward(self) -> Tensor:
        return self.stored if self.table is None else torch.take(self.table, self.stored)


class IntegerLayer(nn.Module):
    """A layer as hardware computes it: an exact sum of integers, then a scale and a bias."""

    def __init__(self, source: QuantLayer):
        super().__init__()
        layer = source.layer
        levels = source.weights.levels(layer.weight.detach())
        self.activations = source.activations.frozen()
        self.weights = StoredWeights(levels)
        self.layer = layer
        self.scale: Tensor
        self.bias: Tensor | None
        self.register_buffer("scale", levels.scale * source.activations.scale.detach())
        self.register_buffer("bias", None if layer.bias is None else channel_bias(layer))
        del layer.weight, layer.bias

    def forward(self, x: Tensor) -> Tensor:
        result = exact_product(self.layer, self.activations(x), self.weights()) * self.scale
        return result if self.bias is None else result + self.bias


def channel_bias(layer: Linear) -> Tensor:
    """The bias of a layer, in a shape that broadcasts over a batch."""
    assert layer.bias is not None
    return layer.bias.detach().reshape([-1] + [1] * (layer.weight.ndim - 2))


def exact_product(layer: Linear, x: Tensor, weight: Tensor) -> Tensor:
    """The sum of products of integers, computed in float64, where it is exact, and rounded once.

    An exported program has the plain layer: the importer computes it in integers.
    """
    if torch.compiler.is_exporting():
        return apply_layer(layer, x, weight)
    return apply_layer(layer, x.double(), weight.double()).float()


class Affine(nn.Module):
    """A trained batch norm: a factor and a bias for each channel."""

    def __init__(self, norm: nn.BatchNorm1d | nn.BatchNorm2d, path: str):
        super().__init__()
        if norm.running_mean is None or norm.running_var is None:
            raise TrainingError(
                f'"{path}" has no running statistics: train with track_running_stats=True'
            )
        factor = torch.rsqrt(norm.running_var + norm.eps)
        factor = factor * norm.weight.detach() if norm.affine else factor
        bias = -norm.running_mean * factor
        bias = bias + norm.bias.detach() if norm.affine else bias
        self.factor: Tensor
        self.bias: Tensor
        self.register_buffer("factor", factor)
        self.register_buffer("bias", bias)

    def forward(self, x: Tensor) -> Tensor:
        shape = [-1] + [1] * (x.ndim - 2)
        return x * self.factor.reshape(shape) + self.bias.reshape(shape)


def linear_layers(network: nn.Module) -> Iterator[tuple[str, Linear]]:
    """The layers that can be quantized, in the order of `named_modules`."""
    return (
        (name, module)
        for name, module in named_modules(network)
        if isinstance(module, LINEAR_TYPES)
    )


def named_modules(network: nn.Module, shared: bool = False) -> list[tuple[str, nn.Module]]:
    """All modules of a network with their paths, including the network itself.

    A module with several paths is listed once, or with `shared` for each path.
    """
    named: Any = network.named_modules
    return list(named(remove_duplicate=not shared))


def replace_module(network: nn.Module, path: str, module: nn.Module) -> None:
    """Replaces the module at a path."""
    parent, _, name = path.rpartition(".")
    setattr(network.get_submodule(parent), name, module)
