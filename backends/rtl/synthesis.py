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

from ..build_cache import build_once, fingerprint, is_intact, user_cache
from ..golden_vectors import Files, write
from ..programs import Commands, Finished
from ..temporary_folders import temporary_folder
from .library import MODULES
from .modules import ModuleInstance, ParameterValue, literal
from .source_files import RtlSource

MEMORY_LUTS = {
    **{"SRL16E": 1, "SRLC16E": 1, "SRLC32E": 1},
    **{"RAM32X1S": 1, "RAM64X1S": 1, "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1S": 2},
    **{"RAM128X1D": 4, "RAM256X1S": 4, "RAM32M": 4, "RAM64M": 4},
}
"""The LUTs of a slice that each cell of LUT memory takes (UG474, table 2-3)."""

BATCH = 12
"""Units that one process of Yosys synthesises at once: most of its time for a small unit goes into
reading the libraries of cells."""

RUN_SCRIPT = (
    "from pyosys.libyosys import Design, run_pass; run_pass('script synthesis.ys', Design())"
)

CELLS_FILE = "cells.json"

FOLDER = "@"
"""Stands for the folder of a unit in the values of its parameters."""

DELAY_TARGET_PS = 10_000
"""The longest path that mapping to LUTs need not shorten: the period of 100 MHz. Without it, layers
of signs take some 9 % more LUTs. With it, memories of constants in LUTs take more than twice as
many, so that these modules do without."""

CHECK = "proc\ncheck -assert\n"
"""Ends with an error if there are logic loops, which cannot be seen in mapped cells."""

RELAX_DELAY = f"scratchpad -set abc9.D {DELAY_TARGET_PS}\n"

READ_CELLS = "read_verilog -lib -specify +/xilinx/cells_sim.v +/xilinx/cells_xtra.v\n"

SYNTHESISE = f"""\
synth_xilinx -family xc7 -noiopad -noclkbuf %s-run prepare:check
check -assert
tee -q -o {CELLS_FILE} stat -json
"""


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

    def script(self, folder: str) -> str:
        """The commands that read the module from a folder and name it after this."""
        values = [f"-G {name}={value}" for name, value in self.parameters.items()]
        paths = [path for path in self.files if path.endswith(".sv") and "/" not in path]
        top = f"{self.module}.sv" if f"{self.module}.sv" in paths else "top.sv"
        arguments = " ".join([f"--top {self.module} -y {folder}", *values, f"{folder}/{top}"])
        return f"read_slang {arguments.replace(FOLDER, folder)}\nrename {self.module} {folder}\n"

    @property
    def mapping(self) -> str:
        """The commands that synthesise it. Yosys ignores the attribute `use_dsp`: all products of a
        unit are in DSPs, or none."""
        top = str(self.files.get("top.sv", ""))
        in_dsps = self.parameters.get("IN_DSPS") == "1" or ".IN_DSPS(1)" in top
        commands = SYNTHESISE % ("" if in_dsps else "-nodsp ")
        return commands if self.module == "qnn_rom" else RELAX_DELAY + commands


def unit_of(source: RtlSource, instance: ModuleInstance) -> Unit:
    """The module of an instance in a design, with the memories that it reads."""
    parameters = {name: overriding(value) for name, value in instance.parameters.items()}
    prefixes = re.findall(f'"{FOLDER}/([^"]*)"', " ".join(parameters.values()))
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
    return Unit(
        source.top, {"FOLDER": f'"{FOLDER}/"'}, {**modules, **modules_below("qnn_fifo"), **sources}
    )


def overriding(value: ParameterValue) -> str:
    """The value of a parameter on the command line, where it must not contain a blank."""
    return re.sub(r'^\{FOLDER,"([^"]*)"\}$', rf'"{FOLDER}/\1"', literal(value).replace(" ", ""))


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
    folders = [folder_of(unit) for unit in units]
    missing = {
        folder: unit for folder, unit in zip(folders, units, strict=True) if not is_intact(folder)
    }
    batches: list[list[tuple[Path, Unit]]] = []
    for mapping in {unit.mapping for unit in missing.values()}:
        same = [pair for pair in missing.items() if pair[1].mapping == mapping]
        count = max(jobs, -(-len(same) // BATCH))
        batches += [same[n::count] for n in range(min(count, len(same)))]
    with ThreadPoolExecutor(jobs) as threads:
        list(threads.map(synthesise_batch, batches))
    texts = [(folder / CELLS_FILE).read_text() for folder in folders]
    return [area_of(json.loads(text)) for text in texts]


def folder_of(unit: Unit) -> Path:
    """The folder of the cache for the cells of a unit."""
    texts = [part for file in sorted(unit.files.items()) for part in file]
    scripts = READ_CELLS, unit.script("unit"), unit.mapping
    return user_cache("rtl") / f"cells-{fingerprint([yosys_version(), *scripts, *texts])}"


def yosys_version() -> str:
    try:
        return version("pyosys")
    except PackageNotFoundError:
        error = "Yosys is not installed: pip install 'qnn-dialect[synthesis]'"
        raise SynthesisError(error) from None


def synthesise_batch(batch: Sequence[tuple[Path, Unit]]) -> None:
    """Synthesises units in one process of Yosys, and stores the cells of each in its folder."""
    names = [f"unit_{n}" for n in range(len(batch))]
    script = READ_CELLS
    with temporary_folder("qnn-synthesis-") as working, Commands(working) as commands:
        for name, (_, unit) in zip(names, batch, strict=True):
            write({f"{name}/{path}": text for path, text in unit.files.items()}, working)
            script += unit.script(name)
        (working / "synthesis.ys").write_text(script + CHECK + batch[0][1].mapping)
        done = commands.run([sys.executable, "-c", RUN_SCRIPT], working)
        if not (working / CELLS_FILE).exists():
            raise SynthesisError(f"Yosys cannot synthesise a module: {first_errors(done)}")
        found = json.loads((working / CELLS_FILE).read_text())["modules"]
    for name, (folder, _) in zip(names, batch, strict=True):
        cells = json.dumps(found[f"\\{name}"]["num_cells_by_type"])
        build_once(folder, lambda new, cells=cells: (new / CELLS_FILE).write_text(cells))


def first_errors(done: Finished) -> str:
    errors = re.findall(r"(?i:error): .*", done.output + done.errors)
    return " ".join(errors[:3]) or done.errors[-200:]


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
