"""Layers that onnxruntime or Brevitas leave in floats compile, if integers give exact sums."""

import logging
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from onnxruntime.quantization import QuantFormat
from qnn.backends.target import EngineSettings
from qnn.frontends.onnx import import_model, import_onnx
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.exponents import power_of_two_multiples
from qnn.qdialect.interpreter import run
from qnn.qdialect.linear_sums import linear_sums
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.elementwise import MulOp
from qnn.qdialect.qnn.linear import ConvTranspose2dOp, LinearOpBase
from qnn.qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from qnn.qdialect.text import verify
from qnn.qdialect.types import bit_width, element_of, is_quant, unsigned
from qnn.qdialect.values import Dequantized
from qnn.tools.engines import engine_for
from support.exported import TO_DESIGN, exported, quantized, random_inputs
from support.onnx_models import run_onnxruntime
from support.opencl import needs_emulator
from torch import nn
from xdsl.dialects.builtin import f32

IMAGE = torch.zeros(1, 3, 6, 6)

LAYERS_ONLY = {"op_types_to_quantize": ["Conv", "Gemm", "MatMul"]}


class Combined(nn.Module):
    """Two convolutions, a function of both, an average without a quantizer, and scores."""

    def __init__(self, combine: Any, pool: nn.Module):
        super().__init__()
        torch.manual_seed(5)
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(3, 4, 1)
        self.combine, self.pool = combine, pool
        self.scores = nn.LazyLinear(3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scores(self.pool(self.combine(self.first(x), self.second(x))).flatten(1))


AVERAGES: dict[str, tuple[Any, nn.Module, dict[str, Any]]] = {
    "of a minimum": (torch.minimum, nn.AdaptiveAvgPool2d(1), {"form": QuantFormat.QOperator}),
    "of a softplus of a sum": (
        lambda a, b: nn.functional.softplus(a + b),
        nn.AdaptiveAvgPool2d(1),
        LAYERS_ONLY,
    ),
    "of a relu of a difference, with padding": (
        lambda a, b: (a - b).relu(),
        nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        LAYERS_ONLY,
    ),
}


def average(name: str) -> Any:
    combine, pool, options = AVERAGES[name]
    network = Combined(combine, pool)
    network(IMAGE)  # sets the size of its last layer
    return quantized(exported(network, IMAGE), **options)


@pytest.mark.parametrize("name", AVERAGES)
def test_averages_of_two_tensors(name: str) -> None:
    """onnxruntime sums floats in an order of its own, so it may be a level away."""
    model = average(name)
    inputs = list(random_inputs(model, 9).values())
    module = import_model(model)
    (found,), (wanted,) = run(module, inputs), run_onnxruntime(model, *inputs)
    np.testing.assert_allclose(found, wanted, atol=0.05)
    Pipeline.parse(TO_DESIGN, [CheckSemantics(inputs=inputs)]).apply(module)
    verify(module)


def transposed() -> Any:
    """The integer operators of onnxruntime, which lack a transposed convolution."""
    torch.manual_seed(3)
    layers = nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.ConvTranspose2d(6, 5, 2, 2), nn.ReLU()
    network = nn.Sequential(*layers, nn.Conv2d(5, 2, 1))
    return quantized(exported(network, IMAGE), QuantFormat.QOperator, reduce_range=True)


def test_float_weights_of_onnxruntime(caplog: pytest.LogCaptureFixture) -> None:
    model = transposed()
    module = import_model(model)
    inputs = list(random_inputs(model, 9).values())
    (found,), (wanted,) = run(module, inputs), run_onnxruntime(model, *inputs)
    step = np.diff(np.unique(wanted)).min()
    assert np.abs(found - wanted).max() < 1.01 * step
    assert np.mean(np.abs(found - wanted) > step / 2) < 0.01
    with caplog.at_level(logging.WARNING, "qnn"):
        Pipeline.parse("fold-bn", [CheckSemantics(inputs=inputs)]).apply(module)
    (layer,) = [op for op in module.walk() if isinstance(op, ConvTranspose2dOp)]
    assert is_quant(element_of(layer.output)) and bit_width(element_of(layer.weights)) > 24
    assert "its weights are float, and take" in caplog.text


MODELS = {"transposed": transposed, "pairs": lambda: average("of a softplus of a sum")}

RUNS = [
    ("transposed", "native"),
    pytest.param("pairs", "native", marks=pytest.mark.slow),
    pytest.param("transposed", "hls", marks=pytest.mark.slow),
    pytest.param("pairs", "hls", marks=pytest.mark.slow),
    pytest.param("transposed", "opencl", marks=[needs_emulator, pytest.mark.slow]),
]


@pytest.mark.parametrize(("name", "engine"), RUNS)
def test_engines_agree(name: str, engine: str) -> None:
    model = MODELS[name]()
    inputs = list(random_inputs(model, 4).values())
    (expected,) = engine_for(import_model(model), "reference").run(inputs)
    (found,) = engine_for(import_model(model), engine, settings=EngineSettings(bounded=True)).run(
        inputs
    )
    np.testing.assert_array_equal(found, expected)


@pytest.mark.filterwarnings("ignore")
def test_the_last_layer_of_brevitas_in_floats(tmp_path: Path) -> None:
    layers = pytest.importorskip("brevitas.nn")
    export = pytest.importorskip("brevitas.export")
    torch.manual_seed(2)
    network = nn.Sequential(
        layers.QuantIdentity(bit_width=8, return_quant_tensor=True),
        layers.QuantLinear(12, 8, bias=True, weight_bit_width=4),
        layers.QuantReLU(bit_width=4),
        nn.Linear(8, 3),
    ).eval()
    image = torch.rand(1, 12)
    network(image)
    path = str(tmp_path / "network.onnx")
    export.export_qonnx(network, image, path, dynamo=False)
    module = import_onnx(path)
    images = np.random.default_rng(1).random((20, 12)).astype(np.float32)
    wanted = network(torch.from_numpy(images)).detach().numpy()
    np.testing.assert_allclose(run(module, [images])[0], wanted, rtol=1e-4, atol=1e-5)
    Pipeline.parse(TO_DESIGN, [CheckSemantics(inputs=[images])]).apply(module)
    assert not any(isinstance(op, LinearOpBase) for op in module.walk())


@given(st.integers(0, 2**32))
def test_sums_with_float_weights_are_exact(seed: int) -> None:
    """The sum of fractions, rounded as the product with a scale is rounded."""
    rng = np.random.default_rng(seed)
    ints = rng.integers(-128, 128, (3, 9))
    weights = rng.normal(size=(2, 9)).astype(np.float32)
    scale = np.float64(np.float32(rng.uniform(0.001, 1)))
    x = Dequantized(ints, np.array(scale))
    found = linear_sums(x, weights, lambda x, w, pad: x @ w.T, 0, True)
    assert isinstance(found, Dequantized)
    multiples = power_of_two_multiples(weights, 60)
    assert multiples is not None and np.array_equal(multiples[0] * multiples[1], weights)
    for n, row in np.ndindex(3, 2):
        pairs = zip(ints[n].tolist(), weights[row].tolist(), strict=True)
        exact = sum(q * Fraction(w) for q, w in pairs) * Fraction(float(scale))
        assert abs(Fraction(float(found.value[n, row])) - exact) <= abs(exact) * Fraction(1, 2**23)


@given(st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), min_size=1, max_size=6))
def test_multiples_of_a_power_of_two_are_exact(values: list[float]) -> None:
    array = np.array(values, np.float32)
    found = power_of_two_multiples(array, 44)
    if found is None:
        sizes = np.abs(array[array != 0])
        assert not np.isfinite(array).all() or sizes.max() > 2.0**19 * sizes.min()
        return
    np.testing.assert_array_equal(found[0].astype(np.float64) * found[1], array)
    assert np.abs(found[0]).max() <= 2**44


def test_an_average_behind_a_product_is_exact() -> None:
    """Level 1 sums the integers behind a product: sums of its floats, which are rounded, differ at
    the middle between two levels."""
    scale, factor = np.float32(0.1), np.float32(0.3)
    program = Program()
    x = program.input(unsigned(8), (1, 4, 4, 2))
    dequantized = program.add(DequantizeOp(x, program.constant(scale, f32))).output
    product = program.add(MulOp(dequantized, program.constant(factor, f32))).output
    largest = program.add(MaxPoolOp(product, (2, 2), strides=(2, 2))).output
    mean = program.add(AvgPoolOp(largest, (2, 2))).output
    step = program.constant(np.float32(np.float64(scale) * factor / 2), f32)
    module = program.finish(program.add(QuantizeOp(mean, step, unsigned(8))).output)
    images = np.random.default_rng(0).integers(0, 128, (2000, 4, 4, 2))
    (wanted,) = run(module, [images])
    Pipeline.parse(TO_DESIGN).apply(module)
    np.testing.assert_array_equal(run(module, [images])[0], wanted)
