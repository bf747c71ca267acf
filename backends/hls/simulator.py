"""Simulates emitted designs: g++ compiles them, and the program runs frames through them.

    results = simulate_with_gxx(source, [frames])

The integers of arbitrary width are the vendor's own headers, which the hls4ml package contains; the
streams are ours. Several designs can be compiled as one program, in a fraction of the time.
"""

import logging
import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree

import numpy as np

from ...qdialect.data import Array
from ..golden_vectors import (
    DIFFERENT,
    Files,
    SimulationError,
    check_frames,
    golden_vector_files,
    read_results,
    write,
)
from ..gxx import find_gxx
from ..programs import Commands
from ..temporary_folders import temporary_folder
from .library import INCLUDE, TESTBENCH, UMBRELLA, umbrella_header
from .source_files import HlsSource
from .translation_units import extern_declarations, template_instances, translation_unit

LOG = logging.getLogger(__name__)

PROCESSOR_COUNT = len(os.sched_getaffinity(0))

MAX_FRAMES = 16
"""The maximum number of frames in one run of a program."""

QUIET_WARNINGS = ["-Wno-unknown-pragmas", "-Wno-uninitialized", "-Wno-maybe-uninitialized"]
"""Options that silence warnings: g++ does not know the vendor's pragmas, and it warns about code of
the vendor's integers that it inlines."""

FIRST_INCLUDE = f'#include "{UMBRELLA}"\n'
"""The first line of every translation unit: g++ uses a precompiled header only there."""

GXX_OPTIONS = ["-std=c++14", "-Wall", "-Wextra", *QUIET_WARNINGS]

OPTIMIZATION = "-O2"
"""The level at which g++ optimizes simulations, which may run for long."""


def vendor_headers() -> Path:
    """The folder with `ap_int.h`."""
    spec = find_spec("hls4ml")
    for folder in (spec and spec.submodule_search_locations) or []:
        headers = Path(folder) / "templates" / "vivado" / "ap_types"
        if (headers / "ap_int.h").exists():
            return headers
    raise SimulationError("ap_int.h is not installed: pip install 'qnn-dialect[hls]'")


def vendor_headers_place() -> str:
    """The folder with `ap_int.h` as text; empty if it is not installed."""
    try:
        return str(vendor_headers())
    except SimulationError:
        return ""


