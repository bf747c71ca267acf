"""Steps of layers: a kernel for the sums, and one for the thresholds that read them."""

from collections.abc import Callable, Sequence

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.linear import LinearOpBase, accumulator_ranges
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.types import shape_of, value_range
from .activations import ThresholdCounter, Thresholds, raw_sums
from .analysis import Padding, needed_padding
from .loops import copy_loops
from .products import Kernel, identity
from .steps import StepList, layer_name
from .tensors import NativeTensor, group_pixels, needs_wide, quant_type_of


def padded_input(op: QnnOp, steps: StepList) -> NativeTensor:
    """The first operand of an op with the padding that it needs; a padded copy if necessary."""
    x, needed = steps.tensors[op.operands[0]], needed_padding(op)
    if Padding(x.border, x.fill).covers(needed):
        return x
    y = steps.temporary(x.element, x.shape, padding=needed)
    steps.add("padded", copy_loops(x, y), [x], y)
    return y


def add_layer(
    op: QnnOp, steps: StepList, x: NativeTensor, make: Callable[[NativeTensor, bool], Kernel]
) -> None:
    """Adds a step for the sums of an op; includes the thresholds if nothing else reads the sums.

    `make` returns the kernel of the sums, for the tensor that is written and for whether the sums
    need 64 bits.
    """
    value = op.results[0]
    use = steps.analysis.only_use(value)
    name, wide = layer_name(op), bool(needs_wide(quant_type_of(value)))
    if isinstance(use, ThresholdOp) and use.x is value:
        steps.analysis.fused.add(use)
        y = steps.new_tensor(use.output, 0 if wide else steps.analysis.bit_planes(use.output))
        add_threshold_layer(name, steps, make(y, wide), thresholds_of(use, steps), [x], y)
        return
    y = steps.new_tensor(value)
    product = make(y, wide)
    many = group_pixels(y, product.pixels_per_group)
    steps.add(name, [product.text, raw_sums(many).text, run_layer(product, many)], [x], y)


def add_threshold_layer(
    name: str,
    steps: StepList,
    product: Kernel,
    thresholds: Thresholds,
    reads: Sequence[NativeTensor],
    y: NativeTensor,
) -> None:
    """Adds a step for sums and their thresholds."""
    pixels = product.pixels_per_group
    many = group_pixels(y, pixels)
    counter = ThresholdCounter(steps.constants, product, thresholds.for_pixel_group(pixels), many)
    lines = [product.text, counter.kernel().text, run_layer(product, many)]
    steps.add(name, lines, reads, y)


def pack_input_signs(image: NativeTensor, value: SSAValue, steps: StepList) -> None:
    """Adds a step that packs a bipolar input into bits."""
    y = steps.new_tensor(value, 1)
    signs = Thresholds.of(np.zeros((1, 1), np.int64), None, 0, sum_limits(value))
    add_threshold_layer("input", steps, identity(image, y, False), signs, [image], y)


def run_layer(product: Kernel, y: NativeTensor) -> str:
    return f"layer(product, activation, {max(y.pixels, 1)}, {product.blocks}, part);"


def thresholds_of(op: ThresholdOp, steps: StepList) -> Thresholds:
    flags = None if op.descending is None else steps.known[op.descending]
    return Thresholds.of(steps.known[op.thresholds], flags, op.offset.value.data, sum_limits(op.x))


def sum_limits(value: SSAValue) -> tuple[Array, Array]:
    """The lowest and the highest value of each channel."""
    low, high = value_range(quant_type_of(value))
    op = value.owner
    if isinstance(op, LinearOpBase):
        lows, highs = accumulator_ranges(op.x, op.weights, op.bias)
        return np.maximum(lows, low), np.minimum(highs, high)
    channels = shape_of(value)[-1]
    return np.full(channels, low, object), np.full(channels, high, object)
