"""Roofs are limits: no design of ours is faster."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from qnn.hardware.resources.device import device_named
from qnn.hardware.search.explore import Choices, Curve, solve_job
from qnn.hardware.search.space import space_of
from qnn.passes import Pipeline
from qnn.passes.tile.goal import Goal
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream import DesignOp
from qnn.tools.designs import lowered_design
from qnn.tools.explore.exploration import CurveResult, ExploredNetwork
from qnn.tools.networks import load_network
from support.design import design_of
from support.networks import trained_network
from xdsl.utils.exceptions import PassFailedException

MODELS = os.environ.get("QNN_MODELS", "")


def check_roof(design: DesignOp, name: str, share: float = 1.0) -> bool:
    """Whether some design fits on a share of a device; its rate must not exceed the roof."""
    device = device_named(name)
    resources = {kind: round(share * amount) for kind, amount in device.resources.items()}
    device = replace(device, resources=resources)
    curve = Curve(device, device.clock_mhz, Choices(space_of(design, device.vendor).detached(), {}))
    point = solve_job(curve.choices, curve.budget, None)
    if point is None:
        return False
    roof = ExploredNetwork.of(design).roof_fps(CurveResult(curve, [point], point))
    assert roof is not None and curve.fps(point.interval) <= roof * (1 + 1e-9)
    for goal in (Goal(device), Goal(device, None, roof * 1.01)):
        try:
            tiling = tile_design(design, goal)
        except PassFailedException:
            assert goal.fps is not None
        else:
            assert curve.fps(tiling.interval) <= roof * (1 + 1e-9)
    return True


@pytest.mark.parametrize("device", ["z7020", "arria10-gx1150"])
def test_no_design_exceeds_its_roof(device: str) -> None:
    """On whole devices and on small parts of them, where the budget binds."""
    rng, tried = np.random.default_rng(0), 0
    for seed in range(600, 604):
        module = trained_network(np.random.default_rng(seed))
        try:
            Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
        except PassFailedException:
            continue
        tried += check_roof(design_of(module), device, rng.uniform(0.1, 1))
    assert tried > 1


@pytest.mark.slow
@pytest.mark.skipif(not MODELS, reason="QNN_MODELS names no folder of networks")
@pytest.mark.parametrize("device", ["z7020", "u250", "arria10-gx1150"])
@pytest.mark.parametrize("network", ["cnvW1A1_cifar10", "resnet8_int8_qdq", "rn07_w8a8"])
def test_no_design_of_a_real_network_exceeds_its_roof(network: str, device: str) -> None:
    check_roof(lowered_design(load_network(str(Path(MODELS) / f"{network}.onnx"))), device)
