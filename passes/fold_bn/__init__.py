"""`fold-bn`: turns a trained network into a network on integers."""

from .fold_bn import FoldBnPass

__all__ = ["FoldBnPass"]
