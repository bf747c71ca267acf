"""Level 3 computes the same as level 2: each process and its `qnn` op, alone and in networks."""

from collections.abc import Callable
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from qnn.qdialect import qnn
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream import ChannelType
from qnn.qdialect.stream.compute import DepthwiseOp, MatvecOp
from qnn.qdialect.stream.elements import AddOp, LookupOp, MulOp
from qnn.qdialect.stream.pool import PoolOp
from qnn.qdialect.types import (
    QuantType,
    bit_width,
    dtype_of,
    shape_of,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from support.design import Design
from support.generate import Choices
from support.program import Tensor, constant, run_op
from support.twins import LAYERS, Both, Twin, convolution, divisors, labels, scores
from xdsl.dialects.builtin import f32
from xdsl.utils.exceptions import InterpretationError, VerifyException


@pytest.mark.parametrize("layer", [*LAYERS, scores], ids=lambda layer: layer.__name__)
@given(st.data())
def test_a_process_computes_the_same_as_its_op(
    layer: Callable[[Twin, Both], Both], data: st.DataObject
) -> None:
    twin = Twin(Choices.drawn(data.draw))
    twin.assert_same_results(layer(twin, twin.image()))


@given(st.data())
def test_labels_are_those_of_top_k(data: st.DataObject) -> None:
    twin = Twin(Choices.drawn(data.draw))
    count = twin.choices.pick([10, 1, 2, 3, 7])
    lanes = twin.choices.pick(divisors(count))
    twin.assert_same_results(labels(twin, twin.input(twin.choices.quant(), (count,), lanes)))


@settings(max_examples=settings().max_examples * 2)
@given(st.data())
def test_a_network_is_the_same_at_both_levels(data: st.DataObject) -> None:
    twin = Twin(Choices.drawn(data.draw))
    x = twin.image()
    for _ in range(twin.choices.integer(2, 6)):
        if prod(shape_of(x[0])) < 400:
            x = twin.choices.pick(LAYERS)(twin, x)
    if twin.choices.flag():
        x = labels(twin, scores(twin, x))
    twin.assert_same_results(x)


@given(st.data())
def test_inputs_and_results_keep_their_order(data: st.DataObject) -> None:
    twin = Twin(Choices.drawn(data.draw))
    first, second, third = twin.image(), twin.image(), twin.image()
    twin.assert_same_results(third, convolution(twin, second), first)


@given(st.data())
def test_an_add_multiplies_its_operands_first(data: st.DataObject) -> None:
    choices = Choices.drawn(data.draw)
    frame = tuple(choices.integers(choices.integer(1, 3), 1, 4))
    elements = choices.quant(20), choices.quant(20)
    factors = [choices.pick([1, -1, 129, -3, 0]), choices.pick([1, 326, -7])]
    design = Design()
    ends = [
        sorted(factor * end for end in value_range(element))
        for factor, element in zip(factors, elements, strict=True)
    ]
    low, high = (sum(pair) for pair in zip(*ends, strict=True))
    lanes = choices.pick(divisors(prod(frame)))
    lhs, rhs = (design.source(ChannelType(frame, element, lanes)) for element in elements)
    output = ChannelType(frame, smallest_type(low, high), lanes)
    module = design.finish(design.add(AddOp(lhs, rhs, output, factors)).output)
    a, b = (choices.array(element, (2, *frame)) for element in elements)
    products = [
        run_op(
            qnn.elementwise.MulOp,
            Tensor(array, element),
            constant(factor, signed(12)),
            element=signed(40),
        )[0]
        for array, element, factor in zip((a, b), elements, factors, strict=True)
    ]
    np.testing.assert_array_equal(run(module, [a, b])[0], products[0] + products[1])


@given(st.data())
def test_an_accumulator_one_bit_narrower_is_refused(data: st.DataObject) -> None:
    choices = Choices.drawn(data.draw)
    design, element, kind = Design(), choices.quant(8), choices.quant(6)
    weights = choices.array(kind, (3, 4))
    low, high = value_range(element)
    ends = np.stack([weights.astype(int) * low, weights.astype(int) * high])
    least, most = int(ends.min(0).sum(1).min()), int(ends.max(0).sum(1).max())
    exactly = smallest_type(least, most)
    assume(bit_width(exactly) > 1)
    narrower = (signed if least < 0 else unsigned)(bit_width(exactly) - 1)
    names = [design.data(weights, kind) for _ in range(2)]
    for accumulator, name in zip((exactly, narrower), names, strict=True):
        x = design.source(ChannelType((4,), element, 2))
        op = design.add(MatvecOp(x, ChannelType((3,), signed(64)), name, accumulator))
        if accumulator is exactly:
            op.check()
        else:
            with pytest.raises(VerifyException, match=f"the sum can be {least} to {most}, "):
                op.check()


def test_a_lookup_may_return_floats() -> None:
    design, table = Design(), np.array([0.5, -1.25, 3.0, 0.1], np.float32)
    x = design.source(ChannelType((2, 2), unsigned(2), 2))
    output = ChannelType((2, 2), f32, 2)
    module = design.finish(design.add(LookupOp(x, output, design.data(table, f32))).output)
    indices = np.array([[[3, 0], [1, 2]]], np.uint8)
    (result,) = run(module, [indices])
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, table[indices])


