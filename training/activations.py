"""Quantizers of activations, that is of the input of a layer."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional

from .distributions import MIN_SPREAD
from .operators import binarize_activations, quantize_activations
from .weights import grid_limit, straight_through

INITIAL_CLAMP_DEVIATIONS = 5.0
"""A learned clamp starts at the mean plus this many standard deviations."""


class ActivationQuantizer(nn.Module, ABC):
    """Rounds activations to levels: integers in a range, times `scale`."""

    def __init__(self, bits: int):
        super().__init__()
        self.bits = bits

    @property
    @abstractmethod
    def scale(self) -> Tensor:
        """The distance between levels."""

    @property
    def calibrated(self) -> bool:
        """Whether its scale is known: fixed, or set from a first batch."""
        return True

    @abstractmethod
    def frozen(self) -> nn.Module:
        """The module that hardware implements: returns the integers."""


class Clamp(ActivationQuantizer):
    """A uniform grid from 0 to the clamp, or symmetric around 0.

    A clamp that is not fixed is learned, starting from the statistics of the first training batch.
    """

    def __init__(self, bits: int, clamp: float | None = None, signed: bool = False):
        super().__init__(bits)
        self.high_level = grid_limit(bits) if signed else (1 << bits) - 1
        self.low_level = -self.high_level if signed else 0
        self.clamp = nn.Parameter(torch.tensor(float(clamp or 1)), requires_grad=clamp is None)
        self.started: Tensor
        self.register_buffer("started", torch.tensor(clamp is not None))

    @property
    def scale(self) -> Tensor:
        return self.clamp.abs().clamp_min(MIN_SPREAD) / self.high_level

    @property
    def calibrated(self) -> bool:
        return bool(self.started)

    def forward(self, x: Tensor) -> Tensor:
        if self.training and not self.calibrated:
            self.calibrate(x.detach())
        scale = self.scale
        # `relu(x) - relu(x - |c|)` in steps; rounding errors contribute to its gradient, too
        steps = functional.hardtanh(x / scale, self.low_level, self.high_level)
        return straight_through(steps, torch.round(steps)) * scale

    def calibrate(self, x: Tensor) -> None:
        """Sets the initial clamp from a batch of inputs."""
        reach = x.abs() if self.low_level else x.relu()
        with torch.no_grad():
            clamp = reach.mean() + INITIAL_CLAMP_DEVIATIONS * reach.std(correction=0)
            self.clamp.copy_(clamp if clamp > 0 else torch.ones_like(clamp))
            self.started.fill_(True)

    def frozen(self) -> "FrozenClamp":
        return FrozenClamp(self.scale.detach(), self.low_level, self.high_level)


class Sign(ActivationQuantizer):
    """-1 or +1, with the gradient of a clamp to that range."""

    def __init__(self) -> None:
        super().__init__(1)

    @property
    def scale(self) -> Tensor:
        return torch.tensor(1.0)

    def forward(self, x: Tensor) -> Tensor:
        return straight_through(x.clamp(-1, 1), torch.where(x >= 0, 1.0, -1.0))

    def frozen(self) -> "FrozenSign":
        return FrozenSign()


class FrozenClamp(nn.Module):
    """`clamp(round(x / scale), low, high)`: integers, on the grid that the clamp defines."""

    def __init__(self, scale: Tensor, low: int, high: int):
        super().__init__()
        self.low, self.high = low, high
        self.scale: Tensor
        self.register_buffer("scale", scale)

    def forward(self, x: Tensor) -> Tensor:
        return quantize_activations(x, self.scale, self.low, self.high)


class FrozenSign(nn.Module):
    """-1 or +1."""

    def forward(self, x: Tensor) -> Tensor:
        return binarize_activations(x)
