"""The native engine: integer networks as C++ for this processor, exact to the bit, and fast."""

from .library import NativeError, Options
from .network import NativeNetwork, load

__all__ = ["NativeError", "NativeNetwork", "Options", "load"]
