"""The operations and bits of a network, compared with counts by hand."""

import re
from math import log2
from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from qnn.frontends.onnx import import_model
from qnn.frontends.onnx.registry import HANDLERS
from qnn.tools.network_summary import LayerSummary, describe_levels, layer_summaries, summary_table
from qnn.tools.qnn import main
from qnn.tools.tables import short_names, with_unit_prefix
from support.onnx_models import model_of, one_node

RNG = np.random.default_rng(1)
IMAGE = np.zeros((1, 4, 7, 6), np.float32)


def layer(op: str, *shape: int, **attributes: object) -> LayerSummary:
    w = RNG.standard_normal(shape).astype(np.float32)
    (found,) = layer_summaries(import_model(one_node(op, IMAGE, w, **attributes)))
    return found


def test_convolution() -> None:
    found = layer("Conv", 5, 4, 3, 3)
    assert (found.kind, found.shape) == ("conv2d", (5, 4, 5))
    assert (found.macs, found.parameters) == (5 * 4 * 5 * 4 * 9, 5 * 4 * 9)
    assert found.bops == pytest.approx(found.macs * (32 * 32 + 64 + log2(36)))


def test_groups() -> None:
    assert layer("Conv", 6, 2, 3, 3, group=2).kind == "conv2d in groups"
    found = layer("Conv", 4, 1, 3, 3, group=4)
    assert (found.kind, found.macs) == ("depthwise", 5 * 4 * 4 * 9)


def test_transposed_convolution() -> None:
    assert layer("ConvTranspose", 4, 5, 2, 2, strides=[2, 2]).macs == 7 * 6 * 4 * 5 * 4


def test_moves_keep_bits_of_quantizer() -> None:
    """Ops that only move elements keep the bits of the quantizer before them."""
    quant = {"domain": "qonnx.custom_op.general", "signed": 1, "narrow": 0}
    nodes = [
        helper.make_node("Quant", ["x", "s", "z", "three"], ["a"], **quant),
        helper.make_node("MaxPool", ["a"], ["b"], kernel_shape=[7, 6]),
        helper.make_node("Flatten", ["b"], ["c"]),
        helper.make_node("Quant", ["w", "s", "z", "five"], ["v"], **quant),
        helper.make_node("MatMul", ["c", "v"], ["y"], "the_layer"),
    ]
    constants = {
        "s": np.float32(0.5),
        "z": np.float32(0),
        "three": np.float32(3),
        "five": np.float32(5),
        "w": np.arange(-20, 20, dtype=np.float32).reshape(4, 10) / 3,
    }
    (found,) = layer_summaries(import_model(model_of(nodes, {"x": IMAGE}, constants, ["y"])))
    assert (found.name, found.activation_bits, found.weight_bits) == ("the_layer", 3, 5)
    assert found.macs == found.parameters == 40


def test_concat_keeps_bits_of_quantizers() -> None:
    """The bits of joined values are those of the widest; a diamond of joins is walked once."""
    quant = {"domain": "qonnx.custom_op.general", "signed": 1, "narrow": 0}
    joins = [helper.make_node("Concat", [f"c{k}"] * 2, [f"c{k + 1}"], axis=1) for k in range(6)]
    nodes = [
        helper.make_node("Quant", ["x", "s", "z", "three"], ["a"], **quant),
        helper.make_node("Quant", ["x", "s", "z", "five"], ["b"], **quant),
        helper.make_node("Concat", ["a", "b"], ["c0"], axis=1),
        *joins,
        helper.make_node("Conv", ["c6", "w"], ["y"]),
    ]
    constants = {name: np.float32(n) for name, n in [("s", 0.5), ("z", 0), ("three", 3)]}
    constants |= {"five": np.float32(5), "w": np.ones((1, 8 << 6, 1, 1), np.float32)}
    (found,) = layer_summaries(import_model(model_of(nodes, {"x": IMAGE}, constants, ["y"])))
    assert found.activation_bits == 5


def test_table() -> None:
    text = summary_table([LayerSummary("n" * 100, "conv2d", 2, 3, (4, 5, 6), 1234567, 89, 2.5e9)])
    head, row, total = text.splitlines()
    assert head.split()[0] == "layer" and len(head) == len(row) <= 130
    assert "4x5x6" in row and "1,234,567" in row
    assert total == "1 layer: 1,234,567 MACs, 89 parameters, 2.5 GBOPs"


def test_long_names_keep_both_ends() -> None:
    """Layers of one block differ at the end of their names, blocks at the beginning."""
    names = [f"/{block}/{'middle/' * 20}{layer}" for block in "ab" for layer in ("conv1", "conv2")]
    text = summary_table([LayerSummary(name, "conv2d", 2, 3, (4,), 1, 1, 1.0) for name in names])
    assert len({line.split()[0] for line in text.splitlines()[1:-1]}) == 4


@pytest.mark.parametrize(
    ("count", "text"), [(1.5, "0.0015 k"), (2e6, "2 M"), (12.34e9, "12.3 G"), (5e12, "5 T")]
)
def test_magnitudes(count: float, text: str) -> None:
    assert with_unit_prefix(count) == text


def quantized_layer(*steps: str) -> str:
    """The summary of a layer between quantizers, with ops in between."""
    quant = {"domain": "qonnx.custom_op.general", "signed": 1, "narrow": 0}
    nodes = [
        helper.make_node("Quant", ["x", "s", "z", "four"], ["a"], **quant),
        helper.make_node("MatMul", ["a", "w"], ["b0"], "the_layer"),
        *(helper.make_node(op, [f"b{k}"], [f"b{k + 1}"]) for k, op in enumerate(steps)),
        helper.make_node("Quant", [f"b{len(steps)}", "s", "z", "four"], ["y"], **quant),
    ]
    constants = {"s": np.float32(0.5), "z": np.float32(0), "four": np.float32(4)}
    constants["w"] = np.arange(-20, 20, dtype=np.float32).reshape(4, 10)
    return describe_levels(
        import_model(model_of(nodes, {"x": IMAGE[0, :, 0].T[:1]}, constants, ["y"]))
    )


