"""Torch programs: level 1 computes the same as torch; unsupported programs get a message of one
line."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.ao.quantization.fx._decomposed  # registers torch's ops of quantized programs
from qnn.frontends.errors import ImportFailure
from qnn.frontends.torch import import_module, import_program
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.interpreter import run
from qnn.qdialect.qnn.linear import LinearOp
from qnn.qdialect.qnn.quantization import QuantizeOp
from qnn.qdialect.qnn.steps import LookupOp
from qnn.qdialect.types import element_of, unsigned
from support.oracles import Array
from torch import Tensor, nn
from torch.nn import functional as F

Forward = Callable[[Tensor], Tensor]
Q = torch.ops.quantized_decomposed


class Function(nn.Module):
    """A function as a module."""

    def __init__(self, forward: Forward):
        super().__init__()
        self.forward = forward


def assert_same_results(module: nn.Module, shape: tuple[int, ...], images: int = 3) -> None:
    """The imported module computes the same results as the torch module, image by image."""
    torch.manual_seed(3)
    module = module.eval()
    for parameter in module.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(images, *shape[1:])
    imported = import_module(module, x[:1])
    (actual,) = run(imported, [x.numpy()])
    with torch.no_grad():
        expected = torch.cat([module(image[None]) for image in x]).numpy()
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=2e-5, atol=2e-5)


def norm(channels: int, kind: type[Any] = nn.BatchNorm2d) -> nn.Module:
    layer = kind(channels)
    layer.running_mean.uniform_(-1, 1)
    layer.running_var.uniform_(0.5, 2)
    return layer


MODULES = {
    "conv": (nn.Conv2d(3, 5, 3, 2, 1), (1, 3, 9, 7)),
    "conv_same": (nn.Conv2d(3, 5, (5, 3), padding="same", dilation=(1, 2)), (1, 3, 9, 7)),
    "conv_valid": (nn.Conv2d(3, 5, 3, padding="valid", bias=False), (1, 3, 9, 7)),
    "depthwise": (nn.Conv2d(4, 8, (3, 1), groups=4, padding=(1, 0)), (1, 4, 6, 5)),
    "conv1d": (nn.Conv1d(3, 5, 3, 2, 1), (1, 3, 16)),
    "transposed": (nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups=2), (1, 4, 5, 4)),
    "transposed1d": (nn.ConvTranspose1d(4, 6, 3, 2), (1, 4, 5)),
    "linear": (nn.Linear(7, 4), (1, 7)),
    "linear_of_rows": (nn.Linear(7, 4, bias=False), (1, 5, 7)),
    "batch_norm": (norm(5), (1, 5, 4, 3)),
    "batch_norm_plain": (nn.BatchNorm2d(5, affine=False), (1, 5, 4, 3)),
    "batch_norm1d": (norm(5, nn.BatchNorm1d), (1, 5)),
    "relu": (nn.ReLU(inplace=True), (1, 5)),
    "relu6": (nn.ReLU6(), (1, 5)),
    "leaky_relu": (nn.LeakyReLU(0.2), (1, 5)),
    "prelu": (nn.PReLU(4), (1, 4, 3, 3)),
    "prelu_of_one": (nn.PReLU(), (1, 4, 3)),
    "elu": (nn.ELU(0.7), (1, 5)),
    "hardtanh": (nn.Hardtanh(-0.5, 0.7), (1, 5)),
    "hardsigmoid": (nn.Hardsigmoid(), (1, 50)),
    "sigmoid": (nn.Sigmoid(), (1, 5)),
    "tanh": (nn.Tanh(), (1, 5)),
    "silu": (nn.SiLU(inplace=True), (1, 50)),
    "hardswish": (nn.Hardswish(), (1, 50)),
    "mish": (nn.Mish(), (1, 50)),
    "gelu": (nn.GELU(), (1, 50)),
    "gelu_by_tanh": (nn.GELU("tanh"), (1, 50)),
    "selu": (nn.SELU(), (1, 50)),
    "celu": (nn.CELU(0.7), (1, 50)),
    "softplus": (nn.Softplus(), (1, 50)),
    "softmax": (nn.Softmax(-1), (1, 5)),
    "log_softmax": (nn.LogSoftmax(-1), (1, 5)),
    "log_sigmoid": (nn.LogSigmoid(), (1, 50)),
    "threshold": (nn.Threshold(0.1, 0), (1, 50)),
    "threshold_to_number": (nn.Threshold(0.1, -3), (1, 50)),
    "hardshrink": (nn.Hardshrink(), (1, 50)),
    "softshrink": (nn.Softshrink(0.3), (1, 50)),
    "glu": (nn.GLU(1), (1, 6, 3, 2)),
    "dropout": (nn.Dropout(0.5), (1, 5)),
    "max_pool": (nn.MaxPool2d(3, 2, 1, ceil_mode=True), (1, 3, 8, 8)),
    "max_pool1d": (nn.MaxPool1d(2), (1, 3, 8)),
    "max_pool_dilated": (nn.MaxPool2d((2, 3), dilation=2), (1, 3, 8, 8)),
    "avg_pool": (nn.AvgPool2d(3, 2, 1), (1, 3, 8, 8)),
    "avg_pool_ceil": (nn.AvgPool2d(3, 2, 1, ceil_mode=True), (1, 3, 8, 8)),
    "avg_pool_ceil_unpadded": (nn.AvgPool2d(3, 2, ceil_mode=True), (1, 3, 8, 8)),
    "avg_pool_inside": (nn.AvgPool2d(3, 2, 1, count_include_pad=False), (1, 3, 8, 8)),
    "global_pool": (nn.AdaptiveAvgPool2d(1), (1, 3, 8, 6)),
    "adaptive_pool": (nn.AdaptiveAvgPool2d((4, 2)), (1, 3, 8, 6)),
    "upsample": (nn.Upsample(scale_factor=2), (1, 3, 4, 5)),
    "upsample_bilinear": (nn.Upsample(scale_factor=(2, 4), mode="bilinear"), (1, 3, 4, 5)),
    "upsample_linear": (nn.Upsample(scale_factor=3, mode="linear"), (1, 3, 5)),
    "flatten": (nn.Sequential(nn.Conv2d(3, 5, 3), nn.Flatten(), nn.Linear(20, 3)), (1, 3, 4, 4)),
}

FUNCTIONS: dict[str, tuple[Forward, tuple[int, ...]]] = {
    "arithmetic": (lambda x: (2 - x) * 0.5 / 3 + x - 1, (1, 5)),
    "between": (lambda x: x * x - x / (x * x + 1), (1, 5)),
    "clamp": (lambda x: x.clamp(-0.3, 0.4) + x.clamp(min=0.1) + x.clamp(max=0.2), (1, 9)),
    "whole": (
        lambda x: torch.round(x * 3) + torch.floor(x) + torch.ceil(x) + torch.sign(x),
        (1, 9),
    ),
    "chunk": (lambda x: torch.cat(x.chunk(2, 1)[::-1], 1), (1, 6, 3, 2)),
    "split": (lambda x: torch.cat(x.split([1, 3, 2], 1)[::-1], 1), (1, 6, 3)),
    "split_uneven": (lambda x: torch.cat(torch.split(x, 4, 1)[::-1], 1), (1, 6)),
    "slice": (lambda x: x[:, 1:5:2, :-1] + x[:, 2:6:2, 1:], (1, 6, 3)),
    "select": (lambda x: x[:, -2], (1, 6, 3)),
    "reshape": (lambda x: x.view(1, 3, -1).reshape(-1, 9).unsqueeze(1).squeeze(1), (1, 9)),
    "permute": (lambda x: x.permute(0, 2, 3, 1).transpose(1, -1), (1, 2, 3, 4)),
    "pad": (lambda x: F.pad(x, (1, 2, 0, 3), value=2.0), (1, 2, 3, 4)),
    "mean": (lambda x: x.mean((2, 3)) + x.mean((-1, -2), keepdim=True).flatten(1), (1, 2, 3, 4)),
    "argmax": (lambda x: x.argmax(1), (1, 9)),
    "argmin": (lambda x: x.argmin(1, keepdim=True), (1, 9)),
    "topk": (lambda x: x.topk(3, 1)[0], (1, 9)),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(x, 2), (1, 12, 2, 3)),
    "pixel_unshuffle": (lambda x: F.pixel_unshuffle(x, 2), (1, 3, 4, 6)),
    "channel_shuffle": (lambda x: F.channel_shuffle(x, 3), (1, 6, 2, 3)),
    "resize": (lambda x: F.interpolate(x, size=(8, 6)), (1, 2, 4, 3)),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules(name: str) -> None:
    assert_same_results(*MODULES[name])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name: str) -> None:
    forward, shape = FUNCTIONS[name]
    assert_same_results(Function(forward), shape)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(
    "name", ["conv", "transposed", "batch_norm", "max_pool", "linear", "dropout"]
)
def test_decomposed_programs(name: str) -> None:
    """Core operators into which `run_decompositions` splits others are supported, too."""
    module, shape = MODULES[name]
    x = torch.randn(shape)
    program = torch.export.export(module.eval(), (x,)).run_decompositions()
    (actual,) = run(import_program(program), [x.numpy()])
    np.testing.assert_allclose(actual, module(x).detach().numpy(), rtol=2e-5, atol=2e-5)


def test_dynamic_batch_size() -> None:
    module = MODULES["flatten"][0].eval()
    batch = torch.export.Dim("batch")
    program = torch.export.export(
        Function(lambda x: x.view(x.shape[0], -1)),
        (torch.randn(4, 3, 2),),
        dynamic_shapes=({0: batch},),
    )
    x = torch.randn(5, 3, 2)
    np.testing.assert_array_equal(run(import_program(program), [x.numpy()])[0], x.view(5, -1))
    program = torch.export.export(module, (torch.randn(4, 3, 4, 4),), dynamic_shapes=({0: batch},))
    x = torch.randn(5, 3, 4, 4)
    actual = run(import_program(program), [x.numpy()])[0]
    np.testing.assert_allclose(actual, module(x).detach().numpy(), atol=1e-5)


def imported_and_torch_levels(forward: Forward, x: Tensor) -> tuple[Array, Array]:
    """The results of a function at level 1, and those of torch."""
    module = Function(forward).eval()
    return run(import_module(module, x[:1]), [x.numpy()])[0], module(x).numpy()


TIES = torch.arange(-40, 40, dtype=torch.float32)[None] * 0.05
"""Halves of a step of 0.1: where dividing and multiplying by the inverse part."""


@pytest.mark.parametrize("scale", [0.1, 0.3, 1 / 3, 0.07])
@pytest.mark.parametrize("zero", [0, 5, -3])
@pytest.mark.parametrize("limits", [(-8, 7), (-7, 7), (0, 15), (-5, 9), (-128, 127)])
def test_fake_quantize(scale: float, zero: int, limits: tuple[int, int]) -> None:
    low, high = limits
    zero = min(max(zero, low), high)
    x = torch.cat([TIES, torch.randn(1, 200)], 1)
    actual, expected = imported_and_torch_levels(
        lambda x: torch.fake_quantize_per_tensor_affine(x, scale, zero, low, high), x
    )
    np.testing.assert_array_equal(actual, expected)


def scales_with_ambiguous_inverse(count: int) -> list[float]:
    """Scales whose inverse is another float32 if they are rounded to float32 first."""
    scales = np.random.default_rng(0).uniform(0.01, 1, 200)
    late, early = (1 / scales).astype(np.float32), np.float32(1) / scales.astype(np.float32)
    return [float(scale) for scale in scales[late != early][:count]]


@pytest.mark.parametrize("scale", scales_with_ambiguous_inverse(4))
def test_precision_of_the_inverse_scale(scale: float) -> None:
    """A quantizer in training inverts a float32 scale, one in an exported program a float64
    scale."""
    halves = (np.arange(-127, 127) + 0.5) * scale
    near = [halves.astype(np.float32)]
    for end in (-np.inf, np.inf):
        near.append(np.nextafter(near[0], np.float32(end)))
    x = torch.from_numpy(np.concatenate(near)[None])

    def exported(x: Tensor) -> Tensor:
        q = Q.quantize_per_tensor(x, scale, 0, -128, 127, torch.int8)
        return Q.dequantize_per_tensor(q, scale, 0, -128, 127, torch.int8)

    def training(x: Tensor) -> Tensor:
        return torch.fake_quantize_per_tensor_affine(x, scale, 0, -128, 127)

    assert (exported(x) != training(x)).any()
    for forward in (exported, training):
        actual, expected = imported_and_torch_levels(forward, x)
        np.testing.assert_array_equal(actual, expected)


def test_fake_quantize_by_channel() -> None:
    scale, zero = torch.tensor([0.1, 0.3, 0.05]), torch.tensor([0, 3, -2], dtype=torch.int32)
    x = torch.cat([TIES] * 3).T[:, :, None, None].contiguous()
    actual, expected = imported_and_torch_levels(
        lambda x: torch.fake_quantize_per_channel_affine(x, scale, zero, 1, -8, 7), x
    )
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("scale", [0.1, 0.3, 1 / 3, 0.07])
def test_quantized_programs(scale: float) -> None:
    """Torch's quantizers in exported programs, which have float64 scales."""

    def forward(x: Tensor) -> Tensor:
        q = Q.quantize_per_tensor(x, scale, 3, -128, 127, torch.int8)
        return Q.dequantize_per_tensor(q, scale, 3, -128, 127, torch.int8)

    actual, expected = imported_and_torch_levels(forward, torch.cat([TIES, torch.randn(1, 200)], 1))
    np.testing.assert_array_equal(actual, expected)


