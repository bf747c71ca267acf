"""Turns the float weights of a layer of integers into integers, without rounding.

    linear(dequantize(q), w)   becomes   linear(dequantize(q), dequantize(i, 2^-k))

Every float is a multiple of some power of 2, so with a common power all weights are integers, of
more bits than those of a quantizer. Some tools leave single layers in floats: onnxruntime does not
quantize transposed convolutions in its format of integer operators.
"""

import logging

from xdsl.dialects.builtin import f64
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.exponents import power_of_two_multiples
from ...qdialect.linear_sums import MAX_FLOAT_WEIGHT_BITS
from ...qdialect.qnn.base import describe
from ...qdialect.qnn.constants import ConstantOp, ConstantPool, constant_of
from ...qdialect.qnn.linear import LinearOpBase
from ...qdialect.qnn.quantization import DequantizeOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import bit_width, element_of, is_quant, smallest_type
from .affine_inputs import affine_input

LOG = logging.getLogger(__name__)

MAX_QUANTIZED_BITS = 16
"""The largest size of weights without a warning: quantizers make no wider ones."""


class IntegerWeights(RewritePattern):
    """Replaces float weights by integers and a scale, if the input of their layer is integers."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: LinearOpBase, rewriter: PatternRewriter) -> None:
        weights = constant_of(op.weights)
        if weights is None or is_quant(element_of(op.weights)) or affine_input(op.x) is None:
            return
        multiples = power_of_two_multiples(weights, MAX_FLOAT_WEIGHT_BITS)
        if multiples is None:
            return
        ints, scale = multiples
        kind = smallest_type(min(int(ints.min()), -1), int(ints.max()))
        if bit_width(kind) > MAX_QUANTIZED_BITS:
            LOG.warning(
                "fold-bn: %s: its weights are float, and take %d bits as integers; "
                "quantize them for a smaller design",
                describe(op),
                bit_width(kind),
            )
        constant = self.pool.constant(ints, kind, op.weights.name_hint or "weights")
        factor = self.pool.constant(scale, f64, "scale")
        known = DequantizeOp(constant, factor)
        operands = [op.x, known.output, *op.operands[2:]]
        layer = type(op).create(
            operands=operands, result_types=[op.output.type], properties=dict(op.properties)
        )
        rewriter.replace(op, [constant, factor, known, layer])


def refuse_float_weights(op: LinearOpBase) -> Refusal:
    """Why the weights of a layer are not integers with a scale."""
    if not isinstance(op.weights.owner, ConstantOp):
        return Refusal("its weights are not integers with a constant scale", "quantize its weights")
    remedy = "quantize them in training (Quant nodes, QDQ, or torch's quantizers)"
    if affine_input(op.x) is None:
        return Refusal("its weights are float", remedy)
    reason = f"its weights are float, and need more than {MAX_FLOAT_WEIGHT_BITS} bits as integers"
    return Refusal(reason, remedy)
