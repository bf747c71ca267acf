"""OpenCL for Intel devices: a kernel library, an emitter, and the vendor's emulator."""

from .emitter import Emitted, emit
from .emulation import Emulation, emulate

__all__ = ["Emitted", "Emulation", "emit", "emulate"]