class Quantized(nn.Module):
    """A small network that torch has quantized: int8 weights per channel, uint8 images."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(5)
        self.register_buffer(
            "w", torch.randint(-127, 128, (6, 3, 3, 3), generator=generator).to(torch.int8)
        )
        self.register_buffer("s", torch.rand(6, generator=generator) * 0.02 + 0.001)
        self.register_buffer("z", torch.zeros(6, dtype=torch.int64))
        self.norm = norm(6)

    def forward(self, x: Tensor) -> Tensor:
        x = self.step(x, 0.02, 0, 0, 255, torch.uint8)
        w = Q.dequantize_per_channel(self.w, self.s, self.z, 0, -127, 127, torch.int8)
        x = F.relu(self.norm(F.conv2d(x, w, padding=1)))
        return self.step(x, 0.11, -128, -128, 127, torch.int8)

    def step(self, x: Tensor, scale: float, zero: int, low: int, high: int, kind: Any) -> Tensor:
        q = Q.quantize_per_tensor(x, scale, zero, low, high, kind)
        return Q.dequantize_per_tensor(q, scale, zero, low, high, kind)


def test_a_quantized_network_becomes_integer() -> None:
    torch.manual_seed(1)
    module, x = Quantized().eval(), torch.rand(4, 3, 8, 8) * 5
    imported = import_module(module, x[:1])
    expected = module(x).numpy()
    np.testing.assert_allclose(run(imported, [x.numpy()])[0], expected, atol=1e-6)
    Pipeline.parse("fold-bn,minimize-accumulators", [CheckSemantics()]).apply(imported)
    quantizers = [op for op in imported.walk() if isinstance(op, QuantizeOp)]
    assert len(quantizers) == 1, "only the image is quantized from floats"
    np.testing.assert_allclose(run(imported, [x.numpy()])[0], expected, atol=1e-6)


class FlattenThenQuantize(Quantized):
    """A quantizer after a flatten, imported as a multiplication and a rounding."""

    def forward(self, x: Tensor) -> Tensor:
        w = Q.dequantize_per_channel(self.w, self.s, self.z, 0, -127, 127, torch.int8)
        y = F.relu(self.norm(F.conv2d(self.step(x, 0.02, 0, 0, 255, torch.uint8), w)))
        return torch.fake_quantize_per_tensor_affine(y.flatten(1), 0.3, 0, 0, 15)


def test_quantizer_after_a_flatten() -> None:
    module = FlattenThenQuantize().eval()
    x = torch.rand(4, 3, 6, 6) * 5
    imported = import_module(module, x[:1])
    before = run(imported, [x.numpy()])[0]
    Pipeline.parse("fold-bn,minimize-accumulators", [CheckSemantics()]).apply(imported)
    np.testing.assert_array_equal(run(imported, [x.numpy()])[0], before)


CODEBOOK = torch.tensor([-1.5, -0.25, 0.0, 3.0])


class TakesWeights(nn.Module):
    """A program that reads its weights from a table."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(5)
        self.register_buffer("table", CODEBOOK)
        self.register_buffer("index", torch.randint(0, 4, (3, 5), generator=generator))
        self.register_buffer("rows", CODEBOOK[:, None])

    def forward(self, x: Tensor) -> Tensor:
        x = torch.fake_quantize_per_tensor_affine(x, 0.5, 0, -8, 7)
        return F.linear(x, torch.take(self.table, self.index)) + F.embedding(
            self.index[:, 0], self.rows
        ).squeeze(1)


