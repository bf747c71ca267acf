"""Synthesises modules and designs with Yosys and counts the cells of Xilinx's series 7.

    areas = synthesise([unit_of(source, module)], jobs=2)

Yosys neither packs cells into slices nor places or routes them.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..build_cache import build_once, fingerprint, user_cache
from ..golden_vectors import Files, write
from ..programs import Commands
from .library import MODULES
from .modules import ModuleInstance, ParameterValue, literal
from .source_files import RtlSource

MEMORY_LUTS = {
    **{"SRL16E": 1, "SRLC16E": 1, "SRLC32E": 1},
    **{"RAM32X1S": 1, "RAM64X1S": 1, "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1S": 2},
    **{"RAM128X1D": 4, "RAM256X1S": 4, "RAM32M": 4, "RAM64M": 4},
}
"""The LUTs of a slice that each cell of LUT memory takes (UG474, table 2-3)."""

RUN_SCRIPT = "from pyosys.libyosys import Design, run_pass; run_pass('script synthesis.ys', Design())"


class SynthesisError(Exception):
    """Yosys is missing, or cannot synthesise a module."""


@dataclass(frozen=True)
class Area:
    """The cells of a netlist by kind."""

    lut: int = 0
    """Cells that take a LUT, and the LUTs of memories. Two small LUTs may share one in a slice."""
    ff: int = 0
    carry: int = 0
    """Blocks of four bits of a carry chain."""
    bram18: int = 0
    """Block memories, each of 36 Kbit counted as two."""
    dsp: int = 0
    latch: int = 0

    @property
    def bram36(self) -> float:
        return self.bram18 / 2

    def __add__(self, other: "Area") -> "Area":
        mine, others = vars(self).values(), vars(other).values()
        return Area(*(a + b for a, b in zip(mine, others, strict=True)))


@dataclass(frozen=True)
class Unit:
    """A module with values for its parameters, and the files that it reads."""

    module: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Files = field(default_factory=dict[str, str])

    @property
    def script(self) -> str:
        """The commands for Yosys."""
        values = "".join(f" -G {name}={value}" for name, value in self.parameters.items())
        sources = "".join(f" {path}" for path in self.files if path.endswith(".sv"))
        top = f"--top {self.module} -y .{values}"
        return (
            f"read_slang {top} {sources or f' {self.module}.sv'}\n"
            f"synth_xilinx -family xc7 -flatten -noiopad -noclkbuf -top {self.module}\n"
            "check -assert\ntee -q -o area.json stat -json\n"
        )


def unit_of(source: RtlSource, instance: ModuleInstance) -> Unit:
    """The module of an instance in a design, with the memories that it reads."""
    parameters = {name: overriding(value) for name, value in instance.parameters.items()}
    prefixes = [text.strip('"') for text in parameters.values() if text.startswith('"')]
    files = {
        path: content
        for path, content in source.files.items()
        if any(path == prefix or path.startswith(f"{prefix}_") for prefix in prefixes)
    }
    return Unit(instance.module, parameters, {**modules_below(instance.module), **files})


def fifo_units(source: RtlSource) -> dict[str, Unit]:
    """The FIFO of each channel of a design."""
    files = modules_below("qnn_fifo")
    return {
        channel.name: Unit(
            "qnn_fifo", {"WIDTH": str(channel.bits), "DEPTH": str(channel.depth)}, files
        )
        for channel in source.netlist.channels
    }


def whole_unit(source: RtlSource) -> Unit:
    """The whole design, whose hierarchy is dissolved."""
    modules = dict[str, str]()
    for instances in source.modules.values():
        for instance in instances:
            modules |= modules_below(instance.module)
    sources = {path: text for path, text in source.files.items() if path.endswith((".sv", ".hex"))}
    return Unit(source.top, {}, {**modules, **modules_below("qnn_fifo"), **sources})


def overriding(value: ParameterValue) -> str:
    """The value of a parameter on the command line: without blanks, and in this folder."""
    return re.sub(r'^\{FOLDER,("[^"]*")\}$', r"\1", literal(value).replace(" ", ""))


def modules_below(module: str) -> dict[str, str]:
    """The sources of a module of the library and of all modules that it contains."""
    found, waiting = dict[str, str](), [module]
    while waiting:
        path = MODULES / f"{waiting.pop()}.sv"
        if path.name not in found and path.exists():
            found[path.name] = path.read_text()
            waiting += re.findall(r"\bqnn_\w+", found[path.name])
    return found


def synthesise(units: Sequence[Unit], jobs: int = 2) -> list[Area]:
    """The cells of each unit; equal units are synthesised once, and kept in the user's cache."""
    folders = {folder_of(unit): unit for unit in units}
    with ThreadPoolExecutor(jobs) as threads:
        areas = dict(zip(folders, threads.map(area_in, folders, folders.values()), strict=True))
    return [areas[folder_of(unit)] for unit in units]


def folder_of(unit: Unit) -> Path:
    """The folder of the cache for a unit's netlist."""
    texts = [part for file in sorted(unit.files.items()) for part in file]
    key = fingerprint([yosys_version(), unit.script, *texts])
    return user_cache("rtl") / f"synthesis-{key}"


def yosys_version() -> str:
    try:
        return version("pyosys")
    except PackageNotFoundError:
        error = "Yosys is not installed: pip install 'qnn-dialect[synthesis]'"
        raise SynthesisError(error) from None


def area_in(folder: Path, unit: Unit) -> Area:
    """Synthesises a unit in a folder, unless this has happened before."""

    def make(new: Path) -> None:
        write({**unit.files, "synthesis.ys": unit.script}, new)
        with Commands(new) as commands:
            done = commands.run([sys.executable, "-c", RUN_SCRIPT], new)
        if not (new / "area.json").exists():
            found = re.findall(r"(?:ERROR|error): .*", done.output + done.errors)
            raise SynthesisError(f"Yosys cannot synthesise {unit.module}: {' '.join(found[:3])}")
        for path in new.iterdir():
            if path.name != "area.json" and path.is_file():
                path.unlink()

    build_once(folder, make)
    return area_of(json.loads((folder / "area.json").read_text())["design"]["num_cells_by_type"])


def area_of(cells: Mapping[str, int]) -> Area:
    """The sum over the cells of a netlist."""

    def count(pattern: str) -> int:
        return sum(number for name, number in cells.items() if re.fullmatch(pattern, name))

    memories = sum(MEMORY_LUTS.get(name, 0) * number for name, number in cells.items())
    return Area(
        lut=count(r"LUT\d|INV") + memories,
        ff=count(r"FD[RSCP]E(_1)?"),
        carry=count("CARRY4"),
        bram18=count("RAMB18E1") + 2 * count("RAMB36E1"),
        dsp=count("DSP48E1"),
        latch=count(r"LD[CP]E"),
    )
