"""Products of two tensors, as torch exports them and onnxruntime quantizes them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from onnxruntime.quantization import QuantFormat, QuantType
from qnn.backends.target import EngineSettings
from qnn.frontends.onnx import import_model
from qnn.qdialect.stream.elements import AddOp, MulOp, OffsetOp
from qnn.tools.engines import engine_for
from support.exported import check_lowered, exported, quantized, random_inputs
from support.opencl import needs_emulator
from torch import nn

IMAGE = torch.zeros(1, 3, 6, 6)

QDQ = {"quant_format": QuantFormat.QDQ}
FORMS: dict[str, dict[str, Any]] = {
    "unsigned": {"activation_type": QuantType.QUInt8},
    "signed, per channel": {"activation_type": QuantType.QInt8, "per_channel": True},
    "symmetric": {
        "activation_type": QuantType.QInt8,
        "extra_options": {"ActivationSymmetric": True},
    },
    "integer operators": {"form": QuantFormat.QOperator, "reduce_range": True},
}


class Branches(nn.Module):
    """Two convolutions of one image, combined, and one after them."""

    def __init__(self, combine: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.first, self.second = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3)
        self.last = nn.Conv2d(4, 2, 1)
        self.combine = combine

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.last(self.combine(self.first(image), self.second(image)))


class SqueezeExcite(nn.Module):
    """Each channel times a number that depends on the mean of all channels."""

    def __init__(self, gate: nn.Module, add: bool = False) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.first, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 3)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 2, 1), nn.ReLU(), nn.Conv2d(2, 4, 1), gate
        )
        self.add = add

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.first(image).relu()
        gate = self.gate(x)
        return self.last(x + gate if self.add else x * gate)


NETWORKS: dict[str, nn.Module] = {
    "product": Branches(lambda a, b: a * b),
    "gated": Branches(lambda a, b: a.tanh() * b.sigmoid()),
    "product and sum": Branches(lambda a, b: a * b + a),
    "square": Branches(lambda a, b: a * a + b),
    "squeeze and excite": SqueezeExcite(nn.Sigmoid()),
    "hard gate": SqueezeExcite(nn.Hardsigmoid()),
    "added per image": SqueezeExcite(nn.Sigmoid(), add=True),
    "per pixel": Branches(lambda a, b: a * b[:, :1].sigmoid()),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_onnxruntime(name: str, form: str) -> None:
    module = check_lowered(quantized(exported(NETWORKS[name], IMAGE), **FORMS[form]), ulps=4)
    assert any(isinstance(op, MulOp | AddOp) for op in module.walk())


@pytest.mark.parametrize("function", [torch.maximum, torch.minimum])
def test_extrema_of_two_scales(function: Callable[..., torch.Tensor]) -> None:
    """The levels of both tensors are compared, after the quantizer behind the extremum."""
    check_lowered(quantized(exported(Branches(function), IMAGE)), ulps=4)


def test_zero_points_need_no_process() -> None:
    model = quantized(exported(NETWORKS["gated"], IMAGE), activation_type=QuantType.QUInt8)
    module = check_lowered(model, ulps=4)
    (product,) = [op for op in module.walk() if isinstance(op, MulOp)]
    assert any(product.offsets.get_values())
    assert not any(isinstance(op, OffsetOp) for op in module.walk())


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("squeeze and excite", "native"),
        pytest.param("squeeze and excite", "hls", marks=pytest.mark.slow),
        pytest.param("gated", "native", marks=pytest.mark.slow),
        pytest.param("gated", "hls", marks=pytest.mark.slow),
        pytest.param("gated", "opencl", marks=[needs_emulator, pytest.mark.slow]),
        pytest.param("squeeze and excite", "opencl", marks=[needs_emulator, pytest.mark.slow]),
    ],
)
def test_engines_agree(name: str, engine: str) -> None:
    model = quantized(exported(NETWORKS[name], IMAGE))
    samples = [random_inputs(model, seed).values() for seed in range(3)]
    inputs = [np.concatenate(parts) for parts in zip(*samples, strict=True)]
    (expected,) = engine_for(import_model(model), "reference").run(inputs)
    (found,) = engine_for(import_model(model), engine, settings=EngineSettings(bounded=True)).run(
        inputs
    )
    np.testing.assert_array_equal(found, expected)
