"""Designs as SystemVerilog: several are compiled as one program and compared with the interpreter."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from qnn.backends.rtl.printer import emit
from qnn.backends.rtl.simulator import Simulation
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import interpreter_of
from xdsl.dialects.builtin import ModuleOp

from .design import design_of
from .generate import Choices
from .hls import frames_for, module_of

SEEDS = None, 5
"""Without waits at the ports, and with random ones."""


def assert_same(modules: Sequence[ModuleOp], choices: Choices, folder: Path) -> None:
    """Each design gives the interpreter's numbers for two or three frames."""
    for module in modules:
        Pipeline.parse("size-fifos").apply(module)
    designs = [design_of(module) for module in modules]
    sources = [emit(design, f"d{n}") for n, design in enumerate(designs)]
    frames = [frames_for(choices, design, choices.integer(2, 3)) for design in designs]
    simulation = Simulation(sources, folder, optimize=False).build()
    for seed in SEEDS:
        results = simulation.run(frames, seed)
        for design, inputs, found in zip(designs, frames, results, strict=True):
            expected = interpreter_of(module_of(design)).call_op(design, tuple(inputs))
            for wanted, result in zip(expected, found, strict=True):
                assert wanted.dtype == result.dtype
                np.testing.assert_array_equal(result, wanted, str(design))
