"""Channels and the constructors of processes, from Python."""

from collections.abc import Callable
from typing import Any

import pytest
from qnn.qdialect.stream import ChannelType
from qnn.qdialect.stream.borders import PadOp, UpsampleOp
from qnn.qdialect.stream.elements import LabelSelectOp
from qnn.qdialect.stream.flow import ConcatOp, ForkOp, LinkOp, RepackOp, SplitOp
from qnn.qdialect.stream.types import channel_of
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import BipolarType, ElementType, signed, unsigned
from support.design import Design
from xdsl.dialects import test
from xdsl.dialects.builtin import f32, i8
from xdsl.ir import Attribute
from xdsl.utils.exceptions import VerifyException


@pytest.mark.parametrize(
    ("frame", "element", "lanes", "words", "bits"),
    [
        ((32, 32, 3), unsigned(8), 3, 1024, 24),
        ((32, 32, 3), unsigned(8), 1, 3072, 8),
        ((4, 6), BipolarType(), 8, 3, 8),
        ((10,), signed(9), 10, 1, 90),
        ((2,), f32, 2, 1, 64),
    ],
)
def test_words(
    frame: tuple[int, ...], element: ElementType, lanes: int, words: int, bits: int
) -> None:
    channel = ChannelType(frame, element, lanes)
    assert (channel.frame, channel.element_type) == (frame, element)
    assert (channel.words, channel.word_bits, channel.depth.data) == (words, bits, 0)


def test_a_channel_with_other_lanes_or_depth() -> None:
    channel = ChannelType((4, 6), unsigned(2), 3, 5)
    assert channel.with_lanes(2) == ChannelType((4, 6), unsigned(2), 2, 5)
    assert channel.with_depth(9) == ChannelType((4, 6), unsigned(2), 3, 9)


@pytest.mark.parametrize(
    ("frame", "element", "lanes", "depth", "message"),
    [
        ((), unsigned(8), 1, 0, "a frame needs at least one axis"),
        ((3, 0), unsigned(8), 1, 0, "no axis may be empty"),
        ((3, -1), unsigned(8), 1, 0, "no axis may be empty"),
        ((3,), unsigned(8), 2, 0, "2 lanes don't divide a frame of 3 elements"),
        ((3,), unsigned(8), -1, 0, "-1 lanes don't divide"),
        ((3,), unsigned(8), 1, -1, "a depth can't be negative"),
        ((3,), i8, 1, 0, "i8 has no sign"),
        ((8192,), unsigned(1), 8192, 0, "8192 bits, at most 4096 are possible"),
    ],
)
def test_invalid_channels(
    frame: tuple[int, ...], element: Attribute, lanes: int, depth: int, message: str
) -> None:
    with pytest.raises(VerifyException, match=message):
        ChannelType(frame, element, lanes, depth)


def test_only_channels_are_read() -> None:
    (value,) = test.TestOp(result_types=[unsigned(8)]).results
    with pytest.raises(VerifyException, match="expected a channel, got ui8"):
        channel_of(value)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: WindowOp(x, [2, 3], [2, 1], [1, 2], lanes=4),
        lambda x: WindowOp(x, [2, 2], by_channel=True),
        lambda x: PadOp(x, [1, 2, 3, 4]),
        lambda x: UpsampleOp(x, [2, 3]),
        lambda x: ForkOp(x, 3),
        lambda x: SplitOp(x, [2, 6]),
        lambda x: RepackOp(x, 1),
        lambda x: RepackOp(x, 20, (20, 8)),
        lambda x: LinkOp(x, "second"),
        lambda x: LabelSelectOp(RepackOp(x, 1, (160,)), 7),
    ],
)
def test_constructors_infer_channels_that_verify(make: Callable[..., Any]) -> None:
    """The depth belongs to one channel: constructors do not copy it to the result."""
    design = Design()
    x = design.source(ChannelType((4, 5, 8), unsigned(8), 2, 64))
    process = make(x)
    if process.operands[0] is not x:
        design.add(process.operands[0].owner)
    design.finish(*design.add(process).results)
    assert all(channel.depth.data == 0 for channel in process.outputs)


def test_a_concat_infers_its_channel() -> None:
    design = Design()
    parts = [design.source(ChannelType((4, 5, depth), unsigned(8), 2, 3)) for depth in (2, 4, 6)]
    joined = design.add(ConcatOp(parts))
    design.finish(joined.output)
    assert joined.outputs == [ChannelType((4, 5, 12), unsigned(8), 2)]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: WindowOp(x, [2, 2]), "an image must have 3 axes, its frame is 4x6"),
        (lambda x: PadOp(x, [1, 1, 1, 1]), "an image must have 3 axes, its frame is 4x6"),
        (lambda x: UpsampleOp(x, [2, 2]), "an image must have 3 axes, its frame is 4x6"),
        (lambda x: RepackOp(x, 5), "5 lanes don't divide a frame of 24 elements"),
        (
            lambda x: SplitOp(x, [2, 0]),
            "a frame needs at least one axis, and no axis may be empty",
        ),
    ],
)
def test_errors_of_constructors(make: Callable[..., Any], message: str) -> None:
    x = Design().source(ChannelType((4, 6), unsigned(8), 2))
    with pytest.raises(VerifyException, match=message):
        make(x)
