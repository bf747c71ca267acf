"""Imports constants, and operators that are the identity in inference."""

import numpy as np

from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import Constant, GraphValue


@handles("Constant")
def constant(m: ProgramBuilder, node: Node) -> GraphValue:
    """A constant from an attribute."""
    if node.has("value"):
        value = node.attributes["value"]
        if isinstance(value, Constant):
            return value
        raise node.fail("its value must be a tensor")
    if node.has("value_float"):
        return Constant.of(np.array(node.number("value_float", 0), np.float32))
    if node.has("value_int"):
        return Constant.of(np.array(node.integer("value_int", 0), np.int64))
    floats, ints = node.numbers("value_floats"), node.integers("value_ints")
    if floats is not None:
        return Constant.of(np.array(floats, np.float32))
    if ints is not None:
        return Constant.of(np.array(ints, np.int64))
    raise node.fail("its value is not supported: use a tensor or numbers")


@handles("Identity")
def identity_node(m: ProgramBuilder, node: Node) -> GraphValue:
    return m.value(node, 0)


@handles("Dropout", ignores=("ratio", "seed", "is_test"))
def dropout(m: ProgramBuilder, node: Node) -> GraphValue:
    """The identity in inference."""
    if node.has_output(1):
        raise node.fail("its mask output is not supported: remove it")
    training = m.optional(node, 2, "the training mode")
    if training is not None and training.any():
        raise node.fail("it is in training mode: export the model for inference")
    return m.value(node, 0)
