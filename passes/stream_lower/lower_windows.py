"""Lowers convolutions and pools: a window over the image, then arithmetic on each patch."""

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect import convolution
from ...qdialect.data import Array
from ...qdialect.qnn.constants import constant_of, range_of
from ...qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp
from ...qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ...qdialect.shapes import Window
from ...qdialect.stream import ChannelType, borders, compute
from ...qdialect.stream.pool import PoolOp
from ...qdialect.stream.window import WindowOp
from ...qdialect.types import (
    BipolarType,
    element_of,
    shape_of,
    smallest_type,
)
from .lower_elementwise import add_offset
from .lower_layout import pad_if_needed
from .lower_linear import constant_weights, multiply, store_weights
from .lowering import Lowering, lowers, refused
from .orders import SeparateOrder


@lowers(Conv2dOp)
def lower_conv2d(lowering: Lowering, op: Conv2dOp) -> None:
    (x, moved), window = lowering.image_input(op.x, op), op.window
    x = pad_if_needed(lowering, op, x, window.pads, op.pad_value.value.data)
    output = lowering.channel_type(op.output)
    sums = add_convolution(lowering, op, x, constant_weights(op), window, output, moved)
    lowering.bind_image(op.output, sums, moved if is_depthwise(op) else None)


@lowers(ConvTranspose2dOp)
def lower_conv_transpose2d(lowering: Lowering, op: ConvTranspose2dOp) -> None:
    """Lowers a transposed convolution: it convolves the image, with zeros between its pixels, with
    the mirrored kernel.

    One bit cannot represent zero: one-bit images have -1 between their pixels, and the contribution
    of these is subtracted.
    """
    (x, moved), window = lowering.image_input(op.x, op), op.window
    order = moved if is_depthwise(op) else None
    one_bit = isinstance(element_of(op.x), BipolarType)
    pad = borders.PadOp(x, transposed_pads(op), -1 if one_bit else 0, window.strides)
    mirrored, result = constant_weights(op)[:, ::-1, ::-1], lowering.channel_type(op.output)
    inner, x = Window(window.kernel, dilations=window.dilations), lowering.add(pad, op).output
    if not one_bit:
        sums = add_convolution(lowering, op, x, mirrored, inner, result, moved)
        return lowering.bind_image(op.output, sums, order)
    gaps = np.ones((1, *pad.outputs[0].frame), np.int8)
    gaps[:, *pad.image_slices] = 0
    correction = convolution.convolve(gaps, mirrored, inner, op.groups.value.data)[0]
    low, high = range_of(op.output)
    element = smallest_type(low - int(correction.max()), high - int(correction.min()))
    wide = ChannelType(result.frame, element)
    sums = add_convolution(lowering, op, x, mirrored, inner, wide, moved)
    if order is not None:
        correction = order.rearranged(correction, -1)
    lowering.bind_image(op.output, add_offset(lowering, op, sums, correction), order)


def transposed_pads(op: ConvTranspose2dOp) -> list[int]:
    """The padding around the image: the reach of the kernel minus the pads, which crop the
    result."""
    window, (below, right) = op.window, op.output_pads.get_values()
    reach = [extent - 1 for extent in window.extent]
    outside = (*reach, reach[0] + below, reach[1] + right)
    pads = [far - cut for far, cut in zip(outside, window.pads, strict=True)]
    if min(pads) < 0:
        reason = f"its pads {list(window.pads)} crop more than its kernel reaches"
        raise refused(op, reason, "reduce the pads, and slice the result instead")
    return pads


def add_convolution(
    lowering: Lowering,
    op: Conv2dOp | ConvTranspose2dOp,
    x: SSAValue,
    weights: Array,
    window: Window,
    output: ChannelType,
    moved: SeparateOrder | None,
) -> SSAValue:
    """Convolves a padded image with weights: those of an op, or a rearrangement.

    The weights follow the channels of the image, if these are permuted. The results of a depthwise
    layer have the same order.
    """
    groups, sizes = op.groups.value.data, (window.kernel, window.strides, window.dilations)
    if is_depthwise(op):
        patches = lowering.add(WindowOp(x, *sizes, by_channel=True), op).patches
        bias = None if op.bias is None else lowering.constant_name(op.bias, op)
        if moved is not None:
            weights = moved.rearranged(weights, 0)
            bias = rearranged_bias(lowering, op, moved)
        name, codebook = store_weights(lowering, op, weights)
        process = compute.DepthwiseOp(
            patches, output, name, output.quant_type, bias, codebook=codebook
        )
        return lowering.add(process, op).output
    if groups > 1:
        weights = dense_weights(weights, groups)
    if moved is not None:
        weights = moved.rearranged(weights, -1)
    if window.kernel != (1, 1) or window.strides != (1, 1):
        x = lowering.add(WindowOp(x, *sizes), op).patches
    return multiply(lowering, op, x, weights, output)


def is_depthwise(op: Conv2dOp | ConvTranspose2dOp) -> bool:
    """Whether each channel of the result depends on one channel of the image."""
    groups = op.groups.value.data
    return groups == shape_of(op.x)[-1] == shape_of(op.output)[-1] and groups > 1


def rearranged_bias(
    lowering: Lowering, op: Conv2dOp | ConvTranspose2dOp, moved: SeparateOrder
) -> str | None:
    """The name of a bias that follows the channels of an image."""
    if op.bias is None:
        return None
    bias = constant_of(op.bias)
    if bias is None:
        return lowering.constant_name(op.bias, op)
    return lowering.add_data(moved.rearranged(bias, 0), element_of(op.bias), "bias")


def dense_weights(weights: Array, groups: int) -> Array:
    """The weights of a grouped convolution as those of a full one, with zeros between groups."""
    outputs, kh, kw, share = weights.shape
    full = np.zeros((groups, outputs // groups, kh, kw, groups, share), weights.dtype)
    each = np.arange(groups)
    full[each, :, :, :, each] = weights.reshape(groups, -1, kh, kw, share)
    return full.reshape(outputs, kh, kw, groups * share)


@lowers(MaxPoolOp, SumPoolOp)
def lower_pool(lowering: Lowering, op: MaxPoolOp | SumPoolOp) -> None:
    """Lowers a pool to a window by channel and a sum or maximum; the padding (0, or the minimum of
    the type) does not change these."""
    window, sums = op.window, isinstance(op, SumPoolOp)
    value = 0 if sums else range_of(op.x)[0]
    if sums and any(window.pads) and isinstance(element_of(op.x), BipolarType):
        reason = "it pads a one-bit input with zero, which one bit cannot represent"
        raise refused(op, reason, "do not pad the pool, or quantize its input to two bits")
    x, moved = lowering.image_input(op.x, op)
    x = pad_if_needed(lowering, op, x, window.pads, value)
    sizes = window.kernel, window.strides, window.dilations
    patches = lowering.add(WindowOp(x, *sizes, by_channel=True), op).patches
    process = PoolOp(patches, lowering.channel_type(op.output), sums)
    lowering.bind_image(op.output, lowering.add(process, op).output, moved)
