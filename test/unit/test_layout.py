"""Ops that only move elements: where each one goes is what onnxruntime says, for every type.

onnxruntime moves the positions 0, 1, 2, ... of the elements; ours must move the elements alike.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qnn.qdialect.program import Program
from qnn.qdialect.qnn import QnnOp
from qnn.qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from qnn.qdialect.qnn.linear import LinearOp
from qnn.qdialect.qnn.quantization import DequantizeOp
from qnn.qdialect.types import BipolarType, ElementType, QuantType, signed, unsigned, value_range
from support.generate import Choices
from support.oracles import Array, assert_same, onnx_op
from support.program import Tensor, run_checked, run_op
from xdsl.dialects.builtin import f32, f64
from xdsl.ir import SSAValue


def tensor(c: Choices, least_rank: int = 1) -> Tensor:
    element: ElementType = c.pick([c.quant(), f32, f64])
    shape = c.integers(c.integer(least_rank, 4), 1, 4)
    return Tensor(c.array(element, shape), element)


def positions(*arrays: Array) -> list[Array]:
    """For each element of some arrays, a number of its own."""
    ends = np.cumsum([0, *(array.size for array in arrays)])
    return [
        np.arange(start, start + array.size, dtype=np.int32).reshape(array.shape)
        for start, array in zip(ends, arrays, strict=False)
    ]


def at(places: Array, *arrays: Array, outside: Any = None) -> Array:
    """The elements at these positions; `outside` where the position is -1."""
    flat = np.concatenate([array.ravel() for array in arrays])
    if outside is not None:
        flat = np.append(flat, flat.dtype.type(outside))
    return flat[places]


def axis(c: Choices, rank: int) -> int:
    return c.integer(-rank, rank - 1)


@given(st.data())
def test_reshape(data: st.DataObject) -> None:
    c = Choices.drawn(data.draw)
    x = tensor(c)
    sizes = list(x.array.shape)
    shape = c.pick([[-1], [1, -1], sizes[::-1], [*sizes[1:], sizes[0]], [sizes[0], -1, 1]])
    (places,) = onnx_op("Reshape", *positions(x.array), np.array(shape))
    assert_same(run_op(ReshapeOp, x, places.shape)[0], at(places, x.array))


@given(st.data())
def test_transpose(data: st.DataObject) -> None:
    c = Choices.drawn(data.draw)
    x = tensor(c)
    order = [int(axis) for axis in c.generator().permutation(x.array.ndim)]
    (places,) = onnx_op("Transpose", *positions(x.array), perm=order)
    assert_same(run_op(TransposeOp, x, order)[0], at(places, x.array))


@given(st.data())
def test_concat(data: st.DataObject) -> None:
    c = Choices.drawn(data.draw)
    x = tensor(c)
    along = axis(c, x.array.ndim)
    tensors = [x]
    for _ in range(c.integer(0, 2)):
        shape = list(x.array.shape)
        shape[along] = c.integer(1, 3)
        tensors.append(Tensor(c.array(x.element, shape), x.element))
    arrays = [part.array for part in tensors]
    (places,) = onnx_op("Concat", *positions(*arrays), axis=along)
    assert_same(run_op(ConcatOp, tensors, axis=along)[0], at(places, *arrays))


@given(st.data())
def test_split(data: st.DataObject) -> None:
    c = Choices.drawn(data.draw)
    x = tensor(c)
    along, sizes = axis(c, x.array.ndim), list[int]()
    while sum(sizes) < x.array.shape[along]:
        sizes.append(c.integer(1, x.array.shape[along] - sum(sizes)))
    parts = onnx_op("Split", *positions(x.array), np.array(sizes), outputs=len(sizes), axis=along)
    for actual, places in zip(run_op(SplitOp, x, sizes, along), parts, strict=True):
        assert_same(actual, at(places, x.array))


@given(st.data())
def test_slice(data: st.DataObject) -> None:
    c = Choices.drawn(data.draw)
    x = tensor(c)
    starts = [c.integer(0, size - 1) for size in x.array.shape]
    ends = [c.integer(start + 1, n) for start, n in zip(starts, x.array.shape, strict=True)]
    steps = c.integers(x.array.ndim, 1, 3)
    axes = list(range(x.array.ndim))
    (places,) = onnx_op("Slice", *positions(x.array), *map(np.array, (starts, ends, axes, steps)))
    assert_same(run_op(SliceOp, x, starts, ends, steps)[0], at(places, x.array))


@given(st.data())
def test_pad(data: st.DataObject) -> None:
    c = Choices.drawn(data.draw)
    x = tensor(c)
    low, high = (c.integers(x.array.ndim, 0, 2) for _ in range(2))
    value = c.pick(values_of(x.element))
    outside = np.array(-1, np.int32)
    (places,) = onnx_op("Pad", *positions(x.array), np.array([*low, *high]), outside)
    assert_same(run_op(PadOp, x, low, high, value)[0], at(places, x.array, outside=value))


def values_of(element: ElementType) -> Sequence[int]:
    """Some values to pad with."""
    if isinstance(element, BipolarType):
        return [-1, 1]
    if not isinstance(element, QuantType):
        return [0, -1, 3]
    low, high = value_range(element)
    return [0, max(low, -(2**63)), min(high, 2**63 - 1)]


@given(st.data())
def test_resize(data: st.DataObject) -> None:
    """As ONNX resizes by whole scales: nearest, asymmetric, rounding down."""
    c = Choices.drawn(data.draw)
    x = tensor(c)
    scales = c.integers(x.array.ndim, 1, 3)
    (places,) = onnx_op(
        "Resize",
        *positions(x.array),
        None,
        np.array(scales, np.float32),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    assert_same(run_op(ResizeOp, x, scales)[0], at(places, x.array))


MOVES: dict[str, Callable[[SSAValue], QnnOp]] = {
    "reshape": lambda x: ReshapeOp(x, (2, 12)),
    "transpose": lambda x: TransposeOp(x, (2, 0, 1)),
    "concat": lambda x: ConcatOp([x, x], 1),
    "split": lambda x: SplitOp(x, (1, 2), 1),
    "slice": lambda x: SliceOp(x, (0, 1, 0), (2, 3, 4), (1, 1, 2)),
    "pad": lambda x: PadOp(x, (0, 1, 0), (1, 0, 2)),
    "pad with 3": lambda x: PadOp(x, (0, 1, 0), (1, 0, 2), 3),
    "resize": lambda x: ResizeOp(x, (1, 2, 2)),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("scale", [0.3, 0.5, -0.25, None], ids=str)
def test_dequantized_elements_keep_their_value(scale: float | None, axis: int, move: str) -> None:
    """A dequantized tensor moves like the floats that it represents."""
    c = Choices.seeded(axis)
    x = c.array(signed(6), (2, 3, 4))
    scales = c.factors((x.shape[axis],)) if scale is None else np.array([scale], np.float32)
    program = Program()
    value = program.input(signed(6), x.shape)
    value = program.add(DequantizeOp(value, program.constant(scales, f32), axis=axis)).output
    actual = run_checked(program.finish(*program.add(MOVES[move](value)).results), [x])

    program = Program()
    value = program.input(f32, x.shape)
    along = scales.reshape([-1 if at == axis else 1 for at in range(3)])
    expected = run_checked(program.finish(*program.add(MOVES[move](value)).results), [x * along])
    for one, other in zip(actual, expected, strict=True):
        assert_same(one, other)


@given(st.data())
def test_dequantized_tensors_of_one_scale_join(data: st.DataObject) -> None:
    """Their integers may have different types, of any width."""
    c = Choices.drawn(data.draw)
    elements = c.quant(), c.quant()
    arrays = [c.array(element, (1, 3)) for element in elements]
    program = Program()
    values = [
        program.add(DequantizeOp(program.input(element, (1, 3)), program.constant(0.5, f32))).output
        for element in elements
    ]
    join = program.add(ConcatOp(values, 1))
    (actual,) = run_checked(program.finish(join.output), arrays)
    expected = [(array.astype(object) * 0.5).astype(np.float32) for array in arrays]
    assert_same(actual, np.concatenate(expected, axis=1))


def test_integers_of_two_types_join_without_loss() -> None:
    """Unsigned and signed ones of 64 bits have no common numpy type but float64."""
    program = Program()
    one = program.constant(1.0, f32)
    elements = unsigned(61), signed(62)
    arrays = [np.array([[2**60 + 1]], np.uint64), np.array([[-(2**60)]], np.int64)]
    parts = [
        program.add(DequantizeOp(program.input(element, (1, 1)), one)).output
        for element in elements
    ]
    weights = program.constant([[1, 1]], unsigned(1))
    linear = LinearOp(program.add(ConcatOp(parts, 1)), program.add(DequantizeOp(weights, one)))
    (actual,) = run_checked(program.finish(program.add(linear).output), arrays)
    assert_same(actual, np.array([[1.0]], np.float32))
