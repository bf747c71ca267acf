"""Random networks that are built at two levels in parallel: each layer as a `qnn` op and as
processes."""

from collections.abc import Callable, Mapping
from math import gcd, prod
from typing import Any

import numpy as np
from qnn.qdialect import qnn
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.layout import ReshapeOp
from qnn.qdialect.qnn.linear import Conv2dOp, LinearOp, accumulator_range
from qnn.qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from qnn.qdialect.stream import ChannelType
from qnn.qdialect.stream.borders import CropOp, PadOp, UpsampleOp
from qnn.qdialect.stream.compute import DepthwiseOp, MatvecOp, ThresholdOp
from qnn.qdialect.stream.elements import AddOp, FactorOp, LabelSelectOp, LookupOp, MulOp, OffsetOp
from qnn.qdialect.stream.flow import ConcatOp, ForkOp, LinkOp, RepackOp, SplitOp
from qnn.qdialect.stream.pool import PoolOp
from qnn.qdialect.stream.types import MAX_WORD_BITS, channel_of
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    bit_width,
    check_element,
    element_of,
    shape_of,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from xdsl.ir import SSAValue

from support.design import Design
from support.generate import Choices

Both = tuple[SSAValue, SSAValue]
"""One value of a network: its tensor at level 2, its channel at level 3."""


def divisors(*numbers: int) -> list[int]:
    """The common divisors of some numbers, the largest first."""
    common = gcd(*numbers)
    return [n for n in range(common, 0, -1) if common % n == 0]


