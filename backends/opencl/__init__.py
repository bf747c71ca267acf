"""OpenCL for Intel devices: a kernel library, a netlist printer, and the vendor's emulator."""

from ..golden_vectors import SimulationError
from ..netlist.netlist import EmitError
from .engine import OpenclEngine
from .printer import emit
from .project import OpenclProject
from .simulator import DEFAULT_TIMEOUT, Emulation, emulate
from .source_files import OpenclSource

__all__ = [
    "DEFAULT_TIMEOUT",
    "EmitError",
    "Emulation",
    "OpenclEngine",
    "OpenclProject",
    "OpenclSource",
    "SimulationError",
    "emit",
    "emulate",
]
