"""Imports the last operators of a classifier: Softmax, LogSoftmax, ArgMax, ArgMin, TopK."""

from collections.abc import Sequence
from math import prod

import numpy as np

from ....qdialect.qnn.classify import ArgMaxOp, LogSoftmaxOp, SoftmaxOp, TopKOp
from ....qdialect.qnn.elementwise import MulOp
from ....qdialect.types import shape_of, signed
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue

INDEX_TYPE = signed(64)
"""ONNX's type of indices."""

SINGLE_AXIS_SOFTMAX_OPSET = 13
"""From this opset on, Softmax normalises over one axis, before it over all axes from that one."""


@handles("Softmax", "LogSoftmax")
def softmax(m: ProgramBuilder, node: Node) -> GraphValue:
    """Scores converted to probabilities or their logarithms; QLinearSoftmax names the opset of its
    definition."""
    kind = SoftmaxOp if node.op == "Softmax" else LogSoftmaxOp
    x = m.plain(m.value(node, 0))
    shape = shape_of(x)
    old = node.integer("opset", m.opset) < SINGLE_AXIS_SOFTMAX_OPSET
    axis = axis_of(node, 1 if old else -1, len(shape))
    if not old:
        return GraphTensor(m.add(kind(x, axis), node).output, len(shape))
    rows = m.reshape(x, (*shape[:axis], prod(shape[axis:])))
    y = m.add(kind(rows, axis), node).output
    return GraphTensor(m.reshape(y, shape), len(shape))


def axis_of(node: Node, default: int, rank: int) -> int:
    """The axis of a node, counted from the front."""
    axis = node.integer("axis", default)
    if not -rank <= axis < rank:
        raise node.fail(f"axis {axis} does not exist in a tensor of rank {rank}")
    return axis % rank


@handles("ArgMax", "ArgMin")
def arg_max(m: ProgramBuilder, node: Node) -> GraphValue:
    """The index of the largest score, or of the smallest: the largest of the negated scores."""
    x = m.plain(m.value(node, 0))
    if node.op == "ArgMin":
        x = m.add(MulOp(x, m.floats(np.float32(-1), "minus")), node).output
    shape = shape_of(x)
    axis = axis_of(node, 0, len(shape))
    last = node.flag("select_last_index", False)
    y = m.add(ArgMaxOp(x, axis, INDEX_TYPE, last), node).output
    if node.flag("keepdims", True):
        y = m.reshape(y, (*shape[:axis], 1, *shape[axis + 1 :]))
    return GraphTensor(y, len(shape_of(y)))


@handles("TopK")
def top_k(m: ProgramBuilder, node: Node) -> Sequence[GraphValue]:
    """The largest scores and their indices."""
    if not node.flag("largest", True) or not node.flag("sorted", True):
        raise node.fail("only largest = 1 and sorted = 1 are supported")
    x = m.plain(m.value(node, 0))
    rank = len(shape_of(x))
    k = m.optional(node, 1, "k")
    count = node.integer("k", 1) if k is None else int(k.reshape(-1)[0])
    op = m.add(TopKOp(x, count, axis_of(node, -1, rank), INDEX_TYPE), node)
    return [GraphTensor(op.values, rank), GraphTensor(op.indices, rank)]
