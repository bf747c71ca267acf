"""HLS C++ for Xilinx devices: a header library, an emitter, and a simulation with g++."""

from ..parts import EmitError
from ..vectors import SimulationError, write
from .emitter import Emitted, emit
from .engine import HlsEngine
from .project import HlsProject
from .simulation import simulate

__all__ = [
    "EmitError",
    "Emitted",
    "HlsEngine",
    "HlsProject",
    "SimulationError",
    "emit",
    "simulate",
    "write",
]
