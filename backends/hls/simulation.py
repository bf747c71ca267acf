"""Running emitted designs: g++ compiles them, frames go in, and frames come out.

    results = simulate(design_emitted, [frames])

The integers of arbitrary width are the vendor's own headers, which the hls4ml package carries; the
streams are ours. Several designs are compiled as one program, which takes a fraction of the time.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ...qdialect.data import Array
from ..vectors import SimulationError, read_results, write, write_vectors
from .printing import Emitted

HERE = Path(__file__).parent
DIFFERENT = 1
"""The exit status of a testbench whose results are not those expected, or none are expected."""

QUIET = ["-Wno-unknown-pragmas", "-Wno-uninitialized", "-Wno-maybe-uninitialized"]
"""Pragmas are for the vendor's compiler; its integers, once inlined, are the rest."""

OPTIONS = ["-std=c++14", "-Wall", "-Wextra", "-Werror", *QUIET]


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

    def build(self) -> "Simulation":
        """Writes and compiles them."""
        for emitted in self.designs:
            write(emitted.files, self.folder / emitted.top)
        (self.folder / "simulation.cpp").write_text(self._source())
        flags = ["-DQNN_BOUNDED", "-pthread"] if self.bounded else []
        flags.append("-O2" if self.optimise else "-O0")
        includes = [f"-I{HERE / 'include'}", f"-I{HERE / 'simulation'}"]
        vendor = ["-isystem", str(vendor_headers())]
        command = [compiler(), *OPTIONS, *flags, *includes, *vendor, "simulation.cpp"]
        done = subprocess.run(
            [*command, "-o", "simulation"], cwd=self.folder, capture_output=True, text=True
        )
        if done.returncode:
            raise SimulationError(f"g++ can't compile the design:\n{done.stderr}")
        return self

    def _source(self) -> str:
        top = "threads.cpp" if self.bounded else "top.cpp"
        lines = ['#include "host.hpp"', "#define QNN_BATCH", "#undef QNN_DATA"]
        for emitted in self.designs:
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
        """The results of each design for the frames of its inputs; the folder stays as it is."""
        with TemporaryDirectory() as vectors:
            for emitted, arrays in zip(self.designs, inputs, strict=True):
                write_vectors(emitted.inputs, arrays, Path(vectors, emitted.top))
            program = [self.folder.resolve() / "simulation", vectors]
            done = subprocess.run(
                program, cwd=self.folder, capture_output=True, text=True, timeout=timeout
            )
            if done.returncode not in (0, DIFFERENT):
                raise SimulationError(done.stderr.strip() or f"it ends with {done.returncode}")
            return [
                read_results(emitted.outputs, Path(vectors, emitted.top))
                for emitted in self.designs
            ]


def simulate(emitted: Emitted, frames: Sequence[Array], bounded: bool = False) -> list[Array]:
    """The results of one design for some frames; `bounded` keeps to the depths of its channels."""
    with TemporaryDirectory() as folder:
        return Simulation([emitted], Path(folder), bounded).build().run([frames])[0]
