"""Counts the operations and bit operations of a network, in training or frozen."""

from functools import partial
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from ..hardware.resources.work import NetworkWork, matrix_work
from .layers import Linear, QuantLayer, linear_layers, named_modules
from .prepare import Prepared

FLOAT_BITS = 32


def work_of(network: nn.Module, example: Tensor) -> dict[str, NetworkWork]:
    """The operations of each layer for one image, and their bit widths in training.

    A layer that the recipe does not name counts with 32 bits.
    """
    network = network.network if isinstance(network, Prepared) else network
    done: dict[str, NetworkWork] = {}
    hooks = [
        module.register_forward_hook(partial(_record_work, done, name, layer, bits))
        for name, module, layer, bits in _counted_layers(network)
    ]
    training = network.training
    try:
        with torch.no_grad():
            network.eval()(example[:1])
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return done


def bops(network: nn.Module, example: Tensor) -> float:
    """The bit operations of a network for one image."""
    return sum(work_of(network, example).values(), NetworkWork()).bops


def _counted_layers(network: nn.Module) -> list[tuple[str, nn.Module, Linear, tuple[int, int]]]:
    """For each layer: its path, the module that is called, the one that holds the weights, and the
    bits of weights and inputs."""
    quantized = {
        name: module for name, module in named_modules(network) if isinstance(module, QuantLayer)
    }
    inner = {module.layer for module in quantized.values()}
    found: list[tuple[str, nn.Module, Linear, tuple[int, int]]] = [
        (name, module, module.layer, (module.weights.bits, module.activations.bits))
        for name, module in quantized.items()
    ]
    plain = ((name, layer) for name, layer in linear_layers(network) if layer not in inner)
    return found + [(name, layer, layer, (FLOAT_BITS, FLOAT_BITS)) for name, layer in plain]


def _record_work(
    works: dict[str, NetworkWork],
    name: str,
    layer: Linear,
    bits: tuple[int, int],
    module: nn.Module,
    inputs: Any,
    output: Tensor,
) -> None:
    """A forward hook: records the work of a layer from the shape of its output."""
    rows, *cols = layer.weight.shape
    positions = output.numel() // rows
    works[name] = matrix_work(positions, rows, prod(cols), *bits)
