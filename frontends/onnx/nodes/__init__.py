"""The operators, by kind; importing this package registers them all."""

from . import arithmetic, linear, quantization, shapes

__all__ = ["arithmetic", "linear", "quantization", "shapes"]
