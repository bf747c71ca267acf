"""Fully connected layers, convolutions and transposed convolutions."""

import numpy as np

from ....qdialect.data import Array
from ....qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp, LinearOpBase
from ....qdialect.shapes import Window
from ....qdialect.types import shape_of
from ..analysis import (
    Padding,
    StageAnalysis,
    accepts_bits,
    can_compute,
    needed_padding,
    parameters_are_known,
)
from ..constants import KnownValues
from ..layers import add_layer, padded_input
from ..loops import Loops
from ..products import LinearWeights
from ..steps import StepList, add_steps
from ..tensors import NO_SIDES, NativeTensor, needs_wide, quant_type_of

POINT_WINDOW = Window((1, 1))


@can_compute.register
def can_compute_linear(op: LinearOp, known: KnownValues) -> bool:
    return parameters_are_known(op, known)


@can_compute.register
def can_compute_convolution(op: Conv2dOp | ConvTranspose2dOp, known: KnownValues) -> bool:
    return shape_of(op.x)[0] == 1 and parameters_are_known(op, known)


@needed_padding.register
def padding_of_convolution(op: Conv2dOp) -> Padding:
    return Padding(op.window.pads, op.pad_value.value.data)


@accepts_bits.register
def linear_accepts_bits(op: LinearOp, planes: int, analysis: StageAnalysis) -> bool:
    return sums_are_bit_counts(op, analysis)


@accepts_bits.register
def convolution_accepts_bits(op: Conv2dOp, planes: int, analysis: StageAnalysis) -> bool:
    """Accepted if it can read them with their stored padding, without a copy."""
    needed = needed_padding(op)
    stored = analysis.paddings.get(op.x, Padding(NO_SIDES, needed.fill))
    return op.groups.value.data == 1 and stored.covers(needed) and sums_are_bit_counts(op, analysis)


def sums_are_bit_counts(op: Conv2dOp | LinearOp, analysis: StageAnalysis) -> bool:
    """Whether the weights are bits too, and nothing is added to the sums."""
    weights = analysis.known[op.weights]
    return (
        -1 <= weights.min() <= weights.max() <= 1
        and op.bias is None
        and needs_wide(quant_type_of(op.output)) is False
    )


@add_steps.register
def add_linear(op: LinearOp, steps: StepList) -> None:
    weights = steps.known[op.weights][:, None, None]
    add_products(op, steps, steps.tensors[op.x], weights, POINT_WINDOW)


@add_steps.register
def add_convolution(op: Conv2dOp, steps: StepList) -> None:
    x, weights = padded_input(op, steps), steps.known[op.weights]
    add_products(op, steps, x, weights, op.window, op.groups.value.data)


@add_steps.register
def add_transposed_convolution(op: ConvTranspose2dOp, steps: StepList) -> None:
    """A convolution over the image with zeros between its pixels."""
    x, window = steps.tensors[op.x], op.window
    (kh, kw), (dh, dw), (top, left, _, _) = window.kernel, window.dilations, window.pads
    height, width = shape_of(op.output)[1:3]
    shape = (1, height + dh * (kh - 1), width + dw * (kw - 1), x.shape[3])
    spread = steps.temporary(x.element, shape)
    first = (dh * (kh - 1) - top, dw * (kw - 1) - left)
    lines = Loops(spread.shape).insert_zeros(x, spread, first, window.strides)
    steps.add("spread", lines, [x], spread)
    flipped = steps.known[op.weights][:, ::-1, ::-1]
    plain = Window(window.kernel, (1, 1), NO_SIDES, window.dilations)
    add_products(op, steps, spread, flipped, plain, op.groups.value.data)


def add_products(
    op: LinearOpBase,
    steps: StepList,
    x: NativeTensor,
    weights: Array,
    window: Window,
    groups: int = 1,
) -> None:
    """Adds a layer of weighted sums."""
    bias = np.zeros(op.out_channels, np.int64) if op.bias is None else steps.known[op.bias]
    weighted = LinearWeights(weights, bias, groups, window)
    add_layer(op, steps, x, lambda y, wide: steps.kernels.linear(x, weighted, y, wide))
