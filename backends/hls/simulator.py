"""Running emitted designs: g++ compiles them, frames go in, and frames come out.

    results = simulate(design_emitted, [frames])

The integers of arbitrary width are the vendor's own headers, which the hls4ml package carries; the
streams are ours. Several designs are compiled as one program, which takes a fraction of the time.
"""

import logging
import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

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
from .source_files import Emitted
from .translation_units import elsewhere, instances, unit

LOG = logging.getLogger(__name__)

HERE = Path(__file__).parent
PROCESSORS = len(os.sched_getaffinity(0))

MOST_FRAMES = 16
"""So many frames one program takes."""

QUIET = ["-Wno-unknown-pragmas", "-Wno-uninitialized", "-Wno-maybe-uninitialized"]
"""Pragmas are for the vendor's compiler; its integers, once inlined, are the rest."""

OPTIONS = ["-std=c++14", "-Wall", "-Wextra", *QUIET]


def vendor_headers() -> Path:
    """The folder with `ap_int.h`."""
    spec = find_spec("hls4ml")
    for folder in (spec and spec.submodule_search_locations) or []:
        headers = Path(folder) / "templates" / "vivado" / "ap_types"
        if (headers / "ap_int.h").exists():
            return headers
    raise SimulationError("there is no ap_int.h: pip install 'qnn-dialect[hls]' brings it")


def compiler() -> str:
    found = shutil.which("g++")
    if found is None:
        raise SimulationError("there is no g++: install a C++ compiler to simulate a design")
    return found


@dataclass(frozen=True)
class Simulation:
    """Designs in a folder, as one program; each name of a design stands there once."""

    designs: Sequence[Emitted]
    folder: Path
    bounded: bool = False
    """Whether channels have the depths that the design gives them."""
    optimise: bool = True
    units: int = 0
    """How many more translation units than one: all are compiled at the same time."""
    headers: Path | None = None
    """A folder with the library's headers, precompiled."""

    def build(self) -> "Simulation":
        """Writes and compiles them."""
        write(self.files, self.folder)
        units = sorted(path.name for path in self.folder.glob("*.cpp"))

        def compile_one(unit: str) -> None:
            self.compile("-c", unit)

        with ThreadPoolExecutor(PROCESSORS) as threads:
            list(threads.map(compile_one, units))
        self.compile(*[f"{Path(unit).stem}.o" for unit in units], "-o", "simulation")
        return self

    def compile(self, *arguments: str) -> None:
        """Runs g++ in the folder, with the options that all units share."""
        first = [] if self.headers is None else [f"-I{self.headers}"]
        command = [compiler(), *first, *self.options, *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise SimulationError(f"g++ can't compile the design:\n{done.stderr}")

    @property
    def options(self) -> list[str]:
        flags = ["-DQNN_BOUNDED"] if self.bounded else []
        flags.append("-O2" if self.optimise else "-O0")
        own = [f"-I{folder}" for folder in (HERE / "include", HERE / "testbench", ".")]
        return [*OPTIONS, *flags, *own, "-isystem", str(vendor_headers())]

    @cached_property
    def files(self) -> Files:
        """The designs, each in a folder, and the translation units."""
        designs = {
            f"{emitted.top}/{path}": content
            for emitted in self.designs
            for path, content in emitted.simulated.items()
        }
        others = {f"unit{n}.cpp": "" for n in range(self.units)}
        for emitted in self.designs:
            found = instances(emitted) if others else []
            for n, name in enumerate(others):
                others[name] += unit(emitted, found[n :: self.units])
        return {**designs, **others, "simulation.cpp": self._main()}

    def _main(self) -> str:
        top = "bounded.cpp" if self.bounded else "top.cpp"
        lines = ['#include "host.hpp"', "#define QNN_BATCH", "#undef QNN_DATA"]
        for emitted in self.designs:
            if self.units:
                lines.append(elsewhere(emitted))
            lines += [f'#define QNN_DATA "{emitted.top}"', f'#include "{emitted.top}/{top}"']
            lines += [f'#include "{emitted.top}/testbench.cpp"', "#undef QNN_DATA"]
        lines += ["int main(int, char** arguments) {"]
        lines += [
            "    const std::string vectors = arguments[1];",
            "    std::size_t differences = 0;",
        ]
        for emitted in self.designs:
            lines.append(f'    differences += check_{emitted.top}(vectors + "/{emitted.top}");')
        return "\n".join([*lines, "    return differences == 0 ? 0 : 1;", "}", ""])

    def run(
        self, inputs: Sequence[Sequence[Array]], timeout: float | None = None
    ) -> list[list[Array]]:
        """The results of each design for the frames of its inputs; the folder stays as it is.

        Programs run at the same time, each for a part of the frames, since a stream that is not
        bounded keeps all the words of its frames.
        """
        for emitted, arrays in zip(self.designs, inputs, strict=True):
            check_frames(emitted.inputs, arrays)
        most = max(len(arrays[0]) for arrays in inputs)
        each = MOST_FRAMES if self.bounded else min(MOST_FRAMES, -(-most // PROCESSORS))

        def run_part(start: int) -> list[list[Array]]:
            part = [[array[start : start + each] for array in arrays] for arrays in inputs]
            return self._run_some(part, timeout)

        parts: list[list[list[Array]]] = []
        with ThreadPoolExecutor(PROCESSORS) as threads:
            for part in threads.map(run_part, range(0, most, each)):
                parts.append(part)
                done = min(most, len(parts) * each)
                LOG.debug("%d of %d frames", done, most, extra={"share": done / most})
        by_design = zip(*parts, strict=True)
        return [[np.concatenate(x) for x in zip(*results, strict=True)] for results in by_design]

    def _run_some(
        self, inputs: Sequence[Sequence[Array]], timeout: float | None
    ) -> list[list[Array]]:
        """The results for frames that one program takes at once."""
        program = self.folder.resolve() / "simulation"
        try:
            with TemporaryDirectory() as vectors:
                for emitted, arrays in zip(self.designs, inputs, strict=True):
                    write(golden_vector_files(emitted.inputs, arrays), Path(vectors, emitted.top))
                done = subprocess.run(
                    [program, vectors],
                    cwd=self.folder,
                    capture_output=True,
                    text=True,
                    timeout=timeout,
                )
                if done.returncode not in (0, DIFFERENT):
                    raise SimulationError(done.stderr.strip() or f"it ends with {done.returncode}")
                results = [
                    read_results(emitted.outputs, Path(vectors, emitted.top))
                    for emitted in self.designs
                ]
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SimulationError(f"{error.filename or program} can't be used: {reason}") from None
        except subprocess.TimeoutExpired:
            raise SimulationError(f"the simulation takes longer than {timeout:g} s") from None
        for arrays, found in zip(inputs, results, strict=True):
            if any(len(result) != len(arrays[0]) for result in found):
                raise SimulationError("the simulation's results are incomplete")
        return results


def simulate(emitted: Emitted, frames: Sequence[Array], bounded: bool = False) -> list[Array]:
    """The results of one design for some frames; `bounded` keeps to the depths of its channels."""
    with TemporaryDirectory() as folder:
        return Simulation([emitted], Path(folder), bounded).build().run([frames])[0]
