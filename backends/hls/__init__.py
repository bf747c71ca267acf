"""HLS C++ for Xilinx devices: a header library, a netlist printer, and a simulation with g++."""

from ..golden_vectors import SimulationError, write
from ..netlist.netlist import EmitError
from .engine import HlsEngine
from .printer import emit
from .project import HlsProject
from .simulator import simulate_with_gxx
from .source_files import HlsSource

__all__ = [
    "EmitError",
    "HlsEngine",
    "HlsProject",
    "HlsSource",
    "SimulationError",
    "emit",
    "simulate_with_gxx",
    "write",
]
