"""Designs that were measured on boards: their cycles, their rate and their latency."""

import numpy as np
import pytest
from qnn.hardware.cycles import play, play_bounded
from qnn.hardware.sizing import depths_for
from qnn.passes.tile import tile_design
from qnn.qdialect.stream import DesignOp
from qnn.qdialect.stream.types import channel_of
from support.published import CNV, folds, lowered, weighted

MEASURED_LATENCY = 158_400
"""Cycles of one image alone, CNV W1A1."""


def folded(name: str) -> DesignOp:
    design = lowered(name)
    tile_design(design, folds=folds(design, name))
    design.verify()
    return design


@pytest.mark.parametrize("name", CNV)
def test_cycles_and_rate(name: str) -> None:
    design = folded(name)
    cycles = [process.interval for process in weighted(design).values()]
    assert cycles[:-1] == CNV[name].cycles
    interval = int(np.diff(play(design, 3).finished(design))[-1])
    assert abs(1e8 / interval / CNV[name].fps - 1) < 0.01


def test_bounded_channels_keep_the_rate() -> None:
    design = folded("cnvW1A1_cifar10")
    depths = depths_for(design)
    assert int(np.diff(play_bounded(design, 5, depths).finished(design))[-1]) == 32_768
    assert sum(depth * channel_of(value).word_bits for value, depth in depths.items()) < 40_000


def test_latency() -> None:
    """Nothing is tuned to it; the board pads its last layer to 64 labels, 3,000 cycles more."""
    assert abs(play(folded("cnvW1A1_cifar10")).cycles / MEASURED_LATENCY - 1) < 0.05
