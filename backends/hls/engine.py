"""An engine that runs designs as HLS C++, compiled with g++ once and cached.

run(module, [images], engine=HlsEngine(folder))
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ...qdialect.data import Array
from ...qdialect.stream import DesignOp, SinkOp, SourceOp
from ...qdialect.stream.linked_designs import LinkedDesigns
from ..build_cache import fingerprint, user_cache
from ..golden_vectors import write
from ..gxx import build_program, find_gxx, gxx_version
from ..linked_engine import LinkedEngine
from ..programs import Commands, Launch, PartProgram
from ..target import EngineSettings
from .library import UMBRELLA, library, umbrella_header
from .printer import emit
from .simulator import PROCESSOR_COUNT, Simulation, vendor_headers
from .source_files import HlsSource

LOG = logging.getLogger(__name__)

SIMULATION_CYCLES = 1_000_000
"""The cycles per frame of a design without a folding file: g++ simulates it about the fastest."""


def hls_engine(settings: EngineSettings) -> "HlsEngine":
    """The engine of `qnn run`; raises if something that it needs is not installed."""
    find_gxx()
    vendor_headers()
    return HlsEngine(user_cache("hls"), settings.bounded)


class HlsEngine:
    """Runs designs as HLS C++.

    Compiled programs are cached in a folder, each under the fingerprint of the design's sources,
    the library's headers, and the compiler.
    """

    def __init__(self, cache: Path | str, bounded: bool = False):
        self.cache = Path(cache)
        self.bounded = bounded
        self.simulations: dict[DesignOp, Simulation] = {}

    def cycles_per_frame(self, design: DesignOp) -> int:
        return SIMULATION_CYCLES

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        if design not in self.simulations:
            self.simulations[design] = self.simulation_of(emit(design))
            LOG.info("simulating the design")
        return self.simulations[design].run([inputs])[0]

    def for_parts(self, linked: LinkedDesigns, links: Mapping[SourceOp, SinkOp]) -> LinkedEngine:
        """Runs a program for each part, all in parallel."""
        return LinkedEngine(linked, links, self.program)

    def program(self, design: DesignOp) -> PartProgram:
        """The program of a part."""
        source = emit(design)
        program = self.simulation_of(source).program
        return PartProgram(
            source, source.top, lambda folder, _: Launch([program, folder], program.parent)
        )

    def simulation_of(self, source: HlsSource) -> Simulation:
        """The simulation of a design, compiled unless it is in the cache."""
        simulation = Simulation([source], self.cache, self.bounded, units=PROCESSOR_COUNT)
        cached = replace(simulation, folder=self.cache / simulation_fingerprint(simulation))

        def compile_design(new: Path) -> None:
            LOG.info("compiling the design with g++")
            headers = self.headers(replace(simulation, sources=[]))
            replace(simulation, folder=new, headers=headers).build()

        build_program(cached.folder, compile_design)
        return cached

    def headers(self, simulation: Simulation) -> Path:
        """The folder with the library's headers, precompiled unless it is in the cache."""
        folder = self.cache / f"headers-{simulation_fingerprint(simulation)}"

        def compile_headers(new: Path) -> None:
            write({UMBRELLA: umbrella_header()}, new)
            command = ["-x", "c++-header", UMBRELLA, "-o", f"{UMBRELLA}.gch"]
            with Commands(new) as commands:
                replace(simulation, folder=new).compile(commands, *command)

        build_program(folder, compile_headers)
        return folder


def simulation_fingerprint(simulation: Simulation) -> str:
    """A name for a program: it differs if the sources, the headers or the compiler differ."""
    search_paths = [os.environ.get(name, "") for name in ("CPATH", "CPLUS_INCLUDE_PATH")]
    parts: list[str | bytes] = [gxx_version(), *search_paths, *simulation.options]
    for path in sorted(vendor_headers().rglob("*.h")):
        parts += [path.name, path.read_bytes()]
    for name, content in {**library(), **simulation.files}.items():
        parts += [name, content]
    return fingerprint(parts)
