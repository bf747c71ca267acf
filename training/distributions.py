"""Distributions that are fitted to the weights of a layer: what makes them uniform, and back.

`cdf` carries a weight to where it stands among all, from 0 to 1, and `quantile` carries it back.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

MIN_SPREAD = 1e-12
"""The least spread of weights, so that those of one value have a distribution too."""

SQRT2 = math.sqrt(2)

UNIFORM_DEVIATIONS = 3.0
"""How many standard deviations the uniform distribution reaches to either side."""

EMPIRICAL_INTERVALS = 64
"""Intervals of the empirical distribution: 5 bits have 32 bins, which end and halve there."""


class Distribution(Protocol):
    """Where the weights of a layer lie."""

    def cdf(self, x: Tensor) -> Tensor: ...
    def quantile(self, u: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class Normal:
    """The bell of the weights' mean and standard deviation."""

    mean: Tensor
    std: Tensor

    @staticmethod
    def fit(weights: Tensor) -> "Normal":
        return Normal(weights.mean(), standard_deviation(weights))

    def cdf(self, x: Tensor) -> Tensor:
        return 0.5 * (1 + torch.erf((x - self.mean) / (self.std * SQRT2)))

    def quantile(self, u: Tensor) -> Tensor:
        return self.mean + self.std * SQRT2 * torch.erfinv(2 * u - 1)


@dataclass(frozen=True)
class Uniform:
    """Bins of one width: the uniform quantizer, to be trained like any other."""

    low: Tensor
    width: Tensor

    @staticmethod
    def fit(weights: Tensor) -> "Uniform":
        std = standard_deviation(weights)
        return Uniform(weights.mean() - UNIFORM_DEVIATIONS * std, 2 * UNIFORM_DEVIATIONS * std)

    def cdf(self, x: Tensor) -> Tensor:
        return (x - self.low) / self.width

    def quantile(self, u: Tensor) -> Tensor:
        return self.low + self.width * u


@dataclass(frozen=True)
class Empirical:
    """The weights themselves: straight lines between some of their quantiles."""

    places: Tensor
    parts: Tensor

    @staticmethod
    def fit(weights: Tensor) -> "Empirical":
        parts = torch.linspace(0, 1, EMPIRICAL_INTERVALS + 1, device=weights.device)
        return Empirical(interval_quantiles(weights), parts)

    def cdf(self, x: Tensor) -> Tensor:
        return interpolate(x, self.places, self.parts)

    def quantile(self, u: Tensor) -> Tensor:
        return interpolate(u, self.parts, self.places)


def interval_quantiles(weights: Tensor) -> Tensor:
    """Quantiles of weights at the ends of all intervals; `torch.quantile` takes no large layers."""
    ordered, last = weights.flatten().sort().values, weights.numel() - 1
    place = torch.arange(EMPIRICAL_INTERVALS + 1, device=weights.device) * last
    left, part = place // EMPIRICAL_INTERVALS, place % EMPIRICAL_INTERVALS / EMPIRICAL_INTERVALS
    return torch.lerp(ordered[left], ordered[(left + 1).clamp_max(last)], part)


def standard_deviation(weights: Tensor) -> Tensor:
    return weights.std(correction=0).clamp_min(MIN_SPREAD)


def interpolate(x: Tensor, xs: Tensor, ys: Tensor) -> Tensor:
    """The line through `(xs, ys)` at `x`; beyond its ends it goes on level."""
    right = torch.searchsorted(xs, x.detach().contiguous()).clamp(1, len(xs) - 1)
    left = right - 1
    run = (xs[right] - xs[left]).clamp_min(MIN_SPREAD)
    along = ((x - xs[left]) / run).clamp(0, 1)
    return ys[left] + along * (ys[right] - ys[left])


DISTRIBUTIONS: dict[str, Callable[[Tensor], Distribution]] = {
    "normal": Normal.fit,
    "empirical": Empirical.fit,
    "uniform": Uniform.fit,
}
"""By the names that recipes give them."""
