"""Which ops become C++: those on integers, whose weights and thresholds are known.

All others, such as what quantizes an input or scales the scores, are left to numpy.
"""

from collections.abc import Mapping

from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.elementwise import AddOp, MulOp, ReluOp, SubOp
from ...qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from ...qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp, LinearOpBase
from ...qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ...qdialect.qnn.quantization import RequantizeOp, TruncOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.types import QuantType, element_of, is_quant, shape_of, value_range

Known = Mapping[SSAValue, Array]
"""Values that don't depend on the inputs."""

LAYOUT_OPS = ReshapeOp, TransposeOp, ConcatOp, SplitOp, SliceOp, PadOp, ResizeOp
ARITHMETIC_OPS = AddOp, SubOp, MulOp, ReluOp, RequantizeOp, TruncOp
IMAGE_OPS = Conv2dOp, ConvTranspose2dOp, MaxPoolOp, SumPoolOp


def supports(op: QnnOp, known: Known) -> bool:
    """Whether an op becomes C++."""
    values = [value for value in (*op.operands, *op.results) if value not in known]
    if not all(is_quant(element_of(v)) and needs_wide(quant_type_of(v)) is not None for v in values):
        return False
    if isinstance(op, IMAGE_OPS) and shape_of(op.operands[0])[0] != 1:
        return False
    first, *others = op.operands
    match op:
        case LinearOpBase():
            numbers = isinstance(op, LinearOp | Conv2dOp | ConvTranspose2dOp)
            return numbers and first not in known and all(value in known for value in others)
        case ThresholdOp():
            return first not in known and all(value in known for value in others)
        case LookupOp():
            return first not in known and op.table in known and covers_all_indices(op)
        case MaxPoolOp() | SumPoolOp():
            return True
        case _:
            return isinstance(op, LAYOUT_OPS + ARITHMETIC_OPS)


def covers_all_indices(op: LookupOp) -> bool:
    """Whether a table answers every index there may be."""
    low, high = value_range(quant_type_of(op.x))
    first = op.first.value.data
    return first <= low and high < first + op.entries


def quant_type_of(value: SSAValue) -> QuantType:
    element = element_of(value)
    assert isinstance(element, QuantType)
    return element


def needs_wide(type: QuantType) -> bool | None:
    """Whether numbers of a type take 64 bits to compute with; None where those are too few."""
    low, high = value_range(type)
    for bits, wide in ((32, False), (64, True)):
        if -(1 << (bits - 1)) < low and high < (1 << (bits - 1)) - 1:
            return wide
    return None
