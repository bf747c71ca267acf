"""Networks with several inputs and several results, as torch and onnxruntime write them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnxruntime.quantization import QuantFormat
from qnn.frontends.onnx import import_model
from qnn.qdialect.stream import DesignOp
from qnn.tools.engines import engine_for
from qnn.tools.qnn import main
from support.design import design_of
from support.exported import check_lowered, exported, quantized, random_inputs
from support.opencl import needs_emulator
from torch import nn

IMAGE, MASK = torch.zeros(1, 3, 6, 6), torch.zeros(1, 2, 6, 6)


def quantize(x: torch.Tensor, scale: float, signed: bool = True) -> torch.Tensor:
    low, high = (-128, 127) if signed else (0, 255)
    return torch.fake_quantize_per_tensor_affine(x, scale, 0, low, high)


class Layers(nn.Module):
    """Convolutions with fake quantizers, which torch runs and exports in the order of the code."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first, self.mask = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(2, 4, 3, padding=1)
        self.head, self.last = nn.Conv2d(4, 2, 1), nn.Conv2d(4, 3, 3, stride=2)

    def conv(self, layer: nn.Conv2d, x: torch.Tensor) -> torch.Tensor:
        weight = quantize(layer.weight, 0.015625)
        return nn.functional.conv2d(x, weight, layer.bias, layer.stride, layer.padding)

    def relu(self, x: torch.Tensor) -> torch.Tensor:
        return quantize(x.relu(), 0.0625, signed=False)


class Heads(Layers):
    """The scores of the first head are scaled before the last layer is computed."""

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        hidden = self.relu(self.conv(self.first, quantize(image, 0.03125)))
        early = self.conv(self.head, hidden).sigmoid() * 2
        return early, self.conv(self.last, hidden)


class AllKinds(Layers):
    """A float result, a quantized one, it again, an inner tensor, and the input itself."""

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        ints = quantize(image, 0.03125)
        hidden = self.relu(self.conv(self.first, ints))
        scores = self.conv(self.head, hidden).softmax(1)
        last = quantize(self.conv(self.last, hidden), 0.125)
        return scores, last, last, hidden, image, ints


class TwoInputs(Layers):
    """The second input is quantized after the first layer."""

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        hidden = self.relu(self.conv(self.first, quantize(image, 0.03125)))
        other = self.relu(self.conv(self.mask, quantize(mask, 0.0625)))
        return self.conv(self.last, hidden + other), hidden


NETWORKS: dict[str, Callable[[], onnx.ModelProto]] = {
    "heads": lambda: exported(Heads(), IMAGE),
    "all kinds": lambda: exported(AllKinds(), IMAGE),
    "two inputs": lambda: exported(TwoInputs(), IMAGE, MASK),
}


def ends(design: DesignOp) -> tuple[int, int]:
    return len(design.sources), len(design.sinks)


@pytest.mark.parametrize(
    ("name", "sources", "sinks"), [("heads", 1, 2), ("all kinds", 1, 3), ("two inputs", 2, 2)]
)
def test_a_design_has_a_port_for_each_end(name: str, sources: int, sinks: int) -> None:
    module = check_lowered(NETWORKS[name](), ulps=4)
    assert ends(design_of(module)) == (sources, sinks)


ENGINES = [
    "native",
    pytest.param("hls", marks=pytest.mark.slow),
    pytest.param("opencl", marks=[needs_emulator, pytest.mark.slow]),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree(engine: str) -> None:
    model = NETWORKS["two inputs"]()
    samples = [random_inputs(model, seed).values() for seed in range(3)]
    inputs = [np.concatenate(parts) for parts in zip(*samples, strict=True)]
    expected = engine_for(import_model(model), "reference").run(inputs)
    results = engine_for(import_model(model), engine).run(inputs)
    for mine, theirs in zip(results, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)


class FloatHeads(nn.Module):
    """Two heads in floats, which onnxruntime quantizes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first, self.mask = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(2, 4, 3, padding=1)
        self.head, self.last = nn.Conv2d(8, 2, 1), nn.Conv2d(8, 3, 3, stride=2)

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        joined = torch.cat([self.first(image).relu(), self.mask(mask).relu()], 1)
        return self.head(joined).softmax(1), self.last(joined).relu(), joined


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("form", list(QuantFormat))
def test_networks_of_onnxruntime(form: QuantFormat, per_channel: bool) -> None:
    options = {"op_types_to_quantize": ["Conv", "Concat", "Relu"], "per_channel": per_channel}
    model = quantized(exported(FloatHeads(), IMAGE, MASK), form, **options)
    assert ends(design_of(check_lowered(model, ulps=2))) == (2, 3)


def test_probabilities_may_be_rounded_at_the_end() -> None:
    """onnxruntime quantizes the result of the softmax, too, and returns its real numbers."""
    check_lowered(quantized(exported(FloatHeads(), IMAGE, MASK)), ulps=2)


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A network with two inputs and two results is estimated, cut and reported."""
    path, build = tmp_path / "net.onnx", tmp_path / "build"
    onnx.save(NETWORKS["two inputs"](), path)
    main(["estimate", "-q", str(path), "--device", "z7020", "--fps", "1000"])
    assert capsys.readouterr().out.count("sink  ") >= 2
    options = ["--devices", "z7020,z7020", "--link", "64@156.25", "--fps", "1000"]
    main(["compile", "-q", str(path), "--target", "hls", *options, "-o", str(build)])
    main(["report", "-q", str(build), "-o", str(tmp_path / "report.html")])
    assert (tmp_path / "report.html").exists()
