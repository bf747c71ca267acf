"""Operators that move elements: Transpose, Concat, Split, Slice, Pad, Resize."""

from collections.abc import Sequence

import numpy as np

from ....qdialect.data import Array
from ....qdialect.qnn.layout import ConcatOp, PadOp, ResizeOp, SliceOp, SplitOp, TransposeOp
from ....qdialect.types import shape_of
from ..builder import ProgramBuilder
from ..names import short_name
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue
from .classify import axis_of


@handles("Transpose")
def transpose(m: ProgramBuilder, node: Node) -> GraphValue:
    """Reorders axes; where that is only a change of layout, nothing is emitted."""
    value = m.value(node, 0)
    rank = len(value.shape)
    given = node.integers("perm")
    order = tuple(range(rank)[::-1] if given is None else given)
    if sorted(order) != list(range(rank)):
        raise node.fail(f"perm {list(order)} does not name each of {rank} axes once")
    if not isinstance(value, GraphTensor):
        return value.transposed(order)
    if rank == 4 and value.channels_last and order == (0, 2, 3, 1):
        return GraphTensor(value.value, rank)
    if rank == 4 and not value.channels_last and order == (0, 3, 1, 2):
        return GraphTensor(value.value, rank, True)
    return GraphTensor(m.add(TransposeOp(m.plain(value), order), node).output, rank)


@handles("Concat")
def concat(m: ProgramBuilder, node: Node) -> GraphValue:
    """Tensors end to end."""
    tensors = [m.tensor(node, index) for index in range(len(node.inputs))]
    if len({tensor.rank for tensor in tensors}) != 1:
        raise node.fail("its inputs differ in rank, or there are none")
    first = tensors[0]
    axis = axis_of(node, 1, first.rank)
    if all(tensor.channels_last for tensor in tensors):
        parts = [tensor.value for tensor in tensors]
        return first.like(m.add(ConcatOp(parts, first.axis(axis)), node).output)
    parts = [m.plain(tensor) for tensor in tensors]
    return GraphTensor(m.add(ConcatOp(parts, axis), node).output, first.rank)


