"""Which ops become C++: those on integers whose weights and thresholds are constant.

numpy computes all others, such as those that quantize an input or scale the scores.
"""

from ...qdialect.qnn import QnnOp
from ...qdialect.types import element_of, is_quant
from .analysis import can_compute
from .constants import KnownValues
from .ops import add_steps
from .tensors import needs_wide, quant_type_of


def supports(op: QnnOp, known: KnownValues) -> bool:
    """Whether an op becomes C++."""
    values = [value for value in (*op.operands, *op.results) if value not in known]
    return (
        type(op) in add_steps.registry
        and all(is_quant(element_of(value)) for value in values)
        and all(needs_wide(quant_type_of(value)) is not None for value in values)
        and can_compute(op, known)
    )
