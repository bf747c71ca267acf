"""Batch normalisation, as trained networks have it; `fold-bn` absorbs it into integer ops."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def

from ..types import element_of, shape_of
from ..values import Value, as_array
from .base import (
    FloatProperty,
    QnnOp,
    Shape,
    float_attr,
    require,
    require_float,
    require_same_element,
    text_of,
)
from .constants import constant_of


@irdl_op_definition
class BatchNormOp(QnnOp):
    """Batch normalisation with fixed statistics, as inference computes it.

    In float32, `x * k + (beta - mean * k)` with `k = 1 / sqrt(variance + epsilon) * gamma`, one
    number for each channel of the last axis: the order in which onnxruntime computes, whose own
    root of four channels at a time is an estimate that may miss the last bit.
    """

    name = "qnn.batch_norm"

    x = operand_def()
    gamma = operand_def()
    beta = operand_def()
    mean = operand_def()
    variance = operand_def()
    epsilon = prop_def(FloatProperty, default_value=float_attr(1e-5))
    output = result_def()

    assembly_format = (
        "$x `,` $gamma `,` $beta `,` $mean `,` $variance attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        gamma: SSAValue | Operation,
        beta: SSAValue | Operation,
        mean: SSAValue | Operation,
        variance: SSAValue | Operation,
        epsilon: float = 1e-5,
    ):
        x = SSAValue.get(x)
        operands = [x, gamma, beta, mean, variance]
        self.init_with_inferred_types(operands, {"epsilon": float_attr(epsilon)}, element_of(x))

    def result_shapes(self) -> Sequence[Shape]:
        x = shape_of(self.x)
        require(len(x) >= 1, "the input needs an axis of channels")
        for name, value in (
            ("gamma", self.gamma),
            ("beta", self.beta),
            ("mean", self.mean),
            ("variance", self.variance),
        ):
            require(
                shape_of(value) == x[-1:],
                f"{name} must hold {x[-1]} numbers, it is {text_of(shape_of(value))}",
            )
        return (x,)

    def verify_types(self) -> None:
        require_float(self.x, "the input")
        require_same_element((*self.operands, self.output))
        variance = constant_of(self.variance)
        require(
            variance is None or bool(np.all(variance + self.epsilon.value.data > 0)),
            "variance + epsilon is not positive",
        )

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.varies_in_first_operand(varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, gamma, beta, mean, variance = map(as_array, args)
        k = 1 / np.sqrt(variance + x.dtype.type(self.epsilon.value.data)) * gamma
        return (x * k + (beta - mean * k),)
