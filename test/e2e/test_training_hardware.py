"""A network that was trained here, as hardware: its numbers are those of torch, bit for bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qnn.backends.hls import HlsEngine
from qnn.backends.hls.engine import SIMULATION_CYCLES
from qnn.backends.opencl import OpenclEngine
from qnn.passes.tile.goal import Goal
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream.compute import WeightedProcess
from qnn.tools.designs import design_in
from qnn.training import export, freeze, scores
from support.opencl import needs_emulator
from support.training import data, network, trained

pytestmark = pytest.mark.slow

RECIPES: dict[str, dict[str, Any]] = {
    "uniq": {"method": "uniq", "weights": 4, "activations": 8, "first": {"clamp": 1.0}},
    "dorefa": {"method": "dorefa", "weights": 2, "activations": 3},
    "nice": {"method": "nice", "weights": 3, "activations": 3},
    "binary": {"method": "binary"},
}


def assert_same(name: str, engine: Any) -> None:
    frozen, (images, _) = freeze(trained(RECIPES[name], network())), data(count=24)
    module = export(frozen, images[:1])
    design_in(module, Goal(target_cycles=SIMULATION_CYCLES))
    books = [op.codebook is not None for op in module.walk() if isinstance(op, WeightedProcess)]
    assert books == 3 * [name in ("uniq", "dorefa")]
    (found,) = run(module, [images.numpy()], engine=engine)
    np.testing.assert_array_equal(found, scores(frozen, images))


@pytest.mark.parametrize("name", RECIPES)
def test_hls(name: str, tmp_path: Path) -> None:
    assert_same(name, HlsEngine(tmp_path, bounded=True))


@needs_emulator
@pytest.mark.parametrize("name", RECIPES)
def test_opencl(name: str) -> None:
    assert_same(name, OpenclEngine(True))
