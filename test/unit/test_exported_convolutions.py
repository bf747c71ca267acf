"""Convolutions of every kind, as torch exports and onnxruntime quantizes them."""

import pytest
import torch
from onnxruntime.quantization import QuantFormat
from support.exported import check_lowered, exported, quantized
from torch import nn

CONVOLUTIONS: dict[str, tuple[tuple[nn.Module, ...], tuple[int, ...]]] = {
    "dilated": ((nn.Conv2d(3, 4, 3, dilation=2, padding=2), nn.Conv2d(4, 2, 3)), (1, 3, 6, 7)),
    "depthwise": (
        (nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3, groups=4, dilation=(1, 2))),
        (1, 3, 6, 7),
    ),
    "grouped": ((nn.Conv2d(4, 8, 3, groups=2, padding=1), nn.Conv2d(8, 4, 1)), (1, 4, 5, 5)),
    "a signal": ((nn.Conv1d(3, 4, 3, padding=1), nn.Conv1d(4, 2, 3, dilation=2)), (1, 3, 9)),
    "one channel": ((nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 3)), (1, 1, 5, 5)),
    "transposed": (
        (nn.Conv2d(3, 4, 3), nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1)),
        (1, 3, 5, 5),
    ),
    "a transposed signal": (
        (nn.Conv1d(3, 4, 3), nn.ConvTranspose1d(4, 3, 2, stride=2)),
        (1, 3, 8),
    ),
}


@pytest.mark.parametrize("per_channel", [False, True], ids=["per tensor", "per channel"])
@pytest.mark.parametrize("form", list(QuantFormat), ids=lambda form: form.name)
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions(name: str, form: QuantFormat, per_channel: bool) -> None:
    (first, second), shape = CONVOLUTIONS[name]
    network = nn.Sequential(first, nn.ReLU(), second, nn.ReLU())
    model = quantized(exported(network, torch.zeros(shape)), form, per_channel=per_channel)
    # onnxruntime leaves transposed convolutions in floats, and adds these in an order of its own
    left_in_floats = form is QuantFormat.QOperator and "transposed" in name
    check_lowered(model, ulps=16 if left_in_floats else 2)
