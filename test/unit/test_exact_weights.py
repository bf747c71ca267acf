"""Float weights that were quantized: grids and codebooks are recovered bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper
from qnn.frontends.onnx import import_model
from qnn.frontends.onnx.nodes.exact import MAX_GRID_STEPS, codebook_of, integer_weights
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.interpreter import run
from qnn.qdialect.qnn.linear import Conv2dOp, LinearOp
from qnn.qdialect.qnn.quantization import DequantizeOp
from qnn.qdialect.qnn.steps import LookupOp
from qnn.qdialect.types import BipolarType, TernaryType, element_of, is_quant, unsigned
from support.onnx_models import model_of
from support.oracles import Array

RNG = np.random.default_rng(8)


@given(st.integers(0, 2**32), st.integers(1, 7), st.booleans())
def test_grids_are_found(seed: int, bits: int, by_row: bool) -> None:
    rng = np.random.default_rng(seed)
    ints = rng.integers(-(1 << bits) + 1, 1 << bits, (5, 30))
    ints[:, 0], ints[:, 1] = 1, (1 << bits) - 1
    scale = rng.uniform(0.001, 2, (5 if by_row else 1, 1)).astype(np.float32)
    weights = (ints * scale.astype(np.float64)).astype(np.float32)
    found = integer_weights(weights)
    assert found is not None
    np.testing.assert_array_equal(found.array.view(np.int32), (weights + 0).view(np.int32))
    assert np.abs(found.ints).max() <= MAX_GRID_STEPS


@given(st.integers(0, 2**32))
def test_other_floats_stay_floats(seed: int) -> None:
    weights = np.random.default_rng(seed).standard_normal((6, 20)).astype(np.float32)
    assert integer_weights(weights) is None and codebook_of(weights) is None


@pytest.mark.parametrize(
    ("values", "element"),
    [([-1, 1], BipolarType()), ([-1, 0, 1], TernaryType()), ([-0.3, 0.3], BipolarType())],
)
def test_one_and_two_bits_are_typed_as_such(values: list[float], element: object) -> None:
    found = integer_weights(RNG.choice(np.array(values, np.float32), (4, 9)))
    assert found is not None and found.element == element


def test_integer_weights_have_scale_one() -> None:
    found = integer_weights(np.array([[2, -300], [400, 6]], np.float32))
    assert found is not None and found.scale == 1


@given(
    st.lists(st.floats(-4, 4, width=32).filter(lambda x: abs(x) > 1e-2), min_size=2, max_size=16)
)
def test_codebooks_hold_the_values_bit_for_bit(values: list[float]) -> None:
    entries = np.array(values, np.float32)
    weights = entries[np.random.default_rng(1).integers(0, len(entries), (16, 20))]
    found = codebook_of(weights)
    if found is None:
        assert np.abs(entries).max() / np.abs(entries).min() > 2**6
        return
    read = (found.table[found.indices] * found.scale).astype(np.float32)
    np.testing.assert_array_equal(read, weights)


ENTRIES = np.array([-1.1, -0.53, -0.17, 0.09, 0.31, 0.48, 0.77, 1.3], np.float32)


def network(weights: Array, gathered: bool) -> Array | object:
    """A quantized image, a convolution whose weights are read from a codebook, a quantizer."""
    quant = {"domain": "qonnx.custom_op.general", "signed": 1, "narrow": 0}
    nodes = [
        helper.make_node("Quant", ["x", "s", "z", "four"], ["a"], **quant),
        helper.make_node("Conv", ["a", "w"], ["c"], "Conv_0", pads=[1, 1, 1, 1]),
        helper.make_node("Quant", ["c", "t", "z", "four"], ["y"], "Quant_0", **quant),
    ]
    constants = {
        "s": np.float32(0.25),
        "t": np.float32(0.9),
        "z": np.float32(0),
        "four": np.float32(4),
    }
    if gathered:
        nodes.insert(0, helper.make_node("Gather", ["book", "i"], ["w"]))
        constants |= {"book": ENTRIES, "i": weights}
    else:
        constants["w"] = ENTRIES[weights]
    return model_of(nodes, {"x": np.zeros((1, 3, 6, 6), np.float32)}, constants, ["y"])


@pytest.mark.parametrize("gathered", [False, True])
def test_codebooks_stay_codebooks(gathered: bool) -> None:
    indices = RNG.integers(0, len(ENTRIES), (8, 3, 3, 3))
    module = import_model(network(indices, gathered))  # pyright: ignore
    x = RNG.standard_normal((6, 3, 6, 6)).astype(np.float32)
    before = run(module, [x])[0]
    Pipeline.parse("fold-bn,minimize-accumulators", [CheckSemantics()]).apply(module)
    np.testing.assert_array_equal(run(module, [x])[0], before)
    (conv,) = (op for op in module.walk() if isinstance(op, Conv2dOp))
    codebook = conv.weights.owner
    assert isinstance(codebook, LookupOp) and element_of(codebook.x) == unsigned(3)
    assert is_quant(element_of(conv.output))
    assert not any(
        isinstance(op.operands[0].owner, LookupOp)
        for op in module.walk()
        if isinstance(op, DequantizeOp)
    )


def test_activations_from_a_codebook() -> None:
    """Thresholds compute an index, and a table its value."""
    nodes = [
        helper.make_node(
            "MultiThreshold",
            ["x", "rows"],
            ["i"],
            "Steps",
            domain="finn.custom_op.general",
            data_layout="NC",
        ),
        helper.make_node("Cast", ["i"], ["j"], to=7),
        helper.make_node("Gather", ["book", "j"], ["a"], "Book"),
        helper.make_node("MatMul", ["a", "w"], ["y"], "Last"),
    ]
    constants = {
        "rows": np.sort(RNG.standard_normal((5, 7)).astype(np.float32)),
        "book": ENTRIES,
        "w": RNG.integers(-3, 4, (5, 4)).astype(np.float32),
    }
    x = RNG.standard_normal((9, 5)).astype(np.float32)
    model = model_of(nodes, {"x": x[:1]}, constants, ["y"])
    module = import_model(model)
    index = (x[..., None] >= constants["rows"]).sum(-1)
    expected = ENTRIES[index].astype(np.float64) @ constants["w"]
    np.testing.assert_allclose(run(module, [x])[0], expected, rtol=1e-6)
    Pipeline.parse("fold-bn", [CheckSemantics()]).apply(module)
    (last,) = (op for op in module.walk() if isinstance(op, LinearOp))
    assert is_quant(element_of(last.output))