class Twin:
    """A random network that grows layer by layer at both levels."""

    def __init__(self, choices: Choices):
        self.choices = choices
        self.program, self.design = Program(), Design()

    def input(self, element: ElementType, frame: tuple[int, ...], lanes: int) -> Both:
        tensor = self.program.input(element, (1, *frame))
        return tensor, self.design.source(ChannelType(frame, element, lanes))

    def image(self) -> Both:
        sizes = self.choices.pick([5, 4, 3, 1]), self.choices.integer(1, 5)
        depth = self.choices.pick([4, 6, 1, 2, 3])
        lanes = self.choices.pick(divisors(depth))
        return self.input(self.choices.quant(8), (*sizes, depth), lanes)

    def constant(self, array: Array, element: ElementType) -> tuple[SSAValue, str]:
        return self.program.constant(array, element), self.design.data(array, element)

    def assert_same_results(self, *results: Both) -> None:
        """Fails unless both levels compute the same results for several images."""
        tensors, channels = zip(*results, strict=True)
        level2, level3 = self.program.finish(*tensors), self.design.finish(*channels)
        types = entry_input_types(entry_of(level3))
        assert types == entry_input_types(entry_of(level2))
        images = self.choices.integer(1, 3)
        inputs = [
            self.choices.array(check_element(type.element_type), (images, *type.get_shape()[1:]))
            for type in types
        ]
        expected, actual = run(level2, inputs), run(level3, inputs)
        for wanted, frames, channel in zip(expected, actual, channels, strict=True):
            assert frames.dtype == wanted.dtype
            assert frames.shape == (images, *channel_of(channel).frame)
            np.testing.assert_array_equal(frames, wanted.reshape(frames.shape))

    def narrow(self, x: Both, width: int = 12) -> Both:
        """The value itself if it is narrow, otherwise its thresholds."""
        return x if bit_width(element_of(x[0])) <= width else threshold(self, x)

    def shifted(self, tensor: SSAValue, number: int) -> SSAValue:
        """The sum of a tensor and a number."""
        low, high = (end + number for end in value_range(quant_of(tensor)))
        constant = self.program.constant(number, signed(8), "number")
        op = qnn.elementwise.AddOp(tensor, constant, smallest_type(low, high))
        return self.program.add(op).output

    def cut(self, channel: SSAValue, lanes: list[int]) -> SSAValue:
        """A channel with one of these lane counts; a repack is inserted if needed."""
        wanted = self.choices.pick(lanes)
        if channel_of(channel).lanes.data == wanted:
            return channel
        return self.design.add(RepackOp(channel, wanted)).output

    def lanes_of_one_word(self, tensor: SSAValue) -> list[int]:
        """One lane, or lanes for a whole frame if a word holds them."""
        size = prod(shape_of(tensor)[1:])
        fits = size * bit_width(element_of(tensor)) <= MAX_WORD_BITS
        return [size] if fits and self.choices.flag() else [1]

    def result(self, tensor: SSAValue, lanes: int) -> ChannelType:
        """The channel that carries the elements of a tensor."""
        return ChannelType(shape_of(tensor)[1:], element_of(tensor), lanes)

    def window(self, tensor: SSAValue) -> dict[str, Any]:
        """A window that fits into an image without padding."""
        _, height, width, _ = shape_of(tensor)
        options = self.choices.window(height, width, padded=False)
        return {name: value for name, value in options.items() if name != "pads"}

    def patches(self, image: SSAValue, options: Mapping[str, Any]) -> SSAValue:
        """The patches of a window by channel, with one or several pixels per word."""
        lanes = channel_of(image).lanes.data * self.choices.pick(divisors(prod(options["kernel"])))
        return self.design.add(WindowOp(image, **options, by_channel=True, lanes=lanes)).patches

    def add_weights(
        self, tensor: SSAValue, shape: tuple[int, ...]
    ) -> tuple[list[SSAValue | None], QuantType, dict[str, Any]]:
        """Weights and an optional bias: with the narrowest accumulator at level 2, and as symbols
        at level 3."""
        element = self.choices.quant(4)
        weights, name = self.constant(self.choices.array(element, shape), element)
        names: dict[str, Any] = {"weights": name}
        bias = None
        if self.choices.flag():
            kind = self.choices.quant(9)
            bias, names["bias"] = self.constant(self.choices.array(kind, shape[:1]), kind)
        accumulator = smallest_type(*accumulator_range(tensor, weights, bias))
        return [weights, bias], accumulator, {**names, "accumulator": accumulator}

    def activate(self, tensor: SSAValue) -> tuple[SSAValue, dict[str, Any]]:
        """Thresholds for a tensor: the result at level 2, and the symbols at level 3."""
        channels, (low, high) = shape_of(tensor)[-1], value_range(quant_of(tensor))
        bipolar = self.choices.integer(0, 3) == 3
        count, first = (
            (1, 0) if bipolar else (self.choices.integer(1, 6), self.choices.integer(-3, 3))
        )
        shape = self.choices.pick([channels, 1]), count
        rows = np.sort(self.choices.generator().integers(low, high + 1, shape, endpoint=True))
        kind = smallest_type(int(rows.min()), int(rows.max()))
        thresholds, name = self.constant(rows, kind)
        names: dict[str, Any] = {"thresholds": name, "offset": first}
        flags = None
        if self.choices.flag():
            ones = self.choices.array(unsigned(1), (channels,))
            flags, names["descending"] = self.constant(ones, unsigned(1))
        element = BipolarType() if bipolar else smallest_type(first, first + count)
        op = qnn.steps.ThresholdOp(tensor, thresholds, element, first, flags)
        return self.program.add(op).output, names

    def perhaps_activate(self, tensor: SSAValue) -> tuple[SSAValue, dict[str, Any]]:
        return self.activate(tensor) if self.choices.flag() else (tensor, {})


def quant_of(tensor: SSAValue) -> QuantType:
    element = element_of(tensor)
    assert isinstance(element, QuantType)
    return element


