"""Convolutions, products, batch norm and pools."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.data import Array
from ....qdialect.qnn.elementwise import AddOp, MulOp
from ....qdialect.qnn.linear import BatchNormOp, Conv2dOp, ConvTranspose2dOp, LinearLayerOp
from ....qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp
from ....qdialect.qnn.quantization import DequantizeOp
from ....qdialect.types import element_of, is_quant, shape_of, smallest_type
from ..importer import Importer, handles
from ..model import CHANNELS_LAST, Node
from ..values import Constant, QuantizedConstant, Tensor, Value
from .quantization import aligned, narrowest

LARGEST_INTEGER = 1 << 15
"""Float weights that are all whole, and no larger than this, are integers."""


def weights(
    m: Importer, node: Node, value: Value, order: Sequence[int], groups: int = 1
) -> SSAValue:
    """Weights as OHWI or OI, dequantized from integers where they are such.

    `order` brings the model's axes into place; with it, grouped outputs stand second (transposed
    convolutions) and are joined.
    """
    if isinstance(value, Tensor):
        raise node.fail("its weights are computed from the input: they must be constant")
    if isinstance(value, Constant):
        value = _integers(value) or value
    if isinstance(value, Constant):
        return m.floats(_ordered(value.array, order, groups), node.inputs[1])
    ints = _ordered(value.ints, order, groups)
    constant = m.constant(ints, value.element, node.inputs[1])
    axis = list(order).index(value.axis)
    if max(value.scale.size, value.zero.size) > 1 and axis != 0:
        raise node.fail("the scale of its weights differs between inputs, not outputs")
    zero = None
    if value.zero.any():
        kind = smallest_type(min(0, int(value.zero.min())), int(value.zero.max()))
        zero = m.constant(value.zero, kind, "zero")
    scale = m.floats(value.scale, "scale")
    return m.add(DequantizeOp(constant, scale, zero, 0)).output


def _ordered(array: Array, order: Sequence[int], groups: int) -> Array:
    if groups == 1 or tuple(order)[0] == 0:
        return array.transpose(order)
    inputs = array.shape[0]
    split = array.reshape(groups, inputs // groups, *array.shape[1:])
    moved = split.transpose(0, *(axis + 1 for axis in order))
    return moved.reshape(-1, *moved.shape[2:])


def _integers(value: Constant) -> QuantizedConstant | None:
    """Float weights that hold integers, as integers of scale 1."""
    array = value.array
    if array.dtype.kind != "f" or not np.array_equal(array, np.rint(array)):
        return None
    low, high = int(array.min()), int(array.max())
    if max(-low, high) > LARGEST_INTEGER:
        return None
    ints = array.astype(np.int64)
    element = narrowest(ints, smallest_type(min(low, -1), high))
    return QuantizedConstant(ints, element, np.ones((), np.float32), np.zeros((), np.int64))


def pair(node: Node, name: str, default: int, spatial: int) -> list[int]:
    """An attribute with a number for each spatial axis; a signal has one row."""
    values = [int(v) for v in node.attributes.get(name, [default] * spatial)]
    if len(values) != spatial:
        raise node.fail(f"{name} has {len(values)} numbers for {spatial} axes")
    return values if spatial == 2 else [1, *values]


def pads(
    node: Node, spatial: int, sizes: Sequence[int], extent: Sequence[int], strides: Sequence[int]
) -> list[int]:
    """Padding above, left, below and right, however the node gives it."""
    auto = node.attributes.get("auto_pad", "NOTSET")
    given = [int(v) for v in node.attributes.get("pads", [0] * (2 * spatial))]
    if len(given) != 2 * spatial or min(given) < 0:
        raise node.fail(f"pads {given} are not {2 * spatial} numbers of at least 0")
    if auto in ("NOTSET", ""):
        return given if spatial == 2 else [0, given[0], 0, given[1]]
    if auto == "VALID":
        return [0, 0, 0, 0]
    if auto not in ("SAME_UPPER", "SAME_LOWER"):
        raise node.fail(f"auto_pad {auto} is not known")
    totals = [
        max(0, (-(-size // stride) - 1) * stride + span - size)
        for size, span, stride in zip(sizes, extent, strides, strict=True)
    ]
    small, large = [t // 2 for t in totals], [t - t // 2 for t in totals]
    first, last = (small, large) if auto == "SAME_UPPER" else (large, small)
    return [*first, *last]


def spatial_of(node: Node, value: Value) -> int:
    """One for signals, two for images."""
    rank = len(value.shape)
    if rank not in (3, 4):
        raise node.fail(f"its weights have rank {rank}: 3 for signals, 4 for images")
    return rank - 2


def image_of(m: Importer, node: Node, last: bool) -> SSAValue:
    """The input of a window, as NHWC."""
    x = m.tensor(node, 0)
    if not last:
        return m.image(x, node)
    if x.rank != 4 or x.channels_last:
        raise node.fail("its input is no NHWC image")
    return x.value


def result(value: SSAValue, rank: int, last: bool) -> Tensor:
    """What a window gives, with the axes where the model has them."""
    return Tensor(value, rank, not last)


@handles("Conv")
def conv(m: Importer, node: Node) -> Value:
    """A convolution of a signal or an image, in either layout."""
    last = node.domain == CHANNELS_LAST
    kernel = m.values[node.inputs[1]]
    spatial = spatial_of(node, kernel)
    x = image_of(m, node, last)
    if last:
        order: tuple[int, ...] = (0, 1, 2, 3)
    else:
        order = (0, 2, 3, 1) if spatial == 2 else (0, 2, 1)
    w = weights(m, node, kernel, order)
    if spatial == 1:
        w = one_row(m, w)
    groups = int(node.attributes.get("group", 1))
    strides, dilations = pair(node, "strides", 1, spatial), pair(node, "dilations", 1, spatial)
    extent = [(k - 1) * d + 1 for k, d in zip(shape_of(w)[1:3], dilations, strict=True)]
    padding = pads(node, spatial, shape_of(x)[1:3], extent, strides)
    check_kernel(node, shape_of(w)[1:3], spatial)
    op = Conv2dOp(x, w, None, bias(m, node, 2), strides, padding, dilations, groups)
    return result(m.add(op, node).output, spatial + 2, last)


def one_row(m: Importer, w: SSAValue) -> SSAValue:
    """The weights of a signal's convolution, as those of an image with one row."""
    from xdsl.dialects.builtin import TensorType

    owner = w.owner
    outputs, taps, inputs = shape_of(w)
    shape = (outputs, 1, taps, inputs)
    source = owner.x if isinstance(owner, DequantizeOp) else w
    constant = source.owner
    array = constant.data.array.reshape(shape)  # pyright: ignore
    fresh = m.constant(array, element_of(source), source.name_hint or "weights")
    if not isinstance(owner, DequantizeOp):
        return fresh
    assert isinstance(owner.output.type, TensorType)
    return m.add(DequantizeOp(fresh, owner.scale, owner.zero_point, 0)).output


