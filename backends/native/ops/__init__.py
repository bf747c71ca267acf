"""The ops that the native engine computes: all that it knows of one is in one of these modules."""

from ..steps import add_steps
from . import elementwise, layout, linear, pooling, thresholds

__all__ = ["add_steps", "elementwise", "layout", "linear", "pooling", "thresholds"]
