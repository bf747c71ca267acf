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
    """Batch normalisation over the channels of the last axis, with fixed statistics.

    The result is `x * k + (beta - mean * k)` with `k = 1 / sqrt(variance + epsilon) * gamma`, in
    float32 and in this order, which is that of onnxruntime. onnxruntime itself approximates the
    square root of four channels together, so its last bit may differ.

    %y = qnn.batch_norm %x, %gamma, %beta, %mean, %variance
        : (tensor<1x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
        -> tensor<1x8xf32>
    """

    name = "qnn.batch_norm"

    x = operand_def()
    gamma = operand_def()
    """The trained factor of each channel."""
    beta = operand_def()
    """The trained offset of each channel."""
    mean = operand_def()
    """The mean of each channel in training."""
    variance = operand_def()
    """The variance of each channel in training."""
    epsilon = prop_def(FloatProperty, default_value=float_attr(1e-5))
    """Added to the variance; the sum must be positive."""
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
            "variance + epsilon must be positive in every channel",
        )

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.varies_in_first_operand(varying)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        x, gamma, beta, mean, variance = map(as_array, args)
        k = 1 / np.sqrt(variance + x.dtype.type(self.epsilon.value.data)) * gamma
        return (x * k + (beta - mean * k),)
