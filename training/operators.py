"""Quantizers of activations as operators of torch, so that a program that is exported names them.

Both give whole numbers. Importers know them by name, and need no torch for that.
"""

import torch
from torch import Tensor


@torch.library.custom_op("qnn::quantize", mutates_args=())
def quantize(x: Tensor, scale: Tensor, low: int, high: int) -> Tensor:
    """`clamp(round(x / scale), low, high)`; ties go to even numbers."""
    return torch.round(x / scale).clamp(low, high)


@torch.library.custom_op("qnn::bipolar", mutates_args=())
def bipolar(x: Tensor) -> Tensor:
    """+1 where `x >= 0`, else -1."""
    return torch.where(x >= 0, 1.0, -1.0)


@quantize.register_fake
def _quantize(x: Tensor, scale: Tensor, low: int, high: int) -> Tensor:
    return torch.empty_like(x)


@bipolar.register_fake
def _bipolar(x: Tensor) -> Tensor:
    return torch.empty_like(x)
