"""Average pools and linear interpolation, as torch exports and onnxruntime quantizes.

Windows reach over the border, and activations before a pool have no quantizer.
"""

from typing import Any

import numpy as np
import pytest
import torch
from onnxruntime.quantization import QuantFormat, QuantType
from qnn.backends.target import EngineSettings
from qnn.frontends.onnx import import_model
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream.elements import FactorOp
from qnn.tools.engines import engine_for
from support.exported import TO_DESIGN, exported, quantized, random_inputs
from support.onnx_models import run_onnxruntime
from support.opencl import needs_emulator
from torch import nn

IMAGE = torch.zeros(1, 3, 7, 6)

POOLS: dict[str, nn.Module] = {
    "no padding": nn.AvgPool2d(2),
    "padding counts": nn.AvgPool2d(3, 2, 1),
    "padding does not count": nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    "partial windows": nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False),
    "all of the image": nn.AdaptiveAvgPool2d(1),
    "bilinear by 2": nn.Upsample(scale_factor=2, mode="bilinear"),
    "bilinear by 4 and 2": nn.Upsample(scale_factor=(4, 2), mode="bilinear"),
    "mean of elu": nn.Sequential(nn.ELU(), nn.AvgPool2d(3, 2, 1)),
    "mean of prelu": nn.Sequential(nn.PReLU(4, 0.3), nn.AvgPool2d(2)),
    "global mean of softplus": nn.Sequential(nn.Softplus(), nn.AdaptiveAvgPool2d(1)),
}

WEIGHED = ("padding does not count", "partial windows", "bilinear by 2", "bilinear by 4 and 2")
"""Those with windows of different numbers of elements, whose sums are multiplied."""

FORMS: dict[str, dict[str, Any]] = {
    "unsigned": {"activation_type": QuantType.QUInt8},
    "signed": {"activation_type": QuantType.QInt8},
    "integer operators": {"form": QuantFormat.QOperator, "reduce_range": True},
}


def network(name: str) -> nn.Module:
    torch.manual_seed(4)
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), POOLS[name])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", POOLS)
def test_averages_of_onnxruntime(name: str, form: str) -> None:
    """Means halfway between two levels may differ by a level: onnxruntime rounds each summand."""
    model = quantized(exported(network(name), IMAGE), **FORMS[form])
    inputs = list(random_inputs(model, 7).values())
    module = import_model(model)
    (found,), (wanted,) = run(module, inputs), run_onnxruntime(model, *inputs)
    step = np.diff(np.unique(wanted)).min()
    assert np.abs(found - wanted).max() < 1.01 * step
    assert np.mean(np.abs(found - wanted) > step / 2) < 0.15
    Pipeline.parse(TO_DESIGN, [CheckSemantics(inputs=inputs)]).apply(module)
    weighed = any(isinstance(op, FactorOp) for op in module.walk())
    assert weighed == (name in WEIGHED)


ENGINES = [
    "native",
    pytest.param("hls", marks=pytest.mark.slow),
    pytest.param("opencl", marks=[needs_emulator, pytest.mark.slow]),
]


@pytest.mark.parametrize(
    "name",
    [
        "padding does not count",
        pytest.param("bilinear by 2", marks=pytest.mark.slow),
        pytest.param("mean of elu", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree(engine: str, name: str) -> None:
    model = quantized(exported(network(name), IMAGE))
    samples = [random_inputs(model, seed).values() for seed in range(3)]
    inputs = [np.concatenate(parts) for parts in zip(*samples, strict=True)]
    (expected,) = engine_for(import_model(model), "reference").run(inputs)
    (found,) = engine_for(import_model(model), engine, settings=EngineSettings(bounded=True)).run(
        inputs
    )
    np.testing.assert_array_equal(found, expected)
