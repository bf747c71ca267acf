"""Pools of signals and images, and global ones."""

from collections.abc import Sequence

from xdsl.dialects.builtin import UnitAttr

from ....qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp
from ....qdialect.types import element_of, is_quant, shape_of
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue
from .windows import extent_of, pads_of, spatial_pair, window_input, window_result


@handles("MaxPool", "AveragePool", ignores=("storage_order",))
def pool(m: ProgramBuilder, node: Node) -> GraphValue:
    """A pool of a signal or an image, in either layout."""
    x = window_input(m, node)
    spatial = m.tensor(node, 0).rank - 2
    kernel = spatial_pair(node, "kernel_shape", 1, spatial)
    strides, dilations = (
        spatial_pair(node, "strides", 1, spatial),
        spatial_pair(node, "dilations", 1, spatial),
    )
    extent = extent_of(kernel, dilations)
    pads = pads_of(node, spatial, shape_of(x)[1:3], extent, strides)
    cut = [0, 0]
    if node.flag("ceil_mode", False):
        cut = _ceil_padding(node, shape_of(x)[1:3], extent, strides, pads)
    whole = [*pads[:2], pads[2] + cut[0], pads[3] + cut[1]]
    if node.op == "MaxPool":
        if node.has_output(1):
            raise node.fail("the indices of the maxima are not supported")
        op = MaxPoolOp(x, kernel, strides, whole, dilations)
    else:
        op = AvgPoolOp(x, kernel, strides, whole, dilations)
        _count_padding(node, op, pads, cut)
    return window_result(m, node, m.add(op, node).output, spatial + 2)


def _count_padding(node: Node, op: AvgPoolOp, pads: Sequence[int], cut: Sequence[int]) -> None:
    if is_quant(element_of(op.x)):
        raise node.fail("it averages integers: dequantize them first")
    if not node.flag("count_include_pad", False):
        return
    if any(cut):
        raise node.fail("ceil_mode together with count_include_pad is not supported")
    if any(pads):
        op.properties["count_padding"] = UnitAttr()


def _ceil_padding(
    node: Node,
    sizes: Sequence[int],
    extent: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
) -> list[int]:
    """Padding that lets the last, partial window fit.

    Runtimes disagree on whether a window that lies wholly in the padding is left out.
    """
    more: list[int] = []
    for axis in range(2):
        padded = sizes[axis] + pads[axis] + pads[axis + 2]
        windows = -(-(padded - extent[axis]) // strides[axis]) + 1
        if (windows - 1) * strides[axis] >= sizes[axis] + pads[axis]:
            raise node.fail("ceil_mode makes a window that lies wholly in the padding")
        more.append(max(0, (windows - 1) * strides[axis] + extent[axis] - padded))
    return more


@handles("GlobalAveragePool", "GlobalMaxPool")
def global_pool(m: ProgramBuilder, node: Node) -> GraphValue:
    """A pool over the whole image."""
    x = m.tensor(node, 0)
    image = m.image(x, node)
    kind = AvgPoolOp if node.op == "GlobalAveragePool" else MaxPoolOp
    return GraphTensor(m.add(kind(image, shape_of(image)[1:3]), node).output, x.rank, True)


@handles("ReduceMean", ignores=("noop_with_empty_axes",))
def reduce_mean(m: ProgramBuilder, node: Node) -> GraphValue:
    """The mean over all of an image or a signal, which is a global average pool."""
    x = m.tensor(node, 0)
    given = m.optional(node, 1, "the axes")
    axes = node.integers("axes") if given is None else [int(axis) for axis in given.reshape(-1)]
    if x.rank not in (3, 4) or sorted(axis % x.rank for axis in axes or []) != [*range(2, x.rank)]:
        raise node.fail(f"means over axes {axes} are not supported: over the whole image they are")
    image = m.image(x, node)
    y = GraphTensor(m.add(AvgPoolOp(image, shape_of(image)[1:3]), node).output, x.rank, True)
    if node.flag("keepdims", True):
        return y
    return GraphTensor(m.reshape(y.value, x.shape[:2]), 2)
