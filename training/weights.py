"""Quantizers of weights: they replace learned weights by levels."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .distributions import DISTRIBUTIONS, MIN_SPREAD

MAX_CODEBOOK_VALUE = 127
"""Codebook entries are integers of at most this magnitude, and fit into 8 bits."""

MAX_LEARNED_CODEBOOK_ENTRIES = 32
"""Codebooks have at most this many entries: indices of 5 bits."""


@dataclass(frozen=True)
class Levels:
    """Weights as hardware has them: integers (stored as floats) and one scale."""

    integers: Tensor
    scale: Tensor
    table: Tensor | None = None
    """The codebook, ascending, if weights are stored as indices into it."""

    @property
    def values(self) -> Tensor:
        return self.integers * self.scale


def straight_through(x: Tensor, y: Tensor) -> Tensor:
    """`y`, with the gradient of `x`."""
    return x + (y - x).detach()


class WeightQuantizer(nn.Module, ABC):
    """Rounds weights to levels, with the gradient of `bounded` (straight-through estimator)."""

    def __init__(self, bits: int):
        super().__init__()
        self.bits = bits

    def bounded(self, weights: Tensor) -> Tensor:
        """The weights, limited to the range of the levels."""
        return weights

    @abstractmethod
    def levels(self, weights: Tensor) -> Levels:
        """The nearest levels."""

    def forward(self, weights: Tensor) -> Tensor:
        """The values of the levels."""
        return straight_through(self.bounded(weights), self.levels(weights.detach()).values)

    def noisy(self, weights: Tensor) -> Tensor:
        """The weights that a layer computes with in training."""
        return self(weights)


class Uniq(WeightQuantizer):
    """k-quantile levels: `k` bins of equal probability; each level is the median of its bin.

    In training, weights get noise as wide as a bin; the distribution function makes it uniform.
    """

    def __init__(self, bits: int, cdf: str = "normal"):
        super().__init__(bits)
        self.fit = DISTRIBUTIONS[cdf]

    def noisy(self, weights: Tensor) -> Tensor:
        """`F^-1(F(w) + e)`, limited to the range of the levels."""
        count, law = 1 << self.bits, self.fit(weights.detach())
        noise = (torch.rand_like(weights) - 0.5) / count
        moved = law.cdf(weights) + noise
        inside = moved.clamp(0.5 / count, 1 - 0.5 / count)
        return law.quantile(straight_through(moved, inside))

    def bins(self, weights: Tensor) -> Tensor:
        """The number of each weight's bin, counted from the lowest."""
        count = 1 << self.bits
        ends = torch.arange(1, count, device=weights.device) / count
        return torch.bucketize(weights, self.fit(weights).quantile(ends), right=True)

    def levels(self, weights: Tensor) -> Levels:
        count = 1 << self.bits
        middles = (torch.arange(count, device=weights.device) + 0.5) / count
        entries = self.fit(weights).quantile(middles)
        scale = entries.abs().amax().clamp_min(MIN_SPREAD) / MAX_CODEBOOK_VALUE
        table = torch.round(entries / scale)
        return Levels(table[self.bins(weights)], scale, table)


class Nice(WeightQuantizer):
    """A symmetric uniform grid up to a clamp. In training, some weights get noise, the others are
    quantized."""

    CLAMP_DEVIATIONS = 3.45
    """The clamp is the absolute mean plus this many standard deviations."""
    NOISY_SHARE = 0.05
    """The share of the weights that get noise in each step."""

    def clamp_of(self, weights: Tensor) -> Tensor:
        reach = weights.mean().abs() + self.CLAMP_DEVIATIONS * weights.std(correction=0)
        return reach.detach().clamp_min(MIN_SPREAD)

    def step_of(self, weights: Tensor) -> Tensor:
        return self.clamp_of(weights) / grid_limit(self.bits)

    def bounded(self, weights: Tensor) -> Tensor:
        clamp = self.clamp_of(weights)
        return weights.clamp(-clamp, clamp)

    def levels(self, weights: Tensor) -> Levels:
        step = self.step_of(weights)
        return Levels(torch.round(self.bounded(weights) / step), step)

    def noisy(self, weights: Tensor) -> Tensor:
        """`(1 - M) * Q(w) + M * (w + e)`, the noise half a step each way."""
        chosen = torch.rand_like(weights) < self.NOISY_SHARE
        noise = (torch.rand_like(weights) - 0.5) * self.step_of(weights)
        return torch.where(chosen, self.bounded(weights) + noise, self(weights))


class Wrpn(WeightQuantizer):
    """A symmetric grid from -1 to 1."""

    def bounded(self, weights: Tensor) -> Tensor:
        return weights.clamp(-1, 1)

    def levels(self, weights: Tensor) -> Levels:
        steps = grid_limit(self.bits)
        return Levels(torch.round(steps * self.bounded(weights)), weights.new_tensor(1 / steps))


class Dorefa(WeightQuantizer):
    """`2^bits` levels from -1 to 1, none of them 0, of weights compressed by `tanh`."""

    def bounded(self, weights: Tensor) -> Tensor:
        compressed = torch.tanh(weights)
        return compressed / compressed.detach().abs().amax().clamp_min(MIN_SPREAD)

    def levels(self, weights: Tensor) -> Levels:
        steps = (1 << self.bits) - 1
        integers = 2 * torch.round(steps * (self.bounded(weights) + 1) / 2) - steps
        table = torch.arange(-steps, steps + 1, 2, device=weights.device, dtype=weights.dtype)
        scale = weights.new_tensor(1 / steps)
        return Levels(
            integers, scale, table if len(table) <= MAX_LEARNED_CODEBOOK_ENTRIES else None
        )


class Binary(WeightQuantizer):
    """-1 or +1."""

    def bounded(self, weights: Tensor) -> Tensor:
        return weights.clamp(-1, 1)

    def levels(self, weights: Tensor) -> Levels:
        return Levels(torch.where(weights >= 0, 1.0, -1.0), weights.new_tensor(1.0))


class Ternary(WeightQuantizer):
    """Small weights become 0; the others share one magnitude, their mean."""

    ZERO_THRESHOLD = 0.7
    """Weights up to this share of the mean magnitude become 0."""

    def levels(self, weights: Tensor) -> Levels:
        size = weights.abs()
        kept = size > self.ZERO_THRESHOLD * size.mean()
        count = kept.sum().clamp_min(1)
        scale = ((size * kept).sum() / count).clamp_min(MIN_SPREAD)
        return Levels(torch.where(kept, weights.sign(), 0.0), scale)


def grid_limit(bits: int) -> int:
    """The largest integer of a symmetric grid with the given bits."""
    return (1 << (bits - 1)) - 1
