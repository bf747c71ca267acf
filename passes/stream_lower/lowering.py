"""From ops on tensors to processes on channels: one function for each kind of op.

A design grows in `Lowering`. Moves that only change the order of elements cost nothing: they are
remembered, and a fully connected layer that reads them takes its weights in that order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeVar

import numpy as np
from xdsl.dialects.builtin import ModuleOp, SymbolRefAttr
from xdsl.ir import Block, Operation, SSAValue
from xdsl.rewriter import Rewriter
from xdsl.utils.exceptions import PassFailedException

from ...qdialect import convolution
from ...qdialect.data import Array, DataAttr
from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.classify import ArgMaxOp, TopKOp
from ...qdialect.qnn.constants import ConstantOp, ConstantPool, constant_of, range_of
from ...qdialect.qnn.elementwise import AddOp, MulOp, ReluOp, SubOp
from ...qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from ...qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp, LinearOpBase
from ...qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ...qdialect.qnn.quantization import RequantizeOp, TruncOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.shapes import Window
from ...qdialect.stream import ChannelType, Process, borders, compute, elements, flow
from ...qdialect.stream.compute import WeightedProcess
from ...qdialect.stream.pool import PoolOp
from ...qdialect.stream.window import WindowOp
from ...qdialect.types import (
    BipolarType,
    ElementType,
    TernaryType,
    element_of,
    shape_of,
    smallest_type,
    value_range,
)
from ...qdialect.values import as_array
from ..tile.layer_folding import FOLDING_ATTR

MAX_TABLE_ENTRIES = 1 << 18
"""Entries of the largest table that stands for a function of integers."""


@dataclass(frozen=True)
class Carried:
    """A tensor on its way through the design."""

    channel: SSAValue
    order: Array | None = None
    """Which element of the channel's frame each element of the tensor is; None if in order."""


ProcessT = TypeVar("ProcessT", bound=Process)
Lower = Callable[["Lowering", Any], None]

LOWERINGS: dict[type[Operation], Lower] = {}
"""How each op is lowered: the one list a new op is added to, by `@lowers`."""


def lowers(*kinds: type[QnnOp]) -> Callable[[Lower], Lower]:
    def register(function: Lower) -> Lower:
        LOWERINGS.update(dict.fromkeys(kinds, function))
        return function

    return register


class Lowering:
    """A design that grows process by process."""

    def __init__(self, module: ModuleOp):
        self.pool = ConstantPool(module)
        self.block = Block()
        self.carried: dict[SSAValue, Carried] = {}
        self.tensors: dict[SSAValue, list[SSAValue]] = {}
        """What each channel carries: a tensor, and others that are moves of it."""
        self.scaled: dict[SSAValue, tuple[SSAValue, int]] = {}
        """Products with a constant, which the sum that reads them takes as a multiplier."""

    def lower(self, op: Operation) -> None:
        """Adds the processes that compute an op."""
        function = LOWERINGS.get(type(op)) if isinstance(op, QnnOp) else None
        if function is None:
            raise refused(op, "there is no process that computes it")
        function(self, op)

    def add(self, process: ProcessT, op: Operation) -> ProcessT:
        """Appends a process that carries out an op, with its names."""
        for name in ("activation", FOLDING_ATTR):
            if name in op.attributes:
                process.attributes[name] = op.attributes[name]
        layer = op.properties.get("layer")
        if layer is not None:
            process.properties["layer"] = layer
        self.block.add_op(process)
        return process

    def take(self, value: SSAValue, op: Operation) -> SSAValue:
        """The channel with a tensor's elements in order, in frames of its shape."""
        if value not in self.carried:
            raise refused(op, "one of its operands does not come through the design")
        carried, frame = self.carried[value], shape_of(value)[1:]
        if carried.order is not None:
            raise refused(op, "its input comes in another order than a stream has it")
        if flow.channel_of(carried.channel).frame == frame:
            return carried.channel
        return self.add(flow.RepackOp(carried.channel, 1, frame), op).output

    def leave(self, value: SSAValue, op: Operation) -> SSAValue:
        """The channel with a tensor's elements in order, whatever its frames are."""
        if self.carried[value].order is not None:
            raise refused(op, "its result comes in another order than a stream has it")
        return self.carried[value].channel

    def give(self, value: SSAValue, channel: SSAValue) -> None:
        """Says which channel carries a tensor."""
        channel.name_hint = value.name_hint
        self.carry(value, Carried(channel))

    def carry(self, value: SSAValue, carried: Carried) -> None:
        """Says where a tensor is, and in what order."""
        self.carried[value] = carried
        self.tensors.setdefault(carried.channel, []).append(value)

    def only_reader_of(self, op: ThresholdOp) -> WeightedProcess | None:
        """The process whose sums an op compares, and nobody else reads."""
        carried = self.carried.get(op.x)
        process = carried.channel.owner if carried is not None else None
        if not isinstance(process, WeightedProcess) or "thresholds" in process.properties:
            return None
        same = self.tensors[process.output]
        alone = all(len(list(value.uses)) == 1 for value in same)
        in_order = all(self.carried[value].order is None for value in same)
        channels = process.channels == shape_of(op.x)[-1]
        return process if alone and in_order and channels else None

    def result(self, value: SSAValue) -> ChannelType:
        """The channel of a tensor, one element at a time."""
        return ChannelType(shape_of(value)[1:], element_of(value))

    def name(self, value: SSAValue, op: QnnOp) -> str:
        """The name of a constant's data."""
        owner = value.owner
        if not isinstance(owner, ConstantOp):
            raise refused(op, "what it computes with must be constant")
        if isinstance(owner.value, SymbolRefAttr):
            return owner.value.string_value()
        return self.pool.data(owner.value, value.name_hint or "data")

    def data(self, array: Array, element: ElementType, hint: str) -> str:
        """The name of new data."""
        return self.pool.data(DataAttr.from_array(array, element), hint)