def check_kernel(node: Node, kernel: Sequence[int], spatial: int) -> None:
    given = node.attributes.get("kernel_shape")
    if given is not None and list(given) != list(kernel)[2 - spatial :]:
        raise node.fail(f"kernel_shape {list(given)} disagrees with weights of {list(kernel)}")


def bias(m: Importer, node: Node, index: int) -> SSAValue | None:
    """The bias of a node, as float numbers."""
    array = m.optional(node, index, "the bias")
    return None if array is None else m.floats(array.reshape(-1), "bias")


@handles("ConvTranspose")
def conv_transpose(m: Importer, node: Node) -> Value:
    """A transposed convolution of an image."""
    kernel = m.values[node.inputs[1]]
    if spatial_of(node, kernel) != 2:
        raise node.fail("transposed convolutions of signals are not supported")
    if node.attributes.get("auto_pad", "NOTSET") not in ("NOTSET", "", "VALID"):
        raise node.fail("auto_pad is not supported here: give pads")
    if "output_shape" in node.attributes:
        raise node.fail("output_shape is not supported: give pads and output_padding")
    x = m.image(m.tensor(node, 0), node)
    groups = int(node.attributes.get("group", 1))
    w = weights(m, node, kernel, (1, 2, 3, 0), groups)
    op = ConvTranspose2dOp(
        x,
        w,
        None,
        bias(m, node, 2),
        pair(node, "strides", 1, 2),
        [int(v) for v in node.attributes.get("pads", [0, 0, 0, 0])],
        pair(node, "output_padding", 0, 2),
        pair(node, "dilations", 1, 2),
        groups,
    )
    return result(m.add(op, node).output, 4, False)


@handles("MatMul")
def matmul(m: Importer, node: Node) -> Value:
    """A product with constant weights on the right."""
    kernel = m.values[node.inputs[1]]
    if len(kernel.shape) != 2:
        raise node.fail(f"its weights have shape {kernel.shape}: a matrix is expected")
    x = m.plain(m.values[node.inputs[0]])
    op = LinearLayerOp(x, weights(m, node, kernel, (1, 0)))
    return Tensor(m.add(op, node).output, len(shape_of(x)))