def convolution(twin: Twin, x: Both) -> Both:
    """A window and a matvec; the words of the patches are of any legal width."""
    tensor, channel = twin.narrow(x)
    depth, options = shape_of(tensor)[-1], twin.window(tensor)
    kernel = options.pop("kernel")
    patch = prod(kernel) * depth
    outputs = twin.choices.pick([4, 6, 1, 2, 3])
    (weights, bias), accumulator, names = twin.add_weights(tensor, (outputs, *kernel, depth))
    conv = Conv2dOp(tensor, weights, accumulator, bias, **options)
    result, thresholds = twin.perhaps_activate(twin.program.add(conv).output)
    lanes = [n for n in divisors(patch) if depth % n == 0 or n % depth == 0]
    window = WindowOp(
        twin.cut(channel, divisors(depth)), kernel, **options, lanes=twin.choices.pick(lanes)
    )
    patches = twin.design.add(window).patches
    output = twin.result(result, twin.choices.pick(divisors(outputs)))
    return result, twin.design.add(MatvecOp(patches, output, **names, **thresholds)).output


def depthwise(twin: Twin, x: Both) -> Both:
    """A window by channel and a depthwise layer: a convolution with as many groups as channels."""
    tensor, channel = twin.narrow(x)
    depth, options = shape_of(tensor)[-1], twin.window(tensor)
    shape = (depth, *options["kernel"], 1)
    (weights, bias), accumulator, names = twin.add_weights(tensor, shape)
    sizes = {name: value for name, value in options.items() if name != "kernel"}
    conv = Conv2dOp(tensor, weights, accumulator, bias, **sizes, groups=depth)
    result, thresholds = twin.perhaps_activate(twin.program.add(conv).output)
    cut = twin.cut(channel, divisors(depth))
    patches = twin.patches(cut, options)
    output = twin.result(result, channel_of(cut).lanes.data)
    return result, twin.design.add(DepthwiseOp(patches, output, **names, **thresholds)).output


def pool(twin: Twin, x: Both) -> Both:
    """A window by channel and a pool, of maxima or of sums."""
    tensor, channel = x
    options = twin.window(tensor)
    cut = twin.cut(channel, divisors(shape_of(tensor)[-1]))
    patches = twin.patches(cut, options)
    if sums := twin.choices.flag():
        taps = prod(options["kernel"])
        low, high = value_range(quant_of(tensor))
        op = SumPoolOp(tensor, **options, element=smallest_type(low * taps, high * taps))
    else:
        op = MaxPoolOp(tensor, **options)
    result = twin.program.add(op).output
    output = twin.result(result, channel_of(cut).lanes.data)
    return result, twin.design.add(PoolOp(patches, output, sum=sums)).output


def pad(twin: Twin, x: Both) -> Both:
    tensor, channel = x
    top, left, bottom, right = twin.choices.integers(4, 0, 2)
    low, high = value_range(quant_of(tensor))
    values = [low, high] if isinstance(element_of(tensor), BipolarType) else [0, low, high]
    value = twin.choices.pick(values)
    op = qnn.layout.PadOp(tensor, [0, top, left, 0], [0, bottom, right, 0], value)
    cut = twin.cut(channel, divisors(shape_of(tensor)[-1]))
    padded = PadOp(cut, [top, left, bottom, right], value)
    return twin.program.add(op).output, twin.design.add(padded).output


def crop(twin: Twin, x: Both) -> Both:
    """Part of an image; if channels are cut in steps, words have one channel."""
    tensor, channel = x
    spans = [(0, 1, 1), *(twin.choices.span(size) for size in shape_of(tensor)[1:])]
    starts, ends, steps = zip(*spans, strict=True)
    result = twin.program.add(qnn.layout.SliceOp(tensor, starts, ends, steps)).output
    whole = divisors(gcd(starts[-1], ends[-1], shape_of(tensor)[-1])) if steps[-1] == 1 else [1]
    cut = CropOp(twin.cut(channel, whole), starts[1:], ends[1:], steps[1:])
    return result, twin.design.add(cut).output


def spread(twin: Twin, x: Both) -> Both:
    """An image with zeros between its pixels, which a slice removes again."""
    tensor, channel = x
    if isinstance(element_of(tensor), BipolarType):
        return x
    steps = twin.choices.integers(2, 1, 3)
    padded = PadOp(twin.cut(channel, divisors(shape_of(tensor)[-1])), [1, 0, 2, 1], 0, steps)
    wide = twin.design.add(padded).output
    height, width, depth = channel_of(wide).frame
    back = CropOp(wide, [1, 0, 0], [height - 2, width - 1, depth], [*steps, 1])
    return tensor, twin.design.add(back).output


