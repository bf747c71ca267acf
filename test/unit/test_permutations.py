"""Networks with permutations between all kinds of layers: a design computes the same numbers.

Random networks of integer ops are lowered; permutations are absorbed by weights, moved past other
ops, or done by reorder processes. A last test permutes indices, to find their axes again.
"""

from collections.abc import Callable
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.permutation import Transposition, transposition_of
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.elementwise import AddOp, ReluOp
from qnn.qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from qnn.qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp, accumulator_range
from qnn.qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from qnn.qdialect.qnn.steps import LookupOp, ThresholdOp
from qnn.qdialect.stream.reorder import ReorderOp
from qnn.qdialect.types import (
    QuantType,
    check_element,
    element_of,
    shape_of,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from support.generate import Choices
from xdsl.ir import SSAValue

Layer = Callable[[Program, Choices, SSAValue], SSAValue]


def limits(x: SSAValue) -> tuple[int, int]:
    element = element_of(x)
    assert isinstance(element, QuantType)
    return value_range(element)


def transposed(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    """Any order of the axes."""
    left = list(range(1, len(shape_of(x))))
    order = [0, *(left.pop(choices.integer(0, len(left) - 1)) for _ in list(left))]
    return program.add(TransposeOp(x, order)).output


def reshaped(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    """Two axes as one, or one axis as two."""
    shape = list(shape_of(x))
    axis = choices.integer(1, len(shape) - 1)
    factors = [n for n in range(2, shape[axis]) if shape[axis] % n == 0]
    if factors and len(shape) < 6:
        outer = choices.pick(factors)
        shape[axis : axis + 1] = [outer, shape[axis] // outer]
    elif axis + 1 < len(shape):
        shape[axis : axis + 2] = [shape[axis] * shape[axis + 1]]
    return program.add(ReshapeOp(x, shape)).output


def shuffled(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    """A channel shuffle: groups of channels take turns."""
    *pixels, depth = shape_of(x)
    groups = choices.pick([n for n in range(1, depth + 1) if depth % n == 0])
    split = program.add(ReshapeOp(x, (*pixels, groups, depth // groups))).output
    rank = len(pixels)
    turned = program.add(TransposeOp(split, (*range(rank), rank + 1, rank))).output
    return program.add(ReshapeOp(turned, shape_of(x))).output


def threshold(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    channels, (low, high) = shape_of(x)[-1], limits(x)
    shape = choices.pick([channels, 1]), choices.integer(1, 6)
    rows = np.sort(choices.generator().integers(low, high + 1, shape, endpoint=True))
    thresholds = program.constant(rows, smallest_type(int(rows.min()), int(rows.max())))
    ones = choices.array(unsigned(1), (channels,))
    flags = program.constant(ones, unsigned(1)) if choices.flag() else None
    element = smallest_type(-2, shape[1] - 2)
    return program.add(ThresholdOp(x, thresholds, element, -2, flags)).output


def narrow(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    low, high = limits(x)
    return threshold(program, choices, x) if high - low > 255 else x


def lookup(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    x = narrow(program, choices, x)
    low, high = limits(x)
    by_channel, entries = choices.flag(), high - low + 1
    shape = (shape_of(x)[-1], entries) if by_channel else (entries,)
    table = program.constant(choices.array(signed(4), shape), signed(4))
    return program.add(LookupOp(x, table, low, by_channel)).output


def offset(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    """A constant for each element, for each channel, or for all."""
    *_, depth = shape = shape_of(x)
    constants = choices.array(signed(3), choices.pick([shape, (depth,), ()]))
    low, high = limits(x)
    total = smallest_type(low - 4, high + 3)
    return program.add(AddOp(x, program.constant(constants, signed(3)), total)).output


def residual(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    """A sum of two functions of the same tensor, one of which may permute it."""
    one, two = relu(program, choices, x), threshold(program, choices, x)
    if choices.flag():
        two = shuffled(program, choices, two)
    (a, b), (c, d) = limits(one), limits(two)
    return program.add(AddOp(one, two, smallest_type(a + c, b + d))).output


def relu(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    x = narrow(program, choices, x)
    return program.add(ReluOp(x)).output


def linear(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    x = narrow(program, choices, x)
    outputs = choices.pick([4, 6, 8])
    weights = program.constant(choices.array(signed(3), (outputs, shape_of(x)[-1])), signed(3))
    bias = program.constant(choices.array(signed(5), (outputs,)), signed(5))
    total = smallest_type(*accumulator_range(x, weights, bias))
    return program.add(LinearOp(x, weights, total, bias)).output


def convolution(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    """A convolution, a depthwise or grouped one, or a transposed one."""
    if len(shape_of(x)) != 4:
        return linear(program, choices, x)
    x = narrow(program, choices, x)
    *_, height, width, depth = shape_of(x)
    groups = choices.pick([n for n in (1, 2, depth) if depth % n == 0])
    outputs = depth if groups == depth else groups * 2
    kernel = min(2, height), min(2, width)
    shape = (outputs, *kernel, depth // groups)
    weights = program.constant(choices.array(signed(3), shape), signed(3))
    bias = program.constant(choices.array(signed(5), (outputs,)), signed(5))
    total = smallest_type(*accumulator_range(x, weights, bias))
    if choices.integer(0, 3) == 3:
        op = ConvTranspose2dOp(x, weights, total, bias, strides=(1, 1), groups=groups)
    else:
        op = Conv2dOp(x, weights, total, bias, groups=groups)
    return program.add(op).output


def pooled(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    if len(shape_of(x)) != 4 or min(shape_of(x)[1:3]) < 2:
        return x
    if choices.flag():
        return program.add(MaxPoolOp(x, (2, 2))).output
    low, high = limits(x)
    op = SumPoolOp(x, (2, 2), element=smallest_type(4 * low, 4 * high))
    return program.add(op).output


def resized(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    """An image that is padded, upsampled, or cropped."""
    if len(shape_of(x)) != 4 or prod(shape_of(x)) > 300:
        return x
    match choices.integer(0, 2):
        case 0:
            return program.add(PadOp(x, (0, 1, 0, 0), (0, 0, 1, 0), 0)).output
        case 1:
            return program.add(ResizeOp(x, (1, 1, 2, 1))).output
        case _:
            spans = [choices.span(size) for size in shape_of(x)[1:]]
            starts, ends, steps = zip((0, 1, 1), *spans, strict=True)
            return program.add(SliceOp(x, starts, ends, steps)).output


def joined(program: Program, choices: Choices, x: SSAValue) -> SSAValue:
    """The two halves of all channels, exchanged; and one of them twice."""
    depth = shape_of(x)[-1]
    if depth < 2:
        return x
    one, two = program.add(SplitOp(x, (1, depth - 1))).outputs
    two = shuffled(program, choices, relu(program, choices, two))
    one = relu(program, choices, one)
    if element_of(one) != element_of(two):
        return two
    return program.add(ConcatOp([two, one, one])).output


MOVES: list[Layer] = [transposed, reshaped, shuffled]
LAYERS: list[Layer] = [
    *(threshold, lookup, offset, residual, relu, linear, convolution, pooled, resized, joined),
]


def network(choices: Choices) -> tuple[Program, SSAValue]:
    """A random network; every other layer only moves elements."""
    program = Program()
    shape = (1, choices.integer(1, 4), choices.integer(2, 4), choices.pick([4, 6, 2]))
    x = relu(program, choices, program.input(signed(5), shape))
    for _ in range(choices.integer(1, 5)):
        for _ in range(choices.integer(1, 3)):
            x = choices.pick(MOVES)(program, choices, x)
        if prod(shape_of(x)) < 2000:
            x = choices.pick(LAYERS)(program, choices, x)
    return program, x


def assert_lowers_exactly(program: Program, choices: Choices, *results: SSAValue) -> int:
    """Lowers a program to a design with the same results; returns its number of reorders."""
    module = program.finish(*results)
    types = entry_input_types(entry_of(module))
    inputs = [
        choices.array(check_element(type.element_type), (2, *type.get_shape()[1:]))
        for type in types
    ]
    expected = run(module, inputs)
    Pipeline.parse("stream-lower").apply(module)
    module.verify()
    for wanted, found in zip(expected, run(module, inputs), strict=True):
        np.testing.assert_array_equal(found, wanted)
    return sum(isinstance(op, ReorderOp) for op in module.walk())


@given(st.data())
def test_random_permutations_between_layers(data: st.DataObject) -> None:
    choices = Choices.drawn(data.draw)
    program, x = network(choices)
    assert_lowers_exactly(program, choices, x)


def channels_first(choices: Choices) -> tuple[Program, SSAValue]:
    """An image whose channels are its second axis, cut and joined along any axis."""
    program = Program()
    shape = (1, choices.integer(2, 4), choices.integer(2, 4), choices.pick([4, 6, 2]))
    x = relu(program, choices, program.input(signed(5), shape))
    if choices.flag():
        x = shuffled(program, choices, x)
    x = program.add(TransposeOp(x, (0, 3, 1, 2))).output
    for _ in range(choices.integer(1, 3)):
        axis = choices.integer(1, 3)
        size = shape_of(x)[axis]
        if axis == 1 and size > 1:
            one, two = program.add(SplitOp(x, (1, size - 1), axis)).outputs
            two = relu(program, choices, two)
            x = program.add(ConcatOp([two, relu(program, choices, one), two], axis)).output
        else:
            spans = [choices.span(size) for size in shape_of(x)[1:]]
            starts, ends, steps = zip((0, 1, 1), *spans, strict=True)
            x = program.add(SliceOp(x, starts, ends, steps)).output
        x = choices.pick([relu, offset])(program, choices, x)
    return program, x


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_images_with_channels_first(data: st.DataObject) -> None:
    """No frame is moved: at most the channels of a pixel are."""
    choices = Choices.drawn(data.draw)
    program, x = channels_first(choices)
    assert_lowers_exactly(program, choices, x)
    for op in program.module.walk():
        if isinstance(op, ReorderOp):
            assert prod(op.transposition.block[0]) <= op.inputs[0].frame[-1]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300))
def test_more_permutations_between_layers(seed: int) -> None:
    choices = Choices.seeded(seed)
    program, x = network(choices)
    assert_lowers_exactly(program, choices, x)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_axes_are_found_from_indices(shape: list[int], random: st.DrawFn) -> None:
    order = list(range(len(shape)))
    random.shuffle(order)  # pyright: ignore
    moved = Transposition(tuple(shape), tuple(order))
    found = transposition_of(moved.indices)
    assert found == moved.merged
    np.testing.assert_array_equal(moved.merged.indices, moved.indices)


def test_other_permutations_are_not_those_of_axes() -> None:
    assert transposition_of(np.array([1, 0, 2, 3])) is None
    assert transposition_of(np.array([0, 2, 1, 3, 4, 5])) is None
