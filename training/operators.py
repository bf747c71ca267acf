"""Quantizers of activations as torch operators, which exported programs contain by name.

Both return integers (as floats). The importer recognizes their names, without torch.
"""

from typing import Any

import torch
from torch import Tensor


@torch.library.custom_op("qnn::quantize", mutates_args=())
def quantize_activations(x: Tensor, scale: Tensor, low: int, high: int) -> Tensor:
    """`clamp(round(x / scale), low, high)`; ties go to even numbers."""
    return torch.round(x / scale).clamp(low, high)


@torch.library.custom_op("qnn::bipolar", mutates_args=())
def binarize_activations(x: Tensor) -> Tensor:
    """+1 where `x >= 0`, else -1."""
    return torch.where(x >= 0, 1.0, -1.0)


def fake_result(x: Tensor, *_: object) -> Tensor:
    """The shape and type of a result, for tracing: those of the input."""
    return torch.empty_like(x)


ACTIVATION_OPERATORS: tuple[Any, ...] = (quantize_activations, binarize_activations)
for operator in ACTIVATION_OPERATORS:
    operator.register_fake(fake_result)
