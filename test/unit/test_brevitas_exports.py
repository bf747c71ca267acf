"""Networks as Brevitas exports them: preprocessing of images, QCDQ below eight bits, usual heads.

The references are Brevitas' own execution and, for QCDQ, onnxruntime.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from qnn.frontends.inputs import InputType
from qnn.frontends.onnx import import_onnx
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.qdialect.qnn.linear import LinearOpBase
from qnn.qdialect.types import bit_width, element_of
from support.onnx_models import run_onnxruntime
from torch import nn
from xdsl.dialects.builtin import ModuleOp

layers = pytest.importorskip("brevitas.nn")
quant = pytest.importorskip("brevitas.quant")
export = pytest.importorskip("brevitas.export")

pytestmark = pytest.mark.filterwarnings("ignore")
QONNX, QCDQ = "export_qonnx", "export_onnx_qcdq"


class Normalize(nn.Module):
    """Bytes of an image to floats, with a mean and a deviation for each channel."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).reshape(shape))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).reshape(shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x / 255 - self.mean) / self.std


class Apply(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(x)


def conv(inputs: int, outputs: int, bits: int, **given: Any) -> nn.Module:
    return layers.QuantConv2d(inputs, outputs, 3, weight_bit_width=bits, **given)


def per_channel(bits: int) -> dict[str, Any]:
    kind = quant.Int8WeightPerChannelFloat
    return {"weight_quant": kind, "bias": True, "bias_quant": quant.Int32Bias}


def image_network(head: nn.Module) -> nn.Sequential:
    """An image of bytes, normalised and quantized, two convolutions, and a head."""
    return nn.Sequential(
        Normalize(1, 3, 1, 1),
        layers.QuantIdentity(bit_width=6, return_quant_tensor=True),
        conv(3, 4, 4, padding=1, **per_channel(4)),
        nn.BatchNorm2d(4),
        layers.QuantReLU(bit_width=3, return_quant_tensor=True),
        conv(4, 6, 2, bias=True),
        layers.QuantIdentity(bit_width=4),
        head,
        nn.Flatten(),
        layers.QuantLinear(6, 5, bias=True, weight_bit_width=5),
    )


def trained(module: nn.Module, x: torch.Tensor) -> nn.Module:
    """A module in evaluation mode, with scales and statistics from some images."""
    for _ in range(3):
        module(x)
    return module.eval()


def exported(module: nn.Module, x: torch.Tensor, kind: str, folder: Path) -> Path:
    path = folder / "net.onnx"
    getattr(export, kind)(module, args=x[:1], export_path=str(path), dynamo=False)
    return path


def check(module: nn.Module, x: torch.Tensor, kind: str, folder: Path, input_type: str) -> ModuleOp:
    """Level 1 gives the results of Brevitas; the design gives those of level 1; returns level 2."""
    path = exported(module, x, kind, folder)
    name = onnx.load(path).graph.input[0].name
    program = import_onnx(str(path), {name: InputType.parse(input_type)})
    images = x.numpy().astype(np.int64)
    scores = run(program, [images])[0]
    expected: Array = module(x).detach().numpy()
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    if kind == QCDQ:
        theirs = [run_onnxruntime(onnx.load(path), row[None])[0] for row in x.numpy()]
        np.testing.assert_allclose(scores, np.concatenate(theirs), rtol=1e-4, atol=1e-4)
    passes = [CheckSemantics(inputs=[images])]
    Pipeline.parse("fold-bn,minimize-accumulators", passes).apply(program)
    design = program.clone()
    Pipeline.parse("stream-lower").apply(design)
    np.testing.assert_array_equal(run(design, [images])[0], scores)
    return program


def byte_images(*shape: int) -> torch.Tensor:
    return torch.randint(0, 256, shape).float()


@pytest.mark.parametrize("kind", [QONNX, QCDQ])
def test_bytes_normalized_per_channel(kind: str, tmp_path: Path) -> None:
    """A global average feeds the last layer without a quantizer; weights have their few bits."""
    torch.manual_seed(1)
    x = byte_images(8, 3, 8, 8)
    module = trained(image_network(nn.AdaptiveAvgPool2d(1)), x)
    program = check(module, x, kind, tmp_path, "ui8")
    linear = [op for op in program.walk() if isinstance(op, LinearOpBase)]
    assert [bit_width(element_of(op.weights)) for op in linear] == [4, 2, 5]


def test_pool_before_a_convolution(tmp_path: Path) -> None:
    torch.manual_seed(2)
    x = byte_images(8, 3, 10, 10)
    relu = layers.QuantReLU(bit_width=4)
    head = nn.Sequential(nn.AvgPool2d(2), conv(6, 6, 3, bias=False), nn.MaxPool2d(2), relu)
    module = image_network(head)
    check(trained(module, x), x, QONNX, tmp_path, "ui8")


@pytest.mark.parametrize("kind", [QONNX, QCDQ])
def test_unsigned_and_narrow_activations(kind: str, tmp_path: Path) -> None:
    """QCDQ clips integers to ranges that are no type's, to narrow ranges, and to unsigned ones."""
    torch.manual_seed(3)
    narrow = {"act_quant": quant.Int8ActPerTensorFloat, "narrow_range": True}
    shifted = quant.ShiftedUint8ActPerTensorFloat
    module = nn.Sequential(
        Apply(lambda x: x / 255),
        layers.QuantIdentity(bit_width=5, return_quant_tensor=True, **narrow),
        conv(3, 4, 3, **per_channel(3)),
        layers.QuantIdentity(act_quant=shifted, bit_width=4, return_quant_tensor=True),
        conv(4, 4, 5, bias=True),
        layers.QuantReLU(bit_width=2, return_quant_tensor=True),
        nn.Flatten(),
        layers.QuantLinear(64, 7, bias=True, weight_bit_width=3),
    )
    x = byte_images(8, 3, 8, 8)
    check(trained(module, x), x, kind, tmp_path, "ui8")


def test_cybersecurity_mlp(tmp_path: Path) -> None:
    """FINN's tutorial: bipolar inputs, padded, are shifted to 0 and 1 before the first layer."""
    torch.manual_seed(4)
    inputs, padded = 59, 60
    first = layers.QuantLinear(inputs, 16, bias=True, weight_bit_width=2)
    body = [nn.BatchNorm1d(16), nn.Dropout(0.5), layers.QuantReLU(bit_width=2)]
    last = layers.QuantLinear(16, 1, bias=True, weight_bit_width=2)
    x = torch.randint(0, 2, (16, padded)).float() * 2 - 1
    module = nn.Sequential(Apply(lambda x: (x + 1) / 2), first, *body, last)
    first.weight.data = nn.functional.pad(first.weight.data, (0, padded - inputs))
    output = layers.QuantIdentity(quant_type="binary", bit_width=1, min_val=-1.0, max_val=1.0)
    module.append(output)
    check(trained(module, x), x, QONNX, tmp_path, "bipolar")


@pytest.mark.parametrize(
    "change",
    [lambda x: x * 0.5, lambda x: (x + 1) / 2, lambda x: x / 3, lambda x: 1 - x * 0.3],
    ids=["half", "shifted", "third", "negated"],
)
def test_factors_and_offsets_behind_a_quantizer(
    change: Callable[[Any], Any], tmp_path: Path
) -> None:
    torch.manual_seed(5)
    module = nn.Sequential(
        Apply(lambda x: x / 255),
        layers.QuantIdentity(bit_width=4),
        Apply(change),
        conv(3, 4, 4, bias=True),
        layers.QuantReLU(bit_width=4),
        Apply(change),
        nn.AvgPool2d(2),
        nn.Flatten(),
        layers.QuantLinear(36, 5, bias=True, weight_bit_width=4),
    )
    x = byte_images(8, 3, 8, 8)
    check(trained(module, x), x, QONNX, tmp_path, "ui8")
