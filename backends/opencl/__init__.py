"""OpenCL for Intel devices: a kernel library, an emitter, and the vendor's emulator."""

from ..golden_vectors import SimulationError
from ..netlist.netlist import EmitError
from .engine import OpenclEngine
from .printer import Emitted, emit
from .project import OpenclProject
from .simulator import SECONDS, Emulation, emulate

__all__ = [
    "SECONDS",
    "EmitError",
    "Emitted",
    "Emulation",
    "OpenclEngine",
    "OpenclProject",
    "SimulationError",
    "emit",
    "emulate",
]
