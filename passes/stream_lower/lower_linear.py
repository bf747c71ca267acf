"""Lowers fully connected layers, and multiplies by weights in the form that a process needs."""

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.linear import LinearOp, LinearOpBase
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.stream import ChannelType, compute, flow
from ...qdialect.types import (
    BipolarType,
    TernaryType,
    element_of,
    shape_of,
    smallest_type,
)
from .lowering import Lowering, lowers, refused


def constant_weights(op: LinearOpBase) -> Array:
    weights = constant_of(op.weights)
    if weights is None:
        raise refused(op, "its weights are computed: they must be constant")
    return weights


@lowers(LinearOp)
def lower_linear_op(d: Lowering, op: LinearOp) -> None:
    """A matrix times a vector, in the order in which the vector comes."""
    carried, output = d.carried.get(op.x), d.channel_type(op.output)
    weights = constant_weights(op)
    if carried is None or carried.order is None or len(shape_of(op.x)) != 2:
        return d.bind(op.output, multiply(d, op, d.ordered_channel(op.x, op), weights, output))
    turned = np.empty_like(weights)
    turned[:, carried.order] = weights
    flat = d.add(flow.RepackOp(carried.channel, 1, shape_of(op.x)[1:]), op).output
    d.bind(op.output, multiply(d, op, flat, turned, output))


def multiply(
    d: Lowering, op: LinearOpBase, x: SSAValue, weights: Array, output: ChannelType
) -> SSAValue:
    """Every vector of a channel times the weights of an op, as they are or in another form."""
    bias = None if op.bias is None else d.constant_name(op.bias, op)
    name, codebook = store_weights(d, op, weights)
    process = compute.MatvecOp(x, output, name, output.quant_type, bias, codebook=codebook)
    return d.add(process, op).output


def store_weights(d: Lowering, op: LinearOpBase, weights: Array) -> tuple[str, str | None]:
    """The names of weights and, if they are indices, of their codebook.

    Weights in another form than the op's may hold zeros that it has not.
    """
    own, read = weights is constant_of(op.weights), op.weights.owner
    if isinstance(read, LookupOp):
        return (
            (store_indices(d, read), d.constant_name(read.table, op))
            if own
            else store_as_indices(d, op, read, weights)
        )
    if own:
        return d.constant_name(op.weights, op), None
    element = element_of(op.weights)
    if isinstance(element, BipolarType) and not weights.all():
        element = TernaryType()
    return d.add_data(weights, element, "weights"), None


def store_as_indices(
    d: Lowering, op: LinearOpBase, read: LookupOp, weights: Array
) -> tuple[str, str]:
    """Codebook weights in another form, as indices again."""
    table = constant_of(read.table)
    assert table is not None
    entries = np.union1d(table, weights)
    index = np.searchsorted(entries, weights)
    if np.array_equal(entries, table):
        codebook = d.constant_name(read.table, op)
    else:
        ends = int(entries[0]), int(entries[-1])
        codebook = d.add_data(entries, smallest_type(*ends), "codebook")
    return d.add_data(index, smallest_type(0, len(entries) - 1), "weights"), codebook


def store_indices(d: Lowering, read: LookupOp) -> str:
    """The indices of codebook weights, counted from the first entry."""
    first, constant = read.first.value.data, constant_of(read.x)
    assert constant is not None
    if first == 0:
        return d.constant_name(read.x, read)
    shifted = constant.astype(np.int64) - first
    return d.add_data(shifted, smallest_type(0, int(shifted.max())), "weights")
