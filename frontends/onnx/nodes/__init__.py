"""The imports of all operators, by kind of operator; importing this package registers them."""

from . import (
    activations,
    arithmetic,
    casts,
    classify,
    clips,
    constants,
    convolution,
    layout,
    lookup,
    normalization,
    pooling,
    product,
    qdq,
    qonnx,
    qoperator,
    resize,
    shapes,
)
from .parameters import quant_type
from .windows import CHANNELS_LAST_DOMAIN

__all__ = [
    "CHANNELS_LAST_DOMAIN",
    "activations",
    "arithmetic",
    "casts",
    "classify",
    "clips",
    "constants",
    "convolution",
    "layout",
    "lookup",
    "normalization",
    "pooling",
    "product",
    "qdq",
    "qonnx",
    "qoperator",
    "quant_type",
    "resize",
    "shapes",
]
