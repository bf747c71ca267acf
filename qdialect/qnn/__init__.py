"""The `qnn` dialect: quantized neural networks on tensors, with float or integer arithmetic."""

from xdsl.ir import Dialect

from ..attributes import RoundingAttr
from ..data import DataAttr
from ..defined_ops import ops_defined_in
from ..types import BipolarType, TernaryType
from . import (
    activations,
    classify,
    elementwise,
    layout,
    linear,
    normalization,
    pooling,
    quantization,
    smooth,
    steps,
)
from .base import QnnOp
from .constants import ConstantOp, DataOp

TENSOR_OPS: tuple[type[QnnOp], ...] = ops_defined_in(
    QnnOp,
    quantization,
    steps,
    linear,
    normalization,
    pooling,
    elementwise,
    activations,
    smooth,
    layout,
    classify,
)
"""All ops on tensors except constants; the dialect and the interpreter read this list.

A new op is defined in one of these modules, or in a new module that is added here."""

Qnn = Dialect(
    "qnn",
    [DataOp, ConstantOp, *TENSOR_OPS],
    [BipolarType, TernaryType, RoundingAttr, DataAttr],
)

__all__ = ["TENSOR_OPS", "ConstantOp", "DataOp", "Qnn", "QnnOp"]
