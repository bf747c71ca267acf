"""The ops that the native engine computes; one of these modules has everything about an op."""

from ..steps import add_steps
from . import elementwise, layout, linear, pooling, thresholds

__all__ = ["add_steps", "elementwise", "layout", "linear", "pooling", "thresholds"]
