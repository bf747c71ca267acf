"""Imports batch normalisation."""

import numpy as np

from ....qdialect.data import Array
from ....qdialect.qnn.normalization import BatchNormOp
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue
from .windows import has_channels_last


@handles("BatchNormalization", ignores=("momentum",))
def batch_norm(m: ProgramBuilder, node: Node) -> GraphValue:
    """Batch normalisation over the channels, with fixed statistics."""
    if node.flag("training_mode", False) or not node.flag("spatial", True):
        raise node.fail("training_mode = 1 or spatial = 0: export the model for inference")
    x = m.tensor(node, 0)
    if has_channels_last(node):
        x = GraphTensor(m.plain(x), x.rank)
    elif x.rank >= 3:
        x = GraphTensor(m.image(x, node), x.rank, True)
    channels = 0 if x.rank < 2 else x.shape[-1 if has_channels_last(node) else 1]
    names = ("gamma", "beta", "mean", "variance")
    rows = [
        _channel_parameter(m, node, index + 1, name, channels) for index, name in enumerate(names)
    ]
    operands = [m.floats(row, name) for row, name in zip(rows, names, strict=True)]
    op = BatchNormOp(x.value, *operands, epsilon=node.number("epsilon", 1e-5))
    return x.like(m.add(op, node).output)


def _channel_parameter(
    m: ProgramBuilder, node: Node, index: int, name: str, channels: int
) -> Array:
    row = m.array(node, index, f"its {name}").astype(np.float32)
    if row.shape != (channels,):
        shape = m.value(node, 0).shape
        raise node.fail(
            f"its {name} has shape {row.shape}: it must be {(channels,)} for an input of {shape}"
        )
    return row
