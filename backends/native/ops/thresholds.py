"""Thresholds of a tensor, or of the scaled sum of two tensors, which is computed in the same step.

Thresholds that alone read the sums of a layer have no step of their own: `layers.py` adds them to
that of the layer.
"""

from collections.abc import Iterable

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.qnn import QnnOp
from ....qdialect.qnn.elementwise import AddOp, MulOp
from ....qdialect.qnn.steps import ThresholdOp
from ....qdialect.types import BipolarType, bit_width, element_of, shape_of, value_range
from ..activations import MAX_COMPARED, Thresholds
from ..analysis import (
    StageAnalysis,
    can_compute,
    fused_operands,
    parameters_are_known,
    written_planes,
)
from ..constants import KnownValues
from ..layers import add_threshold_layer, thresholds_of
from ..products import identity, weighted_add
from ..steps import StepList, add_steps, layer_name
from ..tensors import NativeTensor, needs_wide, quant_type_of
from ..weighted_sums import fit_weighted_sum


@can_compute.register
def can_compute_thresholds(op: ThresholdOp, known: KnownValues) -> bool:
    return parameters_are_known(op, known)


@written_planes.register
def planes_of_thresholds(op: ThresholdOp) -> int:
    if isinstance(element_of(op.output), BipolarType):
        return 1
    return 2 if op.offset.value.data == -1 and shape_of(op.thresholds)[1] == 2 else 0


@fused_operands.register
def fused_addition(op: ThresholdOp, analysis: StageAnalysis) -> Iterable[QnnOp]:
    """An addition of two tensors that only the thresholds read, and the multiplications by a
    constant number that only this addition reads."""
    add = op.x.owner
    if not isinstance(add, AddOp) or analysis.only_use(add.output) is not op:
        return
    sides = (add.lhs, add.rhs)
    if add not in analysis.members or needs_wide(quant_type_of(add.output)) is not False:
        return
    if any(v in analysis.known or shape_of(v) != shape_of(add.output) for v in sides):
        return
    yield add
    for side in sides:
        mul = side.owner
        if isinstance(mul, MulOp) and analysis.only_use(side) is add and mul in analysis.members:
            found = factor_of(mul, analysis.known)
            if found is not None and shape_of(found[0]) == shape_of(side):
                yield mul


def factor_of(op: MulOp, known: KnownValues) -> tuple[SSAValue, int] | None:
    """The value that an op multiplies by a single constant number, and the number."""
    for value, factor in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
        if factor in known and known[factor].size == 1 and value not in known:
            return value, int(known[factor].reshape(-1)[0])
    return None


@add_steps.register
def add_thresholds(op: ThresholdOp, steps: StepList) -> None:
    wide = bool(needs_wide(quant_type_of(op.x)))
    y = steps.new_tensor(op.output, 0 if wide else steps.analysis.bit_planes(op.output))
    owner = op.x.owner
    if isinstance(owner, AddOp) and owner in steps.analysis.fused:
        (a, m), (b, n) = scaled_operand(owner.lhs, steps), scaled_operand(owner.rhs, steps)
        factors, thresholds = weighted_add_thresholds((a, b), (m, n), op, steps)
        product, reads = weighted_add((a, b), factors, y), [a, b]
    else:
        x = steps.tensors[op.x]
        product, reads = identity(x, y, wide), [x]
        thresholds = thresholds_of(op, steps)
    add_threshold_layer(layer_name(op), steps, product, thresholds, reads, y)


def weighted_add_thresholds(
    xs: tuple[NativeTensor, NativeTensor],
    factors: tuple[int, int],
    op: ThresholdOp,
    steps: StepList,
) -> tuple[tuple[int, int], Thresholds]:
    """The factors of two tensors and the thresholds of their sum: on a line if possible."""
    rows = steps.known[op.thresholds]
    one = len(rows) == 1 and op.descending is None and rows.shape[1] > MAX_COMPARED
    if not one or any(bit_width(x.element) > 8 for x in xs):
        return factors, thresholds_of(op, steps)
    a, b = (value_range(x.element) for x in xs)
    best = fit_weighted_sum((a, b), factors, rows[0].astype(np.int64))
    low, high = (np.full(shape_of(op.x)[-1], best.sums[end]) for end in (0, -1))
    rows = best.thresholds[None]
    return best.factors, Thresholds.of(rows, None, op.offset.value.data, (low, high), best.sums)


def scaled_operand(value: SSAValue, steps: StepList) -> tuple[NativeTensor, int]:
    """The tensor and the factor of one side of a fused addition."""
    owner = value.owner
    if isinstance(owner, MulOp) and owner in steps.analysis.fused:
        (x, factor) = factor_of(owner, steps.known) or (None, 0)
        assert x is not None
        return steps.tensors[x], factor
    return steps.tensors[value], 1
