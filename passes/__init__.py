"""Rewrites over the IR, one file a pass, and the pipeline that runs them."""

from .driver.pipeline import Pipeline
from .driver.registry import PASSES

__all__ = ["PASSES", "Pipeline"]
