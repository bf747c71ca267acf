"""slang, another compiler of SystemVerilog, as a second opinion on the code."""

from collections.abc import Sequence
from pathlib import Path

from pyslang.ast import ArgumentDirection, Compilation, PortSymbol
from pyslang.driver import CommandLineOptions, Driver


def elaborate(folder: Path, top: str, files: Sequence[str]) -> Compilation:
    """The elaborated design of a project; errors and default warnings fail the test."""
    driver = Driver()
    driver.addStandardArgs()
    paths = " ".join(str(folder / path) for path in files)
    folders = [folder / "qnn", folder / "wrappers" / "qnn"]
    libraries = " ".join(f"-y {path}" for path in folders if path.is_dir())
    # A shift by a parameter may shift out all bits: the result, zero, is defined.
    warnings = "-Wno-shift-count-overflow"
    arguments = f"slang {warnings} {libraries} --top {top} {paths}"
    assert driver.parseCommandLine(arguments, CommandLineOptions())
    assert driver.processOptions() and driver.parseAllSources()
    compilation = driver.createCompilation()
    driver.reportCompilation(compilation, True)
    messages = driver.diagEngine
    assert messages.numErrors + messages.numWarnings == 0, f"slang, on {top}: see standard error"
    return compilation


def ports_of(compilation: Compilation) -> dict[str, tuple[str, int]]:
    """The direction and the bits of each port of the top module."""
    (top,) = compilation.getRoot().topInstances
    ports = [port for port in top.body.portList if isinstance(port, PortSymbol)]
    return {
        port.name: (
            "in" if port.direction == ArgumentDirection.In else "out",
            port.type.bitWidth,
        )
        for port in ports
    }
