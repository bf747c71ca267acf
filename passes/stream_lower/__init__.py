"""`stream-lower`: turns an integer network into a design of processes."""

from . import lower_elementwise, lower_layout, lower_linear, lower_windows
from .stream_lower import StreamLowerPass

__all__ = [
    "StreamLowerPass",
    "lower_elementwise",
    "lower_layout",
    "lower_linear",
    "lower_windows",
]
