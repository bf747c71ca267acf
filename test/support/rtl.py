"""Designs as SystemVerilog: several are compiled as one program and compared with the interpreter
and with the cycle model."""

from collections.abc import Callable, Sequence
from pathlib import Path

from qnn.backends.netlist.weighted import CopiedWeightsInstance, WeightsInstance
from qnn.backends.rtl.printer import emit
from qnn.backends.rtl.simulator import Simulation, Timing
from qnn.backends.rtl.source_files import RtlSource
from qnn.hardware.timing.simulate import simulate
from qnn.passes import Pipeline
from qnn.qdialect.data import Array
from qnn.qdialect.stream import DesignOp
from xdsl.dialects.builtin import ModuleOp, StringAttr

from .design import design_of
from .generate import Choices
from .hls import assert_results, frames_for

FRAMES = 3


def emit_all(modules: Sequence[ModuleOp]) -> tuple[list[DesignOp], list[RtlSource]]:
    """The designs of some modules, with depths, and their sources under different names."""
    for module in modules:
        design_of(module).target = StringAttr("rtl")
        Pipeline.parse("size-fifos").apply(module)
    designs = [design_of(module) for module in modules]
    return designs, [emit(design, f"d{n}") for n, design in enumerate(designs)]


FrameMaker = Callable[[Choices, DesignOp, int], list[Array]]


def assert_same(
    modules: Sequence[ModuleOp],
    choices: Choices,
    folder: Path,
    frames_for: FrameMaker = frames_for,
) -> None:
    """Each design gives the interpreter's numbers in the cycles of the model; with random waits at
    the ports, it gives the same numbers.

    The model does not know the cycles in which weights are copied into UltraRAM."""
    designs, sources = emit_all(modules)
    frames = [frames_for(choices, design, FRAMES) for design in designs]
    simulation = Simulation(sources, folder, optimize=False).build()
    results, timings = simulation.run_timed(frames)
    for design, inputs, found in zip(designs, frames, results, strict=True):
        assert_results(design, inputs, found)
    for design, source, timing in zip(designs, sources, timings, strict=True):
        if not any(isinstance(i, CopiedWeightsInstance) for i in source.netlist.instances):
            assert_cycles(design, source, timing)
    stalled = simulation.run(frames, choices.integer(0, 1 << 30))
    for design, inputs, found in zip(designs, frames, stalled, strict=True):
        assert_results(design, inputs, found)


def assert_cycles(design: DesignOp, source: RtlSource, timing: Timing) -> None:
    """Every frame ends in the cycle of the model, and every channel holds as many words."""
    timeline = simulate(design, FRAMES)
    ends = [max(cycles) for cycles in zip(*timing.ends.values(), strict=True)]
    assert ends == timeline.finished(design).tolist(), str(design)
    values = [value for process in design.processes for value in process.results]
    instances = [i for i in source.netlist.instances if not isinstance(i, WeightsInstance)]
    channels = [channel.name for instance in instances for channel in instance.writes]
    peaks = {name: timing.peaks[name] for name in channels}
    expected = [timeline.occupancy(value) for value in values]
    assert peaks == dict(zip(channels, expected, strict=True)), str(design)
