"""Settings and fixtures of all tests: profiles of hypothesis, g++ with warnings as errors, and
commands that fork from a running process.

`pytest --hypothesis-profile=thorough` draws more examples. A test that draws more or fewer than
others multiplies or divides the number of the profile.
"""

import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from qnn.backends.hls import simulator as hls_simulator
from qnn.backends.native import library
from qnn.backends.rtl import simulator as rtl_simulator
from qnn.tools import pools
from qnn.tools.pools import Pool

settings.register_profile(
    "quick",
    max_examples=24,
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=1000)
settings.load_profile("quick")

hls_simulator.GXX_OPTIONS.append("-Werror")


def pytest_configure(config: pytest.Config) -> None:
    """Native networks and simulations are compiled in less time where only their results matter.

    The slow tests, and all that run commands, compile them as users have them.
    """
    if config.option.markexpr == "not slow":
        library.CXX_OPTIONS.append("-O1")
        hls_simulator.OPTIMIZATION = "-O0"
        rtl_simulator.OPTIMIZATION[:] = ["-O0"]


@pytest.fixture(autouse=True)
def same_numbers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test draws the same numbers, whichever ran before it and wherever."""
    if hasattr(request.module, "RNG"):
        monkeypatch.setattr(request.module, "RNG", np.random.default_rng(7))


@pytest.fixture
def without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """`qnn explore` and `qnn eval` work in a thread: a process would first import the compiler."""

    @contextmanager
    def thread() -> Generator[Pool]:
        with ThreadPoolExecutor(1) as executor:
            yield Pool(executor, lambda shared: shared, lambda: None)

    monkeypatch.setattr(pools, "_processes", thread)


@pytest.fixture
def without_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """matplotlib, which takes seconds to start and to draw, is not installed."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)


@pytest.fixture(scope="session")
def commands() -> Iterator[Path]:
    """A folder to put first on PATH: its `qnn`, `qnn-opt` and `filecheck` start at once."""
    with TemporaryDirectory(prefix="qnn-") as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "support.fork_server", folder],
            cwd=Path(__file__).parent,
            env={**os.environ, "PYTHONWARNINGS": "error::RuntimeWarning"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        with server:
            assert server.stdout is not None and server.stdout.readline() == b"ready\n"
            yield Path(folder)
            server.kill()
