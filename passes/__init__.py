"""Passes over the IR, and the pipeline that runs them."""

from .driver.pipeline import Pipeline
from .driver.registry import PASSES

__all__ = ["PASSES", "Pipeline"]
