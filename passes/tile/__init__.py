"""`tile`: chooses PE, SIMD and storage for each layer of a design."""

from .tile import TilePass

__all__ = ["TilePass"]
