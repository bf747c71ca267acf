"""`scale-thresholds`: replaces thresholds that lie on a line by a product, a sum and a shift."""

from .scale_thresholds import ScaleThresholdsPass

__all__ = ["ScaleThresholdsPass"]
