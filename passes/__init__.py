"""Rewrites over the IR, one file a pass, and the pipeline that runs them."""

from .pipeline import Pipeline
from .registry import PASSES

__all__ = ["PASSES", "Pipeline"]