def test_weights_from_a_table_stay_indices() -> None:
    """Even 15 weights, which are too few for the importer to recognize a codebook by their
    values."""
    x = torch.randn(6, 5)
    module = TakesWeights().eval()
    imported = import_module(module, x[:1])
    np.testing.assert_array_equal(run(imported, [x.numpy()])[0], module(x))
    Pipeline.parse("fold-bn,minimize-accumulators", [CheckSemantics()]).apply(imported)
    (layer,) = (op for op in imported.walk() if isinstance(op, LinearOp))
    read = layer.weights.owner
    assert isinstance(read, LookupOp) and element_of(read.x) == unsigned(2)


@pytest.mark.filterwarnings("ignore")
def test_brevitas() -> None:
    layers = pytest.importorskip("brevitas.nn")
    torch.manual_seed(2)
    module = nn.Sequential(
        layers.QuantIdentity(bit_width=8),
        layers.QuantConv2d(3, 8, 3, weight_bit_width=4, bias=False),
        norm(8),
        layers.QuantReLU(bit_width=3),
        nn.Flatten(),
        layers.QuantLinear(8 * 36, 10, bias=True, weight_bit_width=2),
    )
    for _ in range(3):
        module(torch.randn(8, 3, 8, 8))
    module.eval()
    x = torch.randn(4, 3, 8, 8)
    imported = import_module(module, x[:1])
    expected = module(x).detach().numpy()
    np.testing.assert_allclose(run(imported, [x.numpy()])[0], expected, atol=1e-5)
    Pipeline.parse("fold-bn", [CheckSemantics()]).apply(imported)