def pixel_rows(twin: Twin, x: Both) -> Both:
    """A row of constants for each pixel, of few kinds, or one row for all."""
    process, op = twin.choices.pick(
        [(OffsetOp, qnn.elementwise.AddOp), (FactorOp, qnn.elementwise.MulOp)]
    )
    tensor, channel = twin.narrow(x)
    pixels, depth = prod(shape_of(tensor)[1:-1]), shape_of(tensor)[-1]
    kinds = twin.choices.integer(1, 3)
    element = twin.choices.quant(8)
    rows = twin.choices.array(element, (kinds, depth))
    at = np.arange(pixels) * 7 % kinds
    full = rows[at].reshape(1, *shape_of(tensor)[1:])
    ends = value_range(quant_of(tensor)), (int(rows.min()), int(rows.max()))
    results = [process.combine(a, b) for a in ends[0] for b in ends[1]]
    kind = smallest_type(min(results), max(results))
    result = twin.program.add(op(tensor, twin.program.constant(full, element), kind)).output
    cut = twin.cut(channel, divisors(depth))
    where = twin.design.data(at, unsigned(2)) if kinds > 1 else None
    output, data = twin.result(result, channel_of(cut).lanes.data), twin.design.data(rows, element)
    return result, twin.design.add(process(cut, output, data, where)).output


def upsample(twin: Twin, x: Both) -> Both:
    tensor, channel = x
    scales = twin.choices.integers(2, 1, 3)
    cut = twin.cut(channel, divisors(shape_of(tensor)[-1]))
    op = qnn.layout.ResizeOp(tensor, [1, *scales, 1])
    return twin.program.add(op).output, twin.design.add(UpsampleOp(cut, scales)).output


def threshold(twin: Twin, x: Both) -> Both:
    tensor, channel = x
    result, names = twin.activate(tensor)
    cut = twin.cut(channel, divisors(shape_of(tensor)[-1]))
    output = twin.result(result, channel_of(cut).lanes.data)
    return result, twin.design.add(ThresholdOp(cut, output, **names)).output


def lookup(twin: Twin, x: Both) -> Both:
    """A table for all channels or one per channel; it may cover more values than occur."""
    tensor, channel = twin.narrow(x, 5)
    low, high = value_range(quant_of(tensor))
    first = low - twin.choices.integer(0, 2)
    entries = high - first + 1 + twin.choices.integer(0, 2)
    per_channel = twin.choices.flag()
    shape = (shape_of(tensor)[-1], entries) if per_channel else (entries,)
    element = twin.choices.quant(12)
    table, name = twin.constant(twin.choices.array(element, shape), element)
    op = qnn.steps.LookupOp(tensor, table, first, per_channel)
    result = twin.program.add(op).output
    cut = twin.cut(channel, divisors(shape_of(tensor)[-1]))
    output = twin.result(result, channel_of(cut).lanes.data)
    return result, twin.design.add(LookupOp(cut, output, name, first)).output


def residual(twin: Twin, x: Both) -> Both:
    """A fork, another function on one branch, and an add."""
    tensor, channel = twin.narrow(x)
    one, two = twin.design.add(ForkOp(channel)).copies
    branch, two = twin.choices.pick([threshold, lookup])(twin, (tensor, two))
    ends = zip(value_range(quant_of(tensor)), value_range(quant_of(branch)), strict=True)
    low, high = map(sum, ends)
    op = qnn.elementwise.AddOp(tensor, branch, smallest_type(low, high))
    result = twin.program.add(op).output
    lanes = twin.lanes_of_one_word(result)
    one, two = twin.cut(one, lanes), twin.cut(two, lanes)
    return result, twin.design.add(AddOp(one, two, twin.result(result, lanes[0]))).output


