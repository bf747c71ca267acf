"""Designs for rising targets: the cost never falls, and each fits on its device with its FIFOs."""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qnn.hardware.estimate import estimate
from qnn.hardware.resources.device import device_named
from qnn.hardware.search.tiling import OPTIMALITY_GAP
from qnn.passes.size_fifos import SizeFifosPass
from qnn.passes.tile.goal import Goal
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream.linked_designs import linked_designs_of
from qnn.tools.designs import lowered_design
from qnn.tools.networks import load_network
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

MODELS = os.environ.get("QNN_MODELS", "")


def costs_at(module: ModuleOp, device_name: str, targets: list[float]) -> list[float]:
    """The costs of the designs for some targets: the sum of their shares of the budget."""
    device, costs = device_named(device_name), list[float]()
    for fps in targets:
        copy = module.clone()
        tile_design(lowered_design(copy), Goal(device, None, fps))
        SizeFifosPass().apply(Context(), copy)
        (designs,) = linked_designs_of(copy)
        found = estimate(designs, [device], device.clock_mhz)
        (part,) = found.parts
        assert found.fps >= fps * (1 - 1e-9) and not part.excess
        use = np.sum([layer.use for layer in part.layers], axis=0)
        costs.append(float((use / np.maximum(device.budget(device.clock_mhz), 1e-9)).sum()))
    return costs


def slow(*values: Any) -> Any:
    """A case that takes minutes."""
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.mark.skipif(not MODELS, reason="QNN_MODELS names no folder of networks")
@pytest.mark.parametrize(
    ("network", "device", "targets"),
    [
        ("TFC_2W2A.onnx", "z7020", [10, 1000, 30_000, 100_000]),
        ("kws_mlp_w3a3.onnx", "zu3eg", [10, 3000, 50_000]),
        slow("dscnn_int8_qdq.onnx", "zu3eg", [10, 300, 1000]),
        slow("mobilenetv1_025_96_int8_qdq.onnx", "z7020", [10, 100, 500]),
        slow("resnet8_int8_qdq.onnx", "zu9eg", [10, 100, 1000]),
        slow("cnvW1A1_cifar10.onnx", "z7020", [10, 1000, 3000]),
    ],
)
def test_a_lower_target_costs_no_more(network: str, device: str, targets: list[float]) -> None:
    """Up to the gap at which the search ends."""
    module = load_network(str(Path(MODELS) / network))
    lowered_design(module)
    costs = costs_at(module, device, targets)
    for cost, higher in pairwise(costs):
        assert cost <= higher * (1 + 2 * OPTIMALITY_GAP)
