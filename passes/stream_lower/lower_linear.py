"""Lowers fully connected layers, and stores the weights of all linear ops."""

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.linear import LinearOp, LinearOpBase
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.stream import ChannelType, compute
from ...qdialect.types import (
    BipolarType,
    TernaryType,
    element_of,
    smallest_type,
)
from .lowering import Lowering, lowers, refused
from .orders import combine_orders, in_order


def constant_weights(op: LinearOpBase) -> Array:
    """The weights of an op, which must be constant."""
    weights = constant_of(op.weights)
    if weights is None:
        raise refused(op, "its weights are computed", "only constant weights are supported")
    return weights


@lowers(LinearOp)
def lower_linear_op(lowering: Lowering, op: LinearOp) -> None:
    """Lowers a fully connected layer; if the channels of its input are permuted, so are the columns
    of its matrix."""
    (x, moved), weights = lowering.separate_input(op.x, op), constant_weights(op)
    output = lowering.channel_type(op.output)
    if moved is None:
        return lowering.bind(op.output, multiply(lowering, op, x, weights, output))
    if not in_order(moved.channels):
        weights = moved.rearranged(weights, 1)
    result = multiply(lowering, op, x, weights, output)
    order = combine_orders(moved.pixels, np.arange(len(weights)))
    lowering.bind(op.output, result, order)


def multiply(
    lowering: Lowering, op: LinearOpBase, x: SSAValue, weights: Array, output: ChannelType
) -> SSAValue:
    """Multiplies every vector of a channel by weights: those of an op, or a rearrangement."""
    bias = None if op.bias is None else lowering.constant_name(op.bias, op)
    name, codebook = store_weights(lowering, op, weights)
    process = compute.MatvecOp(x, output, name, output.quant_type, bias, codebook=codebook)
    return lowering.add(process, op).output


def store_weights(lowering: Lowering, op: LinearOpBase, weights: Array) -> tuple[str, str | None]:
    """Stores weights; returns their symbol name and, if they are indices, the name of their
    codebook.

    The weights are those of an op, or a rearrangement, which may have zeros added.
    """
    original, lookup = weights is constant_of(op.weights), op.weights.owner
    if isinstance(lookup, LookupOp):
        if not original:
            return store_with_codebook(lowering, op, lookup, weights)
        return store_indices(lowering, lookup), lowering.constant_name(lookup.table, op)
    if original:
        return lowering.constant_name(op.weights, op), None
    element = element_of(op.weights)
    if isinstance(element, BipolarType) and not weights.all():
        element = TernaryType()
    return lowering.add_data(weights, element, "weights"), None


def store_with_codebook(
    lowering: Lowering, op: LinearOpBase, lookup: LookupOp, weights: Array
) -> tuple[str, str]:
    """Stores rearranged weights as indices; added zeros may extend the codebook."""
    table = constant_of(lookup.table)
    assert table is not None
    entries = np.union1d(table, weights)
    index = np.searchsorted(entries, weights)
    if np.array_equal(entries, table):
        codebook = lowering.constant_name(lookup.table, op)
    else:
        ends = int(entries[0]), int(entries[-1])
        codebook = lowering.add_data(entries, smallest_type(*ends), "codebook")
    return lowering.add_data(index, smallest_type(0, len(entries) - 1), "weights"), codebook


def store_indices(lowering: Lowering, lookup: LookupOp) -> str:
    """Stores the indices of codebook weights, counted from the first entry."""
    first, constant = lookup.first.value.data, constant_of(lookup.x)
    assert constant is not None
    if first == 0:
        return lowering.constant_name(lookup.x, lookup)
    shifted = constant.astype(np.int64) - first
    return lowering.add_data(shifted, smallest_type(0, int(shifted.max())), "weights")
