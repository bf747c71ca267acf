"""What all tests share: how hypothesis runs, `test/` on the import path for `support`, and that
our own C++ is free of warnings.

`pytest --hypothesis-profile=thorough` looks for longer.
"""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from qnn.backends.hls import simulator as simulation

settings.register_profile(
    "quick",
    max_examples=40,
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=1000)
settings.load_profile("quick")

simulation.GXX_OPTIONS.append("-Werror")


@pytest.fixture(autouse=True)
def same_numbers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test draws the same numbers, whichever ran before it and wherever."""
    if hasattr(request.module, "RNG"):
        monkeypatch.setattr(request.module, "RNG", np.random.default_rng(7))
