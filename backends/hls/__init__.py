"""HLS C++ for Xilinx devices: a header library, an emitter, and a simulation with g++."""

from .emitter import EmitError, Emitted, emit
from .engine import HlsEngine
from .simulation import SimulationError, simulate

__all__ = ["EmitError", "Emitted", "HlsEngine", "SimulationError", "emit", "simulate"]
