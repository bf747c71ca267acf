"""Translates torch operators that move elements, without computing, to ONNX nodes."""

from collections.abc import Sequence

import numpy as np

from .program import OperatorCall
from .translation import Translation, int64_array, translates


@translates("aten.cat", "aten.concat")
def concat(t: Translation, call: OperatorCall) -> None:
    parts = [part.name for part in call.get("tensors", [])]
    t.emit(call, "Concat", parts, axis=call.integer("dim", 0))


@translates("aten.chunk", "aten.split", "aten.split_with_sizes")
def split(t: Translation, call: OperatorCall) -> None:
    axis = call.integer("dim", 0)
    size = t.shapes[call.ref("self")][axis]
    if call.target == "aten.split_with_sizes":
        sizes = call.integers("split_sizes")
    else:
        given = call.get("split_size") is not None
        step = call.integer("split_size") if given else -(-size // call.integer("chunks"))
        sizes = [min(step, size - start) for start in range(0, size, step)]
    t.emit(call, "Split", [call.ref("self"), t.constant(int64_array(sizes))], axis=axis)


@translates("aten.slice")
def slice_(t: Translation, call: OperatorCall) -> None:
    ends = ("dim", 0), ("start", 0), ("end", (1 << 63) - 1), ("step", 1)
    axis, start, end, step = (t.constant(int64_array([call.integer(*given)])) for given in ends)
    t.emit(call, "Slice", [call.ref("self"), start, end, axis, step])


@translates("aten.select")
def select(t: Translation, call: OperatorCall) -> None:
    axis, index = call.integer("dim"), call.integer("index")
    index += t.shapes[call.ref("self")][axis] if index < 0 else 0
    ends = [t.constant(int64_array([value])) for value in (index, index + 1, axis)]
    part = t.step(call, "Slice", [call.ref("self"), *ends])
    t.emit(call, "Squeeze", [part, ends[2]])


@translates("aten.view", "aten.reshape", "aten._unsafe_view", "aten.view_copy")
def reshape(t: Translation, call: OperatorCall) -> None:
    shape = call.integers("size" if "size" in call.arguments else "shape")
    t.emit(call, "Reshape", [call.ref("self"), t.constant(int64_array(shape))])


@translates("aten.flatten")
def flatten(t: Translation, call: OperatorCall) -> None:
    shape = t.shapes[call.ref("self")]
    first, last = (int(t.number(call, f"{end}_dim", at)) for end, at in (("start", 0), ("end", -1)))
    last %= len(shape)
    sizes = [*(size or 1 for size in shape[:first]), -1, *shape[last + 1 :]]
    t.emit(call, "Reshape", [call.ref("self"), t.constant(int64_array(sizes))])


@translates("aten.permute")
def permute(t: Translation, call: OperatorCall) -> None:
    rank = t.rank(call, "self")
    t.emit(
        call, "Transpose", [call.ref("self")], perm=[axis % rank for axis in call.integers("dims")]
    )


@translates("aten.pixel_shuffle")
def pixel_shuffle(t: Translation, call: OperatorCall) -> None:
    size = call.integer("upscale_factor")
    t.emit(call, "DepthToSpace", [call.ref("self")], blocksize=size, mode="CRD")


@translates("aten.pixel_unshuffle")
def pixel_unshuffle(t: Translation, call: OperatorCall) -> None:
    size = call.integer("downscale_factor")
    *outer, height, width = t.shapes[call.ref("self")]
    divided = (*outer, height // size, size, width // size, size)
    rank = len(outer)
    perm = [*range(rank), rank + 1, rank + 3, rank, rank + 2]
    turn(t, call, divided, perm)


@translates("aten.channel_shuffle", "aten.native_channel_shuffle")
def channel_shuffle(t: Translation, call: OperatorCall) -> None:
    groups = call.integer("groups")
    n, depth, *pixels = t.shapes[call.ref("self")]
    divided = (n, groups, depth // groups, *pixels)
    turn(t, call, divided, [0, 2, 1, *range(3, len(divided))])


def turn(t: Translation, call: OperatorCall, divided: Sequence[int], perm: list[int]) -> None:
    """Divides axes, puts them in another order, and joins them to the shape of the result."""
    axes = t.step(call, "Reshape", [call.ref("self"), t.constant(int64_array(divided))])
    turned = t.step(call, "Transpose", [axes], perm=perm)
    t.emit(call, "Reshape", [turned, t.constant(int64_array(t.shapes[call.outputs[0]]))])


@translates("aten.numpy_T")
def reverse_axes(t: Translation, call: OperatorCall) -> None:
    order = list(range(t.rank(call, "self")))[::-1]
    t.emit(call, "Transpose", [call.ref("self")], perm=order)


@translates("aten.transpose", "aten.t")
def transpose(t: Translation, call: OperatorCall) -> None:
    order = list(range(t.rank(call, "self")))
    a, b = (int(t.number(call, name, at)) for name, at in (("dim0", 0), ("dim1", -1)))
    order[a], order[b] = order[b], order[a]
    t.emit(call, "Transpose", [call.ref("self")], perm=order)


@translates("aten.squeeze", "aten.unsqueeze")
def squeeze(t: Translation, call: OperatorCall) -> None:
    axes = call.integers("dim")
    op = "Squeeze" if call.target == "aten.squeeze" else "Unsqueeze"
    t.emit(call, op, [call.ref("self"), *([t.constant(int64_array(axes))] if axes else [])])


@translates("aten.constant_pad_nd", "aten.pad")
def pad(t: Translation, call: OperatorCall) -> None:
    """Constant padding; torch lists the pads of the last axis first, low before high."""
    if call.get("mode", "constant") != "constant":
        raise call.fail("only constant padding is supported")
    pads = call.integers("pad")
    rank = t.rank(call, "self")
    ends = [pads[side::2][::-1] for side in (0, 1)]
    missing = [0] * (rank - len(ends[0]))
    value = t.constant(np.float32(t.number(call, "value", 0)))
    places = t.constant(int64_array([*missing, *ends[0], *missing, *ends[1]]))
    t.emit(call, "Pad", [call.ref("self"), places, value])


@translates(
    "aten.upsample_nearest1d",
    "aten.upsample_nearest2d",
    "aten.upsample_linear1d",
    "aten.upsample_bilinear2d",
)
def upsample(t: Translation, call: OperatorCall) -> None:
    linear = "linear" in call.target
    if linear and call.flag("align_corners", False):
        raise call.fail("align_corners does not divide by integers: set align_corners=False")
    name = "input" if "input" in call.arguments else "self"
    sizes = t.shapes[call.ref(name)][2:]
    wanted = t.shapes[call.outputs[0]][2:]
    scales = np.array([1, 1, *np.divide(wanted, sizes)], np.float32)
    t.emit(
        call,
        "Resize",
        [call.ref(name), "", t.constant(scales)],
        mode="linear" if linear else "nearest",
        coordinate_transformation_mode="half_pixel" if linear else "asymmetric",
        nearest_mode="floor",
    )


@translates("aten.take", "aten.embedding")
def gather_rows(t: Translation, call: OperatorCall) -> None:
    """Looks up elements of a table of rank 1 (`take`), or rows of a matrix (`embedding`)."""
    table, indices = ("self", "index") if call.target == "aten.take" else ("weight", "indices")
    if call.target == "aten.take" and t.rank(call, table) != 1:
        raise call.fail("its table has more than one axis: flatten the table")
    t.emit(call, "Gather", [call.ref(table), call.ref(indices)])