def scaled_by_itself(twin: Twin, x: Both) -> Both:
    """A fork, another function on one branch, and the product of both, with offsets."""
    tensor, channel = twin.narrow(x)
    one, two = twin.design.add(ForkOp(channel)).copies
    branch, two = twin.choices.pick([threshold, lookup])(twin, (tensor, two))
    offsets = [twin.choices.integer(-9, 9) for _ in range(2)]
    shifted = [twin.shifted(tensor, offsets[0]), twin.shifted(branch, offsets[1])]
    ends = [value_range(quant_of(value)) for value in shifted]
    products = [a * b for a in ends[0] for b in ends[1]]
    op = qnn.elementwise.MulOp(*shifted, smallest_type(min(products), max(products)))
    result = twin.program.add(op).output
    lanes = twin.lanes_of_one_word(result)
    one, two = twin.cut(one, lanes), twin.cut(two, lanes)
    output = twin.result(result, lanes[0])
    return result, twin.design.add(MulOp(one, two, output, offsets)).output


def duplicated(twin: Twin, x: Both) -> Both:
    """A fork and a concat of its copies, along any axis."""
    tensor, channel = x
    axis = twin.choices.integer(-3, -1)
    copies = twin.design.add(ForkOp(twin.cut(channel, divisors(shape_of(tensor)[-1])), 3)).copies
    op = qnn.layout.ConcatOp([tensor] * 3, axis)
    return twin.program.add(op).output, twin.design.add(ConcatOp(copies, axis)).output


def rotated(twin: Twin, x: Both) -> Both:
    """A split along any axis, and a concat that moves the last part to the front."""
    tensor, channel = x
    axis = twin.choices.integer(-3, -1)
    size = shape_of(tensor)[axis]
    if size == 1:
        return x
    cuts = sorted({twin.choices.integer(1, size - 1) for _ in range(2)})
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, size], strict=True)]
    *parts, last = twin.program.add(qnn.layout.SplitOp(tensor, sizes, axis)).outputs
    lanes = divisors(*sizes) if axis == -1 else divisors(shape_of(tensor)[-1])
    *pieces, end = twin.design.add(SplitOp(twin.cut(channel, lanes), sizes, axis)).parts
    joined = twin.program.add(qnn.layout.ConcatOp([last, *parts], axis)).output
    return joined, twin.design.add(ConcatOp([end, *pieces], axis)).output


def link(twin: Twin, x: Both) -> Both:
    return x[0], twin.design.add(LinkOp(x[1], "second")).output


LAYERS: list[Callable[[Twin, Both], Both]] = [
    convolution,
    depthwise,
    pool,
    pad,
    crop,
    spread,
    pixel_rows,
    upsample,
    threshold,
    lookup,
    residual,
    scaled_by_itself,
    duplicated,
    rotated,
    link,
]


def scores(twin: Twin, x: Both) -> Both:
    """Flattens an image with a repack, and applies a fully connected layer."""
    tensor, channel = twin.narrow(x)
    size = prod(shape_of(tensor))
    flat = twin.program.add(ReshapeOp(tensor, (1, size))).output
    labels = twin.choices.pick([4, 10, 1, 2, 3])
    (weights, bias), accumulator, names = twin.add_weights(flat, (labels, size))
    layer = LinearOp(flat, weights, accumulator, bias)
    result, thresholds = twin.perhaps_activate(twin.program.add(layer).output)
    row = twin.design.add(RepackOp(channel, twin.choices.pick(divisors(size)), (size,))).output
    output = twin.result(result, twin.choices.pick(divisors(labels)))
    return result, twin.design.add(MatvecOp(row, output, **names, **thresholds)).output


def labels(twin: Twin, x: Both) -> Both:
    tensor, channel = x
    count = shape_of(tensor)[-1]
    k = twin.choices.integer(1, count)
    indices = twin.program.add(qnn.classify.TopKOp(tensor, k)).indices
    select = LabelSelectOp(twin.cut(channel, divisors(count)), k)
    return indices, twin.design.add(select).output
