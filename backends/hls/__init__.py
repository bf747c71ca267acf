"""HLS C++ for Xilinx devices: a header library, an emitter, and a simulation with g++."""

from ..golden_vectors import SimulationError, write
from ..netlist.netlist import EmitError
from .engine import HlsEngine
from .printer import Emitted, emit
from .project import HlsProject
from .simulator import simulate

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