@handles("Split", ignores=("num_outputs",))
def split(m: ProgramBuilder, node: Node) -> Sequence[GraphValue]:
    """A tensor in parts; where no sizes are given, equal ones, the last may be smaller."""
    x = m.tensor(node, 0)
    axis = axis_of(node, 0, x.rank)
    given = m.optional(node, 1, "the sizes")
    sizes = node.integers("split") if given is None else [int(v) for v in given.reshape(-1)]
    if sizes is None:
        count, size = max(1, len(node.outputs)), x.shape[axis]
        most = -(-size // count)
        sizes = [most] * (count - 1) + [size - most * (count - 1)]
    op = m.add(SplitOp(x.value, sizes, x.axis(axis)), node)
    return [x.like(part) for part in op.outputs]


@handles("Slice")
def slice_(m: ProgramBuilder, node: Node) -> GraphValue:
    """Part of a tensor, forwards."""
    x = m.tensor(node, 0)
    spans = [[0, size, 1] for size in shape_of(x.value)]
    for start, end, axis, step in _slice_ranges(m, node):
        if not -x.rank <= axis < x.rank:
            raise node.fail(f"axis {axis} does not exist in a tensor of rank {x.rank}")
        if step < 1:
            raise node.fail("slices backwards are not supported")
        first, last, _ = slice(start, end).indices(x.shape[axis])
        if first >= last:
            raise node.fail(f"nothing is left of axis {axis}")
        spans[x.axis(axis % x.rank)] = [first, last, step]
    op = SliceOp(x.value, *([span[k] for span in spans] for k in range(3)))
    return x.like(m.add(op, node).output)


def _slice_ranges(m: ProgramBuilder, node: Node) -> list[tuple[int, int, int, int]]:
    """Start, end, axis and step of each axis that is cut; attributes in old models."""
    if node.has_input(1):
        starts, ends = m.array(node, 1, "the starts"), m.array(node, 2, "the ends")
        axes, steps = m.optional(node, 3, "the axes"), m.optional(node, 4, "the steps")
    else:
        starts, ends = (np.array(node.integers(name) or []) for name in ("starts", "ends"))
        listed = node.integers("axes")
        axes, steps = None if listed is None else np.array(listed), None
    count = starts.size
    axes = np.arange(count) if axes is None else axes
    steps = np.ones(count, np.int64) if steps is None else steps
    columns = [[int(v) for v in column.reshape(-1)] for column in (starts, ends, axes, steps)]
    return list(zip(*columns, strict=True))


@handles("Pad")
def pad(m: ProgramBuilder, node: Node) -> GraphValue:
    """A constant border."""
    mode = node.text("mode", "constant")
    if mode != "constant":
        raise node.fail(f"padding by {short_name(mode)} is not supported: only by a constant")
    x = m.tensor(node, 0)
    given, value = m.optional(node, 1, "the pads"), m.optional(node, 2, "the value")
    pads = node.integers("pads") if given is None else [int(v) for v in given.reshape(-1)]
    number = node.number("value", 0.0) if value is None else float(value.reshape(())[()])
    axes = m.optional(node, 3, "the axes")
    places = list(range(x.rank)) if axes is None else [int(v) for v in axes.reshape(-1)]
    if pads is None or len(pads) != 2 * len(places) or not number.is_integer():
        raise node.fail("it needs two pads for each axis, and a value that is whole")
    if min(pads, default=0) < 0:
        raise node.fail("negative pads are not supported: use Slice")
    low, high = [0] * len(shape_of(x.value)), [0] * len(shape_of(x.value))
    for place, before, after in zip(places, pads, pads[len(places) :], strict=False):
        axis = x.axis(place % x.rank)
        low[axis], high[axis] = before, after
    return x.like(m.add(PadOp(x.value, low, high, int(number)), node).output)


INTERPOLATION_ATTRIBUTES = ("cubic_coeff_a", "exclude_outside", "extrapolation_value", "antialias")


@handles("Resize", "Upsample", ignores=INTERPOLATION_ATTRIBUTES)
def resize(m: ProgramBuilder, node: Node) -> GraphValue:
    """Nearest-neighbour enlargement by whole factors."""
    x = m.tensor(node, 0)
    mode = node.text("mode", "nearest")
    if mode != "nearest":
        raise node.fail(f"{short_name(mode)} interpolation is not supported: only nearest is")
    scales = _scale_factors(m, node, x)
    if scales.shape != (x.rank,) or (scales != np.rint(scales)).any() or (scales < 1).any():
        raise node.fail(f"scales {scales.tolist()} are not whole factors of each axis")
    factors = [1] * len(shape_of(x.value))
    for axis, scale in enumerate(scales):
        factors[x.axis(axis)] = int(scale)
    _check_nearest(node, factors)
    return x.like(m.add(ResizeOp(x.value, factors), node).output)


def _scale_factors(m: ProgramBuilder, node: Node, x: GraphTensor) -> Array:
    """How much larger each axis becomes."""
    if node.op == "Upsample" or m.opset < 11:
        given = m.optional(node, 1, "the scales")
        return np.array(node.numbers("scales") or []) if given is None else given
    if node.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise node.fail("it keeps an aspect ratio: give scales")
    axes = node.integers("axes") or list(range(x.rank))
    found = m.optional(node, 2, "the scales")
    if found is None or not found.size:
        if not node.has_input(3):
            raise node.fail("it has neither scales nor sizes")
        found = m.array(node, 3, "the sizes") / np.array([x.shape[axis] for axis in axes])
    full = np.ones(x.rank)
    full[axes] = found
    return full


def _check_nearest(node: Node, factors: Sequence[int]) -> None:
    """Which element is nearest must come out as the one that stands there before enlargement."""
    way = node.text("coordinate_transformation_mode", "half_pixel")
    nearest = node.text("nearest_mode", "round_prefer_floor")
    if node.op == "Upsample":
        return
    if way not in ("half_pixel", "pytorch_half_pixel", "asymmetric"):
        raise node.fail(f"coordinate_transformation_mode {short_name(way)} is not supported")
    for factor in factors:
        if not _is_repeat(factor, way, nearest):
            raise node.fail(f"nearest_mode {short_name(nearest)} with {way} shifts the image")


MAX_CHECKED_FACTOR = 1 << 16


def _is_repeat(factor: int, way: str, nearest: str) -> bool:
    """Whether the rule repeats each element `factor` times."""
    places = np.arange(min(factor, MAX_CHECKED_FACTOR) * 4)
    where = places / factor if way == "asymmetric" else (places + 0.5) / factor - 0.5
    chosen = {
        "floor": np.floor(where),
        "ceil": np.ceil(where),
        "round_prefer_floor": np.ceil(where - 0.5),
        "round_prefer_ceil": np.floor(where + 0.5),
    }.get(nearest)
    last = places[-1] // factor
    return chosen is not None and np.array_equal(np.clip(chosen, 0, last), places // factor)
