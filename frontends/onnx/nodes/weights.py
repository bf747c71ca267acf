"""Weights of linear layers: as the IR orders them, and as integers where they are such."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from xdsl.ir import SSAValue

from ....qdialect.data import Array
from ....qdialect.qnn.quantization import DequantizeOp
from ....qdialect.types import smallest_type
from ..builder import Builder
from ..node import Node
from ..values import Constant, QuantizedConstant, Tensor
from .parameters import NO_ZERO, narrowest, zero_value

LARGEST_INTEGER = 1 << 15
"""Float weights that are all whole, and no larger than this, are integers."""

Kernel = Constant | QuantizedConstant


def kernel_of(m: Builder, node: Node, index: int = 1) -> Kernel:
    """The weights of a node, which must be constant, and hold at least one number."""
    value = m.value(node, index)
    if isinstance(value, Tensor):
        raise node.fail("its weights are computed from the image: they must be constant")
    if 0 in value.shape:
        raise node.fail(f"its weights are empty: {value.shape}")
    return value


def image_kernel(node: Node, kernel: Kernel, row: int) -> tuple[Kernel, int]:
    """The weights of a signal as those of an image with one row, inserted as axis `row`.

    Also gives the number of spatial axes that the model has.
    """
    rank = len(kernel.shape)
    if rank not in (3, 4):
        raise node.fail(f"its weights have rank {rank}: 3 for signals, 4 for images")
    return (kernel, 2) if rank == 4 else (kernel.with_axis(row), 1)


def split_groups(kernel: Kernel, groups: int) -> Kernel:
    """Weights of a transposed convolution, IOHW, with the outputs of all groups along O."""
    if groups == 1:
        return kernel
    if isinstance(kernel, Constant):
        return replace(kernel, array=_regroup(kernel.array, groups))
    scale, zero = (
        np.tile(part, groups) if part.size > 1 and kernel.axis == 1 else part
        for part in (kernel.scale, kernel.zero)
    )
    return replace(kernel, ints=_regroup(kernel.ints, groups), scale=scale, zero=zero)


def _regroup(array: Array, groups: int) -> Array:
    inputs, share, *rest = array.shape
    split = array.reshape(groups, inputs // groups, share, *rest)
    return np.moveaxis(split, 0, 1).reshape(inputs // groups, groups * share, *rest)


def weights(m: Builder, node: Node, kernel: Kernel, order: Sequence[int]) -> SSAValue:
    """Weights with their axes in an order that puts outputs first; integers are dequantized."""
    if isinstance(kernel, Constant):
        kernel = _integers(kernel) or kernel
    name = node.inputs[1]
    moved = kernel.transposed(tuple(order))
    if isinstance(moved, Constant):
        return m.floats(moved.array, name)
    if moved.per_axis and moved.axis != 0:
        raise node.fail("the scale of its weights differs between inputs, not outputs")
    ints = m.constant(moved.ints, moved.element, name)
    scale = m.floats(moved.scale, "scale")
    axis = 0 if moved.per_axis else -1
    return m.add(DequantizeOp(ints, scale, zero_value(m, moved.zero), axis)).output


def _integers(value: Constant) -> QuantizedConstant | None:
    """Float weights that hold integers, as integers of scale 1."""
    array = value.array
    if array.dtype.kind != "f":
        return None
    low, high = float(array.min()), float(array.max())
    if max(-low, high) > LARGEST_INTEGER or not np.array_equal(array, np.rint(array)):
        return None
    ints = array.astype(np.int32)
    element = narrowest(ints, smallest_type(min(int(low), -1), int(high)))
    return QuantizedConstant(ints, element, np.ones((), np.float32), NO_ZERO)


def bias_of(m: Builder, node: Node, index: int, channels: int) -> SSAValue | None:
    """The bias of a node, as float numbers."""
    array = m.optional(node, index, "the bias")
    if array is None:
        return None
    if array.shape != (channels,):
        raise node.fail(f"its bias has shape {array.shape} for {channels} channels")
    return m.floats(array, "bias")