def refused(op: Operation, reason: str) -> PassFailedException:
    return PassFailedException(f"stream-lower: {describe(op)}: {reason}")


def constant_weights(op: LinearOpBase) -> Array:
    weights = constant_of(op.weights)
    if weights is None:
        raise refused(op, "its weights are computed: they must be constant")
    return weights


@lowers(LinearOp)
def linear(d: Lowering, op: LinearOp) -> None:
    """A matrix times a vector, in the order in which the vector comes."""
    carried, output = d.carried.get(op.x), d.result(op.output)
    weights = constant_weights(op)
    if carried is None or carried.order is None or len(shape_of(op.x)) != 2:
        return d.give(op.output, multiply(d, op, d.take(op.x, op), weights, output))
    turned = np.empty_like(weights)
    turned[:, carried.order] = weights
    flat = d.add(flow.RepackOp(carried.channel, 1, shape_of(op.x)[1:]), op).output
    d.give(op.output, multiply(d, op, flat, turned, output))


def multiply(
    d: Lowering, op: LinearOpBase, x: SSAValue, weights: Array, output: ChannelType
) -> SSAValue:
    """Every vector of a channel times the weights of an op, as they are or in another form."""
    bias = None if op.bias is None else d.name(op.bias, op)
    name, codebook = stored(d, op, weights)
    process = compute.MatvecOp(x, output, name, output.quant_type, bias, codebook=codebook)
    return d.add(process, op).output


def stored(d: Lowering, op: LinearOpBase, weights: Array) -> tuple[str, str | None]:
    """The names of weights and, if they are indices, of their codebook.

    Weights in another form than the op's may hold zeros that it has not.
    """
    own, read = weights is constant_of(op.weights), op.weights.owner
    if isinstance(read, LookupOp):
        return (indices(d, read), d.name(read.table, op)) if own else indexed(d, op, read, weights)
    if own:
        return d.name(op.weights, op), None
    element = element_of(op.weights)
    if isinstance(element, BipolarType) and not weights.all():
        element = TernaryType()
    return d.data(weights, element, "weights"), None


def indexed(d: Lowering, op: LinearOpBase, read: LookupOp, weights: Array) -> tuple[str, str]:
    """Codebook weights in another form, as indices again."""
    table = constant_of(read.table)
    assert table is not None
    entries = np.union1d(table, weights)
    index = np.searchsorted(entries, weights)
    if np.array_equal(entries, table):
        codebook = d.name(read.table, op)
    else:
        ends = int(entries[0]), int(entries[-1])
        codebook = d.data(entries, smallest_type(*ends), "codebook")
    return d.data(index, smallest_type(0, len(entries) - 1), "weights"), codebook


