"""The files of a project's folder `wrappers`: those that the ports of its design allow."""

from pathlib import Path

from ...build_cache import fingerprint as fingerprint_of
from ...golden_vectors import Files
from ..library import MODULES
from ..source_files import RtlSource
from .avalon import avalon, platform_designer
from .axi_memory import axi_memory, memory_ports
from .readme import wrappers_readme
from .serial import serial_obstacle, spi, uart
from .signals import Wrapper

WRAPPER_MODULES = Path(__file__).parents[1] / "include" / "wrappers"


def wrappers_of(source: RtlSource, clock_mhz: float) -> list[Wrapper]:
    """The wrappers that the ports of a design allow."""
    fingerprint = design_fingerprint(source)
    found = [avalon(source)]
    if memory_ports(source):
        found.append(axi_memory(source, fingerprint))
    if not serial_obstacle(source):
        found += [uart(source, fingerprint, round(clock_mhz * 1e6)), spi(source, fingerprint)]
    return found


def wrapper_files(source: RtlSource, clock_mhz: float) -> Files:
    """The wrappers, the modules that they use, and a README that compares them."""
    wrappers = wrappers_of(source, clock_mhz)
    streaming = wrappers[0]
    sources = ["top.sv", streaming.path, *library_paths(), *wrapper_library()]
    return {
        **{wrapper.path: wrapper.text for wrapper in wrappers},
        **wrapper_library(),
        f"wrappers/{streaming.module}_hw.tcl": platform_designer(streaming, sources),
        "wrappers/README.md": wrappers_readme(source, design_fingerprint(source)),
    }


def wrapper_library() -> Files:
    """The modules that wrappers use beside those of the library."""
    return {
        f"wrappers/qnn/{path.name}": path.read_text()
        for path in sorted(WRAPPER_MODULES.glob("*.sv"))
    }


def library_paths() -> list[str]:
    """The paths of the library's modules in a project."""
    return [f"qnn/{path.name}" for path in sorted(MODULES.glob("*.sv"))]


def design_fingerprint(source: RtlSource) -> str:
    """A number of 64 bits, as hexadecimal digits, that differs if the design does."""
    parts: list[str | bytes] = []
    for path, content in source.files.items():
        if path.endswith((".sv", ".hex", ".dat")):
            parts += [path, content]
    return fingerprint_of(parts)[:16]
