"""The cost model against designs after place and route, and what docs/costs.md says of it."""

from typing import Any

import numpy as np
import pytest
from qnn.hardware.calibration import MEASURED_ERRORS
from qnn.hardware.resources.cost import fitted
from support.benchmarks import benchmark

calibrate = benchmark("calibrate")


@pytest.fixture(scope="module")
def found() -> Any:
    return calibrate.Calibration()


@pytest.mark.parametrize("kind", ["logic", "ff", "block"])
def test_three_boards(found: Any, kind: str) -> None:
    """Each design is predicted closely, and by constants that have not seen it hardly worse."""
    bar = MEASURED_ERRORS[kind]
    assert np.abs(found.errors(kind)).max() < (bar if kind == "block" else bar / 5)
    if kind in calibrate.FITS:
        assert np.abs(found.left_out(kind)).max() < bar


def test_constants_are_those_that_fit(found: Any) -> None:
    """They are rounded, not chosen."""
    for kind, names in calibrate.FITS.items():
        best = found.fit(kind, range(3))
        assert set(best) == set(names)
        for name, value in best.items():
            assert getattr(fitted, name) == pytest.approx(value, rel=0.1)
