"""OpenCL for Intel devices: a kernel library, an emitter, and the vendor's emulator."""

from ..parts import EmitError
from ..vectors import SimulationError
from .emitter import Emitted, emit
from .emulation import Emulation, emulate
from .engine import OpenclEngine
from .project import OpenclProject

__all__ = [
    "EmitError",
    "Emitted",
    "Emulation",
    "OpenclEngine",
    "OpenclProject",
    "SimulationError",
    "emit",
    "emulate",
]
