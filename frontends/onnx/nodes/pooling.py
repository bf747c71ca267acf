"""Imports pools of signals and images, and global pools."""

from collections.abc import Sequence

from xdsl.dialects.builtin import UnitAttr

from ....qdialect.qnn.layout import PadOp
from ....qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp
from ....qdialect.types import element_of, is_quant, shape_of
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue
from .windows import extent_of, pads_of, spatial_pair, window_input, window_result


@handles("MaxPool", "AveragePool", ignores=("storage_order",))
def pool(m: ProgramBuilder, node: Node) -> GraphValue:
    """A pool of a signal or an image, with channels second or last."""
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
    all_pads = [*pads[:2], pads[2] + cut[0], pads[3] + cut[1]]
    if node.op == "MaxPool":
        if node.has_output(1):
            raise node.fail("its output of indices is not supported: remove it")
        op = MaxPoolOp(x, kernel, strides, all_pads, dilations)
    else:
        if is_quant(element_of(x)):
            raise node.fail("it averages integers: insert DequantizeLinear before it")
        counted = node.flag("count_include_pad", False) and any(pads)
        if counted and any(cut):
            # As in torch, the padding counts, but not the rows and columns that ceil_mode adds.
            # Some releases of onnxruntime count both.
            x = m.add(PadOp(x, (0, *pads[:2], 0), (0, *pads[2:], 0)), node).output
            all_pads, counted = [0, 0, *cut], False
        op = AvgPoolOp(x, kernel, strides, all_pads, dilations)
        if counted:
            op.properties["count_padding"] = UnitAttr()
    return window_result(m, node, m.add(op, node).output, spatial + 2)


def _ceil_padding(
    node: Node,
    sizes: Sequence[int],
    extent: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
) -> list[int]:
    """The extra padding with which the last, partial window fits.

    A window entirely in the padding is an error, because runtimes disagree on whether to omit it.
    """
    more: list[int] = []
    for axis in range(2):
        padded = sizes[axis] + pads[axis] + pads[axis + 2]
        windows = -(-(padded - extent[axis]) // strides[axis]) + 1
        if (windows - 1) * strides[axis] >= sizes[axis] + pads[axis]:
            raise node.fail("with ceil_mode a window is entirely in the padding: reduce the pads")
        more.append(max(0, (windows - 1) * strides[axis] + extent[axis] - padded))
    return more


@handles("GlobalAveragePool", "GlobalMaxPool")
def global_pool(m: ProgramBuilder, node: Node) -> GraphValue:
    """A pool with the whole image as its window."""
    x = m.tensor(node, 0)
    image = m.image(x, node)
    kind = AvgPoolOp if node.op == "GlobalAveragePool" else MaxPoolOp
    return GraphTensor(m.add(kind(image, shape_of(image)[1:3]), node).output, x.rank, True)


@handles("ReduceMean", ignores=("noop_with_empty_axes",))
def reduce_mean(m: ProgramBuilder, node: Node) -> GraphValue:
    """The mean over a whole image or signal: a global average pool."""
    x = m.tensor(node, 0)
    axes = m.integers(node, 1, "axes", "the axes")
    if x.rank not in (3, 4) or sorted(axis % x.rank for axis in axes or []) != [*range(2, x.rank)]:
        raise node.fail(
            f"a mean over axes {axes} is not supported: it must be over all of an image"
        )
    image = m.image(x, node)
    y = GraphTensor(m.add(AvgPoolOp(image, shape_of(image)[1:3]), node).output, x.rank, True)
    if node.flag("keepdims", True):
        return y
    return GraphTensor(m.reshape(y.value, x.shape[:2]), 2)
