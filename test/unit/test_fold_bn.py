"""`fold-bn` on random networks: level 2 equals level 1 bit for bit, or the pass refuses."""

import numpy as np
import pytest
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics, observe, samples
from qnn.passes.fold_bn.choose_fold import MAX_INTEGER
from qnn.passes.fold_bn.fold_bn import FoldBnPass
from qnn.passes.fold_bn.threshold_search import find_thresholds
from qnn.qdialect.attributes import Rounding
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.program import Program
from qnn.qdialect.qnn import QnnOp
from qnn.qdialect.qnn.elementwise import AddOp
from qnn.qdialect.qnn.linear import Conv2dOp, LinearOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from qnn.qdialect.qnn.steps import LookupOp, ThresholdOp
from qnn.qdialect.refusal import Refusal
from qnn.qdialect.types import BipolarType, element_of, is_quant, signed, unsigned
from support.networks import Builder, assert_integer, trained_network
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.utils.exceptions import PassFailedException


def fold(module: ModuleOp, seed: int = 0) -> None:
    Pipeline(FoldBnPass(), hooks=[CheckSemantics(seed)]).apply(module)


@pytest.mark.parametrize("seeds", [range(16), pytest.param(range(16, 96), marks=pytest.mark.slow)])
def test_random_networks_keep_every_activation(seeds: range) -> None:
    for seed in seeds:
        module = trained_network(np.random.default_rng(seed))
        Pipeline.parse("fold-bn,minimize-accumulators", [CheckSemantics(seed)]).apply(module)
        assert_integer(module)


@pytest.mark.parametrize("seed", [193, 196])
def test_a_pool_after_a_negative_scale(seed: int) -> None:
    """The negative scale is that of the input, or of some weights."""
    fold(trained_network(np.random.default_rng(seed), 3))


def test_activations_are_equal_on_other_images() -> None:
    """`--check-semantics` compares on images of its own; these are others."""
    for seed in range(8):
        module = trained_network(np.random.default_rng(seed + 1000), depth=2)
        inputs = samples(entry_input_types(entry_of(module)), np.random.default_rng(seed))
        before = observe(module, inputs)
        FoldBnPass().apply(None, module)  # pyright: ignore
        after = observe(module, inputs)
        for name, values in after.layers.items():
            now, then = values[-1], before.layers[name][-1]
            np.testing.assert_array_equal(now, then, f"{name} in {seed}")


def residual(first: float, second: float, bits: int = 8) -> ModuleOp:
    """A network that adds two tensors of different scales and quantizes the sum."""
    program = Program()
    values = [program.input(signed(bits), (1, 3, 3, 2)) for _ in range(2)]
    builder = Builder(np.random.default_rng(0))
    builder.program = program
    floats = [
        program.add(DequantizeOp(value, builder.floats(scale))).output
        for value, scale in zip(values, (first, second), strict=True)
    ]
    total = program.add(AddOp(*floats)).output
    return program.finish(builder.quantized(total, bits))


@pytest.mark.parametrize("scales", [(0.5, 0.25), (0.1, 0.3), (0.0393936, 0.104195), (0.25, 0.25)])
def test_residual_adds_are_integer(scales: tuple[float, float]) -> None:
    module = residual(*scales)
    fold(module)
    ops = [op for op in module.walk() if isinstance(op, QnnOp)]
    assert any(isinstance(op, ThresholdOp | LookupOp) for op in ops)
    assert all(is_quant(element_of(op.output)) for op in ops if isinstance(op, AddOp))


def test_small_sums_without_multipliers_become_tables() -> None:
    module = residual(0.7, 0.7 * np.pi, bits=4)
    fold(module)
    kinds = {type(op) for op in module.walk()}
    assert kinds & {ThresholdOp, LookupOp}


