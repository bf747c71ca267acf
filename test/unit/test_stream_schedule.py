"""A process reads exactly the words that a result depends on before it writes the result.

The oracle does not use schedules: it changes one element of an input and finds the words of
the result that change. A word of a channel holds successive elements of the frame, one per lane.
"""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.hardware.search.space import space_of
from qnn.hardware.search.tiling import Tiling
from qnn.hardware.timing.schedule import schedule_of
from qnn.passes.tile.layer_folding import apply_tiling
from qnn.qdialect.data import Array
from qnn.qdialect.stream import PROCESSES, ChannelType, Process
from qnn.qdialect.stream.compute import DepthwiseOp, MatvecOp
from qnn.qdialect.stream.design import parent_design
from qnn.qdialect.stream.elements import LabelSelectOp
from qnn.qdialect.stream.pool import PoolOp
from qnn.qdialect.stream.ports import SinkOp, SourceOp
from qnn.qdialect.stream.reorder import ReorderOp
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import signed, unsigned
from support.design import Design
from support.generate import Choices
from support.processes import BYTE, MAKERS, Maker

every_process = pytest.mark.parametrize("maker", MAKERS.values(), ids=lambda maker: maker.__name__)


def draw(maker: Maker, data: st.DataObject) -> tuple[Process, Choices]:
    """A random process, in a design that verifies."""
    design, choices = Design(), Choices.drawn(data.draw)
    process = design.add(maker(design, choices))
    design.finish(*process.results)
    return process, choices


def words_of(frames: Array, channel: ChannelType) -> Array:
    """Images, words, lanes."""
    return frames.reshape(len(frames), channel.words, channel.lanes.data)


def evaluate(process: Process, words: list[Array]) -> list[Array]:
    """The output words of a process for these input words."""
    frames = [
        array.reshape(len(array), *channel.frame)
        for array, channel in zip(words, process.inputs, strict=True)
    ]
    results = process.evaluate(*frames)
    return [
        words_of(array, channel) for array, channel in zip(results, process.outputs, strict=True)
    ]


def influence(process: Process, input: int, output: int) -> npt.NDArray[np.bool_]:
    """Whether word k of an output can change when word i of an input does, at `[i, k]`.

    The input has one element of 255 among zeros, or one zero among elements of 255.
    """
    channel = process.inputs[input]
    elements = channel.words * channel.lanes.data
    found = np.zeros((elements, process.outputs[output].words), np.bool_)
    for ground in (0, 255):
        before = [
            np.full((elements, other.words, other.lanes.data), ground, np.uint8)
            for other in process.inputs
        ]
        after = [words.copy() for words in before]
        np.fill_diagonal(after[input].reshape(elements, elements), 255 - ground)
        old, new = (evaluate(process, words)[output] for words in (before, after))
        found |= (old != new).any(-1)
    return found.reshape(channel.words, channel.lanes.data, -1).any(1)


@every_process
@given(st.data())
def test_needs_is_the_last_word_that_matters(maker: Maker, data: st.DataObject) -> None:
    """Word k waits for the last word that it, or a word before it, depends on."""
    process, _ = draw(maker, data)
    for output in range(len(process.outputs)):
        for input, needs in enumerate(process.needs(output)):
            matters = influence(process, input, output)
            order = np.arange(1, len(matters) + 1)[:, None]
            last = np.where(matters, order, 0).max(0)
            np.testing.assert_array_equal(needs, np.maximum.accumulate(last))


@every_process
@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_words_not_yet_needed_do_not_matter(maker: Maker, data: st.DataObject) -> None:
    """Frame k of a batch keeps what word k needs, and all later words are poisoned."""
    process, choices = draw(maker, data)
    rng = choices.generator()
    frames = [
        rng.integers(0, 255, (1, channel.words, channel.lanes.data), np.uint8, endpoint=True)
        for channel in process.inputs
    ]
    clean = evaluate(process, frames)
    for output, channel in enumerate(process.outputs):
        poisoned: list[Array] = []
        for words, needs in zip(frames, process.needs(output), strict=True):
            keep = np.arange(words.shape[1]) < needs[:, None]
            other = rng.integers(0, 255, (channel.words, *words.shape[1:]), np.uint8, endpoint=True)
            poisoned.append(np.where(keep[..., None], words, other))
        every = np.arange(channel.words)
        np.testing.assert_array_equal(
            evaluate(process, poisoned)[output][every, every], clean[output][0]
        )


@every_process
@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_needs_rise_within_the_frame(maker: Maker, data: st.DataObject) -> None:
    process, _ = draw(maker, data)
    for output, channel in enumerate(process.outputs):
        all_needs = process.needs(output)
        assert len(all_needs) == len(process.inputs)
        for needs, source in zip(all_needs, process.inputs, strict=True):
            assert needs.shape == (channel.words,) and needs.dtype == np.int64
            assert needs[0] >= 0 and needs[-1] <= source.words
            assert (np.diff(needs) >= 0).all()


@every_process
@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_an_interval_is_that_of_the_schedule(maker: Maker, data: st.DataObject) -> None:
    """At least a cycle for each word, and as many as the schedule has iterations."""
    process, _ = draw(maker, data)
    words = max(channel.words for channel in (*process.inputs, *process.outputs))
    assert process.interval == schedule_of(process).interval >= words
    if not isinstance(process, MatvecOp | WindowOp | LabelSelectOp | ReorderOp):
        assert process.interval == words


