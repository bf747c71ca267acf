"""`qnn quantize`: a float CNN from torch becomes integers, and a design with the same numbers."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper
from qnn.passes import Pipeline
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.tools.networks import import_network
from qnn.tools.qnn import main
from qnn.tools.quantize import static_quantization
from support.onnx_models import run_onnxruntime
from torch import nn

Capture = pytest.CaptureFixture[str]


class Residual(nn.Module):
    """Batch norms, a residual add, pools and a flattened image."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(2, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(4, 4, 3, 1, 1), nn.BatchNorm2d(4))
        self.scores = nn.Linear(16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.first(x)
        y = torch.relu(y + self.second(y))
        return self.scores(nn.functional.avg_pool2d(y, 2).flatten(1))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the float network, images with channels last, and labels."""
    folder = tmp_path_factory.mktemp("quantize")
    torch.manual_seed(1)
    network = Residual()
    network(torch.rand(64, 2, 8, 8))  # statistics of the batch norms
    with pytest.warns(Warning):
        example = (torch.zeros(1, 2, 8, 8),)
        torch.onnx.export(network.eval(), example, folder / "float.onnx", dynamo=False)
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, (24, 8, 8, 2), np.uint8)
    labels = rng.integers(0, 5, 24)
    np.savez(folder / "set.npz", pixels=pixels, images=pixels / np.float32(255), labels=labels)
    return folder


@pytest.fixture
def there(files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(files)
    return files


def error_of(capsys: Capture, *arguments: str) -> str:
    assert main(["quantize", *arguments]) in (1, 2)
    (line,) = capsys.readouterr().err.splitlines()
    return line


def scores_of(path: str, images: Array) -> Array:
    session = onnxruntime.InferenceSession(path)
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: image[None]})[0] for image in images])


@pytest.mark.parametrize("bits", [8, 4])
def test_a_quantized_network_becomes_an_equal_design(
    there: Path, bits: int, capsys: Capture
) -> None:
    data = ["--calibrate", "set.npz:pixels", "--scale", "1/255"]
    assert main(["quantize", "float.onnx", *data, "--bits", str(bits), "-o", "q.onnx"]) == 0
    printed = capsys.readouterr().out
    assert len(re.findall(rf"(?:conv2d|linear) +{bits} +8 ", printed)) == 3
    assert "fold-bn makes every layer integer" in printed
    assert "next: qnn compile q.onnx" in printed
    x = np.load("set.npz")["images"].transpose(0, 3, 1, 2)[:3]
    module = import_network("q.onnx", {})
    (expected,) = run(module, [x])
    for engine in ("reference", "native"):
        np.save("x.npy", x)
        assert main(["run", "q.onnx", "--engine", engine, "--input", "x.npy", "-o", "y.npy"]) == 0
        np.testing.assert_array_equal(np.load("y.npy"), expected)
    Pipeline.parse("fold-bn,minimize-accumulators,stream-lower,scale-thresholds").apply(module)
    (found,) = run(module, [x])
    np.testing.assert_array_equal(found.reshape(expected.shape), expected)
    if bits == 8:
        step = np.ptp(expected) / 255
        exact = np.concatenate([run_onnxruntime(onnx.load("q.onnx"), each[None])[0] for each in x])
        assert np.abs(expected - exact).max() <= 2 * step
        assert np.abs(expected - scores_of("float.onnx", x)).max() <= 16 * step


def test_the_report_counts_correct_images(there: Path, capsys: Capture) -> None:
    data = ["--calibrate", "set.npz:images", "--labels", "set.npz:labels"]
    assert main(["quantize", "float.onnx", *data]) == 0
    printed = capsys.readouterr().out
    arrays = np.load("set.npz")
    x, labels = arrays["images"].transpose(0, 3, 1, 2), arrays["labels"]
    before = scores_of("float.onnx", x).argmax(1)
    after = run(import_network("float_quantized.onnx", {}), [x])[0].argmax(1)
    expected = (
        f"top-1 accuracy on these 24 images: {(before == labels).mean():.2%} as floats, "
        f"{(after == labels).mean():.2%} quantized; the same top-1 class as the float network for "
        f"{(before == after).sum()} of 24 images"
    )
    assert expected in printed
    assert main(["quantize", "float.onnx", *data[:2]]) == 0
    assert f"{(before == after).sum()} of 24 images (" in capsys.readouterr().out


def test_the_file_is_for_older_runtimes(there: Path) -> None:
    """One quantizer per activation: none behind the Reshape; the oldest file format."""
    assert main(["quantize", "float.onnx", "--calibrate", "set.npz:images", "-o", "old.onnx"]) == 0
    model = onnx.load("old.onnx")
    assert model.ir_version <= 10
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("QuantizeLinear") == 6 and "BatchNormalization" not in kinds
    onnx.checker.check_model(model)


def test_networks_that_are_not_float(there: Path, capsys: Capture) -> None:
    data = ["--calibrate", "set.npz:images"]
    assert main(["quantize", "float.onnx", *data, "-o", "twice.onnx"]) == 0
    capsys.readouterr()
    assert "twice.onnx has quantizers already" in error_of(capsys, "twice.onnx", *data)
    assert "quantize needs an .onnx file" in error_of(capsys, "net.pt2", *data)
    assert "missing.onnx: no such file" in error_of(capsys, "missing.onnx", *data)


@pytest.mark.parametrize("command", ["estimate", "compile"])
def test_a_float_network_needs_quantizers_first(there: Path, command: str, capsys: Capture) -> None:
    more = ["--target", "hls", "-o", "hls"] if command == "compile" else []
    assert main([command, "float.onnx", "--device", "z7020", "-q", *more]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "the network is float" in line and "qnn quantize model.onnx" in line
    assert main(["import", "float.onnx"]) == 0
    assert "qnn quantize model.onnx" in capsys.readouterr().out


def test_images_that_cannot_calibrate(there: Path, capsys: Capture) -> None:
    def error(array: Array, *more: str) -> str:
        np.save("bad.npy", array)
        return error_of(capsys, "float.onnx", "--calibrate", "bad.npy", *more)

    images = np.load("set.npz")["images"]
    assert "bad.npy has no images" in error(images[:0])
    assert "the shape of an image is 8x7x2" in error(images[:, :, :7])
    assert "bad.npy contains NaN" in error(np.where(images > 0.9, np.nan, images))
    assert "24 images, but there are 3 labels" in error(images, "--labels", labels_file(3))
    assert "qnn: --bits 6: onnxruntime quantizes weights to 8 or 4 bits" in error(
        images, "--bits", "6"
    )


def labels_file(count: int) -> str:
    np.save("labels.npy", np.zeros(count, int))
    return "labels.npy"


def test_an_operator_that_cannot_be_imported(there: Path, capsys: Capture) -> None:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])
    constants = [helper.make_tensor("g", TensorProto.FLOAT, [4], [1.0] * 4)]
    node = helper.make_node("LayerNormalization", ["x", "g"], ["y"], "norm")
    graph = helper.make_graph([node], "g", [x], [y], constants)
    onnx.save(helper.make_model(graph), "norm.onnx")
    line = error_of(capsys, "norm.onnx", "--calibrate", "set.npz:images")
    assert 'node "norm" (LayerNormalization)' in line


def test_onnxruntime_is_an_extra(
    there: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def missing(name: str) -> Any:
        if name.startswith("onnxruntime"):
            raise ModuleNotFoundError(name=name)
        return import_module(name)

    monkeypatch.setattr(static_quantization, "import_module", missing)
    line = error_of(capsys, "float.onnx", "--calibrate", "set.npz:images")
    assert line.endswith(
        "quantize needs the package onnxruntime: pip install 'qnn-dialect[quantize]'"
    )


def test_saturated_inputs_are_reported(there: Path, capsys: Capture) -> None:
    """Bytes in place of pixels from 0 to 1."""
    assert main(["quantize", "float.onnx", "--calibrate", "set.npz:images", "-o", "s.onnx"]) == 0
    capsys.readouterr()
    data = ["eval", "s.onnx", "--images", "set.npz:pixels", "--labels", "set.npz:labels"]
    share = (np.load("set.npz")["pixels"] > 1).mean()
    assert main([*data, "-q"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{share:.2%}".replace("%", " %") in line and "--scale 1/255" in line
    assert main([*data, "--json"]) == 0
    assert f'"saturated": {share}' in capsys.readouterr().out
    assert main([*data, "--json", "--scale", "1/255"]) == 0
    captured = capsys.readouterr()
    assert '"saturated": 0.0' in captured.out and "saturate in" not in captured.err
    np.save("bytes.npy", np.load("set.npz")["pixels"].transpose(0, 3, 1, 2).astype(np.float32))
    assert main(["run", "s.onnx", "--input", "bytes.npy", "-q"]) == 0
    assert "saturate in the network's input quantizer" in capsys.readouterr().err