def test_max_error_allows_inexact_multipliers() -> None:
    """Two tensors of nine bits have too many pairs for a table."""
    rng = np.random.default_rng(3)
    builder = Builder(rng)
    program = builder.program
    x, y = (program.input(signed(9), (1, 4)) for _ in range(2))
    a = program.add(DequantizeOp(x, builder.floats(0.1))).output
    b = program.add(DequantizeOp(y, builder.floats(0.3))).output
    total = program.add(AddOp(a, b)).output
    q = program.add(QuantizeOp(total, builder.floats(0.1), signed(8), rounding=Rounding.CEIL))
    module = program.finish(q.output)
    with pytest.raises(PassFailedException, match="no multipliers"):
        FoldBnPass().apply(None, module.clone())  # pyright: ignore
    close = module.clone()
    FoldBnPass(max_error=1).apply(None, close)  # pyright: ignore
    images = [rng.integers(-256, 256, (500, 4)) for _ in range(2)]
    exact, found = run(module, images)[0].astype(int), run(close, images)[0].astype(int)
    assert np.abs(exact - found).max() <= 1


def test_bisection_finds_the_thresholds_of_an_exhaustive_search() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        channels, levels = int(rng.integers(1, 5)), int(rng.integers(1, 9))
        low = rng.integers(-200, 0, channels)
        high = low + rng.integers(0, 400, channels)
        slopes, shifts = rng.normal(size=channels), rng.normal(size=channels) * 10

        def function(
            rows: np.ndarray,
            slopes: np.ndarray = slopes,
            shifts: np.ndarray = shifts,
            levels: int = levels,
        ) -> np.ndarray:
            return np.clip(np.rint(rows * slopes * 0.1 + shifts), 0, levels).astype(np.int64)

        steps = find_thresholds(function, low, high, 0, levels)
        values = np.arange(-200, 400)[:, None]
        inside = (values >= low) & (values <= high)
        reached = (values[..., None] >= steps.thresholds).sum(-1)
        found = np.where(steps.descending, levels - reached, reached)
        wanted = function(np.broadcast_to(values, inside.shape))
        np.testing.assert_array_equal(found[inside], wanted[inside])


def test_thresholds_at_the_ends_of_the_largest_range() -> None:
    low, high = np.array([-MAX_INTEGER, 0]), np.array([MAX_INTEGER, 0])
    for step in (-MAX_INTEGER + 1, 0, MAX_INTEGER):
        steps = find_thresholds(
            lambda rows, step=step: (rows >= step).astype(np.int64), low, high, 0, 2
        )
        assert steps.thresholds[0].tolist() == [step, MAX_INTEGER + 1]


def test_a_refusal_is_printed_as_place_reason_and_remedy() -> None:
    assert Refusal("it is float", "quantize it").message("Add_1") == (
        "Add_1: it is float; quantize it"
    )
    assert Refusal("it is float").message("Add_1") == "Add_1: it is float"


def test_float_weights_are_refused() -> None:
    program = Program()
    x = program.input(f32, (1, 3))
    w = program.constant(np.full((2, 3), 0.3, np.float32), f32, "w")
    module = program.finish(program.add(LinearOp(x, w)).output)
    with pytest.raises(PassFailedException, match=r"qnn\.linear: its weights are float"):
        FoldBnPass().apply(None, module)  # pyright: ignore


def test_one_bit_tensors_padded_with_zero_stay_one_bit() -> None:
    rng = np.random.default_rng(9)
    builder = Builder(rng)
    program = builder.program
    x = program.input(unsigned(8), (1, 5, 5, 3))
    image = program.add(DequantizeOp(x, builder.floats(1.0))).output
    first = builder.conv(image)
    one = builder.floats(1.0)
    bits = program.add(QuantizeOp(first, one, BipolarType())).output
    y = program.add(DequantizeOp(bits, one)).output
    w = builder.weights((4, 1, 1, y.type.get_shape()[-1]))  # pyright: ignore
    conv = program.add(Conv2dOp(y, w, pads=(1, 1, 1, 1))).output
    module = program.finish(builder.quantized(conv))
    fold(module)
    convs = [op for op in module.walk() if isinstance(op, Conv2dOp)]
    assert isinstance(element_of(convs[-1].x), BipolarType)
    assert convs[-1].pad_value.value.data == -1
