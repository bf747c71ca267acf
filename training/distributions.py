"""Distributions that are fitted to the weights of a layer.

`cdf` maps a weight to its cumulative probability, from 0 to 1; `quantile` is the inverse.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

MIN_SPREAD = 1e-12
"""A lower bound for standard deviations and scales: equal weights must not divide by zero."""

SQRT2 = math.sqrt(2)

UNIFORM_DEVIATIONS = 3.0
"""The uniform distribution extends this many standard deviations to each side of the mean."""

EMPIRICAL_INTERVALS = 64
"""Intervals of the empirical distribution: both the ends and the medians of 32 bins (5 bits) are
ends of intervals."""


class Distribution(Protocol):
    """A fitted distribution of weights."""

    def cdf(self, x: Tensor) -> Tensor: ...
    def quantile(self, u: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class Normal:
    """The normal distribution with the weights' mean and standard deviation."""

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
    """The uniform distribution: UNIQ becomes a uniform quantizer."""

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
    """The distribution of the weights themselves: linear between some of their quantiles."""

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
    """Quantiles of weights at the ends of all intervals; `torch.quantile` rejects large layers."""
    ordered, last = weights.flatten().sort().values, weights.numel() - 1
    place = torch.arange(EMPIRICAL_INTERVALS + 1, device=weights.device) * last
    left, part = place // EMPIRICAL_INTERVALS, place % EMPIRICAL_INTERVALS / EMPIRICAL_INTERVALS
    return torch.lerp(ordered[left], ordered[(left + 1).clamp_max(last)], part)


def standard_deviation(weights: Tensor) -> Tensor:
    return weights.std(correction=0).clamp_min(MIN_SPREAD)


def interpolate(x: Tensor, xs: Tensor, ys: Tensor) -> Tensor:
    """Piecewise linear interpolation through `(xs, ys)`, constant beyond the ends."""
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
"""The distributions by their names in recipes."""
