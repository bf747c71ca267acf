"""Lowers convolutions and pooling: a window over the image, then the arithmetic on each patch."""

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect import convolution
from ...qdialect.data import Array
from ...qdialect.qnn.constants import range_of
from ...qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp
from ...qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ...qdialect.shapes import Window
from ...qdialect.stream import ChannelType, compute, flow, windows
from ...qdialect.types import (
    BipolarType,
    element_of,
    smallest_type,
)
from .lower_elementwise import add_offset
from .lower_layout import pad_if_needed
from .lower_linear import constant_weights, multiply, store_weights
from .lowering import Lowering, lowers, refused


@lowers(Conv2dOp)
def lower_conv2d(d: Lowering, op: Conv2dOp) -> None:
    x = pad_if_needed(d, op, d.ordered_channel(op.x, op), op.window.pads, op.pad_value.value.data)
    weights = constant_weights(op)
    d.bind(op.output, add_convolution(d, op, x, weights, op.window, d.channel_type(op.output)))


@lowers(ConvTranspose2dOp)
def lower_conv_transpose2d(d: Lowering, op: ConvTranspose2dOp) -> None:
    """A convolution of the image with zeros between its pixels, by the kernel turned around.

    One bit holds no zeros: -1 stands between the pixels, and what that adds is taken away.
    """
    window, (below, behind) = op.window, op.output_pads.get_values()
    reach = [extent - 1 for extent in window.extent]
    outside = zip((*reach, reach[0] + below, reach[1] + behind), window.pads, strict=True)
    pads = [far - cut for far, cut in outside]
    if min(pads) < 0:
        raise refused(op, f"pads {list(window.pads)} cut off more than its kernel reaches")
    one_bit = isinstance(element_of(op.x), BipolarType)
    pad = windows.PadOp(d.ordered_channel(op.x, op), pads, -1 if one_bit else 0, window.strides)
    turned, result = constant_weights(op)[:, ::-1, ::-1], d.channel_type(op.output)
    inner, x = Window(window.kernel, dilations=window.dilations), d.add(pad, op).output
    if not one_bit:
        return d.bind(op.output, add_convolution(d, op, x, turned, inner, result))
    gaps = np.ones((1, *pad.outputs[0].frame), np.int8)
    gaps[:, *pad.places] = 0
    missing = convolution.convolve(gaps, turned, inner, op.groups.value.data)[0]
    low, high = range_of(op.output)
    element = smallest_type(low - int(missing.max()), high - int(missing.min()))
    sums = add_convolution(d, op, x, turned, inner, ChannelType(result.frame, element))
    d.bind(op.output, add_offset(d, op, sums, missing))


def add_convolution(
    d: Lowering,
    op: Conv2dOp | ConvTranspose2dOp,
    x: SSAValue,
    weights: Array,
    window: Window,
    output: ChannelType,
) -> SSAValue:
    """A convolution of an image that is padded, with the weights of an op or others."""
    groups, inputs = op.groups.value.data, flow.channel_of(x).frame[-1]
    sizes = window.kernel, window.strides, window.dilations
    if groups == inputs == len(weights) and groups > 1:
        patches = d.add(windows.WindowOp(x, *sizes, by_channel=True), op).patches
        bias = None if op.bias is None else d.constant_name(op.bias, op)
        name, codebook = store_weights(d, op, weights)
        process = compute.DepthwiseOp(
            patches, output, name, output.quant_type, bias, codebook=codebook
        )
        return d.add(process, op).output
    if groups > 1:
        weights = dense_weights(weights, groups)
    if window.kernel != (1, 1) or window.strides != (1, 1):
        x = d.add(windows.WindowOp(x, *sizes), op).patches
    return multiply(d, op, x, weights, output)


def dense_weights(weights: Array, groups: int) -> Array:
    """The weights of a grouped convolution as those of a full one, with zeros between groups."""
    outputs, kh, kw, share = weights.shape
    full = np.zeros((groups, outputs // groups, kh, kw, groups, share), weights.dtype)
    each = np.arange(groups)
    full[each, :, :, :, each] = weights.reshape(groups, -1, kh, kw, share)
    return full.reshape(outputs, kh, kw, groups * share)


@lowers(MaxPoolOp, SumPoolOp)
def lower_pool(d: Lowering, op: MaxPoolOp | SumPoolOp) -> None:
    """A window by channel, padded with what never wins, or with zero."""
    window, sums = op.window, isinstance(op, SumPoolOp)
    value = 0 if sums else range_of(op.x)[0]
    if sums and any(window.pads) and isinstance(element_of(op.x), BipolarType):
        raise refused(op, "it pads one bit with zero")
    x = pad_if_needed(d, op, d.ordered_channel(op.x, op), window.pads, value)
    sizes = window.kernel, window.strides, window.dilations
    patches = d.add(windows.WindowOp(x, *sizes, by_channel=True), op).patches
    process = windows.PoolOp(patches, d.channel_type(op.output), sums)
    d.bind(op.output, d.add(process, op).output)