@handles("Gemm")
def gemm(m: Importer, node: Node) -> Value:
    """`alpha * x @ w + beta * c`, with constant weights."""
    if node.attributes.get("transA", 0):
        raise node.fail("a transposed input is not supported")
    kernel = m.values[node.inputs[1]]
    order = (0, 1) if node.attributes.get("transB", 0) else (1, 0)
    x = m.plain(m.values[node.inputs[0]])
    op = LinearLayerOp(x, weights(m, node, kernel, order))
    y = m.add(op, node).output
    alpha = float(node.attributes.get("alpha", 1.0))
    if alpha != 1.0:
        y = m.add(MulOp(y, m.floats(np.float32(alpha), "alpha"))).output
    offset = m.optional(node, 2, "the bias")
    if offset is not None:
        scaled = offset.astype(np.float32) * np.float32(node.attributes.get("beta", 1.0))
        y = m.add(AddOp(y, aligned(m, node, Tensor(y, 2), scaled))).output
    return Tensor(y, 2)


@handles("BatchNormalization")
def batch_norm(m: Importer, node: Node) -> Value:
    """Batch normalisation over the channels, with fixed statistics."""
    if node.attributes.get("training_mode", 0):
        raise node.fail("it is in training mode: export the model for inference")
    x = m.tensor(node, 0)
    if x.rank >= 3:
        x = Tensor(m.image(x, node), x.rank, True)
    rows = [m.array(node, index, "a parameter").astype(np.float32) for index in range(1, 5)]
    channels = x.shape[1] if x.rank > 1 else 0
    for row in rows:
        if row.shape != (channels,):
            raise node.fail(
                f"it has parameters of shape {row.shape} for {channels} channels "
                f"(of an input {x.shape})"
            )
    names = ("gamma", "beta", "mean", "variance")
    operands = [m.floats(row, name) for row, name in zip(rows, names, strict=True)]
    epsilon = float(node.attributes.get("epsilon", 1e-5))
    op = BatchNormOp(x.value, *operands, epsilon=epsilon)
    return Tensor(m.add(op, node).output, x.rank, x.channels_last)


@handles("MaxPool", "AveragePool")
def pool(m: Importer, node: Node) -> Value:
    """Pools of signals and images, in either layout."""
    last = node.domain == CHANNELS_LAST
    x = image_of(m, node, last)
    kernel = [int(v) for v in node.attributes.get("kernel_shape", [])]
    spatial = len(kernel)
    if spatial != m.tensor(node, 0).rank - 2:
        raise node.fail(f"kernel_shape {kernel} does not fit its input")
    kernel = kernel if spatial == 2 else [1, *kernel]
    strides, dilations = pair(node, "strides", 1, spatial), pair(node, "dilations", 1, spatial)
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    padding = pads(node, spatial, shape_of(x)[1:3], extent, strides)
    cut = [0, 0]
    if node.attributes.get("ceil_mode", 0):
        cut = _ceil(shape_of(x)[1:3], extent, strides, padding)
        if node.op == "AveragePool" and any(cut) and node.attributes.get("count_include_pad", 0):
            raise node.fail("ceil_mode together with count_include_pad is not supported")
    if node.op == "MaxPool":
        if len(node.outputs) > 1 and node.outputs[1]:
            raise node.fail("the indices of the maxima are not supported")
        whole = [*padding[:2], padding[2] + cut[0], padding[3] + cut[1]]
        op = m.add(MaxPoolOp(x, kernel, strides, whole, dilations), node)
        return result(op.output, spatial + 2, last)
    from xdsl.dialects.builtin import UnitAttr

    if is_quant(element_of(x)):
        raise node.fail("it averages integers: dequantize them first")
    whole = [*padding[:2], padding[2] + cut[0], padding[3] + cut[1]]
    average = AvgPoolOp(x, kernel, strides, whole, dilations)
    if node.attributes.get("count_include_pad", 0) and any(padding):
        average.properties["count_padding"] = UnitAttr()
    return result(m.add(average, node).output, spatial + 2, last)


def _ceil(
    sizes: Sequence[int], extent: Sequence[int], strides: Sequence[int], padding: Sequence[int]
) -> list[int]:
    """Padding that lets the last, partial window fit; one wholly in the padding is left out."""
    more: list[int] = []
    for axis in range(2):
        padded = sizes[axis] + padding[axis] + padding[axis + 2]
        windows = -(-(padded - extent[axis]) // strides[axis]) + 1
        if (windows - 1) * strides[axis] >= sizes[axis] + padding[axis]:
            windows -= 1
        more.append(max(0, (windows - 1) * strides[axis] + extent[axis] - padded))
    return more


@handles("GlobalAveragePool", "GlobalMaxPool")
def global_pool(m: Importer, node: Node) -> Value:
    """A pool over the whole image."""
    x = m.tensor(node, 0)
    image = m.image(x, node)
    kind = AvgPoolOp if node.op == "GlobalAveragePool" else MaxPoolOp
    op = m.add(kind(image, shape_of(image)[1:3]), node)
    return Tensor(op.output, x.rank, True)
