"""Sums of two tensors: multipliers with which the thresholds of the sum lie on a line."""

import numpy as np
import pytest
from qnn.backends.native.lines import fit_float_lines, line_exceptions
from qnn.backends.native.weighted_sums import FactoredSum, fit_weighted_sum, separating_thresholds
from qnn.passes.scale_thresholds.threshold_lines import ThresholdRows
from qnn.qdialect.data import Array

BYTES = np.arange(-128, 128)
RANGES = [(-128, 127), (-128, 127)]


def sums_of(factors: tuple[int, int]) -> Array:
    return factors[0] * BYTES[:, None] + factors[1] * BYTES


def with_small_factors(scales: tuple[float, float]) -> FactoredSum:
    """The smallest factors that reproduce the rounded sum of two scaled bytes."""
    exact = np.rint(BYTES[:, None] * scales[0] + BYTES * scales[1])
    level = np.clip(exact, -128, 127).astype(np.int64) + 128
    for most in range(30, 3000):
        factors = round(scales[0] * most), round(scales[1] * most)
        rows = separating_thresholds(sums_of(factors), level, 255)
        if rows is not None:
            return FactoredSum(factors, rows, np.unique(sums_of(factors)))
    raise AssertionError("no factors reproduce the sum")


def off_line(mix: FactoredSum) -> int:
    """The number of sums whose level is not that of the line."""
    low, high = (np.array([mix.sums[end]]) for end in (0, -1))
    stairs = ThresholdRows(mix.thresholds[None], low, high, mix.sums)
    lines = fit_float_lines(stairs, 128)
    but = line_exceptions(lines, stairs)
    return int(lines.wrong_edges(stairs).sum()) if but is None else len(but[0][0])


@pytest.mark.parametrize("seed", range(3))
def test_finer_factors_are_on_a_line(seed: int) -> None:
    """All pairs keep their levels."""
    rng = np.random.default_rng(seed)
    given = with_small_factors((float(rng.uniform(0.4, 0.9)), float(rng.uniform(0.4, 0.9))))
    found = fit_weighted_sum(RANGES, given.factors, given.thresholds)
    before = np.searchsorted(given.thresholds, sums_of(given.factors), "right")
    after = np.searchsorted(found.thresholds, sums_of(found.factors), "right")
    np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(found.sums, np.unique(sums_of(found.factors)))
    assert off_line(found) <= 3 <= off_line(given)


def test_thresholds_on_no_line() -> None:
    """All pairs keep their levels, whether the factors change or not."""
    rows = np.sort(np.random.default_rng(0).integers(-9000, 9000, 255))
    found = fit_weighted_sum(RANGES, (31, 47), rows)
    before = np.searchsorted(rows, sums_of((31, 47)), "right")
    after = np.searchsorted(found.thresholds, sums_of(found.factors), "right")
    np.testing.assert_array_equal(before, after)


def test_few_pairs_keep_their_factors() -> None:
    rows = np.arange(255) * 90_000
    found = fit_weighted_sum([(0, 3), (0, 1)], (31, 47), rows)
    assert found.factors == (31, 47) and found.thresholds is rows