INDEX = torch.tensor([[2, 0]])

REFUSED: dict[str, tuple[Forward, str]] = {
    "unknown": (lambda x: torch.cumsum(x, 1), r'"cumsum" \(aten.cumsum\): this operator is not'),
    "softplus": (lambda x: F.softplus(x, 2), "the arguments beta and threshold"),
    "layer_norm": (lambda x: F.layer_norm(x, [9]), "it normalises by statistics of each image"),
    "where": (
        lambda x: torch.where(x > 0, x, 2 * x),
        "comparisons and selections are not supported",
    ),
    "take": (
        lambda x: torch.take(x, INDEX),
        "its table has more than one axis: flatten the table",
    ),
    "double": (lambda x: x.double().float(), "it changes the element type: only float32"),
    "alpha": (lambda x: torch.add(x, x, alpha=2), "alpha"),
    "weights": (lambda x: F.linear(x, x.reshape(1, 9)), "it multiplies two computed tensors"),
    "scale": (
        lambda x: torch.fake_quantize_per_tensor_affine(x, 0.0, 0, 0, 15),
        "its scale is zero or not finite: calibrate",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_unsupported_calls_are_refused(name: str) -> None:
    forward, message = REFUSED[name]
    with pytest.raises(ImportFailure, match=message):
        import_module(Function(forward).eval(), torch.randn(1, 9))


SHARED: dict[str, Forward] = {
    "view": lambda x: _first(x.reshape(3, 3).relu_(), x),
    "part": lambda x: _first(x.chunk(3, 1)[0].relu_(), x),
    "dropout": lambda x: _first(F.dropout(x, 0.5, False).relu_(), x),
}


def _first(_: Tensor, x: Tensor) -> Tensor:
    return x + 1


def reads_written_result(module: nn.Module) -> bool:
    """Whether the exported program reads the result of `relu_` instead of the tensor that it wrote
    to.

    That is so for "dropout" only, and only in newer releases of torch.
    """
    program = torch.export.export(module, (torch.randn(1, 9),))
    [written] = (node for node in program.graph.nodes if node.name == "relu_")
    return bool(written.users)


@pytest.mark.parametrize("name", ["view", "part", "dropout"])
def test_in_place_write_to_shared_storage_is_refused(name: str) -> None:
    """If the exported program reads the result of `relu_`, it is imported, and computes the same as
    torch."""
    module = Function(lambda x: SHARED[name](x * 2)).eval()
    if reads_written_result(module):
        assert name == "dropout"
        assert_same_results(module, (1, 9))
        return
    with pytest.raises(
        ImportFailure, match="it writes in place to a tensor that is read later as mul"
    ):
        import_module(module, torch.randn(1, 9))


def test_in_place_write_without_later_read_is_supported() -> None:
    assert_same_results(Function(lambda x: (x * 2).relu_().add_(1).clamp_(0.5, 2)), (1, 9))


def test_transpose_of_a_matrix() -> None:
    assert_same_results(Function(lambda x: x.squeeze(0).T.reshape(1, -1)), (1, 3, 4), images=1)


class TrainedFakeQuantizers(nn.Module):
    """Torch's FakeQuantize modules, each with the scale that it has learned."""

    def __init__(self) -> None:
        super().__init__()
        from torch.ao import quantization as q

        weights = q.default_per_channel_weight_fake_quant()
        self.image, self.weights = q.default_fake_quant(), weights
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(self.image(x), self.weights(self.conv.weight))


@pytest.mark.filterwarnings("ignore")
def test_trained_fake_quantize_modules() -> None:
    torch.manual_seed(4)
    module = TrainedFakeQuantizers()
    for _ in range(3):
        module(torch.randn(4, 3, 6, 6))
    module.apply(torch.ao.quantization.disable_observer)
    module.eval()
    x = torch.randn(5, 3, 6, 6)
    imported = import_module(module, x[:1])
    np.testing.assert_allclose(run(imported, [x.numpy()])[0], module(x).detach().numpy(), atol=1e-5)
    Pipeline.parse("fold-bn", [CheckSemantics()]).apply(imported)


def test_input_types_are_parsed_from_text() -> None:
    module = import_module(nn.Linear(4, 2).eval(), torch.zeros(1, 4), {"input": "ui8*0.5"})
    x = np.arange(4, dtype=np.uint8)[None]
    assert run(module, [x])[0].shape == (1, 2)
    with pytest.raises(ImportFailure, match="unknown input type 'ui99': use ui1 to ui64"):
        import_module(nn.Linear(4, 2).eval(), torch.zeros(1, 4), {"input": "ui99*0.5"})


def test_a_module_in_training_is_refused() -> None:
    with pytest.raises(ImportFailure, match="the module is in training mode: call its method eval"):
        import_module(nn.Linear(2, 2), torch.randn(1, 2))
    program = torch.export.export(nn.Dropout().train(), (torch.randn(1, 2),))
    with pytest.raises(ImportFailure, match=r"it is in training mode: export module\.eval\(\)"):
        import_program(program)


@pytest.mark.parametrize("fixed", [True, False])
def test_a_scale_computed_from_weights_is_constant(fixed: bool) -> None:
    """The scale may be computed in the program, but not from its input."""
    network = nn.Conv2d(2, 3, 1, bias=False)
    zero = torch.zeros(3, dtype=torch.int32)

    def forward(x: Tensor) -> Tensor:
        weight = network.weight if fixed else network.weight * x.mean((1, 2, 3), keepdim=True)
        scale = weight.detach().abs().flatten(1)[:, 0] / 7 + 0.01
        quantized = torch.fake_quantize_per_channel_affine(network.weight, scale, zero, 0, -7, 7)
        return F.conv2d(x, quantized)

    module = Function(forward)
    module.network = network
    if fixed:
        return assert_same_results(module, (1, 2, 4, 5))
    with pytest.raises(ImportFailure, match="scale is computed from the input of the model"):
        import_module(module.eval(), torch.zeros(1, 2, 4, 5))
