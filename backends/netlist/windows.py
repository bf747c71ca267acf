"""Processes that move or combine the pixels of images: window, pad, crop, upsample, pool."""

from dataclasses import dataclass
from math import gcd

import numpy as np

from ...qdialect.stream.borders import CropOp, PadOp, UpsampleOp
from ...qdialect.stream.pool import PoolOp
from ...qdialect.stream.process import int_pair
from ...qdialect.stream.window import WindowOp
from ...qdialect.types import BipolarType, ElementType, FloatType, QuantType, bit_width
from .builder import Builder, build_instance
from .netlist import EmitError, Instance
from .parameters import ForTypes, PerFrame, Precomputed


@dataclass(frozen=True)
class WindowInstance(Instance):
    """Stores lines of an image, and sends the patch under each position of a kernel."""

    kind = "window"

    element: ElementType
    height: int
    width: int
    channels: int
    rows: int
    columns: int
    kernel_height: int
    kernel_width: int
    stride_down: int
    stride_across: int
    dilation_down: int
    dilation_across: int
    lanes_in: int
    lanes_out: int
    by_channel: bool
    iterations: int
    """Cycles of a frame."""
    piece: Precomputed[int]
    """The most lanes that divide both an input word and an output word."""
    banks: Precomputed[int]
    """Banks of the line buffer: a power of two, at least the pieces of an output word."""
    bank_bytes: Precomputed[int]
    """Bytes of a bank's word: a power of two that holds an input word."""


@build_instance.register
def build_window(process: WindowOp, builder: Builder) -> WindowInstance:
    (x,), (patches,), window = process.inputs, process.outputs, process.window
    height, width, channels = x.frame
    rows, columns, _ = patches.frame
    lanes_in, lanes_out = x.lanes.data, patches.lanes.data
    piece = gcd(lanes_in, lanes_out)
    return WindowInstance(
        *builder.wiring(process),
        element=x.element_type,
        height=height,
        width=width,
        channels=channels,
        rows=rows,
        columns=columns,
        kernel_height=window.kernel[0],
        kernel_width=window.kernel[1],
        stride_down=window.strides[0],
        stride_across=window.strides[1],
        dilation_down=window.dilations[0],
        dilation_across=window.dilations[1],
        lanes_in=lanes_in,
        lanes_out=lanes_out,
        by_channel=process.by_channel is not None,
        iterations=process.interval,
        piece=piece,
        banks=power_of_two(lanes_out // piece),
        bank_bytes=power_of_two(-(-x.word_bits // 8)),
    )


def power_of_two(number: int) -> int:
    """The smallest power of two that is not below a number."""
    return 1 << (number - 1).bit_length()


@dataclass(frozen=True)
class PadInstance(Instance):
    """Surrounds an image with a value, and inserts the value between its pixels."""

    kind = "pad"

    element: ElementType
    height: int
    width: int
    rows: int
    columns: int
    top: int
    left: int
    down: int
    """Rows from one pixel of the image to the next."""
    across: int
    """Columns from one pixel of the image to the next."""
    pixel_words: int
    lanes: int
    value: int
    """The code of the value."""


@build_instance.register
def build_pad(process: PadOp, builder: Builder) -> PadInstance:
    (x,), (y,) = process.inputs, process.outputs
    top, left, _, _ = process.pads.get_values()
    down, across = int_pair(process.spread)
    return PadInstance(
        *builder.wiring(process),
        element=x.element_type,
        height=x.frame[0],
        width=x.frame[1],
        rows=y.frame[0],
        columns=y.frame[1],
        top=top,
        left=left,
        down=down,
        across=across,
        pixel_words=x.frame[-1] // x.lanes.data,
        lanes=x.lanes.data,
        value=code_of(process.value.value.data, x.element_type),
    )


def code_of(value: int, element: ElementType) -> int:
    """The bits that represent an integer."""
    if isinstance(element, BipolarType):
        return int(value > 0)
    if isinstance(element, FloatType):
        bits = bit_width(element)
        return int(np.array(value, f"f{bits // 8}").view(f"u{bits // 8}"))
    return value % (1 << bit_width(element))


@dataclass(frozen=True)
class CropInstance(Instance):
    """Keeps a part of each frame: along each of three axes from a start to an end, in steps."""

    kind = "crop"

    element: ForTypes[ElementType]
    lanes: ForTypes[int]
    size_0: int
    start_0: int
    end_0: int
    step_0: int
    size_1: int
    start_1: int
    end_1: int
    step_1: int
    size_2: int
    """Words of a pixel: the last axis counts words."""
    start_2: int
    end_2: int
    step_2: int


@build_instance.register
def build_crop(process: CropOp, builder: Builder) -> CropInstance:
    (x,) = process.inputs
    lanes, (*spans, last) = x.lanes.data, process.spans
    sizes = [*x.frame[:-1], x.frame[-1] // lanes]
    words = slice(last.start // lanes, -(-last.stop // lanes), last.step)
    axes = list(zip(sizes, (*spans, words), strict=True))
    if len(axes) > 3:
        raise EmitError(
            f"{builder.process_name!r} crops frames of {len(axes)} axes: at most 3 are possible"
        )
    axes = [(1, slice(0, 1, 1))] * (3 - len(axes)) + axes
    numbers = [n for size, span in axes for n in (size, span.start, span.stop, span.step)]
    return CropInstance(*builder.wiring(process), x.element_type, lanes, *numbers)


@dataclass(frozen=True)
class UpsampleInstance(Instance):
    """Repeats every pixel, down and across."""

    kind = "upsample"

    element: ForTypes[ElementType]
    lanes: ForTypes[int]
    height: PerFrame[int]
    width: int
    down: int
    across: int
    pixel_words: int


@build_instance.register
def build_upsample(process: UpsampleOp, builder: Builder) -> UpsampleInstance:
    (x,) = process.inputs
    down, across = int_pair(process.scales)
    return UpsampleInstance(
        *builder.wiring(process),
        element=x.element_type,
        lanes=x.lanes.data,
        height=x.frame[0],
        width=x.frame[1],
        down=down,
        across=across,
        pixel_words=x.frame[-1] // x.lanes.data,
    )


@dataclass(frozen=True)
class PoolInstance(Instance):
    """The maximum or the sum of each channel over a patch."""

    kind = "pool"

    input: QuantType
    output: QuantType
    lanes: int
    pixels: int
    """Pixels in an input word."""
    steps: int
    """Input words for each output word."""
    words: PerFrame[int]
    total: Precomputed[bool]
    """Whether the result is the sum."""


@build_instance.register
def build_pool(process: PoolOp, builder: Builder) -> PoolInstance:
    (x,), (y,) = process.inputs, process.outputs
    lanes, pixels = process.parallelism
    return PoolInstance(
        *builder.wiring(process),
        input=x.quant_type,
        output=y.quant_type,
        lanes=lanes,
        pixels=pixels,
        steps=x.words // y.words,
        words=y.words,
        total=process.sum is not None,
    )
