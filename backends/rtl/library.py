"""The files that an emitted design is simulated with: the library's modules, and its testbench."""

from pathlib import Path

from ..golden_vectors import Files

MODULES = Path(__file__).parent / "include" / "qnn"
TESTBENCH = Path(__file__).parent / "testbench"


def library() -> Files:
    """The files of the library in a project's folder."""
    modules = {f"qnn/{path.name}": path.read_text() for path in sorted(MODULES.glob("*.sv"))}
    return {**modules, **testbench()}


def testbench() -> Files:
    """The testbench of every design; a design adds its `ports.hpp`."""
    return {path.name: path.read_text() for path in sorted(TESTBENCH.iterdir())}
