"""Operators that move elements, and arithmetic of shapes."""

from collections.abc import Sequence
from math import prod

import numpy as np

from ....qdialect.data import Array
from ....qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from ....qdialect.types import shape_of
from ..importer import Importer, handles
from ..model import Node
from ..values import Constant, QuantizedConstant, Tensor, Value


@handles("Shape")
def shape(m: Importer, node: Node) -> Value:
    """The shape, which is always known."""
    sizes = m.values[node.inputs[0]].shape
    start, end = node.attributes.get("start", 0), node.attributes.get("end", len(sizes))
    return Constant(np.array(sizes[start:end], np.int64))


@handles("Transpose")
def transpose(m: Importer, node: Node) -> Value:
    """Reorders axes; where that is only a change of layout, nothing is emitted."""
    value = m.values[node.inputs[0]]
    rank = len(value.shape)
    order = tuple(int(v) for v in node.attributes.get("perm", range(rank)[::-1]))
    if isinstance(value, Constant):
        return Constant(value.array.transpose(order))
    if isinstance(value, QuantizedConstant):
        return value.transposed(order)
    if rank == 4 and value.channels_last and order == (0, 2, 3, 1):
        return Tensor(value.value, rank)
    if rank == 4 and not value.channels_last and order == (0, 3, 1, 2):
        return Tensor(value.value, rank, True)
    return Tensor(m.add(TransposeOp(m.plain(value), order), node).output, rank)


def _reshaped(m: Importer, node: Node, value: Value, sizes: Sequence[int]) -> Value:
    if isinstance(value, Constant):
        return Constant(value.array.reshape(sizes))
    if prod(sizes) != prod(value.shape):
        raise node.fail(f"{value.shape} can't be reshaped to {tuple(sizes)}")
    return Tensor(m.add(ReshapeOp(m.plain(value), sizes), node).output, len(sizes))


@handles("Reshape")
def reshape(m: Importer, node: Node) -> Value:
    """To sizes of which one may be left open."""
    value = m.values[node.inputs[0]]
    if len(node.inputs) > 1:
        given = [int(v) for v in m.array(node, 1, "the shape").reshape(-1)]
    else:
        given = [int(v) for v in node.attributes.get("shape", [])]
    keep = not node.attributes.get("allowzero", 0)
    sizes = [
        value.shape[axis] if size == 0 and keep and axis < len(value.shape) else size
        for axis, size in enumerate(given)
    ]
    if sizes.count(-1) > 1 or any(size < -1 for size in sizes):
        raise node.fail(f"the shape {given} is none")
    rest = prod(size for size in sizes if size != -1)
    if -1 in sizes:
        if rest == 0 or prod(value.shape) % rest:
            raise node.fail(f"{value.shape} can't be reshaped to {given}")
        sizes[sizes.index(-1)] = prod(value.shape) // rest
    return _reshaped(m, node, value, sizes)


@handles("Flatten")
def flatten(m: Importer, node: Node) -> Value:
    """To rows: the axes before and behind the given one."""
    value = m.values[node.inputs[0]]
    axis = int(node.attributes.get("axis", 1))
    axis = axis % len(value.shape) if axis < 0 else axis
    return _reshaped(m, node, value, (prod(value.shape[:axis]), prod(value.shape[axis:])))


def _axes(m: Importer, node: Node) -> list[int] | None:
    given = m.optional(node, 1, "the axes")
    if given is not None:
        return [int(v) for v in given.reshape(-1)]
    listed = node.attributes.get("axes")
    return None if listed is None else [int(v) for v in listed]


@handles("Squeeze")
def squeeze(m: Importer, node: Node) -> Value:
    """Without axes of size 1."""
    value = m.values[node.inputs[0]]
    axes, rank = _axes(m, node), len(value.shape)
    if axes is None:
        axes = [axis for axis, size in enumerate(value.shape) if size == 1]
    gone = {axis % rank for axis in axes}
    if any(value.shape[axis] != 1 for axis in gone):
        raise node.fail(f"axes {axes} of {value.shape} are not all of size 1")
    return _reshaped(
        m, node, value, [size for axis, size in enumerate(value.shape) if axis not in gone]
    )


@handles("Unsqueeze")
def unsqueeze(m: Importer, node: Node) -> Value:
    """With more axes of size 1."""
    value = m.values[node.inputs[0]]
    axes = _axes(m, node)
    if axes is None:
        raise node.fail("it names no axes")
    rank = len(value.shape) + len(axes)
    new = {axis % rank for axis in axes}
    old = iter(value.shape)
    return _reshaped(m, node, value, [1 if axis in new else next(old) for axis in range(rank)])


@handles("Concat")
def concat(m: Importer, node: Node) -> Value:
    """Tensors end to end."""
    tensors = [m.tensor(node, index) for index in range(len(node.inputs))]
    rank = tensors[0].rank
    if any(tensor.rank != rank for tensor in tensors):
        raise node.fail("its inputs differ in rank")
    last = all(tensor.channels_last for tensor in tensors)
    parts = [tensor.value if last else m.plain(tensor) for tensor in tensors]
    axis = int(node.attributes.get("axis", 0))
    place = tensors[0].axis(axis) if last else axis % rank
    return Tensor(m.add(ConcatOp(parts, place), node).output, rank, last)


