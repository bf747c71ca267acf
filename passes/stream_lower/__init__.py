"""`stream-lower`: an integer network becomes a design of processes."""

from .stream_lower import StreamLowerPass

__all__ = ["StreamLowerPass"]
