"""Steps of layers: a kernel for the sums, and one for the thresholds that read them."""

from collections.abc import Callable, Sequence

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.elementwise import AddOp, MulOp
from ...qdialect.qnn.linear import (
    Conv2dOp,
    ConvTranspose2dOp,
    LinearOp,
    LinearOpBase,
    accumulator_ranges,
)
from ...qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.shapes import Window
from ...qdialect.types import bit_width, shape_of, value_range
from .activations import MAX_COMPARED, ThresholdCounter, Thresholds, raw_sums
from .analysis import Padding, StageAnalysis, factor_of, fill_of
from .loops import Loops, copy_loops
from .processor import InstructionSet
from .products import Kernel, KernelSelector, LinearWeights, identity, weighted_add
from .steps import StepList, layer_name
from .support import needs_wide, quant_type_of
from .tensors import NO_SIDES, NativeTensor, group_pixels
from .weighted_sums import fit_weighted_sum

POINT_WINDOW = Window((1, 1))


class LayerSteps:
    """Adds the steps of layers."""

    def __init__(self, analysis: StageAnalysis, steps: StepList, level: InstructionSet):
        self.analysis = analysis
        self.steps = steps
        self.kernels = KernelSelector(steps.constants, level)

    def linear(self, op: Conv2dOp | LinearOp) -> None:
        weights = self.analysis.known[op.weights]
        if isinstance(op, Conv2dOp):
            x, window, groups = self.padded_input(op), op.window, op.groups.value.data
        else:
            x, window, groups = self.steps.tensors[op.x], POINT_WINDOW, 1
            weights = weights[:, None, None]
        self.linear_layer(op, x, LinearWeights(weights, self.bias(op), groups, window))

    def bias(self, op: LinearOpBase) -> Array:
        if op.bias is None:
            return np.zeros(op.out_channels, np.int64)
        return self.analysis.known[op.bias]

    def linear_layer(self, op: LinearOpBase, x: NativeTensor, weights: LinearWeights) -> None:
        wide = bool(needs_wide(quant_type_of(op.output)))
        self.add_layer(op, lambda y: self.kernels.linear(x, weights, y, wide), [x], wide)

    def transposed(self, op: ConvTranspose2dOp) -> None:
        """A transposed convolution: a convolution over the image with zeros between its pixels."""
        x, window = self.steps.tensors[op.x], op.window
        (kh, kw), (dh, dw), (top, left, _, _) = window.kernel, window.dilations, window.pads
        height, width = shape_of(op.output)[1:3]
        shape = (1, height + dh * (kh - 1), width + dw * (kw - 1), x.shape[3])
        spread = self.steps.temporary(x.element, shape)
        first = (dh * (kh - 1) - top, dw * (kw - 1) - left)
        loops = Loops(spread.shape)
        lines = loops.insert_zeros(x, spread, first, window.strides)
        self.steps.add("spread", self.steps.describe([x], spread), lines, [x], spread)
        flipped = self.analysis.known[op.weights][:, ::-1, ::-1]
        plain = Window(window.kernel, (1, 1), NO_SIDES, window.dilations)
        self.linear_layer(
            op, spread, LinearWeights(flipped, self.bias(op), op.groups.value.data, plain)
        )

    def sum_pool(self, op: SumPoolOp) -> None:
        x, wide = self.padded_input(op), bool(needs_wide(quant_type_of(op.output)))
        self.add_layer(op, lambda y: self.kernels.sum_pool(x, op.window, y, wide), [x], wide)

    def max_pool(self, op: MaxPoolOp) -> None:
        x, w = self.steps.tensors[op.x], op.window
        y = self.steps.new_tensor(op.output, x.planes)
        planes = x.planes or 1
        height, width = x.shape[1:3]
        numbers = (height, width, x.stored_shape[-1] // planes, *x.strides[1:3], x.start)
        lists = (w.kernel, w.strides, w.pads[:2], w.dilations)
        sizes = ", ".join([*map(str, numbers), *(f"{{{a}, {b}}}" for a, b in lists)])
        call = f"max_pool_bits<{'true' if planes == 2 else 'false'}>" if x.planes else "max_pool"
        lines = [
            f"const Sliding window{{{sizes}}};",
            f"{call}({x.pointer}, window, {y.pointer}, {y.grid}, {y.pixels}, part);",
        ]
        self.steps.add(layer_name(op), self.steps.describe([x], y), lines, [x], y)

    def threshold(self, op: ThresholdOp) -> None:
        wide = bool(needs_wide(quant_type_of(op.x)))
        y = self.steps.new_tensor(op.output, 0 if wide else self.analysis.bit_planes(op.output))
        owner = op.x.owner
        if isinstance(owner, AddOp) and owner in self.analysis.fused:
            (a, m), (b, n) = self.scaled_operand(owner.lhs), self.scaled_operand(owner.rhs)
            factors, thresholds = self.weighted_add_thresholds((a, b), (m, n), op)
            product, reads = weighted_add((a, b), factors, y), [a, b]
        else:
            x = self.steps.tensors[op.x]
            product, reads = identity(x, y, wide), [x]
            thresholds = self.thresholds_of(op)
        self.add_threshold_layer(layer_name(op), product, thresholds, reads, y)

    def weighted_add_thresholds(
        self, xs: tuple[NativeTensor, NativeTensor], factors: tuple[int, int], op: ThresholdOp
    ) -> tuple[tuple[int, int], Thresholds]:
        """The factors of two tensors and the thresholds of their sum: on a line if possible."""
        rows = self.analysis.known[op.thresholds]
        one = len(rows) == 1 and op.descending is None and rows.shape[1] > MAX_COMPARED
        if not one or any(bit_width(x.element) > 8 for x in xs):
            return factors, self.thresholds_of(op)
        a, b = (value_range(x.element) for x in xs)
        best = fit_weighted_sum((a, b), factors, rows[0].astype(np.int64))
        channels = shape_of(op.x)[-1]
        limits = (np.full(channels, best.sums[end]) for end in (0, -1))
        low, high = limits
        rows = best.thresholds[None]
        return best.factors, Thresholds.of(rows, None, op.offset.value.data, (low, high), best.sums)

    def scaled_operand(self, value: SSAValue) -> tuple[NativeTensor, int]:
        """The tensor and the factor of one side of a fused addition."""
        owner = value.owner
        if isinstance(owner, MulOp) and owner in self.analysis.fused:
            (x, factor) = factor_of(owner, self.analysis.known) or (None, 0)
            assert x is not None
            return self.steps.tensors[x], factor
        return self.steps.tensors[value], 1

    def padded_input(self, op: Conv2dOp | SumPoolOp) -> NativeTensor:
        """The input of an op with the padding that it needs; a padded copy if necessary."""
        x, pads, fill = self.steps.tensors[op.x], op.window.pads, fill_of(op)
        if Padding(x.border, x.fill).covers(pads, fill):
            return x
        y = self.steps.temporary(x.element, x.shape, padding=Padding(pads, fill))
        self.steps.add("padded", self.steps.describe([x], y), copy_loops(x, y), [x], y)
        return y

    def add_layer(
        self,
        op: QnnOp,
        make: Callable[[NativeTensor], Kernel],
        reads: Sequence[NativeTensor],
        wide: bool,
    ) -> None:
        """Adds a step for the sums of an op; includes the thresholds if nothing else reads the
        sums."""
        value = op.results[0]
        use = self.analysis.only_use(value)
        name = layer_name(op)
        if isinstance(use, ThresholdOp) and use.x is value:
            self.analysis.fused.add(use)
            y = self.steps.new_tensor(
                use.output, 0 if wide else self.analysis.bit_planes(use.output)
            )
            self.add_threshold_layer(name, make(y), self.thresholds_of(use), reads, y)
            return
        y = self.steps.new_tensor(value)
        product = make(y)
        many = group_pixels(y, product.pixels_per_group)
        lines = [product.text, raw_sums(many).text, run_layer(product, many)]
        self.steps.add(name, self.steps.describe(reads, y), lines, reads, y)

    def thresholds_of(self, op: ThresholdOp) -> Thresholds:
        flags = None if op.descending is None else self.analysis.known[op.descending]
        rows, offset = self.analysis.known[op.thresholds], op.offset.value.data
        return Thresholds.of(rows, flags, offset, sum_limits(op.x))

    def add_threshold_layer(
        self,
        name: str,
        product: Kernel,
        thresholds: Thresholds,
        reads: Sequence[NativeTensor],
        y: NativeTensor,
    ) -> None:
        """Adds a step for sums and their thresholds."""
        many = group_pixels(y, product.pixels_per_group)
        pixels = product.pixels_per_group
        counter = ThresholdCounter(
            self.steps.constants, product, thresholds.for_pixel_group(pixels), many
        )
        activation = counter.kernel()
        lines = [product.text, activation.text, run_layer(product, many)]
        self.steps.add(name, self.steps.describe(reads, y), lines, reads, y)

    def pack_input_signs(self, image: NativeTensor, value: SSAValue) -> None:
        """Adds a step that packs a bipolar input into bits."""
        y = self.steps.new_tensor(value, 1)
        signs = Thresholds.of(np.zeros((1, 1), np.int64), None, 0, sum_limits(value))
        self.add_threshold_layer("input", identity(image, y, False), signs, [image], y)


def run_layer(product: Kernel, y: NativeTensor) -> str:
    return f"layer(product, activation, {max(y.pixels, 1)}, {product.blocks}, part);"


def sum_limits(value: SSAValue) -> tuple[Array, Array]:
    """The lowest and the highest value of each channel."""
    low, high = value_range(quant_type_of(value))
    op = value.owner
    if isinstance(op, LinearOpBase):
        lows, highs = accumulator_ranges(op.x, op.weights, op.bias)
        return np.maximum(lows, low), np.minimum(highs, high)
    channels = shape_of(value)[-1]
    return np.full(channels, low, object), np.full(channels, high, object)
