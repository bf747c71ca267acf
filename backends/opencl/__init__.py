"""OpenCL for Intel devices: a kernel library, an emitter, and the vendor's emulator."""

from ..parts import EmitError
from ..vectors import SimulationError
from .emitter import Emitted, emit
from .emulation import SECONDS, Emulation, emulate
from .engine import OpenclEngine
from .project import OpenclProject

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
