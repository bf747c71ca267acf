"""Builds the ops that add multiples of integer tensors; each function appends them to a list."""

from xdsl.ir import Operation, SSAValue

from ...qdialect.qnn.constants import ConstantPool, range_of
from ...qdialect.qnn.elementwise import AddOp, MulOp
from ...qdialect.types import smallest_type
from ..sum_types import sum_type


def multiple(x: SSAValue, factor: int, pool: ConstantPool, new_ops: list[Operation]) -> SSAValue:
    """A tensor times a factor."""
    if factor == 1:
        return x
    corners = [factor * end for end in range_of(x)]
    constant = pool.constant(factor, smallest_type(min(factor, 0), max(factor, 0)), "multiplier")
    product = MulOp(x, constant, sum_type(min(corners), max(corners)))
    new_ops += [constant, product]
    return product.output


def total(a: SSAValue, b: SSAValue, new_ops: list[Operation]) -> SSAValue:
    """The sum of two tensors."""
    (a_low, a_high), (b_low, b_high) = range_of(a), range_of(b)
    new_ops.append(AddOp(a, b, sum_type(a_low + b_low, a_high + b_high)))
    return new_ops[-1].results[0]


def pair_index(
    a: SSAValue, b: SSAValue, pool: ConstantPool, new_ops: list[Operation]
) -> tuple[SSAValue, int]:
    """`factor * a + b`, with a factor for which each pair of values has an integer of its own, and
    the factor.

    The factor is the size of the range of b, so the integers of a and then of b follow one another.
    """
    low, high = range_of(b)
    factor = high - low + 1
    return total(multiple(a, factor, pool, new_ops), b, new_ops), factor
