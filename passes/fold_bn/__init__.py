"""`fold-bn`: a network as trained becomes an integer network."""

from .fold_bn import FoldBnPass

__all__ = ["FoldBnPass"]
