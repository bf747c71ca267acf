"""Random processes of every kind, each in its own design."""

from collections.abc import Callable
from math import gcd, prod

import numpy as np
from qnn.qdialect.permutation import Transposition
from qnn.qdialect.stream import ChannelType, Process
from qnn.qdialect.stream.borders import CropOp, PadOp, UpsampleOp
from qnn.qdialect.stream.compute import DepthwiseOp, MatvecOp, ThresholdOp
from qnn.qdialect.stream.elements import AddOp, FactorOp, LabelSelectOp, LookupOp, MulOp, OffsetOp
from qnn.qdialect.stream.flow import ConcatOp, ForkOp, LinkOp, RepackOp, SplitOp, joined_frame
from qnn.qdialect.stream.pool import PoolOp
from qnn.qdialect.stream.reorder import ReorderOp
from qnn.qdialect.stream.scale import ScaleOp
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import signed, unsigned
from xdsl.dialects.builtin import ModuleOp, UnitAttr

from support.design import Design
from support.generate import Choices

BYTE = unsigned(8)

Maker = Callable[[Design, Choices], Process]


def divisors(number: int) -> list[int]:
    return [n for n in range(number, 0, -1) if number % n == 0]


def image(choices: Choices) -> ChannelType:
    height, width = choices.integers(2, 1, 4)
    depth = choices.pick([4, 1, 2, 3, 6])
    return ChannelType((height, width, depth), BYTE, choices.pick(divisors(depth)))


def row(choices: Choices, lanes: int | None = None) -> ChannelType:
    """A frame of vectors."""
    frame = (choices.integer(1, 3), choices.pick([6, 4, 1, 2]))
    return ChannelType(frame, BYTE, lanes or choices.pick(divisors(frame[-1])))


def multiples(lanes: int, taps: int) -> list[int]:
    """The widths of words that hold some of the pixels of a patch."""
    return [lanes * n for n in divisors(taps)]


def window(design: Design, choices: Choices) -> Process:
    """A window whose output words are narrower than those of the image, as wide, or wider."""
    channel = image(choices)
    height, width, depth = channel.frame
    options = choices.window(height, width, padded=False)
    kernel = options["kernel"]
    lanes = [n for n in divisors(prod(kernel) * depth) if depth % n == 0 or n % depth == 0]
    by_channel = choices.flag()
    return WindowOp(
        design.source(channel),
        kernel,
        options["strides"],
        options["dilations"],
        by_channel,
        choices.pick(multiples(channel.lanes.data, prod(kernel)) if by_channel else lanes),
    )


def pad(design: Design, choices: Choices) -> Process:
    spread = choices.integers(2, 1, 3)
    return PadOp(design.source(image(choices)), choices.integers(4, 0, 2), 7, spread)