@every_process
@settings(max_examples=settings().max_examples // 3)
@given(st.data())
def test_tables_of_a_space_have_the_intervals_of_schedules(
    maker: Maker, data: st.DataObject
) -> None:
    """Each entry of the table of a process is the interval of the process that `tile` makes."""
    process, choices = draw(maker, data)
    design = parent_design(process)
    space = space_of(design, "xilinx")
    chosen = [choices.integer(0, len(widths) - 1) for widths in space.widths]
    intervals = {
        table.of: table.interval[tuple(chosen[choice] for choice in table.choices)]
        for table in space.tables
        if isinstance(table.of, Process)
    }
    values = [int(widths[n]) for widths, n in zip(space.widths, chosen, strict=True)]
    apply_tiling(design, space, Tiling(values, 0, np.zeros(0), 0.0, 0.0))
    for folded, interval in intervals.items():
        assert folded.interval == schedule_of(folded).interval == interval


def test_ends_of_a_design() -> None:
    design = Design()
    source = design.add(SourceOp("x", ChannelType((2, 6), BYTE, 3)))
    sink = SinkOp("y", source.output)
    assert source.needs() == [] and source.interval == 4
    assert [list(needs) for needs in sink.needs()] == [[1, 2, 3, 4]] and sink.interval == 4


def test_every_process_is_tested() -> None:
    assert {*MAKERS, SourceOp, SinkOp} == set(PROCESSES)


# Words of two channels each, in an image of 3x3 pixels of 4 channels: pixel p is words 2p and 2p+1.
WINDOWS = {
    "narrower": (1, False, [1, 1, 2, 2, 3, 3, 4, 4, 7, 7, 8, 8, 9, 9, 10, 10]),
    "as wide": (2, False, [1, 2, 3, 4, 7, 8, 9, 10]),
    "a pixel": (4, False, [2, 4, 8, 10]),
    "two pixels": (8, False, [4, 10]),
    "a patch": (16, False, [10]),
    "by channel": (2, True, [1, 3, 7, 9, 9, 9, 9, 10]),
}
"""Lanes of the patches, their order, and the needs of the first patch of a 2x2 window."""


@pytest.mark.parametrize(("lanes", "by_channel", "first"), WINDOWS.values(), ids=WINDOWS)
def test_a_window_word_by_word(lanes: int, by_channel: bool, first: list[int]) -> None:
    design = Design()
    x = design.source(ChannelType((3, 3, 4), BYTE, 2))
    process = design.add(WindowOp(x, [2, 2], by_channel=by_channel, lanes=lanes))
    design.finish(process.patches)
    (needs,) = process.needs()
    patches = needs.reshape(4, -1)
    assert list(patches[0]) == first
    assert list(patches[:, -1]) == [10, 12, 16, 18]
    assert process.interval == schedule_of(process).interval >= max(18, 64 // lanes)


def test_a_window_waits_no_longer_than_its_patches() -> None:
    """A row below the last patch is read, but nothing waits for it."""
    design = Design()
    x = design.source(ChannelType((5, 4, 1), BYTE))
    process = design.add(WindowOp(x, [2, 2], strides=[2, 2]))
    (needs,) = process.needs()
    assert list(needs) == [1, 2, 5, 6, 6, 6, 7, 8, 9, 10, 13, 14, 14, 14, 15, 16]


# The layers of CNV: how often the weights are used in a frame, rows and columns of the weights;
# SIMD, PE and cycles with weights of one bit, and with weights of two.
CNV = {
    "L0": (30, 64, 27, (3, 16, 32_400), (3, 8, 64_800)),
    "L1": (28, 64, 576, (32, 32, 28_224), (16, 16, 112_896)),
    "L2": (12, 128, 576, (32, 16, 20_736), (16, 8, 82_944)),
    "L3": (10, 128, 1152, (32, 16, 28_800), (16, 8, 115_200)),
    "L4": (3, 256, 1152, (32, 4, 20_736), (8, 4, 82_944)),
    "L5": (1, 256, 2304, (32, 1, 18_432), (8, 1, 73_728)),
    "L6": (1, 512, 256, (4, 1, 32_768), (2, 1, 65_536)),
    "L7": (1, 512, 512, (8, 1, 32_768), (2, 2, 65_536)),
    "L8": (1, 64, 512, (1, 4, 8_192), (1, 4, 8_192)),
}


@pytest.mark.parametrize("layer", CNV)
def test_the_intervals_of_cnv(layer: str) -> None:
    size, rows, cols, *foldings = CNV[layer]
    for simd, pe, cycles in foldings:
        design = Design()
        x = design.source(ChannelType((size, size, cols), unsigned(2), simd))
        name = design.data(np.ones((rows, cols), np.int8), unsigned(1))
        process = design.add(
            MatvecOp(x, ChannelType((size, size, rows), signed(16), pe), name, signed(16))
        )
        design.finish(process.output)
        assert process.interval == cycles


def test_the_intervals_of_windows_pools_and_depthwise_layers() -> None:
    """`C*K^2/PE * OH*OW`. A window starts to write when its first lines have arrived."""
    design = Design()
    x = design.source(ChannelType((28, 28, 64), unsigned(2), 16))
    window = design.add(WindowOp(x, [2, 2], strides=[2, 2], by_channel=True))
    pool = design.add(PoolOp(window.patches, ChannelType((14, 14, 64), unsigned(2), 16)))
    wide = design.add(WindowOp(pool.output, [3, 3], by_channel=True))
    name = design.data(np.ones((64, 3, 3, 1), np.int8), unsigned(1))
    output = ChannelType((12, 12, 64), unsigned(5), 16)
    depthwise = design.add(DepthwiseOp(wide.patches, output, name, unsigned(5)))
    design.finish(depthwise.output)
    intervals = [process.interval for process in (window, pool, wide, depthwise)]
    assert intervals[1::2] == [14 * 14 * 4 * 4, 12 * 12 * 9 * 4]
    assert intervals[0::2] == [28 * 28 * 4 + 113, 12 * 12 * 9 * 4 + 112]
