"""Real trained networks as designs: tiled, packed and sized, they compute the same at full rate."""

import numpy as np
import pytest
from qnn.frontends.onnx import import_onnx
from qnn.hardware.search.space import space_of
from qnn.hardware.search.tiling import Tiler
from qnn.hardware.timing.fifo_depths import depths_for
from qnn.hardware.timing.schedule import schedule_of
from qnn.hardware.timing.simulate import simulate
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.passes.tile.goal import Goal
from qnn.passes.tile.tile import tile_design
from support.design import design_of
from support.real_networks import NETWORKS, folder


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*NETWORKS, "autoencoder_int8_qdq"} - {"rn07_w8a8"}))
def test_designs(name: str) -> None:
    """Half way between the fastest folding and the slowest."""
    module = import_onnx(str(folder() / f"{name}.onnx"))
    Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
    design = design_of(module)
    tiler = Tiler(space_of(design, "xilinx"))
    cycles = int(np.sqrt(float(tiler.min_cycles()) * float(tiler.candidate_cycles()[-1])))
    check = CheckSemantics(1)
    check.start(module)
    tile_design(design, Goal(clock_mhz=100, fps=1e8 / cycles))
    Pipeline.parse("pack-bits", [check]).apply(module)
    interval = max(schedule_of(process).interval for process in design.processes)
    assert interval <= cycles
    run = simulate(design, 10, depths_for(design))
    assert np.diff(run.finished(design))[-1] == interval
