"""The native engine: runs integer networks as C++ compiled for this processor, bit-exactly."""

from .library import NativeError, Options
from .network import NativeNetwork, load

__all__ = ["NativeError", "NativeNetwork", "Options", "load"]
