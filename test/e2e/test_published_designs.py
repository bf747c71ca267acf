"""Designs that were measured on boards: their cycles, their rate and their latency."""

import numpy as np
import pytest
from qnn.frontends.onnx import import_onnx
from qnn.hardware.cycles import play, play_bounded
from qnn.hardware.sizing import depths_for
from qnn.passes import Pipeline
from qnn.passes.folding import Fold, layers_of
from qnn.passes.tile import tile_design
from qnn.qdialect.stream import DesignOp
from qnn.qdialect.stream.compute import WeightedProcess
from qnn.qdialect.stream.types import channel_of
from support.real_networks import folder

CNV = {
    "cnvW1A1_cifar10": (
        [(3, 16), (32, 32), (32, 16), (32, 16), (32, 4), (32, 1), (4, 1), (8, 1)],
        [32_400, 28_224, 20_736, 28_800, 20_736, 18_432, 32_768, 32_768],
        3050.0,
    ),
    "cnvW2A2_cifar10": (
        [(3, 8), (16, 16), (16, 8), (16, 8), (8, 4), (8, 1), (2, 1), (2, 2)],
        [64_800, 112_896, 82_944, 115_200, 82_944, 73_728, 65_536, 65_536],
        860.1,
    ),
}
"""SIMD and PE of each layer but the last, its cycles, and frames a second at 100 MHz."""

MEASURED_LATENCY = 158_400
"""Cycles of one image alone, CNV W1A1."""


def weighted(design: DesignOp) -> dict[str, WeightedProcess]:
    """The layers with weights, which is what foldings were published for."""
    layers = {name: found[0] for name, found in layers_of(design).items()}
    return {name: layer for name, layer in layers.items() if isinstance(layer, WeightedProcess)}


def folded(name: str) -> DesignOp:
    module = import_onnx(str(folder() / f"{name}.onnx"))
    Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
    (design,) = (op for op in module.ops if isinstance(op, DesignOp))
    choices = zip(weighted(design), CNV[name][0], strict=False)
    tile_design(design, folds={layer: Fold(pe, simd) for layer, (simd, pe) in choices})
    module.verify()
    return design


@pytest.mark.parametrize("name", CNV)
def test_cycles_and_rate(name: str) -> None:
    design = folded(name)
    cycles = [process.interval for process in weighted(design).values()]
    assert cycles[:-1] == CNV[name][1]
    interval = int(np.diff(play(design, 3).finished(design))[-1])
    assert abs(1e8 / interval / CNV[name][2] - 1) < 0.01


def test_bounded_channels_keep_the_rate() -> None:
    design = folded("cnvW1A1_cifar10")
    depths = depths_for(design)
    assert int(np.diff(play_bounded(design, 5, depths).finished(design))[-1]) == 32_768
    assert sum(depth * channel_of(value).word_bits for value, depth in depths.items()) < 40_000


def test_latency() -> None:
    """Nothing is tuned to it; the board pads its last layer to 64 labels, 3,000 cycles more."""
    assert abs(play(folded("cnvW1A1_cifar10")).cycles / MEASURED_LATENCY - 1) < 0.05
