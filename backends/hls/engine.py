"""Emitted designs in place of the interpreter, compiled once and kept.

run(module, [images], engine=HlsEngine(folder))
"""

import logging
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ...qdialect.data import Array
from ...qdialect.stream import DesignOp
from .. import build_cache as kept
from ..linked_engine import Launch, Program
from .printer import emit
from .simulator import HERE, PROCESSORS, Simulation, SimulationError, compiler, vendor_headers
from .source_files import Emitted

LOG = logging.getLogger(__name__)


class HlsEngine:
    """Runs designs as HLS C++.

    Programs are kept in a folder, each under a name that stands for all that went into it: the
    design's sources, the library's, and the compiler. Nothing there is ever changed, and a program
    that is not finished is never there.
    """

    def __init__(self, kept: Path | str, bounded: bool = False):
        self.kept = Path(kept)
        self.bounded = bounded
        self.simulations: dict[DesignOp, Simulation] = {}

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        if design not in self.simulations:
            self.simulations[design] = self.simulation_of(emit(design))
            LOG.info("simulating the design")
        return self.simulations[design].run([inputs])[0]

    def program(self, design: DesignOp) -> Program:
        """A part of a network, ready to be run with the others."""
        emitted = emit(design)
        simulation = self.simulation_of(emitted)
        program = simulation.folder.resolve() / "simulation"
        return Program(
            emitted, emitted.top, lambda folder, _: Launch([program, folder], program.parent)
        )

    def simulation_of(self, emitted: Emitted) -> Simulation:
        """The program of a design, compiled if it is not there yet."""
        simulation = Simulation([emitted], self.kept, self.bounded, units=PROCESSORS)
        folder = self.kept / fingerprint(simulation)
        if not (folder / "simulation").exists():
            LOG.info("compiling the design with g++")
            headers = self.headers(replace(simulation, designs=[]))
            self.keep(
                folder / "simulation",
                lambda new: replace(simulation, folder=new, headers=headers).build(),
            )
        return replace(simulation, folder=folder)

    def headers(self, simulation: Simulation) -> Path:
        """The folder with the library's headers, precompiled if they are not there yet."""
        folder, header = self.kept / f"headers-{fingerprint(simulation)}", "qnn.hpp.gch"
        if not (folder / header).exists():
            command = ["-x", "c++-header", str(HERE / "include" / "qnn.hpp"), "-o", header]
            self.keep(
                folder / header, lambda new: replace(simulation, folder=new).compile(*command)
            )
        return folder

    def keep(self, file: Path, make: Callable[[Path], object]) -> None:
        """Makes a folder with a file that is there when it is complete."""
        try:
            kept.build_once(file, make)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SimulationError(f"programs can't be kept in {self.kept}: {reason}") from None


def fingerprint(simulation: Simulation) -> str:
    """A name for all that a program is made of."""
    version = subprocess.run([compiler(), "--version"], capture_output=True, check=False).stdout
    searched = [os.environ.get(name, "") for name in ("CPATH", "CPLUS_INCLUDE_PATH")]
    parts: list[str | bytes] = [version, *searched, *simulation.options]
    library = [*(HERE / "include").rglob("*.hpp"), *(HERE / "testbench").iterdir()]
    for path in sorted([*library, *vendor_headers().rglob("*.h")]):
        parts += [path.name, path.read_bytes()]
    for path, content in simulation.files.items():
        parts += [path, content]
    return kept.fingerprint(parts)
