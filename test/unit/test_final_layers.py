"""Networks that end in probabilities or labels, as torch exports and onnxruntime quantizes them."""

from typing import Any

import numpy as np
import pytest
import torch
from onnxruntime.quantization import QuantFormat, QuantType
from qnn.backends.native import load
from qnn.frontends.onnx import import_model
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import run
from support.exported import TO_DESIGN, exported, quantized, random_inputs
from support.onnx_models import run_onnxruntime
from torch import nn


class Label(nn.Module):
    """The index of the largest or of the smallest score."""

    def __init__(self, largest: bool = True):
        super().__init__()
        self.largest = largest

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return scores.argmax(1) if self.largest else scores.argmin(1)


LAYERS: dict[str, nn.Module] = {
    "sigmoid": nn.Sigmoid(),
    "softmax": nn.Softmax(-1),
    "log_softmax": nn.LogSoftmax(-1),
    "label": Label(),
    "smallest": Label(False),
}

FORMS: dict[str, dict[str, Any]] = {
    "QDQ": {"activation_type": QuantType.QInt8},
    "integer operators": {"form": QuantFormat.QOperator, "reduce_range": True},
}


@pytest.mark.parametrize(
    ("name", "form"),
    [
        *((name, "QDQ") for name in LAYERS),
        ("softmax", "integer operators"),
        *(
            pytest.param(name, "integer operators", marks=pytest.mark.slow)
            for name in LAYERS
            if name != "softmax"
        ),
    ],
)
def test_all_levels_and_the_native_engine_agree(name: str, form: str) -> None:
    torch.manual_seed(1)
    network = nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5))
    model = quantized(
        exported(nn.Sequential(network, LAYERS[name]), torch.zeros(1, 2, 6, 6)), **FORMS[form]
    )
    inputs = list(random_inputs(model, 7).values())
    module = import_model(model)
    (level_1,), (theirs,) = run(module, inputs), run_onnxruntime(model, *inputs)
    # onnxruntime's exp differs in the last bits, which may change a quantized probability
    np.testing.assert_allclose(level_1, theirs, rtol=1e-5, atol=0.05 if level_1.ndim > 1 else 0)
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    np.testing.assert_array_equal(run(module, inputs)[0], level_1)
    np.testing.assert_array_equal(load(module).run(inputs)[0], level_1)
    Pipeline.parse(TO_DESIGN.split(",")[-1]).apply(module)
    np.testing.assert_array_equal(run(module, inputs)[0], level_1)
