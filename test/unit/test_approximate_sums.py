"""Residual adds without quantizers compile within `max-error`, with a warning."""

import logging

import numpy as np
import pytest
import torch
from onnxruntime.quantization import QuantType
from qnn.backends.native import load
from qnn.frontends.onnx import import_model
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import run
from support.exported import exported, quantized
from torch import nn
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

IMAGE = torch.zeros(1, 3, 6, 6)


class Residual(nn.Module):
    """Two convolutions that are only added."""

    def __init__(self, seed: int, activation: nn.Module):
        super().__init__()
        torch.manual_seed(seed)
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(3, 4, 1)
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(self.first(x) + self.second(x))


def residual(seed: int, activation: nn.Module) -> ModuleOp:
    """A residual block whose convolutions have quantized operands and float results.

    onnxruntime quantizes both results; these quantizers are removed.
    """
    model = exported(Residual(seed, activation), IMAGE)
    options = {"activation_type": QuantType.QInt8, "per_channel": bool(seed % 2)}
    model = quantized(model, **options)
    made_by = {name: node for node in model.graph.node for name in node.output}
    (add,) = (node for node in model.graph.node if node.op_type == "Add")
    for index, name in enumerate(add.input):
        add.input[index] = made_by[made_by[name].input[0]].input[0]
    return import_model(model)


@pytest.mark.parametrize(
    ("seed", "max_error"),
    [
        *((0, 1), (3, 2)),
        *(pytest.param(seed, error, marks=pytest.mark.slow) for seed in (1, 2) for error in (1, 2)),
    ],
)
def test_levels_are_within_the_error(
    seed: int, max_error: int, caplog: pytest.LogCaptureFixture
) -> None:
    module = residual(seed, nn.ReLU() if seed < 2 else nn.Identity())
    images = np.random.default_rng(seed).normal(size=(50, 3, 6, 6)).astype(np.float32)
    (wanted,) = run(module, [images])
    with caplog.at_level(logging.WARNING, "qnn"):
        Pipeline.parse(f"fold-bn{{max-error={max_error}}},minimize-accumulators").apply(module)
    assert f"levels may be off by up to {max_error}" in caplog.text
    (found,) = run(module, [images])
    step = np.diff(np.unique(wanted)).min()
    levels_off = np.rint(np.abs(found - wanted) / step)
    assert levels_off.max() <= max_error
    assert (levels_off == 0).mean() > 0.9
    np.testing.assert_array_equal(load(module).run([images])[0], found)
    design = module.clone()
    Pipeline.parse("stream-lower").apply(design)
    np.testing.assert_array_equal(run(design, [images])[0], found)


def test_the_error_must_be_allowed() -> None:
    with pytest.raises(PassFailedException, match="or allow an error: --max-error 1"):
        Pipeline.parse("fold-bn").apply(residual(0, nn.ReLU()))
