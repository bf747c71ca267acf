"""Which ops become C++: those on integers whose weights and thresholds are constant.

numpy computes all others, such as those that quantize an input or scale the scores.
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

KnownValues = Mapping[SSAValue, Array]
"""Values that do not depend on the inputs."""

LAYOUT_OPS = ReshapeOp, TransposeOp, ConcatOp, SplitOp, SliceOp, PadOp, ResizeOp
ARITHMETIC_OPS = AddOp, SubOp, MulOp, ReluOp, RequantizeOp, TruncOp
IMAGE_OPS = Conv2dOp, ConvTranspose2dOp, MaxPoolOp, SumPoolOp


def supports(op: QnnOp, known: KnownValues) -> bool:
    """Whether an op becomes C++."""
    values = [value for value in (*op.operands, *op.results) if value not in known]
    if not all(
        is_quant(element_of(v)) and needs_wide(quant_type_of(v)) is not None for v in values
    ):
        return False
    if isinstance(op, IMAGE_OPS) and shape_of(op.operands[0])[0] != 1:
        return False
    first, *others = op.operands
    match op:
        case LinearOpBase():
            implemented = isinstance(op, LinearOp | Conv2dOp | ConvTranspose2dOp)
            return implemented and first not in known and all(value in known for value in others)
        case ThresholdOp():
            return first not in known and all(value in known for value in others)
        case LookupOp():
            return first not in known and op.table in known and covers_all_indices(op)
        case MaxPoolOp() | SumPoolOp():
            return True
        case _:
            return isinstance(op, LAYOUT_OPS + ARITHMETIC_OPS)


def covers_all_indices(op: LookupOp) -> bool:
    """Whether a table has an entry for every value that the index can have."""
    low, high = value_range(quant_type_of(op.x))
    first = op.first.value.data
    return first <= low and high < first + op.entries


def quant_type_of(value: SSAValue) -> QuantType:
    element = element_of(value)
    assert isinstance(element, QuantType)
    return element


def needs_wide(type: QuantType) -> bool | None:
    """Whether values of a type need 64-bit integers instead of 32-bit ones; None if 64 are too few.

    The lowest and the highest integer of each width are kept free: negating a value cannot
    overflow, and the highest serves as a threshold that no value reaches.
    """
    low, high = value_range(type)
    for bits, wide in ((32, False), (64, True)):
        if -(1 << (bits - 1)) < low and high < (1 << (bits - 1)) - 1:
            return wide
    return None
