"""Quantizers in training: their levels, and the distribution of their noise."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.training.activations import Clamp, Sign
from qnn.training.distributions import DISTRIBUTIONS, EMPIRICAL_INTERVALS, Empirical
from qnn.training.weights import Binary, Dorefa, Nice, Ternary, Uniq, WeightQuantizer, Wrpn
from torch import Tensor

COUNT = 1 << 14
SEEDS = st.integers(0, 1 << 30)
BITS = st.integers(2, 5)

pytestmark = pytest.mark.filterwarnings("error")


def normal_weights(seed: int, mean: float = 0.0, std: float = 1.0) -> Tensor:
    return mean + std * torch.randn(COUNT, generator=torch.Generator().manual_seed(seed))


def bimodal_weights(seed: int) -> Tensor:
    """Weights with two clusters, one of them skewed."""
    x = normal_weights(seed)
    return torch.where(x > 0.3, x.exp(), x / 9 - 2)


def assert_uniform(parts: Tensor) -> None:
    """Kolmogorov-Smirnov test against the uniform distribution from 0 to 1, at a level of 1e-8."""
    ranks = torch.arange(len(parts)) / len(parts)
    assert (parts.sort().values - ranks).abs().max() < 3.1 / len(parts) ** 0.5


def counts(quantizer: Uniq, weights: Tensor) -> Tensor:
    """The number of weights in each bin."""
    return torch.bincount(quantizer.bins(weights), minlength=1 << quantizer.bits)


@settings(deadline=None)
@given(SEEDS, BITS, st.floats(-2, 2), st.floats(1e-3, 10))
def test_bins_of_a_normal_distribution_are_equally_full(
    seed: int, bits: int, mean: float, std: float
) -> None:
    found = counts(Uniq(bits), normal_weights(seed, mean, std))
    share = COUNT / (1 << bits)
    assert (found - share).abs().max() < 6 * share**0.5


@settings(deadline=None)
@given(SEEDS, BITS)
def test_bins_of_any_distribution_are_equally_full(seed: int, bits: int) -> None:
    found = counts(Uniq(bits, "empirical"), bimodal_weights(seed))
    share = COUNT / (1 << bits)
    assert (found - share).abs().max() <= 2


@settings(deadline=None)
@given(SEEDS, BITS, st.sampled_from(["normal", "empirical"]))
def test_levels_are_the_medians_of_their_bins(seed: int, bits: int, cdf: str) -> None:
    weights = normal_weights(seed, 0.5, 2.0)
    levels = Uniq(bits, cdf).levels(weights)
    step = levels.scale.item()
    for value in levels.values.unique():
        inside = weights[levels.values == value]
        below = (inside < value - step).sum(), (inside < value + step).sum()
        room = 6 * len(inside) ** 0.5
        assert below[0] - room < len(inside) / 2 < below[1] + room


def test_codebooks_are_bytes() -> None:
    levels = Uniq(4).levels(normal_weights(1, 0.1))
    assert levels.table is not None and len(levels.table) == 16
    assert levels.table.abs().max() == 127 and (levels.table == levels.table.round()).all()


@settings(deadline=None)
@given(SEEDS, BITS, st.sampled_from(list(DISTRIBUTIONS)))
def test_noise_of_uniq_is_uniform_in_probability(seed: int, bits: int, cdf: str) -> None:
    """`F(w') = F(w) + e` for all weights that stay between the outermost levels."""
    weights = normal_weights(seed, 0.2, 3.0)
    torch.manual_seed(seed + 1)
    law, half = DISTRIBUTIONS[cdf](weights), 0.5 / (1 << bits)
    noisy = Uniq(bits, cdf).noisy(weights)
    start, end = law.cdf(weights), law.cdf(noisy)
    assert end.min() >= half - 1e-3 and end.max() <= 1 - half + 1e-3
    inner = (start > 2 * half) & (start < 1 - 2 * half)
    moved = (end - start)[inner]
    assert moved.abs().max() <= half + 1e-3
    assert_uniform((moved / half + 1) / 2)
    for part in (start[inner] < 0.5, start[inner] >= 0.5):  # wherever the weight is
        assert_uniform((moved[part] / half + 1) / 2)


def test_quantiles_of_a_large_layer() -> None:
    """Quantiles of more weights than `torch.quantile` accepts; equal to its results for fewer."""
    few = torch.randn(1000, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(
        Empirical.fit(few).places,
        torch.quantile(few, torch.linspace(0, 1, EMPIRICAL_INTERVALS + 1)),
    )
    many = torch.arange((1 << 24) + 1, dtype=torch.float32)
    assert Empirical.fit(many).places.tolist() == [n << 18 for n in range(EMPIRICAL_INTERVALS + 1)]


@pytest.mark.parametrize("cdf", DISTRIBUTIONS)
def test_quantile_inverts_cdf(cdf: str) -> None:
    weights = normal_weights(4, 0.3, 0.2)
    law = DISTRIBUTIONS[cdf](weights)
    inside = weights[(weights - 0.3).abs() < 0.5]
    np.testing.assert_allclose(law.quantile(law.cdf(inside)), inside, atol=1e-4)


def test_equal_weights_are_quantized() -> None:
    weights = torch.full((9,), 0.25)
    for quantizer in (Uniq(3), Uniq(3, "empirical"), Nice(3), Dorefa(3), Ternary(2)):
        assert quantizer.noisy(weights).isfinite().all(), quantizer
        np.testing.assert_allclose(quantizer(weights), weights, rtol=4, err_msg=str(quantizer))
    assert Nice(3).levels(torch.zeros(9)).values.isfinite().all()


@settings(deadline=None)
@given(SEEDS, st.integers(2, 8))
def test_noise_of_nice(seed: int, bits: int) -> None:
    """One weight in twenty moves by up to half a step; the others are quantized."""
    weights, nice = normal_weights(seed, 0.1, 2.0), Nice(bits)
    torch.manual_seed(seed + 1)
    noisy, levels = nice.noisy(weights), nice.levels(weights)
    clamp = abs(weights.mean()) + 3.45 * weights.std(correction=0)
    bounded = weights.clamp(-clamp, clamp)
    moved = (noisy - levels.values).abs() > 1e-6 * clamp
    assert abs(moved.sum().item() - 0.05 * COUNT) < 6 * (0.05 * COUNT) ** 0.5
    noise = ((noisy - bounded) / levels.scale)[moved]
    assert noise.abs().max() <= 0.5 + 1e-3
    assert_uniform(noise + 0.5)


@settings(deadline=None)
@given(SEEDS, st.integers(2, 8))
def test_levels_of_nice(seed: int, bits: int) -> None:
    weights = normal_weights(seed, 0.3)
    levels = Nice(bits).levels(weights)
    clamp = abs(weights.mean()) + 3.45 * weights.std(correction=0)
    largest = (1 << (bits - 1)) - 1
    torch.testing.assert_close(levels.scale * largest, clamp)
    assert levels.integers.abs().max() <= largest
    error = (levels.values - weights.clamp(-clamp, clamp)).abs()
    assert error.max() <= 0.501 * levels.scale


@given(SEEDS, st.integers(2, 8))
def test_levels_of_wrpn(seed: int, bits: int) -> None:
    weights, steps = normal_weights(seed).double().numpy(), 2 ** (bits - 1) - 1
    expected = np.round(steps * np.clip(weights, -1, 1)) / steps
    actual = Wrpn(bits).levels(torch.from_numpy(weights)).values
    np.testing.assert_allclose(actual, expected, rtol=1e-6)


@given(SEEDS, st.integers(2, 8))
def test_levels_of_dorefa(seed: int, bits: int) -> None:
    weights, steps = normal_weights(seed).double().numpy(), 2**bits - 1
    pressed = np.tanh(weights)
    part = pressed / (2 * np.abs(pressed).max()) + 0.5
    expected = 2 * np.round(steps * part) / steps - 1
    actual = Dorefa(bits).levels(torch.from_numpy(weights)).values
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-9)


def test_levels_of_binary_and_ternary() -> None:
    weights = torch.tensor([-1.0, -0.1, 0.0, 0.2, 0.9])
    assert Binary(1).levels(weights).values.tolist() == [-1, -1, 1, 1, 1]
    levels = Ternary(2).levels(weights)
    assert levels.integers.tolist() == [-1, 0, 0, 0, 1]
    assert levels.scale.item() == pytest.approx(0.95)


@pytest.mark.parametrize(
    "quantizer", [Uniq(3), Nice(3), Wrpn(3), Dorefa(3), Binary(1), Ternary(2)], ids=str
)
def test_straight_through_gradients(quantizer: WeightQuantizer) -> None:
    weights = (normal_weights(2, 0.1, 0.9)[:99]).requires_grad_()
    (through,) = torch.autograd.grad(quantizer(weights).sum(), weights)
    (bounded,) = torch.autograd.grad(quantizer.bounded(weights).sum(), weights)
    assert torch.equal(through, bounded) and through.abs().sum() > 0


@settings(deadline=None)
@given(SEEDS, st.integers(2, 8), st.floats(0.1, 20), st.booleans())
def test_learned_clamps(seed: int, bits: int, clamp: float, signed: bool) -> None:
    """`relu(x) - relu(x - |c|)`, in steps of `|c| / (2^b - 1)`; frozen, the integers of that."""
    x = normal_weights(seed, 1.0, 5.0)
    quantizer = Clamp(bits, signed=signed)
    with torch.no_grad():
        quantizer.clamp.fill_(-clamp)
    quantizer.eval()
    largest = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1
    clamped = x.clamp(-clamp, clamp) if signed else x.relu() - (x - clamp).relu()
    values = quantizer(x).detach()
    assert (values - clamped).abs().max() <= 0.501 * clamp / largest
    integers = quantizer.frozen()(x)
    assert integers.max() <= largest and integers.min() >= (-largest if signed else 0)
    assert (integers == integers.round()).all()
    torch.testing.assert_close(integers * quantizer.scale, values)


def test_clamp_starts_from_the_first_training_batch() -> None:
    quantizer, x = Clamp(4), normal_weights(3).relu()
    quantizer.eval()(x)
    assert not quantizer.calibrated
    quantizer.train()(x)
    assert quantizer.calibrated
    start = x.mean() + 5 * x.std(correction=0)
    torch.testing.assert_close(quantizer.clamp.detach(), start)
    quantizer(100 * x)
    torch.testing.assert_close(quantizer.clamp.detach(), start)


def test_clamp_gets_gradients_from_both_sides() -> None:
    """Clipped values increase the clamp; rounding errors move it either way."""
    quantizer = Clamp(2)
    quantizer(torch.tensor([3.0]))
    with torch.no_grad():
        quantizer.clamp.fill_(1.0)
    for x, gradient in ((5.0, 1.0), (0.6, 2 / 3 - 0.6), (0.4, 1 / 3 - 0.4), (-1.0, 0.0)):
        (found,) = torch.autograd.grad(quantizer(torch.tensor([x])).sum(), quantizer.clamp)
        assert found.item() == pytest.approx(gradient, abs=1e-6)


def test_fixed_clamp_does_not_learn() -> None:
    quantizer = Clamp(8, 1.0)
    assert quantizer.calibrated and not quantizer.clamp.requires_grad
    assert quantizer.frozen()(torch.tensor([1 / 255, 0.6, 7.0])).tolist() == [1, 153, 255]


def test_signs() -> None:
    x = torch.tensor([-2.0, -0.5, -0.0, 0.0, 0.5, 2.0], requires_grad=True)
    sign = Sign()
    assert sign(x).tolist() == sign.frozen()(x).tolist() == [-1, -1, 1, 1, 1, 1]
    (gradient,) = torch.autograd.grad(sign(x).sum(), x)
    assert gradient.tolist() == [0, 1, 1, 1, 1, 0]