def indices(d: Lowering, read: LookupOp) -> str:
    """The indices of codebook weights, counted from the first entry."""
    first, constant = read.first.value.data, constant_of(read.x)
    assert constant is not None
    if first == 0:
        return d.name(read.x, read)
    shifted = constant.astype(np.int64) - first
    return d.data(shifted, smallest_type(0, int(shifted.max())), "weights")


@lowers(Conv2dOp)
def conv2d(d: Lowering, op: Conv2dOp) -> None:
    x = padded(d, op, d.take(op.x, op), op.window.pads, op.pad_value.value.data)
    weights = constant_weights(op)
    d.give(op.output, convolve(d, op, x, weights, op.window, d.result(op.output)))


@lowers(ConvTranspose2dOp)
def conv_transpose2d(d: Lowering, op: ConvTranspose2dOp) -> None:
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
    pad = borders.PadOp(d.take(op.x, op), pads, -1 if one_bit else 0, window.strides)
    turned, result = constant_weights(op)[:, ::-1, ::-1], d.result(op.output)
    inner, x = Window(window.kernel, dilations=window.dilations), d.add(pad, op).output
    if not one_bit:
        return d.give(op.output, convolve(d, op, x, turned, inner, result))
    gaps = np.ones((1, *pad.outputs[0].frame), np.int8)
    gaps[:, *pad.image_slices] = 0
    missing = convolution.convolve(gaps, turned, inner, op.groups.value.data)[0]
    low, high = range_of(op.output)
    element = smallest_type(low - int(missing.max()), high - int(missing.min()))
    sums = convolve(d, op, x, turned, inner, ChannelType(result.frame, element))
    d.give(op.output, offset(d, op, sums, missing))


def padded(d: Lowering, op: QnnOp, x: SSAValue, pads: Sequence[int], value: int) -> SSAValue:
    return d.add(borders.PadOp(x, pads, value), op).output if any(pads) else x


