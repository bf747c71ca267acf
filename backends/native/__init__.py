"""The native engine: integer networks as C++ for this processor, exact to the bit, and fast."""

from .library import NativeError
from .network import Network, Options, load

__all__ = ["NativeError", "Network", "Options", "load"]
