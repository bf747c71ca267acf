"""Waveforms of a simulation: the signals of all cycles in a file for a viewer, as VCD or FST."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WaveFormat:
    """A format that Verilator writes."""

    option: str
    """Verilator's option."""
    macro: str
    runtime: str
    """The file of Verilator's runtime that writes it."""
    libraries: tuple[str, ...] = ()
    """Libraries that this file needs, each with its header and its package."""

    @property
    def gxx_options(self) -> tuple[str, ...]:
        """Options behind those of a simulation without waveforms."""
        return tuple(f"-{letter}{name}" for letter in ("U", "D") for name in self.macros)

    @property
    def macros(self) -> list[str]:
        return ["VM_TRACE", self.macro]


FORMATS = {
    ".vcd": WaveFormat("--trace-vcd", "VM_TRACE_VCD", "verilated_vcd_c.cpp"),
    ".fst": WaveFormat("--trace-fst", "VM_TRACE_FST", "verilated_fst_c.cpp", ("-llz4", "-lz")),
}
"""The formats by the ends of file names; `parse_waves` of the command line accepts the same."""

FST_LIBRARIES = (
    "FST needs the headers lz4.h and zlib.h: install liblz4-dev and zlib1g-dev, or use .vcd"
)


def format_of(path: Path | None) -> WaveFormat | None:
    """The format of a file, if there is one."""
    if path is None:
        return None
    return next(found for end, found in FORMATS.items() if path.name.endswith(end))