def convolve(
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
        patches = d.add(WindowOp(x, *sizes, by_channel=True), op).patches
        bias = None if op.bias is None else d.name(op.bias, op)
        name, codebook = stored(d, op, weights)
        process = compute.DepthwiseOp(
            patches, output, name, output.quant_type, bias, codebook=codebook
        )
        return d.add(process, op).output
    if groups > 1:
        weights = between_groups(weights, groups)
    if window.kernel != (1, 1) or window.strides != (1, 1):
        x = d.add(WindowOp(x, *sizes), op).patches
    return multiply(d, op, x, weights, output)


def between_groups(weights: Array, groups: int) -> Array:
    """The weights of a grouped convolution as those of a full one, with zeros between groups."""
    outputs, kh, kw, share = weights.shape
    full = np.zeros((groups, outputs // groups, kh, kw, groups, share), weights.dtype)
    each = np.arange(groups)
    full[each, :, :, :, each] = weights.reshape(groups, -1, kh, kw, share)
    return full.reshape(outputs, kh, kw, groups * share)


@lowers(ThresholdOp)
def threshold(d: Lowering, op: ThresholdOp) -> None:
    """Thresholds of their own, or those of the process that gives what they compare."""
    thresholds = d.name(op.thresholds, op)
    flags = None if op.descending is None else d.name(op.descending, op)
    first, process = op.offset.value.data, d.only_reader_of(op)
    if process is not None:
        process.activate_with(thresholds, flags, first)
        if "layer" in op.properties:
            process.attributes["activation"] = op.properties["layer"]
        fused = ChannelType(process.outputs[0].frame, element_of(op.output))
        value = Rewriter.replace_value_with_new_type(process.output, fused)
        return d.give(op.output, value)
    x = d.take(op.x, op)
    own = compute.ThresholdOp(x, d.result(op.output), thresholds, flags, first)
    d.give(op.output, d.add(own, op).output)


@lowers(MaxPoolOp, SumPoolOp)
def pool(d: Lowering, op: MaxPoolOp | SumPoolOp) -> None:
    """A window by channel, padded with what never wins, or with zero."""
    window, sums = op.window, isinstance(op, SumPoolOp)
    value = 0 if sums else range_of(op.x)[0]
    if sums and any(window.pads) and isinstance(element_of(op.x), BipolarType):
        raise refused(op, "it pads one bit with zero")
    x = padded(d, op, d.take(op.x, op), window.pads, value)
    sizes = window.kernel, window.strides, window.dilations
    patches = d.add(WindowOp(x, *sizes, by_channel=True), op).patches
    process = PoolOp(patches, d.result(op.output), sums)
    d.give(op.output, d.add(process, op).output)


@lowers(MulOp)
def product(d: Lowering, op: MulOp) -> None:
    """A factor, which the sum that reads the product multiplies with."""
    for value, other in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
        factor = constant_of(other)
        summed = all(isinstance(use.operation, AddOp | SubOp) for use in op.output.uses)
        if factor is not None and factor.size == 1 and summed:
            d.scaled[op.output] = (value, int(factor.reshape(())[()]))
            return
    raise refused(op, "a product is lowered with a constant number, as part of a sum")


@lowers(AddOp, SubOp)
def total(d: Lowering, op: AddOp | SubOp) -> None:
    """The sum of two streams, or of a stream and constants."""
    sign = -1 if isinstance(op, SubOp) else 1
    for value, other, factors in ((op.lhs, op.rhs, (1, sign)), (op.rhs, op.lhs, (sign, 1))):
        constant = constant_of(other)
        if constant is not None and factors[0] == 1 and value not in d.scaled:
            full = np.broadcast_to(factors[1] * constant.astype(np.int64), shape_of(op.output))[0]
            return d.give(op.output, offset(d, op, d.take(value, op), full))
    values, factors = zip(*(d.scaled.get(v, (v, 1)) for v in op.operands), strict=True)
    if shape_of(values[0]) != shape_of(values[1]):
        raise refused(op, "its operands differ in shape")
    streams = [d.take(value, op) for value in values]
    multipliers = factors[0], sign * factors[1]
    process = elements.AddOp(streams[0], streams[1], d.result(op.output), multipliers)
    d.give(op.output, d.add(process, op).output)


def offset(d: Lowering, op: QnnOp, x: SSAValue, constants: Array) -> SSAValue:
    """Adds a constant for each element, as a row for each kind of pixels."""
    pixels = constants.reshape(-1, constants.shape[-1])
    rows, kinds = np.unique(pixels, axis=0, return_inverse=True)
    name = d.data(rows, smallest_type(min(int(rows.min()), -1), int(rows.max())), "offsets")
    where = None
    if len(rows) > 1:
        where = d.data(kinds.reshape(-1), smallest_type(0, len(rows) - 1), "kinds")
    result, (low, high) = d.result(op.results[0]), value_range(flow.channel_of(x).quant_type)
    least, most = low + int(rows.min()), high + int(rows.max())
    known = value_range(result.quant_type)
    if least < known[0] or most > known[1]:  # no process knows what its input really reaches
        result = ChannelType(result.frame, smallest_type(least, most))
    return d.add(elements.OffsetOp(x, result, name, where), op).output


@lowers(LookupOp)
def lookup(d: Lowering, op: LookupOp) -> None:
    """A table with an entry for every value that the index may have."""
    table, first = constant_of(op.table), op.first.value.data
    per_channel = op.per_channel is not None
    if table is None or table.ndim != (2 if per_channel else 1):
        raise refused(op, "a table of numbers is lowered, which must be constant")
    low, high = range_of(op.x)
    if high - low >= MAX_TABLE_ENTRIES:
        raise refused(op, f"a table for {high - low + 1} values is too large")
    reached = np.clip(np.arange(low, high + 1) - first, 0, table.shape[-1] - 1)
    store(d, op, table[..., reached], low)


def store(d: Lowering, op: QnnOp, table: Array, first: int) -> None:
    """Reads the results of an op from a table."""
    (x,), result = [v for v in op.operands if v in d.carried], op.results[0]
    name = d.data(table, element_of(result), "table")
    process = elements.LookupOp(d.take(x, op), d.result(result), name, first)
    d.give(result, d.add(process, op).output)


@lowers(ReluOp, TruncOp, RequantizeOp)
def function(d: Lowering, op: ReluOp | TruncOp | RequantizeOp) -> None:
    """Any function of few integers, as a table."""
    low, high = range_of(op.x)
    if high - low >= MAX_TABLE_ENTRIES:
        raise refused(op, f"a table for {high - low + 1} values is too large")
    fixed = [constant_of(value) for value in op.operands[1:]]
    channels = max([row.size for row in fixed if row is not None], default=1)
    values = np.arange(low, high + 1).reshape(-1, 1).repeat(channels, 1)
    rows = as_array(op.evaluate(values, *(row for row in fixed if row is not None))[0]).T
    store(d, op, rows[0] if channels == 1 else rows, low)


@lowers(ReshapeOp, TransposeOp)
def reorder(d: Lowering, op: ReshapeOp | TransposeOp) -> None:
    """Nothing: the order is remembered."""
    carried = d.carried.get(op.x)
    if carried is None:
        raise refused(op, "its operand does not come through the design")
    places = np.arange(prod(shape_of(op.x))) if carried.order is None else carried.order
    moved = op.move(places.reshape(shape_of(op.x))).reshape(-1)
    same = np.array_equal(moved, np.arange(len(moved)))
    d.carry(op.output, Carried(carried.channel, None if same else moved))


@lowers(PadOp)
def pad(d: Lowering, op: PadOp) -> None:
    low, high = op.low.get_values(), op.high.get_values()
    if len(low) != 4 or any((low[0], low[3], high[0], high[3])):
        raise refused(op, "rows and columns of images are padded, nothing else")
    pads = (low[1], low[2], high[1], high[2])
    d.give(op.output, padded(d, op, d.take(op.x, op), pads, op.value.value.data))


@lowers(ResizeOp)
def resize(d: Lowering, op: ResizeOp) -> None:
    scales = op.scales.get_values()
    if len(scales) != 4 or scales[0] != 1 or scales[3] != 1:
        raise refused(op, "rows and columns of images are repeated, nothing else")
    process = borders.UpsampleOp(d.take(op.x, op), scales[1:3])
    d.give(op.output, d.add(process, op).output)


@lowers(SliceOp)
def slice_(d: Lowering, op: SliceOp) -> None:
    spans = [list(v.get_values())[1:] for v in (op.starts, op.ends, op.steps)]
    d.give(op.output, d.add(borders.CropOp(d.take(op.x, op), *spans), op).output)


@lowers(ConcatOp)
def concat(d: Lowering, op: ConcatOp) -> None:
    require_channels(op, op.axis.value.data, op.output)
    process = flow.ConcatOp([d.take(value, op) for value in op.inputs])
    d.give(op.output, d.add(process, op).output)


@lowers(SplitOp)
def split(d: Lowering, op: SplitOp) -> None:
    """The parts of each pixel; each by itself where one of them is read by nobody."""
    require_channels(op, op.axis.value.data, op.x)
    x, sizes = d.take(op.x, op), op.sizes.get_values()
    if all(list(part.uses) for part in op.outputs):
        for part, channel in zip(op.outputs, d.add(flow.SplitOp(x, sizes), op).parts, strict=True):
            d.give(part, channel)
        return
    frame, start = shape_of(op.x)[1:-1], 0
    for part, size in zip(op.outputs, sizes, strict=True):
        if list(part.uses):
            starts, ends = (*[0] * len(frame), start), (*frame, start + size)
            process = borders.CropOp(x, starts, ends, [1] * len(starts))
            d.give(part, d.add(process, op).output)
        start += size


def require_channels(op: ConcatOp | SplitOp, axis: int, value: SSAValue) -> None:
    rank = len(shape_of(value))
    if axis % rank != rank - 1:
        raise refused(op, "channels are joined and parted, no other axis")


@lowers(ArgMaxOp, TopKOp)
def label(d: Lowering, op: ArgMaxOp | TopKOp) -> None:
    """The indices of the largest scores."""
    rank = len(shape_of(op.x))
    indices, k = op.results[-1], op.k.value.data if isinstance(op, TopKOp) else 1
    if rank != 2 or op.axis.value.data % rank != 1:
        raise refused(op, "it chooses among the scores of one image, nothing else")
    if isinstance(op, TopKOp) and list(op.values.uses):
        raise refused(op, "the scores it chose are read, not only their indices")
    process = elements.LabelSelectOp(d.take(op.x, op), k)
    wanted = ChannelType((k,), element_of(indices))
    channel = Rewriter.replace_value_with_new_type(process.output, wanted)
    d.add(process, op)
    d.give(indices, channel)