def crop(design: Design, choices: Choices) -> Process:
    channel = image(choices)
    spans = [choices.span(size) for size in channel.frame[:-1]]
    lanes = channel.lanes.data
    first, last = sorted(choices.integers(2, 0, channel.frame[-1] // lanes - 1))
    spans.append((first * lanes, (last + 1) * lanes, 1))
    return CropOp(design.source(channel), *zip(*spans, strict=True))


def upsample(design: Design, choices: Choices) -> Process:
    return UpsampleOp(design.source(image(choices)), choices.integers(2, 1, 3))


def pool(design: Design, choices: Choices) -> Process:
    channel, taps = row(choices), choices.integer(1, 4)
    lanes = choices.pick(multiples(channel.lanes.data, taps))
    patches = ChannelType((2, channel.frame[-1] * taps), BYTE, lanes)
    element, sums = (unsigned(12), True) if choices.flag() else (BYTE, False)
    output = ChannelType((2, channel.frame[-1]), element, channel.lanes.data)
    return PoolOp(design.source(patches), output, sums)


def matvec(design: Design, choices: Choices) -> Process:
    channel, outputs = row(choices), choices.pick([4, 1, 2, 6])
    weights = choices.factors((outputs, channel.frame[-1])).astype(int) * 2 + 1
    output = ChannelType(
        (*channel.frame[:-1], outputs), signed(20), choices.pick(divisors(outputs))
    )
    name = design.data(weights, signed(8))
    op = MatvecOp(design.source(channel), output, name, signed(20))
    op.vector_in_registers = UnitAttr() if choices.flag() else None
    return op


def depthwise(design: Design, choices: Choices) -> Process:
    channel, taps = row(choices), choices.integer(1, 4)
    depth, lanes = channel.frame[-1], channel.lanes.data
    weights = choices.factors((depth, taps)).astype(int) * 2 + 1
    output = ChannelType((2, depth), signed(20), lanes)
    name = design.data(weights, signed(8))
    patches = ChannelType((2, depth * taps), BYTE, choices.pick(multiples(lanes, taps)))
    return DepthwiseOp(design.source(patches), output, name, signed(20))


def threshold(design: Design, choices: Choices) -> Process:
    channel = row(choices)
    output = ChannelType(channel.frame, unsigned(1), channel.lanes.data)
    return ThresholdOp(design.source(channel), output, design.data([[128]], BYTE))


def scale(design: Design, choices: Choices) -> Process:
    """A scale with one line per channel or for all, with or without exceptions."""
    channel, generator = row(choices), choices.generator()
    clamp = choices.integer(-200, 50), choices.integer(100, 200)
    rows, shift = choices.pick([channel.frame[-1], 1]), choices.pick([0, 1, 9])
    factors = design.data(generator.integers(1 << shift, 2 << shift, rows), signed(12))
    offsets = design.data(generator.integers(-20 << shift, 20 << shift, rows), signed(18))
    count = choices.integer(0, 3)
    numbers = generator.integers(0, 9, (rows, count))
    exceptions = (design.data(numbers, signed(5)), choices.integer(0, count)) if count else ()
    output = ChannelType(channel.frame, signed(9), channel.lanes.data)
    x = design.source(channel)
    return ScaleOp(x, output, factors, offsets, shift, clamp, *exceptions)


def lookup(design: Design, choices: Choices) -> Process:
    channel = row(choices)
    return LookupOp(design.source(channel), channel, design.data(np.arange(256)[::-1], BYTE))


def add(design: Design, choices: Choices) -> Process:
    channel = row(choices)
    output = ChannelType(channel.frame, unsigned(9), channel.lanes.data)
    return AddOp(design.source(channel), design.source(channel), output)


def mul(design: Design, choices: Choices) -> Process:
    channel = row(choices)
    output = ChannelType(channel.frame, signed(18), channel.lanes.data)
    return MulOp(design.source(channel), design.source(channel), output, [-128, -3])


def offset(design: Design, choices: Choices) -> Process:
    channel = row(choices)
    output = ChannelType(channel.frame, unsigned(9), channel.lanes.data)
    rows = design.data(np.ones((1, channel.frame[-1]), int), unsigned(1))
    return OffsetOp(design.source(channel), output, rows)


def factor(design: Design, choices: Choices) -> Process:
    channel = row(choices)
    output = ChannelType(channel.frame, unsigned(10), channel.lanes.data)
    rows = design.data(np.full((1, channel.frame[-1]), 3), unsigned(2))
    return FactorOp(design.source(channel), output, rows)


def label_select(design: Design, choices: Choices) -> Process:
    labels = choices.pick([4, 2, 6, 9])
    channel = ChannelType((labels,), BYTE, choices.pick(divisors(labels)))
    return LabelSelectOp(design.source(channel), choices.integer(1, labels), choices.flag())


def fork(design: Design, choices: Choices) -> Process:
    return ForkOp(design.source(row(choices)), choices.integer(2, 4))


def parts(choices: Choices) -> tuple[int, list[ChannelType]]:
    """An axis, and channels whose frames differ along it only."""
    lanes, axis = choices.integer(1, 3), choices.integer(-3, -1)
    frame = [2, 3, 2 * lanes]
    channels = list[ChannelType]()
    for _ in range(choices.integer(2, 3)):
        frame[axis] = choices.integer(1, 3) * (lanes if axis == -1 else 1)
        channels.append(ChannelType(frame, BYTE, lanes))
    return axis, channels


def concat(design: Design, choices: Choices) -> Process:
    axis, channels = parts(choices)
    return ConcatOp([design.source(channel) for channel in channels], axis)


def split(design: Design, choices: Choices) -> Process:
    axis, channels = parts(choices)
    whole = ChannelType(joined_frame(channels, axis), BYTE, channels[0].lanes.data)
    return SplitOp(design.source(whole), [channel.frame[axis] for channel in channels], axis)


def repack(design: Design, choices: Choices) -> Process:
    """A repack between words of any two widths; the shape of the frame may change, too."""
    channel = image(choices)
    size = prod(channel.frame)
    frame = (size,) if choices.flag() else None
    return RepackOp(design.source(channel), choices.pick(divisors(size)), frame)


def reorder(design: Design, choices: Choices) -> Process:
    """A permutation of up to five axes, in words of any of the widths that it may have."""
    left = list(range(choices.pick([3, 1, 2, 4, 5])))
    shape = [choices.pick([2, 1, 3, 4]) for _ in left]
    order = [left.pop(choices.integer(0, len(left) - 1)) for _ in shape]
    moved = Transposition(tuple(shape), tuple(order))
    last, read, written = moved.merged.word_axes
    widths = {*divisors(last), *(last * n for n in divisors(gcd(read, written)))}
    channel = ChannelType(shape, BYTE, choices.pick(sorted(widths, reverse=True)))
    return ReorderOp(design.source(channel), moved, (prod(shape),))


def link(design: Design, choices: Choices) -> Process:
    return LinkOp(design.source(row(choices)), "second")


MAKERS: dict[type[Process], Maker] = {
    WindowOp: window,
    PadOp: pad,
    CropOp: crop,
    UpsampleOp: upsample,
    PoolOp: pool,
    MatvecOp: matvec,
    DepthwiseOp: depthwise,
    ThresholdOp: threshold,
    ScaleOp: scale,
    LookupOp: lookup,
    AddOp: add,
    MulOp: mul,
    OffsetOp: offset,
    FactorOp: factor,
    LabelSelectOp: label_select,
    ForkOp: fork,
    ConcatOp: concat,
    SplitOp: split,
    RepackOp: repack,
    ReorderOp: reorder,
    LinkOp: link,
}


def one_process(kind: type[Process], choices: Choices) -> ModuleOp:
    """A random process between sources and sinks."""
    design = Design()
    process = design.add(MAKERS[kind](design, choices))
    return design.finish(*process.results)