@dataclass(frozen=True)
class Simulation:
    """Designs in a folder, as one program; their names differ."""

    sources: Sequence[HlsSource]
    folder: Path
    bounded: bool = False
    """Whether channels have the depths of the design; otherwise they hold any number of words."""
    optimize: bool = True
    units: int = 0
    """Translation units beside the main one; all are compiled in parallel."""
    headers: Path | None = None
    """A folder with the library's headers, precompiled."""

    @property
    def program(self) -> Path:
        return self.folder.resolve() / "simulation"

    def build(self) -> "Simulation":
        """Writes and compiles the designs."""
        write(self.files, self.folder)
        units = sorted(path.name for path in self.folder.glob("*.cpp"))

        objects = [f"{Path(unit).stem}.o" for unit in units]
        with ThreadPoolExecutor(PROCESSOR_COUNT) as threads, Commands(self.folder) as commands:
            list(threads.map(partial(self.compile, commands, "-c"), units))
            self.compile(commands, *objects, "-o", "simulation")
        for name in objects:
            (self.folder / name).unlink()
        return self

    def compile(self, commands: Commands, *arguments: str) -> None:
        """Runs g++ in the folder, with the options that all units share."""
        first = [] if self.headers is None else [f"-I{self.headers.resolve()}"]
        command = [find_gxx(), *first, *self.options, *arguments]
        done = commands.run(command, self.folder)
        if done.status:
            raise SimulationError(f"g++ cannot compile the design:\n{done.errors}")

    @property
    def options(self) -> list[str]:
        flags = ["-DQNN_BOUNDED"] if self.bounded else []
        flags.append(OPTIMIZATION if self.optimize else "-O0")
        own = [f"-I{folder}" for folder in (INCLUDE, TESTBENCH, ".")]
        return [*GXX_OPTIONS, *flags, *own, "-isystem", str(vendor_headers())]

    @cached_property
    def files(self) -> Files:
        """The designs, each in a folder of its own, and the translation units."""
        designs = {
            f"{source.top}/{path}": content
            for source in self.sources
            for path, content in source.simulated.items()
        }
        others = {f"unit{n}.cpp": FIRST_INCLUDE for n in range(self.units)}
        for source in self.sources:
            instances = template_instances(source) if others else []
            for n, name in enumerate(others):
                others[name] += translation_unit(source, instances[n :: self.units])
        header = {UMBRELLA: umbrella_header()} if self.headers is None else {}
        return {**header, **designs, **others, "simulation.cpp": self._main()}

    def _main(self) -> str:
        top = "bounded.cpp" if self.bounded else "top.cpp"
        lines = [FIRST_INCLUDE, '#include "host.hpp"', "#define QNN_BATCH", "#undef QNN_DATA"]
        for source in self.sources:
            if self.units:
                lines.append(extern_declarations(source))
            lines += [f'#define QNN_DATA "{source.top}"', f'#include "{source.top}/{top}"']
            lines += [f'#include "{source.top}/testbench.cpp"', "#undef QNN_DATA"]
        lines += ["int main(int, char** arguments) {"]
        lines += [
            "    const std::string vectors = arguments[1];",
            "    std::size_t differences = 0;",
        ]
        for source in self.sources:
            lines.append(f'    differences += check_{source.top}(vectors + "/{source.top}");')
        return "\n".join([*lines, "    return differences == 0 ? 0 : 1;", "}", ""])

    def run(
        self, inputs: Sequence[Sequence[Array]], timeout: float | None = None
    ) -> list[list[Array]]:
        """The results of each design for the frames of its inputs.

        Programs run in parallel, each for some of the frames, since a stream that is not bounded
        holds all words of its frames in memory.
        """
        for source, arrays in zip(self.sources, inputs, strict=True):
            check_frames(source.inputs, arrays)
        most = max(len(arrays[0]) for arrays in inputs)
        each = MAX_FRAMES if self.bounded else min(MAX_FRAMES, -(-most // PROCESSOR_COUNT))

        slices: list[list[list[Array]]] = []
        with (
            temporary_folder("qnn-hls-") as folder,
            ThreadPoolExecutor(PROCESSOR_COUNT) as threads,
            Commands(folder) as commands,
        ):

            def run_slice(start: int) -> list[list[Array]]:
                frames = [[array[start : start + each] for array in arrays] for arrays in inputs]
                return self._run_once(frames, commands, folder / str(start), timeout)

            for results in threads.map(run_slice, range(0, most, each)):
                slices.append(results)
                done = min(most, len(slices) * each)
                LOG.debug("%d of %d frames", done, most, extra={"share": done / most})
        by_design = zip(*slices, strict=True)
        return [[np.concatenate(x) for x in zip(*results, strict=True)] for results in by_design]

    def _run_once(
        self,
        inputs: Sequence[Sequence[Array]],
        commands: Commands,
        vectors: Path,
        timeout: float | None,
    ) -> list[list[Array]]:
        """The results for the frames of one run of the program, whose files are in `vectors`."""
        try:
            for source, arrays in zip(self.sources, inputs, strict=True):
                write(golden_vector_files(source.inputs, arrays), vectors / source.top)
            done = commands.run([self.program, vectors], self.folder, timeout)
            if done.status not in (0, DIFFERENT):
                raise SimulationError(done.errors.strip() or f"it ends with {done.status}")
            results = [
                read_results(source.outputs, vectors / source.top) for source in self.sources
            ]
            rmtree(vectors)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SimulationError(
                f"cannot run the simulation: {error.filename or self.program}: {reason}"
            ) from None
        except subprocess.TimeoutExpired:
            raise SimulationError(f"the simulation takes longer than {timeout:g} s") from None
        for arrays, found in zip(inputs, results, strict=True):
            if any(len(result) != len(arrays[0]) for result in found):
                raise SimulationError("the simulation's results are incomplete")
        return results


def simulate_with_gxx(
    source: HlsSource, frames: Sequence[Array], bounded: bool = False
) -> list[Array]:
    """The results of one design for some frames; `bounded` gives channels their depths."""
    with temporary_folder("qnn-hls-") as folder:
        return Simulation([source], folder, bounded).build().run([frames])[0]