WIDE = [
    (signed(32), signed(32), [2**31 - 1, -(2**31)], [[-(2**31), 2**31 - 1], [1, 1]], signed(64)),
    (unsigned(63), unsigned(2), [2**63 - 1, 2**62 + 1], [[2, 0], [0, 1]], unsigned(64)),
    (unsigned(62), unsigned(2), [2**62 - 1, 2**62 - 1], [[3, 1], [0, 2]], unsigned(64)),
    (signed(8), signed(54), [127, -128], [[2**53 - 1, 3], [1, -(2**53)]], signed(62)),
    (signed(2), signed(63), [-2, 1], [[2**61, -(2**60)], [3, -5]], signed(64)),
]
"""The elements of an input and of weights, both as numbers, and an accumulator that they fill."""


@pytest.mark.parametrize("layer", [MatvecOp, DepthwiseOp])
@pytest.mark.parametrize(("element", "kind", "x", "weights", "accumulator"), WIDE)
def test_wide_sums_are_exact(
    layer: type[MatvecOp | DepthwiseOp],
    element: QuantType,
    kind: QuantType,
    x: list[int],
    weights: list[list[int]],
    accumulator: QuantType,
) -> None:
    frame = x if layer is MatvecOp else x * 2
    design, bias = Design(), [0, 1]
    source = design.source(ChannelType((len(frame),), element))
    names = design.data(weights, kind), design.data(bias, unsigned(64))
    op = layer(source, ChannelType((2,), accumulator), names[0], accumulator, names[1])
    (result,) = run(design.finish(design.add(op).output), [np.array([frame], dtype_of(element))])
    sums = [sum(a * b for a, b in zip(row, x, strict=True)) for row in weights]
    assert result.tolist() == [[a + b for a, b in zip(sums, bias, strict=True)]]


@given(st.data())
def test_a_product_offsets_its_operands_first(data: st.DataObject) -> None:
    choices = Choices.drawn(data.draw)
    frame = tuple(choices.integers(choices.integer(1, 3), 1, 4))
    elements = choices.quant(20), choices.quant(20)
    offsets = [choices.pick([0, -128, 5]), choices.pick([0, 77, -3])]
    design = Design()
    ranges = [
        [end + offset for end in value_range(element)]
        for element, offset in zip(elements, offsets, strict=True)
    ]
    products = [a * b for a in ranges[0] for b in ranges[1]]
    lanes = choices.pick(divisors(prod(frame)))
    lhs, rhs = (design.source(ChannelType(frame, element, lanes)) for element in elements)
    output = ChannelType(frame, smallest_type(min(products), max(products)), lanes)
    module = design.finish(design.add(MulOp(lhs, rhs, output, offsets)).output)
    a, b = (choices.array(element, (2, *frame)).astype(np.int64) for element in elements)
    expected = (a + offsets[0]) * (b + offsets[1])
    np.testing.assert_array_equal(run(module, [a, b])[0], expected)


def test_wide_adds_and_pools_are_exact() -> None:
    design = Design()
    a, b, c = (design.source(ChannelType((4,), unsigned(width))) for width in (63, 62, 62))
    total = design.add(AddOp(a, b, ChannelType((4,), unsigned(64)), [1, 2])).output
    pooled = design.add(PoolOp(c, ChannelType((1,), unsigned(64)), sum=True)).output
    module = design.finish(total, pooled)
    high, low = np.full((1, 4), 2**63 - 1, np.uint64), np.full((1, 4), 2**62 - 1, np.uint64)
    added, summed = run(module, [high, low, low])
    assert added.tolist() == [[2**64 - 3] * 4]
    assert summed.tolist() == [[2**64 - 4]]


def test_a_value_that_leaves_its_type_is_an_error() -> None:
    design = Design()
    x = design.source(ChannelType((2,), unsigned(4)))
    module = design.finish(x)
    with pytest.raises(InterpretationError, match="value 16 does not fit in ui4"):
        run(module, [np.array([[3, 16]])])
