"""Imports convolutions and transposed convolutions of signals and images."""

from collections.abc import Sequence

from ....qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp
from ....qdialect.types import shape_of
from ..builder import ProgramBuilder
from ..node import Node
from ..registry import handles
from ..values import GraphValue
from .weights import bias_operand, image_kernel, kernel_of, split_groups, weights_operand
from .windows import (
    explicit_pads,
    extent_of,
    has_channels_last,
    pads_of,
    spatial_pair,
    split_pads,
    window_input,
    window_result,
)


@handles("Conv")
def conv(m: ProgramBuilder, node: Node) -> GraphValue:
    """A convolution, with channels second or last."""
    last = has_channels_last(node)
    kernel, spatial = image_kernel(node, kernel_of(m, node), 1 if last else 2)
    x = window_input(m, node)
    w = weights_operand(m, node, kernel, (0, 1, 2, 3) if last else (0, 2, 3, 1))
    outputs, *taps, _ = shape_of(w)
    check_kernel(node, taps, spatial)
    strides, dilations = (
        spatial_pair(node, "strides", 1, spatial),
        spatial_pair(node, "dilations", 1, spatial),
    )
    pads = pads_of(node, spatial, shape_of(x)[1:3], extent_of(taps, dilations), strides)
    groups = node.integer("group", 1)
    bias = bias_operand(m, node, 2, outputs)
    op = Conv2dOp(x, w, None, bias, strides, pads, dilations, groups)
    return window_result(m, node, m.add(op, node).output, spatial + 2)


def check_kernel(node: Node, taps: Sequence[int], spatial: int) -> None:
    declared, actual = node.integers("kernel_shape"), list(taps)[2 - spatial :]
    if declared is not None and declared != actual:
        raise node.fail(f"kernel_shape is {declared}, but its weights have {actual}")


@handles("ConvTranspose")
def conv_transpose(m: ProgramBuilder, node: Node) -> GraphValue:
    """A transposed convolution."""
    groups = node.integer("group", 1)
    kernel, spatial = image_kernel(node, kernel_of(m, node), 2)
    if groups < 1 or kernel.shape[0] % groups:
        raise node.fail(f"{kernel.shape[0]} channels are not divisible into {groups} groups")
    x = window_input(m, node)
    w = weights_operand(m, node, split_groups(kernel, groups), (1, 2, 3, 0))
    outputs, *taps, _ = shape_of(w)
    check_kernel(node, taps, spatial)
    strides, dilations = (
        spatial_pair(node, "strides", 1, spatial),
        spatial_pair(node, "dilations", 1, spatial),
    )
    extra = spatial_pair(node, "output_padding", 0, spatial)
    extent = extent_of(taps, dilations)
    pads = _transposed_pads(node, spatial, shape_of(x)[1:3], extent, strides, extra)
    bias = bias_operand(m, node, 2, outputs)
    op = ConvTranspose2dOp(x, w, None, bias, strides, pads, extra, dilations, groups)
    return window_result(m, node, m.add(op, node).output, spatial + 2)


def _transposed_pads(
    node: Node,
    spatial: int,
    sizes: Sequence[int],
    extent: Sequence[int],
    strides: Sequence[int],
    extra: Sequence[int],
) -> list[int]:
    """The explicit padding, or the padding that results in the requested output size."""
    auto, pads = explicit_pads(node, spatial)
    requested = node.integers("output_shape")
    if requested is None and auto not in ("SAME_UPPER", "SAME_LOWER"):
        return pads
    if requested is None:
        results = [size * stride for size, stride in zip(sizes, strides, strict=True)]
    elif len(requested) in (spatial, spatial + 2):
        results = [*([1] * (2 - spatial)), *requested[-spatial:]]
    else:
        raise node.fail(f"output_shape {requested} must have {spatial} sizes")
    totals = [
        (size - 1) * stride + span + more - result
        for size, stride, span, more, result in zip(
            sizes, strides, extent, extra, results, strict=True
        )
    ]
    if min(totals) < 0:
        raise node.fail(f"output_shape {results[2 - spatial :]} is larger than its windows cover")
    return split_pads(auto, totals)
