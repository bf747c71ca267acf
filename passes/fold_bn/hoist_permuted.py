"""Moves a quantizer and its chain above permutations, if its parameters then vary by channel only.

    quantize(mul(transpose(x), c))   becomes   transpose(quantize(mul(x, c')))

Thresholds may vary along the last axis only. Parameters that vary along another axis after a
permutation may vary along the last axis before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ...qdialect.data import Array
from ...qdialect.qnn.base import int_attr
from ...qdialect.qnn.constants import ConstantPool, constant_of
from ...qdialect.qnn.layout import ReshapeOp, TransposeOp
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.types import element_of, is_quant, shape_of
from .chains import ElementwiseOp, QuantizerOp, split_operands
from .quant_params import dequantize_of

ChainOp = ElementwiseOp | QuantizerOp | DequantizeOp


@dataclass(frozen=True)
class PermutedChain:
    """A quantizer, the ops of its chain behind the last permutation, and the permutations."""

    ops: Sequence[ChainOp]
    """The ops after the last permutation in order, the quantizer last."""
    moves: Sequence[ReshapeOp | TransposeOp]
    source: SSAValue
    """The tensor before it is permuted."""

    @property
    def channels(self) -> int:
        return shape_of(self.source)[-1]

    def source_indices(self) -> Array:
        """For each element that the chain reads, its index in the source."""
        indices = np.arange(prod(shape_of(self.source))).reshape(shape_of(self.source))
        for move in self.moves:
            indices = move.move(indices)
        return indices.reshape(-1)


def permuted_chain(quantizer: QuantizerOp) -> PermutedChain | None:
    """The chain of a quantizer up to the permutations that it reads, if it reads any."""
    ops: list[ChainOp] = [quantizer]
    value = quantizer.x
    while not is_quant(element_of(value)):
        owner: object = value.owner
        if isinstance(owner, ElementwiseOp):
            free, _ = split_operands(owner)
            if len(free) != 1 or shape_of(free[0]) != shape_of(value):
                return None
            ops.insert(0, owner)
            value = free[0]
        elif (source := dequantize_of(value)) is not None:
            ops.insert(0, source)
            value = source.x
        else:
            break
    moves: list[ReshapeOp | TransposeOp] = []
    while isinstance(move := value.owner, ReshapeOp | TransposeOp):
        moves.insert(0, move)
        value = move.x
    return PermutedChain(ops, moves, value) if moves and len(shape_of(value)) > 1 else None


class HoistPermuted(RewritePattern):
    """Moves a quantizer and its chain above permutations, if its parameters then vary along the
    channels only."""

    def __init__(self, pool: ConstantPool):
        self.pool = pool

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QuantizeOp | ThresholdOp, rewriter: PatternRewriter) -> None:
        if is_quant(element_of(op.x)):
            return
        chain = permuted_chain(op)
        if chain is None or not must_move(chain):
            return
        indices = chain.source_indices()
        found = [parameters_in_source(chain, each, indices) for each in chain.ops]
        rows = [parameters for parameters in found if parameters is not None]
        if len(rows) < len(found):
            return
        new, value = list[Operation](), chain.source
        for each, parameters in zip(chain.ops, rows, strict=True):
            new += self._copy(each, value, parameters, shape_of(chain.source))
            value = new[-1].results[0]
        for move in chain.moves:
            result = TensorType(element_of(op.output), shape_of(move.output))
            new.append(
                type(move).create(
                    operands=[value], result_types=[result], properties=dict(move.properties)
                )
            )
            value = new[-1].results[0]
        if "layer" in op.properties:
            new[-1].attributes["activation"] = op.properties["layer"]
        rewriter.replace(op, new)

    def _copy(
        self,
        op: ChainOp,
        value: SSAValue,
        parameters: Sequence[Array],
        shape: Sequence[int],
    ) -> list[Operation]:
        """The new constants of an op, then a copy of the op that reads another value and them."""
        new, operands, rest = list[Operation](), list[SSAValue](), iter(parameters)
        for operand in op.operands:
            constant = constant_of(operand)
            if constant is None:
                operands.append(value)
                continue
            row = next(rest)
            if row is constant:
                operands.append(operand)
                continue
            new.append(self.pool.constant(row, element_of(operand), operand.name_hint or "part"))
            operands.append(new[-1].results[0])
        properties = dict(op.properties)
        if isinstance(op, QuantizeOp | DequantizeOp):
            properties["axis"] = int_attr(-1)
        result = TensorType(element_of(op.results[0]), shape)
        return [
            *new,
            type(op).create(operands=operands, result_types=[result], properties=properties),
        ]


def must_move(chain: PermutedChain) -> bool:
    """Whether a chain cannot stay where it is: permuted floats come from a tensor whose scale
    varies, or parameters vary along another axis than the last."""
    if not is_quant(element_of(chain.source)):
        return True
    return any(varies_elsewhere(op) for op in chain.ops)


def varies_elsewhere(op: ChainOp) -> bool:
    """Whether a parameter varies along another axis than the last."""
    return any(
        constant.size > 1 and broadcast_shape(op, constant)[-1] != constant.size
        for constant in constants_of(op)
        if not isinstance(op, ThresholdOp)
    )


def constants_of(op: ChainOp) -> list[Array]:
    return [c for value in op.operands if (c := constant_of(value)) is not None]


def broadcast_shape(op: ChainOp, constant: Array) -> tuple[int, ...]:
    """The shape in which a parameter is broadcast to the operand of its op; at least one axis."""
    if isinstance(op, QuantizeOp | DequantizeOp) and constant.size > 1:
        shape = [1] * len(shape_of(op.x))
        shape[op.axis.value.data] = constant.size
        return tuple(shape)
    return constant.shape or (1,)


def parameters_in_source(chain: PermutedChain, op: ChainOp, indices: Array) -> list[Array] | None:
    """The parameters of an op for each channel of the source; None if one of them varies between
    its pixels."""
    shape = shape_of(op.results[0])
    found: list[Array] = []
    for constant in constants_of(op):
        by_row = isinstance(op, ThresholdOp)
        if constant.size == 1 or (by_row and len(constant) == 1):
            # A number with more axes than the source would give the result as many axes.
            fits = by_row or constant.ndim <= len(shape_of(chain.source))
            found.append(constant if fits else constant.reshape(()))
            continue
        values = np.arange(len(constant)) if by_row else constant
        elements = np.broadcast_to(values.reshape(broadcast_shape(op, values)), shape).reshape(-1)
        in_source = np.empty_like(elements)
        in_source[indices] = elements
        by_pixel = in_source.reshape(-1, chain.channels)
        if not (by_pixel == by_pixel[0]).all():
            return None
        found.append(constant[by_pixel[0]] if by_row else by_pixel[0])
    return found
