"""Units of synthesis: modules with the values of their parameters, FIFOs, and a whole design."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...golden_vectors import Files
from ..library import MODULES
from ..modules import ModuleInstance, ParameterValue, literal
from ..source_files import RtlSource
from .families import Family

FOLDER = "@"
"""Stands for the folder of a unit in the values of its parameters."""

DELAY_TARGET_PS = 10_000
"""The longest path that mapping to LUTs need not shorten: the period of 100 MHz. Without it, layers
of signs take some 9 % more LUTs. With it, memories of constants in LUTs take more than twice as
many, so that these modules do without."""

RELAX_DELAY = f"scratchpad -set abc9.D {DELAY_TARGET_PS}\n"


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

    def mapping(self, family: Family) -> str:
        """The commands that map it to cells. Yosys ignores the attribute `use_dsp`: all products of
        a unit are in DSPs, or none."""
        top = str(self.files.get("top.sv", ""))
        in_dsps = self.parameters.get("IN_DSPS") == "1" or ".IN_DSPS(1)" in top
        relax = "" if self.module == "qnn_rom" else RELAX_DELAY
        return f"{relax}{family.mapping(in_dsps)}\n"


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
