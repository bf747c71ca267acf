"""`scale-thresholds`: thresholds that lie on a line become a product, a sum and a shift."""

from .scale_thresholds import ScaleThresholdsPass

__all__ = ["ScaleThresholdsPass"]
