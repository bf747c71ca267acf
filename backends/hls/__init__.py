"""HLS C++ for Xilinx devices: a header library, an emitter, and a simulation with g++."""

from .emitter import EmitError, Emitted, emit
from .simulation import SimulationError, simulate

__all__ = ["EmitError", "Emitted", "SimulationError", "emit", "simulate"]