def test_summary_counts_folded_layers() -> None:
    folds = "fold-bn makes every layer integer; it absorbs 2 dequantize, 1 quantize"
    level = "the network reaches level 3: qnn compile can make a design of it"
    assert quantized_layer() == f"{folds}\n{level}"
    assert quantized_layer("Relu", "Tanh") == f"{folds}, 1 relu, 1 tanh\n{level}"


def test_summary_names_layers_that_stay_float() -> None:
    reason = 'qnn.quantize "Quant_3": its input comes from qnn.softmax "Softmax_2", which is not an'
    text = quantized_layer("Softmax", "Relu").replace("Quant_4", "Quant_3")
    assert reason in text and "the network stays at level 1" in text


def test_summary_gives_the_reason_for_level_2() -> None:
    """All layers become integers, but no process joins several images."""
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "s"], ["a"]),
        helper.make_node("Conv", ["a", "w"], ["b"]),
        helper.make_node("QuantizeLinear", ["b", "s", "z"], ["c"]),
        helper.make_node("DequantizeLinear", ["c", "s", "z"], ["d"]),
        helper.make_node("Concat", ["d", "d"], ["y"], "twice", axis=0),
    ]
    constants = {"s": np.float32(0.5), "z": np.int8(0), "w": np.eye(3, dtype=np.float32)}
    constants["w"] = constants["w"].reshape(3, 3, 1, 1)
    x = np.zeros((1, 3, 4, 4), np.int8)
    text = describe_levels(import_model(model_of(nodes, {"x": x}, constants, ["y"])))
    assert 'stream-lower: qnn.concat "twice": its axis 0 is the batch; only the axes of' in text
    assert text.endswith("the network reaches level 2: it cannot become hardware yet")


def test_import_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, output, array = (str(tmp_path / n) for n in ("m.onnx", "m.mlir", "y.npy"))
    w = RNG.standard_normal((4, 3)).astype(np.float32)
    row = np.zeros((1, 4), np.float32)
    Path(model).write_bytes(one_node("MatMul", row, w).SerializeToString())
    assert main(["import", model, "-o", output, "--input", "x=si4*0.5"]) == 0
    assert "1 layer: 12 MACs" in capsys.readouterr().out
    x = np.array([[-8, 0, 1, 7]])
    np.save(tmp_path / "x.npy", x)
    assert main(["run", output, "--input", str(tmp_path / "x.npy"), "-o", array]) == 0
    np.testing.assert_allclose(np.load(array), x.astype(np.float32) / 2 @ w, rtol=1e-6)
    np.save(tmp_path / "x.npy", x.astype(np.float32) / 2)
    assert main(["run", model, "--input", str(tmp_path / "x.npy"), "-o", array]) == 0
    np.testing.assert_allclose(np.load(array), x.astype(np.float32) / 2 @ w, rtol=1e-6)


def test_failed_import_keeps_the_old_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, output = tmp_path / "m.onnx", tmp_path / "m.mlir"
    output.write_text("good")
    model.write_bytes(one_node("Zoom", IMAGE).SerializeToString())
    assert main(["import", str(model), "-o", str(output)]) == 1
    expected = (
        'qnn: node "the_node" (Zoom): this operator is not supported: '
        "replace it or remove it before export\n"
    )
    assert capsys.readouterr().err == expected
    assert output.read_text() == "good" and len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "text",
    [
        *("x", "x=i4", "x=si65", "=si4", "x=f32"),
        *(f"x=si4*{scale}" for scale in ("", "much", "0", "nan", "inf", "1e60", "1e-60")),
    ],
)
def test_invalid_input_types(text: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["import", "m.onnx", "--input", text])
    assert caught.value.code == 2


JOINED = "relu/Relu;norm/Norm;net/conv_{0}/BiasAdd/resource;net/conv_{0}/Conv2D"
X = "x" * 70


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["conv1", X[:60]], ["conv1", X[:60]]),
        ([X], [f"{X[:28]}...{X[:28]}"]),
        ([JOINED.format(1), JOINED.format(12)], ["...net/conv_1/Conv2D", "...net/conv_12/Conv2D"]),
        ([f"{X[:40]}{c}{X}" for c in "ab"], [f"{X[:40]}{c}{X[:16]}..." for c in "ab"]),
        ([f"{X}/{c}/{X}" for c in "ab"], [f"...{c}/{X[:23]}...{X[:28]}" for c in "ab"]),
        ([f"{X}{c}{X}" for c in "ab"], [f"{X}{c}{X}" for c in "ab"]),
    ],
    ids=["short", "alone", "joined", "ends alike", "paths alike", "all alike"],
)
def test_different_layers_have_different_names(names: list[str], short: list[str]) -> None:
    """Long names that differ are shortened to different names."""
    assert list(short_names(names).values()) == short


def test_the_import_page_lists_every_operator() -> None:
    page = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
    listed = re.search(r"models with these\s+operators:\n\n(.+?)\.\n\n", page, re.DOTALL)
    assert listed is not None
    names = [name.split()[0] for name in re.sub(r"\([^)]*\)", "", listed[1]).split(",")]
    known = [
        name
        for name, operator in HANDLERS.items()
        if operator.handler.__module__.startswith("qnn.frontends.onnx")
    ]
    assert names == sorted(known, key=str.lower)
