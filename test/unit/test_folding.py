"""Folded designs compute the same results, at the rate that their folding predicts."""

from pathlib import Path

import numpy as np
import pytest
from qnn.hardware.timing.schedule import schedule_of
from qnn.hardware.timing.simulate import simulate, simulate_unbounded
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.passes.tile.folding_file import read_folding, write_folding
from qnn.passes.tile.layer_folding import FoldingError, LayerFolding, foldable_layers, folding_of
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream.compute import MatvecOp
from qnn.tools.qnn_opt import main
from support.design import design_of
from support.foldings import random_fold
from support.networks import trained_network
from support.program import read_module
from xdsl.dialects.builtin import StringAttr
from xdsl.utils.exceptions import PassFailedException


@pytest.mark.parametrize(
    ("seeds", "least"),
    [(range(200, 205), 3), pytest.param(range(205, 260), 40, marks=pytest.mark.slow)],
)
def test_random_foldings_of_random_networks(seeds: range, least: int, tmp_path: Path) -> None:
    folded = 0
    for seed in seeds:
        module, rng = trained_network(np.random.default_rng(seed)), np.random.default_rng(seed)
        try:
            Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
        except PassFailedException:
            continue
        layers = [p for p in design_of(module).processes if p.FOLDS_BY_NAME]
        for number, process in enumerate(layers):
            process.properties["layer"] = StringAttr(f"layer{number}")
        folds = {
            name: random_fold(layer, rng)
            for name, (layer,) in foldable_layers(design_of(module)).items()
        }
        file = tmp_path / "fold.json"
        write_folding(str(file), folds)
        assert read_folding(str(file)) == folds
        Pipeline.parse(f'tile{{folding="{file}"}}', [CheckSemantics(seed)]).apply(module)
        for name, (layer,) in foldable_layers(design_of(module)).items():
            for given, got in zip(
                vars(folds[name]).values(), vars(folding_of(layer)).values(), strict=True
            ):
                assert given in (None, got), f"{name}: {folds[name]} became {folding_of(layer)}"
            if isinstance(layer, MatvecOp):
                rows, cols = layer.rows.shape
                pe, simd = layer.parallelism
                folds_of = rows // pe * (cols // simd)
                assert schedule_of(layer).interval == layer.vectors * folds_of
        slowest = max(schedule_of(p).interval for p in design_of(module).processes)
        assert (
            np.diff(simulate_unbounded(design_of(module), 4).finished(design_of(module)))[-1]
            == slowest
        )
        Pipeline.parse("size-fifos").apply(module)
        steps = np.diff(simulate(design_of(module), 8).finished(design_of(module)))
        assert steps[-1] == slowest, f"seed {seed}: {steps} for {slowest}"
        folded += 1
    assert folded > least


TWO_LAYERS = """
func.func @main(%x: tensor<1x6xsi4>) -> tensor<1x4xsi12> {
  %w = qnn.constant @w : tensor<8x6xsi2>
  %a = qnn.linear %x, %w {layer = "Gemm_0"} : (tensor<1x6xsi4>, tensor<8x6xsi2>) -> tensor<1x8xsi8>
  %t = qnn.constant [[0]] : tensor<1x1xui1>
  %q = qnn.threshold %a, %t : (tensor<1x8xsi8>, tensor<1x1xui1>) -> tensor<1x8x!qnn.bipolar>
  %v = qnn.constant @v : tensor<4x8xsi2>
  %y = qnn.linear %q, %v {layer = "Gemm_1"}
    : (tensor<1x8x!qnn.bipolar>, tensor<4x8xsi2>) -> tensor<1x4xsi12>
  func.return %y : tensor<1x4xsi12>
}
qnn.data @w "0x1b1b1b1b1b1b1b1b1b1b1b1b" : tensor<8x6xsi2>
qnn.data @v "0x1b1b1b1b1b1b1b1b" : tensor<4x8xsi2>
"""


def test_a_repack_joins_channels_of_different_words() -> None:
    module = read_module(TWO_LAYERS)
    Pipeline.parse("stream-lower").apply(module)
    design = design_of(module)
    tile_design(design, folds={"Gemm_0": LayerFolding(4, 3), "Gemm_1": LayerFolding(2, 8)})
    module.verify()
    lanes = [
        (p.name[7:], [c.lanes.data for c in (*p.inputs, *p.outputs)]) for p in design.processes
    ]
    assert lanes == [
        ("source", [3]),
        ("matvec", [3, 4]),
        ("repack", [4, 8]),
        ("matvec", [8, 2]),
        ("sink", [2]),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"Gem_0": {"pe": 2}}', "unknown layer 'Gem_0'; did you mean Gemm_0?"),
        (
            '{"Gemm_0": {"PEE": 2}}',
            "layer 'Gemm_0': no key 'PEE'; available: dsp, pe, simd, storage",
        ),
        ('{"Gemm_0": {"sim": 2}}', "layer 'Gemm_0': no key 'sim'; did you mean simd?"),
        ('{"Gemm_0": {"pe": 3}}', "layer 'Gemm_0': pe = 3 does not divide 8; the nearest is 2"),
        ('{"Gemm_1": {"simd": 6}}', "layer 'Gemm_1': simd = 6 does not divide 8; the nearest is 4"),
        ('{"Gemm_0": {"pe": "4"}}', "layer 'Gemm_0': pe must be an integer above 0"),
        ('{"Gemm_0": 4}', 'layer \'Gemm_0\': expected {"pe": ..., "simd": ...}'),
        ('{"Gemm_0": {"pe": 0}}', "layer 'Gemm_0': pe must be an integer above 0"),
        ('{"Gemm_0": {"dsp": 1}}', "layer 'Gemm_0': dsp must be true or false"),
        ('{"Gemm_0": {"storage": "blok"}}', "no storage 'blok'; did you mean block?"),
        ('{"Gemm_0": {}, "Gemm_0": {}}', "'Gemm_0' is given twice"),
        ("[]", "expected a JSON object with an entry for each layer"),
        ("{", "is not valid JSON: "),
    ],
)
def test_folding_files_with_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    net, file = tmp_path / "net.mlir", tmp_path / "fold.json"
    net.write_text(TWO_LAYERS)
    file.write_text(text)
    assert main(["--stream-lower", f"--tile=folding={file}", str(net)]) == 1
    told = capsys.readouterr().err
    assert message in told and told.count("\n") == 1


def test_a_folding_file_that_is_missing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    net = tmp_path / "net.mlir"
    net.write_text(TWO_LAYERS)
    assert main(["--stream-lower", "--tile=folding=none.json", str(net)]) == 1
    assert "none.json: no such file or directory" in capsys.readouterr().err
    assert main(["--tile=folding=none.json", str(net)]) == 1


def test_words_that_are_too_wide_are_refused(tmp_path: Path) -> None:
    text = TWO_LAYERS.replace("6x", "4096x").replace("x6x", "x4096x").replace("si8", "si20")
    module = read_module(text.replace("1b1b1b1b1b1b1b1b1b1b1b1b", "1b" * 8192))
    Pipeline.parse("stream-lower").apply(module)
    with pytest.raises(FoldingError, match=r"simd = 4096 needs words of .* the nearest is 1024"):
        tile_design(design_of(module), folds={"Gemm_0": LayerFolding(1, 4096)})
