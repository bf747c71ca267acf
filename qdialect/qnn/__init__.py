"""The `qnn` dialect: quantized neural networks on tensors, with float or integer arithmetic."""

from xdsl.ir import Dialect

from ..attributes import RoundingAttr
from ..data import DataAttr
from ..types import BipolarType, TernaryType
from .activations import (
    CeilOp,
    ClipOp,
    EluOp,
    FloorOp,
    HardSigmoidOp,
    LeakyReluOp,
    PReluOp,
    RoundOp,
    SigmoidOp,
    SignOp,
    TanhOp,
)
from .base import QnnOp
from .classify import ArgMaxOp, SoftmaxOp, TopKOp
from .constants import ConstantOp, DataOp
from .elementwise import AddOp, DivOp, MulOp, ReluOp, SubOp
from .layout import ConcatOp, PadOp, ReshapeOp, ResizeOp, SliceOp, SplitOp, TransposeOp
from .linear import Conv2dOp, ConvTranspose2dOp, LinearOp
from .normalization import BatchNormOp
from .pooling import AvgPoolOp, MaxPoolOp, SumPoolOp
from .quantization import DequantizeOp, QuantizeOp, RequantizeOp, TruncOp
from .steps import LookupOp, ThresholdOp

TENSOR_OPS: tuple[type[QnnOp], ...] = (
    QuantizeOp,
    DequantizeOp,
    RequantizeOp,
    TruncOp,
    ThresholdOp,
    LookupOp,
    Conv2dOp,
    ConvTranspose2dOp,
    LinearOp,
    BatchNormOp,
    MaxPoolOp,
    SumPoolOp,
    AvgPoolOp,
    AddOp,
    SubOp,
    MulOp,
    DivOp,
    ReluOp,
    LeakyReluOp,
    PReluOp,
    ClipOp,
    HardSigmoidOp,
    SigmoidOp,
    TanhOp,
    EluOp,
    SignOp,
    FloorOp,
    CeilOp,
    RoundOp,
    ReshapeOp,
    TransposeOp,
    ConcatOp,
    SplitOp,
    SliceOp,
    PadOp,
    ResizeOp,
    SoftmaxOp,
    ArgMaxOp,
    TopKOp,
)
"""All ops on tensors except constants; the dialect and the interpreter read this list."""

Qnn = Dialect(
    "qnn",
    [DataOp, ConstantOp, *TENSOR_OPS],
    [BipolarType, TernaryType, RoundingAttr, DataAttr],
)

__all__ = ["TENSOR_OPS", "ConstantOp", "DataOp", "Qnn", "QnnOp"]
