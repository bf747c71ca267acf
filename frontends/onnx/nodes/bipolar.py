"""Recognizes one-bit activations that FINN writes as 0 or 1 with a factor and an offset."""

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.qnn.constants import constant_of
from ....qdialect.qnn.elementwise import BinaryOp
from ....qdialect.qnn.quantization import DequantizeOp
from ....qdialect.qnn.steps import ThresholdOp
from ....qdialect.types import BipolarType, element_of, unsigned
from ....qdialect.values import Value, as_array
from ..builder import ProgramBuilder


def with_bipolar_levels(m: ProgramBuilder, last: BinaryOp) -> SSAValue:
    """The result of an op; a threshold that it turns into -a or a becomes bipolar.

    The steps from 0 or 1 are evaluated in their own float arithmetic.
    """
    steps: list[BinaryOp | DequantizeOp] = [last]
    while isinstance(step := steps[0], BinaryOp):
        number = step.constant_number
        owner = None if number is None else step.operands[1 - number[1]].owner
        if not isinstance(owner, BinaryOp | DequantizeOp):
            return last.output
        steps.insert(0, owner)
    threshold = step.x.owner
    if not isinstance(threshold, ThresholdOp) or element_of(threshold.output) != unsigned(1):
        return last.output
    if threshold.offset.value.data or threshold.descending is not None:
        return last.output
    low, high = _reals_of_bit(steps)
    if low != -high or not high:
        return last.output
    bipolar = ThresholdOp(threshold.x, threshold.thresholds, BipolarType())
    bipolar.layer = threshold.layer
    m.superseded += [threshold, *steps]
    return m.add(DequantizeOp(m.add(bipolar), m.floats(high, "scale"))).output


def _reals_of_bit(steps: list[BinaryOp | DequantizeOp]) -> tuple[float, float]:
    """The results of a chain of ops for 0 and for 1."""
    values: dict[SSAValue, Value] = {steps[0].operands[0]: np.array([0, 1], np.uint8)}
    for step in steps:
        args = (values.get(operand, constant_of(operand)) for operand in step.operands)
        values[step.output] = step.evaluate(*(arg for arg in args if arg is not None))[0]
    low, high = as_array(values[steps[-1].output]).reshape(-1)
    return float(low), float(high)