@handles("Split")
def split(m: Importer, node: Node) -> Sequence[Value]:
    """A tensor in parts."""
    x = m.tensor(node, 0)
    axis = int(node.attributes.get("axis", 0)) % x.rank
    given = m.optional(node, 1, "the sizes")
    sizes = node.attributes.get("split") if given is None else given.reshape(-1)
    if sizes is None:
        count = len(node.outputs)
        most = -(-x.shape[axis] // count)
        sizes = [most] * (count - 1) + [x.shape[axis] - most * (count - 1)]
    op = m.add(SplitOp(x.value, [int(v) for v in sizes], x.axis(axis)), node)
    return [Tensor(part, x.rank, x.channels_last) for part in op.outputs]


@handles("Slice")
def slice_(m: Importer, node: Node) -> Value:
    """Part of a tensor, forwards."""
    x = m.tensor(node, 0)
    if len(node.inputs) > 1:
        starts, ends = m.array(node, 1, "the starts"), m.array(node, 2, "the ends")
        axes, steps = m.optional(node, 3, "the axes"), m.optional(node, 4, "the steps")
    else:
        starts, ends = (np.array(node.attributes.get(key, [])) for key in ("starts", "ends"))
        listed = node.attributes.get("axes")
        axes, steps = None if listed is None else np.array(listed), None
    spans = [[0, size, 1] for size in shape_of(x.value)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        axis = (number if axes is None else int(axes[number])) % x.rank
        step = 1 if steps is None else int(steps[number])
        if step < 1:
            raise node.fail("slices backwards are not supported")
        first, last, _ = slice(int(start), int(end)).indices(x.shape[axis])
        if first >= last:
            raise node.fail(f"nothing is left of axis {axis}")
        spans[x.axis(axis)] = [first, last, step]
    op = SliceOp(x.value, *([span[k] for span in spans] for k in range(3)))
    return Tensor(m.add(op, node).output, x.rank, x.channels_last)


@handles("Pad")
def pad(m: Importer, node: Node) -> Value:
    """A constant border."""
    mode = node.attributes.get("mode", "constant")
    if mode != "constant":
        raise node.fail(f"padding by {mode} is not supported: only by a constant")
    x = m.tensor(node, 0)
    given = m.optional(node, 1, "the pads")
    pads = node.attributes.get("pads") if given is None else given.reshape(-1)
    value = m.optional(node, 2, "the value")
    number = float(node.attributes.get("value", 0) if value is None else value.reshape(()))
    if pads is None or len(pads) % 2 or number != int(number):
        raise node.fail("it needs pads, and a value that is whole")
    count = len(pads) // 2
    axes = m.optional(node, 3, "the axes")
    low, high = [0] * len(shape_of(x.value)), [0] * len(shape_of(x.value))
    for index in range(count):
        axis = x.axis(index if axes is None else int(axes[index]))
        low[axis], high[axis] = int(pads[index]), int(pads[index + count])
    if min(low + high) < 0:
        raise node.fail("negative pads are not supported: use Slice")
    op = m.add(PadOp(x.value, low, high, int(number)), node)
    return Tensor(op.output, x.rank, x.channels_last)


@handles("Resize", "Upsample")
def resize(m: Importer, node: Node) -> Value:
    """Nearest-neighbour enlargement by whole factors."""
    x = m.tensor(node, 0)
    mode = node.attributes.get("mode", "nearest")
    if mode != "nearest":
        raise node.fail(f"{mode} interpolation is not supported: only nearest is")
    scales = _scales(m, node, x)
    if (scales != np.rint(scales)).any() or (scales < 1).any():
        raise node.fail(f"scales {scales.tolist()} are not whole")
    factors = [1] * len(shape_of(x.value))
    for axis, scale in enumerate(scales):
        factors[x.axis(axis)] = int(scale)
    _check_nearest(node, max(factors))
    op = m.add(ResizeOp(x.value, factors), node)
    return Tensor(op.output, x.rank, x.channels_last)


def _scales(m: Importer, node: Node, x: Tensor) -> Array:
    """How much larger each axis becomes."""
    if node.op == "Upsample" or (m.graph.opset < 11 and len(node.inputs) == 2):
        given = m.optional(node, 1, "the scales")
        return np.array(node.attributes.get("scales", []) if given is None else given)
    scales = m.optional(node, 2, "the scales")
    if scales is not None and scales.size:
        found = scales
    else:
        sizes = m.optional(node, 3, "the sizes")
        if sizes is None:
            raise node.fail("it has neither scales nor sizes")
        found = sizes / np.array(x.shape)
    axes = node.attributes.get("axes")
    if axes is None:
        return np.asarray(found)
    full = np.ones(x.rank)
    full[list(axes)] = found
    return full


def _check_nearest(node: Node, factor: int) -> None:
    """Which element is nearest must come out as the one that stands there before enlargement."""
    if node.op == "Upsample":
        return
    way = node.attributes.get("coordinate_transformation_mode", "half_pixel")
    nearest = node.attributes.get("nearest_mode", "round_prefer_floor")
    places = np.arange(factor * 4)
    if way in ("half_pixel", "pytorch_half_pixel"):
        where = (places + 0.5) / factor - 0.5
    elif way == "asymmetric":
        where = places / factor
    else:
        raise node.fail(f"coordinate_transformation_mode {way} is not supported")
    chosen = {
        "floor": np.floor(where),
        "ceil": np.ceil(where),
        "round_prefer_floor": np.ceil(where - 0.5),
        "round_prefer_ceil": np.floor(where + 0.5),
    }.get(nearest)
    if chosen is None or not np.array_equal(np.clip(chosen, 0, 3), places // factor):
        raise node.fail(f"nearest_mode {nearest} with {way} shifts the image, not supported")
